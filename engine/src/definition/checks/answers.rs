//! What is read from answers: a form that not every door asks, personal text that would end in a variable. It must
//! never look at values.

use crate::definition::draft::{Act, Draft, EnvIndex, Guard, Placed, SetValue};
use crate::definition::guards::GlobalScope;
use crate::definition::words::both;
use crate::expression::Type;
use crate::form::{Field, Form, Kind};

/// Conditions and assignments of the whole process.
pub(in crate::definition) fn check(draft: &Draft<'_>, scope: &GlobalScope) {
    for way in &draft.transitions {
        for guard in &way.guards {
            if let Guard::When(placed) | Guard::Unless(placed) = guard {
                asked_by_every_door(draft, *placed, scope);
            }
        }
        copied(draft, &way.actions, scope);
    }
    for state in &draft.states {
        for block in state.entry.iter().chain(&state.exit) {
            copied(draft, block, scope);
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
        let asks = |door: &&crate::definition::draft::DraftDoor| {
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

fn copied(draft: &Draft<'_>, acts: &[Act<'_>], scope: &GlobalScope) {
    for act in acts {
        match act {
            Act::Set { variable, value: SetValue::Written(placed) } => personal(draft, variable, *placed, scope),
            Act::If { then, otherwise, .. } => {
                copied(draft, then, scope);
                copied(draft, otherwise, scope);
            }
            Act::Set { value: SetValue::Made(_), .. }
            | Act::Raise { .. }
            | Act::Send { .. }
            | Act::Cancel(_)
            | Act::Log(_) => {}
        }
    }
}

/// Variables are written to the log of the case, so no text and nothing personal may get into one.
fn personal(draft: &Draft<'_>, variable: &str, placed: Placed<'_>, scope: &GlobalScope) {
    let Some(text) = draft.global_text(placed) else { return };
    let Ok(expression) = crate::expression::Expression::parse(&text, scope, &Type::Any) else { return };
    for reference in expression.references() {
        let Some(path) = answer_path(&reference.path) else { continue };
        let Some((form, fields)) = path.split_once('.') else { continue };
        let Some(form) = draft.library.form(form) else { continue };
        if !is_personal(form, fields) {
            continue;
        }
        report(draft, placed.env, placed, variable, &reference.path);
    }
}

/// `form.field` of `answers.form.field` and of `item_answers.item.form.field`.
fn answer_path(path: &str) -> Option<&str> {
    match path.strip_prefix("item_answers.") {
        Some(rest) => rest.split_once('.').map(|(_, path)| path),
        None => path.strip_prefix("answers."),
    }
}

fn is_personal(form: &Form, path: &str) -> bool {
    let mut fields: &[Field] = &form.fields;
    let mut found = false;
    for name in path.split('.') {
        let Some(field) = fields.iter().find(|field| field.id == name) else { return found };
        found = found || field.personal || matches!(field.kind, Kind::Text { .. } | Kind::Name | Kind::Address { .. });
        fields = &field.fields;
    }
    found
}

fn report(draft: &Draft<'_>, env: EnvIndex, placed: Placed<'_>, variable: &str, path: &str) {
    let what = both(
        format!("`{path}` 是个人信息或文字，不能写进变量 `{variable}`"),
        format!("`{path}` is personal or text and cannot go into the variable `{variable}`"),
    );
    draft.problems.push(
        draft
            .error("E0618", env, placed.node.span, what)
            .cause(
                "变量会写入办件日志，日志不含个人信息。",
                "Variables are written to the log, which holds nothing personal.",
            )
            .cure(
                "在条件中直接读答案；变量只放数字、是否、选项、日期和金额。",
                "Read the answer in the condition; keep numbers, flags, choices, dates and money in variables.",
            ),
    );
}
