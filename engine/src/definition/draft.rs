//! The process between its files and the kernel: states, transitions, clocks and items by index, with names not yet
//! resolved and expressions still text. It must never leave this folder: only the checked model does.

use std::collections::{BTreeMap, BTreeSet};

use super::library::Library;
use super::model::{
    Again, Assignee, ClockKind, DocumentText, Effective, Effects, Late, MessageDefinition, NoticeText, Outcome,
};
use super::quotas::{DraftQuota, DraftWait};
use super::sites::DraftSite;
use crate::clock::{Limit, Roll};
use crate::expression::Type;
use crate::kernel::{Descriptor, Reach};
use crate::source::{File, Node, Problem, Problems, Source, Span};
use crate::text::Text;
use crate::value::Value;

mod tree;

/// Index into [`Draft::states`].
pub(super) type StateIndex = usize;
/// Index into [`Draft::envs`].
pub(super) type EnvIndex = usize;
/// Index into [`Draft::transitions`].
pub(super) type TransitionIndex = usize;
/// Index into [`Draft::clocks`].
pub(super) type ClockIndex = usize;
/// Index into [`Draft::items`].
pub(super) type ItemIndex = usize;

/// The root of every process.
pub(super) const ROOT: StateIndex = 0;

/// A value with the file and the names it is read with: an input keeps those of who wrote it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub node: &'a Node,
    pub env: EnvIndex,
}

/// What the names in a piece of a file mean: one for the process, one for each use of a fragment.
#[derive(Clone, Debug)]
pub(super) struct Env<'a> {
    pub source: &'a Source,
    /// Names of states are looked up inside this state.
    pub base: StateIndex,
    /// Before the names of clocks; empty for the process.
    pub prefix: String,
    pub inputs: BTreeMap<&'a str, Input<'a>>,
    pub item: Option<ItemIndex>,
    /// Inside a copy of an item that stands once for every row of a list.
    pub row: Option<Row>,
}

/// What `each` means inside one copy of an item.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Global text of the row: `answers.report.heirs[0]`.
    pub text: String,
    /// The party that stands for it.
    pub party: Option<String>,
    /// 1, 2, 3 …
    pub number: u32,
}

/// A bound input of a fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    pub kind: InputKind,
    /// `None` where it was left out and has no default; that was reported.
    pub value: Option<Placed<'a>>,
}

/// The types of a fragment's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputKind {
    Office,
    Party,
    Limit,
    Form,
    Document,
    Choice,
    YesNo,
    Text,
    Number,
    Parameter,
    Condition,
}

/// Kinds of states before expansion into the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Parallel,
    Final,
    Rest,
    History { deep: bool },
}

#[derive(Debug)]
pub(super) struct DraftState<'a> {
    pub name: String,
    /// What people call it: the path without wrappers the compiler made.
    pub path: String,
    pub parent: Option<StateIndex>,
    pub children: Vec<StateIndex>,
    pub kind: Kind,
    /// A wrapper made by the compiler: names look through it.
    pub made: bool,
    pub env: EnvIndex,
    pub span: Span,
    pub initial: Vec<Target<'a>>,
    pub initial_actions: Vec<Act<'a>>,
    pub entry: Vec<Vec<Act<'a>>>,
    pub exit: Vec<Vec<Act<'a>>>,
    pub delays: Vec<(String, i64)>,
    pub transitions: Vec<TransitionIndex>,
    pub task: Option<DraftTask<'a>>,
    pub actions: Vec<DraftChoice<'a>>,
    pub title: Text,
    pub basis: String,
    pub pause: Option<String>,
    pub publish: Option<super::publication::DraftPublication<'a>>,
    pub wait: Option<DraftWait<'a>>,
    pub begin: Effects,
    pub item: Option<ItemIndex>,
    pub gather: Option<super::gathers::DraftGather<'a>>,
    pub only_after: Vec<Target<'a>>,
    pub outcome: Option<Outcome>,
    /// Direct child of an `items` block: a region with a gate.
    pub region_of: Option<ItemIndex>,
}

