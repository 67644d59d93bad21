//! The store: one trait, two databases, one suite of tests. Only here is SQL. It must never decide anything: it loads,
//! lets the plan think, writes what came out, and commits before anybody is told.

mod accounts;
mod authorities;
mod batch;
mod credentials;
mod drafts;
mod files;
mod plan;
pub mod postgres;
mod reads;
mod rows;
pub mod sqlite;
mod voices;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use serde::{Deserialize, Serialize};

use crate::case::CaseId;
use crate::command::Member as ListMember;
use crate::decide::{LineAsked, LineFound, RecordKey};
use crate::definition::DefinitionHash;
use crate::event::Envelope;
use crate::kernel::StateId;
use crate::value::Instant;

pub use accounts::{
    AccountKind, AccountRow, Accounts, Assurance, CODE_TRIES_MAX, CodeClaimed, Idle, Known, SESSION_OWNER_KEPT_MS,
    SessionListed, SessionRow, SessionSeen, Stage,
};
pub use authorities::{Acting, Authorities, AuthorityKind, AuthorityListed, AuthorityRow, SubstituteRow};
pub use batch::{
    Answered, AnsweredRow, AnswersRow, Batch, CaseRow, ErrandKey, ErrandRow, FileUseRow, GatheredRow, Held, OfferRow,
    OutboxRow, PartyRow, PlaceRow, PostedRow, RecordRow, RefusalRow, RequestKey, Snapshot, TaskRow, TimerKey, TimerRow,
    Wanted,
};
pub use credentials::{Credentials, CredentialsRow, Enrolment};
pub use drafts::{DraftRow, Drafts, ParkedRow};
pub use files::{FileRow, Files};
pub use plan::{Fate, Group, Member, Planned, asked, lines, plan, wanted};
pub use reads::{ReadListed, ReadOf, ReadRow, Reads};
pub use voices::{COMPLAINTS_WAITING_MAX, Said, VoiceListed, VoiceRow, Voices};

/// A request may be repeated for so long (machine time) and gets the same answer; seven days.
pub const REQUESTS_KEPT_MS: i64 = 7 * 86_400_000;

/// Guesses are forgotten after so long (machine time); a day. No limit looks further back.
pub const ATTEMPTS_KEPT_MS: i64 = 86_400_000;

/// Why the database did not do it. Nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or does not answer.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// Something else changed what the group was decided on; asking again may succeed.
    #[error("the rows changed meanwhile: {0}")]
    Conflict(String),
    /// Another open case has the same unique key: this one, unless it closed meanwhile.
    #[error("another open case has the same key")]
    Duplicate(Option<CaseId>),
    /// The draft that should become a case is gone: it became one already.
    #[error("the draft was used")]
    DraftUsed,
    /// A statement failed, or a stored value cannot be read.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl StoreError {
    /// Would the members of a group fail one by one just the same?
    pub fn is_unavailable(&self) -> bool {
        matches!(self, StoreError::Unavailable(_))
    }
}

