//! What must hold for every stored case, whatever happened to the machine. It must never trust one table where two
//! tell the same story.

use onething_engine::case::{Case, CaseId};
use onething_engine::decide;
use onething_engine::event::{Envelope, Event, GENESIS};
use onething_engine::rulebook::Rulebook;
use onething_engine::store::Store;

/// What is broken about a case, one sentence each.
///
/// # Panics
/// When the database does not answer.
pub async fn broken(store: &dyn Store, rules: &Rulebook, id: CaseId) -> Vec<String> {
    let held = store.case(id).await.expect("the database");
    let history = store.history(id).await.expect("the database");
    let Some(held) = held else { return vec![format!("{id}: no row, {} events", history.len())] };
    let mut broken = chain(&history, &held.head);
    let case = &held.loaded.case;
    if case.length != history.len() as u64 {
        broken.push(format!("the row counts {} events, the log {}", case.length, history.len()));
    }
    if held.quarantined {
        broken.push("set aside".to_owned());
    }
    match folded(rules, id, &history) {
        Some(folded) if folded == *case => {}
        Some(folded) => broken.push(format!("the row is {case:?}, the log folds to {folded:?}")),
        None => broken.push("the log does not fold".to_owned()),
    }
    if !alive(case) {
        broken.push("open, but nothing waits for anybody".to_owned());
    }
    broken.into_iter().map(|sentence| format!("{id}: {sentence}")).collect()
}

/// Gaps, order and hashes of a log.
fn chain(history: &[Envelope], head: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let (mut previous, mut at) = (GENESIS.to_owned(), None);
    for (envelope, n) in history.iter().zip(1_u64..) {
        if envelope.n != n {
            broken.push(format!("event {} stands in place {n}", envelope.n));
        }
        if envelope.prev != previous || envelope.hash != envelope.digest() {
            broken.push(format!("the chain breaks at event {n}"));
        }
        if at.is_some_and(|at| envelope.at < at) {
            broken.push(format!("event {n} is earlier than the one before"));
        }
        (previous, at) = (envelope.hash.clone(), Some(envelope.at));
    }
    if previous != head {
        broken.push("the row's head is not the log's last hash".to_owned());
    }
    broken
}

fn folded(rules: &Rulebook, id: CaseId, history: &[Envelope]) -> Option<Case> {
    let definition = rules.definition(&history.first()?.definition)?;
    let events: Option<Vec<(Event, _)>> = history.iter().map(|one| Some((one.event()?, one.at))).collect();
    decide::fold(definition, id, &events?)
}

/// A case that is not closed waits for a task or a timer.
fn alive(case: &Case) -> bool {
    case.closed.is_some() || case.open_tasks().next().is_some() || !case.timers.is_empty()
}
