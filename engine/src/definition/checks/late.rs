//! The fifth question of every human step: what if it is late? It must never assume an answer that no file gives.

use crate::definition::draft::Draft;
use crate::definition::words::both;
use crate::source::{Node, Source};

/// Tasks with a limit for which neither they nor the top of the process say what lateness does.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    let of_process = draft.envs.first().map(|env| &*env.source.path);
    let files = || draft.library.files.iter();
    if files().any(|file| Some(&*file.source.path) == of_process && file.node.get("late").is_some()) {
        return;
    }
    for file in files().filter(|file| Some(&*file.source.path) == of_process || draft.used.contains(&*file.source.path))
    {
        tasks(draft, &file.source, &file.node);
    }
}

fn tasks(draft: &Draft<'_>, source: &Source, node: &Node) {
    for entry in node.entries() {
        let task = &entry.value;
        let limited = task.get("limit").is_some_and(|limit| limit.as_text() != Some("none"));
        if entry.key == "task" && limited && task.get("late").is_none() {
            let what = both("没有写明逾期怎么办", "it is not said what happens if this is late");
            let problem = crate::source::Problem::error("E0619", source, entry.key_span, what);
            draft.problems.push(problem.cure(
                "在流程文件开头写 `late: head_then_supervisor`（或 red_at_once、card_only）。",
                "Write `late: head_then_supervisor` (or red_at_once, card_only) at the top of the process.",
            ));
        }
        tasks(draft, source, task);
    }
    node.items().iter().for_each(|item| tasks(draft, source, item));
}
