//! Which transitions are taken, and what they leave: the selection functions of SCXML's appendix D, under their names
//! there in the comments. It must never change the configuration.

use std::collections::BTreeSet;

use super::{Configuration, Descriptor, Event, EventKind, Reach, StateId, Statechart, TransitionId, Trigger};

/// Does the event set this transition off? No event stands for "without an event".
pub(super) fn is_triggered(trigger: &Trigger, event: Option<&Event>) -> bool {
    match (trigger, event) {
        (Trigger::Always, event) => event.is_none(),
        (Trigger::Event(_) | Trigger::Addressed(_) | Trigger::Done(_), None) => false,
        (Trigger::Event(words), Some(event)) => {
            event.kind != EventKind::Addressed && words.iter().any(|word: &Descriptor| word.matches(&event.name))
        }
        (Trigger::Addressed(name), Some(event)) => event.kind == EventKind::Addressed && event.name == *name,
        (Trigger::Done(state), Some(event)) => event.kind == EventKind::Done(*state),
    }
}

impl Statechart {
    /// The state inside which a transition leaves everything; `None` without targets, when nothing is left. A history
    /// counts as what it falls back on.
    pub fn domain_of(&self, id: TransitionId) -> Option<StateId> {
        Selector { chart: self, configuration: &Configuration::of(self) }.domain(id)
    }
}

/// What is asked of a chart in one configuration.
pub(super) struct Selector<'a> {
    pub chart: &'a Statechart,
    pub configuration: &'a Configuration,
}

impl Selector<'_> {
    /// selectEventlessTransitions and selectTransitions: for each active leaf the first transition, innermost state
    /// first, in document order; then conflicts are settled. `holds` answers whether the conditions hold.
    pub fn select(&self, event: Option<&Event>, mut holds: impl FnMut(TransitionId) -> bool) -> Vec<TransitionId> {
        let mut enabled: Vec<TransitionId> = Vec::new();
        for leaf in self.configuration.leaves(self.chart) {
            let first = std::iter::once(leaf)
                .chain(self.chart.ancestors(leaf))
                .flat_map(|state| self.chart.state(state).transitions.iter().copied())
                .find(|id| is_triggered(&self.chart.transition(*id).trigger, event) && holds(*id));
            if let Some(id) = first.filter(|id| !enabled.contains(id)) {
                enabled.push(id);
            }
        }
        self.without_conflicts(enabled)
    }

    /// removeConflictingTransitions: where two would leave the same state, the one of the inner source wins, else the
    /// one that was selected first.
    fn without_conflicts(&self, enabled: Vec<TransitionId>) -> Vec<TransitionId> {
        if enabled.len() < 2 {
            return enabled;
        }
        let mut kept: Vec<(TransitionId, BTreeSet<StateId>)> = Vec::new();
        for id in enabled {
            let exits = self.exits_of(id);
            let source = self.chart.transition(id).source;
            let mut beaten: Vec<TransitionId> = Vec::new();
            let mut preempted = false;
            for (other, other_exits) in &kept {
                if !exits.is_disjoint(other_exits) {
                    if self.chart.is_inside(source, self.chart.transition(*other).source) {
                        beaten.push(*other);
                    } else {
                        preempted = true;
                        break;
                    }
                }
            }
            if !preempted {
                kept.retain(|(other, _)| !beaten.contains(other));
                kept.push((id, exits));
            }
        }
        kept.into_iter().map(|(id, _)| id).collect()
    }

    /// computeExitSet of one transition.
    pub fn exits_of(&self, id: TransitionId) -> BTreeSet<StateId> {
        match self.domain(id) {
            None => BTreeSet::new(),
            Some(domain) => {
                self.configuration.active.iter().copied().filter(|state| self.chart.is_inside(*state, domain)).collect()
            }
        }
    }

    /// getTransitionDomain: the state in which everything stays that the transition does not touch. `None` without
    /// targets.
    pub fn domain(&self, id: TransitionId) -> Option<StateId> {
        let chart = self.chart;
        let transition = chart.transition(id);
        let source = transition.source;
        let targets = self.effective_targets(&transition.targets);
        if targets.is_empty() {
            return None;
        }
        let all_inside = targets.iter().all(|target| chart.is_inside(*target, source));
        if all_inside && source == Statechart::ROOT {
            return Some(source);
        }
        if all_inside && transition.reach != Reach::External && chart.is_compound(source) {
            return Some(source);
        }
        if all_inside && transition.reach == Reach::Local && chart.is_parallel(source) {
            let inner = chart.common_compound_ancestor(&targets);
            if chart.is_inside(inner, source) {
                return Some(inner);
            }
        }
        let mut states = vec![source];
        states.extend(targets);
        Some(chart.common_compound_ancestor(&states))
    }

    /// getEffectiveTargetStates: history states replaced by what they bring back.
    pub fn effective_targets(&self, targets: &[StateId]) -> Vec<StateId> {
        let mut effective: Vec<StateId> = Vec::new();
        for target in targets {
            let found = if !self.chart.is_history(*target) {
                vec![*target]
            } else if let Some(remembered) = self.configuration.history.get(target) {
                remembered.clone()
            } else {
                self.effective_targets(&self.chart.initial_targets(*target))
            };
            for state in found {
                if !effective.contains(&state) {
                    effective.push(state);
                }
            }
        }
        effective
    }
}
