//! The tree of states of a draft: how it grows and who is inside whom. It must never look at what a state means.

use super::{
    Draft, DraftReach, DraftState, DraftTransition, DraftTrigger, EnvIndex, Guard, Kind, StateIndex, Target,
    TransitionIndex,
};
use crate::definition::model::Effects;
use crate::source::Span;
use crate::text::Text;

impl<'a> Draft<'a> {
    /// Adds a state as the last child of `parent`.
    pub fn add_state(
        &mut self,
        parent: Option<StateIndex>,
        name: &str,
        kind: Kind,
        env: EnvIndex,
        span: Span,
    ) -> StateIndex {
        let index = self.states.len();
        // Wrappers do not show in the path of what is inside them.
        let around = parent.and_then(|parent| {
            std::iter::once(parent).chain(self.ancestors(parent)).find(|state| !self.states[*state].made)
        });
        let path = match around.map(|around| self.states[around].path.as_str()) {
            None | Some("") => name.to_owned(),
            Some(path) => format!("{path}.{name}"),
        };
        let item = parent.and_then(|parent| self.states[parent].item);
        self.states.push(DraftState {
            name: name.to_owned(),
            path,
            parent,
            children: Vec::new(),
            kind,
            made: false,
            env,
            span,
            initial: Vec::new(),
            initial_actions: Vec::new(),
            entry: Vec::new(),
            exit: Vec::new(),
            delays: Vec::new(),
            transitions: Vec::new(),
            task: None,
            actions: Vec::new(),
            title: Text::default(),
            basis: String::new(),
            pause: None,
            publish: None,
            wait: None,
            begin: Effects::default(),
            item,
            gather: None,
            only_after: Vec::new(),
            outcome: None,
            region_of: None,
        });
        if let Some(parent) = parent {
            self.states[parent].children.push(index);
        }
        index
    }

    /// Adds a transition as the last one of its source.
    pub fn add_transition(&mut self, transition: DraftTransition<'a>) -> TransitionIndex {
        let index = self.transitions.len();
        self.states[transition.source].transitions.push(index);
        self.transitions.push(transition);
        index
    }

    /// A transition that no line of a file wrote.
    pub fn add_made(
        &mut self,
        source: StateIndex,
        trigger: DraftTrigger<'a>,
        guards: Vec<Guard<'a>>,
        target: StateIndex,
    ) -> TransitionIndex {
        let (env, span) = (self.states[source].env, self.states[source].span);
        self.add_transition(DraftTransition {
            source,
            trigger,
            guards,
            targets: vec![Target::State(target)],
            reach: DraftReach::Local,
            actions: Vec::new(),
            effects: Effects::default(),
            env,
            span,
            made: true,
            label: String::new(),
        })
    }

    /// The states around `state`, innermost first, the root last.
    pub fn ancestors(&self, state: StateIndex) -> impl Iterator<Item = StateIndex> + '_ {
        std::iter::successors(self.states[state].parent, |state| self.states[*state].parent)
    }

    /// Is `inner` somewhere inside `outer`, and not `outer` itself?
    pub fn is_inside(&self, inner: StateIndex, outer: StateIndex) -> bool {
        self.ancestors(inner).any(|state| state == outer)
    }

    /// Everything inside `state` and the state itself, outermost first.
    pub fn within(&self, state: StateIndex) -> Vec<StateIndex> {
        let mut found = vec![state];
        let mut next = 0;
        while let Some(state) = found.get(next).copied() {
            found.extend(&self.states[state].children);
            next += 1;
        }
        found
    }

    /// Children as people see them: wrappers the compiler made are looked through.
    pub fn visible_children(&self, state: StateIndex) -> Vec<StateIndex> {
        let mut found = Vec::new();
        for child in &self.states[state].children {
            if self.states[*child].made {
                found.extend(self.visible_children(*child));
            }
            found.push(*child);
        }
        found
    }
}
