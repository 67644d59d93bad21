//! Walks through a part: from its start, by everything that can happen, to every place it can come to, breadth first,
//! so that the way remembered to each place is a shortest one. It must never go on past its bound in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::Bounds;
use super::deed::{Deed, DeedKind, Deeds};
use super::facts::Facts;
use super::oracle::Oracle;
use super::part::Part;
use crate::definition::ProcessDefinition;
use crate::kernel::{
    Configuration, Event, KernelRejection, Run, StateId, StateKind, Statechart, Step, TransitionId, start_within,
    step_within,
};

/// Where a part can be.
pub(super) struct Point {
    /// The place.
    pub configuration: Configuration,
    /// By which point and which of its edges it was found; `None` where the part begins.
    pub from: Option<(usize, usize)>,
    /// What can happen here and leads somewhere; also back to here.
    pub edges: Vec<Edge>,
}

/// Something that happens at a point.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// What.
    pub deed: Deed,
    /// Where the part is then.
    pub to: usize,
    /// Transitions of the process that are taken.
    pub ways: Vec<TransitionId>,
    /// States that are entered on the way, in this part's chart.
    pub entered: Vec<StateId>,
}

/// What a walk found.
#[derive(Default)]
pub(super) struct Walk {
    /// Every place, in the order found.
    pub points: Vec<Point>,
    /// Points and deeds after which the part never comes to rest.
    pub endless: Vec<(usize, Deed)>,
    /// The part does not even come to rest at its start.
    pub endless_start: bool,
    /// A bound was reached; there may be more.
    pub bounded: bool,
    /// So many of the points were looked at; of the others nothing is known.
    pub looked: usize,
    /// Variables with more values than can be followed.
    pub wide: BTreeSet<String>,
    index: BTreeMap<Vec<u8>, usize>,
}

/// What a walk may look at.
pub(super) struct Ground<'a> {
    pub definition: &'a ProcessDefinition,
    pub part: &'a Part,
    pub facts: &'a Facts,
    pub deeds: &'a Deeds,
    pub bounds: Bounds,
}

