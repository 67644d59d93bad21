//! Who may do what. The same functions answer "may this be done?" and "what may be offered?", so a page never offers
//! what the engine refuses. They must look only at the actor, the case and what was resolved when a task began.

use crate::case::{Case, Task};
use crate::definition::{Assignee, ProcessDefinition};
use crate::event::Offer;
use crate::organisation::{Actor, ActorKind, Organisation, role};

/// May the actor take a task with these offers?
pub fn may_take(organisation: &Organisation, actor: &Actor, case: &Case, task: &Task) -> bool {
    task.offers.iter().any(|offer| matches(organisation, actor, case, offer))
}

/// Is the actor one of those named?
pub fn may_do(organisation: &Organisation, actor: &Actor, case: &Case, by: &[Assignee]) -> bool {
    by.iter().any(|assignee| matches(organisation, actor, case, &offer(organisation, assignee, case)))
}

/// May the actor know that the case exists? Its parties, offices that ever had a task or an item in it, that opened it or
/// may act in it, the office in charge, and supervisors of its region or of an office that worked on it. An office of another place sees it only if it
/// has or had work in it.
pub fn may_see(organisation: &Organisation, definition: &ProcessDefinition, actor: &Actor, case: &Case) -> bool {
    match &actor.kind {
        ActorKind::System => true,
        ActorKind::Connector { .. } | ActorKind::Process { .. } => false,
        ActorKind::Citizen | ActorKind::Agent { .. } => {
            actor.acts_in(&case.process) && case.parties.values().any(|accounts| accounts.contains(actor.stands_for()))
        }
        ActorKind::Staff { .. } => {
            let party = case.parties.values().any(|accounts| accounts.contains(&actor.id));
            let watches = actor.has_role(role::SUPERVISOR)
                && (organisation.covers(&case.region, actor) || works_below(organisation, actor, case));
            let leads = definition
                .lead
                .as_ref()
                .is_some_and(|lead| matches(organisation, actor, case, &offer(organisation, lead, case)));
            let worked = case.tasks.values().any(|task| may_take(organisation, actor, case, task));
            let item = definition
                .items
                .iter()
                .filter_map(|item| item.office.as_ref())
                // An office of another place has no part in a case before it has work in it.
                .filter(|office| !matches!(office, Assignee::Site { .. }))
                .any(|office| matches(organisation, actor, case, &offer(organisation, office, case)));
            party || watches || leads || worked || item || acts(organisation, definition, actor, case)
        }
    }
}

/// Did the actor's office open the case, or may it do something in it now without a task? Who may act may see.
fn acts(organisation: &Organisation, definition: &ProcessDefinition, actor: &Actor, case: &Case) -> bool {
    let opened = definition.doors.get(&case.door).map(|door| door.by.as_slice());
    let choices = super::act::choices(definition).into_iter();
    let choices = choices.filter(|(state, _, _)| case.configuration.is_active(*state)).map(|(_, _, by)| by);
    let running =
        definition.clocks.iter().filter(|clock| case.clocks.get(&clock.id).is_some_and(|state| state.running));
    let extensions = running.filter_map(|clock| clock.extend.as_ref());
    let extensions = extensions.flat_map(|extend| [extend.by.as_slice(), extend.approved_by.as_slice()]);
    opened.into_iter().chain(choices).chain(extensions).any(|by| may_do(organisation, actor, case, by))
}

/// Is or was there work of an office in the actor's region? Who watches over offices sees what they work on.
fn works_below(organisation: &Organisation, actor: &Actor, case: &Case) -> bool {
    let offers = case.tasks.values().flat_map(|task| &task.offers);
    offers.filter(|offer| !offer.unit.is_empty()).any(|offer| organisation.covers(&offer.region, actor))
}

/// What an assignee means for a case now.
pub(super) fn offer(organisation: &Organisation, assignee: &Assignee, case: &Case) -> Offer {
    let region = case.region.clone();
    match assignee {
        Assignee::Office(unit) => Offer {
            region,
            department: unit.split('.').next().unwrap_or_default().to_owned(),
            unit: unit.clone(),
            ..Offer::default()
        },
        Assignee::Role(role) => Offer { region, role: role.clone(), ..Offer::default() },
        Assignee::Party(party) => Offer { region, party: party.clone(), ..Offer::default() },
        Assignee::Site { site, office, unknown } => {
            super::sites::offer_at(organisation, case, site, office, unknown.as_deref())
        }
    }
}

fn matches(organisation: &Organisation, actor: &Actor, case: &Case, offer: &Offer) -> bool {
    if !offer.party.is_empty() {
        return actor.acts_in(&case.process) && case.is_party(&offer.party, actor.stands_for());
    }
    match &actor.kind {
        ActorKind::Staff { region, .. } => {
            // A street's clerk works on cases of the district around it, and a district's clerk on those of its streets.
            let here = organisation.contains(region, &offer.region) || organisation.contains(&offer.region, region);
            let placed = if offer.unit.is_empty() { actor.has_role(&offer.role) } else { actor.works_in(&offer.unit) };
            here && placed
        }
        ActorKind::Citizen
        | ActorKind::Agent { .. }
        | ActorKind::System
        | ActorKind::Process { .. }
        | ActorKind::Connector { .. } => false,
    }
}

/// Has this member of the staff stepped back from the case? A recused official does nothing more in it.
pub(super) fn is_recused(actor: &Actor, case: &Case) -> bool {
    matches!(actor.kind, ActorKind::Staff { .. }) && case.recused.contains(&actor.id)
}
