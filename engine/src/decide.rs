//! Decisions: one pure function turns a command about a case into events, or into the reason why not.
//! It must never read a clock, a database or randomness; what it needs of them is in its arguments.
//!
//! One file per command, all of the same shape: is it there, is it permitted, is it possible, are the answers valid,
//! then the statechart moves and [`settle`] lets tasks, clocks, notices and documents follow.

mod act;
mod asked;
mod claim_task;
mod clocks;
mod complete_task;
mod deadlines;
mod deliver_message;
mod draft;
mod end_errand;
mod errands;
mod extend_clock;
mod files;
mod fire_timer;
mod gather;
mod items;
mod join_party;
mod names;
mod notices;
mod order;
mod permit;
mod places;
mod possible;
mod posted;
mod recompute_deadlines;
mod records;
mod recuse;
mod settle;
mod sites;
mod start_case;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{Answers, Case};
use crate::command::{Command, Errand, Member, Receipt};
use crate::definition::ProcessDefinition;
use crate::event::{Event, Holder};
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::value::{Instant, Value};

pub use act::choices;
pub use asked::RowAsked;
pub use deadlines::{deadline, deadline_of};
pub use draft::commitment;
pub use files::{StoredFile, nameable};
pub use gather::{gathering, states_asked};
pub use names::party_values;
pub use notices::{LATE, REMINDER, TASK_OFFERED};
pub use permit::{may_do, may_see, may_take};
pub use places::{
    LineAsked, LineFound, asked_line, counted_in, counted_year, places_in, quotas_in_force, waiting_lines,
};
pub use possible::{Possible, PossibleTask, possible};
pub use posted::{Posted, posted};
pub use records::{
    Facts, Found, Holding, Ledger, RecordKey, RecordWritten, asked_records, current_records, holders_asked, record_key,
    rival,
};

use draft::Draft;

/// A case as the store holds it, with the latest values of its forms.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The row.
    pub case: Case,
    /// Values beside it.
    pub answers: Answers,
}

/// What a decision may look at besides the case.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is published.
    pub rules: &'a Rulebook,
    /// Who asks.
    pub actor: &'a Actor,
    /// Legal time, never before the case's last event.
    pub now: Instant,
    /// 32 random bytes for this command alone; salts are derived from them.
    pub entropy: [u8; 32],
    /// The number a new case gets.
    pub number: &'a str,
    /// What other cases hold under the keys that were looked up for this command.
    pub facts: &'a Facts,
    /// Stored files that the answers at hand name, by id. `None`: no file is stored, names are taken as given (stories).
    pub files: Option<&'a BTreeMap<String, StoredFile>>,
}

/// What is to be written, all of it in one transaction.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The case after the events.
    pub case: Case,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// New versions of answers.
    pub answers: Vec<AnswersWritten>,
    /// Messages that must leave.
    pub outbox: Vec<Outgoing>,
    /// What is asked of other cases.
    pub errands: Vec<Errand>,
    /// The draft that is consumed.
    pub draft: Option<String>,
    /// Canonical text of the key that only one open case may have. Personal: stored only as a keyed hash.
    pub unique_key: Option<String>,
    /// Rows of decision tables that answered, for the coverage of stories.
    pub rows: std::collections::BTreeSet<RowAsked>,
    /// Facts that other cases may ask for. Their keys are personal: stored only as keyed hashes.
    pub records: Vec<RecordWritten>,
    /// A list that was written down.
    pub members: Vec<MemberWritten>,
    /// The answer to the asker.
    pub receipt: Receipt,
}

/// One place of a list that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberWritten {
    /// The errand that gathers.
    pub errand: u32,
    /// Its place, from 1.
    pub place: u32,
    /// It is told; not so where a sample was drawn without it.
    pub chosen: bool,
    /// The case.
    pub member: Member,
}

