//! States that nothing leads to. It must never refuse a chart that is only played: a test bench may well hold states
//! that no event reaches.

use std::collections::BTreeSet;

use crate::kernel::{StateId, Statechart};
use crate::source::{File, Node, Problem, Span};
use crate::text::Text;

/// Reports the outermost states of a bare statechart that no beginning and no transition leads to, guards set aside.
pub fn report_unreachable(file: File<'_>, tree: &Node, chart: &Statechart) {
    let reached = reached(chart);
    let lost = chart.ids().filter(|id| !reached.contains(id) && !chart.is_history(*id));
    for id in lost.filter(|id| chart.state(*id).parent.is_none_or(|parent| reached.contains(&parent))) {
        let path = &chart.state(id).path;
        let message =
            Text::new(format!("没有任何转移到达状态 `{path}`"), format!("nothing leads to the state `{path}`"));
        file.push(
            Problem::error("E0601", file.source, place(tree, path), message)
                .cure("加上到它的转移，或者删去它。", "Add a transition that leads to it, or remove it."),
        );
    }
}

/// States that are entered by beginnings and transitions of states that are.
pub(in crate::definition) fn reached(chart: &Statechart) -> BTreeSet<StateId> {
    let mut reached = BTreeSet::new();
    let mut open = vec![Statechart::ROOT];
    while let Some(id) = open.pop() {
        if !reached.insert(id) {
            continue;
        }
        let state = chart.state(id);
        open.extend(state.parent);
        if chart.is_parallel(id) {
            open.extend(chart.real_children(id));
        } else if !chart.is_atomic(id) || chart.is_history(id) {
            open.extend(chart.initial_targets(id));
        }
        open.extend(state.transitions.iter().flat_map(|transition| chart.transition(*transition).targets.iter()));
    }
    reached
}

/// Where the name of a state stands.
fn place(tree: &Node, path: &str) -> Span {
    let mut node = Some(tree);
    let mut span = tree.span;
    for name in path.split('.') {
        let states = node.and_then(|node| node.get("states")).map(Node::entries).unwrap_or_default();
        let entry = states.iter().find(|entry| entry.key == name);
        span = entry.map_or(span, |entry| entry.key_span);
        node = entry.map(|entry| &entry.value);
    }
    span
}
