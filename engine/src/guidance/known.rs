//! Conditions asked with only the answers of the guide at hand. What is not among them has no value, not even an empty
//! one, so a condition that needs it stays open. It must never guess.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Answer, Applies, Situation};
use crate::definition::{Guidance, QuestionKind};
use crate::expression::{Expression, Fault, Names};
use crate::value::Value;

/// What is known in a situation.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub guide: &'a Guidance,
    pub situation: &'a Situation,
    pub today: Date,
    /// Conditions of this form name its fields directly.
    pub form: Option<&'a str>,
}

impl Known<'_> {
    /// Does a condition hold?
    pub fn applies(&self, condition: &Expression) -> Applies {
        match condition.evaluate(self) {
            Ok(Value::Bool(true)) => Applies::Yes,
            Ok(Value::Bool(false)) => Applies::No,
            // Nothing else is a condition; a fault says that something was not known.
            Ok(_) | Err(_) => Applies::Perhaps,
        }
    }

    fn field(&self, form: &str, field: &str) -> Option<Value> {
        let asks = |at: &usize| self.guide.questions[*at].form == form && self.guide.questions[*at].field == field;
        let at = (0..self.guide.questions.len()).find(asks)?;
        let Answer::Picked(options) = self.situation.0.get(at)? else { return None };
        let question = &self.guide.questions[at];
        let picked: Vec<&str> = options.iter().filter_map(|at| Some(question.options.get(*at)?.0.as_str())).collect();
        Some(match question.kind {
            QuestionKind::One => Value::Text((*picked.first()?).to_owned()),
            QuestionKind::YesNo => Value::Bool(*picked.first()? == "true"),
            QuestionKind::Several => Value::List(picked.into_iter().map(|id| Value::Text(id.to_owned())).collect()),
        })
    }
}

impl Names for Known<'_> {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        (root == "today").then_some(Cow::Owned(Value::Date(self.today)))
    }

    fn at(&self, path: &[String]) -> Option<Cow<'_, Value>> {
        let found = match path {
            [root] if root == "today" => return self.value("today"),
            [root, form, field @ ..] if root == "answers" && !field.is_empty() => self.field(form, &field.join(".")),
            _ => self.form.and_then(|form| self.field(form, &path.join("."))),
        };
        found.map(Cow::Owned)
    }

    fn active(&self, _state: &str) -> bool {
        // No case has begun.
        false
    }

    fn call(&self, function: &str, _arguments: &[Value]) -> Result<Value, Fault> {
        Err(Fault::Function { function: function.to_owned(), reason: "no case has begun".to_owned() })
    }
}
