//! `only_after`: what must never be entered too early is not, whatever the file says elsewhere. It must only refuse.

use std::collections::BTreeSet;

use crate::definition::ProcessDefinition;
use crate::kernel::{Configuration, Run, StateId, Step};
use crate::rejection::Rejection;

/// Does a run keep the order of states?
///
/// # Errors
/// [`Rejection::ProcessFault`] with the state entered too early and the one that was not entered yet.
pub(super) fn kept(definition: &ProcessDefinition, before: &Configuration, run: &Run) -> Result<(), Rejection> {
    let visited = before.visits.iter().filter(|(_, count)| **count > 0);
    let mut entered: BTreeSet<StateId> = visited.map(|(state, _)| *state).collect();
    for step in run.steps() {
        let Step::Enter(state) = step else { continue };
        let work = definition.state(*state);
        if let Some(missing) = work.only_after.iter().find(|needed| !entered.contains(needed)) {
            let missing = &definition.state(*missing).path;
            return Err(Rejection::ProcessFault { fault: format!("{} before {missing}", work.path) });
        }
        entered.insert(*state);
    }
    Ok(())
}
