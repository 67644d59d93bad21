//! What conditions read from answers: a form that not every door asks. It must never look at values.

use crate::definition::draft::{Draft, Guard, Placed};
use crate::definition::guards::GlobalScope;
use crate::definition::words::both;
use crate::expression::Type;

/// Conditions of the whole process.
pub(in crate::definition) fn check(draft: &Draft<'_>, scope: &GlobalScope) {
    for way in &draft.transitions {
        for guard in &way.guards {
            if let Guard::When(placed) | Guard::Unless(placed) = guard {
                asked_by_every_door(draft, *placed, scope);
            }
        }
    }
}

/// A form that only some doors ask, and nobody later, has no answers in a case that came through another door.
fn asked_by_every_door(draft: &Draft<'_>, placed: Placed<'_>, scope: &GlobalScope) {
    let Some(text) = draft.global_text(placed) else { return };
    let Ok(expression) = crate::expression::Expression::parse(&text, scope, &Type::Bool) else { return };
    for reference in expression.references().into_iter().filter(|reference| !reference.guarded) {
        let Some(form) = reference.path.strip_prefix("answers.").and_then(|path| path.split('.').next()) else {
            continue;
        };
        let asks = |door: &&crate::definition::draft::DraftDoor<'_>| {
            door.form.as_deref() == Some(form) || door.fills.as_deref() == Some(form)
        };
        let by_some = draft.doors.iter().any(|door| asks(&door));
        let Some(without) = draft.doors.iter().find(|door| !asks(door)) else { continue };
        if !by_some || asked_later(draft, form) {
            continue;
        }
        let what = both(
            format!("从入口 `{}` 开始的办件没有填过 `{form}`", without.name),
            format!("a case that begins through the door `{}` never filled `{form}`", without.name),
        );
        draft.problems.push(
            draft
                .error("E0607", placed.env, placed.node.span, what)
                .cause("没有答案时条件无法判断。", "Without an answer the condition cannot be decided.")
                .cure(
                    format!("在该入口写 `fills: {form}`，由收件任务补全；或者先问 `has({})`。", reference.path),
                    format!("Write `fills: {form}` at that door, or ask `has({})` first.", reference.path),
                ),
        );
    }
}

/// Does a task or an action of the case ask it as well?
fn asked_later(draft: &Draft<'_>, form: &str) -> bool {
    draft.states.iter().any(|state| {
        let outcomes = state.task.iter().flat_map(|task| &task.outcomes);
        let task = state.task.as_ref().is_some_and(|task| task.form.as_deref() == Some(form));
        task || state.actions.iter().chain(outcomes).any(|choice| choice.ask.as_deref() == Some(form))
    })
}
