//! From the draft to the checked model: states in document order, names resolved, texts compiled. It must never add a
//! meaning that the draft does not have.

use super::draft::{
    Act, Draft, DraftReach, DraftTransition, DraftTrigger, Guard, Kind, Placed, ROOT, SetValue, StateIndex, Target,
    TransitionIndex,
};
use super::guards::GlobalScope;
use super::items::set_result;
use super::states::titled;
use super::words::outcome_word;
use crate::expression::{Expression, Type};
use crate::kernel::{
    Action, Condition, Content, Data, Delay, Initial, Reach, State, StateId, StateKind, Statechart, Transition,
    TransitionId, Trigger,
};
use crate::source::Content as Written;
use crate::value::Value;

/// The chart, and where the draft's states and transitions went.
pub(super) struct Emitted {
    pub chart: Statechart,
    /// By draft state.
    pub states: Vec<StateId>,
    /// By draft transition; `None` where it could not be built.
    pub transitions: Vec<Option<TransitionId>>,
    /// By kernel transition: the draft's.
    pub written: Vec<TransitionIndex>,
    /// By kernel state: the draft's.
    pub order: Vec<StateIndex>,
}

impl<'a> Draft<'a> {
    /// Builds the chart. Reports every name that is unknown and every expression that cannot be read.
    pub fn emit_chart(&self, scope: &GlobalScope) -> Emitted {
        let mut chart = Statechart::new(&self.frame.name);
        chart.variables = self.frame.variables.clone();
        let order = self.document_order();
        let mut states = vec![Statechart::ROOT; self.states.len()];
        for index in order.iter().copied().skip(1) {
            let draft = &self.states[index];
            let parent = states[draft.parent.unwrap_or(ROOT)];
            states[index] = chart.add_state(parent, State::new(&draft.name, self.kernel_kind(index)));
        }
        let (transitions, written) = (vec![None; self.transitions.len()], Vec::new());
        let mut emitted = Emitted { chart, states, transitions, written, order };
        for index in emitted.order.clone() {
            self.emit_state(index, scope, &mut emitted);
        }
        for index in emitted.order.clone() {
            self.emit_transitions(index, scope, &mut emitted);
        }
        emitted.chart.seal();
        emitted
    }

    /// Outer states first, siblings in the order of the file.
    fn document_order(&self) -> Vec<StateIndex> {
        let mut order = Vec::with_capacity(self.states.len());
        let mut waiting = vec![ROOT];
        while let Some(state) = waiting.pop() {
            order.push(state);
            waiting.extend(self.states[state].children.iter().rev());
        }
        order
    }

    /// A rest is final for the state around it; at the root nothing ends.
    fn kernel_kind(&self, index: StateIndex) -> StateKind {
        let state = &self.states[index];
        match state.kind {
            Kind::Plain => StateKind::Plain,
            Kind::Parallel => StateKind::Parallel,
            Kind::Final => StateKind::Final,
            Kind::Rest if state.parent == Some(ROOT) => StateKind::Plain,
            Kind::Rest => StateKind::Final,
            Kind::History { deep } => StateKind::History { deep },
        }
    }

    fn emit_state(&self, index: StateIndex, scope: &GlobalScope, emitted: &mut Emitted) {
        let draft = &self.states[index];
        let targets: Vec<StateId> = draft
            .initial
            .iter()
            .filter_map(|target| self.resolve_initial(index, target))
            .map(|target| emitted.states[target])
            .collect();
        let actions = self.content(index, &draft.initial_actions, scope);
        let block = |acts: &Vec<Act<'a>>| self.content(index, acts, scope);
        let entry = draft.entry.iter().map(block).collect();
        let exit = draft.exit.iter().map(block).collect();
        let delays =
            draft.delays.iter().map(|(event, after_ms)| Delay { event: event.clone(), after_ms: *after_ms }).collect();
        let state = &mut emitted.chart.states[emitted.states[index].0 as usize];
        if !targets.is_empty() || !draft.initial_actions.is_empty() {
            state.initial = Some(Initial { targets, actions });
        }
        (state.entry, state.exit, state.delays) = (entry, exit, delays);
        if state.kind == StateKind::Final {
            let constant = |word: &str| Expression::constant(Value::Text(word.to_owned()));
            let mut named = vec![("final".to_owned(), constant(&draft.name))];
            named.extend(draft.outcome.map(|outcome| ("result".to_owned(), constant(outcome_word(outcome)))));
            state.donedata = Data::Named(named);
        }
    }

