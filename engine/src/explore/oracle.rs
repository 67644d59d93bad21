//! Answers the questions of one step in every combination that is possible, one combination a run. Within a step the
//! same question has the same answer. It must never give an answer that contradicts one it gave in the same run.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::facts::{End, Facts};
use super::part::{Part, item_of};
use super::question::Question;
use crate::definition::{ItemId, ProcessDefinition};
use crate::expression::{Expression, Fault, Names, QUESTION};
use crate::kernel::{Configuration, Outside, StateId};
use crate::value::Value;

/// One answer in the making.
#[derive(Clone, Copy, Debug)]
struct Answered {
    answer: bool,
    /// The other answer is possible and was not tried yet.
    other: bool,
}

/// The outside of a part during one step.
pub(super) struct Oracle<'a> {
    definition: &'a ProcessDefinition,
    part: &'a Part,
    facts: &'a Facts,
    /// Blocks whose items have all ended when the step begins.
    ended: BTreeSet<StateId>,
    script: RefCell<Vec<Answered>>,
    at: Cell<usize>,
    given: RefCell<BTreeMap<usize, bool>>,
    /// What is left of the ends of items after the answers of this run.
    left: RefCell<BTreeMap<ItemId, Vec<End>>>,
}

impl<'a> Oracle<'a> {
    /// Before the first run of a step.
    pub fn new(
        definition: &'a ProcessDefinition,
        part: &'a Part,
        facts: &'a Facts,
        ended: BTreeSet<StateId>,
    ) -> Oracle<'a> {
        Oracle {
            definition,
            part,
            facts,
            ended,
            script: RefCell::default(),
            at: Cell::new(0),
            given: RefCell::default(),
            left: RefCell::default(),
        }
    }

    /// Goes to the next combination; `false` when all were tried.
    pub fn next(&self) -> bool {
        self.at.set(0);
        self.given.borrow_mut().clear();
        self.left.borrow_mut().clear();
        let mut script = self.script.borrow_mut();
        while let Some(last) = script.pop() {
            if last.other {
                script.push(Answered { answer: !last.answer, other: false });
                return true;
            }
        }
        false
    }

    fn ask(&self, number: usize, configuration: &Configuration) -> bool {
        let Some(question) = self.part.questions.get(number) else { return false };
        if let Some(answer) = self.given.borrow().get(&number) {
            return *answer;
        }
        if let Some(answer) = self.settled(question, configuration) {
            return answer;
        }
        let at = self.at.get();
        let known = self.script.borrow().get(at).copied();
        let answer = match known {
            Some(known) => known.answer,
            None => {
                let [yes, no] = [true, false].map(|answer| self.is_possible(question, answer, configuration));
                self.script.borrow_mut().push(Answered { answer: yes, other: yes && no });
                yes
            }
        };
        self.at.set(at + 1);
        self.given.borrow_mut().insert(number, answer);
        match question {
            Question::Ended(item, expression) => self.keep(*item, expression, answer, configuration),
            Question::AllEnded(all) if answer => {
                all.iter().for_each(|(item, expression, answer)| self.keep(*item, expression, *answer, configuration));
            }
            Question::AllEnded(_) | Question::Free(_) | Question::Active(_) => {}
        }
        answer
    }

    fn keep(&self, item: ItemId, expression: &Expression, answer: bool, configuration: &Configuration) {
        let left = self.agreeing(item, expression, answer, configuration);
        self.left.borrow_mut().insert(item, left);
    }

    /// What follows from where the part stands, and may change within the step.
    fn settled(&self, question: &Question, configuration: &Configuration) -> Option<bool> {
        let Question::Active(state) = question else { return None };
        // An item is nowhere while its block is not active.
        let block = self.block_of(item_of(self.definition, *state)?)?;
        (!configuration.is_active(block.own)).then_some(false)
    }

    fn is_possible(&self, question: &Question, answer: bool, configuration: &Configuration) -> bool {
        match question {
            Question::Free(_) => true,
            Question::Active(state) => {
                let beside = self.beside(*state);
                let always = self.always(*state);
                if answer { beside } else { !always }
            }
            Question::Ended(item, expression) => !self.agreeing(*item, expression, answer, configuration).is_empty(),
            Question::AllEnded(all) => {
                let agrees = |(item, expression, wanted): &(ItemId, Expression, bool)| {
                    !self.agreeing(*item, expression, *wanted == answer, configuration).is_empty()
                };
                if answer { all.iter().all(agrees) } else { all.iter().any(agrees) }
            }
        }
    }

    /// Can the state be active while this part is?
    fn beside(&self, state: StateId) -> bool {
        if !self.facts.reached.contains(&state) {
            return false;
        }
        let Some(around) = self.my_block() else { return true };
        let same = item_of(self.definition, state) == item_of(self.definition, around);
        !same || self.facts.beside.get(&around).is_some_and(|states| states.contains(&state))
    }

    fn always(&self, state: StateId) -> bool {
        self.my_block().and_then(|around| self.facts.always.get(&around)).is_some_and(|states| states.contains(&state))
    }

    /// The block that this part is an item of.
    fn my_block(&self) -> Option<StateId> {
        self.definition.chart.state(self.definition.item(self.part.item?).state).parent
    }

    fn block_of(&self, item: ItemId) -> Option<&super::part::Block> {
        self.part.blocks.iter().find(|block| block.items.contains(&item))
    }

    /// The ends of an item that agree with an answer, and with those before it.
    fn agreeing(&self, item: ItemId, expression: &Expression, answer: bool, configuration: &Configuration) -> Vec<End> {
        let mut ends = match self.left.borrow().get(&item) {
            Some(left) => left.clone(),
            None => {
                let ended = self
                    .block_of(item)
                    .is_some_and(|block| self.ended.contains(&block.state) || configuration.is_active(block.ended));
                self.facts.ends_of(item, ended)
            }
        };
        let name = &self.definition.item(item).name;
        ends.retain(|end| expression.truth(&OneItem { name, end }) == Ok(answer));
        ends
    }
}

impl Outside for Oracle<'_> {
    fn value<'a>(&'a self, _root: &str, _configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        None
    }

    fn call(&self, function: &str, arguments: &[Value], configuration: &Configuration) -> Result<Value, Fault> {
        match (function, arguments) {
            (QUESTION, [Value::Int(number)]) => {
                Ok(Value::Bool(usize::try_from(*number).is_ok_and(|number| self.ask(number, configuration))))
            }
            (_, _) => Err(Fault::Function { function: function.to_owned(), reason: "not explored".to_owned() }),
        }
    }

    fn at<'a>(&'a self, path: &[String], configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        configuration.variables.get(&path.join(".")).map(Cow::Borrowed)
    }
}

/// The two words of one item.
struct OneItem<'a> {
    name: &'a str,
    end: &'a End,
}

impl Names for OneItem<'_> {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        let words = [("result", &self.end.0), ("status", &self.end.1)];
        let words = words.map(|(word, value)| (word.to_owned(), value.clone()));
        let items = [(self.name.to_owned(), Value::Map(words.into()))];
        (root == "items").then(|| Cow::Owned(Value::Map(items.into())))
    }

    fn active(&self, _state: &str) -> bool {
        false
    }

    fn call(&self, function: &str, _arguments: &[Value]) -> Result<Value, Fault> {
        Err(Fault::Function { function: function.to_owned(), reason: "not explored".to_owned() })
    }
}
