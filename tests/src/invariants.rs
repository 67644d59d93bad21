//! What must hold for every stored case, whatever happened to the machine. It must never trust one table where two
//! tell the same story.

use onething_engine::case::{Case, CaseId};
use onething_engine::decide;
use onething_engine::event::{Envelope, ErrandKind, Event, GENESIS};
use onething_engine::rulebook::Rulebook;
use onething_engine::store::Store;
use std::collections::BTreeMap;

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

/// What is broken about the errands of a case when none is on its way any more: each has one end, each case that was
/// begun was begun once and by this one, each message came once.
///
/// # Panics
/// When the database does not answer.
pub async fn broken_errands(store: &dyn Store, id: CaseId) -> Vec<String> {
    let mut broken = Vec::new();
    let events = log(store, id).await;
    let process = store.case(id).await.expect("the database").map(|held| held.loaded.case.process).unwrap_or_default();
    let mut told: BTreeMap<(CaseId, String), usize> = BTreeMap::new();
    for event in &events {
        let Event::ErrandSet { errand, kind, case: Some(to), message, .. } = event else { continue };
        let own = |event: &&Event| matches!(event, Event::ErrandEnded { errand: ended, .. } if ended == errand);
        let ends: Vec<&Event> = events.iter().filter(own).collect();
        let [Event::ErrandEnded { reached: 1, refused, .. }] = ends[..] else {
            broken.push(format!("{id}: errand {errand} has the ends {ends:?}"));
            continue;
        };
        assert!(refused.is_empty(), "reached and refused");
        match kind {
            ErrandKind::Start => {
                let begun = log(store, *to).await;
                let opened = begun.iter().filter(|event| matches!(event, Event::CaseOpened { .. })).count();
                let by = begun.iter().filter(|event| matches!(event, Event::BegunBy { parent, .. } if *parent == id));
                if (opened, by.count()) != (1, 1) {
                    broken.push(format!("{id}: errand {errand} began {to}, whose log says {begun:?}"));
                }
            }
            // It goes to no case alone.
            ErrandKind::Gather { .. } => {}
            ErrandKind::Tell => *told.entry((*to, message.clone())).or_default() += 1,
        }
    }
    for ((to, message), count) in told {
        let heard = log(store, to).await;
        let same = |event: &&Event| matches!(event, Event::MessageReceived { message: m, sender } if *m == message && *sender == process);
        let heard = heard.iter().filter(same).count();
        if heard != count {
            broken.push(format!("{id}: told {to} `{message}` {count} times, and it heard it {heard} times"));
        }
    }
    broken
}

async fn log(store: &dyn Store, id: CaseId) -> Vec<Event> {
    let history = store.history(id).await.expect("the database");
    history.iter().filter_map(Envelope::event).collect()
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

/// A case that is not closed waits for a task, a timer or a place.
fn alive(case: &Case) -> bool {
    let in_line = case.places.values().any(|place| place.given_at.is_none());
    case.closed.is_some() || case.open_tasks().next().is_some() || !case.timers.is_empty() || in_line
}
