//! Before something is done that ends a matter: what stops, and what can no longer be undone and why. And before
//! something is handed in again: what the offices asked for. It must never decide what is offered.

use std::collections::BTreeSet;

use onething_engine::case::AnswersVersion;
use onething_engine::definition::{Assignee, Choice, ItemId};
use onething_engine::event::Holder;
use onething_engine::kernel::StateId;

use super::{Look, Section};

/// What an action would end.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Matters that stop.
    pub stops: Vec<String>,
    /// What stays as it is.
    pub stays: Vec<Stays>,
}

/// Something that cannot be undone from here.
#[derive(Clone, Debug)]
pub struct Stays {
    /// The matter or document.
    pub title: String,
    /// How it ended, and when.
    pub state: String,
}

impl Look<'_> {
    /// For an action that leads to an end and nowhere else, what that means; `None` for all others.
    pub fn ends(&self, choice: &Choice, item: Option<ItemId>) -> Option<Ends> {
        let chart = &self.definition.chart;
        let mut targets = choice.transitions.iter().flat_map(|id| &chart.transition(*id).targets).peekable();
        targets.peek()?;
        if !targets.all(|target| chart.is_final(*target)) {
            return None;
        }
        let case = self.case_of();
        let papers = case.documents.iter().filter(|document| item.is_none() || document.item == item);
        let papers = papers.map(|document| self.document(document));
        let mut stays: Vec<Stays> = papers.map(|paper| Stays { title: paper.title, state: paper.at }).collect();
        let stops = match item {
            Some(item) => vec![self.x(&self.definition.item(item).title)],
            None => {
                let (ended, running): (Vec<_>, Vec<_>) =
                    self.items().into_iter().filter(|item| item.counts).partition(|item| item.ended);
                let done = ended.into_iter();
                stays.extend(
                    done.map(|item| Stays { title: item.title, state: format!("{} {}", item.state, item.when) }),
                );
                running.into_iter().map(|item| item.title).collect()
            }
        };
        Some(Ends { stops, stays })
    }

    /// What offices said was missing, where somebody outside is asked to hand it in: the answers that led to this work.
    /// For work on the whole case, of all matters that have not ended, since the last time it was handed in.
    pub fn flagged(&self, task: u32) -> Vec<Section> {
        let Some(state) = self.case_of().task(task).map(|task| task.state) else { return Vec::new() };
        let Some(form) = self.handed_in_with(state) else { return Vec::new() };
        let asks = self.asks_before(form);
        let own = self.definition.state(state).item;
        let versions = &self.case_of().answers;
        let last = versions.iter().filter(|version| version.form == form && version.holder == Holder::Case);
        let last = last.map(|version| version.at).max();
        let open = |name: &str| {
            let item = self.definition.item_named(name);
            item.is_some_and(|item| !self.case_of().items.contains_key(&item.id))
        };
        let concerned = |version: &&AnswersVersion| match (&version.holder, own) {
            (Holder::Item(name), Some(own)) => self.definition.item(own).name == *name,
            (Holder::Item(name), None) => open(name) && last.is_none_or(|last| version.at > last),
            (Holder::Case, own) => own.is_none(),
        };
        let found = versions.iter().filter(|version| asks.contains(version.form.as_str())).filter(concerned);
        found.filter_map(|version| self.section(version)).collect()
    }

    /// The form of work that is offered to a party.
    fn handed_in_with(&self, state: StateId) -> Option<&str> {
        let work = self.definition.state(state).task.as_ref()?;
        let party = work.by.iter().any(|by| matches!(by, Assignee::Party(_)));
        work.form.as_deref().filter(|_| party)
    }

    /// Forms asked by outcomes that lead to handing in this form.
    fn asks_before(&self, form: &str) -> BTreeSet<&str> {
        let chart = &self.definition.chart;
        let outcomes = self.definition.states.iter().filter_map(|state| state.task.as_ref()).flat_map(|t| &t.outcomes);
        let leads = |choice: &&Choice| {
            let mut targets = choice.transitions.iter().flat_map(|id| &chart.transition(*id).targets);
            targets.any(|target| self.handed_in_with(*target) == Some(form))
        };
        outcomes.filter(leads).filter_map(|choice| choice.ask.as_deref()).collect()
    }
}
