//! Each department's matter: who, where it stands, how it ended, by when.

use onething_engine::definition::{ItemDefinition, Outcome};

use super::{Light, Look};
use crate::language;

/// One department's matter.
#[derive(Clone, Debug)]
pub struct Item {
    /// What people call it.
    pub title: String,
    /// The office in charge.
    pub office: String,
    /// Where it stands.
    pub state: String,
    /// `wait`, `run`, `done`, `part`, `fail`, `none`.
    pub kind: &'static str,
    /// It has ended.
    pub ended: bool,
    /// It is part of this case: not left out at its gate.
    pub counts: bool,
    /// When it ended, or by when it must.
    pub when: String,
    /// How urgent.
    pub light: Light,
    /// Matters it waits for.
    pub waits_for: Vec<String>,
    /// The law.
    pub basis: String,
}

impl Look<'_> {
    /// Matters that have been reached, in the order of the file.
    pub fn items(&self) -> Vec<Item> {
        self.definition.items.iter().filter_map(|item| self.item(item)).collect()
    }

    fn item(&self, item: &ItemDefinition) -> Option<Item> {
        let case = self.case_of();
        let reached = case.configuration.is_active(item.state) || case.items.contains_key(&item.id);
        if !reached {
            return None;
        }
        let end = case.items.get(&item.id);
        // A copy for a row that the list does not have is nobody's matter.
        if item.row.is_some() && end.is_some_and(|end| end.end == "not_needed") {
            return None;
        }
        let leaf = case
            .configuration
            .leaves(&self.definition.chart)
            .into_iter()
            .find(|leaf| self.definition.state(*leaf).item == Some(item.id));
        let last = leaf.map(|leaf| self.definition.state(leaf));
        let gate = last.is_some_and(|state| state.generated || state.path.ends_with(".waiting"));
        let named = last.map(|state| self.x(&state.title)).filter(|title| !title.is_empty());
        let tasks = case.open_tasks().filter(|task| self.definition.state(task.state).item == Some(item.id));
        let due_at = tasks
            .filter_map(|task| self.definition.state(task.state).task.as_ref()?.limit)
            .filter_map(|clock| case.clocks.get(&clock)?.due_at)
            .min();
        let (kind, state) = match end {
            Some(end) => (kind_of(end.outcome), named.unwrap_or_else(|| self.outcome_word(end.outcome))),
            None if gate => ("wait", named.unwrap_or_else(|| self.t("等待前置事项", "Waiting"))),
            None => ("run", named.or_else(|| self.shown_title(item.state)).unwrap_or_default()),
        };
        let waits = |id: &&onething_engine::definition::ItemId| !case.items.contains_key(id);
        let waiting = if kind == "wait" { item.needs.iter().filter(waits).collect() } else { Vec::new() };
        let light =
            self.clocks().into_iter().filter(|clock| clock.item == Some(item.id)).map(|clock| clock.light).max();
        Some(Item {
            title: self.x(&item.title),
            office: item.office.as_ref().map(|office| self.assignee(office)).unwrap_or_default(),
            state,
            kind,
            ended: end.is_some(),
            counts: end.is_none_or(|end| end.outcome != Outcome::None),
            when: match (end, due_at) {
                (Some(end), _) => language::short(end.at),
                (None, Some(due_at)) => language::deadline(due_at, self.language),
                (None, None) => String::new(),
            },
            light: if end.is_some() { Light::Done } else { light.unwrap_or(Light::Green) },
            waits_for: waiting.into_iter().map(|id| self.x(&self.definition.item(*id).title)).collect(),
            basis: item.basis.clone(),
        })
    }
}

fn kind_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "done",
        Outcome::Partial => "part",
        Outcome::Failure => "fail",
        Outcome::None => "none",
    }
}
