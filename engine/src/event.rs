//! Events: what happened to a case, in the past tense. They carry numbers, names of fields and commitments,
//! and must never carry a value somebody typed: the log outlives every right to erasure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::{Limit, Roll, Span};
use crate::definition::{ClockId, DefinitionHash, ItemId, Outcome};
use crate::kernel::{StateId, TransitionId};
use crate::value::{Instant, Value};

/// Version of the event format. One until the first tagged release.
pub const EVENT_VERSION: u32 = 1;

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

/// Body of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "facts", rename_all = "snake_case")]
pub enum Event {
    /// The first of every case.
    CaseOpened {
        /// Name of the process.
        process: String,
        /// Number on paper.
        number: String,
        /// The door it came through.
        door: String,
        /// Region whose offices handle it.
        region: String,
    },
    /// A form was answered (again); values are stored beside, under the same version.
    Answered {
        /// Whose form.
        holder: Holder,
        /// Its name.
        form: String,
        /// The exact form.
        form_hash: String,
        /// 1 for the first answers, counted per holder and form.
        version: u32,
        /// Paths of the fields that differ from the version before.
        fields: Vec<String>,
        /// HMAC-SHA-256 of the canonical values under a salt kept beside them, hexadecimal.
        commitment: String,
    },
    /// Accounts that may act for a party.
    PartyJoined {
        /// `applicant`.
        party: String,
        /// The account.
        actor: String,
    },
    /// The statechart moved: the net result of one macrostep.
    Moved {
        /// The event that caused it.
        event: String,
        /// States left.
        left: Vec<StateId>,
        /// States entered.
        entered: Vec<StateId>,
        /// Transitions in the order they were taken.
        taken: Vec<TransitionId>,
        /// Entries counted, for `visits()`.
        visits: BTreeMap<StateId, u32>,
        /// History values that changed.
        history: BTreeMap<StateId, Vec<StateId>>,
        /// Variables that changed.
        variables: BTreeMap<String, Value>,
        /// Still running (not in a final state of the root).
        running: bool,
    },
    /// An item ended, or was taken up again (`None`).
    ItemEnded {
        /// Which.
        item: ItemId,
        /// How; `None` when an ended item was entered again.
        outcome: Option<Outcome>,
        /// The final state, last part of its path.
        end: String,
    },
    /// Work is offered.
    TaskOffered {
        /// Its number in the case.
        task: u32,
        /// The state it belongs to.
        state: StateId,
        /// To whom.
        offers: Vec<Offer>,
    },
    /// Somebody took it.
    TaskClaimed {
        /// Which.
        task: u32,
        /// By whom.
        holder: String,
    },
    /// It was given back.
    TaskReleased {
        /// Which.
        task: u32,
    },
    /// It ended with an outcome.
    TaskCompleted {
        /// Which.
        task: u32,
        /// How.
        outcome: String,
    },
    /// The state was left otherwise.
    TaskCancelled {
        /// Which.
        task: u32,
    },
    /// A hold interrupts it.
    TaskPutAside {
        /// Which.
        task: u32,
    },
    /// The hold is over.
    TaskTakenUp {
        /// Which.
        task: u32,
    },
    /// A clock begins to count.
    ClockStarted {
        /// Which.
        clock: ClockId,
        /// From when; may lie before the event (`from:`).
        from: Instant,
        /// How much it allows.
        limit: Limit,
        /// How its last day rolls.
        roll: Roll,
        /// `parameter name@version` when the limit came from a parameter.
        parameter: Option<String>,
    },
    /// A typed interval that does not count begins.
    ClockPaused {
        /// Which.
        clock: ClockId,
        /// Why.
        kind: String,
    },
    /// It ends.
    ClockResumed {
        /// Which.
        clock: ClockId,
    },
    /// A clock is prolonged.
    ClockExtended {
        /// Which.
        clock: ClockId,
        /// By how much.
        add: Span,
    },
    /// A stopped clock counts on; the time between does not count.
    ClockContinued {
        /// Which.
        clock: ClockId,
    },
    /// A clock stops: the work it measured is over.
    ClockStopped {
        /// Which.
        clock: ClockId,
    },
    /// The last day of a clock was computed or computed anew.
    DueSet {
        /// Which.
        clock: ClockId,
        /// Exclusive end; `None` while a pause is open.
        due_at: Option<Instant>,
        /// A day past the calendar's last covered day was used.
        provisional: bool,
        /// Name and version of the calendar.
        calendar: String,
    },
    /// A wake-up was set.
    TimerSet {
        /// Its number in the case.
        timer: u32,
        /// Not before.
        at: Instant,
        /// Why.
        why: TimerKind,
    },
    /// It is not needed any more.
    TimerCancelled {
        /// Which.
        timer: u32,
    },
    /// It took effect.
    TimerFired {
        /// Which.
        timer: u32,
    },
    /// A reminder or a finding of lateness, with its arithmetic.
    CardRaised {
        /// Its number in the case.
        card: u32,
        /// The clock.
        clock: ClockId,
        /// How loud.
        level: CardLevel,
        /// Per cent of the limit used.
        percent: u8,
        /// The deadline it was measured against.
        due_at: Instant,
        /// Open tasks it concerns.
        tasks: Vec<u32>,
    },
    /// Another system said something about the case.
    MessageReceived {
        /// Its name.
        message: String,
        /// Which system.
        sender: String,
    },
    /// A notice is to be sent; an outbox row stands beside it.
    Notified {
        /// Its number in the case.
        notice: u32,
        /// `party:applicant`, `office:police.household`, `role:supervisor`.
        to: String,
        /// Name of the text.
        text: String,
        /// The item it speaks of.
        item: Option<ItemId>,
        /// The task it speaks of.
        task: Option<u32>,
    },
    /// A document was issued.
    DocumentIssued {
        /// Its number in the case.
        document: u32,
        /// `W02`.
        code: String,
        /// The item it speaks of.
        item: Option<ItemId>,
    },
    /// The case rests in a final or resting state of the root.
    CaseClosed {
        /// How.
        outcome: Outcome,
        /// The state.
        state: StateId,
    },
    /// A closed case was taken up again.
    CaseReopened,
}

