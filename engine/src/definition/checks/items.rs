//! Items and joins: needs that do not exist or go in a circle, ends without a result, parallel parts that never finish.
//! It must never judge what an item does.

use std::collections::BTreeSet;

use crate::definition::draft::{Draft, DraftTrigger, ItemIndex, Kind, ROOT, StateIndex};
use crate::definition::model::Outcome;
use crate::definition::words::both;
use crate::source::{brief, closest};

/// Every item, every join, every end.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for item in 0..draft.items.len() {
        needs(draft, item);
        circle(draft, item);
    }
    for state in 0..draft.states.len() {
        without_result(draft, state);
    }
    joins(draft);
}

fn needs(draft: &Draft<'_>, index: ItemIndex) {
    let item = &draft.items[index];
    for need in &item.needs {
        let Some(other) = draft.items.iter().find(|other| other.name == need.item) else {
            let what =
                both(format!("没有事项 `{}`", brief(&need.item)), format!("there is no item `{}`", brief(&need.item)));
            let problem = draft.error("E0611", item.env, item.span, what);
            let names = draft.items.iter().map(|other| other.name.as_str());
            draft.problems.push(
                problem
                    .cure("`needs` 写同一流程中的事项名称。", "`needs` names items of the same process.")
                    .suggest(closest(&need.item, names)),
            );
            continue;
        };
        let ends: Vec<StateIndex> = draft.finals_of(other.state).collect();
        for (end, span) in &need.ends {
            if ends.iter().any(|state| draft.states[*state].name == *end) {
                continue;
            }
            let what = both(
                format!("事项 `{}` 没有终点 `{}`", other.name, brief(end)),
                format!("the item `{}` has no final `{}`", other.name, brief(end)),
            );
            let names = ends.iter().map(|state| draft.states[*state].name.as_str());
            let listed = names.clone().collect::<Vec<_>>().join(", ");
            draft.problems.push(
                draft
                    .error("E0613", item.env, *span, what)
                    .cure(format!("它的终点是：{listed}。"), format!("Its finals are: {listed}."))
                    .suggest(closest(end, names)),
            );
        }
    }
}

/// Items that wait for each other wait for ever. Told once, at the first of the circle.
fn circle(draft: &Draft<'_>, start: ItemIndex) {
    let after = |item: ItemIndex| -> Vec<ItemIndex> {
        let needs = draft.items[item].needs.iter();
        needs.filter_map(|need| draft.items.iter().position(|other| other.name == need.item)).collect()
    };
    let mut seen = BTreeSet::new();
    let mut open = after(start);
    while let Some(item) = open.pop() {
        if seen.insert(item) {
            open.extend(after(item));
        }
    }
    // Each item of a circle reaches itself; the first in the file speaks for those it reaches and that reach it.
    let first =
        seen.contains(&start) && !(0..start).any(|other| seen.contains(&other) && reaches(&after, other, start));
    if !first {
        return;
    }
    let item = &draft.items[start];
    let what = both(
        format!("事项 `{}` 经由 needs 等待它自己", item.name),
        format!("the item `{}` waits for itself through `needs`", item.name),
    );
    draft.problems.push(
        draft
            .error("E0612", item.env, item.span, what)
            .cause("互相等待的事项永远不会开始。", "Items that wait for each other never start.")
            .cure("去掉其中一个 needs。", "Remove one of the needs."),
    );
}

fn reaches(after: &dyn Fn(ItemIndex) -> Vec<ItemIndex>, from: ItemIndex, to: ItemIndex) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = after(from);
    while let Some(item) = open.pop() {
        if seen.insert(item) {
            open.extend(after(item));
        }
    }
    seen.contains(&to)
}

/// The ends of an item and of the case must say how they count.
fn without_result(draft: &Draft<'_>, index: StateIndex) {
    let state = &draft.states[index];
    let region = state.parent.is_some_and(|parent| parent == ROOT || draft.states[parent].region_of.is_some());
    if !region || state.outcome.is_some() || !matches!(state.kind, Kind::Final | Kind::Rest) {
        return;
    }
    let what =
        both(format!("终点 `{}` 没有写结果", state.name), format!("the end `{}` does not say its result", state.name));
    let outcomes = [Outcome::Success, Outcome::Partial, Outcome::Failure, Outcome::None];
    let words: Vec<&str> = outcomes.into_iter().map(crate::definition::words::outcome_word).collect();
    draft.problems.push(
        draft
            .error("E0614", state.env, state.span, what)
            .cure(format!("加上 `result`：{}。", words.join("、")), format!("Add `result`: {}.", words.join(", "))),
    );
}

/// `on_done` of something that can never be done.
fn joins(draft: &Draft<'_>) {
    let mut told = BTreeSet::new();
    for way in draft.transitions.iter().filter(|way| !way.made) {
        let DraftTrigger::Done(state) = way.trigger else { continue };
        let Some(endless) = endless(draft, state).filter(|_| told.insert(state)) else { continue };
        let name = &draft.states[endless].name;
        let what = both(
            format!("`{name}` 没有终点，这里永远等不到结束"),
            format!("`{name}` has no final state, so this is never done"),
        );
        draft.problems.push(
            draft
                .error("E0608", way.env, way.span, what)
                .cure(
                    format!("在 `{name}` 中加一个 `type: final` 或 `type: rest`。"),
                    format!("Give `{name}` a state with `type: final` or `type: rest`."),
                )
                .also(
                    draft.envs[draft.states[endless].env].source.path.clone(),
                    draft.states[endless].span,
                    both("没有终点的部分", "the part without an end"),
                ),
        );
    }
}

/// The part inside a state because of which it is never done.
fn endless(draft: &Draft<'_>, state: StateIndex) -> Option<StateIndex> {
    let draft_state = &draft.states[state];
    if draft_state.kind == Kind::Parallel {
        let mut regions =
            draft_state.children.iter().filter(|child| !matches!(draft.states[**child].kind, Kind::History { .. }));
        return regions.find_map(|region| endless(draft, *region));
    }
    draft.finals_of(state).next().is_none().then_some(state)
}
