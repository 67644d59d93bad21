//! What a group of commands reads and writes: the snapshot it is decided on, and the rows of one commit. Plain data; it
//! must never hold a value somebody typed outside of answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::CaseId;
use crate::command::Receipt;
use crate::decide::{Found, LineAsked, LineFound, Loaded, RecordKey, StoredFile};
use crate::event::Envelope;
use crate::value::Instant;

/// What a group of commands needs to see before it is decided about.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Cases to lock and load, in the order of their ids.
    pub cases: Vec<CaseId>,
    /// Requests that may have been answered before.
    pub keys: Vec<RequestKey>,
    /// How many case numbers may be needed.
    pub numbers: u32,
    /// Uploaded files that the answers name, by id.
    pub files: Vec<String>,
}

/// A request is the same if the same actor sends the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestKey {
    /// Who asks.
    pub actor: String,
    /// Chosen by the asker; made by the page for browsers.
    pub key: String,
}

/// What the store found, read under the locks of one transaction.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Legal time: database time and the installation's offset.
    pub now: Instant,
    /// Cases that exist.
    pub cases: BTreeMap<CaseId, Held>,
    /// Requests answered before.
    pub answered: BTreeMap<RequestKey, Answered>,
    /// Serial numbers reserved for this group, first and one past the last.
    pub numbers: (u64, u64),
    /// Uploaded files that the answers name, here or in the cases already.
    pub files: BTreeMap<String, StoredFile>,
    /// What is held under the places that were asked for; empty while it is being asked.
    pub records: BTreeMap<RecordKey, Found>,
    /// How the waiting lists stand that were asked for; empty while it is being asked.
    pub lines: BTreeMap<LineAsked, LineFound>,
}

/// A case as it was loaded for writing.
#[derive(Clone, Debug)]
pub struct Held {
    /// Row and answers.
    pub loaded: Loaded,
    /// Hash of its last event.
    pub head: String,
    /// Set aside after an internal fault.
    pub quarantined: bool,
}

/// An accepted request, kept so that its repeat gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Digest of the command.
    pub digest: String,
    /// The answer.
    pub receipt: Receipt,
}

/// Everything a group writes: one list per table. The fields are columns; both databases read them from one JSON text.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Rows of cases, each once, as they stand after the group.
    pub cases: Vec<CaseRow>,
    /// New events.
    pub events: Vec<Envelope>,
    /// New versions of answers.
    pub answers: Vec<AnswersRow>,
    /// Tasks that are new or changed.
    pub tasks: Vec<TaskRow>,
    /// Offers of new tasks.
    pub offers: Vec<OfferRow>,
    /// Accounts that joined a party.
    pub parties: Vec<PartyRow>,
    /// Timers set.
    pub timers: Vec<TimerRow>,
    /// Timers that are gone.
    pub timers_gone: Vec<TimerKey>,
    /// Messages that must leave.
    pub outbox: Vec<OutboxRow>,
    /// Errands to carry out.
    pub errands: Vec<ErrandRow>,
    /// Errands that have ended.
    pub errands_gone: Vec<ErrandKey>,
    /// Accepted requests.
    pub answered: Vec<AnsweredRow>,
    /// Refusals of permission, for the audit.
    pub refusals: Vec<RefusalRow>,
    /// Facts that other cases may ask for, each once per case.
    pub records: Vec<RecordRow>,
    /// Lists that were written down.
    pub gathered: Vec<GatheredRow>,
    /// Drafts that became cases.
    pub drafts: Vec<DraftUsed>,
    /// Cases whose places are replaced by those in `places`.
    pub places_of: Vec<CaseId>,
    /// Places that cases wait for or hold.
    pub places: Vec<PlaceRow>,
    /// Cases whose public notices are replaced by those in `posted`.
    pub posted_of: Vec<CaseId>,
    /// Public notices.
    pub posted: Vec<PostedRow>,
    /// Uploaded files that answers of a case name from now on.
    pub file_uses: Vec<FileUseRow>,
}

/// A row of `file_uses`.
#[derive(Clone, Debug, Serialize)]
pub struct FileUseRow {
    /// Id of the file.
    pub file: String,
    /// The case.
    pub case_id: CaseId,
}

/// A row of `places`.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceRow {
    /// The case.
    pub case_id: CaseId,
    /// Name of the quota.
    pub quota: String,
    /// The region that it counts in.
    pub region: String,
    /// Number of the case on paper, the last tie-break.
    pub number: String,
    /// Higher comes first.
    pub priority: i64,
    /// When the waiting began, legal time.
    pub since: i64,
    /// When it was given, legal time; `None` while the case waits.
    pub given_at: Option<i64>,
    /// The calendar year of that.
    pub given_year: Option<i16>,
}

/// A draft that has become a case.
#[derive(Clone, Debug, Serialize)]
pub struct DraftUsed {
    /// Its id.
    pub id: String,
    /// The case.
    pub case_id: CaseId,
}

/// A row of `public_notices`: what everybody may read.
#[derive(Clone, Debug, Serialize)]
pub struct PostedRow {
    /// The case; never shown.
    pub case_id: CaseId,
    /// Path of the state.
    pub state: String,
    /// Region of the case.
    pub region: String,
    /// Masked names.
    pub who: String,
    /// The matter in Chinese.
    pub what_zh: String,
    /// The matter in English.
    pub what_en: String,
    /// Office, role or party to which an objection goes, `department.unit`.
    pub objections: String,
    /// Posted at, legal time.
    pub posted_at: i64,
    /// Exclusive end, legal time.
    pub until_at: i64,
}

