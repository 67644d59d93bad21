//! Events: what happened to a case, in the past tense. They carry numbers, names of fields and commitments,
//! and must never carry a value somebody typed: the log outlives every right to erasure.

mod envelope;
mod parts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::{Limit, Roll, Span};
use crate::definition::{ClockId, ItemId, Outcome};
use crate::kernel::{StateId, TransitionId};
use crate::value::{Instant, Value};

pub use envelope::{EVENT_VERSION, Envelope, GENESIS, canonical, hexadecimal};
pub use parts::{CardLevel, CaseId, Draw, ErrandKind, Holder, Missed, Offer, Refused, TimerKind};

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
    /// The places of the case when it opens. A later change is a variable of [`Event::Moved`].
    SitesSet {
        /// Codes of regions by site, cut to its level; empty where the answers do not tell.
        sites: BTreeMap<String, String>,
    },
    /// Values that the process writes once, when the case opens. None of them was typed by a person.
    ValuesFixed {
        /// By name.
        values: BTreeMap<String, Value>,
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
    /// Somebody stepped back from the whole case: related to a party, or partial for another reason.
    Recused {
        /// The task at which this was said.
        task: u32,
        /// Who.
        person: String,
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
    /// Another case began this one, through a link.
    BegunBy {
        /// The other case.
        parent: CaseId,
        /// Its process.
        process: String,
        /// What it calls the link.
        link: String,
        /// It wants to be told how this case ends.
        reports: bool,
    },
    /// Something is asked of other cases; what exactly stands beside the log and is carried out afterwards.
    ErrandSet {
        /// Its number in the case.
        errand: u32,
        /// Begin or tell.
        kind: ErrandKind,
        /// The link it belongs to; empty for none.
        link: String,
        /// The other process, where it is known.
        process: String,
        /// The other case, where there is one and it is known.
        case: Option<CaseId>,
        /// The message; empty where a case is begun.
        message: String,
    },
    /// It was carried out.
    ErrandEnded {
        /// Which.
        errand: u32,
        /// Cases it reached.
        reached: u32,
        /// Cases that refused it, and why.
        refused: Vec<Refused>,
    },
    /// The list of a gathering was written down, and a sample drawn from it; the numbers stand beside the log.
    MembersFrozen {
        /// The errand that gathers.
        errand: u32,
        /// How many numbers.
        of: u32,
        /// SHA-256 of the numbers in their order, each with a line feed, hexadecimal.
        list: String,
        /// How many are told: all, or those that were drawn.
        chosen: u32,
        /// How they were drawn, where they were.
        draw: Option<Draw>,
    },
    /// A part of the list was told.
    MembersTold {
        /// The errand that gathers.
        errand: u32,
        /// The last place of the list, from 1, that was looked at.
        upto: u32,
        /// So many of them heard it.
        reached: u32,
        /// Those that did not, and why.
        refused: Vec<Missed>,
        /// What their variables come to, by name.
        sums: BTreeMap<String, Value>,
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
    /// The case waits for a place, or its priority has changed while it waits.
    PlaceAwaited {
        /// Of which quota.
        quota: String,
        /// The region that it counts in.
        region: String,
        /// Higher comes first.
        priority: i64,
        /// When the waiting began.
        since: Instant,
    },
    /// It was given the place.
    PlaceGiven {
        /// Of which quota.
        quota: String,
    },
    /// The place was given back.
    PlaceReturned {
        /// Of which quota.
        quota: String,
    },
    /// The case left the waiting list without a place.
    WaitEnded {
        /// Of which quota.
        quota: String,
    },
    /// A fact was recorded that other cases may ask for; its key stands nowhere in the log.
    Recorded {
        /// Its name.
        record: String,
    },
}
