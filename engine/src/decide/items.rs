//! Ends of items: which departments' matters are over, and how. The compiled statechart keeps them in variables that are
//! written with the final's entry, so an item's end is seen even if the block is left in the same macrostep.

use super::draft::Draft;
use super::names::CaseNames;
use crate::definition::{ItemDefinition, ItemId, Outcome};
use crate::event::Event;
use crate::expression::Fault;
use crate::kernel::{Configuration, StateId};
use crate::value::Value;

impl Draft<'_> {
    /// Records items that have ended since, and ended ones that were taken up again.
    pub fn items(&mut self) {
        let definition = self.definition.clone();
        for item in &definition.items {
            let end = self.end_of(item);
            let known = self.case.items.get(&item.id).map(|end| (end.outcome, end.end.clone()));
            if end == known {
                continue;
            }
            let event = match end {
                Some((outcome, end)) => Event::ItemEnded { item: item.id, outcome: Some(outcome), end },
                None => Event::ItemEnded { item: item.id, outcome: None, end: String::new() },
            };
            self.emit(event);
        }
    }

    fn end_of(&self, item: &ItemDefinition) -> Option<(Outcome, String)> {
        let word = |word: &str| match self.case.configuration.variables.get(&format!("items.{}.{word}", item.name)) {
            Some(Value::Text(text)) => text.as_str(),
            _ => "",
        };
        let outcome = match word("result") {
            "success" => Outcome::Success,
            "partial" => Outcome::Partial,
            "failure" => Outcome::Failure,
            "none" => Outcome::None,
            _ => return None,
        };
        Some((outcome, word("status").to_owned()))
    }
}

impl CaseNames<'_> {
    /// Has everything beside an item ended, but for what is held until it can be carried on?
    pub fn rest_over(&self, item: i64, configuration: &Configuration) -> Result<Value, Fault> {
        let unknown = || Fault::Function { function: "rest_over".to_owned(), reason: "no such item".to_owned() };
        let definition = self.rules.definition(&self.case.definition).ok_or_else(unknown)?;
        let known = |id: u32| definition.items.iter().find(|item| item.id == ItemId(id));
        let item = u32::try_from(item).ok().and_then(known).ok_or_else(unknown)?;
        let chart = &definition.chart;
        let over = |region: &StateId| {
            let held = definition.items.iter().find(|other| other.state == *region);
            let held = held.is_some_and(|other| other.carried_from.iter().any(|state| configuration.is_active(*state)));
            held || chart.is_history(*region) || configuration.is_done(chart, *region)
        };
        let block = chart.state(item.state).parent.unwrap_or(item.state);
        Ok(Value::Bool(chart.state(block).children.iter().all(over)))
    }
}
