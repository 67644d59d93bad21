//! Clocks follow the stay in the states they run in; pauses follow the states and holds that are active. Every change
//! computes the deadline anew and sets the wake-ups that belong to it.

use std::collections::BTreeSet;

use super::deadlines::deadline;
use super::draft::Draft;
use super::settle::Stay;
use crate::clock::Limit;
use crate::definition::{Again, ClockDefinition, ClockId, ClockStart, ItemId, Late, LimitSource};
use crate::event::{Event, TimerKind};
use crate::value::{Instant, Value};

/// Reminder of clocks whose file names none.
const REMIND_DEFAULT: &[u8] = &[80];

impl Draft<'_> {
    /// Starts, pauses, resumes and stops clocks after a run, and computes deadlines that may have changed.
    pub fn clocks(&mut self, stay: &Stay) {
        let definition = self.definition.clone();
        let mut touched = BTreeSet::new();
        for clock in &definition.clocks {
            if self.clock(clock, stay) {
                touched.insert(clock.id);
            }
        }
        // What may not outlast another clock changes with it.
        for clock in &definition.clocks {
            let bounded = clock.not_after.is_some_and(|outer| touched.contains(&outer));
            if touched.contains(&clock.id) || bounded {
                self.due(clock.id);
            }
        }
    }

    /// Returns whether anything about the clock changed.
    fn clock(&mut self, clock: &ClockDefinition, stay: &Stay) -> bool {
        let running = self.case.clocks.get(&clock.id).is_some_and(|state| state.running);
        let wanted = clock.runs_in.iter().any(|state| stay.is.contains(state));
        let active = &self.case.configuration.active;
        let anew = running && wanted && clock.again == Again::Restart && stay.ended(active, &clock.runs_in);
        let mut changed = false;
        if running && (!wanted || anew) {
            self.emit(Event::ClockStopped { clock: clock.id });
            self.cancel_clock_timers(clock.id);
            changed = true;
        }
        if wanted && (!running || anew) {
            let known = self.case.clocks.contains_key(&clock.id);
            if known && clock.again == Again::Continue {
                self.emit(Event::ClockContinued { clock: clock.id });
            } else {
                self.start_clock(clock);
            }
            changed = true;
        }
        changed | (wanted && self.pause_or_resume(clock))
    }

    fn start_clock(&mut self, clock: &ClockDefinition) {
        let now = self.context.now;
        let from = clock.from.as_ref().and_then(|from| self.day_zero(from));
        let (limit, parameter) = match &clock.limit {
            LimitSource::Fixed(limit) => (Some(*limit), None),
            LimitSource::Parameter(name, site) => {
                let place = site.as_deref().and_then(|site| self.case.site(site)).unwrap_or(&self.case.region);
                let rules = self.context.rules;
                let found = rules.parameters.value(name, now.date(), place, &rules.organisation);
                let limit = found.and_then(|found| Limit::parse(found.value.as_text().unwrap_or_default()).ok());
                (limit, found.map(|found| format!("{name}@{}", found.version)))
            }
        };
        // A parameter without a value here is reported when the parameters are loaded; the clock then does not run.
        let Some(limit) = limit else { return };
        let event =
            Event::ClockStarted { clock: clock.id, from: from.unwrap_or(now), limit, roll: clock.roll, parameter };
        self.emit(event);
    }

    /// The start of day 0. `None` for a date that was not answered, and for the end of a clock that never ran or stands
    /// still: then the entry counts.
    fn day_zero(&self, from: &ClockStart) -> Option<Instant> {
        match from {
            ClockStart::Date(date) => match self.evaluate(date) {
                Ok(Value::Date(date)) => Some(Instant::start_of(date)),
                Ok(Value::Instant(instant)) => Some(instant),
                _ => None,
            },
            ClockStart::EndOf(other) => {
                let end = deadline(self.context.rules, &self.definition, &self.case, *other)?;
                end.due_on().map(Instant::start_of)
            }
        }
    }

    fn pause_or_resume(&mut self, clock: &ClockDefinition) -> bool {
        let Some(state) = self.case.clocks.get(&clock.id) else { return false };
        let open = state.run.pauses.open().map(|pause| pause.kind.clone());
        let kinds = self.pauses_now(clock);
        match (open, kinds.first()) {
            (Some(open), _) if kinds.contains(&open) => false,
            (None, None) => false,
            (_, Some(kind)) => {
                let kind = kind.clone();
                self.emit(Event::ClockPaused { clock: clock.id, kind });
                true
            }
            (Some(_), None) => {
                self.emit(Event::ClockResumed { clock: clock.id });
                true
            }
        }
    }

    /// Kinds of pause that hold now and that the clock honours. A pause inside one item does not reach the clocks of
    /// another.
    fn pauses_now(&self, clock: &ClockDefinition) -> BTreeSet<String> {
        let definition = &self.definition;
        let reaches = |item: Option<ItemId>| clock.item.is_none() || item == clock.item || item.is_none();
        let active = &self.case.configuration.active;
        let states = active.iter().filter_map(|id| {
            let state = definition.state(*id);
            state.pause.clone().filter(|_| reaches(state.item))
        });
        let holds = definition.holds.iter().flat_map(|hold| {
            let item = definition.state(hold.state).item;
            hold.held
                .iter()
                .filter(move |(_, held)| active.contains(held) && reaches(item))
                .map(|(kind, _)| kind.clone())
        });
        states.chain(holds).filter(|kind| clock.pauses.contains(kind)).collect()
    }

    /// Computes a running clock's deadline anew and sets its wake-ups.
    pub fn due(&mut self, clock: ClockId) {
        let definition = self.definition.clone();
        let Some(state) = self.case.clocks.get(&clock).filter(|state| state.running) else { return };
        let (known, provisional) = (state.due_at, state.provisional);
        let Some(deadline) = deadline(self.context.rules, &definition, &self.case, clock) else { return };
        let due_at = deadline.due_at();
        let wakes = self.case.timers.values().any(|timer| matches!(timer.why, TimerKind::Due(own) if own == clock));
        if known == due_at && provisional == deadline.provisional && (wakes || deadline.wake_at().is_none()) {
            return;
        }
        let calendar = format!("{}@{}", definition.clock(clock).calendar, deadline.calendar);
        self.emit(Event::DueSet { clock, due_at, provisional: deadline.provisional, calendar });
        self.cancel_clock_timers(clock);
        let late = self.case.clocks.get(&clock).is_some_and(|state| state.late);
        if late {
            return;
        }
        let rule = definition.clock(clock);
        if let Some(at) = deadline.wake_at() {
            self.set_timer(at, TimerKind::Due(clock));
        }
        if rule.late == Late::CardOnly && rule.remind.is_empty() {
            return;
        }
        let percentages = if rule.remind.is_empty() { REMIND_DEFAULT } else { &rule.remind };
        for percent in percentages {
            let at = deadline.instant_at_percent(u32::from(*percent));
            if let Some(at) = at.filter(|at| *at > self.context.now) {
                self.set_timer(at, TimerKind::Remind(clock, *percent));
            }
        }
    }

    fn cancel_clock_timers(&mut self, clock: ClockId) {
        self.cancel_timers(|why| match why {
            TimerKind::Due(own) | TimerKind::Remind(own, _) => *own == clock,
            TimerKind::Delay { .. } => false,
        });
    }
}
