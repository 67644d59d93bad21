//! Which states are entered, and entering them: the entry half of SCXML's appendix D, under its names there in the
//! comments. It must never enter a state that the rules do not ask for.

use std::collections::{BTreeMap, BTreeSet};

use super::interpreter::Interpreter;
use super::select::Selector;
use super::{Configuration, Data, Event, EventKind, StateId, Statechart, Step, TransitionId};
use crate::value::Value;

/// computeEntrySet, in the making.
struct EntrySet<'a> {
    chart: &'a Statechart,
    configuration: &'a Configuration,
    /// statesToEnter
    enter: BTreeSet<StateId>,
    /// statesForDefaultEntry
    by_default: BTreeSet<StateId>,
    /// defaultHistoryContent: by the parent, the history state whose default is followed.
    history: BTreeMap<StateId, StateId>,
}

impl EntrySet<'_> {
    /// addDescendantStatesToEnter
    fn add_with_descendants(&mut self, state: StateId) {
        let chart = self.chart;
        if chart.is_history(state) {
            let parent = chart.state(state).parent.unwrap_or(Statechart::ROOT);
            let targets = match self.configuration.history.get(&state) {
                Some(remembered) => remembered.clone(),
                None => {
                    self.history.insert(parent, state);
                    chart.initial_targets(state)
                }
            };
            self.add_all_below(&targets, parent);
            return;
        }
        self.enter.insert(state);
        if chart.is_compound(state) {
            self.by_default.insert(state);
            self.add_all_below(&chart.initial_targets(state), state);
        } else if chart.is_parallel(state) {
            // SCXML has no `initial` here; one target per region is the same as targets in a transition.
            if let Some(initial) = &chart.state(state).initial {
                self.by_default.insert(state);
                self.add_all_below(&initial.targets, state);
            }
            self.add_missing_regions(state);
        }
    }

    fn add_all_below(&mut self, targets: &[StateId], ancestor: StateId) {
        targets.iter().for_each(|target| self.add_with_descendants(*target));
        targets.iter().for_each(|target| self.add_ancestors(*target, ancestor));
    }

    /// addAncestorStatesToEnter: the states between `state` and `ancestor`, both left out.
    fn add_ancestors(&mut self, state: StateId, ancestor: StateId) {
        let chart = self.chart;
        for between in chart.ancestors(state).take_while(|between| *between != ancestor) {
            self.enter.insert(between);
            if chart.is_parallel(between) {
                self.add_missing_regions(between);
            }
        }
    }

    fn add_missing_regions(&mut self, parallel: StateId) {
        let chart = self.chart;
        for child in chart.real_children(parallel) {
            if !self.enter.iter().any(|entered| chart.is_inside(*entered, child)) {
                self.add_with_descendants(child);
            }
        }
    }
}

impl<'a> Interpreter<'a> {
    fn entry_set(&self) -> EntrySet<'_> {
        EntrySet {
            chart: self.chart,
            configuration: &self.configuration,
            enter: BTreeSet::new(),
            by_default: BTreeSet::new(),
            history: BTreeMap::new(),
        }
    }

    /// The beginning of interpret: the root with everything below it.
    pub(super) fn enter_chart(&mut self) {
        let mut set = self.entry_set();
        set.add_with_descendants(Statechart::ROOT);
        let (enter, by_default, history) = (set.enter, set.by_default, set.history);
        self.enter_states(enter, &by_default, &history);
    }

    /// computeEntrySet and enterStates.
    pub(super) fn enter_for(&mut self, enabled: &[TransitionId]) {
        let selector = Selector { chart: self.chart, configuration: &self.configuration };
        let mut set = self.entry_set();
        for id in enabled {
            let targets = &self.chart.transition(*id).targets;
            targets.iter().for_each(|target| set.add_with_descendants(*target));
            if let Some(domain) = selector.domain(*id) {
                for target in selector.effective_targets(targets) {
                    set.add_ancestors(target, domain);
                }
            }
        }
        let (enter, by_default, history) = (set.enter, set.by_default, set.history);
        self.enter_states(enter, &by_default, &history);
    }

    /// enterStates
    fn enter_states(
        &mut self,
        enter: BTreeSet<StateId>,
        by_default: &BTreeSet<StateId>,
        history: &BTreeMap<StateId, StateId>,
    ) {
        let chart: &'a Statechart = self.chart;
        let mut enter: Vec<StateId> = enter.into_iter().collect();
        enter.sort_by_key(|state| chart.state(*state).order);
        for id in enter {
            let state = chart.state(id);
            if id != Statechart::ROOT {
                self.emit(Step::Enter(id));
            }
            for delay in &state.delays {
                let event = Event::addressed(&delay.event);
                let (after_ms, id) = (Some(delay.after_ms), Some(delay.event.clone()));
                self.emit(Step::Send { event, after_ms, id });
            }
            self.run_blocks(&state.entry);
            if let Some(initial) = state.initial.as_ref().filter(|_| by_default.contains(&id)) {
                self.run(&initial.actions);
            }
            if let Some(initial) = history.get(&id).and_then(|history| chart.state(*history).initial.as_ref()) {
                self.run(&initial.actions);
            }
            if chart.is_final(id) {
                self.enter_final(id);
            }
        }
    }

    /// The end of enterStates: a final state tells its parent, and the last one of several regions their parallel.
    fn enter_final(&mut self, id: StateId) {
        let chart = self.chart;
        let parent = chart.state(id).parent.unwrap_or(Statechart::ROOT);
        if parent == Statechart::ROOT {
            self.finish();
            return;
        }
        let data = self.evaluate_donedata(&chart.state(id).donedata);
        self.announce_done(parent, data);
        let Some(grandparent) = chart.state(parent).parent.filter(|state| chart.is_parallel(*state)) else { return };
        if self.configuration.is_done(chart, grandparent) {
            if grandparent == Statechart::ROOT {
                self.finish();
            } else {
                self.announce_done(grandparent, Value::Null);
            }
        }
    }

    fn announce_done(&mut self, state: StateId, data: Value) {
        let name = format!("done.state.{}", self.chart.state(state).id);
        self.internal.push_back(Event { name, data, kind: EventKind::Done(state) });
    }

    /// A named value with a fault is left out and announced; the others are carried (SCXML 5.5 and 5.7).
    fn evaluate_donedata(&mut self, data: &Data) -> Value {
        match data {
            Data::Nothing => Value::Null,
            Data::Whole(expression) => match self.evaluate(expression) {
                Ok(value) => value,
                Err(fault) => {
                    self.announce(&fault);
                    Value::Null
                }
            },
            Data::Named(pairs) => {
                let mut values = BTreeMap::new();
                for (name, expression) in pairs {
                    match self.evaluate(expression) {
                        Ok(value) => {
                            values.insert(name.clone(), value);
                        }
                        Err(fault) => self.announce(&fault),
                    }
                }
                if values.is_empty() { Value::Null } else { Value::Map(values) }
            }
        }
    }
}
