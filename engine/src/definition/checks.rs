//! Checks of a whole process, when every name in it is known. They must never stop at the first problem.

mod after;
mod answers;
mod arrows;
mod clocks;
mod gathers;
mod items;
mod late;
mod links;
mod names;
mod quotas;
mod records;
mod shape;
mod sites;
mod today;

use super::draft::{Draft, StateIndex, TransitionIndex};
use std::collections::BTreeMap;

use super::library::{FileKind, Library};
use super::model::ProcessDefinition;
use super::words::both;
use crate::source::{Node, Problem, Problems, brief};

pub(super) use gathers::sum_type;

/// Checks of one process that need no chart.
pub(super) fn check(draft: &Draft<'_>) {
    names::check(draft);
    arrows::check(draft);
    items::check(draft);
    clocks::check(draft);
    let scope = draft.global_scope();
    answers::check(draft, &scope);
    records::check(draft, &scope);
    quotas::check(draft);
    late::check(draft);
    after::check(draft);
    sites::doors(draft);
    today::check(draft, &draft.global_scope());
    links::check(draft);
    gathers::check(draft);
}

/// Checks of the whole chart, of use only where everything in it could be read: else they would tell consequences.
/// `order` is the draft's state by kernel state, `written` its transition by kernel transition.
pub(super) fn check_whole(
    draft: &Draft<'_>,
    definition: &ProcessDefinition,
    order: &[StateIndex],
    written: &[TransitionIndex],
) {
    sites::check(draft, definition, written);
    shape::check(draft, definition, order);
}

/// Two processes of one name that begin on the same day: nobody could say which is in force.
pub(super) fn across(library: &Library, problems: &Problems) {
    records::across(library, problems);
    quotas::across(library, problems);
    let mut seen = BTreeMap::new();
    for file in library.of_kind(FileKind::Process) {
        let from = file.node.get("effective").and_then(|effective| effective.get("from")).and_then(Node::as_text);
        let Some(first) = seen.insert((&file.name, from), file) else { continue };
        let span = file.node.get("process").map_or(file.node.span, |node| node.span);
        let message = both(
            format!("流程 `{}` 有两个同一天生效的版本", brief(&file.name)),
            format!("the process `{}` has two versions in force from the same day", brief(&file.name)),
        );
        let problem = Problem::error("E0546", &file.source, span, message)
            .cure("改 effective.from，或删去其中一个文件。", "Change `effective.from`, or delete one of the files.");
        problems.push(problem.also(
            first.source.path.clone(),
            first.node.span,
            both("另一个版本", "the other version"),
        ));
    }
}