    /// Where a state begins must be inside it.
    fn resolve_initial(&self, index: StateIndex, target: &Target<'a>) -> Option<StateIndex> {
        let history = matches!(self.states[index].kind, Kind::History { .. });
        let around = if history { self.states[index].parent.unwrap_or(ROOT) } else { index };
        let found = self.resolve_target(around, target)?;
        if self.is_inside(found, around) {
            return Some(found);
        }
        if let Target::Named { text, env, span } = *target {
            self.report_name(super::names::NameProblem::Unknown, text, env, span);
        }
        None
    }

    fn emit_transitions(&self, index: StateIndex, scope: &GlobalScope, emitted: &mut Emitted) {
        let state = &self.states[index];
        // The ways out of a nested rest are the region's, taken while the rest is active.
        let hoisted = state.kind == Kind::Rest && state.parent != Some(ROOT);
        let source = if hoisted { state.parent.unwrap_or(ROOT) } else { index };
        for transition in &state.transitions {
            let draft = &self.transitions[*transition];
            let Some(mut built) = self.transition(draft, source, scope, emitted) else { continue };
            if hoisted {
                built.conditions.insert(0, Condition::Active(emitted.states[index]));
                // From the region's side a target inside it would leave every region beside it; the rest did not.
                let inside = |target: &Target<'a>| {
                    self.resolve_target(draft.source, target).is_some_and(|state| self.is_inside(state, source))
                };
                if draft.targets.iter().all(inside) {
                    built.reach = Reach::Local;
                }
            }
            self.clear_result(source, draft, &mut built, scope);
            let id = emitted.chart.add_transition(built);
            emitted.transitions[*transition] = Some(id);
            emitted.written.push(*transition);
        }
    }

    /// An item that is taken up again is open again.
    fn clear_result(
        &self,
        source: StateIndex,
        draft: &DraftTransition<'a>,
        built: &mut Transition,
        scope: &GlobalScope,
    ) {
        let Some(item) = self.states[source].region_of else { return };
        let inside = |target: &Target<'a>| {
            self.resolve_target(draft.source, target).is_some_and(|state| {
                self.is_inside(state, source) && !matches!(self.states[state].kind, Kind::Final | Kind::Rest)
            })
        };
        if !draft.targets.is_empty() && draft.targets.iter().all(inside) {
            let acts = set_result(&self.items[item].name, "", "");
            built.actions.splice(0..0, self.content(source, &acts, scope));
        }
    }

    fn transition(
        &self,
        draft: &DraftTransition<'a>,
        source: StateIndex,
        scope: &GlobalScope,
        emitted: &Emitted,
    ) -> Option<Transition> {
        let trigger = self.trigger(draft, emitted)?;
        let resolved: Vec<Option<StateIndex>> =
            draft.targets.iter().map(|target| self.resolve_target(draft.source, target)).collect();
        let targets = resolved.into_iter().collect::<Option<Vec<StateIndex>>>()?;
        let targets = targets.into_iter().map(|target| emitted.states[target]).collect();
        let mut built = Transition::new(emitted.states[source], trigger, targets);
        built.reach = match draft.reach {
            DraftReach::Bare(reach) => reach,
            DraftReach::Local => Reach::Local,
        };
        for guard in &draft.guards {
            built.conditions.push(self.condition(guard, draft.source, scope, emitted)?);
        }
        built.actions = self.content(draft.source, &draft.actions, scope);
        built.line = if draft.made { 0 } else { draft.span.line };
        Some(built)
    }

    fn trigger(&self, draft: &DraftTransition<'a>, emitted: &Emitted) -> Option<Trigger> {
        Some(match &draft.trigger {
            DraftTrigger::Always => Trigger::Always,
            DraftTrigger::Announced(words) => Trigger::Event(words.clone()),
            DraftTrigger::Addressed(name) => Trigger::Addressed(name.clone()),
            DraftTrigger::Done(state) => Trigger::Done(emitted.states[*state]),
            DraftTrigger::Clock(name) => match self.find_clock(draft.env, name) {
                Some(clock) => Trigger::Addressed(format!("due.{}", self.clocks[clock].name)),
                None => {
                    self.unknown_clock(draft.env, name, draft.span);
                    return None;
                }
            },
        })
    }

    /// One condition of a transition.
    pub fn condition(
        &self,
        guard: &Guard<'a>,
        state: StateIndex,
        scope: &GlobalScope,
        emitted: &Emitted,
    ) -> Option<Condition> {
        Some(match guard {
            Guard::When(placed) => Condition::Holds(self.expression(*placed, &Type::Bool, scope)?),
            Guard::Unless(placed) => Condition::Fails(self.expression(*placed, &Type::Bool, scope)?),
            Guard::Holds(text) => Condition::Holds(self.made_expression(text, &Type::Bool, scope, state)?),
            Guard::Fails(text) => Condition::Fails(self.made_expression(text, &Type::Bool, scope, state)?),
            Guard::Active(state) => Condition::Active(emitted.states[*state]),
        })
    }

    fn content(&self, state: StateIndex, acts: &[Act<'a>], scope: &GlobalScope) -> Content {
        acts.iter().filter_map(|act| self.act(state, act, scope)).collect()
    }

    fn act(&self, state: StateIndex, act: &Act<'a>, scope: &GlobalScope) -> Option<Action> {
        Some(match act {
            Act::Raise { event, data } => Action::Raise { event: (*event).to_owned(), data: self.data(*data, scope) },
            Act::Send { event, after_ms, id, data } => Action::Send {
                event: (*event).to_owned(),
                after_ms: *after_ms,
                id: id.map(str::to_owned),
                data: self.data(*data, scope),
            },
            Act::Cancel(id) => Action::Cancel { id: (*id).to_owned() },
            Act::Set { variable, value } => {
                let value = match value {
                    SetValue::Written(placed) => {
                        let expected = self.variable_type(variable);
                        let value = self.expression(*placed, &expected, scope)?;
                        self.keep_personal_values_back(*placed, &value, scope);
                        value
                    }
                    SetValue::Made(word) => Expression::constant(Value::Text(word.clone())),
                };
                Action::Set { variable: variable.clone(), value }
            }
            Act::Site { site, value } => {
                Action::Set { variable: format!("site.{site}"), value: self.site_value(site, *value, scope)? }
            }
            Act::If { condition, then, otherwise } => Action::If {
                condition: self.expression(*condition, &Type::Bool, scope)?,
                then: self.content(state, then, scope),
                otherwise: self.content(state, otherwise, scope),
            },
            Act::Log(placed) => Action::Log(self.expression(*placed, &Type::Any, scope)?),
        })
    }

    /// What an event carries: one value, or named ones.
    fn data(&self, placed: Option<Placed<'a>>, scope: &GlobalScope) -> Data {
        let Some(placed) = placed else { return Data::Nothing };
        let any = |node| {
            let placed = Placed { node, env: placed.env };
            let value = self.expression(placed, &Type::Any, scope)?;
            self.keep_personal_values_back(placed, &value, scope);
            Some(value)
        };
        if let Written::Map(entries) = &placed.node.content {
            let named = entries.iter().filter_map(|entry| Some((entry.key.clone(), any(&entry.value)?)));
            return Data::Named(named.collect());
        }
        any(placed.node).map_or(Data::Nothing, Data::Whole)
    }

    /// What coverage and diagrams call a transition.
    pub fn label(&self, draft: &DraftTransition<'a>) -> String {
        let from = match self.states[draft.source].path.as_str() {
            "" => "case",
            path => path,
        };
        let to: Vec<&str> = draft
            .targets
            .iter()
            .filter_map(|target| match *target {
                Target::State(state) => Some(state),
                Target::Named { text, env, .. } => self.resolve(draft.source, env, text).ok(),
            })
            .map(|state| self.states[state].path.as_str())
            .collect();
        let to = if to.is_empty() { "·".to_owned() } else { to.join(" + ") };
        format!("{from} → {to} ({})", draft.label)
    }

    /// Titles of all states by name, for lists.
    pub fn title_of(&self, index: StateIndex) -> crate::text::Text {
        let state = &self.states[index];
        if !state.title.is_empty() {
            return state.title.clone();
        }
        // A wrapper is called after what it wraps.
        let named = std::iter::once(index).chain(self.ancestors(index)).find(|outer| !self.states[*outer].made);
        let named = &self.states[named.unwrap_or(index)];
        titled(&named.title, &named.name)
    }
}
