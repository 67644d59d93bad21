//! Explores what can be reached: from the start of a process, through every door and by everything that can happen, all
//! the places it can come to; and says where somebody would be stuck. It must never be silent about a bound it reached,
//! never evaluate what only a running case knows, and never be needed to run one.
//!
//! A process is taken apart first: the *frame*, and each *item* with its gate. Parts meet only through the gates, the
//! ends of items and questions such as `active("…")` about each other, so each is explored alone, the others being
//! reduced to what is known of them: which states they can be in, how they can end. This is repeated until nothing new
//! is learned. Twenty-six items cost the sum of their places, not the product.
//!
//! What depends on answers, dates, parameters or tables may be so or not, but a question and its opposite never hold in
//! one step. `active()`, counted `visits()`, variables and the results of items are followed. A place that a case can
//! come to is always among those found; the contrary may not be so, since what two parts do together is not followed:
//! so a wait that only a certain order of two items brings about may be missed.

mod deed;
mod facts;
mod findings;
mod oracle;
mod part;
mod question;
mod switched;
mod telling;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::{ItemId, ProcessDefinition};
use crate::kernel::{Configuration, StateId, Statechart};
use crate::source::{Problem, Problems};

use deed::Deeds;
use facts::Facts;
use part::{Part, part};
use question::Known;
use walk::{Ground, Walk};

/// How far exploring goes before it stops and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Places of one part.
    pub points: usize,
    /// Combinations of answers in one step.
    pub answers: usize,
    /// Rounds of the statechart in one step, before it is called endless.
    pub rounds: usize,
    /// Steps without end that are told of one part.
    pub loops: usize,
    /// Values of one variable that are followed.
    pub values: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { points: 20_000, answers: 4_000, rounds: 400, loops: 3, values: 12 }
    }
}

/// What exploring found.
pub struct Explored {
    /// What is wrong or doubtful, with the shortest story that leads there.
    pub problems: Vec<Problem>,
    /// Places found, of all parts together.
    pub places: usize,
    explorations: Vec<Exploration>,
}

/// A part with everything found in it.
struct Exploration {
    part: Part,
    walk: Walk,
    /// Active states of its places.
    places: BTreeSet<BTreeSet<StateId>>,
}

/// Explores a process that was built without errors.
pub fn explore(definition: &ProcessDefinition, bounds: Bounds) -> Explored {
    let deeds = Deeds::of(definition);
    let (parts, walks, facts) = walked(definition, &deeds, bounds);
    let explorations: Vec<Exploration> = parts
        .into_iter()
        .zip(walks)
        .map(|(part, walk)| {
            let places = walk.points.iter().map(|point| point.configuration.active.clone()).collect();
            Exploration { part, walk, places }
        })
        .collect();
    let problems = findings::all(definition, &explorations, &facts);
    let places = explorations.iter().map(|one| one.walk.points.len()).sum();
    Explored { problems, places, explorations }
}

/// Explores and reports.
pub fn check(definition: &ProcessDefinition, problems: &Problems) {
    problems.extend(explore(definition, Bounds::default()).problems);
}

/// Walks all parts until none learns anything new from another.
fn walked(definition: &ProcessDefinition, deeds: &Deeds, bounds: Bounds) -> (Vec<Part>, Vec<Walk>, Facts) {
    let mut wide: BTreeSet<String> = BTreeSet::new();
    loop {
        let known = Known::of(definition, &wide);
        let items = definition.items.iter().map(|item| Some(item.id));
        let parts: Vec<Part> = std::iter::once(None).chain(items).map(|item| part(definition, item, &known)).collect();
        let mut walks: Vec<Walk> = parts.iter().map(|_| Walk::default()).collect();
        let mut facts = Facts::default();
        let mut seen: Vec<String> = vec![String::new(); parts.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for (at, part) in parts.iter().enumerate() {
                let inputs = facts.inputs(definition, part);
                if seen[at] == inputs {
                    continue;
                }
                walks[at] = Ground { definition, part, facts: &facts, deeds, bounds }.walk();
                facts.learn(definition, part, &walks[at]);
                seen[at] = inputs;
                changed = true;
            }
        }
        let too_wide: BTreeSet<String> = walks.iter().flat_map(|walk| walk.wide.iter().cloned()).collect();
        if too_wide.is_empty() {
            return (parts, walks, facts);
        }
        wide.extend(too_wide);
    }
}

impl Explored {
    /// Is the place among those found? For tests: a case must never be where exploring has not been.
    pub fn knows(&self, definition: &ProcessDefinition, configuration: &Configuration) -> bool {
        self.explorations.iter().all(|one| {
            let around = one.part.item.map(|item| definition.item(item).state);
            if around.is_some_and(|region| !configuration.is_active(region)) {
                return true;
            }
            one.places.contains(&one.part.seen_by(definition, configuration))
        })
    }
}

impl Part {
    /// The active states of a case as this part sees them.
    fn seen_by(&self, definition: &ProcessDefinition, configuration: &Configuration) -> BTreeSet<StateId> {
        let mut seen: BTreeSet<StateId> =
            configuration.active.iter().filter_map(|state| self.own.get(state).copied()).collect();
        for block in self.blocks.iter().filter(|block| configuration.is_active(block.state)) {
            let done = |item: &ItemId| configuration.is_done(&definition.chart, definition.item(*item).state);
            let half = if block.items.iter().all(done) { block.ended } else { block.open };
            seen.insert(half);
            seen.extend(self.chart.state(half).parent);
        }
        seen.remove(&Statechart::ROOT);
        seen
    }
}

/// Parts by item, the frame under `None`.
fn by_item(explorations: &[Exploration]) -> BTreeMap<Option<ItemId>, &Exploration> {
    explorations.iter().map(|one| (one.part.item, one)).collect()
}
