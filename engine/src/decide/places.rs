//! Places of quotas: a case waits in a state, gets the place when it is the first and one is free, and gives it back. How
//! many are given and how many wait before it is looked up by whoever calls; a decision never looks for itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::draft::Draft;
use super::settle::Stay;
use super::sites::inside;
use super::{Context, Loaded};
use crate::case::{Case, CaseId, Place};
use crate::command::Command;
use crate::definition::{Per, ProcessDefinition, QuotaDefinition, WaitDefinition};
use crate::event::Event;
use crate::expression::Fault;
use crate::kernel::{self, Configuration, Outside, StateId, TransitionId, View};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::value::{Instant, Value};

/// A question about a waiting list: how many places are given, and how many wait before this case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineAsked {
    /// The quota.
    pub quota: String,
    /// The region that it counts in.
    pub region: String,
    /// The year whose places are counted; `None` where those held now are.
    pub year: Option<i16>,
    /// The case that waits.
    pub case: CaseId,
    /// Its number on paper, the last tie-break.
    pub number: String,
    /// Higher comes first.
    pub priority: i64,
    /// Then whoever has waited longer.
    pub since: Instant,
}

/// The answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFound {
    /// Places given.
    pub given: u32,
    /// Cases that come first.
    pub ahead: u32,
}

/// What a command that gives a place must know of its list; it is looked up (and locked) before it is decided about.
pub fn asked_line(context: Context<'_>, loaded: Option<&Loaded>, command: &Command) -> Option<LineAsked> {
    let Command::GivePlace { quota, .. } = command else { return None };
    let loaded = loaded?;
    let definition = context.rules.definition(&loaded.case.definition)?;
    line_of(definition, &loaded.case, quota, context.now)
}

/// The lists in which a case waits, for pages.
pub fn waiting_lines<'d>(
    definition: &'d ProcessDefinition,
    case: &Case,
    now: Instant,
) -> Vec<(&'d QuotaDefinition, LineAsked)> {
    let quotas = definition.quotas.values();
    quotas.filter_map(|quota| Some((quota, line_of(definition, case, &quota.name, now)?))).collect()
}

fn line_of(definition: &ProcessDefinition, case: &Case, quota: &str, now: Instant) -> Option<LineAsked> {
    let per = definition.quotas.get(quota)?.per;
    let place = case.places.get(quota).filter(|place| place.given_at.is_none())?;
    Some(LineAsked {
        quota: quota.to_owned(),
        region: place.region.clone(),
        year: counted_year(per, now),
        case: case.id,
        number: case.number.clone(),
        priority: place.priority,
        since: place.since,
    })
}

/// The calendar year whose places are counted at an instant; `None` where those held now are.
pub fn counted_year(per: Per, now: Instant) -> Option<i16> {
    match per {
        Per::Year => Some(now.date().year()),
        Per::Standing => None,
    }
}

/// The quotas of the processes in force on a day, with the version that says how many places there are.
pub fn quotas_in_force(rules: &Rulebook, date: Date) -> Vec<(&Arc<ProcessDefinition>, &QuotaDefinition)> {
    let mut found: BTreeMap<&str, (&Arc<ProcessDefinition>, &QuotaDefinition)> = BTreeMap::new();
    for definition in rules.published.keys().filter_map(|process| rules.choose(process, date)) {
        for quota in definition.quotas.values() {
            found.entry(&quota.name).or_insert((definition, quota));
        }
    }
    found.into_values().collect()
}

/// The region in which a case of a region counts, where the quota names no other.
pub fn counted_in(rules: &Rulebook, quota: &QuotaDefinition, region: &str) -> String {
    inside(&rules.organisation, region, quota.level).unwrap_or_else(|| region.to_owned())
}

/// How many places there are on a day in a region.
///
/// # Errors
/// The figure has no value there and then, or is not a whole number of places.
pub fn places_in(
    rules: &Rulebook,
    definition: &ProcessDefinition,
    quota: &QuotaDefinition,
    region: &str,
    date: Date,
) -> Result<u32, Fault> {
    let outside = Figures { rules, region, date };
    let configuration = Configuration::of(&definition.chart);
    let view = View { chart: &definition.chart, configuration: &configuration, event: None, outside: &outside };
    let value = view.evaluate(&quota.limit)?;
    let count = if let Value::Int(count) = value { u32::try_from(count).ok() } else { None };
    count.ok_or_else(|| Fault::Function {
        function: "limit".to_owned(),
        reason: format!("the quota {} is not a whole number of places", quota.name),
    })
}

/// Figures by day and place, and nothing of any case.
struct Figures<'a> {
    rules: &'a Rulebook,
    region: &'a str,
    date: Date,
}

impl Outside for Figures<'_> {
    fn value<'a>(&'a self, _root: &str, _configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        None
    }

    fn call(&self, function: &str, arguments: &[Value], _configuration: &Configuration) -> Result<Value, Fault> {
        let fault = |reason: &str| Fault::Function { function: function.to_owned(), reason: reason.to_owned() };
        let (name, place) = match (function, arguments) {
            ("parameter", [Value::Text(name)]) => (name, self.region),
            ("parameter", [Value::Text(name), Value::Text(place)]) => (name, place.as_str()),
            _ => return Err(fault("unknown function")),
        };
        let found = self.rules.parameters.value(name, self.date, place, &self.rules.organisation);
        found.map(|found| found.value.clone()).ok_or_else(|| fault("no value on this date in this place"))
    }
}

