//! `JoinParty`: an account gets a part in a case. The shell has made sure who is behind the account; here it is only
//! whether the part exists and who may give it: the engine itself, or the office in charge.

use super::draft::Draft;
use crate::event::Event;
use crate::organisation::ActorKind;
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>, party: &str, account: &str) -> Result<(), Rejection> {
    let context = &draft.context;
    let lead: Vec<_> = draft.definition.lead.iter().cloned().collect();
    let permitted = context.actor.kind == ActorKind::System
        || super::may_do(&context.rules.organisation, context.actor, &draft.case, &lead);
    if !permitted {
        return Err(Rejection::CaseNotFound);
    }
    if draft.definition.parties.get(party).is_none_or(|party| party.silent) {
        return Err(Rejection::PartyUnknown { party: party.to_owned() });
    }
    if !draft.case.is_party(party, account) {
        draft.emit(Event::PartyJoined { party: party.to_owned(), actor: account.to_owned() });
    }
    Ok(())
}