/// A database that holds cases. Two exist, SQLite and PostgreSQL; one suite of tests runs over both.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Store: Accounts + Authorities + Credentials + Drafts + Files + Reads + Voices + Send + Sync {
    /// One transaction: lock and load what is wanted, look up (and lock) the records that `think` asks for, let it
    /// decide, write its batch, commit.
    async fn write(&self, wanted: &Wanted, think: &mut dyn Think) -> Result<Vec<Fate>, StoreError>;

    /// Sets a case aside after an internal fault.
    async fn quarantine(&self, case: CaseId) -> Result<(), StoreError>;

    /// A case with its latest answers.
    async fn case(&self, id: CaseId) -> Result<Option<Held>, StoreError>;

    /// The case with this number on paper.
    async fn case_by_number(&self, number: &str) -> Result<Option<CaseId>, StoreError>;

    /// Which other cases than `besides` hold live records at these places.
    async fn recorded(
        &self,
        keys: &BTreeSet<RecordKey>,
        besides: CaseId,
    ) -> Result<BTreeMap<RecordKey, BTreeSet<CaseId>>, StoreError>;

    /// Open cases of a process that hold a live record at this place, in the order in which they were opened.
    async fn holders(&self, process: &str, key: &RecordKey) -> Result<Vec<CaseId>, StoreError>;

    /// Open cases of a process in a region (with everything inside) that stand in one of these states, by the version
    /// they run on; in the order of their numbers.
    async fn members(
        &self,
        process: &str,
        region: &str,
        states: &BTreeMap<DefinitionHash, BTreeSet<StateId>>,
    ) -> Result<Vec<ListMember>, StoreError>;

    /// Places of a list that was written down, after the place `after`, at most `limit`; only those that are told, or all.
    async fn gathered(
        &self,
        list: ErrandKey,
        after: u32,
        limit: u32,
        all: bool,
    ) -> Result<Vec<GatheredRow>, StoreError>;

    /// Lets others take an errand that was claimed and not ended.
    async fn release_errand(&self, errand: ErrandKey) -> Result<(), StoreError>;

    /// How a waiting list stands for a case, as it is now.
    async fn line(&self, asked: &LineAsked) -> Result<LineFound, StoreError>;

    /// Every waiting list, those of a year counted in `year`; with `waiting` only those in which somebody waits.
    async fn lines(&self, year: i16, waiting: bool) -> Result<Vec<LineListed>, StoreError>;

    /// The log of a case, oldest first.
    async fn history(&self, id: CaseId) -> Result<Vec<Envelope>, StoreError>;

    /// Tasks that wait, soonest deadline first; at most `limit`, after the row `after`.
    async fn tasks(
        &self,
        query: &TaskQuery,
        after: Option<TaskCursor>,
        limit: u32,
    ) -> Result<Vec<TaskListed>, StoreError>;

    /// Cases in which an account is a party, latest first.
    async fn cases_of(&self, actor: &str, limit: u32) -> Result<Vec<CaseListed>, StoreError>;

    /// Open cases of regions (with everything inside), late ones first, then by deadline.
    async fn watch(&self, regions: &[String], limit: u32) -> Result<Vec<CaseListed>, StoreError>;

    /// Legal time: database time and the installation's offset.
    async fn legal_now(&self) -> Result<Instant, StoreError>;

    /// Moves legal time forward to `to`. Refused by an installation that is live.
    async fn move_clock(&self, to: Instant) -> Result<(), StoreError>;

    /// Timers that are due, leased for `lease_ms` of machine time so that no other worker takes them.
    async fn claim_timers(&self, limit: u32, lease_ms: i64) -> Result<Vec<TimerKey>, StoreError>;

    /// Earliest timer still to come, legal time.
    async fn next_timer(&self) -> Result<Option<Instant>, StoreError>;

    /// Errands that wait, leased for `lease_ms` of machine time. Of each case only the first: they are carried out in the
    /// order in which they were given.
    async fn claim_errands(&self, limit: u32, lease_ms: i64) -> Result<Vec<ErrandClaimed>, StoreError>;

    /// Messages that wait to leave, leased for `lease_ms` of machine time under a fencing token.
    async fn claim_outbox(&self, limit: u32, lease_ms: i64) -> Result<Vec<OutboxClaimed>, StoreError>;

    /// A message was handled. Nothing happens if the lease was lost meanwhile; returns whether it was ours.
    async fn finish_outbox(&self, id: i64, token: i64, end: &OutboxEnd) -> Result<bool, StoreError>;

    /// Latest messages, for the operator's and the demonstration's mailbox.
    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxListed>, StoreError>;

    /// Keeps the sources of a definition under their hash; the same hash again changes nothing.
    async fn publish(&self, bundle: &BundleRow) -> Result<(), StoreError>;

    /// Every definition ever published, oldest first.
    async fn published(&self) -> Result<Vec<BundleRow>, StoreError>;

    /// Public notices posted now (legal time), those that end first before the others.
    async fn public_notices(&self, limit: u32) -> Result<Vec<PostedListed>, StoreError>;

    /// Deletes what nobody may use any more: requests answered more than [`REQUESTS_KEPT_MS`] ago, drafts, records,
    /// sessions, codes and guesses that have expired. Returns how many rows that were.
    async fn sweep(&self) -> Result<u64, StoreError>;

    /// Bytes that the database takes on its disk, its log of changes not counted.
    async fn size(&self) -> Result<u64, StoreError>;

    /// Is the database there?
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Whose tasks to list. The parts are alternatives; a task is listed once.
#[derive(Clone, Debug, Default)]
pub struct TaskQuery {
    /// Offered to one of these units.
    pub units: Vec<String>,
    /// Offered to one of these roles.
    pub roles: Vec<String>,
    /// Offered to a party that this account belongs to.
    pub account: Option<String>,
    /// Only tasks of these regions or inside them; empty for all.
    pub regions: Vec<String>,
}

/// Where a page of tasks ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCursor {
    /// Its deadline; `i64::MAX` for none.
    pub due_at: i64,
    /// Its case.
    pub case_id: CaseId,
    /// Its number.
    pub task: u32,
}

/// A task in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskListed {
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub task: u32,
    /// Number of the case on paper.
    pub number: String,
    /// Name of the process.
    pub process: String,
    /// Item name, or empty.
    pub item: String,
    /// What it is called.
    pub title: crate::text::Text,
    /// `open` or `aside`.
    pub status: String,
    /// Who holds it.
    pub holder: Option<String>,
    /// When it was offered.
    pub offered_at: Instant,
    /// Deadline.
    pub due_at: Option<Instant>,
    /// When the light turns yellow.
    pub warn_at: Option<Instant>,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseListed {
    /// Identity.
    pub id: CaseId,
    /// Number on paper.
    pub number: String,
    /// Name of the process.
    pub process: String,
    /// Region code.
    pub region: String,
    /// First event.
    pub opened_at: Instant,
    /// When it closed.
    pub closed_at: Option<Instant>,
    /// How it closed.
    pub outcome: Option<String>,
    /// Earliest deadline of a running clock.
    pub due_at: Option<Instant>,
    /// Some running clock is late.
    pub late: bool,
}

