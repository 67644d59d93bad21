//! Conditions of fields on a page without scripts: before anything was sent every field of a whole form is shown with the
//! question it depends on; afterwards those whose condition does not hold are left out. One thing at a time, only what is
//! known to apply is shown. The form itself decides what counts.

use std::borrow::Cow;

use onething_engine::expression::{Expression, Fault, Names};
use onething_engine::text::Language;
use onething_engine::value::Value;

use super::Showing;

/// May the field be asked? A condition that cannot be computed yet shows it.
pub fn may_hold(showing: &Showing<'_>, when: Option<&Expression>, row: Option<&Value>) -> bool {
    let Some(when) = when else { return true };
    if matches!(showing.values, Value::Null) {
        return true;
    }
    let undecided = showing.only.is_none();
    when.truth(&Known { showing, row, today: Value::Date(showing.today) }).unwrap_or(undecided)
}

/// On which questions it depends.
pub fn words(showing: &Showing<'_>, when: Option<&Expression>) -> String {
    let Some(when) = when else { return String::new() };
    let mut titles: Vec<&str> = Vec::new();
    for reference in when.references() {
        let path = reference.path.strip_prefix("row.").unwrap_or(&reference.path);
        let found = showing.form.field_at(path).or_else(|| {
            showing.form.all_fields().into_iter().find(|(known, _)| known.ends_with(&format!(".{path}"))).map(|f| f.1)
        });
        if let Some(field) = found {
            let title = field.title.get(showing.language);
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    match showing.language {
        Language::Zh if titles.is_empty() => "仅在适用时填写".to_owned(),
        Language::En if titles.is_empty() => "Only if it applies".to_owned(),
        Language::Zh => format!("是否填写取决于“{}”，不适用可留空", titles.join("”“")),
        Language::En => format!("Depends on “{}”; leave it empty if it does not apply", titles.join("” and “")),
    }
}

struct Known<'a> {
    showing: &'a Showing<'a>,
    row: Option<&'a Value>,
    today: Value,
}

impl Names for Known<'_> {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        let value = match root {
            "row" => self.row,
            "today" => Some(&self.today),
            "answers" => Some(self.showing.answers),
            field => self.showing.values.at(field),
        };
        Some(value.map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    }

    fn active(&self, _state: &str) -> bool {
        false
    }

    fn call(&self, function: &str, _arguments: &[Value]) -> Result<Value, Fault> {
        let reason = "a form has no functions of the work layer".to_owned();
        Err(Fault::Function { function: function.to_owned(), reason })
    }
}
