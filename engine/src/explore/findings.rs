//! What is wrong with what was found: places without a way on, ends and states that nothing reaches, waits on one party,
//! steps without end, bounds that were reached. It must never report a place without the story that leads there.

mod order;

use std::collections::{BTreeMap, BTreeSet};

use super::deed::DeedKind;
use super::facts::Facts;
use super::telling::{asked, story, told};
use super::walk::Edge;
use super::{Exploration, by_item, switched};
use crate::definition::{Assignee, ItemId, Outcome, ProcessDefinition, Written};
use crate::kernel::{StateId, Statechart, Transition};
use crate::source::{Problem, Severity, brief};
use crate::text::Text;

/// States of a gate, which the compiler makes whether or not they can be needed.
const GATE: &[&str] = &["gate", "offered", "waiting", "not_needed", "not_chosen", "need_failed"];

/// Everything that is to be told of a process.
pub(super) fn all(definition: &ProcessDefinition, explorations: &[Exploration], facts: &Facts) -> Vec<Problem> {
    let telling = Telling { definition, explorations, facts };
    let mut problems = Vec::new();
    let bounded = explorations.iter().any(|one| one.walk.bounded);
    let endless = explorations.iter().any(|one| one.walk.endless_start || !one.walk.endless.is_empty());
    for one in explorations {
        problems.extend(telling.endless(one));
        let stuck = telling.stuck(one);
        if stuck.is_empty() && !one.walk.bounded && !endless {
            problems.extend(telling.trap(one));
        }
        problems.extend(stuck);
        problems.extend(telling.waits(one));
        problems.extend(telling.left_open(one));
        problems.extend(telling.too_early(one));
    }
    // What was not found may lie behind the bound, or behind a step without end.
    if bounded {
        problems.push(telling.bound());
    } else if !endless {
        problems.extend(telling.never());
    }
    once_each(problems)
}

/// A fragment is told of once, however often it is used.
fn once_each(problems: Vec<Problem>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut kept = problems;
    kept.retain(|problem| seen.insert((problem.code, problem.path.clone(), problem.span)));
    kept
}

struct Telling<'a> {
    definition: &'a ProcessDefinition,
    explorations: &'a [Exploration],
    facts: &'a Facts,
}

