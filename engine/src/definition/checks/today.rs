//! `today` in conditions that are asked whenever something happens: midnight is nothing that happens, so the day would
//! be noticed late or never. It must never look at values.

use crate::definition::draft::{Draft, DraftTrigger, Guard, Placed};
use crate::definition::guards::GlobalScope;
use crate::definition::words::both;
use crate::expression::{Expression, Type};

/// `always`, `while` of holds, `ready` of items, and `priority` of waits.
pub(in crate::definition) fn check(draft: &Draft<'_>, scope: &GlobalScope) {
    let ways = draft.transitions.iter().filter(|way| matches!(way.trigger, DraftTrigger::Always) && !way.made);
    let guards = ways.flat_map(|way| &way.guards).chain(draft.items.iter().flat_map(|item| &item.ready));
    let mut seen = Vec::new();
    let written = guards.filter_map(|guard| match guard {
        Guard::When(placed) | Guard::Unless(placed) => Some(placed),
        Guard::Holds(_) | Guard::Fails(_) | Guard::Active(_) => None,
    });
    let priorities = draft.states.iter().filter_map(|state| state.wait.as_ref()?.priority.as_ref());
    for placed in written.chain(priorities) {
        if !seen.contains(&(placed.env, placed.node.span)) && reads_today(draft, *placed, scope) {
            seen.push((placed.env, placed.node.span));
            report(draft, *placed);
        }
    }
}

fn reads_today(draft: &Draft<'_>, placed: Placed<'_>, scope: &GlobalScope) -> bool {
    let text = draft.global_text(placed);
    let read = text.and_then(|text| Expression::parse(&text, scope, &Type::Any).ok());
    read.is_some_and(|read| read.references().iter().any(|reference| reference.path == "today"))
}

fn report(draft: &Draft<'_>, placed: Placed<'_>) {
    let what = both("这里不能用 `today`", "`today` cannot be used here");
    draft.problems.push(
        draft
            .error("E0562", placed.env, placed.node.span, what)
            .cause(
                "这个条件只在办件有变动时才重新判断，日期变了并不会触发它。",
                "This condition is asked when something happens to the case; that a day begins is nothing that happens.",
            )
            .cure(
                "用时限表示到某一天：在 clocks 中声明，再写 `after: {时限名: …}`。",
                "Let a clock wait for the day: declare it under `clocks` and write `after: {its name: …}`.",
            ),
    );
}
