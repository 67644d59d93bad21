//! What the parts of a process know of each other: how items may end, which states may be active. It must only ever
//! grow, so that exploring comes to an end.

use std::collections::{BTreeMap, BTreeSet};

use super::part::{Block, Part};
use super::question::{Question, end_of};
use super::walk::{Edge, Walk};
use crate::definition::{ItemId, ProcessDefinition};
use crate::kernel::StateId;
use crate::value::Value;

/// The result and the status of an item.
pub(super) type End = (Value, Value);

/// What has been found to be possible so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// By item: every pair of result and status that it can have, also while it is open.
    pub ends: BTreeMap<ItemId, Vec<End>>,
    /// Items that can be in an end at all.
    pub ending: BTreeSet<ItemId>,
    /// Items whose end can change or be taken back.
    pub reopening: BTreeSet<ItemId>,
    /// States of the process that can be active.
    pub reached: BTreeSet<StateId>,
    /// By block: states of the part around it that can be active beside it.
    pub beside: BTreeMap<StateId, BTreeSet<StateId>>,
    /// By block: states that are active beside it whenever it is.
    pub always: BTreeMap<StateId, BTreeSet<StateId>>,
    /// Blocks that can begin anew.
    pub anew: BTreeSet<StateId>,
    /// Blocks that can be gone on with through a history.
    pub resumed: BTreeSet<StateId>,
}

/// An item that has not ended.
pub(super) fn open_end() -> End {
    (Value::Text(String::new()), Value::Text(String::new()))
}

impl Facts {
    /// How an item may have ended: all that is possible, or only what an ended one has.
    pub fn ends_of(&self, item: ItemId, ended: bool) -> Vec<End> {
        let ends = self.ends.get(&item).into_iter().flatten().cloned();
        if ended {
            return ends.filter(|end| *end != open_end()).collect();
        }
        let mut ends: Vec<End> = ends.collect();
        if !ends.contains(&open_end()) {
            ends.push(open_end());
        }
        ends
    }
}

impl Facts {
    /// Everything of the facts that a part depends on: where it is the same, so are its places.
    pub fn inputs(&self, definition: &ProcessDefinition, part: &Part) -> String {
        let around = part.item.and_then(|item| definition.chart.state(definition.item(item).state).parent);
        let mut inputs =
            format!("{:?}", around.map(|block| (self.anew.contains(&block), self.resumed.contains(&block))));
        for question in &part.questions {
            inputs += &match question {
                Question::Free(_) => String::new(),
                Question::Active(state) => {
                    let at = |states: &BTreeMap<StateId, BTreeSet<StateId>>| {
                        around.and_then(|block| states.get(&block)).is_some_and(|states| states.contains(state))
                    };
                    format!("{} {} {};", self.reached.contains(state), at(&self.beside), at(&self.always))
                }
                Question::Ended(item, _) => format!("{:?};", self.ends.get(item)),
                // Each of them is a question of its own as well.
                Question::AllEnded(_) => String::new(),
            };
        }
        for item in part.blocks.iter().flat_map(|block| &block.items) {
            inputs += &format!("{} {};", self.ending.contains(item), self.reopening.contains(item));
        }
        inputs
    }

    /// Takes over what a walk found.
    pub fn learn(&mut self, definition: &ProcessDefinition, part: &Part, walk: &Walk) {
        for point in &walk.points {
            // What is left again within the step was reached too.
            let entered = point.edges.iter().flat_map(|edge| &edge.entered);
            let states = point.configuration.active.iter().chain(entered);
            self.reached.extend(states.map(|own| part.full[own.0 as usize]));
        }
        for block in &part.blocks {
            self.learn_block(part, walk, block);
        }
        let Some(item) = part.item else { return };
        let name = &definition.item(item).name;
        let end = |at: usize| end_of(name, &walk.points[at].configuration.variables);
        let over = |at: usize| part.is_over(definition, &walk.points[at].configuration);
        let known = self.ends.entry(item).or_default();
        for at in 0..walk.points.len() {
            if !known.contains(&end(at)) {
                known.push(end(at));
            }
            if over(at) {
                self.ending.insert(item);
                let another = |edge: &Edge| !over(edge.to) || end(edge.to) != end(at);
                if walk.points[at].edges.iter().any(another) {
                    self.reopening.insert(item);
                }
            }
        }
    }

    fn learn_block(&mut self, part: &Part, walk: &Walk, block: &Block) {
        let mut always: Option<BTreeSet<StateId>> = None;
        let mut open = Vec::new();
        for (at, point) in walk.points.iter().enumerate() {
            if !point.configuration.is_active(block.own) {
                continue;
            }
            open.push(at);
            let active = point.configuration.active.iter().map(|own| part.full[own.0 as usize]);
            let active: BTreeSet<StateId> = active.collect();
            let beside = self.beside.entry(block.state).or_default();
            beside.extend(&active);
            beside.extend(point.edges.iter().flat_map(|edge| &edge.entered).map(|own| part.full[own.0 as usize]));
            always = Some(always.map_or(active.clone(), |before| before.intersection(&active).copied().collect()));
        }
        self.always.insert(block.state, always.unwrap_or_default());
        // From there on: is it ever entered again?
        let mut seen: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            for edge in &walk.points[at].edges {
                if edge.entered.contains(&block.own) {
                    let known = if edge.by_history(part) { &mut self.resumed } else { &mut self.anew };
                    known.insert(block.state);
                }
                if seen.insert(edge.to) {
                    open.push(edge.to);
                }
            }
        }
    }
}

impl Edge {
    /// Was something entered through what a history remembered?
    fn by_history(&self, part: &Part) -> bool {
        let ways = self.ways.iter().filter_map(|id| part.ways.iter().position(|way| way == id));
        let targets = ways.flat_map(|at| part.chart.transitions.get(at)).flat_map(|way| &way.targets);
        targets.into_iter().any(|target| part.chart.is_history(*target))
    }
}
