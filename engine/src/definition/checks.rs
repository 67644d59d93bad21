//! Checks of a whole process, when every name in it is known. They must never stop at the first problem.

mod answers;
mod arrows;
mod clocks;
mod items;
mod names;

use super::draft::Draft;
use super::library::Library;
use super::model::ProcessDefinition;
use crate::source::Problems;

/// All checks of one process.
pub(super) fn check(draft: &Draft<'_>, _definition: &ProcessDefinition) {
    names::check(draft);
    arrows::check(draft);
    items::check(draft);
    clocks::check(draft);
    answers::check(draft, &draft.global_scope());
}

/// What no process uses.
pub(super) fn unused(_library: &Library, _problems: &Problems) {}
