//! `StartCase`: opens a case through a door of the version in force today.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::sites::Told;
use super::{Context, Decision, Loaded, event_data};
use crate::case::{Answers, Case, CaseId};
use crate::definition::Door;
use crate::event::{Event, Holder};
use crate::expression::Fault;
use crate::kernel;
use crate::organisation::{ActorKind, region};
use crate::rejection::Rejection;
use crate::value::Value;

/// What a new case is opened with.
pub(super) struct Opening<'c> {
    pub process: &'c str,
    pub door: &'c str,
    pub region: &'c str,
    pub answers: &'c Value,
    pub draft: &'c Option<String>,
}

pub(super) fn decide(context: Context<'_>, id: CaseId, opening: Opening<'_>) -> Result<Decision, Rejection> {
    let name = opening.door;
    let (mut draft, event) = open(context, id, opening)?;
    let definition = draft.definition.clone();
    if let Some(door) = definition.doors.get(name) {
        draft.refuse(&door.refuse)?;
    }
    draft.only_one()?;
    if let Some(unique) = &definition.unique {
        draft.unique_key = draft.evaluate(&unique.key).ok().and_then(|key| unique_key(&definition.name, key));
    }
    let run = kernel::start(&definition.chart, &draft.names())
        .map_err(|fault| Rejection::ProcessFault { fault: fault.code().to_owned() })?;
    draft.settle("start", &run)?;
    draft.move_by(event)?;
    Ok(draft.finish())
}

/// The new case with its answers, before its statechart begins, and the event of its door.
pub(super) fn open<'a>(
    context: Context<'a>,
    id: CaseId,
    opening: Opening<'_>,
) -> Result<(Draft<'a>, kernel::Event), Rejection> {
    let today = context.now.date();
    if !context.rules.published.contains_key(opening.process) {
        return Err(Rejection::ProcessUnknown { process: opening.process.to_owned() });
    }
    let definition = context
        .rules
        .choose(opening.process, today)
        .cloned()
        .ok_or_else(|| Rejection::ProcessNotInForce { process: opening.process.to_owned(), on: today })?;
    let door =
        definition.doors.get(opening.door).ok_or_else(|| Rejection::DoorUnknown { door: opening.door.to_owned() })?;

    let blank = kernel::Configuration::of(&definition.chart);
    let case = Case::new(id, definition.hash.clone(), blank, context.now);
    let mut draft = Draft::open(context, definition.clone(), &Loaded { case, answers: Answers::default() });
    draft.draft = opening.draft.clone();
    let region = told_region(&mut draft, door, opening.answers).unwrap_or_else(|| opening.region.to_owned());
    draft.emit(Event::CaseOpened {
        process: definition.name.clone(),
        number: context.number.to_owned(),
        door: door.name.clone(),
        region,
    });
    draft.set_sites(Told::ByOpening)?;
    permitted(&mut draft, opening.door)?;

    let mut data = Value::Null;
    if let Some(form) = &door.form {
        let values = draft.answer(Holder::Case, form, opening.answers)?;
        data = event_data(&[(form, &values)]);
        if let Some(fills) = &door.fills {
            draft.answer(Holder::Case, fills, &values)?;
        }
    }
    draft.set_sites(Told::ByAnswers)?;
    fix(&mut draft)?;
    Ok((draft, kernel::Event::addressed(door.event.clone()).with(data)))
}

/// The region that the answers of the door name, if it is one of this installation: there the case is opened. Answers
/// that cannot be read name none; they are refused where they are stored.
fn told_region(draft: &mut Draft<'_>, door: &Door, answers: &Value) -> Option<String> {
    let (region, form) = (door.region.as_ref()?, door.form.as_ref()?);
    let form = draft.definition.forms.get(form).cloned()?;
    let values = draft.check(&form, answers).ok()?;
    let key = (Holder::Case, form.name.clone());
    draft.answers.0.insert(key.clone(), values);
    let told = draft.evaluate(region);
    draft.answers.0.remove(&key);
    let organisation = &draft.context.rules.organisation;
    let code = told.ok()?.as_text().map(|code| region::significant(code).to_owned())?;
    let known = organisation.region(&code).is_some() && organisation.contains(&organisation.region, &code);
    known.then_some(code)
}

/// Writes down the values that nothing changes later. What the door did not ask is fixed as not answered.
fn fix(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let definition = draft.definition.clone();
    let mut values = BTreeMap::new();
    for (name, expression) in &definition.fixed {
        let value = match draft.evaluate(expression) {
            Ok(value) => value,
            Err(Fault::Unanswered(_)) => Value::Null,
            Err(fault) => return Err(Rejection::ProcessFault { fault: fault.to_string() }),
        };
        values.insert(name.clone(), value);
    }
    if !values.is_empty() {
        draft.emit(Event::ValuesFixed { values });
    }
    Ok(())
}

/// The asker must be one of those whom the door names, and becomes the party it names.
fn permitted(draft: &mut Draft<'_>, name: &str) -> Result<(), Rejection> {
    let definition = draft.definition.clone();
    let Some(door) = definition.doors.get(name) else { return Ok(()) };
    let actor = draft.context.actor;
    let refused = Rejection::NotPermitted { what: name.to_owned() };
    if let Some(message) = &door.message {
        let ActorKind::Connector { name } = &actor.kind else { return Err(refused) };
        let known = definition.messages.get(message).is_some_and(|message| message.from.contains(name));
        if !known {
            return Err(refused);
        }
        draft.emit(Event::MessageReceived { message: message.clone(), sender: name.clone() });
        return Ok(());
    }
    if let ActorKind::Process { case, process, link, reports, .. } = &actor.kind {
        let parent = uuid::Uuid::parse_str(case).map(CaseId).ok().filter(|_| door.linked).ok_or(refused)?;
        draft.emit(Event::BegunBy { parent, process: process.clone(), link: link.clone(), reports: *reports });
        return Ok(());
    }
    if door.schedule.is_some() && actor.kind == ActorKind::System {
        return Ok(());
    }
    if let Some(party) = &door.party
        && matches!(actor.kind, ActorKind::Citizen | ActorKind::Agent { .. })
    {
        if !actor.acts_in(&definition.name) {
            return Err(refused);
        }
        // The case is the principal's; that somebody acted for them is in the envelope of every event.
        draft.emit(Event::PartyJoined { party: party.clone(), actor: actor.stands_for().to_owned() });
        return Ok(());
    }
    let staff = super::may_do(&draft.context.rules.organisation, actor, &draft.case, &door.by);
    if staff { Ok(()) } else { Err(refused) }
}

/// Canonical text of a key: of this process, because another may ask for the same number. None where a part of it is
/// not answered.
fn unique_key(process: &str, key: Value) -> Option<String> {
    let parts = if let Value::List(parts) = key { parts } else { vec![key] };
    if parts.is_empty() || parts.iter().any(Value::is_blank) {
        return None;
    }
    serde_json::to_string(&(process, Value::List(parts))).ok()
}
