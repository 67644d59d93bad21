//! `ExtendClock`: prolongs a running clock by what its rule allows.

use super::draft::Draft;
use crate::event::Event;
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>, name: &str) -> Result<(), Rejection> {
    let definition = draft.definition.clone();
    let organisation = &draft.context.rules.organisation;
    if !super::may_see(organisation, &definition, draft.context.actor, &draft.case) {
        return Err(Rejection::CaseNotFound);
    }
    let refused = || Rejection::ClockNotExtensible { clock: name.to_owned() };
    let clock = definition.clocks.iter().find(|clock| clock.name == name).ok_or_else(refused)?;
    let extension = clock.extend.as_ref().ok_or_else(refused)?;
    // Where a consent is needed, whoever gives it prolongs the clock.
    let by = if extension.approved_by.is_empty() { &extension.by } else { &extension.approved_by };
    if !super::may_do(organisation, draft.context.actor, &draft.case, by) {
        return Err(Rejection::NotPermitted { what: name.to_owned() });
    }
    if super::permit::is_recused(draft.context.actor, &draft.case) {
        return Err(Rejection::Recused);
    }
    let state = draft.case.clocks.get(&clock.id).filter(|state| state.running && !state.late).ok_or_else(refused)?;
    if state.run.extensions.len() >= extension.times as usize {
        return Err(refused());
    }
    draft.emit(Event::ClockExtended { clock: clock.id, add: extension.add });
    draft.due(clock.id);
    let bounded: Vec<_> =
        definition.clocks.iter().filter(|other| other.not_after == Some(clock.id)).map(|other| other.id).collect();
    for other in bounded {
        draft.due(other);
    }
    draft.effects(&extension.effects, clock.item, None);
    Ok(())
}
