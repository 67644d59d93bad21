//! Facts across cases: what one case records, others see at once, under a key that is stored nowhere.

use super::*;
use onething_engine::decide::{RecordKey, record_key};
use onething_engine::engine::commit;
use onething_engine::store::Member;
use onething_engine::value::DAY_MS;

/// Simultaneous starts of two nodes under one key.
const ROUNDS: usize = 200;

fn grant(case: CaseId, note: &str) -> Command {
    let Command::StartCase { door, region, answers, draft, .. } = start(case, note) else { unreachable!() };
    Command::StartCase { case, process: "grant".to_owned(), door, region, answers, draft }
}

/// Opens a grant; the state in which it rests then.
async fn granted(engine: &Engine, note: &str) -> (CaseId, String) {
    let id = Engine::new_case_id();
    accepted(engine.execute(&citizen(), None, grant(id, note)).await);
    (id, rests(engine, id).await)
}

async fn rests(engine: &Engine, id: CaseId) -> String {
    let case = case(&**engine.store(), id).await;
    let definition = engine.rules().definition(&case.definition).cloned().expect("a definition");
    let leaves = case.configuration.leaves(&definition.chart);
    leaves.into_iter().map(|state| definition.state(state).path.clone()).collect::<Vec<_>>().join(" ")
}

async fn end(engine: &Engine, id: CaseId, outcome: &str) -> Answer {
    engine.execute(&errand::clerk(WINDOW), None, complete(id, 1, outcome)).await
}