/// What surrounds a body in the log. `hash` covers the canonical text of everything else, `prev` included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The case.
    pub case: CaseId,
    /// 1, 2, 3 … without a gap.
    pub n: u64,
    /// Legal time.
    pub at: Instant,
    /// Who caused it.
    pub actor: String,
    /// Version of the format.
    pub v: u32,
    /// The definition the case runs on.
    pub definition: DefinitionHash,
    /// Version of the engine.
    pub engine: String,
    /// Hash of the event before; 64 zeros for the first.
    pub prev: String,
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// Canonical JSON text of the body.
    pub body: String,
}

/// `prev` of the first event of a case.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Envelope {
    /// Seals a body: computes its canonical text and its hash over the chain.
    pub fn seal(
        case: CaseId,
        n: u64,
        at: Instant,
        actor: &str,
        definition: &DefinitionHash,
        prev: &str,
        event: &Event,
    ) -> Envelope {
        let body = canonical(event);
        let mut envelope = Envelope {
            case,
            n,
            at,
            actor: actor.to_owned(),
            v: EVENT_VERSION,
            definition: definition.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            prev: prev.to_owned(),
            hash: String::new(),
            body,
        };
        envelope.hash = envelope.digest();
        envelope
    }

    /// The hash this envelope ought to have.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut hasher = sha2::Sha256::new();
        let head = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.case.0, self.n, self.at.0, self.actor, self.v, self.definition.0, self.engine, self.prev
        );
        hasher.update(head.as_bytes());
        hasher.update(self.body.as_bytes());
        hexadecimal(&hasher.finalize())
    }

    /// The body, or `None` if its text is no event of this version.
    pub fn event(&self) -> Option<Event> {
        serde_json::from_str(&self.body).ok()
    }
}

/// The one canonical text of an event. Field order is the order of the type; maps are ordered by key.
pub fn canonical(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
