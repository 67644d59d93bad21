//! After the statechart has come to rest: items, tasks, clocks, notices, documents and the end of the case follow from
//! where the case stays now and where it stayed before. Work follows the stay, not the microstep, so nothing flickers.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use crate::definition::Outcome;
use crate::event::{Event, TimerKind};
use crate::kernel::{self, Configuration, EventKind, Run, StateId, Step, TransitionId};
use crate::rejection::Rejection;
use crate::value::Value;

/// What a run of the statechart changed, for everything that follows.
pub(super) struct Stay {
    /// Active before.
    pub was_active: BTreeSet<StateId>,
    /// Stayed in before: active, or kept by a hold.
    pub was: BTreeSet<StateId>,
    /// Stayed in now.
    pub is: BTreeSet<StateId>,
    /// Left at some moment of the run.
    pub left: BTreeSet<StateId>,
    /// Entered at some moment of the run.
    pub entered: BTreeSet<StateId>,
}

impl Stay {
    /// Did a new stay in `state` begin? Coming back from a hold is no new stay.
    pub fn begins(&self, active: &BTreeSet<StateId>, state: StateId) -> bool {
        let resumed = self.was.contains(&state) && !self.was_active.contains(&state);
        self.entered.contains(&state) && active.contains(&state) && !resumed
    }

    /// Was every earlier stay in these states ended, even if one began anew? A hold interrupts a stay and does not end it.
    pub fn ended(&self, active: &BTreeSet<StateId>, states: &BTreeSet<StateId>) -> bool {
        let anew = |state: &StateId| self.left.contains(state) && active.contains(state);
        let mut before = states.intersection(&self.was).peekable();
        before.peek().is_some() && before.all(|state| anew(state) || !self.is.contains(state))
    }
}

impl Draft<'_> {
    /// Gives an event to the statechart and lets everything follow. Returns whether any transition was taken.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] when the statechart does not come to rest, [`Rejection::TableSilent`] when a table
    /// had no answer.
    pub fn move_by(&mut self, event: kernel::Event) -> Result<bool, Rejection> {
        let definition = self.definition.clone();
        let cause = event.name.clone();
        self.forget_silence();
        let run = kernel::step(&definition.chart, &self.case.configuration, event, &self.names())
            .map_err(|fault| Rejection::ProcessFault { fault: fault.code().to_owned() })?;
        self.refuse_if_silent(&run)?;
        let moved = run.moved();
        self.settle(&cause, &run)?;
        Ok(moved)
    }

    /// Records a run and lets items, tasks, clocks, notices, documents and errands follow.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] when an errand cannot be written down, a priority cannot be computed, or a state was
    /// entered before another that it may only follow.
    pub fn settle(&mut self, cause: &str, run: &Run) -> Result<(), Rejection> {
        let definition = self.definition.clone();
        let before = self.case.configuration.clone();
        let steps: Vec<&Step> = run.steps().collect();
        if steps.is_empty() {
            return Ok(());
        }
        super::order::kept(&definition, &before, run)?;
        self.emit(moved(cause, &before, run, &steps));
        let stay = Stay {
            was: definition.stay(&before),
            was_active: before.active,
            is: definition.stay(&self.case.configuration),
            left: steps.iter().filter_map(|s| if let Step::Exit(state) = s { Some(*state) } else { None }).collect(),
            entered: steps
                .iter()
                .filter_map(|s| if let Step::Enter(state) = s { Some(*state) } else { None })
                .collect(),
        };
        self.delayed_events(&steps);
        self.items();
        self.end_tasks(&stay);
        self.clocks(&stay);
        self.places(&taken(&steps), &stay)?;
        let begun = self.begin_tasks(&stay);
        self.tell(&taken(&steps), &stay, &begun);
        self.errands(&taken(&steps))?;
        self.gathers(&stay)?;
        self.close_or_reopen();
        Ok(())
    }

    /// Delayed events of the statechart are timers of the case.
    fn delayed_events(&mut self, steps: &[&Step]) {
        for step in steps {
            match step {
                Step::Send { event, after_ms: Some(after), id } => {
                    let at = self.context.now.plus(*after);
                    let why = TimerKind::Delay {
                        id: id.clone().unwrap_or_default(),
                        event: event.name.clone(),
                        addressed: matches!(event.kind, EventKind::Addressed),
                        data: event.data.clone(),
                    };
                    self.set_timer(at, why);
                }
                Step::Cancel { id } => {
                    self.cancel_timers(|why| matches!(why, TimerKind::Delay { id: own, .. } if own == id));
                }
                Step::Finish => self.cancel_timers(|why| matches!(why, TimerKind::Delay { .. })),
                _ => {}
            }
        }
    }

    fn close_or_reopen(&mut self) {
        let definition = self.definition.clone();
        let closing = self.case.configuration.active.iter().copied().find(|id| definition.state(*id).closes);
        let closed = self.case.closed.as_ref().map(|closed| closed.state);
        if closing == closed {
            return;
        }
        match closing {
            Some(state) => {
                let outcome = definition.state(state).outcome.unwrap_or(Outcome::None);
                self.leave_places();
                self.emit(Event::CaseClosed { outcome, state });
                self.report_end(outcome);
            }
            None => self.emit(Event::CaseReopened),
        }
    }
}

fn taken(steps: &[&Step]) -> Vec<TransitionId> {
    steps.iter().filter_map(|step| if let Step::Take(id) = step { Some(*id) } else { None }).collect()
}

/// The net difference of a run, so that folding it gives the configuration after it.
fn moved(cause: &str, before: &Configuration, run: &Run, steps: &[&Step]) -> Event {
    let after = &run.configuration;
    let visits = after
        .visits
        .iter()
        .filter_map(|(state, count)| {
            let more = count - before.visits.get(state).copied().unwrap_or(0);
            (more > 0).then_some((*state, more))
        })
        .collect();
    Event::Moved {
        event: cause.to_owned(),
        left: before.active.difference(&after.active).copied().collect(),
        entered: after.active.difference(&before.active).copied().collect(),
        taken: taken(steps),
        visits,
        history: differing(&before.history, &after.history),
        variables: differing::<String, Value>(&before.variables, &after.variables),
        running: after.running,
    }
}

fn differing<K: Ord + Clone, V: PartialEq + Clone>(before: &BTreeMap<K, V>, after: &BTreeMap<K, V>) -> BTreeMap<K, V> {
    after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
