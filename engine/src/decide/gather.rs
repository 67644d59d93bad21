//! Gathering: a state asks the cases of another process that stand somewhere. It begins as an errand; the list is written
//! down and, where only some are wanted, drawn from in one step; then its cases are told one by one, and what came of it
//! is noted in pieces. Nothing here looks at another case: whoever carries the errand out brings what was found.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::errands::put;
use super::settle::Stay;
use super::{MemberWritten, deliver_message};
use crate::case::{Case, Gather};
use crate::command::{Gathering, Member, Order};
use crate::definition::{DefinitionHash, GatherDefinition, ProcessDefinition};
use crate::event::{Draw, ErrandKind, Event, Missed};
use crate::kernel::{self, StateId};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::sample::{self, Share};
use crate::value::Value;

/// A list under way, as long as the state that asked for it has not been left. `None` when it has ended, or nobody waits
/// for it any more.
pub fn gathering<'c>(definition: &ProcessDefinition, case: &'c Case, errand: u32) -> Option<&'c Gather> {
    let gather = case.gathers.get(&errand).filter(|gather| !gather.ended)?;
    // A state that was left and entered again has asked anew.
    let latest = case.gathers.iter().rfind(|(_, other)| other.state == gather.state && !other.ended);
    let mine = latest.is_some_and(|(latest, _)| *latest == errand);
    (mine && definition.stay(&case.configuration).contains(&gather.state)).then_some(gather)
}

/// The states that a list asks for, by the version that a case may run on.
pub fn states_asked(rules: &Rulebook, gathering: &Gathering) -> BTreeMap<DefinitionHash, BTreeSet<StateId>> {
    let versions = rules.processes.values().filter(|definition| definition.name == gathering.process);
    let states = |definition: &ProcessDefinition| {
        gathering.within.iter().flat_map(|name| definition.states_named(name)).collect::<BTreeSet<StateId>>()
    };
    versions.map(|definition| (definition.hash.clone(), states(definition))).collect()
}

impl Draft<'_> {
    /// Begins the lists of the stays that began.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] where what is told, or how many are drawn, cannot be computed.
    pub fn gathers(&mut self, stay: &Stay) -> Result<(), Rejection> {
        let definition = self.definition.clone();
        for state in self.case.configuration.in_order(&definition.chart) {
            let Some(gather) = &definition.state(state).gather else { continue };
            if stay.begins(&self.case.configuration.active, state) {
                self.gather(state, gather)?;
            }
        }
        Ok(())
    }

    fn gather(&mut self, state: StateId, gather: &GatherDefinition) -> Result<(), Rejection> {
        let fault = |fault: crate::expression::Fault| Rejection::ProcessFault { fault: fault.to_string() };
        let mut answers = Value::Map(BTreeMap::new());
        for (path, value) in &gather.with {
            put(&mut answers, path, self.evaluate(value).map_err(fault)?);
        }
        let sample = match &gather.sample {
            None => None,
            Some(sample) => match self.evaluate(&sample.percent).map_err(fault)? {
                Value::Int(percent) if (0..=100).contains(&percent) => {
                    Some(Share { percent: u32::try_from(percent).unwrap_or(100), least: sample.least })
                }
                other => {
                    let fault = format!("a sample of 0 to 100 per cent, but the file says {}", other.to_json());
                    return Err(Rejection::ProcessFault { fault });
                }
            },
        };
        let gathering = Gathering {
            process: gather.process.clone(),
            within: gather.within.clone(),
            region: self.case.region.clone(),
            message: gather.message.clone(),
            answers,
            sums: gather.sums.iter().map(|(name, _)| name.clone()).collect(),
            sample,
        };
        let message = gather.message.clone().unwrap_or_default();
        self.send_errand("", ErrandKind::Gather { state }, &gather.process, &message, Order::Gather(gathering));
        Ok(())
    }

    /// The seed of a sample: of this command alone, and no help in finding its salts.
    fn seed(&self) -> String {
        crate::event::hexadecimal(&self.derived(b"the seed of a sample"))
    }
}

