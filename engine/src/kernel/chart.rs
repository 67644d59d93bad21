//! A statechart as data: states, transitions and actions, by index. It must never be changed once it is sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expression::Expression;
use crate::value::Value;

/// Index into [`Statechart::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateId(pub u32);

/// Index into [`Statechart::transitions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransitionId(pub u32);

/// A whole statechart. Build it with [`Statechart::new`], [`Statechart::add_state`] and
/// [`Statechart::add_transition`] in any order of states, then [`Statechart::seal`] it.
#[derive(Clone, Debug)]
pub struct Statechart {
    /// The name of the process.
    pub name: String,
    /// All states; the first is the root, which is always active and never left.
    pub states: Vec<State>,
    /// All transitions.
    pub transitions: Vec<Transition>,
    /// Variables with their values at the start. Only these may be set.
    pub variables: BTreeMap<String, Value>,
    /// By every ending of a path: the states it fits, in document order; made by [`Statechart::seal`].
    pub(super) by_name: BTreeMap<String, Vec<StateId>>,
}

/// A node of the chart.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name among its siblings; empty for the root.
    pub name: String,
    /// Names from the root, with dots; empty for the root.
    pub path: String,
    /// What people and `done.state` events call it: the name where no other state has it, else the path.
    pub id: String,
    /// The state around it; `None` for the root.
    pub parent: Option<StateId>,
    /// States inside it in document order, history states too.
    pub children: Vec<StateId>,
    /// What it is.
    pub kind: StateKind,
    /// Where a compound state begins, or a history state without memory leads. `None` for a compound state means its
    /// first child, for a history state where its parent begins. In a parallel state: where those regions begin that are named.
    pub initial: Option<Initial>,
    /// Run when it is entered: one block after the other. A fault ends its block only.
    pub entry: Vec<Content>,
    /// Run when it is left, likewise.
    pub exit: Vec<Content>,
    /// Wake-ups that run while it is active.
    pub delays: Vec<Delay>,
    /// Ways out, in document order.
    pub transitions: Vec<TransitionId>,
    /// What the `done.state` event of the parent carries when this final state is entered.
    pub donedata: Data,
    /// Place in document order; set by [`Statechart::seal`].
    pub order: u32,
    /// Place of the last state inside it (its own when there is none); set by [`Statechart::seal`].
    pub last: u32,
}

/// The kinds of states. A state without children is atomic whatever is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// Has no states inside, or exactly one of them is active.
    Plain,
    /// All states inside are active at once.
    Parallel,
    /// Its parent is done when it is reached.
    Final,
    /// Not a state to be in: brings back what was active in its parent when that was left.
    History {
        /// All the way down, or only the children.
        deep: bool,
    },
}

/// Where a state begins, and what is done on the way.
#[derive(Clone, Debug, Default)]
pub struct Initial {
    /// One state inside, or several in different regions.
    pub targets: Vec<StateId>,
    /// Run after the entry actions of the state, before its children are entered.
    pub actions: Content,
}

/// A wake-up while a state is active: sent as an addressed event when the stay has lasted so long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Name of the event and of the delayed send.
    pub event: String,
    /// Milliseconds after the entry.
    pub after_ms: i64,
}

/// A way out of a state, or a reaction inside it.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The state that must be active.
    pub source: StateId,
    /// What sets it off.
    pub trigger: Trigger,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Where it leads; nothing is left and nothing is entered when there is no target.
    pub targets: Vec<StateId>,
    /// How much is left on the way.
    pub reach: Reach,
    /// Run after the exits, before the entries.
    pub actions: Content,
    /// Line in the file that wrote it, from 1; 0 for one that a compiler made.
    pub line: u32,
}

/// How much a transition leaves when its targets are inside its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// The source itself is left and entered again (SCXML's default).
    #[default]
    External,
    /// A compound source is not left (SCXML's `type="internal"`).
    Internal,
    /// As `Internal`, and of a parallel source only the region is touched that holds the targets.
    Local,
}

/// What sets a transition off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Nothing: taken as soon as its conditions hold.
    Always,
    /// An announced event that one of these matches.
    Event(Vec<Descriptor>),
    /// The addressed event of exactly this name.
    Addressed(String),
    /// The `done.state` event of exactly this state.
    Done(StateId),
}

/// One word of an event list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// `*`: every announced event.
    Any,
    /// The event of this name, and every event whose name continues it after a dot.
    Prefix(String),
}

/// A condition of a transition.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `when`.
    Holds(Expression),
    /// `unless`.
    Fails(Expression),
    /// The state is active.
    Active(StateId),
    /// The state is not active.
    Inactive(StateId),
}

/// What an event carries, before it is evaluated.
#[derive(Clone, Debug, Default)]
pub enum Data {
    /// Nothing.
    #[default]
    Nothing,
    /// One value.
    Whole(Expression),
    /// Named values.
    Named(Vec<(String, Expression)>),
}

/// One block of actions.
pub type Content = Vec<Action>;

/// Something done on the way.
#[derive(Clone, Debug)]
pub enum Action {
    /// Puts an event at the end of the internal queue.
    Raise {
        /// Its name.
        event: String,
        /// What it carries.
        data: Data,
    },
    /// Puts an event at the end of the external queue, or has it delivered later.
    Send {
        /// Its name.
        event: String,
        /// Milliseconds from now; `None` is at once.
        after_ms: Option<i64>,
        /// Name to cancel it by.
        id: Option<String>,
        /// What it carries.
        data: Data,
    },
    /// Drops the delayed sends of this id.
    Cancel {
        /// Name they were sent under.
        id: String,
    },
    /// Writes a variable.
    Set {
        /// Which.
        variable: String,
        /// Its new value.
        value: Expression,
    },
    /// Runs one of two blocks.
    If {
        /// Decides; a fault counts as no, and is announced.
        condition: Expression,
        /// Run when it holds.
        then: Content,
        /// Run when it does not.
        otherwise: Content,
    },
    /// Notes a value.
    Log(Expression),
    /// Something of a higher layer, reported in its place.
    Extension(u32),
}

impl State {
    /// A state with a name and a kind and nothing else yet.
    pub fn new(name: impl Into<String>, kind: StateKind) -> State {
        State {
            name: name.into(),
            path: String::new(),
            id: String::new(),
            parent: None,
            children: Vec::new(),
            kind,
            initial: None,
            entry: Vec::new(),
            exit: Vec::new(),
            delays: Vec::new(),
            transitions: Vec::new(),
            donedata: Data::Nothing,
            order: 0,
            last: 0,
        }
    }
}

impl Transition {
    /// An external transition without conditions and actions.
    pub fn new(source: StateId, trigger: Trigger, targets: Vec<StateId>) -> Transition {
        let (conditions, actions) = (Vec::new(), Vec::new());
        Transition { source, trigger, conditions, targets, reach: Reach::External, actions, line: 0 }
    }
}

impl Descriptor {
    /// `*` (or `.*`), `name`, `name.`, `name.*`.
    pub fn parse(word: &str) -> Descriptor {
        match word.strip_suffix(".*").or(word.strip_suffix('.')).unwrap_or(word) {
            "*" | "" => Descriptor::Any,
            prefix => Descriptor::Prefix(prefix.to_owned()),
        }
    }

    /// Does an announced event of this name match?
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Descriptor::Any => true,
            Descriptor::Prefix(prefix) => {
                name.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
        }
    }
}
