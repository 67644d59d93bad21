//! `EndErrand`: an errand was carried out, or some case refused it. Its end is an event, so it ends once.

use super::draft::Draft;
use crate::event::{Event, Refused};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>, errand: u32, reached: u32, refused: &[Refused]) -> Result<(), Rejection> {
    if draft.context.actor.kind != ActorKind::System {
        return Err(Rejection::CaseNotFound);
    }
    if !draft.case.errands.contains(&errand) {
        return Err(Rejection::ErrandGone { errand });
    }
    if draft.case.gathers.contains_key(&errand) {
        return super::gather::end(draft, errand);
    }
    draft.emit(Event::ErrandEnded { errand, reached, refused: refused.to_vec() });
    Ok(())
}
