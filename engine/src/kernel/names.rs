//! What guards and actions can see: variables, the event, which states are active, how often they were entered, and
//! whatever a higher layer adds. It must never change anything.

use std::borrow::Cow;

use super::{Configuration, Event, Statechart};
use crate::expression::{self, Expression, Fault};
use crate::value::Value;

/// The names that a higher layer adds to those of the kernel.
pub trait Outside {
    /// The value under a root name, such as `answers`; `None` if the layer does not know the name.
    fn value<'a>(&'a self, root: &str, configuration: &'a Configuration) -> Option<Cow<'a, Value>>;

    /// A function of the layer.
    ///
    /// # Errors
    /// It has no answer.
    fn call(&self, function: &str, arguments: &[Value], configuration: &Configuration) -> Result<Value, Fault>;

    /// The value under a path whose first element is a root name. Override it where building the whole root would be
    /// wasteful.
    fn at<'a>(&'a self, path: &[String], configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        let (root, fields) = path.split_first()?;
        below(self.value(root, configuration)?, fields)
    }
}

/// No higher layer: a bare statechart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Outside for Nothing {
    fn value<'a>(&'a self, _root: &str, _configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        None
    }

    fn call(&self, function: &str, _arguments: &[Value], _configuration: &Configuration) -> Result<Value, Fault> {
        Err(Fault::Function { function: function.to_owned(), reason: "no such function".to_owned() })
    }
}

/// The names of one moment. A higher layer can use it as well, to ask a guard outside a run.
pub struct View<'a> {
    /// The chart.
    pub chart: &'a Statechart,
    /// Where it is.
    pub configuration: &'a Configuration,
    /// The event that is being answered, if any.
    pub event: Option<&'a Event>,
    /// The names of the higher layer.
    pub outside: &'a dyn Outside,
}

impl View<'_> {
    /// Whether a condition holds now.
    ///
    /// # Errors
    /// It has no value, or one that is neither yes nor no.
    pub fn truth(&self, expression: &Expression) -> Result<bool, Fault> {
        expression.truth(self)
    }

    /// The value of an expression now.
    ///
    /// # Errors
    /// It has none.
    pub fn evaluate(&self, expression: &Expression) -> Result<Value, Fault> {
        expression.evaluate(self)
    }

    fn event_field(&self, field: &str) -> Option<Cow<'_, Value>> {
        let event = self.event?;
        match field {
            "name" => Some(Cow::Owned(Value::Text(event.name.clone()))),
            "data" => Some(Cow::Borrowed(&event.data)),
            _ => None,
        }
    }
}

impl expression::Names for View<'_> {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        if root == "event" {
            let fields = ["name", "data"].into_iter();
            let fields = fields.filter_map(|field| Some((field.to_owned(), self.event_field(field)?.into_owned())));
            return Some(Cow::Owned(Value::Map(fields.collect())));
        }
        match self.configuration.variables.get(root) {
            Some(value) => Some(Cow::Borrowed(value)),
            None => self.outside.value(root, self.configuration),
        }
    }

    fn at(&self, path: &[String]) -> Option<Cow<'_, Value>> {
        let (root, fields) = path.split_first()?;
        match (root.as_str(), fields.split_first()) {
            ("event", Some((field, rest))) => below(self.event_field(field)?, rest),
            ("event", None) => self.value(root),
            (variable, _) if self.configuration.variables.contains_key(variable) => below(self.value(root)?, fields),
            (_, _) => self.outside.at(path, self.configuration),
        }
    }

    fn active(&self, state: &str) -> bool {
        self.chart.find(state).is_some_and(|state| self.configuration.is_active(state))
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, Fault> {
        match (function, arguments) {
            ("visits", [Value::Text(state)]) => {
                let visits = self.chart.find(state).and_then(|state| self.configuration.visits.get(&state));
                Ok(Value::Int(visits.copied().unwrap_or(0).into()))
            }
            (_, _) => self.outside.call(function, arguments, self.configuration),
        }
    }
}

/// The value under the fields of a map.
fn below<'a>(value: Cow<'a, Value>, fields: &[String]) -> Option<Cow<'a, Value>> {
    fields.iter().try_fold(value, |value, field| match value {
        Cow::Borrowed(Value::Map(map)) => map.get(field).map(Cow::Borrowed),
        Cow::Owned(Value::Map(mut map)) => map.remove(field).map(Cow::Owned),
        Cow::Borrowed(_) | Cow::Owned(_) => None,
    })
}
