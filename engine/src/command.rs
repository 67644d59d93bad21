//! Commands: what somebody or something asks of a case, in the imperative. They must carry everything a decision needs
//! that does not come from the store, and nothing that a page computed about permissions.

mod errand;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use crate::case::CaseId;
use crate::event::{Missed, Refused};
use crate::sample::Share;
use crate::value::Value;

pub use errand::{Errand, Gathering, HOPS_MAX, Order, linked_case_id, scheduled_case_id};

/// A request to change a case. Answers are maps of field ids to values, already read from the page but not trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Opens a case through a door.
    StartCase {
        /// Identity made by the shell.
        case: CaseId,
        /// Name of the process.
        process: String,
        /// The door.
        door: String,
        /// Region whose offices shall handle it.
        region: String,
        /// Answers to the door's form.
        answers: Value,
        /// The draft this consumes.
        draft: Option<String>,
    },
    /// Takes an open task.
    ClaimTask {
        /// The case.
        case: CaseId,
        /// The task.
        task: u32,
    },
    /// Gives a task back.
    ReleaseTask {
        /// The case.
        case: CaseId,
        /// The task.
        task: u32,
    },
    /// Ends a task with an outcome.
    CompleteTask {
        /// The case.
        case: CaseId,
        /// The task.
        task: u32,
        /// The outcome chosen.
        outcome: String,
        /// Answers to the task's form; null where it has none.
        answers: Value,
        /// Answers to the outcome's own form; null where it has none.
        ask: Value,
    },
    /// Steps back from a case (回避): who does takes no task of it any more.
    Recuse {
        /// The case.
        case: CaseId,
        /// The task that the person could have taken.
        task: u32,
    },
    /// Does something the process allows without a task, a hold included.
    Act {
        /// The case.
        case: CaseId,
        /// The addressed event of the choice.
        action: String,
        /// Answers to its form; null where it has none.
        answers: Value,
    },
    /// Prolongs a clock.
    ExtendClock {
        /// The case.
        case: CaseId,
        /// Name of the clock.
        clock: String,
    },
    /// A timer woke.
    FireTimer {
        /// The case.
        case: CaseId,
        /// The timer.
        timer: u32,
    },
    /// Another system sent a message about a case.
    DeliverMessage {
        /// The case.
        case: CaseId,
        /// Name of the message.
        message: String,
        /// Its body as answers to its form.
        answers: Value,
    },
    /// Gives an account a part in a case, after the shell has made sure who is behind it.
    JoinParty {
        /// The case.
        case: CaseId,
        /// The party: `heirs`.
        party: String,
        /// The account.
        account: String,
    },
    /// An errand of a case was carried out.
    EndErrand {
        /// The case that sent it.
        case: CaseId,
        /// The errand.
        errand: u32,
        /// Cases it reached.
        reached: u32,
        /// Cases that refused it.
        refused: Vec<Refused>,
    },
    /// The list of a gathering as it was found.
    FreezeMembers {
        /// The case that gathers.
        case: CaseId,
        /// The errand.
        errand: u32,
        /// Every case that stands where it was asked for.
        members: Vec<Member>,
        /// How much of it is drawn, where not all are told.
        sample: Option<Share>,
    },
    /// Tells a case of a list a message, if it still stands where it must, and reads variables in the same step.
    TellMember {
        /// The case that is told.
        case: CaseId,
        /// Name of the message; `None` to read only.
        message: Option<String>,
        /// Its body as answers to its form.
        answers: Value,
        /// Names of states; it must stand in one of them.
        within: Vec<String>,
        /// Names of variables that the receipt brings back.
        figures: Vec<String>,
    },
    /// A part of a list was told.
    NoteMembers {
        /// The case that gathers.
        case: CaseId,
        /// The errand.
        errand: u32,
        /// The last place that was noted before.
        after: u32,
        /// The last place that is noted now.
        upto: u32,
        /// So many heard it.
        reached: u32,
        /// Those that did not.
        refused: Vec<Missed>,
        /// What their variables come to.
        sums: BTreeMap<String, Value>,
    },
    /// Gives a place to a case that waits for one.
    GivePlace {
        /// The case.
        case: CaseId,
        /// The quota.
        quota: String,
    },
    /// Computes every running deadline anew, after the calendar has changed.
    RecomputeDeadlines {
        /// The case.
        case: CaseId,
    },
}

impl Command {
    /// The case it concerns.
    pub fn case(&self) -> CaseId {
        match self {
            Command::StartCase { case, .. }
            | Command::ClaimTask { case, .. }
            | Command::ReleaseTask { case, .. }
            | Command::Recuse { case, .. }
            | Command::CompleteTask { case, .. }
            | Command::Act { case, .. }
            | Command::ExtendClock { case, .. }
            | Command::FireTimer { case, .. }
            | Command::DeliverMessage { case, .. }
            | Command::JoinParty { case, .. }
            | Command::EndErrand { case, .. }
            | Command::FreezeMembers { case, .. }
            | Command::TellMember { case, .. }
            | Command::NoteMembers { case, .. }
            | Command::GivePlace { case, .. }
            | Command::RecomputeDeadlines { case } => *case,
        }
    }

    /// Answers that it brings.
    fn answers(&self) -> Vec<&Value> {
        match self {
            Command::StartCase { answers, .. }
            | Command::Act { answers, .. }
            | Command::DeliverMessage { answers, .. }
            | Command::TellMember { answers, .. } => vec![answers],
            Command::CompleteTask { answers, ask, .. } => vec![answers, ask],
            Command::ClaimTask { .. }
            | Command::ReleaseTask { .. }
            | Command::Recuse { .. }
            | Command::ExtendClock { .. }
            | Command::FireTimer { .. }
            | Command::JoinParty { .. }
            | Command::EndErrand { .. }
            | Command::GivePlace { .. }
            | Command::FreezeMembers { .. }
            | Command::NoteMembers { .. }
            | Command::RecomputeDeadlines { .. } => Vec::new(),
        }
    }

    /// Ids of every uploaded file that its answers name.
    pub fn files(&self) -> BTreeSet<String> {
        self.answers().into_iter().flat_map(crate::form::file_ids).collect()
    }

    /// A digest of what is asked, for comparing repeats under one key. The id of a new case is the shell's, not the asker's.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut asked = self.clone();
        if let Command::StartCase { case, .. } = &mut asked {
            *case = CaseId(uuid::Uuid::nil());
        }
        let text = serde_json::to_string(&asked).unwrap_or_default();
        crate::event::hexadecimal(&sha2::Sha256::digest(text.as_bytes()))
    }
}

/// What an accepted command brought about. Stored under its key, so a repeat gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The case.
    pub case: CaseId,
    /// Its number on paper.
    pub number: String,
    /// Number of events after it.
    pub length: u64,
    /// Variables that were asked for, as they stood after it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, Value>,
}

/// A case of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Its number on paper.
    pub number: String,
    /// Its identity.
    pub case: CaseId,
}