/// A public notice, as everybody may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedListed {
    /// Region of the case.
    pub region: String,
    /// Masked names.
    pub who: String,
    /// The matter.
    pub what: crate::text::Text,
    /// Where an objection goes, `department.unit`.
    pub objections: String,
    /// Posted at.
    pub posted_at: Instant,
    /// Exclusive end.
    pub until_at: Instant,
}

/// A waiting list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineListed {
    /// Name of the quota.
    pub quota: String,
    /// The region that it counts in.
    pub region: String,
    /// Cases that wait.
    pub waiting: u32,
    /// Places given and not given back.
    pub given: u32,
    /// Those of them that were given in the year asked for.
    pub given_in_year: u32,
    /// Who is next; cases that were set aside are passed over.
    pub next: Option<CaseId>,
}

/// An errand that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrandClaimed {
    /// The case that sends it.
    pub case_id: CaseId,
    /// What is asked.
    pub errand: crate::command::Errand,
}

/// A message that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxClaimed {
    /// Row.
    pub id: i64,
    /// Fencing token of the lease.
    pub token: i64,
    /// How often it was tried before.
    pub attempts: u32,
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub notice: u32,
    /// `party:applicant` …
    pub recipient: String,
    /// Text name.
    pub text: String,
    /// Item name, or empty.
    pub item: String,
    /// Task number.
    pub task: Option<u32>,
    /// The deadline it names.
    pub due_at: Option<Instant>,
    /// Legal time of the step.
    pub at: Instant,
}

/// How handling a message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxEnd {
    /// It left.
    Sent,
    /// Try again after so many milliseconds of machine time.
    Retry {
        /// Milliseconds.
        after_ms: i64,
        /// Why; no personal value.
        reason: String,
    },
    /// It can never leave.
    Failed {
        /// Why; no personal value.
        reason: String,
    },
    /// There is nobody to send it to.
    Dropped {
        /// Why; no personal value.
        reason: String,
    },
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxListed {
    /// Row.
    pub id: i64,
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub notice: u32,
    /// `party:applicant` …
    pub recipient: String,
    /// Text name.
    pub text: String,
    /// Item name, or empty.
    pub item: String,
    /// Task number.
    pub task: Option<u32>,
    /// The deadline it names.
    pub due_at: Option<Instant>,
    /// Legal time of the step.
    pub at: Instant,
    /// `waiting`, `sent`, `failed`, `dropped`.
    pub status: String,
    /// Tries so far.
    pub attempts: u32,
    /// Why it did not leave.
    pub reason: Option<String>,
}

/// Sources of a published definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleRow {
    /// SHA-256 of the sources.
    pub hash: String,
    /// Process name.
    pub process: String,
    /// JSON object: text by path.
    pub sources: String,
}

/// What an installation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Real cases; its clock cannot be moved.
    Live,
    /// Made-up cases; its clock can be moved.
    Demo,
    /// Tests.
    Test,
}

impl Kind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Live => "live",
            Kind::Demo => "demo",
            Kind::Test => "test",
        }
    }

    /// A store of real cases is never opened for play, nor one with a movable clock for real cases.
    fn must_fit(self, made: &str) -> Result<(), StoreError> {
        if (self == Kind::Live) == (made == Kind::Live.word()) {
            return Ok(());
        }
        Err(StoreError::Refused(format!("expected a {} store, but this one was made as {made}", self.word())))
    }
}

/// Opens the database behind a URL, `sqlite:PATH` or `postgres://…`, and makes its tables if it is new.
/// An installation keeps the kind it was made with.
///
/// # Errors
/// The URL is of neither kind, or the database cannot be opened.
pub async fn open(url: &str, kind: Kind) -> Result<std::sync::Arc<dyn Store>, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(std::sync::Arc::new(sqlite::SqliteStore::open(path, kind).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(std::sync::Arc::new(postgres::PostgresStore::open(url, kind).await?));
    }
    Err(StoreError::Refused(format!(
        "expected sqlite:PATH or postgres://…, but got another kind of address ({} characters)",
        url.len()
    )))
}

/// Thinks about a snapshot while its cases are locked: pure, and each called once in each transaction.
pub trait Think: Send {
    /// Which records must be looked up, and kept from changing, before it is decided.
    fn asks(&self, snapshot: &Snapshot) -> BTreeSet<RecordKey>;

    /// Which waiting lists must be looked up, and kept from giving places meanwhile.
    fn lines(&self, snapshot: &Snapshot) -> BTreeSet<LineAsked>;

    /// What is to be written.
    ///
    /// # Errors
    /// The group cannot be decided as one; its members can.
    fn plan(&mut self, snapshot: Snapshot) -> Result<Planned, StoreError>;
}
