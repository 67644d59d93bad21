//! The latest values of a case's forms, as expressions see them. They must never become part of its log.

use std::collections::BTreeMap;

use crate::event::Holder;
use crate::value::Value;

/// Latest values of every form of a case; loaded beside it, never part of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<(Holder, String), Value>);

impl Answers {
    /// The values of one form.
    pub fn get(&self, holder: &Holder, form: &str) -> Option<&Value> {
        self.0.get(&(holder.clone(), form.to_owned()))
    }

    /// What guards call `answers`: the forms of the case, by name.
    pub fn of_case(&self) -> Value {
        Value::Map(
            self.0
                .iter()
                .filter(|((holder, _), _)| *holder == Holder::Case)
                .map(|((_, form), value)| (form.clone(), value.clone()))
                .collect(),
        )
    }

    /// What guards call `item_answers`: the forms of every item, by item and form.
    pub fn of_items(&self) -> Value {
        let mut items: BTreeMap<String, Value> = BTreeMap::new();
        for ((holder, form), value) in &self.0 {
            let Holder::Item(name) = holder else { continue };
            let entry = items.entry(name.clone()).or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(forms) = entry {
                forms.insert(form.clone(), value.clone());
            }
        }
        Value::Map(items)
    }
}