impl Telling<'_> {
    fn at(&self, code: &'static str, severity: Severity, state: StateId, message: Text) -> Problem {
        let place = &self.definition.state(state).place;
        Problem::at(code, severity, place.file.clone(), place.span, message)
    }

    fn name(&self, state: StateId) -> String {
        let path = &self.definition.state(state).path;
        brief(if path.is_empty() { &self.definition.name } else { path })
    }

    /// The way to a point: for an item, first to the block, then through the item.
    fn story(&self, one: &Exploration, point: usize) -> Vec<Text> {
        let mut lines = self.before(one.part.item);
        lines.extend(story(self.definition, one, point));
        lines
    }

    fn before(&self, item: Option<ItemId>) -> Vec<Text> {
        let Some(item) = item.map(|item| self.definition.item(item)) else { return Vec::new() };
        let Some(block) = self.definition.chart.state(item.state).parent else { return Vec::new() };
        let outer = super::part::item_of(self.definition, block);
        let parts = by_item(self.explorations);
        let Some(around) = parts.get(&outer) else { return Vec::new() };
        let own = around.part.own.get(&block);
        let active = |point: &super::walk::Point| own.is_some_and(|own| point.configuration.is_active(*own));
        let Some(first) = around.walk.points.iter().position(active) else { return Vec::new() };
        let mut lines = self.story(around, first);
        lines.push(Text::new(format!("# 事项 {}：", item.name), format!("# the item {}:", item.name)));
        lines
    }

    /// The innermost states of a point that people know, outermost part first.
    fn leaves(&self, one: &Exploration, point: usize) -> Vec<StateId> {
        let configuration = &one.walk.points[point].configuration;
        let leaves = configuration.leaves(&one.part.chart).into_iter();
        let leaves = leaves.filter(|own| !one.part.chart.is_final(*own));
        leaves.map(|own| one.part.full[own.0 as usize]).collect()
    }

    /// Does something happen at a point that leads away from it?
    fn leads_on<'e>(&self, one: &'e Exploration, point: usize) -> impl Iterator<Item = &'e Edge> + use<'e> {
        one.walk.points[point].edges.iter().filter(move |edge| edge.to != point)
    }

    /// E0690: nothing can ever happen, and it is no end.
    fn stuck(&self, one: &Exploration) -> Vec<Problem> {
        let mut found: BTreeMap<StateId, usize> = BTreeMap::new();
        for at in 0..one.walk.looked {
            let configuration = &one.walk.points[at].configuration;
            let over = one.part.is_over(self.definition, configuration);
            // While items are at work they, not the frame, say whether they come to an end.
            let at_work = one.part.blocks.iter().any(|block| configuration.is_active(block.open));
            let left = one.walk.endless.iter().any(|(point, _)| *point == at);
            if over || at_work || left || self.leads_on(one, at).next().is_some() {
                continue;
            }
            if let Some(leaf) = self.leaves(one, at).first() {
                found.entry(*leaf).or_insert(at);
            }
        }
        let problem = |(state, point): (StateId, usize)| {
            let name = self.name(state);
            let message = match one.part.item {
                None => Text::new(
                    format!("办件可能停在 `{name}`，再也没有任何事可以发生"),
                    format!("a case can come to rest in `{name}`, where nothing can ever happen"),
                ),
                Some(item) => {
                    let item = &self.definition.item(item).name;
                    Text::new(
                        format!("事项 `{item}` 可能停在 `{name}`，再也没有任何事可以发生"),
                        format!("the item `{item}` can come to rest in `{name}`, where nothing can ever happen"),
                    )
                }
            };
            self.at("E0690", Severity::Error, state, message)
                .cause(
                    "它既不是终点，也没有人、时限或者别处的事情能让它继续。",
                    "It is no end, and no person, no clock and nothing elsewhere leads on from it.",
                )
                .cure(
                    "加上一个总能走的结果、操作或时限；几个 always 都带条件时，最后一个不写条件。",
                    "Add an outcome, an action or a clock that is always open; leave the condition out of the last `always`.",
                )
                .story(self.story(one, point))
        };
        found.into_iter().map(problem).collect()
    }

    /// E0698: things can happen for ever, but no end can be reached any more.
    fn trap(&self, one: &Exploration) -> Option<Problem> {
        let points = &one.walk.points;
        let over: Vec<usize> =
            (0..points.len()).filter(|at| one.part.is_over(self.definition, &points[*at].configuration)).collect();
        let mut into: Vec<Vec<usize>> = vec![Vec::new(); points.len()];
        for (at, point) in points.iter().enumerate() {
            point.edges.iter().for_each(|edge| into[edge.to].push(at));
        }
        let mut leads: BTreeSet<usize> = over.iter().copied().collect();
        let mut open = over;
        while let Some(at) = open.pop() {
            open.extend(into[at].iter().copied().filter(|before| leads.insert(*before)));
        }
        // Where no end is reachable at all, that is told of the ends.
        let lost = (0..points.len()).find(|at| !leads.contains(at)).filter(|_| !leads.is_empty())?;
        let state = self.leaves(one, lost).first().copied()?;
        let name = self.name(state);
        let message = Text::new(
            format!("从 `{name}` 起再也到不了任何终点"),
            format!("from `{name}` on, no end can be reached any more"),
        );
        let problem = self
            .at("E0698", Severity::Error, state, message)
            .cure("从这里加一条通向终点的路。", "Add a way from here that leads to an end.");
        Some(problem.story(self.story(one, lost)))
    }

    /// W0693: only a party can move this on, and nothing ever happens if they do not.
    fn waits(&self, one: &Exploration) -> Vec<Problem> {
        let mut found: BTreeMap<StateId, (usize, String)> = BTreeMap::new();
        for at in 0..one.walk.looked {
            let configuration = &one.walk.points[at].configuration;
            let at_work = one.part.blocks.iter().any(|block| configuration.is_active(block.open));
            if at_work || one.part.is_over(self.definition, configuration) {
                continue;
            }
            let mut only: Option<(StateId, BTreeSet<String>)> = None;
            let mut alone = true;
            for edge in self.leads_on(one, at) {
                match &edge.deed.kind {
                    DeedKind::Choice { by, state, .. } if by.iter().all(is_party) => {
                        let names = &mut only.get_or_insert((*state, BTreeSet::new())).1;
                        names.extend(by.iter().map(party_name));
                    }
                    DeedKind::Choice { .. }
                    | DeedKind::Door(_)
                    | DeedKind::Clock(_)
                    | DeedKind::Delay(_)
                    | DeedKind::Gathered(_)
                    | DeedKind::Place(_)
                    | DeedKind::Message(_)
                    | DeedKind::Announced(_)
                    | DeedKind::Items
                    | DeedKind::Elsewhere => alone = false,
                    DeedKind::Anew | DeedKind::Resumed => {}
                }
            }
            if let Some((state, names)) = only.filter(|_| alone) {
                let names = names.into_iter().collect::<Vec<_>>().join(", ");
                found.entry(state).or_insert((at, names));
            }
        }
        let problem = |(state, (point, names)): (StateId, (usize, String))| {
            let name = self.name(state);
            let message = Text::new(
                format!("`{name}` 只有 {names} 能继续，他不来就永远等下去"),
                format!("only {names} can move `{name}` on; if they never do, it waits for ever"),
            );
            self.at("W0693", Severity::Warning, state, message)
                .cure(
                    "加一个时限（after）、或者让某个部门也能结束它的操作。",
                    "Add a clock with `after`, or an action by which an office can end it too.",
                )
                .story(self.story(one, point))
        };
        found.into_iter().map(problem).collect()
    }

    /// W0696: the case can be closed as done while an item is neither ended nor carried on.
    fn left_open(&self, one: &Exploration) -> Vec<Problem> {
        let mut found: BTreeMap<StateId, (usize, Vec<Text>)> = BTreeMap::new();
        let done = |point: usize| {
            let active = one.walk.points[point].configuration.active.iter();
            let mut states = active.map(|own| one.part.full[own.0 as usize]);
            states.find(|state| {
                let work = self.definition.state(*state);
                work.closes && matches!(work.outcome, Some(Outcome::Success | Outcome::Partial))
            })
        };
        for at in (0..one.walk.looked).filter(|_| one.part.item.is_none()) {
            let configuration = &one.walk.points[at].configuration;
            if !one.part.blocks.iter().any(|block| configuration.is_active(block.open)) {
                continue;
            }
            // When the items end, or something else ends them, the block is over.
            let ways = self.leads_on(one, at).filter(|edge| !matches!(edge.deed.kind, DeedKind::Items));
            for (state, edge) in ways.filter_map(|edge| Some((done(edge.to)?, edge))) {
                found.entry(state).or_insert_with(|| (at, told(self.definition, &edge.deed, &[])));
            }
        }
        let problem = |(state, (point, last)): (StateId, (usize, Vec<Text>))| {
            let name = self.name(state);
            let message = Text::new(
                format!("以 `{name}` 办结时，可能还有事项没有结束"),
                format!("the case can be closed as `{name}` while an item has not ended"),
            );
            let mut lines = self.story(one, point);
            lines.extend(last);
            self.at("W0696", Severity::Warning, state, message)
                .cause(
                    "没有结束的事项再也没有人办，也没有人知道。",
                    "Nobody works on such an item any more, and nobody is told.",
                )
                .cure(
                    "等 on_done 再办结；等着别人的事项用 `carry_on` 转为单独续办。",
                    "Close by `on_done`; what waits for somebody goes on by `carry_on` as a case of its own.",
                )
                .story(lines)
        };
        found.into_iter().map(problem).collect()
    }

    /// E0695: what is taken without an event never comes to rest.
    fn endless(&self, one: &Exploration) -> Vec<Problem> {
        let start = one.walk.endless_start.then(|| {
            let state = one.part.item.map_or(Statechart::ROOT, |item| self.definition.item(item).state);
            (state, self.before(one.part.item))
        });
        let later = one.walk.endless.iter().map(|(point, deed)| {
            let mut lines = self.story(one, *point);
            lines.extend(told(self.definition, deed, &[]));
            (self.target_of(one, *point, &deed.event.name), lines)
        });
        let problem = |(state, lines): (StateId, Vec<Text>)| {
            let name = self.name(state);
            let message = Text::new(
                format!("到 `{name}` 之后，不需要事件的转移可能没完没了"),
                format!("after `{name}`, transitions without an event may go on without end"),
            );
            self.at("E0695", Severity::Error, state, message)
                .cause(
                    "几个 always 互相指向对方，它们的条件可以同时成立。",
                    "Several `always` lead to each other, and their conditions can hold together.",
                )
                .cure(
                    "让其中一个的条件不再成立，或者改成由人或时限触发。",
                    "Make one of the conditions fail after the first round, or let a person or a clock set it off.",
                )
                .story(lines)
        };
        start.into_iter().chain(later).map(problem).collect()
    }

    /// Where an event leads from a point.
    fn target_of(&self, one: &Exploration, point: usize, event: &str) -> StateId {
        let chart = &one.part.chart;
        let active = &one.walk.points[point].configuration.active;
        let ways = active.iter().flat_map(|state| &chart.state(*state).transitions);
        let target = ways.map(|id| chart.transition(*id)).find_map(|way| {
            let named = matches!(&way.trigger, crate::kernel::Trigger::Addressed(name) if name == event);
            way.targets.first().filter(|_| named)
        });
        let leaf = self.leaves(one, point).first().copied();
        target.map(|own| one.part.full[own.0 as usize]).or(leaf).unwrap_or(Statechart::ROOT)
    }

    /// E0691 and E0692: nothing that can happen leads there.
    fn never(&self) -> Vec<Problem> {
        let chart = &self.definition.chart;
        let reached = &self.facts.reached;
        let off = switched::off(self.definition, reached);
        let mut places: BTreeMap<&Written, Vec<StateId>> = BTreeMap::new();
        for state in chart.ids().skip(1).filter(|state| !chart.is_history(*state)) {
            places.entry(&self.definition.state(state).place).or_default().push(state);
        }
        let lost = |state: &StateId| {
            let work = self.definition.state(*state);
            let parent = chart.state(*state).parent.unwrap_or(Statechart::ROOT);
            let gate = self.definition.items.iter().any(|item| item.state == parent)
                && GATE.contains(&chart.state(*state).name.as_str());
            let outermost = parent == Statechart::ROOT || reached.contains(&parent);
            !work.generated && !gate && outermost && !reached.contains(state) && !off.contains(state)
        };
        // One use of a fragment that gets there is enough.
        let dead = places.values().filter(|states| {
            let used = states.iter().filter(|state| !self.definition.state(**state).generated);
            used.clone().all(|state| !reached.contains(state) && !off.contains(state))
        });
        dead.filter_map(|states| states.iter().copied().find(lost)).map(|state| self.never_there(state)).collect()
    }

    fn never_there(&self, state: StateId) -> Problem {
        let name = self.name(state);
        let parent = self.definition.chart.state(state).parent.unwrap_or(Statechart::ROOT);
        let ends = parent == Statechart::ROOT || self.definition.items.iter().any(|item| item.state == parent);
        let end = ends && self.definition.state(state).outcome.is_some();
        let (code, message) = if end {
            let text = (format!("终点 `{name}` 永远到不了"), format!("the end `{name}` can never be reached"));
            ("E0691", Text::new(text.0, text.1))
        } else {
            let text = (format!("环节 `{name}` 永远到不了"), format!("the state `{name}` can never be reached"));
            ("E0692", Text::new(text.0, text.1))
        };
        self.at(code, Severity::Error, state, message)
            .cause(
                "有通向它的转移，但是从任何入口、经过任何可能的事情，都走不到那里。",
                "Transitions lead to it, but from no door and through nothing that can happen does a case get there.",
            )
            .cure(
                "检查通向它的转移的条件和前面的环节；不需要它就删去。",
                "Look at the conditions of the ways that lead to it and at the states before; delete it if it is not needed.",
            )
            .story(self.nearest(state))
    }

    /// The way to a place from which a transition leads to a state that nothing reaches, and what it asks for.
    fn nearest(&self, state: StateId) -> Vec<Text> {
        let chart = &self.definition.chart;
        let leads = |way: &&Transition| way.targets.iter().any(|to| *to == state || chart.is_inside(*to, state));
        for way in chart.transitions.iter().filter(leads) {
            let of = by_item(self.explorations).get(&super::part::item_of(self.definition, way.source)).copied();
            let Some(one) = of else { continue };
            let Some(own) = one.part.own.get(&way.source) else { continue };
            let mut points = one.walk.points.iter();
            let Some(point) = points.position(|point| point.configuration.is_active(*own)) else { continue };
            let mut lines = self.story(one, point);
            lines.push(Text::new("# 从这里再往前，要求：", "# and from there only if:"));
            lines.extend(asked(&way.conditions).into_iter().map(|text| Text::same(format!("#   {text}"))));
            return lines;
        }
        Vec::new()
    }

    /// W0697: not everything was looked at.
    fn bound(&self) -> Problem {
        let places: usize = self.explorations.iter().map(|one| one.walk.points.len()).sum();
        let message = Text::new(
            format!("流程太大，只试了 {places} 种位置，没有试完"),
            format!("the process is too large to explore: {places} places were looked at, and there are more"),
        );
        self.at("W0697", Severity::Warning, Statechart::ROOT, message)
            .cause(
                "因此没有证明每个环节都到得了、每个等待都有出路。",
                "So it is not proved that every state can be reached and every wait has a way out.",
            )
            .cure(
                "把并行的部分写成 items，或者把一部分拆成关联办件。",
                "Make parallel parts `items`, or make a part a linked case.",
            )
    }
}

fn is_party(by: &Assignee) -> bool {
    match by {
        Assignee::Party(_) => true,
        Assignee::Office(_) | Assignee::Role(_) | Assignee::Site { .. } => false,
    }
}

fn party_name(by: &Assignee) -> String {
    match by {
        Assignee::Party(name) | Assignee::Office(name) | Assignee::Role(name) => name.clone(),
        Assignee::Site { office, .. } => office.clone(),
    }
}
