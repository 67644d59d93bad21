//! A place that changes while somebody of the old place still holds work: they would decide what is no longer theirs. It
//! must look only at which states can be active together.

use crate::definition::draft::Draft;
use crate::definition::model::{Assignee, ProcessDefinition};
use crate::definition::words::both;
use crate::kernel::{Action, StateId, TransitionId};

/// Doors of a place that only their answers tell, and transitions that change a place under open work.
pub(in crate::definition) fn check(draft: &Draft<'_>, definition: &ProcessDefinition, written: &[usize]) {
    for (at, transition) in definition.chart.transitions.iter().enumerate() {
        let id = TransitionId(u32::try_from(at).unwrap_or(u32::MAX));
        for site in set_by(&transition.actions) {
            let open = definition
                .chart
                .ids()
                .find(|state| works_at(definition, *state, site) && stays_open(definition, id, *state));
            if let (Some(open), Some(index)) = (open, written.get(at)) {
                report(draft, definition, *index, site, open);
            }
        }
    }
}

/// Doors `by` a place that is known only when the door has been gone through.
pub(in crate::definition) fn doors(draft: &Draft<'_>) {
    for door in &draft.doors {
        let told = door.by.iter().find_map(|by| match by {
            Assignee::Site { site, .. } => draft.sites.get(site).filter(|known| known.is.is_some()).map(|_| site),
            Assignee::Office(_) | Assignee::Party(_) | Assignee::Role(_) => None,
        });
        let Some(site) = told else { continue };
        let transition = &draft.transitions[door.transition];
        let what = both(
            format!("入口 `{}` 由 `{site}` 的科室打开，但要填完表才知道 `{site}` 在哪里", door.name),
            format!("the door `{}` is opened at `{site}`, which is known only when its form was filled", door.name),
        );
        draft.problems.push(draft.error("E0567", transition.env, transition.span, what).cure(
            "写 `by: 部门.科室`，或者用没有 `is` 的地点（受理地）。",
            "Write `by: department.unit`, or a site without `is`: where the case is opened.",
        ));
    }
}

fn set_by(actions: &[Action]) -> Vec<&str> {
    let mut found = Vec::new();
    for action in actions {
        match action {
            Action::Set { variable, .. } => found.extend(variable.strip_prefix("site.")),
            Action::If { then, otherwise, .. } => {
                found.extend(set_by(then));
                found.extend(set_by(otherwise));
            }
            Action::Raise { .. }
            | Action::Send { .. }
            | Action::Cancel { .. }
            | Action::Log(_)
            | Action::Extension(_) => {}
        }
    }
    found
}

fn works_at(definition: &ProcessDefinition, state: StateId, site: &str) -> bool {
    let by = definition.state(state).task.iter().flat_map(|task| &task.by);
    by.into_iter().any(|by| matches!(by, Assignee::Site { site: own, .. } if own == site))
}

/// May a task of `state` wait before the transition and still wait after it?
fn stays_open(definition: &ProcessDefinition, id: TransitionId, state: StateId) -> bool {
    let chart = &definition.chart;
    let source = chart.transition(id).source;
    let left = chart.domain_of(id).is_some_and(|domain| chart.is_inside(state, domain));
    // An outcome ends the task that it is chosen for.
    let own = definition.state(state).task.iter().any(|task| task.outcomes.iter().any(|o| o.transitions.contains(&id)));
    let related = state == source || chart.is_inside(state, source) || chart.is_inside(source, state);
    let around = chart.ancestors(state).find(|outer| chart.is_inside(source, *outer));
    let together = related || around.is_some_and(|outer| chart.is_parallel(outer));
    together && !left && !own
}

fn report(draft: &Draft<'_>, definition: &ProcessDefinition, index: usize, site: &str, open: StateId) {
    let way = &draft.transitions[index];
    let path = &definition.state(open).path;
    let what = both(
        format!("`{site}` 变了，而 `{path}` 的任务可能还在原地的科室手中"),
        format!("`{site}` changes here while a task of `{path}` may still wait at the old place"),
    );
    draft.problems.push(draft.error("E0566", way.env, way.span, what).cure(
        "让这个转移离开该环节，或者等它办完再改地点。",
        "Let this transition leave that state, or change the place when its task has ended.",
    ));
}
