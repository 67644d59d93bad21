//! The names that expressions of a bare statechart may use. It must never hold values.

use std::collections::BTreeMap;

use crate::expression::{Parameter, Scope, Signature, StateProblem, Type};
use crate::kernel::Statechart;
use crate::source::closest;

/// Variables, the event, and the states of one chart.
pub struct ChartScope<'a> {
    /// The chart whose states are known; it must be sealed.
    pub chart: &'a Statechart,
    /// Variables by name.
    pub variables: &'a BTreeMap<String, Type>,
}

impl Scope for ChartScope<'_> {
    fn root(&self, name: &str) -> Option<Type> {
        match name {
            "event" => Some(Type::map([("name", Type::Text), ("data", Type::Any)])),
            variable => self.variables.get(variable).cloned(),
        }
    }

    fn roots(&self) -> Vec<String> {
        self.variables.keys().cloned().chain(["event".to_owned()]).collect()
    }

    fn function(&self, name: &str) -> Option<Signature> {
        (name == "visits").then(|| Signature::new(vec![Parameter::State], Type::Int))
    }

    fn functions(&self) -> Vec<String> {
        vec!["visits".to_owned()]
    }

    fn state(&self, path: &str) -> Result<(), StateProblem> {
        state(self.chart, path)
    }
}

/// Is `path` the name, or an ending of the path, of one state of a chart?
///
/// # Errors
/// No such state, or more than one.
pub fn state(chart: &Statechart, path: &str) -> Result<(), StateProblem> {
    if chart.find(path).is_some() {
        return Ok(());
    }
    match chart.find_all(path) {
        [] => Err(StateProblem::Unknown { suggestion: closest(path, chart.names()).map(str::to_owned) }),
        several => {
            Err(StateProblem::Ambiguous { paths: several.iter().map(|id| chart.state(*id).path.clone()).collect() })
        }
    }
}
