//! `only_after`: is there a way to a state that passes by one it may only follow? It must never judge an order between two
//! parts that are explored alone; the engine still refuses what comes too early.

use std::collections::{BTreeMap, VecDeque};

use super::Telling;
use crate::explore::Exploration;
use crate::explore::telling::told;
use crate::explore::walk::Edge;
use crate::kernel::StateId;
use crate::source::{Problem, Severity};
use crate::text::Text;

impl Telling<'_> {
    /// E0694: a state can be entered before another that must come first.
    pub(super) fn too_early(&self, one: &Exploration) -> Vec<Problem> {
        let states = (0u32..).map(StateId).zip(&self.definition.states);
        let pairs = states.flat_map(|(state, work)| work.only_after.iter().map(move |before| (state, *before)));
        let own = |state: &StateId| one.part.own.get(state).copied();
        pairs
            .filter_map(|(state, before)| {
                let way = passing_by(one, own(&state)?, own(&before)?)?;
                Some(self.early(one, state, before, &way))
            })
            .collect()
    }

    fn early(&self, one: &Exploration, state: StateId, before: StateId, way: &[&Edge]) -> Problem {
        let (name, first) = (self.name(state), self.name(before));
        let message = Text::new(
            format!("没有经过 `{first}` 就可能进入 `{name}`"),
            format!("`{name}` can be entered before `{first}`"),
        );
        let mut lines = self.before(one.part.item);
        lines.extend(way.iter().flat_map(|edge| told(self.definition, &edge.deed, &edge.ways)));
        let problem = self.at("E0694", Severity::Error, state, message).cure(
            format!("让每条路都先经过 `{first}`，或者从 only_after 中删去它。"),
            format!("Lead every way through `{first}` first, or take it out of `only_after`."),
        );
        problem.story(lines)
    }
}

/// The shortest way from the start of a part that enters `state` and never `before` until then.
fn passing_by<'e>(one: &'e Exploration, state: StateId, before: StateId) -> Option<Vec<&'e Edge>> {
    let points = &one.walk.points;
    let mut from: BTreeMap<usize, Option<(usize, &'e Edge)>> = BTreeMap::new();
    let mut waiting = VecDeque::new();
    for (at, point) in points.iter().enumerate().filter(|(_, point)| point.from.is_none()) {
        if !point.configuration.is_active(before) {
            if point.configuration.is_active(state) {
                return Some(Vec::new());
            }
            from.insert(at, None);
            waiting.push_back(at);
        }
    }
    while let Some(at) = waiting.pop_front() {
        for edge in &points[at].edges {
            let met = edge.entered.iter().find(|entered| **entered == state || **entered == before);
            if met == Some(&state) {
                let mut way = vec![edge];
                let mut back = at;
                while let Some(Some((earlier, edge))) = from.get(&back) {
                    way.push(edge);
                    back = *earlier;
                }
                way.reverse();
                return Some(way);
            }
            if met.is_none() && !from.contains_key(&edge.to) {
                from.insert(edge.to, Some((at, edge)));
                waiting.push_back(edge.to);
            }
        }
    }
    None
}
