//! Ways that do more than their author sees: into another region, out of a region's root, back to a task, past an
//! ancestor that waits for the same event. It must never look at guards.

use crate::definition::draft::{Draft, DraftReach, DraftTransition, DraftTrigger, Kind, StateIndex};
use crate::definition::words::both;
use crate::kernel::{Descriptor, Reach};

/// Every written transition.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for way in draft.transitions.iter().filter(|way| !way.made) {
        let targets = way.targets.iter().filter_map(|target| match target {
            crate::definition::draft::Target::State(state) => Some(*state),
            crate::definition::draft::Target::Named { text, env, .. } => draft.resolve(way.source, *env, text).ok(),
        });
        for target in targets.collect::<Vec<_>>() {
            other_region(draft, way, target);
            region_root(draft, way, target);
            self_target(draft, way, target);
        }
        silenced(draft, way);
    }
}

/// From one region of a parallel state into another: everything in both would be left and entered again.
fn other_region(draft: &Draft<'_>, way: &DraftTransition<'_>, target: StateIndex) {
    let around = std::iter::once(way.source).chain(draft.ancestors(way.source));
    let region = around.into_iter().find(|state| {
        let parent = draft.states[*state].parent;
        parent.is_some_and(|parent| draft.states[parent].kind == Kind::Parallel && draft.is_inside(target, parent))
    });
    let Some(region) = region.filter(|region| target != *region && !draft.is_inside(target, *region)) else { return };
    let others = draft.states[draft.states[region].parent.unwrap_or_default()].children.len();
    let name = &draft.states[target].name;
    let what = both(format!("`{name}` 在另一个并行部分里"), format!("`{name}` is in another parallel region"));
    draft.problems.push(
        draft
            .error("E0603", way.env, way.span, what)
            .cause(
                format!("这样会使全部 {others} 个并行部分重新开始。"),
                format!("This restarts all {others} parallel regions."),
            )
            .cure(
                "用 raise 广播一个事件，由另一部分自己转移。",
                "Raise an event, and let the other region move by itself.",
            ),
    );
}

/// A bare external transition at a region's root resets every sibling.
fn region_root(draft: &Draft<'_>, way: &DraftTransition<'_>, target: StateIndex) {
    let parent = draft.states[way.source].parent;
    let region = parent.is_some_and(|parent| draft.states[parent].kind == Kind::Parallel);
    if !region || way.reach != DraftReach::Bare(Reach::External) || !draft.is_inside(target, way.source) {
        return;
    }
    let what = both("这个转移会使所有并行部分重新开始", "this transition restarts every parallel region");
    draft.problems.push(
        draft
            .error("E0604", way.env, way.span, what)
            .cause(
                "并行部分根上的外部转移离开整个并行环节。",
                "An external transition at the root of a region leaves the whole parallel state.",
            )
            .cure("加上 `internal: true`。", "Add `internal: true`."),
    );
}

/// Back to the same state: its task would be cancelled and offered again, with a new limit.
fn self_target(draft: &Draft<'_>, way: &DraftTransition<'_>, target: StateIndex) {
    let with_task = |state: StateIndex| {
        draft.states[state].task.is_some()
            || draft.states[state]
                .children
                .iter()
                .any(|child| draft.states[*child].made && draft.states[*child].task.is_some())
    };
    let back = target == way.source || draft.states[way.source].made && draft.states[way.source].parent == Some(target);
    if !back || !with_task(target) {
        return;
    }
    let name = &draft.states[target].name;
    let what = both(format!("目标就是 `{name}` 自己"), format!("the target is `{name}` itself"));
    draft.problems.push(
        draft
            .error("E0605", way.env, way.span, what)
            .cause("任务和它的时限会重新开始。", "The task and its limit would start again.")
            .cure("不写 `to`，就留在原处。", "Leave `to` out to stay."),
    );
}

/// W3C: an inner reaction with a target keeps the outer one from happening at all.
fn silenced(draft: &Draft<'_>, way: &DraftTransition<'_>) {
    let DraftTrigger::Announced(words) = &way.trigger else { return };
    for outer in draft.ancestors(way.source) {
        for index in &draft.states[outer].transitions {
            let other = &draft.transitions[*index];
            let DraftTrigger::Announced(outer_words) = &other.trigger else { continue };
            if !words.iter().any(|word| outer_words.iter().any(|outer| same(word, outer))) {
                continue;
            }
            let what = both(
                format!("`{}` 在外层环节也有反应", way.label),
                format!("`{}` is also handled by a state around this one", way.label),
            );
            let note = both("外层的反应", "the outer reaction");
            draft.problems.push(
                draft
                    .error("E0606", way.env, way.span, what)
                    .cause(
                        "内层先反应时，外层的转移不会发生。",
                        "When the inner one reacts, the outer transition does not happen at all.",
                    )
                    .cure(
                        "只留一处：让整个办件转移，由目标环节处理其余的事。",
                        "Keep one: let the case move, and let the target state do the rest.",
                    )
                    .also(draft.envs[other.env].source.path.clone(), other.span, note),
            );
            return;
        }
    }
}

fn same(inner: &Descriptor, outer: &Descriptor) -> bool {
    match (inner, outer) {
        (Descriptor::Prefix(inner), Descriptor::Prefix(outer)) => inner == outer,
        // A wildcard is written to catch what nobody else does.
        (Descriptor::Any, Descriptor::Any) => true,
        (Descriptor::Any, Descriptor::Prefix(_)) | (Descriptor::Prefix(_), Descriptor::Any) => false,
    }
}
