//! Limits on how long a case may stay somewhere, as a process declares them. It must never hold a day of a case.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Assignee, Effects, ItemId};
use crate::clock::{Limit, Roll, Span};
use crate::expression::Expression;
use crate::kernel::StateId;
use crate::text::Text;

/// Index into [`ProcessDefinition::clocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockId(pub u32);

/// A limit on how long a case may stay somewhere, by which law.
#[derive(Clone, Debug)]
pub struct ClockDefinition {
    /// Its own id.
    pub id: ClockId,
    /// Dotted: `total`, `household.decide`; a task's own limit is `task.<path>`.
    pub name: String,
    /// What a page calls it.
    pub title: Text,
    /// Whose promise it is.
    pub kind: ClockKind,
    /// How much.
    pub limit: LimitSource,
    /// What happens when the last day is no working day.
    pub roll: Roll,
    /// Name of the calendar it counts with.
    pub calendar: String,
    /// Counts while any of these states is stayed in.
    pub runs_in: BTreeSet<StateId>,
    /// What a second stay does.
    pub again: Again,
    /// Kinds of pause it honours.
    pub pauses: BTreeSet<String>,
    /// Counts from there instead of the entry.
    pub from: Option<ClockStart>,
    /// May not end later than this one.
    pub not_after: Option<ClockId>,
    /// How it may be prolonged.
    pub extend: Option<Extension>,
    /// Percentages of the limit at which the holder is reminded, ascending.
    pub remind: Vec<u8>,
    /// Who hears of lateness.
    pub late: Late,
    /// The addressed event that moves the case when the clock runs out, if some `after` waits for it.
    pub event: Option<String>,
    /// The item it belongs to.
    pub item: Option<ItemId>,
    /// The law or the local promise.
    pub basis: String,
}

/// Which day is day 0 of a clock that does not count from the entry.
#[derive(Clone, Debug)]
pub enum ClockStart {
    /// A date in the answers.
    Date(Expression),
    /// The last day of another clock, declared before it: two periods that follow each other without a gap.
    EndOf(ClockId),
}

/// Where the amount of a limit comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum LimitSource {
    /// Written in the file.
    Fixed(Limit),
    /// `parameter("name")`: by date and place, read when the clock starts. The place is that of the case, or the site that
    /// is named (that of the case while nobody knows it).
    Parameter(String, Option<String>),
}

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Set by law.
    Statutory,
    /// Promised by the bureau.
    Promised,
    /// Agreed inside the administration.
    Internal,
    /// Runs against the applicant.
    Applicant,
    /// Only shown.
    Shown,
}

/// What a second stay in `runs_in` does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Counts anew.
    Restart,
    /// Counts on; the time outside is a pause.
    Continue,
}

/// How a clock may be prolonged.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// By how much each time.
    pub add: Span,
    /// How often.
    pub times: u32,
    /// Who may ask.
    pub by: Vec<Assignee>,
    /// Whose consent it needs; empty for none.
    pub approved_by: Vec<Assignee>,
    /// Written and told.
    pub effects: Effects,
}

/// Who hears of lateness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// Yellow to the holder, red to the head of the office, then to the supervisor.
    #[default]
    HeadThenSupervisor,
    /// Red to everybody at the instant it is late.
    RedAtOnce,
    /// A card on the list, and nobody is written to.
    CardOnly,
}
