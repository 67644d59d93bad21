//! Executable content: what a block of actions does, and what a fault in it does (SCXML 4). It must never stop the
//! chart: a fault ends its own block and is announced.

use std::collections::BTreeMap;

use super::interpreter::Interpreter;
use super::step::weight_of;
use super::{Action, Data, Event, MAX_VALUE_WEIGHT, Step};
use crate::expression::{Expression, Fault};
use crate::value::Value;

impl<'a> Interpreter<'a> {
    /// Runs one block. Its first fault ends it.
    pub(super) fn run(&mut self, block: &'a [Action]) {
        if let Err(fault) = self.run_all(block) {
            self.announce(&fault);
        }
    }

    fn run_all(&mut self, block: &'a [Action]) -> Result<(), Fault> {
        block.iter().try_for_each(|action| self.run_one(action))
    }

    fn run_one(&mut self, action: &'a Action) -> Result<(), Fault> {
        if self.is_full() {
            return Ok(());
        }
        match action {
            Action::Raise { event, data } => {
                let event = Event::announced(event).with(self.evaluate_data(data)?);
                self.emit(Step::Raise(event.clone()));
                self.internal.push_back(event);
            }
            Action::Send { event, after_ms, id, data } => {
                let event = Event::announced(event).with(self.evaluate_data(data)?);
                let after_ms = after_ms.filter(|wait| *wait > 0);
                self.emit(Step::Send { event: event.clone(), after_ms, id: id.clone() });
                if after_ms.is_none() {
                    self.external.push_back(event);
                }
            }
            Action::Cancel { id } => self.emit(Step::Cancel { id: id.clone() }),
            Action::Set { variable, value } => {
                let value = self.evaluate(value)?;
                self.emit(Step::Set { variable: variable.clone(), value });
            }
            Action::If { condition, then, otherwise } => {
                let truth = self.names().truth(condition);
                let truth = truth.unwrap_or_else(|fault| {
                    self.announce(&fault);
                    false
                });
                self.run_all(if truth { then } else { otherwise })?;
            }
            Action::Log(expression) => {
                let value = self.evaluate(expression)?;
                self.emit(Step::Log(value));
            }
            Action::Extension(number) => self.emit(Step::Extension(*number)),
        }
        Ok(())
    }

    /// The value of an expression, if it is of a size that may be kept.
    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Value, Fault> {
        let value = self.names().evaluate(expression)?;
        if weight_of(&value) > MAX_VALUE_WEIGHT { Err(Fault::Exhausted) } else { Ok(value) }
    }

    /// What an event carries; any fault in it keeps the event from being sent (SCXML 6.2).
    fn evaluate_data(&self, data: &Data) -> Result<Value, Fault> {
        match data {
            Data::Nothing => Ok(Value::Null),
            Data::Whole(expression) => self.evaluate(expression),
            Data::Named(pairs) => {
                let values = pairs.iter().map(|(name, of)| Ok((name.clone(), self.evaluate(of)?)));
                Ok(Value::Map(values.collect::<Result<BTreeMap<_, _>, Fault>>()?))
            }
        }
    }
}

/// A stable word for a fault, without any value in it.
pub(super) fn fault_code(fault: &Fault) -> &'static str {
    match fault {
        Fault::Unanswered(_) => "unanswered",
        Fault::Mismatch { .. } => "mismatch",
        Fault::Overflow => "overflow",
        Fault::DivisionByZero => "division_by_zero",
        Fault::Index(_) => "index",
        Fault::Malformed(_) => "malformed",
        Fault::Exhausted => "exhausted",
        Fault::UnknownName(_) => "unknown_name",
        Fault::Function { .. } => "function",
    }
}