impl Ground<'_> {
    /// Walks the whole part.
    pub fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        match self.begin(&Configuration::of(&self.part.chart), &mut walk.bounded) {
            Ok(runs) => runs.into_iter().for_each(|run| {
                self.point(&mut walk, run.configuration, None);
            }),
            Err(_) => walk.endless_start = true,
        }
        let mut next = 0;
        while next < walk.points.len() && walk.wide.is_empty() {
            if walk.points.len() > self.bounds.points {
                walk.bounded = true;
                break;
            }
            self.look(&mut walk, next);
            next += 1;
            walk.looked = next;
        }
        walk
    }

    /// Everything that can happen at a point.
    fn look(&self, walk: &mut Walk, at: usize) {
        let configuration = walk.points[at].configuration.clone();
        if !configuration.running {
            return;
        }
        for deed in self.deeds_at(&configuration) {
            let runs = match deed.kind {
                DeedKind::Anew => {
                    let before = Configuration { active: BTreeSet::new(), ..configuration.clone() };
                    self.begin(&before, &mut walk.bounded)
                }
                DeedKind::Resumed => Ok(vec![self.resumed(&configuration)]),
                _ => self.runs(&configuration, &deed.event, &mut walk.bounded),
            };
            let Ok(runs) = runs else {
                if walk.endless.len() < self.bounds.loops {
                    walk.endless.push((at, deed));
                }
                continue;
            };
            for run in runs {
                let ways = run.steps().filter_map(|step| if let Step::Take(id) = step { Some(*id) } else { None });
                let ways: Vec<TransitionId> = ways.map(|id| self.part.ways[id.0 as usize]).collect();
                let entered = run.steps().filter_map(|s| if let Step::Enter(id) = s { Some(*id) } else { None });
                let entered: Vec<StateId> = entered.collect();
                let edge = walk.points[at].edges.len();
                let to = self.point(walk, run.configuration, Some((at, edge)));
                let known = &walk.points[at].edges;
                if known.iter().any(|edge| edge.to == to && edge.deed == deed && edge.ways == ways) {
                    continue;
                }
                walk.points[at].edges.push(Edge { deed: deed.clone(), to, ways, entered });
            }
        }
    }

    fn deeds_at(&self, configuration: &Configuration) -> Vec<Deed> {
        let part = self.part;
        let mut deeds = self.deeds.at(self.definition, part, configuration);
        // What the items do is known only as a whole.
        deeds.retain(|deed| {
            deed.kind != DeedKind::Items
                || part.blocks.iter().any(|block| {
                    let ends = block.items.iter().all(|item| self.facts.ending.contains(item));
                    let reopens = block.items.iter().any(|item| self.facts.reopening.contains(item));
                    let open = configuration.is_active(block.open);
                    (deed.event.name == block.end() && ends && (open || reopens))
                        || (deed.event.name == block.again() && reopens)
                })
        });
        let mut add = |name: &str, kind| deeds.push(Deed { event: Event::addressed(name), kind });
        let items_at_work = part.blocks.iter().any(|block| configuration.is_active(block.own));
        if part.item.is_some() || items_at_work {
            add("#elsewhere", DeedKind::Elsewhere);
        }
        let block = part.item.and_then(|item| self.definition.chart.state(self.definition.item(item).state).parent);
        if block.is_some_and(|block| self.facts.anew.contains(&block)) {
            add("#anew", DeedKind::Anew);
        }
        if block.is_some_and(|block| self.facts.resumed.contains(&block)) {
            add("#resumed", DeedKind::Resumed);
        }
        deeds
    }

    /// Every way in which the part may begin.
    fn begin(&self, before: &Configuration, bounded: &mut bool) -> Result<Vec<Run>, KernelRejection> {
        let oracle = Oracle::new(self.definition, self.part, self.facts, BTreeSet::new());
        self.answered(&oracle, bounded, || start_within(&self.part.chart, before.clone(), &oracle, self.bounds.rounds))
    }

    /// Every way in which the part may answer an event. The one that does not come to rest is an error for all.
    fn runs(&self, before: &Configuration, event: &Event, bounded: &mut bool) -> Result<Vec<Run>, KernelRejection> {
        let blocks = self.part.blocks.iter();
        let ended = blocks.filter(|block| before.is_active(block.ended) || event.name == block.end());
        let oracle = Oracle::new(self.definition, self.part, self.facts, ended.map(|block| block.state).collect());
        let step = || step_within(&self.part.chart, before, event.clone(), &oracle, self.bounds.rounds);
        self.answered(&oracle, bounded, step)
    }

    /// The runs of one step under every combination of answers, as far as the bound goes.
    fn answered(
        &self,
        oracle: &Oracle<'_>,
        bounded: &mut bool,
        step: impl Fn() -> Result<Run, KernelRejection>,
    ) -> Result<Vec<Run>, KernelRejection> {
        let mut runs: Vec<Run> = Vec::new();
        for _ in 0..self.bounds.answers {
            let run = step()?;
            if !runs.contains(&run) {
                runs.push(run);
            }
            if !oracle.next() {
                return Ok(runs);
            }
        }
        *bounded = true;
        Ok(runs)
    }

    /// The same place, entered again from outside.
    fn resumed(&self, before: &Configuration) -> Run {
        let mut configuration = before.clone();
        for state in &before.active {
            let visits = configuration.visits.entry(*state).or_default();
            *visits = visits.saturating_add(1);
        }
        Run { configuration, macrosteps: Vec::new() }
    }

    /// The number of a place, which is new or known.
    fn point(&self, walk: &mut Walk, configuration: Configuration, from: Option<(usize, usize)>) -> usize {
        let configuration = self.part.canonical(configuration);
        let key = key(&configuration);
        if let Some(known) = walk.index.get(&key) {
            return *known;
        }
        let at = walk.points.len();
        walk.index.insert(key, at);
        walk.points.push(Point { configuration, from, edges: Vec::new() });
        self.widen(walk);
        at
    }

    /// Gives up on a variable that takes ever new values.
    fn widen(&self, walk: &mut Walk) {
        if !walk.points.len().is_multiple_of(64) {
            return;
        }
        for name in self.part.chart.variables.keys() {
            let mut seen: Vec<&crate::value::Value> = Vec::new();
            for value in walk.points.iter().filter_map(|point| point.configuration.variables.get(name)) {
                if !seen.contains(&value) {
                    seen.push(value);
                }
            }
            if seen.len() > self.bounds.values {
                walk.wide.insert(name.clone());
            }
        }
    }
}

