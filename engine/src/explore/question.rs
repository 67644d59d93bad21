//! What a part may know for itself, and what it must ask. It must never take something for known that another part, a
//! person or the time can change.

use std::collections::{BTreeMap, BTreeSet};

use super::part::item_of;
use crate::definition::{ItemId, ProcessDefinition};
use crate::expression::Expression;
use crate::kernel::{Action, Condition, Content, StateId};
use crate::value::Value;

/// Something that is answered from outside while a part is explored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    /// Depends on what somebody wrote, on the day, on the place: both answers are possible.
    Free(Expression),
    /// A state of another part.
    Active(StateId),
    /// How one item of another part ended.
    Ended(ItemId, Expression),
    /// Several of the kind before, each with the answer that is asked for: asked as one, since a block of forty items
    /// would otherwise be asked in as many combinations.
    AllEnded(Vec<(ItemId, Expression, bool)>),
}

/// Variables whose values can be followed, each with the only part that sets it.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub tracked: BTreeMap<String, Option<ItemId>>,
}

impl Known {
    /// Follows every variable that one part alone sets, by what that part alone knows; `but` are not to be followed.
    pub fn of(definition: &ProcessDefinition, but: &BTreeSet<String>) -> Known {
        let sets = sets_of(definition);
        let chart = &definition.chart;
        let mut known = Known::default();
        for name in chart.variables.keys().filter(|name| !but.contains(*name)) {
            let parts: BTreeSet<Option<ItemId>> =
                sets.get(name.as_str()).into_iter().flatten().map(|(part, _)| *part).collect();
            // What nobody sets belongs to the frame.
            if parts.len() < 2 {
                known.tracked.insert(name.clone(), parts.first().copied().flatten());
            }
        }
        loop {
            let unsure: Vec<String> = known
                .tracked
                .iter()
                .filter(|(name, part)| {
                    let values = sets.get(name.as_str()).into_iter().flatten();
                    values.into_iter().any(|(_, value)| !known.is_sure(definition, **part, value))
                })
                .map(|(name, _)| name.clone())
                .collect();
            if unsure.is_empty() {
                known.drop_unread(definition, &sets);
                return known;
            }
            known.tracked.retain(|name, _| !unsure.contains(name));
        }
    }

    /// Forgets what no condition of its own part reads, neither itself nor through another variable: every value of it
    /// would only be a place more. How an item ended is always read, at the join.
    fn drop_unread(&mut self, definition: &ProcessDefinition, sets: &Sets<'_>) {
        let mut read: BTreeSet<(Option<ItemId>, String)> = BTreeSet::new();
        for (part, expression) in conditions_of(definition) {
            read.extend(expression.references().into_iter().map(|read| (part, read.path)));
        }
        let is_read = |read: &BTreeSet<(Option<ItemId>, String)>, name: &str, part: Option<ItemId>| {
            let inside = format!("{name}.");
            name.starts_with("items.")
                || read.iter().any(|(by, path)| *by == part && (path == name || path.starts_with(&inside)))
        };
        loop {
            let before = read.len();
            let mut more = Vec::new();
            for (name, part) in self.tracked.iter().filter(|(name, part)| is_read(&read, name, **part)) {
                let values = sets.get(name.as_str()).into_iter().flatten();
                more.extend(values.flat_map(|(_, value)| value.references()).map(|read| (*part, read.path)));
            }
            read.extend(more);
            if read.len() == before {
                self.tracked.retain(|name, part| is_read(&read, name, *part));
                return;
            }
        }
    }

    /// The question behind an expression; `None` where the part can answer it for itself.
    pub fn question(
        &self,
        definition: &ProcessDefinition,
        part: Option<ItemId>,
        asked: &Expression,
    ) -> Option<Question> {
        if self.is_sure(definition, part, asked) {
            return None;
        }
        if let Some(state) = asked.as_active().and_then(|name| definition.chart.find(name)) {
            return Some(Question::Active(state));
        }
        let references = asked.references();
        let items: BTreeSet<Option<ItemId>> =
            references.iter().map(|read| self.item_word(definition, &read.path)).collect();
        if let (Some(Some(item)), 1) = (items.first(), items.len())
            && asked.functions().is_empty()
            && asked.states().is_empty()
        {
            return Some(Question::Ended(*item, asked.clone()));
        }
        Some(Question::Free(asked.clone()))
    }

