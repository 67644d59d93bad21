//! A process taken apart for exploring: the frame, and each item's region alone. What a part cannot see for itself
//! becomes a question with a number. It must never leave out a way that the whole process has.

use std::collections::{BTreeMap, BTreeSet};

use super::question::{Known, Question};
use crate::definition::{ItemId, ProcessDefinition};
use crate::expression::Expression;
use crate::kernel::{
    Action, Condition, Content, Data, Initial, State, StateId, StateKind, Statechart, Transition, TransitionId, Trigger,
};

/// One part: a statechart of its own with the names of the whole one.
pub(super) struct Part {
    /// Whose region it is; `None` for the frame.
    pub item: Option<ItemId>,
    /// What is explored. An item stands inside states that have nothing but it.
    pub chart: Statechart,
    /// By state of this chart: the state of the process; the block for what was made here.
    pub full: Vec<StateId>,
    /// By state of the process: the state of this chart.
    pub own: BTreeMap<StateId, StateId>,
    /// By transition of this chart: the transition of the process.
    pub ways: Vec<TransitionId>,
    /// Blocks of items inside this part.
    pub blocks: Vec<Block>,
    /// What is asked from outside, by number.
    pub questions: Vec<Question>,
    /// Visits that some condition counts, with the number from which on they make no difference.
    pub caps: BTreeMap<StateId, u32>,
    /// Holds inside this part.
    pub holds: Vec<Hold>,
    /// What is around the part and not explored with it.
    pub around: BTreeSet<StateId>,
    /// By history: the states from which something may still come back to what it remembers.
    pub remembering: BTreeMap<StateId, BTreeSet<StateId>>,
}

/// A block of items, seen from outside: they have all ended, or not.
pub(super) struct Block {
    /// The parallel state, in the process.
    pub state: StateId,
    /// The same here.
    pub own: StateId,
    /// Made here: not all items have ended.
    pub open: StateId,
    /// Made here: all have.
    pub ended: StateId,
    /// Whose regions were replaced.
    pub items: Vec<ItemId>,
}

/// States of a hold, in the chart of the part.
pub(super) struct Hold {
    pub state: StateId,
    pub work: StateId,
    pub history: StateId,
}

impl Block {
    /// The event of this module that ends all items.
    pub fn end(&self) -> String {
        format!("#items.{}.ended", self.state.0)
    }

    /// The event of this module that takes an item up again, or changes its end.
    pub fn again(&self) -> String {
        format!("#items.{}.again", self.state.0)
    }
}

/// The item whose region holds a state most closely.
pub(super) fn item_of(definition: &ProcessDefinition, state: StateId) -> Option<ItemId> {
    let chart = &definition.chart;
    let outward = std::iter::once(state).chain(chart.ancestors(state));
    outward.into_iter().find_map(|state| definition.items.iter().find(|item| item.state == state).map(|item| item.id))
}

/// Takes the frame (`None`) or one item out of a process.
pub(super) fn part(definition: &ProcessDefinition, item: Option<ItemId>, known: &Known) -> Part {
    let top = item.map_or(Statechart::ROOT, |item| definition.item(item).state);
    let mut part = Part {
        item,
        chart: Statechart::new(&definition.chart.name),
        full: vec![Statechart::ROOT],
        own: BTreeMap::from([(Statechart::ROOT, Statechart::ROOT)]),
        ways: Vec::new(),
        blocks: Vec::new(),
        questions: Vec::new(),
        caps: BTreeMap::new(),
        holds: Vec::new(),
        around: BTreeSet::new(),
        remembering: BTreeMap::new(),
    };
    part.take_states(definition, top);
    let taken = |name: &String| known.tracked.get(name) == Some(&item);
    part.chart.variables = definition.chart.variables.clone().into_iter().filter(|(name, _)| taken(name)).collect();
    for own in part.chart.ids().collect::<Vec<_>>() {
        part.take_words(definition, own, known);
    }
    part.chart.seal();
    part.take_holds(definition);
    part.take_histories();
    part
}

impl Part {
    /// Is the state around the part, in it only so that names mean the same?
    pub fn is_around(&self, own: StateId) -> bool {
        self.around.contains(&own)
    }