impl Part {
    /// The place without what makes no difference for what can happen: visits that nobody counts, history that will be
    /// written anew before it is read.
    fn canonical(&self, mut configuration: Configuration) -> Configuration {
        let caps = &self.caps;
        configuration.visits.retain(|state, _| caps.contains_key(state));
        for (state, visits) in &mut configuration.visits {
            *visits = (*visits).min(caps.get(state).copied().unwrap_or(0));
        }
        let stay = self.stay(&configuration);
        let chart = &self.chart;
        let kept: BTreeMap<StateId, Vec<StateId>> = std::mem::take(&mut configuration.history)
            .into_iter()
            .filter(|(history, _)| match self.holds.iter().find(|hold| hold.history == *history) {
                Some(hold) => stay.contains(&hold.state) && !configuration.is_active(hold.work),
                None => {
                    let parent = chart.state(*history).parent.unwrap_or(Statechart::ROOT);
                    let read = self.remembering.get(history).into_iter().flatten();
                    !configuration.is_active(parent) && read.into_iter().any(|state| configuration.is_active(*state))
                }
            })
            .collect();
        configuration.history = kept;
        configuration
    }

    /// Where the part stays: what is active, and what a hold keeps.
    pub fn stay(&self, configuration: &Configuration) -> BTreeSet<StateId> {
        let mut stay = configuration.active.clone();
        for hold in &self.holds {
            if !stay.contains(&hold.state) || stay.contains(&hold.work) {
                continue;
            }
            for leaf in configuration.history.get(&hold.history).into_iter().flatten() {
                let outward = std::iter::once(*leaf).chain(self.chart.ancestors(*leaf));
                stay.extend(outward.take_while(|state| *state != hold.state));
            }
        }
        stay
    }

    /// Has the item of this part ended here? A frame has when the case is closed.
    pub fn is_over(&self, definition: &ProcessDefinition, configuration: &Configuration) -> bool {
        match self.item {
            None => {
                let closes = |state: &StateId| {
                    let work = definition.state(self.full[state.0 as usize]);
                    work.closes && self.own.get(&self.full[state.0 as usize]) == Some(state)
                };
                !configuration.running || configuration.active.iter().any(closes)
            }
            Some(item) => self.own.get(&definition.item(item).state).is_some_and(|region| {
                let ends = self.chart.real_children(*region);
                ends.into_iter()
                    .any(|end| self.chart.state(end).kind == StateKind::Final && configuration.is_active(end))
            }),
        }
    }
}

fn key(configuration: &Configuration) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    let mut number = |number: u32| key.extend(number.to_le_bytes());
    configuration.active.iter().for_each(|state| number(state.0));
    number(u32::MAX);
    for (state, visits) in &configuration.visits {
        number(state.0);
        number(*visits);
    }
    number(u32::MAX);
    for (history, states) in &configuration.history {
        number(history.0);
        states.iter().for_each(|state| number(state.0));
        number(u32::MAX);
    }
    key.push(u8::from(configuration.running));
    for value in configuration.variables.values() {
        key.extend(format!("{value:?}").bytes());
        key.push(0);
    }
    key
}