/// A row of `cases`.
#[derive(Clone, Debug, Serialize)]
pub struct CaseRow {
    /// Identity.
    pub id: CaseId,
    /// Number of events before the group; 0 for a new case. The row is written only if it still has this length.
    pub expected: u64,
    /// Number of events after it.
    pub length: u64,
    /// Number on paper.
    pub number: String,
    /// Process name.
    pub process: String,
    /// Definition hash.
    pub definition: String,
    /// Region code.
    pub region: String,
    /// First event.
    pub opened_at: i64,
    /// Last event.
    pub last_at: i64,
    /// When it closed.
    pub closed_at: Option<i64>,
    /// `success`, `partial`, `failure`, `none` once it is closed.
    pub outcome: Option<String>,
    /// Earliest deadline of a running clock.
    pub due_at: Option<i64>,
    /// Some running clock is late.
    pub late: bool,
    /// Hash of the last event.
    pub head: String,
    /// Key that only one open case may have, canonical text; the store keeps its keyed hash. Only set for a new case.
    pub unique_key: Option<String>,
    /// The whole case, canonical JSON.
    pub body: String,
}

/// A row of `answers`.
#[derive(Clone, Debug, Serialize)]
pub struct AnswersRow {
    /// The case.
    pub case_id: CaseId,
    /// Empty for the case, else the item.
    pub holder: String,
    /// The form.
    pub form: String,
    /// The version.
    pub version: u32,
    /// The exact form.
    pub form_hash: String,
    /// Salt of the commitment, hexadecimal.
    pub salt: String,
    /// Values as canonical JSON; sealed by the store.
    pub values: String,
    /// When.
    pub at: i64,
    /// By whom.
    pub actor: String,
}

/// A row of `records`.
#[derive(Clone, Debug, Serialize)]
pub struct RecordRow {
    /// The case.
    pub case_id: CaseId,
    /// Name of the record.
    pub record: String,
    /// Canonical text of its key; the store keeps its keyed hash.
    pub key: String,
    /// When it was written.
    pub at: i64,
    /// It counts only while the case is open.
    pub while_open: bool,
    /// It counts before this instant only.
    pub until_at: Option<i64>,
}

/// A row of `tasks`.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRow {
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub task: u32,
    /// Path of its state.
    pub state: String,
    /// Item name, or empty.
    pub item: String,
    /// Title in Chinese and English, for lists.
    pub title_zh: String,
    /// English.
    pub title_en: String,
    /// `open`, `aside`, `done`, `cancelled`.
    pub status: String,
    /// Who holds it.
    pub holder: Option<String>,
    /// When it was offered.
    pub offered_at: i64,
    /// Deadline of its clock.
    pub due_at: Option<i64>,
    /// 80 per cent of its limit, when the light turns yellow.
    pub warn_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// A row of `task_offers`.
#[derive(Clone, Debug, Serialize)]
pub struct OfferRow {
    /// The case.
    pub case_id: CaseId,
    /// The task.
    pub task: u32,
    /// Resolved region.
    pub region: String,
    /// Resolved department, or empty.
    pub department: String,
    /// Resolved unit, or empty.
    pub unit: String,
    /// Role, or empty.
    pub role: String,
    /// Party, or empty.
    pub party: String,
}

/// A row of `case_parties`.
#[derive(Clone, Debug, Serialize)]
pub struct PartyRow {
    /// The case.
    pub case_id: CaseId,
    /// The party.
    pub party: String,
    /// The account.
    pub actor: String,
}

/// A row of `timers`.
#[derive(Clone, Debug, Serialize)]
pub struct TimerRow {
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub timer: u32,
    /// Legal time.
    pub at: i64,
}

/// Names a timer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerKey {
    /// The case.
    pub case_id: CaseId,
    /// Number in the case.
    pub timer: u32,
}

/// A row of `outbox`.
#[derive(Clone, Debug, Serialize)]
pub struct OutboxRow {
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
    pub due_at: Option<i64>,
    /// Legal time of the step.
    pub at: i64,
}

/// A row of `errands`.
#[derive(Clone, Debug, Serialize)]
pub struct ErrandRow {
    /// The case that sends it.
    pub case_id: CaseId,
    /// Number in the case.
    pub errand: u32,
    /// What is asked, as canonical JSON; sealed by the store.
    pub order: String,
    /// Legal time.
    pub at: i64,
}

/// Names an errand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrandKey {
    /// The case that sends it.
    pub case_id: CaseId,
    /// Number in the case.
    pub errand: u32,
}

/// A row of `gathered`: one place of a list that was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GatheredRow {
    /// The case that gathers.
    pub case_id: CaseId,
    /// The errand.
    pub errand: u32,
    /// Place in the list, from 1.
    pub place: u32,
    /// The case on the list.
    pub member: CaseId,
    /// Its number on paper.
    pub number: String,
    /// It is told; not so where a sample was drawn without it.
    pub chosen: bool,
}

/// A row of `requests`.
#[derive(Clone, Debug, Serialize)]
pub struct AnsweredRow {
    /// Who.
    pub actor: String,
    /// Key.
    pub key: String,
    /// Digest of the command.
    pub digest: String,
    /// The answer, JSON.
    pub receipt: String,
}

/// A row of `refusals`.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalRow {
    /// The case.
    pub case_id: CaseId,
    /// Who.
    pub actor: String,
    /// Which command.
    pub command: String,
    /// Code of the rejection.
    pub code: String,
    /// Legal time.
    pub at: i64,
}