/// `GivePlace`: the first in line gets a free place and moves on.
pub(super) fn give(draft: &mut Draft<'_>, quota: &str) -> Result<(), Rejection> {
    if draft.context.actor.kind != ActorKind::System {
        return Err(Rejection::CaseNotFound);
    }
    let definition = draft.definition.clone();
    let gone = || Rejection::NotWaiting { quota: quota.to_owned() };
    let known = definition.quotas.get(quota).ok_or_else(gone)?;
    let asked = line_of(&definition, &draft.case, quota, draft.context.now).ok_or_else(gone)?;
    let (_, wait) = draft.waits().into_iter().find(|(_, wait)| wait.quota == quota).ok_or_else(gone)?;
    // A list that was not looked up has no answer; the caller looks again.
    let found = draft.context.facts.line(&asked).ok_or_else(gone)?;
    if found.ahead > 0 {
        return Err(Rejection::NotNext { quota: quota.to_owned() });
    }
    let limit = places_in(draft.context.rules, &definition, known, &asked.region, draft.context.now.date());
    let limit = limit.map_err(|fault| Rejection::ProcessFault { fault: fault.to_string() })?;
    if found.given >= limit {
        return Err(Rejection::NoPlaceFree { quota: quota.to_owned() });
    }
    draft.emit(Event::PlaceGiven { quota: quota.to_owned() });
    if draft.move_by(kernel::Event::addressed(wait.event))? {
        return Ok(());
    }
    Err(Rejection::ProcessFault { fault: format!("the place of {quota} leads nowhere") })
}

impl Draft<'_> {
    /// Lets waiting lists follow a move: what was given back, who has left a list, who has come into one.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] where a priority cannot be computed, or a case would wait twice in one list.
    pub fn places(&mut self, taken: &[TransitionId], stay: &Stay) -> Result<(), Rejection> {
        let definition = self.definition.clone();
        if definition.quotas.is_empty() {
            return Ok(());
        }
        for quota in taken.iter().flat_map(|id| &definition.transition(*id).effects.releases) {
            self.give_back(quota);
        }
        let waits = self.waits();
        let left = self.case.places.iter().filter(|(_, place)| place.given_at.is_none());
        let left = left.map(|(quota, _)| quota).filter(|quota| !waits.iter().any(|(_, wait)| wait.quota == **quota));
        for quota in left.cloned().collect::<Vec<String>>() {
            self.emit(Event::WaitEnded { quota });
        }
        for (at, (state, wait)) in waits.iter().enumerate() {
            if waits[..at].iter().any(|(_, other)| other.quota == wait.quota) {
                let fault = format!("the case would wait twice for {}", wait.quota);
                return Err(Rejection::ProcessFault { fault });
            }
            self.line_up(wait, stay.begins(&self.case.configuration.active, *state))?;
        }
        Ok(())
    }

    /// The states in which the case waits now.
    fn waits(&self) -> Vec<(StateId, WaitDefinition)> {
        let states = self.case.configuration.in_order(&self.definition.chart).into_iter();
        states.filter_map(|state| Some((state, self.definition.state(state).wait.clone()?))).collect()
    }

    /// Puts the case into a list at the beginning of a stay; during it, only its priority follows what is known.
    fn line_up(&mut self, wait: &WaitDefinition, begins: bool) -> Result<(), Rejection> {
        let before = self.case.places.get(&wait.quota).cloned();
        if begins {
            self.give_back(&wait.quota);
            let (region, since) = (self.counted_region(&wait.quota)?, self.context.now);
            let priority = self.priority(wait)?;
            self.emit(Event::PlaceAwaited { quota: wait.quota.clone(), region, priority, since });
        } else if let Some(Place { region, priority: old, since, given_at: None }) = before {
            let priority = self.priority(wait)?;
            if priority != old {
                self.emit(Event::PlaceAwaited { quota: wait.quota.clone(), region, priority, since });
            }
        }
        Ok(())
    }

    fn priority(&self, wait: &WaitDefinition) -> Result<i64, Rejection> {
        let fault = |fault: String| Rejection::ProcessFault { fault };
        match wait.priority.as_ref().map(|priority| self.evaluate(priority)) {
            None => Ok(0),
            Some(Ok(Value::Int(priority))) => Ok(priority),
            Some(Ok(_)) => Err(fault(format!("the priority for {} is no whole number", wait.quota))),
            Some(Err(problem)) => Err(fault(problem.to_string())),
        }
    }

    /// The region that the case counts in: as the quota says, its own where that is not known.
    fn counted_region(&self, quota: &str) -> Result<String, Rejection> {
        let Some(quota) = self.definition.quotas.get(quota) else { return Ok(self.case.region.clone()) };
        let named = match quota.region.as_ref().map(|region| self.evaluate(region)) {
            Some(Ok(Value::Text(code))) if !code.is_empty() => code,
            None | Some(Ok(_) | Err(Fault::Unanswered(_))) => self.case.region.clone(),
            Some(Err(fault)) => return Err(Rejection::ProcessFault { fault: fault.to_string() }),
        };
        Ok(counted_in(self.context.rules, quota, &named))
    }

    /// Gives a place back that the case holds; nothing happens where it holds none.
    fn give_back(&mut self, quota: &str) {
        if self.case.places.get(quota).is_some_and(|place| place.given_at.is_some()) {
            self.emit(Event::PlaceReturned { quota: quota.to_owned() });
        }
    }

    /// The end of a case frees the places that are held by open cases only.
    pub fn leave_places(&mut self) {
        let definition = self.definition.clone();
        for quota in definition.quotas.values().filter(|quota| quota.per == Per::Standing) {
            self.give_back(&quota.name);
        }
    }
}
