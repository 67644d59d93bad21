//! The first line of a case: where it is, whose turn it is, by when, and how it ended.

use onething_engine::definition::Outcome;

use super::Look;
use crate::language;

/// Where a case is.
#[derive(Clone, Debug)]
pub struct Status {
    /// The stage.
    pub place: String,
    /// Who acts now, each once.
    pub turn: Vec<String>,
    /// The next deadline.
    pub due: String,
    /// How it closed; empty while it runs.
    pub closed: String,
    /// When it closed.
    pub closed_at: String,
    /// Matters that have ended.
    pub items_done: usize,
    /// Matters that count.
    pub items_all: usize,
}

impl Look<'_> {
    pub(super) fn status(&self) -> Status {
        let case = self.case_of();
        let turn = case.open_tasks().fold(Vec::new(), |mut names, task| {
            let name = self.offered_to(&task.offers);
            if !names.contains(&name) {
                names.push(name);
            }
            names
        });
        let running = case.clocks.values().filter(|clock| clock.running).filter_map(|clock| clock.due_at);
        let due_at = running.min();
        let counted = self.items().into_iter().filter(|item| item.counts);
        let (done, all) = counted.fold((0, 0), |(done, all), item| (done + usize::from(item.ended), all + 1));
        Status {
            place: self.place(),
            turn: if case.closed.is_some() { Vec::new() } else { turn },
            due: due_at.map(|due| language::deadline(due, self.language)).unwrap_or_default(),
            closed: case.closed.as_ref().map(|closed| self.closed_word(closed.outcome)).unwrap_or_default(),
            closed_at: case
                .closed
                .as_ref()
                .map(|closed| language::moment(closed.at, self.language))
                .unwrap_or_default(),
            items_done: done,
            items_all: all,
        }
    }

    fn closed_word(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::None => self.t("已结束", "Ended"),
            Outcome::Success | Outcome::Partial | Outcome::Failure => self.outcome_word(outcome),
        }
    }

    /// The outermost active state below the root that people know by name.
    pub fn place(&self) -> String {
        let chart = &self.definition.chart;
        let active = self.case_of().configuration.in_order(chart);
        let named = active.into_iter().filter(|id| {
            let state = self.definition.state(*id);
            !state.generated && !state.title.is_empty() && state.item.is_none()
        });
        let mut named = named;
        named.next().map(|id| self.x(&self.definition.state(id).title)).unwrap_or_default()
    }
}
