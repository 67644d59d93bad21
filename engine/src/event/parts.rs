//! Words that events are made of: which case, whose form, to whom, why a timer wakes. They must never hold a value that
//! somebody typed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::definition::ClockId;
use crate::kernel::StateId;
use crate::sample::Share;
use crate::value::Value;

/// Identifies a case everywhere (UUID version 7, made by the shell).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub Uuid);

impl std::fmt::Display for CaseId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// Who holds a form's answers: the case, or one of its items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// The case itself.
    Case,
    /// An item, by name.
    Item(String),
}

impl Holder {
    /// The text stored in a column: empty for the case.
    pub fn as_column(&self) -> &str {
        match self {
            Holder::Case => "",
            Holder::Item(name) => name,
        }
    }

    /// Back from the column.
    pub fn from_column(text: &str) -> Holder {
        if text.is_empty() { Holder::Case } else { Holder::Item(text.to_owned()) }
    }
}

/// To whom a task is offered, resolved when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// Region code of the office; for roles the region of the case.
    pub region: String,
    /// `police`; empty for a party or a bare role.
    pub department: String,
    /// `police.household`; empty for a party or a bare role.
    pub unit: String,
    /// `supervisor`; empty unless the work is offered to a role.
    pub role: String,
    /// `applicant`; empty unless the work is offered to a party of the case.
    pub party: String,
}

/// Why a timer wakes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A clock runs out.
    Due(ClockId),
    /// So many per cent of a clock's limit are used.
    Remind(ClockId, u8),
    /// A delayed event of the statechart.
    Delay {
        /// Its send id, by which it can be cancelled.
        id: String,
        /// The event.
        event: String,
        /// Exact address or an announcement.
        addressed: bool,
        /// What it carries.
        data: Value,
    },
}

/// How loud a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardLevel {
    /// A reminder before the end.
    Yellow,
    /// Late.
    Red,
}

/// What an errand does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrandKind {
    /// Begins a case.
    Start,
    /// Tells cases a message.
    Tell,
    /// Asks the cases of another process that stand somewhere.
    Gather {
        /// The state that asks.
        state: StateId,
    },
}

/// A case that refused an errand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    /// Which.
    pub case: CaseId,
    /// Code of its rejection.
    pub code: String,
}

/// A case of a list that refused what it was told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// Its number on paper.
    pub number: String,
    /// Code of its rejection.
    pub code: String,
}

/// How a sample was drawn, so that it can be drawn again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Draw {
    /// Random, made when the list was written down: 64 hexadecimal digits, used as text.
    pub seed: String,
    /// How much.
    pub share: Share,
}