#[derive(Debug)]
pub(super) struct DraftTask<'a> {
    pub title: Text,
    pub by: Vec<Assignee>,
    pub form: Option<String>,
    pub limit: DraftTaskLimit<'a>,
    pub outcomes: Vec<DraftChoice<'a>>,
    pub not_same_as: Vec<Placed<'a>>,
    pub basis: String,
    pub span: Span,
    pub env: EnvIndex,
}

/// How long a task may take, before names are resolved.
#[derive(Clone, Copy, Debug)]
pub(super) enum DraftTaskLimit<'a> {
    Clock(ClockIndex),
    Named(Placed<'a>),
    Free,
}

#[derive(Debug)]
pub(super) struct DraftChoice<'a> {
    pub name: String,
    pub title: Text,
    pub event: String,
    pub ask: Option<String>,
    pub by: Vec<Assignee>,
    pub guards: Vec<Guard<'a>>,
    pub refuse: Vec<DraftRefusal<'a>>,
    pub transitions: Vec<TransitionIndex>,
}

/// When something is refused at once, and what is said then.
#[derive(Clone, Debug)]
pub(super) struct DraftRefusal<'a> {
    pub when: Placed<'a>,
    pub message: Text,
}

#[derive(Debug)]
pub(super) struct DraftTransition<'a> {
    pub source: StateIndex,
    pub trigger: DraftTrigger<'a>,
    pub guards: Vec<Guard<'a>>,
    pub targets: Vec<Target<'a>>,
    pub reach: DraftReach,
    pub actions: Vec<Act<'a>>,
    pub effects: Effects,
    pub env: EnvIndex,
    pub span: Span,
    /// Made by the compiler: no line of a file is covered by it.
    pub made: bool,
    /// What set it off, for labels.
    pub label: String,
}

#[derive(Clone, Debug)]
pub(super) enum DraftTrigger<'a> {
    Always,
    Announced(Vec<Descriptor>),
    Addressed(String),
    Done(StateIndex),
    /// A clock by name, resolved when all clocks are known.
    Clock(&'a str),
}

/// How much a transition leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DraftReach {
    /// As written in the bare vocabulary.
    Bare(Reach),
    /// Above the bare kernel: a target inside the source stays inside it.
    Local,
}

