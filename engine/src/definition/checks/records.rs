//! Records: keys made of what people said, and questions about other cases only where the answer cannot grow old
//! unnoticed. It must never look at values.

use std::collections::BTreeMap;

use crate::definition::draft::{Draft, DraftTrigger, Guard, Placed};
use crate::definition::guards::GlobalScope;
use crate::definition::library::{FileKind, Library};
use crate::definition::words::both;
use crate::expression::{Expression, Type};
use crate::source::{Node, Problem, Problems, brief};

/// What a key may be made of: what stands still while a step is taken.
const ROOTS: &[&str] = &["answers", "item_answers", "start", "fixed"];
/// The function that asks about other cases.
const ASKS: &str = "recorded";

/// Keys and questions of one process.
pub(in crate::definition) fn check(draft: &Draft<'_>, scope: &GlobalScope) {
    for (name, record) in &draft.records {
        for placed in record.keys.iter().flatten() {
            key(draft, name, *placed, scope);
        }
    }
    for state in &draft.states {
        let always = state.transitions.iter().map(|index| &draft.transitions[*index]);
        let always: Vec<_> = always.filter(|way| matches!(way.trigger, DraftTrigger::Always)).collect();
        // A state that is left at once whatever the answer is does not wait for another case.
        if always.iter().any(|way| way.guards.is_empty()) {
            continue;
        }
        for guard in always.iter().flat_map(|way| &way.guards) {
            if let Guard::When(placed) | Guard::Unless(placed) = guard {
                waits(draft, *placed, scope);
            }
        }
    }
}

fn parsed(draft: &Draft<'_>, placed: Placed<'_>, scope: &GlobalScope) -> Option<Expression> {
    Expression::parse(&draft.global_text(placed)?, scope, &Type::Any).ok()
}

fn key(draft: &Draft<'_>, name: &str, placed: Placed<'_>, scope: &GlobalScope) {
    let Some(expression) = parsed(draft, placed, scope) else { return };
    let references = expression.references();
    let strange = references.iter().map(|reference| reference.path.split('.').next().unwrap_or_default());
    let strange = strange.chain(expression.functions()).find(|word| !ROOTS.contains(word));
    let strange = strange.or_else(|| expression.states().first().map(|_| "active"));
    if let Some(strange) = strange {
        let message = both(
            format!("登记 `{name}` 的键不能用 `{strange}`"),
            format!("the key of the record `{name}` cannot be made of `{strange}`"),
        );
        draft.problems.push(
            draft
                .error("E0641", placed.env, placed.node.span, message)
                .cause(
                    "键在办理这一步之前就要查，变量和环节那时还会变。",
                    "The key is looked up before the step is taken; variables and states may still change then.",
                )
                .cure(
                    "键只用 answers、start、fixed 和常量，例如 answers.application.person.id_number。",
                    "Make it of `answers`, `start`, `fixed` and constants only, such as answers.application.person.id_number.",
                ),
        );
    }
}

/// A condition that a state waits for is asked again only when its own case moves, so it would miss the other case.
fn waits(draft: &Draft<'_>, placed: Placed<'_>, scope: &GlobalScope) {
    let Some(expression) = parsed(draft, placed, scope) else { return };
    if !expression.functions().contains(&ASKS) {
        return;
    }
    let message = both("环节不能等待别的办件的登记", "a state cannot wait for the records of other cases");
    draft.problems.push(
        draft
            .error("E0643", placed.env, placed.node.span, message)
            .cause(
                "别的办件变了，这个办件不会知道，会一直等下去。",
                "When the other case changes this one does not hear of it, and waits for ever.",
            )
            .cure(
                "在结果、操作或期限的 when 里用 recorded()；用 always 时最后一项不写条件。",
                "Ask recorded() in the `when` of an outcome, an action or a clock, or let the last `always` have no condition.",
            ),
    );
}

/// One name is one fact: every process that declares it means the same by it.
pub(in crate::definition) fn across(library: &Library, problems: &Problems) {
    let mut seen: BTreeMap<&str, (&Node, _)> = BTreeMap::new();
    for file in library.of_kind(FileKind::Process) {
        let records = file.node.get("records").map(Node::entries).unwrap_or_default();
        for entry in records {
            let Some((first, other)) = seen.insert(&entry.key, (&entry.value, file)) else { continue };
            let lasts = |node: &Node| node.get("lasts").and_then(Node::as_text).unwrap_or_default().to_owned();
            let key = |node: &'_ Node| node.get("key").or_else(|| node.get("keys")?.items().first()).cloned();
            let parts = |node: &Node| key(node).map_or(0, |key| key.items().len().max(1));
            if lasts(first) == lasts(&entry.value) && parts(first) == parts(&entry.value) {
                continue;
            }
            let message = both(
                format!("登记 `{}` 在两个流程里不一样", brief(&entry.key)),
                format!("the record `{}` is not the same in two processes", brief(&entry.key)),
            );
            let problem = Problem::error("E0644", &file.source, entry.key_span, message)
                .cause("登记的名称通用于所有流程。", "Names of records are shared by all processes.")
                .cure(
                    "期限和键的项数写成一样；若是另一回事，另取名称。",
                    "Give both the same `lasts` and as many parts of the key, or call one of them otherwise.",
                );
            let there = both("另一处", "the other one");
            problems.push(problem.also(other.source.path.clone(), first.span, there));
        }
    }
}
