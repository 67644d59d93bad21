//! Quotas: a wait that cannot be interrupted unseen, and one name for one quota. It must never look at values.

use std::collections::BTreeMap;

use crate::definition::draft::Draft;
use crate::definition::library::{FileKind, Library};
use crate::definition::words::both;
use crate::source::{Node, Problem, Problems, brief};

/// What two processes must say alike of one quota.
const SAME: &[&str] = &["limit", "per", "level"];

/// A hold would keep the first of a list from moving, and with it all others.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for (index, state) in draft.states.iter().enumerate() {
        let Some(wait) = &state.wait else { continue };
        let held = |hold: &crate::definition::draft::DraftHold<'_>| {
            hold.state == index || draft.ancestors(index).any(|around| around == hold.state)
        };
        if draft.holds.iter().any(held) {
            let message = both("等候名额的环节不能中止", "a state that waits for a place cannot be held");
            draft.problems.push(
                draft
                    .error("E0735", wait.place.env, wait.place.span, message)
                    .cause(
                        "排在第一位的办件若被中止，它得不到名额，后面的人也得不到。",
                        "If the first in line were held, neither it nor those behind it would get on.",
                    )
                    .cure(
                        "不写 hold；需要时用 actions 让办件离开，之后重新排队。",
                        "Leave the hold out; let an action take the case out of the line, and let it wait anew afterwards.",
                    ),
            );
        }
    }
}

/// One name is one quota: every process that declares it counts the same places.
pub(in crate::definition) fn across(library: &Library, problems: &Problems) {
    let mut seen: BTreeMap<&str, (&Node, _)> = BTreeMap::new();
    for file in library.of_kind(FileKind::Process) {
        for entry in file.node.get("quotas").map(Node::entries).unwrap_or_default() {
            let Some((first, other)) = seen.insert(&entry.key, (&entry.value, file)) else { continue };
            let word = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
            if SAME.iter().all(|key| word(first, key) == word(&entry.value, key)) {
                continue;
            }
            let message = both(
                format!("名额 `{}` 在两个流程里不一样", brief(&entry.key)),
                format!("the quota `{}` is not the same in two processes", brief(&entry.key)),
            );
            let problem = Problem::error("E0738", &file.source, entry.key_span, message)
                .cause("名额的名称通用于所有流程。", "Names of quotas are shared by all processes.")
                .cure(
                    "limit、per 和 level 写成一样；若是另一种名额，另取名称。",
                    "Give both the same `limit`, `per` and `level`, or call one of them otherwise.",
                );
            problems.push(problem.also(other.source.path.clone(), first.span, both("另一处", "the other one")));
        }
    }
}