#[derive(Clone, Debug)]
pub(super) enum Guard<'a> {
    When(Placed<'a>),
    Unless(Placed<'a>),
    /// Text with global names, made by the compiler.
    Holds(String),
    Fails(String),
    Active(StateIndex),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    Named { text: &'a str, env: EnvIndex, span: Span },
    State(StateIndex),
}

/// An action of `do`, `entry` or `exit`.
#[derive(Clone, Debug)]
pub(super) enum Act<'a> {
    Raise { event: &'a str, data: Option<Placed<'a>> },
    Send { event: &'a str, after_ms: Option<i64>, id: Option<&'a str>, data: Option<Placed<'a>> },
    Cancel(&'a str),
    Set { variable: String, value: SetValue<'a> },
    If { condition: Placed<'a>, then: Vec<Act<'a>>, otherwise: Vec<Act<'a>> },
    Log(Placed<'a>),
    Site { site: String, value: Placed<'a> },
}

/// The value of a `set`.
#[derive(Clone, Debug)]
pub(super) enum SetValue<'a> {
    Written(Placed<'a>),
    /// A text the compiler made.
    Made(String),
}

#[derive(Debug)]
pub(super) struct DraftClock<'a> {
    /// Calendar of its own; the process's where it names none.
    pub calendar: Option<String>,
    /// As the file calls it.
    pub local: &'a str,
    /// With the prefix of the fragment's use.
    pub name: String,
    pub title: Text,
    pub kind: ClockKind,
    pub limit: DraftLimit,
    pub roll: Roll,
    pub runs_in: Vec<Target<'a>>,
    pub again: Option<Again>,
    pub pauses: BTreeSet<String>,
    pub from: Option<Placed<'a>>,
    pub not_after: Option<Placed<'a>>,
    pub extend: Option<super::model::Extension>,
    pub remind: Vec<u8>,
    pub late: Late,
    pub awaited: bool,
    pub item: Option<ItemIndex>,
    pub basis: String,
    pub env: EnvIndex,
    /// It belongs to this task alone.
    pub task: Option<StateIndex>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum DraftLimit {
    Fixed(Limit),
    /// A figure, and the site at which it is read.
    Parameter(String, Option<String>),
    /// It could not be read; that was reported.
    Broken,
}

#[derive(Debug)]
pub(super) struct DraftItem<'a> {
    pub name: String,
    pub title: Text,
    /// What all copies are called together; the title where there are no copies.
    pub together: Text,
    pub office: Option<Assignee>,
    pub state: StateIndex,
    pub needs: Vec<Need<'a>>,
    pub offer: Option<Placed<'a>>,
    pub ready: Vec<Guard<'a>>,
    pub when: Vec<Guard<'a>>,
    pub remind: bool,
    pub basis: String,
    pub env: EnvIndex,
    pub span: Span,
    /// The `items` block.
    pub block: StateIndex,
    pub gate: Gate,
    /// What follows behind the gate.
    pub start: Vec<Target<'a>>,
}

/// States of a generated gate.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gate {
    pub decide: StateIndex,
    pub offered: Option<StateIndex>,
    pub waiting: Option<StateIndex>,
    pub not_needed: Option<StateIndex>,
    pub not_chosen: Option<StateIndex>,
    pub need_failed: Option<StateIndex>,
}

#[derive(Debug)]
pub(super) struct Need<'a> {
    pub item: String,
    pub ends: Vec<(&'a str, Span)>,
}

#[derive(Debug)]
pub(super) struct DraftHold<'a> {
    pub state: StateIndex,
    pub work: StateIndex,
    pub held: BTreeMap<String, StateIndex>,
    pub history: StateIndex,
    pub by: Vec<Assignee>,
    pub begin: BTreeMap<String, DraftChoice<'a>>,
    pub end: Option<DraftChoice<'a>>,
}

#[derive(Debug)]
pub(super) struct DraftParty<'a> {
    pub name: String,
    pub title: Text,
    pub is: Option<PartyIs<'a>>,
    pub silent: bool,
    pub silent_while: Option<Placed<'a>>,
    pub optional: bool,
}

/// Where a party stands in the answers.
#[derive(Clone, Debug)]
pub(super) enum PartyIs<'a> {
    Written(Placed<'a>),
    /// Global text the compiler made, for one row of a list.
    Made(String),
}

/// A link before its expressions are compiled.
#[derive(Debug)]
pub(super) struct DraftLink<'a> {
    pub title: Text,
    pub process: &'a str,
    pub door: &'a str,
    pub region: Option<Placed<'a>>,
    pub parties: Vec<String>,
    pub place: Place,
}

/// An errand of a transition before its expressions are compiled.
#[derive(Clone, Debug)]
pub(super) struct DraftErrand<'a> {
    pub what: DraftAsked<'a>,
    pub with: Vec<(String, Span, Placed<'a>)>,
    pub each: Option<Placed<'a>>,
    pub when: Option<Placed<'a>>,
    pub place: Place,
}

/// What a draft errand asks.
#[derive(Clone, Debug)]
pub(super) enum DraftAsked<'a> {
    Start(&'a str),
    TellLink(&'a str, &'a str),
    TellParent(&'a str),
    TellHolders { process: &'a str, record: &'a str, key: Vec<Placed<'a>>, message: &'a str },
}

#[derive(Debug)]
pub(super) struct DraftDoor<'a> {
    pub name: String,
    pub title: Text,
    pub by: Vec<Assignee>,
    pub linked: bool,
    pub schedule: Option<super::model::Schedule>,
    pub message: Option<String>,
    pub form: Option<String>,
    pub fills: Option<String>,
    pub event: String,
    pub transition: TransitionIndex,
    pub party: Option<String>,
    pub refuse: Vec<DraftRefusal<'a>>,
    pub region: Option<Placed<'a>>,
}

#[derive(Debug)]
pub(super) struct DraftRecord<'a> {
    pub keys: Vec<Vec<Placed<'a>>>,
    pub lasts: super::model::Lasts,
}

/// The top of the file.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub name: String,
    pub title: Text,
    pub effective: Effective,
    pub lead: Option<Assignee>,
    pub basis: String,
    pub calendar: String,
    pub roll: Option<Roll>,
    pub late: Late,
    pub tone: super::model::Tone,
    pub messages: BTreeMap<String, MessageDefinition>,
    pub notices: BTreeMap<String, NoticeText>,
    pub documents: BTreeMap<String, DocumentText>,
    pub variables: BTreeMap<String, Value>,
    /// Types of the variables that begin as nothing.
    pub types: BTreeMap<String, Type>,
}

