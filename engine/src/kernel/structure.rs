//! Building a chart, and questions about its shape: who is inside whom, what a name means. It must never depend on
//! where a chart is at the moment.

use std::collections::BTreeMap;

use super::{State, StateId, StateKind, Statechart, Transition, TransitionId};

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
