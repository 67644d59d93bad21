//! The names that the expressions of a form see: its own fields, `row`, `answers` and `today`. Nothing else, so that
//! a page can be filled before there is a case.

use std::borrow::Cow;

use super::Form;
use crate::expression::{Fault, Names, Scope, StateProblem, Type};
use crate::value::Value;

/// Names that fields cannot have because expressions read them as something else.
pub(super) const RESERVED: &[&str] =
    &["row", "today", "answers", "input", "event", "site", "start", "each", "parameter", "next"];

/// Values for an evaluation.
pub(super) struct FormNames<'a> {
    pub values: &'a Value,
    pub row: Option<&'a Value>,
    pub answers: &'a Value,
    pub today: Value,
}

impl Names for FormNames<'_> {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        let value = match root {
            "row" => self.row,
            "today" => Some(&self.today),
            "answers" => Some(self.answers),
            field => self.values.at(field),
        };
        // The checker has seen that the name exists, so what is not there was not answered.
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

/// Types for the checker.
pub(super) struct FormScope<'a> {
    pub form: &'a Form,
    /// The type of a row, inside a repeating group.
    pub row: Option<Type>,
    /// Whether the day of reading may be asked.
    pub today: bool,
}

impl Scope for FormScope<'_> {
    fn root(&self, name: &str) -> Option<Type> {
        match name {
            "row" => self.row.clone(),
            "today" => self.today.then_some(Type::Date),
            "answers" => Some(Type::Any),
            field => self.form.field(field).map(super::Field::type_of),
        }
    }

    fn roots(&self) -> Vec<String> {
        let mut names: Vec<String> = self.form.fields.iter().map(|field| field.id.clone()).collect();
        names.extend(self.row.as_ref().map(|_| "row".to_owned()));
        names.extend(self.today.then(|| "today".to_owned()));
        names.push("answers".to_owned());
        names
    }

    fn state(&self, _path: &str) -> Result<(), StateProblem> {
        Err(StateProblem::Unknown { suggestion: None })
    }
}