/// Where a name was used, so that it can be reported when it turns out to be unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub env: EnvIndex,
    pub span: Span,
}

/// Everything lowered so far.
pub(super) struct Draft<'a> {
    pub library: &'a Library,
    pub problems: &'a Problems,
    pub frame: Frame,
    pub parties: BTreeMap<String, DraftParty<'a>>,
    pub unique: Option<Placed<'a>>,
    /// Values that are written once, when the case opens.
    pub fixed: BTreeMap<String, Placed<'a>>,
    pub links: BTreeMap<String, DraftLink<'a>>,
    /// What transitions ask of other cases.
    pub errands: BTreeMap<TransitionIndex, Vec<DraftErrand<'a>>>,
    pub sites: BTreeMap<String, DraftSite<'a>>,
    pub records: BTreeMap<String, DraftRecord<'a>>,
    pub guide: Option<super::guidance::DraftGuide<'a>>,
    pub quotas: BTreeMap<String, DraftQuota<'a>>,
    pub envs: Vec<Env<'a>>,
    pub states: Vec<DraftState<'a>>,
    pub transitions: Vec<DraftTransition<'a>>,
    pub clocks: Vec<DraftClock<'a>>,
    pub items: Vec<DraftItem<'a>>,
    /// Copies by the name of the item that `each` repeats.
    pub groups: BTreeMap<String, Vec<String>>,
    pub holds: Vec<DraftHold<'a>>,
    pub carries: Vec<super::carry::DraftCarry<'a>>,
    pub doors: Vec<DraftDoor<'a>>,
    /// Forms asked anywhere, with the item that asks (`None`: the case) and the first place.
    pub forms: BTreeMap<(String, Option<ItemIndex>), Place>,
    pub notices: BTreeMap<String, Place>,
    pub documents: BTreeMap<String, Place>,
    pub offices: Vec<(Assignee, Place)>,
    /// Files that went into the process.
    pub used: BTreeSet<&'a str>,
    /// Fragments being expanded, to stop a fragment inside itself.
    pub expanding: Vec<&'a str>,
}

impl<'a> Draft<'a> {
    /// The file behind an environment.
    pub fn file(&self, env: EnvIndex) -> File<'a> {
        File { source: self.envs[env].source, problems: self.problems }
    }

    /// An error at a place.
    pub fn error(&self, code: &'static str, env: EnvIndex, span: Span, message: Text) -> Problem {
        Problem::error(code, self.envs[env].source, span, message)
    }

    /// A warning at a place.
    pub fn warning(&self, code: &'static str, env: EnvIndex, span: Span, message: Text) -> Problem {
        Problem::warning(code, self.envs[env].source, span, message)
    }
}
