//! Clocks of a case: how each event about one changes its run. It must never compute a deadline.

use super::{Case, ClockState};
use crate::clock::{ClockRun, Limit, Roll};
use crate::event::Event;
use crate::value::Instant;

impl Case {
    pub(super) fn apply_clock(&mut self, event: &Event, at: Instant) {
        let id = match event {
            Event::ClockStarted { clock, .. }
            | Event::ClockPaused { clock, .. }
            | Event::ClockResumed { clock }
            | Event::ClockExtended { clock, .. }
            | Event::ClockContinued { clock }
            | Event::ClockStopped { clock }
            | Event::DueSet { clock, .. } => *clock,
            _ => return,
        };
        if let Event::ClockStarted { from, limit, roll, .. } = event {
            let earlier = self.clocks.remove(&id).map_or_else(Vec::new, |mut state| {
                state.earlier.push(state.run);
                state.earlier
            });
            self.clocks.insert(id, ClockState::new(ClockRun::new(*from), *limit, *roll, earlier));
            return;
        }
        let Some(state) = self.clocks.get_mut(&id) else { return };
        match event {
            // Time of a case never goes back, so an interval can always be closed and opened here.
            Event::ClockPaused { kind, .. } => {
                let _ = state.run.pause_is(Some(kind), at);
            }
            Event::ClockResumed { .. } => {
                let _ = state.run.pause_is(None, at);
            }
            Event::ClockContinued { .. } => {
                if let Some(stopped_at) = state.stopped_at.take() {
                    let _ = state.run.pause_is(Some("outside"), stopped_at);
                    let _ = state.run.pause_is(None, at);
                }
                state.running = true;
            }
            Event::ClockExtended { add, .. } => state.run.extend(*add, at),
            Event::ClockStopped { .. } => (state.running, state.stopped_at) = (false, Some(at)),
            Event::DueSet { due_at, provisional, .. } => (state.due_at, state.provisional) = (*due_at, *provisional),
            _ => {}
        }
    }
}

impl ClockState {
    fn new(run: ClockRun, limit: Limit, roll: Roll, earlier: Vec<ClockRun>) -> ClockState {
        ClockState {
            limit,
            roll,
            run,
            earlier,
            running: true,
            stopped_at: None,
            due_at: None,
            provisional: false,
            late: false,
        }
    }
}
