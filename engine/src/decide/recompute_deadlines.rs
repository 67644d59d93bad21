//! `RecomputeDeadlines`: the calendar has changed, so every running deadline is computed anew.

use super::draft::Draft;
use crate::organisation::ActorKind;
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    if draft.context.actor.kind != ActorKind::System {
        return Err(Rejection::CaseNotFound);
    }
    let running: Vec<_> =
        draft.case.clocks.iter().filter(|(_, state)| state.running).map(|(clock, _)| *clock).collect();
    for clock in running {
        draft.due(clock);
    }
    Ok(())
}
