//! Errands: what a case asks of other cases. They are written down with the events that made them and carried out
//! afterwards, each as commands that come in by the door that everybody uses. An errand must never be carried out twice:
//! every command of it has a key of its own, and its end is an event of the case that sent it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Command;
use crate::case::{Case, CaseId};
use crate::organisation::{Actor, ActorKind};
use crate::sample::Share;
use crate::value::{Instant, Value};

/// One errand of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Its number in the case that sends it.
    pub number: u32,
    /// The link it belongs to; empty for none.
    pub link: String,
    /// How many errands led to this one with nobody and no timer between them.
    pub hops: u32,
    /// What is asked.
    pub order: Order,
}

/// Errands that may follow from each other before the next is refused: two processes that tell each other for ever, or
/// that begin each other, would fill the database at the speed of the machine.
pub const HOPS_MAX: u32 = 32;

/// What an errand asks. It holds values of answers, so it is kept as answers are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Begin a case.
    Start {
        /// The identity it gets.
        case: CaseId,
        /// Name of its process.
        process: String,
        /// The door.
        door: String,
        /// Region whose offices handle it.
        region: String,
        /// Answers to the form of the door.
        answers: Value,
        /// It says how it ended when it closes.
        reports: bool,
        /// Accounts that have a part in it, by party.
        parties: Vec<(String, String)>,
    },
    /// Tell one case a message.
    Tell {
        /// Which.
        case: CaseId,
        /// Name of the message.
        message: String,
        /// Its body.
        answers: Value,
    },
    /// Tell all open cases of a process that hold a record under a key.
    TellHolders {
        /// Name of the process.
        process: String,
        /// Name of the record.
        record: String,
        /// Parts of the key.
        key: Vec<Value>,
        /// Name of the message.
        message: String,
        /// Its body.
        answers: Value,
    },
    /// Tell, count and sum up the cases of a process that stand somewhere.
    Gather(Gathering),
}

/// What is asked of every case of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    /// Name of the process whose cases are meant.
    pub process: String,
    /// Names of its states: a case that stands in one of them is a member.
    pub within: Vec<String>,
    /// Region in which, with everything inside it, they are handled.
    pub region: String,
    /// The message they are told, if any.
    pub message: Option<String>,
    /// Its body.
    pub answers: Value,
    /// Variables of theirs that are added up.
    pub sums: Vec<String>,
    /// Only so many of them, drawn at random.
    pub sample: Option<Share>,
}

impl Errand {
    /// Who carries it out: the case itself.
    pub fn actor(&self, from: &Case) -> Actor {
        let reports = matches!(self.order, Order::Start { reports: true, .. });
        Actor {
            id: format!("case:{}", from.id),
            kind: ActorKind::Process {
                case: from.id.to_string(),
                process: from.process.clone(),
                link: self.link.clone(),
                reports,
                hops: self.hops,
            },
        }
    }

    /// The case it goes to, where that needs no search.
    pub fn target(&self) -> Option<CaseId> {
        match &self.order {
            Order::Start { case, .. } | Order::Tell { case, .. } => Some(*case),
            Order::TellHolders { .. } | Order::Gather(_) => None,
        }
    }

    /// The command for one case.
    pub fn command(&self, to: CaseId) -> Command {
        match &self.order {
            Order::Start { case, process, door, region, answers, .. } => Command::StartCase {
                case: *case,
                process: process.clone(),
                door: door.clone(),
                region: region.clone(),
                answers: answers.clone(),
                draft: None,
            },
            Order::Tell { message, answers, .. } | Order::TellHolders { message, answers, .. } => {
                Command::DeliverMessage { case: to, message: message.clone(), answers: answers.clone() }
            }
            Order::Gather(gathering) => gathering.command(to),
        }
    }

    /// The key of the command for one case.
    pub fn key(&self, to: CaseId) -> String {
        format!("errand:{}:{to}", self.number)
    }

    /// Parts that accounts get in a case that was begun.
    pub fn joining(&self) -> Vec<Command> {
        let Order::Start { case, parties, .. } = &self.order else { return Vec::new() };
        let join = |(party, account): &(String, String)| Command::JoinParty {
            case: *case,
            party: party.clone(),
            account: account.clone(),
        };
        parties.iter().map(join).collect()
    }
}

impl Gathering {
    /// The command for one case of the list.
    pub fn command(&self, to: CaseId) -> Command {
        Command::TellMember {
            case: to,
            message: self.message.clone(),
            answers: self.answers.clone(),
            within: self.within.clone(),
            figures: self.sums.clone(),
        }
    }
}

/// The identity of the case that an errand begins: the same however often it is carried out.
pub fn linked_case_id(from: CaseId, errand: u32) -> CaseId {
    derived(&["case begun by an errand", &from.to_string(), &errand.to_string()])
}

/// The identity of the case that the engine opens for one period of a door: the same on every node.
pub fn scheduled_case_id(process: &str, door: &str, region: &str, at: Instant) -> CaseId {
    derived(&["case opened by a schedule", process, door, region, &at.0.to_string()])
}

/// UUID version 8 from the SHA-256 of its parts.
fn derived(parts: &[&str]) -> CaseId {
    let mut hasher = Sha256::new();
    for part in parts {
        // Lengths keep two parts from being read as one.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    CaseId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
