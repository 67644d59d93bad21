//! The shape of the whole process: what nothing leads to, what nothing leads out of, what nobody is told. It must
//! never look at guards: what can be reached if every condition held is what the file draws.

use std::collections::BTreeSet;

use crate::definition::chart::reached;
use crate::definition::draft::{Draft, DraftTransition, DraftTrigger, Kind, ROOT, StateIndex, Target};
use crate::definition::model::{Assignee, ProcessDefinition};
use crate::definition::words::both;
use crate::kernel::{StateId, Statechart};

/// Unreachable states, states without a way out, waits that nobody is told of and silent gates. `order` is the draft's
/// state by kernel state.
pub(in crate::definition) fn check(draft: &Draft<'_>, definition: &ProcessDefinition, order: &[StateIndex]) {
    let chart = &definition.chart;
    let reached = reached(chart);
    let written = |id: &StateId| order.get(id.0 as usize).copied().filter(|state| *state != ROOT);
    for id in chart.ids() {
        let Some(state) = written(&id) else { continue };
        if draft.states[state].made || chart.is_history(id) {
            continue;
        }
        if !reached.contains(&id) {
            // What lies inside it cannot be reached either; one problem is enough.
            if chart.state(id).parent.is_none_or(|parent| reached.contains(&parent)) {
                unreachable(draft, state);
            }
        } else if stuck(draft, chart, id, order) {
            let name = &draft.states[state].name;
            let what = both(format!("环节 `{name}` 没有出路"), format!("there is no way out of the state `{name}`"));
            draft.problems.push(place(draft, "E0602", state, what).cure(
                "加上一个结果、操作或时限，或者写 `type: final`。",
                "Add an outcome, an action or a time limit, or write `type: final`.",
            ));
        }
    }
    for state in 0..draft.states.len() {
        untold_wait(draft, state);
    }
    silent_gates(draft);
}

fn place(draft: &Draft<'_>, code: &'static str, state: StateIndex, what: crate::text::Text) -> crate::source::Problem {
    let state = &draft.states[state];
    draft.error(code, state.env, state.span, what)
}

fn unreachable(draft: &Draft<'_>, state: StateIndex) {
    let name = &draft.states[state].name;
    let what = both(format!("没有任何转移到达环节 `{name}`"), format!("nothing leads to the state `{name}`"));
    draft.problems.push(
        place(draft, "E0601", state, what)
            .cure("加上到它的转移，或者删去它。", "Add a transition that leads to it, or remove it."),
    );
}

/// An atomic state that nothing leaves: no way of its own or around it, and no way of a neighbour out of the parallel
/// parts that hold both. A finished part around it does not help, since it never finishes.
fn stuck(draft: &Draft<'_>, chart: &Statechart, id: StateId, order: &[StateIndex]) -> bool {
    if !chart.is_atomic(id) || chart.is_final(id) {
        return false;
    }
    let around: BTreeSet<StateId> = std::iter::once(id).chain(chart.ancestors(id)).collect();
    let leaves = |source: StateId| {
        let draft_state = order.get(source.0 as usize).copied().unwrap_or(ROOT);
        draft.states[draft_state].transitions.iter().any(|index| {
            let way = &draft.transitions[*index];
            !way.targets.is_empty() && !matches!(way.trigger, DraftTrigger::Done(_))
        })
    };
    if around.iter().any(|source| leaves(*source)) {
        return false;
    }
    // A neighbour in a parallel part may lead out of what holds both.
    let outer = around.iter().filter(|state| chart.is_parallel(**state));
    !outer.into_iter().any(|parallel| {
        chart.ids().filter(|other| chart.is_inside(*other, *parallel)).any(|other| {
            let ways = chart.state(other).transitions.iter().map(|way| chart.transition(*way));
            ways.flat_map(|way| &way.targets).any(|target| *target != *parallel && !chart.is_inside(*target, *parallel))
        })
    })
}

/// A task of a party into which a way leads that tells nobody: the party would wait without knowing it.
fn untold_wait(draft: &Draft<'_>, state: StateIndex) {
    let wait = &draft.states[state];
    let Some(task) = &wait.task else { return };
    let of_party = task.by.iter().any(|by| matches!(by, Assignee::Party(_)));
    if !of_party || wait.kind != Kind::Plain || !wait.begin.notices.is_empty() {
        return;
    }
    let doors: BTreeSet<_> = draft.doors.iter().map(|door| door.transition).collect();
    let leads_here = |way: &DraftTransition<'_>| {
        way.targets.iter().any(|target| match target {
            Target::State(target) => *target == state,
            Target::Named { text, env, .. } => draft.resolve(way.source, *env, text).is_ok_and(|found| found == state),
        })
    };
    let ways = draft.transitions.iter().enumerate().filter(|(index, way)| !doors.contains(index) && leads_here(way));
    let mut ways = ways.map(|(_, way)| way).peekable();
    if ways.peek().is_none() || ways.all(|way| !way.effects.notices.is_empty()) {
        return;
    }
    let name = &wait.name;
    let what = both(
        format!("环节 `{name}` 等当事人办理，却没有人通知他"),
        format!("the state `{name}` waits for a party whom nobody tells"),
    );
    let problem = draft.warning("W0609", task.env, task.span, what);
    draft.problems.push(problem.cure(
        "在到达它的转移上，或者在该环节上写 `notify: 当事人.文本`。",
        "Write `notify: party.text` on the ways that lead here, or on the state.",
    ));
}

/// An item that waits for `ready` without a reminder: a wait that nobody sees.
fn silent_gates(draft: &Draft<'_>) {
    for item in draft.items.iter().filter(|item| !item.ready.is_empty() && !item.remind) {
        let name = &item.name;
        let what = both(
            format!("事项 `{name}` 等待条件（ready），但没有提醒"),
            format!("the item `{name}` waits for `ready` without a reminder"),
        );
        let problem = draft.warning("W0610", item.env, item.span, what);
        draft.problems.push(problem.cure(
            "加上 `remind: [50%]`，否则没有人发现它一直在等。",
            "Add `remind: [50%]`, or nobody notices that it waits for ever.",
        ));
    }
}