/// One new version of a form's answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswersWritten {
    /// Whose form.
    pub holder: Holder,
    /// Its name.
    pub form: String,
    /// The exact form.
    pub form_hash: String,
    /// 1, 2, 3 …
    pub version: u32,
    /// The values.
    pub values: Value,
    /// Salt of the commitment in the log.
    pub salt: [u8; 32],
}

/// A message that must leave: a template and references, rendered when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number in the case.
    pub notice: u32,
    /// `party:applicant`, `office:police.household`, `role:supervisor`.
    pub to: String,
    /// Name of the text.
    pub text: String,
    /// Name of the item it speaks of.
    pub item: Option<String>,
    /// The task it speaks of.
    pub task: Option<u32>,
    /// The deadline it names.
    pub due_at: Option<Instant>,
}

/// Decides about a command. `loaded` is the case it concerns, or `None` for a new one or one that is not there.
///
/// # Errors
/// The reason why nothing happens. Nothing has changed then.
pub fn decide(context: Context<'_>, loaded: Option<&Loaded>, command: &Command) -> Result<Decision, Rejection> {
    if let Command::StartCase { case, process, door, region, answers, draft } = command {
        return start_case::decide(context, *case, start_case::Opening { process, door, region, answers, draft });
    }
    let loaded = loaded.ok_or(Rejection::CaseNotFound)?;
    let definition = context.rules.definition(&loaded.case.definition).ok_or(Rejection::Quarantined)?;
    let mut draft = Draft::open(context, definition.clone(), loaded);
    match command {
        Command::StartCase { .. } => {}
        Command::ClaimTask { task, .. } => claim_task::claim(&mut draft, *task)?,
        Command::ReleaseTask { task, .. } => claim_task::release(&mut draft, *task)?,
        Command::Recuse { task, .. } => recuse::decide(&mut draft, *task)?,
        Command::CompleteTask { task, outcome, answers, ask, .. } => {
            complete_task::decide(&mut draft, *task, outcome, answers, ask)?;
        }
        Command::Act { action, answers, .. } => act::decide(&mut draft, action, answers)?,
        Command::ExtendClock { clock, .. } => extend_clock::decide(&mut draft, clock)?,
        Command::FireTimer { timer, .. } => fire_timer::decide(&mut draft, *timer)?,
        Command::DeliverMessage { message, answers, .. } => deliver_message::decide(&mut draft, message, answers)?,
        Command::JoinParty { party, account, .. } => join_party::decide(&mut draft, party, account)?,
        Command::EndErrand { errand, reached, refused, .. } => {
            end_errand::decide(&mut draft, *errand, *reached, refused)?
        }
        Command::FreezeMembers { errand, members, sample, .. } => {
            gather::freeze(&mut draft, *errand, members, *sample)?;
        }
        Command::TellMember { message, answers, within, figures, .. } => {
            gather::tell(&mut draft, message.as_deref(), answers, within, figures)?;
        }
        Command::NoteMembers { errand, after, upto, reached, refused, sums, .. } => {
            let told = gather::Told { upto: *upto, reached: *reached, refused, sums };
            gather::note(&mut draft, *errand, *after, told)?;
        }
        Command::GivePlace { quota, .. } => places::give(&mut draft, quota)?,
        Command::RecomputeDeadlines { .. } => recompute_deadlines::decide(&mut draft)?,
    }
    Ok(draft.finish())
}

/// Folds a log: the case that its events give. `definition` is the one named by the first event.
pub fn fold(definition: &Arc<ProcessDefinition>, id: crate::case::CaseId, events: &[(Event, Instant)]) -> Option<Case> {
    let (_, at) = events.first()?;
    let configuration = crate::kernel::Configuration::of(&definition.chart);
    let mut case = Case::new(id, definition.hash.clone(), configuration, *at);
    for (event, at) in events {
        case.apply(event, *at);
    }
    Some(case)
}

/// Data of an event for guards: the answers just given, by form.
fn event_data(forms: &[(&str, &Value)]) -> Value {
    Value::Map(forms.iter().map(|(form, values)| ((*form).to_owned(), (*values).clone())).collect::<BTreeMap<_, _>>())
}
