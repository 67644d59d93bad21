//! The main loop and the microstep of SCXML's appendix D. Everything that changes goes through [`Interpreter::emit`].
//! It must never loop without counting a round.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::content::fault_code;
use super::names::View;
use super::select::Selector;
use super::{
    Cause, Condition, Configuration, Content, Event, KernelRejection, MAX_WEIGHT, Macrostep, Outside, Run, StateId,
    StateKind, Statechart, Step, TransitionId,
};
use crate::expression::Fault;
use crate::value::Value;

/// One run of the chart, from one event to rest.
pub(super) struct Interpreter<'a> {
    pub(super) chart: &'a Statechart,
    pub(super) configuration: Configuration,
    pub(super) outside: &'a dyn Outside,
    /// The event that was taken last; guards see it.
    pub(super) event: Option<Event>,
    pub(super) internal: VecDeque<Event>,
    pub(super) external: VecDeque<Event>,
    steps: Vec<Step>,
    rounds: usize,
    /// Most rounds.
    limit: usize,
    weight: usize,
    /// A final state of the root was reached; nothing more is taken.
    finished: bool,
    /// Transitions whose guard has had a fault since something last moved: it is announced once, or an eventless
    /// guard with a fault would announce it for ever.
    announced: BTreeSet<TransitionId>,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(
        chart: &'a Statechart,
        configuration: Configuration,
        outside: &'a dyn Outside,
        limit: usize,
    ) -> Interpreter<'a> {
        Interpreter {
            chart,
            configuration,
            outside,
            event: None,
            internal: VecDeque::new(),
            external: VecDeque::new(),
            steps: Vec::new(),
            rounds: 0,
            limit,
            weight: 0,
            finished: false,
            announced: BTreeSet::new(),
        }
    }

    pub(super) fn start(mut self) -> Result<Run, KernelRejection> {
        self.enter_chart();
        self.settle()?;
        let first = self.close(Cause::Start, None);
        self.drain(vec![first])
    }

    pub(super) fn step(mut self, event: Event) -> Result<Run, KernelRejection> {
        let first = self.macrostep(Cause::Event, event)?;
        self.drain(vec![first])
    }

    /// One macrostep for each event the chart has sent to itself.
    fn drain(mut self, mut macrosteps: Vec<Macrostep>) -> Result<Run, KernelRejection> {
        while let Some(event) = self.external.pop_front() {
            let next = self.macrostep(Cause::Send, event)?;
            macrosteps.push(next);
        }
        Ok(Run { configuration: self.configuration, macrosteps })
    }

    fn macrostep(&mut self, cause: Cause, event: Event) -> Result<Macrostep, KernelRejection> {
        if self.configuration.running {
            self.round()?;
            self.announced.clear();
            let enabled = self.select_for(event.clone());
            if !enabled.is_empty() {
                self.microstep(&enabled);
            }
            self.settle()?;
        }
        Ok(self.close(cause, Some(event)))
    }

    fn close(&mut self, cause: Cause, event: Option<Event>) -> Macrostep {
        Macrostep { cause, event, steps: std::mem::take(&mut self.steps) }
    }

    /// The inner loop of mainEventLoop: transitions without an event first, then internal events, until neither is
    /// left or the chart has finished.
    fn settle(&mut self) -> Result<(), KernelRejection> {
        while !self.finished {
            self.round()?;
            let mut enabled = self.select(None);
            if enabled.is_empty() {
                let Some(event) = self.internal.pop_front() else { return Ok(()) };
                enabled = self.select_for(event);
            }
            if !enabled.is_empty() {
                self.microstep(&enabled);
            }
        }
        self.exit_interpreter();
        Ok(())
    }

    fn round(&mut self) -> Result<(), KernelRejection> {
        self.rounds += 1;
        if self.rounds > self.limit {
            return Err(KernelRejection::Endless { limit: self.limit });
        }
        if self.weight > MAX_WEIGHT {
            return Err(KernelRejection::TooMuch { limit: MAX_WEIGHT });
        }
        Ok(())
    }

    /// Records one step and takes it over. Nothing else changes the configuration.
    pub(super) fn emit(&mut self, step: Step) {
        self.weight = self.weight.saturating_add(step.weight());
        self.configuration.apply(&step);
        self.steps.push(step);
    }

    /// There is no room for more values; the run will be refused at the next round.
    pub(super) fn is_full(&self) -> bool {
        self.weight > MAX_WEIGHT
    }

    fn selector(&self) -> Selector<'_> {
        Selector { chart: self.chart, configuration: &self.configuration }
    }

    /// The names an expression sees now.
    pub(super) fn names(&self) -> View<'_> {
        View {
            chart: self.chart,
            configuration: &self.configuration,
            event: self.event.as_ref(),
            outside: self.outside,
        }
    }

    fn select_for(&mut self, event: Event) -> Vec<TransitionId> {
        self.event = Some(event.clone());
        self.select(Some(&event))
    }

    /// Selects, and announces the faults of guards.
    fn select(&mut self, event: Option<&Event>) -> Vec<TransitionId> {
        let mut asked: BTreeMap<TransitionId, bool> = BTreeMap::new();
        let mut faults: Vec<(TransitionId, Fault)> = Vec::new();
        let names = self.names();
        let chart = self.chart;
        let enabled = self.selector().select(event, |id| {
            *asked.entry(id).or_insert_with(|| {
                let conditions = &chart.transition(id).conditions;
                conditions.iter().all(|condition| match holds(condition, &names) {
                    Ok(holds) => holds,
                    Err(fault) => {
                        faults.push((id, fault));
                        false
                    }
                })
            })
        });
        for (id, fault) in faults {
            if self.announced.insert(id) {
                self.announce(&fault);
            }
        }
        enabled
    }

    /// Puts `error.execution` into the internal queue.
    pub(super) fn announce(&mut self, fault: &Fault) {
        let code = fault_code(fault).to_owned();
        let data = Value::Map([("code".to_owned(), Value::Text(code.clone()))].into());
        self.emit(Step::Fault { code });
        self.internal.push_back(Event::announced(Event::FAULT).with(data));
    }

    /// microstep: exits, the actions of the transitions, entries.
    fn microstep(&mut self, enabled: &[TransitionId]) {
        self.announced.clear();
        self.exit_states(enabled);
        for id in enabled {
            self.emit(Step::Take(*id));
            self.run(&self.chart.transition(*id).actions);
        }
        self.enter_for(enabled);
    }

    /// exitStates: history is noted for all states before any of them runs its exit actions.
    fn exit_states(&mut self, enabled: &[TransitionId]) {
        let chart = self.chart;
        let exits: BTreeSet<StateId> = enabled.iter().flat_map(|id| self.selector().exits_of(*id)).collect();
        let mut exits: Vec<StateId> = exits.into_iter().collect();
        exits.sort_by_key(|state| std::cmp::Reverse(chart.state(*state).order));
        for state in &exits {
            for child in &chart.state(*state).children {
                let StateKind::History { deep } = chart.state(*child).kind else { continue };
                let mut states = self.configuration.in_order(chart);
                states.retain(|inner| {
                    if deep {
                        chart.is_atomic(*inner) && chart.is_inside(*inner, *state)
                    } else {
                        chart.state(*inner).parent == Some(*state)
                    }
                });
                self.emit(Step::Remember { history: *child, states });
            }
        }
        for state in exits {
            self.run_blocks(&chart.state(state).exit);
            for delay in &chart.state(state).delays {
                self.emit(Step::Cancel { id: delay.event.clone() });
            }
            self.emit(Step::Exit(state));
        }
    }

    /// exitInterpreter: the exit actions of what is still active run; the states stay on record as the last ones.
    fn exit_interpreter(&mut self) {
        let chart = self.chart;
        for state in self.configuration.in_order(chart).into_iter().rev().chain([Statechart::ROOT]) {
            self.run_blocks(&chart.state(state).exit);
        }
        self.internal.clear();
        self.external.clear();
        self.emit(Step::Finish);
    }

    pub(super) fn run_blocks(&mut self, blocks: &'a [Content]) {
        blocks.iter().for_each(|block| self.run(block));
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }
}

/// conditionMatch for one condition.
fn holds(condition: &Condition, names: &View<'_>) -> Result<bool, Fault> {
    match condition {
        Condition::Holds(expression) => names.truth(expression),
        Condition::Fails(expression) => names.truth(expression).map(|truth| !truth),
        Condition::Active(state) => Ok(names.configuration.is_active(*state)),
        Condition::Inactive(state) => Ok(!names.configuration.is_active(*state)),
    }
}
