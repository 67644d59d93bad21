//! `gather`: is the other process there, has it the states, does it listen, has it the variable that is added up, and is
//! there a way on? It must never look into another process beyond its states, messages and variables.

use std::collections::BTreeSet;

use super::links;
use crate::definition::draft::{Draft, Guard, Place, StateIndex};
use crate::definition::gathers::DraftGather;
use crate::definition::library::{FileKind, Library};
use crate::definition::words::both;
use crate::expression::Type;
use crate::source::{Content, Node, Span, brief, closest};
use crate::text::Text;

/// Fragments inside fragments are followed so deep.
const DEPTH_MAX: usize = 24;

/// Every state that gathers.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for (index, state) in draft.states.iter().enumerate() {
        let Some(gather) = &state.gather else { continue };
        way_on(draft, index, gather);
        held(draft, index, gather);
        if !links::known(draft, gather.process, gather.place) {
            continue;
        }
        let names = states_of(draft.library, gather.process);
        for (name, span) in &gather.within {
            unknown_state(draft, gather, &names, name, *span);
        }
        if let Some(message) = gather.message {
            links::told(draft, &gather.with, gather.place, gather.process, message);
        } else if let Some((_, span, placed)) = gather.with.first() {
            let message = both("没有写消息，`with` 无处可用", "`with` belongs to a message, and there is none");
            let place = Place { env: placed.env, span: *span };
            report(draft, "E0667", place, message, ("加上 message，或删去 with。", "Add `message`, or delete `with`."));
        }
        for (name, span, _) in &gather.sums {
            unknown_sum(draft, gather, name, *span);
        }
    }
}

/// When all were asked the case must go on, whatever came of it.
fn way_on(draft: &Draft<'_>, state: StateIndex, gather: &DraftGather<'_>) {
    let Some(node) = gather.on_gathered else {
        let message = both("没有写汇集完毕后到哪里去", "nothing says where to go when all were asked");
        let cure = ("加上 `on_gathered: {to: …}`。", "Add `on_gathered: {to: …}`.");
        return report(draft, "E0671", gather.place, message, cure);
    };
    let mut ways = draft.states[state].transitions.iter().map(|way| &draft.transitions[*way]);
    let last = ways.rfind(|way| way.label == "on_gathered");
    let asks = |guard: &Guard<'_>| matches!(guard, Guard::When(_) | Guard::Unless(_));
    if last.is_some_and(|way| way.guards.iter().any(asks)) {
        let place = Place { env: gather.place.env, span: node.span };
        let message = both(
            "`on_gathered` 的最后一条带条件：条件不成立时办件会停住",
            "the last way of `on_gathered` has a condition, and the case stands still where it does not hold",
        );
        let cure = ("最后一条不写 when 和 unless。", "Leave `when` and `unless` out of the last one.");
        report(draft, "E0674", place, message, cure);
    }
}

/// While a hold puts a state aside nothing reaches it, so the end of the gathering would be lost.
fn held(draft: &Draft<'_>, state: StateIndex, gather: &DraftGather<'_>) {
    let around = |hold: StateIndex| state == hold || draft.is_inside(state, hold);
    if draft.holds.iter().any(|hold| around(hold.state)) {
        let message =
            both("`gather` 不能写在可以中止（hold）的环节里", "a state that a hold may put aside cannot gather");
        let cure = ("把它移到 hold 之外。", "Move it out of the state with `hold`.");
        report(draft, "E0675", gather.place, message, cure);
    }
}

fn unknown_state(draft: &Draft<'_>, gather: &DraftGather<'_>, names: &BTreeSet<&str>, name: &str, span: Span) {
    let last = name.rsplit('.').next().unwrap_or(name);
    if names.contains(last) {
        return;
    }
    let message = both(
        format!("流程 `{}` 没有环节 `{}`", brief(gather.process), brief(name)),
        format!("the process `{}` has no state `{}`", brief(gather.process), brief(name)),
    );
    let problem = draft.error("E0672", gather.place.env, span, message).cure(
        "写那个流程里的环节名；同名的写成 外层.里层。",
        "Name a state of that process; where a name stands twice write `outer.inner`.",
    );
    draft.problems.push(problem.suggest(closest(last, names.iter().copied())));
}

fn unknown_sum(draft: &Draft<'_>, gather: &DraftGather<'_>, name: &str, span: Span) {
    if sum_type(draft.library, gather.process, name).is_some() {
        return;
    }
    let variables: Vec<&str> = links::versions(draft.library, gather.process)
        .filter_map(|node| node.get("variables"))
        .flat_map(Node::entries)
        .map(|entry| entry.key.as_str())
        .collect();
    let there = variables.contains(&name);
    let (process, name) = (brief(gather.process), brief(name));
    let message = if there {
        both(
            format!("流程 `{process}` 的变量 `{name}` 不是数字或金额"),
            format!("the variable `{name}` of the process `{process}` is neither a number nor money"),
        )
    } else {
        both(format!("流程 `{process}` 没有变量 `{name}`"), format!("the process `{process}` has no variable `{name}`"))
    };
    let problem = draft.error("E0673", gather.place.env, span, message).cure(
        "写那个流程 variables 中的一个金额或数字：`{type: money}`、`{type: number}` 或整数。",
        "Name money or a number under `variables` of that process: `{type: money}`, `{type: number}` or a whole number.",
    );
    let near = closest(&name, variables.into_iter()).filter(|near| *near != name);
    draft.problems.push(problem.suggest(near));
}

/// The type of a variable that can be added up; `None` where there is none of that name, or it is something else.
pub(in crate::definition) fn sum_type(library: &Library, process: &str, name: &str) -> Option<Type> {
    let types = links::versions(library, process).filter_map(|node| {
        let variable = node.get("variables")?.get(name)?;
        let declared = variable.get("type").and_then(Node::as_text);
        match (&variable.content, declared) {
            (_, Some("money")) => Some(Type::Money),
            (_, Some("number")) => Some(Type::Int),
            (Content::Scalar { text, plain: true }, None) if text.parse::<i64>().is_ok() => Some(Type::Int),
            (_, _) => None,
        }
    });
    types.last()
}

/// Names of all states of a process, of all its versions, those of its fragments included.
fn states_of<'l>(library: &'l Library, process: &str) -> BTreeSet<&'l str> {
    let mut names = BTreeSet::new();
    let processes = library.of_kind(FileKind::Process).filter(|file| file.name == process);
    processes.for_each(|file| collect(library, &file.node, 0, &mut names));
    names
}

fn collect<'l>(library: &'l Library, node: &'l Node, depth: usize, names: &mut BTreeSet<&'l str>) {
    if depth > DEPTH_MAX {
        return;
    }
    if let Some(fragment) = node.get("use").and_then(Node::as_text) {
        let fragments = library.of_kind(FileKind::Fragment).filter(|file| file.name == fragment);
        fragments.for_each(|file| collect(library, &file.node, depth + 1, names));
    }
    for key in ["states", "items"] {
        for entry in node.get(key).map(Node::entries).unwrap_or_default() {
            names.insert(&entry.key);
            collect(library, &entry.value, depth + 1, names);
        }
    }
}

fn report(draft: &Draft<'_>, code: &'static str, place: Place, message: Text, cure: (&str, &str)) {
    draft.problems.push(draft.error(code, place.env, place.span, message).cure(cure.0, cure.1));
}
