//! Ends of items: which departments' matters are over, and how. The compiled statechart keeps them in variables that are
//! written with the final's entry, so an item's end is seen even if the block is left in the same macrostep.

use super::draft::Draft;
use crate::definition::{ItemDefinition, Outcome};
use crate::event::Event;
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
