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
    by_name: BTreeMap<String, Vec<StateId>>,
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
    /// `*`, `name`, `name.`, `name.*`.
    pub fn parse(word: &str) -> Descriptor {
        match word.strip_suffix(".*").or(word.strip_suffix('.')).unwrap_or(word) {
            "*" => Descriptor::Any,
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

impl Statechart {
    /// The root, which the chart of every process has.
    pub const ROOT: StateId = StateId(0);

    /// A chart with a root and nothing in it.
    pub fn new(name: impl Into<String>) -> Statechart {
        let root = State::new("", StateKind::Plain);
        Statechart {
            name: name.into(),
            states: vec![root],
            transitions: Vec::new(),
            variables: BTreeMap::new(),
            by_name: BTreeMap::new(),
        }
    }

    /// Adds a state as the last child of `parent`.
    pub fn add_state(&mut self, parent: StateId, mut state: State) -> StateId {
        let id = StateId(u32::try_from(self.states.len()).unwrap_or(u32::MAX));
        state.parent = Some(parent);
        state.path = match self.state(parent).path.as_str() {
            "" => state.name.clone(),
            path => format!("{path}.{}", state.name),
        };
        self.states.push(state);
        self.states[parent.0 as usize].children.push(id);
        id
    }

    /// Adds a transition as the last one of its source.
    pub fn add_transition(&mut self, transition: Transition) -> TransitionId {
        let id = TransitionId(u32::try_from(self.transitions.len()).unwrap_or(u32::MAX));
        self.states[transition.source.0 as usize].transitions.push(id);
        self.transitions.push(transition);
        id
    }

    /// Numbers the states in document order and names them. Call it again after adding more.
    pub fn seal(&mut self) {
        let mut count = 0;
        // The way from the root to the state in hand, with how many of its children are numbered.
        let mut way: Vec<(StateId, usize)> = vec![(Self::ROOT, 0)];
        self.states[0].order = 0;
        while let Some((id, next)) = way.last_mut() {
            let state = &mut self.states[id.0 as usize];
            match state.children.get(*next) {
                Some(child) => {
                    *next += 1;
                    count += 1;
                    let child = *child;
                    self.states[child.0 as usize].order = count;
                    way.push((child, 0));
                }
                None => {
                    state.last = count;
                    way.pop();
                }
            }
        }
        let mut in_order: Vec<StateId> = self.ids().skip(1).collect();
        in_order.sort_by_key(|id| self.state(*id).order);
        self.by_name.clear();
        for id in in_order {
            let path = self.states[id.0 as usize].path.clone();
            let endings = path.match_indices('.').map(|(dot, _)| &path[dot + 1..]);
            for ending in std::iter::once(path.as_str()).chain(endings) {
                self.by_name.entry(ending.to_owned()).or_default().push(id);
            }
        }
        for at in 1..self.states.len() {
            let state = &self.states[at];
            let alone = self.by_name.get(&state.name).is_some_and(|states| states.len() == 1);
            self.states[at].id = if alone { state.name.clone() } else { state.path.clone() };
        }
    }

    /// A state by its id.
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }

    /// A transition by its id.
    pub fn transition(&self, id: TransitionId) -> &Transition {
        &self.transitions[id.0 as usize]
    }

    /// All state ids, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..u32::try_from(self.states.len()).unwrap_or(u32::MAX)).map(StateId)
    }

    /// Is `inner` somewhere inside `outer`, and not `outer` itself?
    pub fn is_inside(&self, inner: StateId, outer: StateId) -> bool {
        let (inner, outer) = (self.state(inner).order, self.state(outer));
        outer.order < inner && inner <= outer.last
    }

    /// The states around `id`, innermost first, the root last.
    pub fn ancestors(&self, id: StateId) -> impl Iterator<Item = StateId> + '_ {
        std::iter::successors(self.state(id).parent, |state| self.state(*state).parent)
    }

    /// Children that can be active: all but history states.
    pub fn real_children(&self, id: StateId) -> impl Iterator<Item = StateId> + '_ {
        self.state(id).children.iter().copied().filter(|child| !self.is_history(*child))
    }

    /// Has no children that can be active.
    pub fn is_atomic(&self, id: StateId) -> bool {
        self.real_children(id).next().is_none()
    }

    /// Has children of which exactly one is active.
    pub fn is_compound(&self, id: StateId) -> bool {
        self.state(id).kind == StateKind::Plain && !self.is_atomic(id)
    }

    /// Has children that are all active.
    pub fn is_parallel(&self, id: StateId) -> bool {
        self.state(id).kind == StateKind::Parallel
    }

    /// Is a final state.
    pub fn is_final(&self, id: StateId) -> bool {
        self.state(id).kind == StateKind::Final
    }

    /// Is a history state.
    pub fn is_history(&self, id: StateId) -> bool {
        matches!(self.state(id).kind, StateKind::History { .. })
    }

    /// The innermost state around all of `states` of which only one child is active (SCXML's LCCA), or the root.
    pub fn common_compound_ancestor(&self, states: &[StateId]) -> StateId {
        let Some((first, rest)) = states.split_first() else { return Self::ROOT };
        self.ancestors(*first)
            .filter(|outer| *outer == Self::ROOT || self.is_compound(*outer))
            .find(|outer| rest.iter().all(|state| self.is_inside(*state, *outer)))
            .unwrap_or(Self::ROOT)
    }

    /// Where a state begins: its initial states, else its first child. For a history state: where it leads without
    /// memory, else where its parent begins.
    pub fn initial_targets(&self, id: StateId) -> Vec<StateId> {
        if let Some(initial) = &self.state(id).initial {
            return initial.targets.clone();
        }
        let around = if self.is_history(id) { self.state(id).parent.unwrap_or(Self::ROOT) } else { id };
        match &self.state(around).initial {
            // A parent that begins in a history state has said nothing about where that leads.
            Some(initial) if !initial.targets.iter().any(|target| self.is_history(*target)) => initial.targets.clone(),
            Some(_) | None => self.real_children(around).next().into_iter().collect(),
        }
    }

    /// A state by its path, by a name that only one state has, or by an ending of exactly one path.
    pub fn find(&self, name: &str) -> Option<StateId> {
        match self.by_name.get(name)?.as_slice() {
            [only] => Some(*only),
            several => several.iter().copied().find(|id| self.state(*id).path == name),
        }
    }

    /// All states whose path is `name` or ends in it, in document order.
    pub fn find_all(&self, name: &str) -> &[StateId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Every name under which some state can be found.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}
