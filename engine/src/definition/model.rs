//! A checked process: the statechart and, beside it, what its states and transitions mean for people.
//! Immutable once built. It must never hold a person, a value somebody typed, or text that was not checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::written::Written;
use crate::expression::Expression;
use crate::form::Form;
use crate::kernel::{StateId, Statechart, TransitionId};
use crate::text::Text;

mod clocks;
mod gathers;
mod guidance;
mod links;
mod quotas;
mod rules;
mod schedule;

pub use clocks::*;
pub use gathers::*;
pub use guidance::*;
pub use links::*;
pub use quotas::*;
pub use rules::*;
pub use schedule::*;

/// The SHA-256 of a published bundle of sources, in lower-case hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DefinitionHash(pub String);

/// One checked version of one process.
#[derive(Clone, Debug)]
pub struct ProcessDefinition {
    /// `after-death`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The hash of the sources it was built from.
    pub hash: DefinitionHash,
    /// First and last day on which a case may begin under this version.
    pub effective: Effective,
    /// The office in charge of the whole.
    pub lead: Option<Assignee>,
    /// The law or plan it stands on, as written.
    pub basis: String,
    /// How its pages speak.
    pub tone: Tone,
    /// Name of the calendar its clocks use.
    pub calendar: String,
    /// What the kernel runs: fragments, items, holds and doors are expanded in it.
    pub chart: Statechart,
    /// By [`StateId`]: what a state means for people. As long as `chart.states`.
    pub states: Vec<StateWork>,
    /// By [`TransitionId`]: what a transition tells. As long as `chart.transitions`.
    pub transitions: Vec<TransitionWork>,
    /// By [`ClockId`].
    pub clocks: Vec<ClockDefinition>,
    /// Ways into a case, by name.
    pub doors: BTreeMap<String, Door>,
    /// Matters of single departments, in the order of the file.
    pub items: Vec<ItemDefinition>,
    /// Copies of an item that stands once for every row of a list, by its name.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Pairs of work and held states.
    pub holds: Vec<HoldDefinition>,
    /// People of the case by role: `applicant`, `heirs` …
    pub parties: BTreeMap<String, PartyDefinition>,
    /// Messages of other systems that a case understands.
    pub messages: BTreeMap<String, MessageDefinition>,
    /// Every form the process asks, in the version that was checked with it.
    pub forms: BTreeMap<String, Arc<Form>>,
    /// Texts of notices by name.
    pub notices: BTreeMap<String, NoticeText>,
    /// Titles of documents by code.
    pub documents: BTreeMap<String, DocumentText>,
    /// A case is one of its kind while another with the same key is open.
    pub unique: Option<Unique>,
    /// Values written once when the case opens, by name: what `fixed.NAME` reads.
    pub fixed: BTreeMap<String, Expression>,
    /// Cases of other processes that a case of this one begins, by name.
    pub links: BTreeMap<String, LinkDefinition>,
    /// Places of the case, by name.
    pub sites: BTreeMap<String, SiteDefinition>,
    /// Facts that other cases may ask for, by name.
    pub records: BTreeMap<String, RecordDefinition>,
    /// What people are told before they begin; nothing for what nobody applies for.
    pub guide: Option<Guidance>,
    /// Places that cases wait for, by name.
    pub quotas: BTreeMap<String, QuotaDefinition>,
}

/// How the pages of a process speak to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As everywhere.
    #[default]
    Plain,
    /// For people in grief or distress: muted colours, nothing festive.
    Quiet,
}

/// Dates between which a case may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// First day, or since ever.
    pub from: Option<Date>,
    /// Last day, or until further notice.
    pub to: Option<Date>,
}

impl Effective {
    /// Does a case that begins on `date` fall under this version?
    pub fn covers(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// Who does something: never a person, always a place in the organisation or in the case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// A unit of a department: `police.household`.
    Office(String),
    /// A party of the case: `applicant`, `heirs`.
    Party(String),
    /// A role anywhere in the region of the case: `supervisor`.
    Role(String),
    /// A unit at a site of the case: `home.street.window`. Which place that is, is decided when the work begins.
    Site {
        /// The site, `home`.
        site: String,
        /// The unit, `street.window`.
        office: String,
        /// The unit in the region of the case that takes the work while nobody knows the place.
        unknown: Option<String>,
    },
}

/// What a state means for people.
#[derive(Clone, Debug, Default)]
pub struct StateWork {
    /// What a page calls it.
    pub title: Text,
    /// Names from the root with dots, without the wrappers the compiler made: what stories, logs and links say.
    pub path: String,
    /// A wrapper the compiler made (the hidden start, a gate, the work part of a hold): pages leave it out.
    pub generated: bool,
    /// Work offered while a stay in the state lasts.
    pub task: Option<TaskDefinition>,
    /// Things a person may do without a task while the state is active.
    pub actions: Vec<Choice>,
    /// Clocks that list this kind stand still while the state is active.
    pub pause: Option<String>,
    /// What everybody may read while the state is active.
    pub publish: Option<super::publication::Publication>,
    /// Here a case waits for a place.
    pub wait: Option<WaitDefinition>,
    /// Told and written when a stay begins (not when a hold ends).
    pub begin: Effects,
    /// The item whose region this state belongs to.
    pub item: Option<ItemId>,
    /// Cases of another process that are asked when a stay begins.
    pub gather: Option<GatherDefinition>,
    /// How a final or rest state counts for a join and for the case.
    pub outcome: Option<Outcome>,
    /// States of which each must have been entered before this one is.
    pub only_after: Vec<StateId>,
    /// A case that rests here is closed (root finals and root rests).
    pub closes: bool,
    /// The law the step stands on.
    pub basis: String,
    /// Where it was written; what the compiler made stands where its reason stands.
    pub place: Written,
}

/// The result of a final state, an item or a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done as asked.
    Success,
    /// Done in part.
    Partial,
    /// Not done.
    Failure,
    /// Does not count.
    None,
}

