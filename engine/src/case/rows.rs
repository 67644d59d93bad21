//! What a case consists of: its tasks, clocks, timers, items, cards and documents. Plain data; it must never hold a value
//! that somebody typed.

use serde::{Deserialize, Serialize};

use crate::clock::{ClockRun, Limit, Roll};
use crate::definition::{ClockId, ItemId, Outcome};
use crate::event::{CardLevel, Holder, Offer, TimerKind};
use crate::kernel::StateId;
use crate::value::Instant;

/// Which version of a form's answers a case holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersVersion {
    /// Whose form.
    pub holder: Holder,
    /// Its name.
    pub form: String,
    /// The exact form.
    pub form_hash: String,
    /// 1, 2, 3 …
    pub version: u32,
    /// When.
    pub at: Instant,
}

/// Work offered to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number in the case.
    pub number: u32,
    /// The state it belongs to.
    pub state: StateId,
    /// To whom it was offered.
    pub offers: Vec<Offer>,
    /// When.
    pub offered_at: Instant,
    /// Who holds it.
    pub holder: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// How it ended.
    pub outcome: Option<String>,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Waiting for somebody.
    Open,
    /// Interrupted by a hold.
    Aside,
    /// Ended with an outcome.
    Done,
    /// Its state was left otherwise.
    Cancelled,
}

/// The runs of a clock, latest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockState {
    /// How much the latest run allows.
    pub limit: Limit,
    /// How its last day rolls.
    pub roll: Roll,
    /// Start, pauses and extensions of the latest run.
    pub run: ClockRun,
    /// Runs before it, for the proof.
    pub earlier: Vec<ClockRun>,
    /// Counting (perhaps paused), not stopped.
    pub running: bool,
    /// When the latest run stopped.
    pub stopped_at: Option<Instant>,
    /// Exclusive end; `None` while a pause is open.
    pub due_at: Option<Instant>,
    /// Computed past the last covered day of the calendar.
    pub provisional: bool,
    /// It ran out while it was running.
    pub late: bool,
}

/// A wake-up still to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Its number in the case.
    pub number: u32,
    /// Not before.
    pub at: Instant,
    /// Why.
    pub why: TimerKind,
}

/// The end of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemEnd {
    /// How it counts.
    pub outcome: Outcome,
    /// The final state, last part of its path.
    pub end: String,
    /// When.
    pub at: Instant,
}

/// A reminder or a finding of lateness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its number in the case.
    pub number: u32,
    /// The clock.
    pub clock: ClockId,
    /// How loud.
    pub level: CardLevel,
    /// Per cent of the limit used.
    pub percent: u8,
    /// The deadline it was measured against.
    pub due_at: Instant,
    /// When it was raised.
    pub at: Instant,
}

/// A document issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number in the case.
    pub number: u32,
    /// `W02`.
    pub code: String,
    /// The item it speaks of.
    pub item: Option<ItemId>,
    /// When.
    pub at: Instant,
}

/// A closed case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How.
    pub outcome: Outcome,
    /// Where it rests.
    pub state: StateId,
    /// When.
    pub at: Instant,
}