/// `FreezeMembers`: the list in the order of its numbers, and the sample. The random bytes came with the command, after
/// the list was found, so nobody can choose a list that fits them.
pub(super) fn freeze(
    draft: &mut Draft<'_>,
    errand: u32,
    members: &[Member],
    sample: Option<Share>,
) -> Result<(), Rejection> {
    if under_way(draft, errand)?.frozen {
        return Err(Rejection::ErrandGone { errand });
    }
    let members: Vec<Member> = members.iter().cloned().collect::<BTreeSet<Member>>().into_iter().collect();
    let numbers: Vec<&str> = members.iter().map(|member| member.number.as_str()).collect();
    let draw = sample.map(|share| Draw { seed: draft.seed(), share });
    let drawn: Option<BTreeSet<usize>> =
        draw.as_ref().map(|draw| sample::draw(&draw.seed, &numbers, draw.share).into_iter().collect());
    draft.emit(Event::MembersFrozen {
        errand,
        of: count(members.len()),
        list: sample::checksum(numbers.iter().copied()),
        chosen: count(drawn.as_ref().map_or(members.len(), BTreeSet::len)),
        draw,
    });
    let chosen = |at: usize| drawn.as_ref().is_none_or(|drawn| drawn.contains(&at));
    let written = members.into_iter().enumerate();
    let written =
        written.map(|(at, member)| MemberWritten { errand, place: count(at + 1), chosen: chosen(at), member });
    draft.members = written.collect();
    Ok(())
}

/// `TellMember`: as any message, but only while the case stands where the list found it.
pub(super) fn tell(
    draft: &mut Draft<'_>,
    message: Option<&str>,
    answers: &Value,
    within: &[String],
    figures: &[String],
) -> Result<(), Rejection> {
    if !matches!(draft.context.actor.kind, ActorKind::Process { .. }) {
        return Err(Rejection::CaseNotFound);
    }
    let active = &draft.case.configuration.active;
    let stands =
        within.iter().flat_map(|name| draft.definition.states_named(name)).any(|state| active.contains(&state));
    if !stands || draft.case.closed.is_some() {
        return Err(Rejection::NotActive { what: message.unwrap_or_default().to_owned() });
    }
    if let Some(message) = message {
        deliver_message::decide(draft, message, answers)?;
    }
    let variables = &draft.case.configuration.variables;
    let found = figures.iter().filter_map(|name| Some((name.clone(), variables.get(name)?.clone())));
    draft.figures = found.filter(|(_, value)| matches!(value, Value::Money(_) | Value::Int(_))).collect();
    Ok(())
}

/// `NoteMembers`: what came of a part of the list. Two who tell the same part note it once.
pub(super) fn note(draft: &mut Draft<'_>, errand: u32, after: u32, told: Told<'_>) -> Result<(), Rejection> {
    let gather = under_way(draft, errand)?;
    let noted = gather.reached + gather.refused + told.reached + count(told.refused.len());
    if !gather.frozen || gather.upto != after || told.upto <= after || noted > gather.chosen {
        return Err(Rejection::Stale { expected: u64::from(after), found: u64::from(gather.upto) });
    }
    draft.emit(Event::MembersTold {
        errand,
        upto: told.upto,
        reached: told.reached,
        refused: told.refused.to_vec(),
        sums: told.sums.clone(),
    });
    Ok(())
}

/// What came of a part of a list.
#[derive(Clone, Copy)]
pub(super) struct Told<'c> {
    pub upto: u32,
    pub reached: u32,
    pub refused: &'c [Missed],
    pub sums: &'c BTreeMap<String, Value>,
}

/// The end of a list that is still waited for: it goes on by `on_gathered`. One that nobody waits for has just ended.
pub(super) fn end(draft: &mut Draft<'_>, errand: u32) -> Result<(), Rejection> {
    let Some(known) = draft.case.gathers.get(&errand).cloned() else { return Ok(()) };
    let waited_for = gathering(&draft.definition, &draft.case, errand).is_some();
    if waited_for && !known.is_complete() {
        return Err(Rejection::Stale { expected: u64::from(known.chosen), found: u64::from(known.upto) });
    }
    draft.emit(Event::ErrandEnded { errand, reached: known.reached, refused: Vec::new() });
    let event = draft.definition.state(known.state).gather.as_ref().map(|gather| gather.event.clone());
    if let (true, Some(event)) = (waited_for, event) {
        draft.move_by(kernel::Event::addressed(event))?;
    }
    Ok(())
}

fn under_way(draft: &Draft<'_>, errand: u32) -> Result<Gather, Rejection> {
    if draft.context.actor.kind != ActorKind::System {
        return Err(Rejection::CaseNotFound);
    }
    gathering(&draft.definition, &draft.case, errand).cloned().ok_or(Rejection::ErrandGone { errand })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