/// Work offered to people while a state is active.
#[derive(Clone, Debug)]
pub struct TaskDefinition {
    /// What the list calls it.
    pub title: Text,
    /// Who may take it; any one of them.
    pub by: Vec<Assignee>,
    /// The form filled when it is completed, by name.
    pub form: Option<String>,
    /// The clock that limits it; `None` where the file says `none` with a basis.
    pub limit: Option<ClockId>,
    /// The ways it may end, in the order of the file.
    pub outcomes: Vec<Choice>,
    /// States whose task must have been completed by somebody else (maker is not checker).
    pub not_same_as: Vec<StateId>,
    /// Why there is no limit, or the law behind the work.
    pub basis: String,
}

/// Something a person may choose: an outcome of a task, or an action in a state.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `approve`.
    pub name: String,
    /// What the button says.
    pub title: Text,
    /// The addressed kernel event, `outcome.<path>.<name>` or `action.<path>.<name>`.
    pub event: String,
    /// A form asked besides the task's own.
    pub ask: Option<String>,
    /// Who may do it; for an outcome empty, since the holder of the task does.
    pub by: Vec<Assignee>,
    /// Offered only while this holds.
    pub when: Option<Expression>,
    /// What is refused at once, the first that holds.
    pub refuse: Vec<Refusal>,
    /// The transitions it may take, first that holds.
    pub transitions: Vec<TransitionId>,
}

/// What follows a transition or begins with a stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Codes of documents to issue.
    pub documents: Vec<String>,
    /// Notices to send.
    pub notices: Vec<NoticeUse>,
    /// Records to write under their keys; only transitions have them.
    pub records: Vec<String>,
    /// Quotas whose places are given back; only transitions have them.
    pub releases: Vec<String>,
}

impl Effects {
    /// Nothing to write, nobody to tell.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.notices.is_empty() && self.records.is_empty() && self.releases.is_empty()
    }
}

/// One notice: to whom, which text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeUse {
    /// Who is told.
    pub to: Assignee,
    /// Which text of [`ProcessDefinition::notices`].
    pub text: String,
}

/// What a transition tells, and where it was written.
#[derive(Clone, Debug, Default)]
pub struct TransitionWork {
    /// Documents and notices, issued only if the transition was taken.
    pub effects: Effects,
    /// What it asks of other cases.
    pub errands: Vec<ErrandUse>,
    /// File of the line that wrote it; empty for transitions the compiler made.
    pub file: String,
    /// Line in that file, from 1.
    pub line: u32,
    /// What coverage and diagrams call it: `reported → handling (confirm)`.
    pub label: String,
}

/// A way into a case.
#[derive(Clone, Debug)]
pub struct Door {
    /// `family`.
    pub name: String,
    /// What a page calls it.
    pub title: Text,
    /// Who may open it; a message door has none.
    pub by: Vec<Assignee>,
    /// Cases of other processes open it, through a link.
    pub linked: bool,
    /// The engine opens it by itself, at these times.
    pub schedule: Option<Schedule>,
    /// The message that opens it.
    pub message: Option<String>,
    /// The form filled.
    pub form: Option<String>,
    /// Form whose answers this one is stored as, besides its own name.
    pub fills: Option<String>,
    /// The addressed kernel event that leaves the hidden initial state.
    pub event: String,
    /// Where it leads.
    pub transition: TransitionId,
    /// The party that the person who opens it becomes; `None` for staff and messages.
    pub party: Option<String>,
    /// What is refused at once, the first that holds.
    pub refuse: Vec<Refusal>,
    /// Code of the region in which the case is opened, by what was answered; where the asker stands without it, or where it
    /// is no region of this installation.
    pub region: Option<Expression>,
}

/// Index into [`ProcessDefinition::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u32);

