//! The statechart interpreter: W3C SCXML, appendix D, to the letter. Given a chart, a configuration and an event it
//! answers with the steps to take, in order, and the configuration after them. It must never know tasks, people, forms
//! or legal time, wait for anything, or fail to come back: a run-away chart is refused and nothing has changed.
//!
//! What a higher layer needs beside SCXML is here in three plain words: *addressed* events, which no wildcard and no
//! prefix can catch; *local* transitions, which stay inside their source even when it is parallel; and *extension*
//! actions, which are reported in their order and mean nothing here.

mod chart;
mod configuration;
mod content;
mod entry;
mod interpreter;
mod names;
mod select;
mod step;
mod structure;
#[cfg(test)]
mod tests;

pub use chart::{
    Action, Condition, Content, Data, Delay, Descriptor, Initial, Reach, State, StateId, StateKind, Statechart,
    Transition, TransitionId, Trigger,
};
pub use configuration::Configuration;
pub use names::{Nothing, Outside, View};
pub use step::{Cause, Event, EventKind, KernelRejection, Macrostep, Run, Step};

use interpreter::Interpreter;

/// So many rounds of the interpreter (microsteps, and internal events that match nothing) may follow one event.
pub const MAX_ROUNDS: usize = 10_000;

/// So many bytes of values may be written and sent after one event.
pub const MAX_WEIGHT: usize = 4 << 20;

/// A variable, or the data of an event, may take so many bytes; more is a fault.
pub const MAX_VALUE_WEIGHT: usize = 64 << 10;

/// Enters the initial states and runs until nothing is left to do.
///
/// # Errors
/// [`KernelRejection`] when the chart does not come to rest.
pub fn start(chart: &Statechart, outside: &dyn Outside) -> Result<Run, KernelRejection> {
    Interpreter::new(chart, Configuration::of(chart), outside, MAX_ROUNDS).start()
}

/// Gives one event to the chart: a macrostep, then one more for each event it sent to itself without delay.
/// In a chart that has finished nothing happens.
///
/// # Errors
/// [`KernelRejection`] when the chart does not come to rest. The caller still has the old configuration.
pub fn step(
    chart: &Statechart,
    configuration: &Configuration,
    event: Event,
    outside: &dyn Outside,
) -> Result<Run, KernelRejection> {
    step_within(chart, configuration, event, outside, MAX_ROUNDS)
}

/// As [`step`], with a bound of one's own on the rounds: for whoever asks in advance whether a chart comes to rest.
///
/// # Errors
/// [`KernelRejection`] when the chart does not come to rest.
pub fn step_within(
    chart: &Statechart,
    configuration: &Configuration,
    event: Event,
    outside: &dyn Outside,
    rounds: usize,
) -> Result<Run, KernelRejection> {
    Interpreter::new(chart, configuration.clone(), outside, rounds).step(event)
}

/// As [`start`], with what is remembered (visits, history, variables) from before, and a bound on the rounds.
///
/// # Errors
/// [`KernelRejection`] when the chart does not come to rest.
pub fn start_within(
    chart: &Statechart,
    before: Configuration,
    outside: &dyn Outside,
    rounds: usize,
) -> Result<Run, KernelRejection> {
    Interpreter::new(chart, before, outside, rounds).start()
}
