//! What goes into the interpreter and what comes out of it: events, steps, macrosteps, refusals. Plain data; it must
//! never hold a reference into a chart.

use serde::{Deserialize, Serialize};

use super::{StateId, TransitionId};
use crate::value::Value;

/// Something a chart may react to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name, words separated by dots.
    pub name: String,
    /// What guards see as `event.data`.
    #[serde(default, skip_serializing_if = "is_null")]
    pub data: Value,
    /// Who can catch it.
    #[serde(default)]
    pub kind: EventKind,
}

/// Who can catch an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Every transition whose descriptor matches the name.
    #[default]
    Announced,
    /// Only transitions that wait for exactly this name.
    Addressed,
    /// Announced by the kernel: this state is done.
    Done(StateId),
}

fn is_null(value: &Value) -> bool {
    *value == Value::Null
}

impl Event {
    /// The name of the event that tells of a fault in a guard or an action.
    pub const FAULT: &'static str = "error.execution";

    /// An event for everybody, without data.
    pub fn announced(name: impl Into<String>) -> Event {
        Event { name: name.into(), data: Value::Null, kind: EventKind::Announced }
    }

    /// An event for one place, without data.
    pub fn addressed(name: impl Into<String>) -> Event {
        Event { name: name.into(), data: Value::Null, kind: EventKind::Addressed }
    }

    /// The same event with data.
    #[must_use]
    pub fn with(mut self, data: Value) -> Event {
        self.data = data;
        self
    }
}

/// One thing that happened, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A history state noted what was active.
    Remember {
        /// The history state.
        history: StateId,
        /// What it brings back.
        states: Vec<StateId>,
    },
    /// A state was left.
    Exit(StateId),
    /// A transition was taken; its exits stand before, its entries after.
    Take(TransitionId),
    /// A state was entered.
    Enter(StateId),
    /// A variable was written.
    Set {
        /// Which.
        variable: String,
        /// Its new value.
        value: Value,
    },
    /// An event was put into the internal queue.
    Raise(Event),
    /// An event was put into the external queue, or must be delivered by the caller later.
    Send {
        /// The event.
        event: Event,
        /// Milliseconds from now; `None`: it follows as a macrostep of the same run.
        after_ms: Option<i64>,
        /// Name to cancel it by.
        id: Option<String>,
    },
    /// Delayed sends of this id must not be delivered any more.
    Cancel {
        /// Name they were sent under.
        id: String,
    },
    /// A value was noted.
    Log(Value),
    /// A guard or an action could not be evaluated; `error.execution` was raised.
    Fault {
        /// Stable word for what went wrong.
        code: String,
    },
    /// An action of a higher layer.
    Extension(u32),
    /// A final state of the root was reached. Delayed sends must not be delivered any more.
    Finish,
}

impl Step {
    /// Roughly how many bytes it adds to the record of a case.
    pub(super) fn weight(&self) -> usize {
        match self {
            Step::Set { value, .. } | Step::Log(value) => weight_of(value),
            Step::Raise(event) | Step::Send { event, .. } => weight_of(&event.data),
            Step::Remember { states, .. } => 4 * states.len(),
            Step::Exit(_)
            | Step::Take(_)
            | Step::Enter(_)
            | Step::Cancel { .. }
            | Step::Fault { .. }
            | Step::Extension(_)
            | Step::Finish => 4,
        }
    }
}

/// Roughly how many bytes a value takes.
pub(super) fn weight_of(value: &Value) -> usize {
    const EACH: usize = 16;
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Money(_) | Value::Date(_) | Value::Instant(_) => EACH,
        Value::Text(text) => EACH + text.len(),
        Value::List(list) => EACH + list.iter().map(weight_of).sum::<usize>(),
        Value::Map(map) => EACH + map.iter().map(|(name, value)| EACH + name.len() + weight_of(value)).sum::<usize>(),
    }
}

/// Why a macrostep began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The chart was started.
    Start,
    /// The caller gave an event.
    Event,
    /// The chart had sent itself an event without delay.
    Send,
}

/// One event and everything that follows from it until nothing more follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macrostep {
    /// Why it began.
    pub cause: Cause,
    /// The event; `None` at the start.
    pub event: Option<Event>,
    /// What happened. Empty when the event matched nothing.
    pub steps: Vec<Step>,
}

/// What one call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where the chart is now.
    pub configuration: super::Configuration,
    /// The macrostep of the call, then those of undelayed sends.
    pub macrosteps: Vec<Macrostep>,
}

impl Run {
    /// All steps of all macrosteps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.macrosteps.iter().flat_map(|macrostep| &macrostep.steps)
    }

    /// Did any transition fire?
    pub fn moved(&self) -> bool {
        self.steps().any(|step| matches!(step, Step::Take(_)))
    }
}

/// Why a run was refused. Nothing of it has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KernelRejection {
    /// More than [`super::MAX_ROUNDS`] rounds followed one event.
    #[error("expected the process to come to rest, but it went on for more than {limit} steps")]
    Endless {
        /// The bound.
        limit: usize,
    },
    /// More than [`super::MAX_WEIGHT`] bytes were written and sent.
    #[error("expected the process to write little, but it wrote more than {limit} bytes")]
    TooMuch {
        /// The bound.
        limit: usize,
    },
}

impl KernelRejection {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            KernelRejection::Endless { .. } => "endless",
            KernelRejection::TooMuch { .. } => "too_much",
        }
    }
}