    /// The item of `items.x.result` and `items.x.status`, if its own part follows it.
    fn item_word(&self, definition: &ProcessDefinition, path: &str) -> Option<ItemId> {
        let (name, word) = path.strip_prefix("items.")?.split_once('.')?;
        let item = definition.item_named(name)?.id;
        let words = ["result", "status"].map(|word| format!("items.{name}.{word}"));
        let followed = words.iter().all(|variable| self.tracked.get(variable) == Some(&Some(item)));
        (followed && matches!(word, "result" | "status")).then_some(item)
    }

    /// Does the part know everything that the expression reads?
    fn is_sure(&self, definition: &ProcessDefinition, part: Option<ItemId>, asked: &Expression) -> bool {
        let followed = |path: &str| {
            let root = path.split('.').next().unwrap_or_default();
            [path, root].iter().any(|name| self.tracked.get(*name) == Some(&part))
        };
        let mine = |name: &str, around: bool| {
            let state = definition.chart.find(name);
            state.is_some_and(|state| {
                let inside = item_of(definition, state) == part;
                let outside = part.is_some_and(|item| definition.chart.is_inside(definition.item(item).state, state));
                inside || (around && outside)
            })
        };
        let visited = asked.visited();
        asked.references().iter().all(|read| followed(&read.path))
            && asked.functions().len() == visited.len()
            && visited.iter().all(|name| mine(name, false))
            && asked.states().iter().all(|name| mine(name, true))
    }
}

/// By variable: every value that is written to it, with the part that writes.
type Sets<'d> = BTreeMap<&'d str, Vec<(Option<ItemId>, &'d Expression)>>;

/// Every condition, with the part that asks it.
fn conditions_of(definition: &ProcessDefinition) -> Vec<(Option<ItemId>, &Expression)> {
    let chart = &definition.chart;
    let mut found = Vec::new();
    for way in &chart.transitions {
        let part = item_of(definition, way.source);
        for condition in &way.conditions {
            match condition {
                Condition::Holds(expression) | Condition::Fails(expression) => found.push((part, expression)),
                Condition::Active(_) | Condition::Inactive(_) => {}
            }
        }
    }
    for (state, block) in blocks_of(definition) {
        let part = item_of(definition, state);
        branches(block, &mut |condition| found.push((part, condition)));
    }
    found
}

/// Every condition inside a block of actions.
fn branches<'c>(content: &'c Content, with: &mut dyn FnMut(&'c Expression)) {
    for action in content {
        if let Action::If { condition, then, otherwise } = action {
            with(condition);
            branches(then, with);
            branches(otherwise, with);
        }
    }
}

/// Every block of actions, with the state it belongs to.
fn blocks_of(definition: &ProcessDefinition) -> Vec<(StateId, &Content)> {
    let chart = &definition.chart;
    let mut blocks: Vec<(StateId, &Content)> = Vec::new();
    for (id, state) in (0u32..).map(StateId).zip(&chart.states) {
        let own = state.entry.iter().chain(&state.exit).chain(state.initial.as_ref().map(|of| &of.actions));
        blocks.extend(own.map(|block| (id, block)));
    }
    blocks.extend(chart.transitions.iter().map(|way| (way.source, &way.actions)));
    blocks
}

fn sets_of(definition: &ProcessDefinition) -> Sets<'_> {
    let mut sets: Sets<'_> = BTreeMap::new();
    for (state, block) in blocks_of(definition) {
        let part = item_of(definition, state);
        gather(block, &mut |variable, value| sets.entry(variable).or_default().push((part, value)));
    }
    sets
}

/// Every value that a block may write.
fn gather<'c>(content: &'c Content, with: &mut dyn FnMut(&'c str, &'c Expression)) {
    for action in content {
        match action {
            Action::Set { variable, value } => with(variable, value),
            Action::If { then, otherwise, .. } => {
                gather(then, with);
                gather(otherwise, with);
            }
            Action::Raise { .. }
            | Action::Send { .. }
            | Action::Cancel { .. }
            | Action::Log(_)
            | Action::Extension(_) => {}
        }
    }
}

/// The result and the status of an item as its part has set them.
pub(super) fn end_of(name: &str, variables: &BTreeMap<String, Value>) -> (Value, Value) {
    let word = |word: &str| variables.get(&format!("items.{name}.{word}")).cloned().unwrap_or_default();
    (word("result"), word("status"))
}
