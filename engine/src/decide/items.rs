//! Ends of items: which departments' matters are over, and how. Follows from the configuration alone.

use super::draft::Draft;
use crate::definition::{ItemDefinition, Outcome};
use crate::event::Event;
use crate::kernel::StateId;

impl Draft<'_> {
    /// Records items that have ended since, and ended ones that were taken up again.
    pub fn items(&mut self) {
        let definition = self.definition.clone();
        for item in &definition.items {
            if !self.case.configuration.active.contains(&item.state) {
                // The block was left (or not reached yet): the results it had stand.
                continue;
            }
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
        let chart = &self.definition.chart;
        if !self.case.configuration.is_done(chart, item.state) {
            return None;
        }
        // The innermost active final with a result names the end: a fragment's own final rather than its wrapper.
        let ends = |state: &StateId| {
            chart.is_final(*state)
                && chart.is_inside(*state, item.state)
                && self.definition.state(*state).outcome.is_some()
        };
        let state = self.case.configuration.in_order(chart).into_iter().rfind(ends)?;
        let outcome = self.definition.state(state).outcome?;
        Some((outcome, chart.state(state).name.clone()))
    }
}