    fn take_states(&mut self, definition: &ProcessDefinition, top: StateId) {
        let chart = &definition.chart;
        let mut outer: Vec<StateId> = chart.ancestors(top).filter(|state| *state != Statechart::ROOT).collect();
        outer.reverse();
        let mut parent = Statechart::ROOT;
        if top != Statechart::ROOT {
            self.around.insert(parent);
        }
        for state in outer {
            parent = self.add(parent, state, State::new(&chart.state(state).name, StateKind::Plain));
            self.around.insert(parent);
        }
        if top != Statechart::ROOT {
            parent = self.add(parent, top, State::new(&chart.state(top).name, chart.state(top).kind));
        }
        // Depth first, children in their order: that is the order of the document.
        let mut open = vec![(top, parent)];
        while let Some((state, own)) = open.pop() {
            let regions = |child: &StateId| definition.items.iter().find(|item| item.state == *child);
            let items: Vec<ItemId> =
                chart.state(state).children.iter().filter_map(regions).map(|item| item.id).collect();
            let mut inside = Vec::new();
            for child in chart.state(state).children.iter().filter(|child| regions(child).is_none()) {
                let made = self.add(own, *child, State::new(&chart.state(*child).name, chart.state(*child).kind));
                inside.push((*child, made));
            }
            open.extend(inside.into_iter().rev());
            if !items.is_empty() {
                self.add_block(state, own, items);
            }
        }
    }

    fn add(&mut self, parent: StateId, state: StateId, words: State) -> StateId {
        let own = self.chart.add_state(parent, words);
        self.full.push(state);
        self.own.insert(state, own);
        own
    }

    fn add_block(&mut self, state: StateId, own: StateId, items: Vec<ItemId>) {
        let mut made = |parent: StateId, name: &str, kind: StateKind| {
            self.full.push(state);
            self.chart.add_state(parent, State::new(name, kind))
        };
        let region = made(own, "#items", StateKind::Plain);
        let (open, ended) = (made(region, "#open", StateKind::Plain), made(region, "#ended", StateKind::Final));
        let block = Block { state, own, open, ended, items };
        for (source, event, target) in
            [(open, block.end(), ended), (ended, block.end(), ended), (ended, block.again(), open)]
        {
            self.chart.add_transition(Transition::new(source, Trigger::Addressed(event), vec![target]));
            self.ways.push(TransitionId(u32::MAX));
        }
        self.blocks.push(block);
    }

    /// Everything a state says, with the names of this part.
    fn take_words(&mut self, definition: &ProcessDefinition, own: StateId, known: &Known) {
        let full = self.full[own.0 as usize];
        if self.is_around(own) || self.own.get(&full) != Some(&own) {
            return;
        }
        let state = definition.chart.state(full);
        let entry = state.entry.iter().map(|block| self.content(definition, block, known)).collect();
        let exit = state.exit.iter().map(|block| self.content(definition, block, known)).collect();
        let initial = state.initial.as_ref().map(|initial| Initial {
            targets: initial.targets.iter().filter_map(|target| self.own.get(target).copied()).collect(),
            actions: self.content(definition, &initial.actions, known),
        });
        // A beginning inside an item is the item's own affair.
        let initial = initial.filter(|initial| !initial.targets.is_empty() || !initial.actions.is_empty());
        let words = &mut self.chart.states[own.0 as usize];
        (words.entry, words.exit, words.initial) = (entry, exit, initial);
        for id in state.transitions.clone() {
            self.take_way(definition, own, id, known);
        }
    }

    fn take_way(&mut self, definition: &ProcessDefinition, source: StateId, id: TransitionId, known: &Known) {
        let way = definition.chart.transition(id);
        let mut targets = Vec::new();
        for target in &way.targets {
            match (
                self.own.get(target),
                self.blocks.iter().find(|block| definition.chart.is_inside(*target, block.state)),
            ) {
                (Some(own), _) => targets.push(*own),
                (None, Some(block)) => targets.push(block.open),
                // It leaves the part; no item may name what is around it.
                (None, None) => return,
            }
        }
        let trigger = match &way.trigger {
            Trigger::Done(state) => match self.own.get(state) {
                Some(own) => Trigger::Done(*own),
                None => return,
            },
            trigger @ (Trigger::Always | Trigger::Event(_) | Trigger::Addressed(_)) => trigger.clone(),
        };
        let mut own = Transition::new(source, trigger, targets);
        own.reach = way.reach;
        let conditions = way.conditions.iter().map(|condition| self.condition(definition, condition, known)).collect();
        own.conditions = self.together(conditions);
        own.actions = self.content(definition, &way.actions, known);
        self.chart.add_transition(own);
        self.ways.push(id);
    }

    fn condition(&mut self, definition: &ProcessDefinition, condition: &Condition, known: &Known) -> Condition {
        match condition {
            Condition::Holds(expression) => Condition::Holds(self.asking(definition, expression, known)),
            Condition::Fails(expression) => Condition::Fails(self.asking(definition, expression, known)),
            Condition::Active(state) => match self.own.get(state) {
                Some(own) => Condition::Active(*own),
                None => Condition::Holds(Expression::question(self.number(Question::Active(*state)))),
            },
            Condition::Inactive(state) => match self.own.get(state) {
                Some(own) => Condition::Inactive(*own),
                None => Condition::Fails(Expression::question(self.number(Question::Active(*state)))),
            },
        }
    }

