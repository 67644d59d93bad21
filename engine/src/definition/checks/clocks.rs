//! Clocks: whether what they count can be entered twice, and then whether the file says what that does. It must never
//! compute a date.

use std::collections::BTreeSet;

use crate::definition::draft::{Draft, Kind, StateIndex, Target};
use crate::definition::words::both;

/// Clocks whose `runs_in` can be left and entered again without `again`.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for clock in draft.clocks.iter().filter(|clock| clock.again.is_none() && clock.task.is_none()) {
        let base = draft.envs[clock.env].base;
        let runs_in: Vec<StateIndex> = clock.runs_in.iter().filter_map(|target| resolve(draft, base, target)).collect();
        if !can_come_back(draft, &runs_in) {
            continue;
        }
        let place = match clock.runs_in.first() {
            Some(Target::Named { env, span, .. }) => (*env, *span),
            Some(Target::State(_)) | None => continue,
        };
        let what = both(
            format!("时限 `{}` 可能第二次开始", clock.local),
            format!("the clock `{}` may begin a second time", clock.local),
        );
        draft.problems.push(
            draft
                .error("E0617", place.0, place.1, what)
                .cause(
                    "没有写明再次进入时重新计算还是接着计算。",
                    "The file does not say whether it then counts anew or goes on.",
                )
                .cure("加上 `again: restart` 或 `again: continue`。", "Add `again: restart` or `again: continue`."),
        );
    }
}

fn resolve(draft: &Draft<'_>, from: StateIndex, target: &Target<'_>) -> Option<StateIndex> {
    match target {
        Target::State(state) => Some(*state),
        Target::Named { text, env, .. } => draft.resolve(from, *env, text).ok(),
    }
}

/// Is there a way that leads out of these states and, later, in again?
fn can_come_back(draft: &Draft<'_>, runs_in: &[StateIndex]) -> bool {
    let inside = |state: StateIndex| runs_in.iter().any(|outer| state == *outer || draft.is_inside(state, *outer));
    let mut seen = BTreeSet::new();
    let mut open: Vec<StateIndex> = (0..draft.states.len()).filter(|state| inside(*state)).collect();
    open.extend(runs_in.iter().flat_map(|state| draft.ancestors(*state)).collect::<BTreeSet<_>>());
    let mut first = true;
    while !open.is_empty() {
        let mut next = Vec::new();
        for state in open {
            for target in next_of(draft, state) {
                if !inside(target) {
                    next.push(target);
                } else if !first {
                    return true;
                }
            }
        }
        open = next.into_iter().filter(|state| seen.insert(*state)).collect();
        first = false;
    }
    false
}

/// The states entered by the transitions of a state.
fn next_of(draft: &Draft<'_>, state: StateIndex) -> Vec<StateIndex> {
    let mut entered = Vec::new();
    let ways = draft.states[state].transitions.iter().map(|index| &draft.transitions[*index]);
    for way in ways.filter(|way| !way.targets.is_empty()) {
        for target in &way.targets {
            entered.extend(resolve(draft, way.source, target));
        }
    }
    let mut all = Vec::new();
    while let Some(state) = entered.pop() {
        if all.contains(&state) {
            continue;
        }
        all.push(state);
        let children = &draft.states[state].children;
        if draft.states[state].kind == Kind::Parallel {
            entered.extend(children);
        } else if draft.states[state].initial.is_empty() {
            entered.extend(children.first());
        } else {
            entered.extend(draft.states[state].initial.iter().filter_map(|target| resolve(draft, state, target)));
        }
        // What is around an entered state is entered too, and may go on by itself when it is done.
        all.extend(draft.ancestors(state).filter(|outer| !all.contains(outer)).collect::<Vec<_>>());
    }
    all
}
