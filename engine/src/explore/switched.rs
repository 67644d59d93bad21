//! What the inputs of a fragment switch off: a fragment with a choice has states that some uses never reach, and that
//! is no mistake. It must never excuse a state that no use could reach with other inputs.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::definition::ProcessDefinition;
use crate::expression::{Expression, Fault, Names};
use crate::kernel::{Condition, StateId, Transition};
use crate::value::Value;

/// States that could be reached if conditions that never hold, whatever happens, did.
pub(super) fn off(definition: &ProcessDefinition, reached: &BTreeSet<StateId>) -> BTreeSet<StateId> {
    let chart = &definition.chart;
    let off = |way: &&Transition| way.conditions.iter().any(never_holds);
    let ways = chart.transitions.iter().filter(off);
    let from = ways.filter(|way| way.source == crate::kernel::Statechart::ROOT || reached.contains(&way.source));
    let mut open: Vec<StateId> = from.flat_map(|way| way.targets.iter().copied()).collect();
    let mut found = BTreeSet::new();
    while let Some(state) = open.pop() {
        if reached.contains(&state) || !found.insert(state) {
            continue;
        }
        open.extend(chart.state(state).parent);
        open.extend(chart.initial_targets(state));
        if chart.is_parallel(state) {
            open.extend(chart.real_children(state));
        }
        open.extend(chart.state(state).transitions.iter().flat_map(|id| chart.transition(*id).targets.iter().copied()));
    }
    found
}

/// A condition that asks nothing and does not hold: an input was put there.
fn never_holds(condition: &Condition) -> bool {
    let (expression, answer) = match condition {
        Condition::Holds(expression) => (expression, false),
        Condition::Fails(expression) => (expression, true),
        Condition::Active(_) | Condition::Inactive(_) => return false,
    };
    let asks_nothing =
        |of: &Expression| of.references().is_empty() && of.functions().is_empty() && of.states().is_empty();
    asks_nothing(expression) && expression.truth(&NoNames) == Ok(answer)
}

/// Nothing has a name.
struct NoNames;

impl Names for NoNames {
    fn value(&self, _root: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn active(&self, _state: &str) -> bool {
        false
    }

    fn call(&self, function: &str, _arguments: &[Value]) -> Result<Value, Fault> {
        Err(Fault::Function { function: function.to_owned(), reason: "nothing is known".to_owned() })
    }
}