    /// The conditions, those that each ask how one item ended put into one question.
    fn together(&mut self, conditions: Vec<Condition>) -> Vec<Condition> {
        let ended = |condition: &Condition| {
            let (expression, answer) = match condition {
                Condition::Holds(expression) => (expression, true),
                Condition::Fails(expression) => (expression, false),
                Condition::Active(_) | Condition::Inactive(_) => return None,
            };
            let number = usize::try_from(expression.as_question()?).ok()?;
            match self.questions.get(number)? {
                Question::Ended(item, asked) => Some((*item, asked.clone(), answer)),
                Question::Free(_) | Question::Active(_) | Question::AllEnded(_) => None,
            }
        };
        let asked: Vec<Option<(ItemId, Expression, bool)>> = conditions.iter().map(ended).collect();
        let all: Vec<(ItemId, Expression, bool)> = asked.iter().flatten().cloned().collect();
        if all.len() < 2 {
            return conditions;
        }
        let others = conditions.into_iter().zip(asked).filter(|(_, asked)| asked.is_none());
        let mut kept: Vec<Condition> = others.map(|(condition, _)| condition).collect();
        kept.push(Condition::Holds(Expression::question(self.number(Question::AllEnded(all)))));
        kept
    }

    /// The expression with its unknown questions numbered.
    fn asking(&mut self, definition: &ProcessDefinition, expression: &Expression, known: &Known) -> Expression {
        expression.asking(&mut |asked| {
            let question = known.question(definition, self.item, asked);
            if question.is_none() {
                let cap = u32::try_from(asked.largest_number().clamp(0, 50)).unwrap_or(0) + 1;
                for name in asked.visited() {
                    let own = definition.chart.find(name).and_then(|state| self.own.get(&state).copied());
                    if let Some(own) = own {
                        let before = self.caps.entry(own).or_default();
                        *before = cap.max(*before);
                    }
                }
            }
            question.map(|question| self.number(question))
        })
    }

    /// The number of a question; the same one has the same number.
    fn number(&mut self, question: Question) -> i64 {
        let at = self.questions.iter().position(|known| *known == question).unwrap_or_else(|| {
            self.questions.push(question);
            self.questions.len() - 1
        });
        i64::try_from(at).unwrap_or(i64::MAX)
    }

    /// Actions that can change where the part goes.
    fn content(&mut self, definition: &ProcessDefinition, content: &Content, known: &Known) -> Content {
        let mut kept = Vec::new();
        for action in content {
            match action {
                Action::Raise { event, .. } => kept.push(Action::Raise { event: event.clone(), data: Data::Nothing }),
                Action::Send { event, after_ms: None, id, .. } => {
                    let (event, id) = (event.clone(), id.clone());
                    kept.push(Action::Send { event, after_ms: None, id, data: Data::Nothing });
                }
                Action::Set { variable, .. } if known.tracked.get(variable) == Some(&self.item) => {
                    kept.push(action.clone());
                }
                Action::If { condition, then, otherwise } => kept.push(Action::If {
                    condition: self.asking(definition, condition, known),
                    then: self.content(definition, then, known),
                    otherwise: self.content(definition, otherwise, known),
                }),
                // Later events may come at any time; the rest means nothing to the chart.
                Action::Send { .. }
                | Action::Set { .. }
                | Action::Cancel { .. }
                | Action::Log(_)
                | Action::Extension(_) => {}
            }
        }
        kept
    }

    /// From where a history is still read, before what it remembers is left again and so written anew.
    fn take_histories(&mut self) {
        let chart = &self.chart;
        let entered = |target: StateId, states: &BTreeSet<StateId>| {
            states
                .iter()
                .any(|state| *state == target || chart.is_inside(*state, target) || chart.is_inside(target, *state))
        };
        for history in chart.ids().filter(|id| chart.is_history(*id)) {
            let parent = chart.state(history).parent.unwrap_or(Statechart::ROOT);
            let within = |state: StateId| state == parent || chart.is_inside(state, parent);
            let back = chart.transitions.iter().filter(|way| way.targets.contains(&history));
            let mut states: BTreeSet<StateId> = back.map(|way| way.source).filter(|source| !within(*source)).collect();
            loop {
                let before = states.len();
                for way in chart.transitions.iter().filter(|way| !within(way.source)) {
                    if way.targets.iter().any(|target| !within(*target) && entered(*target, &states)) {
                        states.insert(way.source);
                    }
                }
                if states.len() == before {
                    break;
                }
            }
            self.remembering.insert(history, states);
        }
    }

    fn take_holds(&mut self, definition: &ProcessDefinition) {
        let own = |state: StateId| self.own.get(&state).copied();
        let holds = definition.holds.iter().filter_map(|hold| {
            Some(Hold { state: own(hold.state)?, work: own(hold.work)?, history: own(hold.history)? })
        });
        self.holds = holds.collect();
    }
}