fn key(record: &str, note: &str) -> RecordKey {
    let mut parts = vec![Value::Text(note.to_owned())];
    if record == "grant" {
        parts.push(Value::Text("grant".to_owned()));
    }
    record_key(record, parts).expect("a key without a blank")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_counts_as_long_as_it_says() {
    for site in both().await {
        let engine = site.engine().await;
        let (first, at) = granted(&engine, "n").await;
        assert_eq!(at, "open", "{}", site.name);
        assert_eq!(granted(&engine, "n").await.1, "second", "{}: the first is open", site.name);
        assert_eq!(granted(&engine, "other").await.1, "open", "{}: another key", site.name);
        accepted(end(&engine, first, "refuse").await);
        let (third, at) = granted(&engine, "n").await;
        assert_eq!(at, "open", "{}: the first is closed, and was refused once", site.name);
        accepted(end(&engine, third, "refuse").await);
        assert_eq!(granted(&engine, "n").await.1, "twice", "{}: two refusals", site.name);
        // Through the thirtieth day after them, and not on the day after that.
        let store = engine.store();
        let begin = case(&**store, third).await.last_at;
        let last = onething_engine::value::Instant::start_of(begin.date()).plus(31 * DAY_MS - 60_000);
        store.move_clock(last).await.expect("a clock that turns");
        assert_eq!(granted(&engine, "n").await.1, "twice", "{}", site.name);
        store.move_clock(last.plus(60_000)).await.expect("a clock that turns");
        assert_eq!(granted(&engine, "n").await.1, "open", "{}", site.name);
        assert_eq!(store.sweep().await.expect("a sweep"), 2, "{}: the two refusals", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_for_open_cases_comes_back_with_a_case_that_is_taken_up_again() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        let (first, _) = granted(&engine, "n").await;
        accepted(end(&engine, first, "close").await);
        let held = key("grant", "n");
        assert_eq!(store.holders("grant", &held).await.expect("holders"), [], "{}", site.name);
        let again = Command::Act { case: first, action: "action.granted.again".to_owned(), answers: Value::Null };
        accepted(engine.execute(&citizen(), None, again).await);
        assert_eq!(store.holders("grant", &held).await.expect("holders"), [first], "{}", site.name);
        assert_eq!(store.holders("permit", &held).await.expect("holders"), [], "{}: of that process", site.name);
        assert_eq!(granted(&engine, "n").await.1, "second", "{}", site.name);
        let seen = BTreeSet::from([key("seen", "n"), held.clone()]);
        let counts = store.recorded(&seen, first).await.expect("counts");
        let counts: BTreeMap<RecordKey, usize> = counts.into_iter().map(|(key, held)| (key, held.len())).collect();
        assert_eq!(counts, BTreeMap::from([(key("seen", "n"), 1), (held, 0)]), "{}", site.name);
        sound(&**store, &engine.rules(), [first]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_on_other_cases_holds_for_pages_as_for_commands() {
    for site in both().await {
        let engine = site.engine().await;
        let (first, _) = granted(&engine, "n").await;
        let offered = |id: CaseId| {
            let engine = engine.clone();
            async move {
                let held = engine.store().case(id).await.expect("the database").expect("the case");
                let facts = engine.facts(&held.loaded).await.expect("facts");
                let rules = engine.rules();
                let clerk = errand::clerk(WINDOW);
                let context = onething_engine::decide::Context {
                    rules: &rules,
                    actor: &clerk,
                    now: held.loaded.case.last_at,
                    entropy: [0; 32],
                    number: "",
                    facts: &facts,
                    files: None,
                };
                let definition = rules.definition(&held.loaded.case.definition).expect("a definition");
                let possible = onething_engine::decide::possible(context, definition, &held.loaded);
                possible.tasks[0].outcomes.iter().map(|choice| choice.name.clone()).collect::<Vec<_>>()
            }
        };
        assert_eq!(offered(first).await, ["finish", "close", "refuse"], "{}", site.name);
        // The second case ends at once, but it was seen.
        assert_eq!(granted(&engine, "n").await.1, "second");
        assert_eq!(offered(first).await, ["close", "refuse"], "{}", site.name);
        assert_eq!(refused(end(&engine, first, "finish").await).code(), "not_offered_now", "{}", site.name);
        accepted(end(&engine, first, "close").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_group_see_what_earlier_ones_recorded() {
    for site in both().await {
        let engine = site.engine().await;
        let (store, rules) = (engine.store(), engine.rules());
        let ids: Vec<CaseId> = (0..4).map(|_| Engine::new_case_id()).collect();
        let member = |actor: Actor, command| Member { actor, key: None, command, entropy: [7; 32] };
        let group = [
            member(citizen(), grant(ids[0], "n")),
            member(citizen(), grant(ids[1], "n")),
            member(errand::clerk(WINDOW), complete(ids[0], 1, "close")),
            member(citizen(), grant(ids[2], "n")),
            member(citizen(), grant(ids[3], "")),
        ];
        for answer in commit(&**store, &rules, &group).await {
            accepted(answer);
        }
        let mut rest = Vec::new();
        for id in &ids {
            rest.push(rests(&engine, *id).await);
        }
        // Without a key there is nothing to be found by, and nothing is recorded.
        assert_eq!(rest, ["granted", "second", "open", "open"], "{}", site.name);
        assert_eq!(case(&**store, ids[3]).await.records, BTreeMap::new());
        sound(&**store, &rules, ids).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_record_and_never_its_key() {
    for site in both().await {
        let engine = site.engine().await;
        let (id, _) = granted(&engine, "a-word-of-theirs").await;
        let history = engine.store().history(id).await.expect("a log");
        let recorded = history.iter().filter(|envelope| matches!(envelope.event(), Some(Event::Recorded { .. })));
        assert_eq!(recorded.count(), 2, "{}", site.name);
        assert!(history.iter().all(|envelope| !envelope.body.contains("a-word-of-theirs")), "{}", site.name);
    }
}

/// Tried without the lock of a place (`LOCK_RECORDS` as `select 1`): on PostgreSQL both see none within the first rounds.
/// SQLite has one node, whose writer is the lock.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_never_both_see_none() {
    for site in both().await {
        let engine = site.engine().await;
        let other = if site.name == "SQLite" { engine.clone() } else { site.engine().await };
        let nodes = [engine, other];
        let mut cases = Vec::new();
        for round in 0..ROUNDS {
            let note = format!("round-{round}");
            let (first, second) = tokio::join!(granted(&nodes[0], &note), granted(&nodes[1], &note));
            let mut rest = [first.1.as_str(), second.1.as_str()];
            rest.sort_unstable();
            assert_eq!(rest, ["open", "second"], "{}: round {round}", site.name);
            cases.extend([first.0, second.0]);
        }
        sound(&**nodes[0].store(), &nodes[0].rules(), cases).await;
    }
}

/// Of many who ask for the one key at once one gets it, and the others are told so; then the key is free for the next.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_gets_a_unique_key() {
    for site in both().await {
        let engine = site.engine().await;
        let other = if site.name == "SQLite" { engine.clone() } else { site.engine().await };
        for round in 0..ROUNDS / 20 {
            let note = format!("round-{round}");
            let mut asking = tokio::task::JoinSet::new();
            for n in 0..8 {
                let (node, command) =
                    (if n % 2 == 0 { engine.clone() } else { other.clone() }, start(Engine::new_case_id(), &note));
                asking
                    .spawn(async move { node.execute(&citizen(), None, command).await.expect("a store that answers") });
            }
            let answers = asking.join_all().await;
            let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
            let codes: Vec<&str> = refused.map(Rejection::code).collect();
            assert_eq!(codes, ["duplicate"; 7], "{}: round {round}", site.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_told_its_rival_if_the_asker_may_see_it() {
    for site in both().await {
        let engine = site.engine().await;
        let first = opened(&engine, "taken").await;
        let number = case(&**engine.store(), first).await.number;
        let ask = |actor: Actor| {
            let engine = engine.clone();
            async move { refused(engine.execute(&actor, None, start(Engine::new_case_id(), "taken")).await) }
        };
        assert_eq!(ask(citizen()).await, Rejection::Duplicate { number }, "{}", site.name);
        let stranger = ask(Actor::citizen("stranger")).await;
        assert_eq!(stranger, Rejection::Duplicate { number: String::new() }, "{}", site.name);
        // The same number asked for by another process is another matter.
        assert_eq!(granted(&engine, "taken").await.1, "open", "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_not_taken_up_again_while_another_has_its_key() {
    for site in both().await {
        let engine = site.engine().await;
        let berth = |id: CaseId| {
            let Command::StartCase { case, door, region, answers, draft, .. } = start(id, "quay") else {
                unreachable!()
            };
            Command::StartCase { case, process: "berth".to_owned(), door, region, answers, draft }
        };
        let back = |case: CaseId| Command::Act { case, action: "action.left.back".to_owned(), answers: Value::Null };
        let (first, second) = (Engine::new_case_id(), Engine::new_case_id());
        accepted(engine.execute(&citizen(), None, berth(first)).await);
        accepted(end(&engine, first, "finish").await);
        accepted(engine.execute(&citizen(), None, berth(second)).await);
        // It is an answer of the process, not a failure of the store, and it stays the same until the other has left.
        assert_eq!(refused(engine.execute(&citizen(), None, back(first)).await).code(), "duplicate", "{}", site.name);
        assert!(case(&**engine.store(), first).await.closed.is_some(), "{}", site.name);
        accepted(end(&engine, second, "finish").await);
        accepted(engine.execute(&citizen(), None, back(first)).await);
        sound(&**engine.store(), &engine.rules(), [first, second]).await;
    }
}