/// One department's matter inside a case.
#[derive(Clone, Debug)]
pub struct ItemDefinition {
    /// Its own id.
    pub id: ItemId,
    /// `funeral_grant`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The office in charge, for lists; a party or role where nobody official is.
    pub office: Option<Assignee>,
    /// The region of the parallel state, gate included.
    pub state: StateId,
    /// Items whose end it waits for.
    pub needs: Vec<ItemId>,
    /// Claimed by the applicant instead of started by the office.
    pub offered: bool,
    /// Where it is held and goes on as a case of its own when everything beside it is over.
    pub carried_from: Vec<StateId>,
    /// It is not needed unless all of these hold; empty for what always is.
    pub when: Vec<crate::kernel::Condition>,
    /// Set for a copy that stands for one row of a list: its number from 1, and what all copies are called together.
    pub row: Option<(u32, Text)>,
    /// The law.
    pub basis: String,
}

/// A state whose work can be held with its clocks standing still.
#[derive(Clone, Debug)]
pub struct HoldDefinition {
    /// The state that carries the hold.
    pub state: StateId,
    /// Its generated child with task, outcomes and children.
    pub work: StateId,
    /// Its generated children by kind.
    pub held: BTreeMap<String, StateId>,
    /// Deep history of `work`, through which it comes back.
    pub history: StateId,
    /// A person begins and ends it (the kinds are choices); otherwise a condition does.
    pub by: Vec<Assignee>,
    /// Addressed events that begin it, by kind, when persons do.
    pub begin: BTreeMap<String, Choice>,
    /// The choice that ends it, when persons do.
    pub end: Option<Choice>,
}

/// A party of the case.
#[derive(Clone, Debug)]
pub struct PartyDefinition {
    /// `heirs`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Where in the answers they stand (a person group or a list of them).
    pub is: Option<Expression>,
    /// Never told anything (the deceased).
    pub silent: bool,
    /// Not told anything while this holds, or cannot be decided: a message at the wrong moment may put them in danger.
    pub silent_while: Option<Expression>,
    /// May be missing.
    pub optional: bool,
}

/// A message of another system.
#[derive(Clone, Debug)]
pub struct MessageDefinition {
    /// `certificate_issued`.
    pub name: String,
    /// Connectors that may send it.
    pub from: Vec<String>,
    /// The form its body is read with.
    pub form: Option<String>,
}

/// Text of a notice. `{number}`, `{title}`, `{item}`, `{due}`, `{office}` and `{link}` are the only names in it: no personal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeText {
    /// One line.
    pub subject: Text,
    /// A few short paragraphs.
    pub body: Text,
}

/// A document the process issues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentText {
    /// `受理通知书`.
    pub title: Text,
}

/// Only one open case per key.
#[derive(Clone, Debug)]
pub struct Unique {
    /// Computed from the answers of the door.
    pub key: Expression,
}

/// A fact about a case that other cases may ask for under a key, never what it says.
#[derive(Clone, Debug)]
pub struct RecordDefinition {
    /// Its keys, each with its parts computed from answers. Any of them finds it.
    pub keys: Vec<Vec<Expression>>,
    /// How long it counts.
    pub lasts: Lasts,
}

/// Under which name a process whose cases are unique by any of several keys records them. No file can declare it.
pub fn unique_record(process: &str) -> String {
    format!("unique {process}")
}

/// How long a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// While the case that wrote it is open.
    Open,
    /// For ever.
    Ever,
    /// Through so many civil days after the day on which it was written.
    Days(u32),
}

impl ProcessDefinition {
    /// What a state means for people.
    pub fn state(&self, id: StateId) -> &StateWork {
        &self.states[id.0 as usize]
    }

    /// What a transition tells.
    pub fn transition(&self, id: TransitionId) -> &TransitionWork {
        &self.transitions[id.0 as usize]
    }

    /// A clock by its id.
    pub fn clock(&self, id: ClockId) -> &ClockDefinition {
        &self.clocks[id.0 as usize]
    }

    /// An item by its id.
    pub fn item(&self, id: ItemId) -> &ItemDefinition {
        &self.items[id.0 as usize]
    }

    /// An item by its name.
    pub fn item_named(&self, name: &str) -> Option<&ItemDefinition> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The states of `active` and those that a running hold would bring back through its history:
    /// where the case *stays*. Clocks and tasks follow the stay, so a hold interrupts them and does not end them.
    pub fn stay(&self, configuration: &crate::kernel::Configuration) -> BTreeSet<StateId> {
        let mut stay = configuration.active.clone();
        // Outer holds first, so that a hold inside a held part is seen through the outer one's history.
        for hold in &self.holds {
            if !hold.held.values().any(|held| stay.contains(held)) {
                continue;
            }
            for leaf in configuration.history.get(&hold.history).into_iter().flatten() {
                let mut state = Some(*leaf);
                while let Some(id) = state.filter(|id| *id != hold.state) {
                    stay.insert(id);
                    state = self.chart.states[id.0 as usize].parent;
                }
            }
        }
        stay
    }
}
