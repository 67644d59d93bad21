//! Where a chart is: active states, what history remembers, variables, visits. It must never change except by
//! [`Configuration::apply`], so that folding the steps of a case gives the configuration of the case.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{StateId, Statechart, Step};
use crate::value::Value;

/// Where a chart is. An order of its own, no references: it is stored as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Active states with everything around them, without the root. A finished chart keeps its last ones.
    pub active: BTreeSet<StateId>,
    /// By history state: what was active when its parent was last left.
    #[serde(default)]
    pub history: BTreeMap<StateId, Vec<StateId>>,
    /// Values of the variables.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
    /// How often each state was entered.
    #[serde(default)]
    pub visits: BTreeMap<StateId, u32>,
    /// No final state of the root was reached yet.
    pub running: bool,
}

impl Configuration {
    /// Before the start: nothing active, variables as declared.
    pub fn of(chart: &Statechart) -> Configuration {
        Configuration { variables: chart.variables.clone(), running: true, ..Configuration::default() }
    }

    /// Takes one step over. Steps that only tell something change nothing.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Enter(state) => {
                self.active.insert(*state);
                let visits = self.visits.entry(*state).or_default();
                *visits = visits.saturating_add(1);
            }
            Step::Exit(state) => {
                self.active.remove(state);
            }
            Step::Remember { history, states } => {
                self.history.insert(*history, states.clone());
            }
            Step::Set { variable, value } => {
                self.variables.insert(variable.clone(), value.clone());
            }
            Step::Finish => self.running = false,
            Step::Take(_)
            | Step::Raise { .. }
            | Step::Send { .. }
            | Step::Cancel { .. }
            | Step::Log(_)
            | Step::Fault { .. }
            | Step::Extension(_) => {}
        }
    }

    /// Is the state active? The root always is.
    pub fn is_active(&self, state: StateId) -> bool {
        state == Statechart::ROOT || self.active.contains(&state)
    }

    /// Has everything inside the state come to its end? (SCXML's isInFinalState.)
    pub fn is_done(&self, chart: &Statechart, state: StateId) -> bool {
        if chart.is_parallel(state) {
            chart.real_children(state).all(|child| self.is_done(chart, child))
        } else {
            chart.real_children(state).any(|child| chart.is_final(child) && self.is_active(child))
        }
    }

    /// Active states in document order.
    pub fn in_order(&self, chart: &Statechart) -> Vec<StateId> {
        let mut states: Vec<StateId> = self.active.iter().copied().collect();
        states.sort_by_key(|state| chart.state(*state).order);
        states
    }

    /// Active states without active states inside, in document order.
    pub fn leaves(&self, chart: &Statechart) -> Vec<StateId> {
        let mut states = self.in_order(chart);
        states.retain(|state| chart.is_atomic(*state));
        states
    }

    /// What is wrong with this configuration, if it is one that the rules cannot produce: each active state's parent is
    /// active, a compound state has exactly one active child, a parallel one all of them. `None` when it is legal.
    pub fn defect(&self, chart: &Statechart) -> Option<StateId> {
        let active_children =
            |state: StateId| chart.real_children(state).filter(|child| self.is_active(*child)).count();
        self.active.iter().copied().chain([Statechart::ROOT]).find(|state| {
            let orphan = chart.state(*state).parent.is_some_and(|parent| !self.is_active(parent));
            let wrong_inside = if chart.is_parallel(*state) {
                active_children(*state) != chart.real_children(*state).count()
            } else {
                active_children(*state) != usize::from(!chart.is_atomic(*state))
            };
            orphan || wrong_inside || chart.is_history(*state)
        })
    }
}
