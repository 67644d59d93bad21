//! Several nodes and several workers on one database.

use super::*;
use onething_engine::store::OutboxEnd;
use onething_engine::worker::Timers;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_race_on_the_same_cases_complete_each_task_once() {
    let site = postgres().await;
    let nodes = [site.engine().await, site.engine().await];
    let mut cases = Vec::new();
    for _ in 0..12 {
        cases.push(handled(&nodes[0], "").await);
    }
    let mut askers = JoinSet::new();
    for (number, node) in nodes.iter().cloned().enumerate() {
        for id in cases.clone() {
            let node = node.clone();
            askers.spawn(async move {
                let mut done = 0;
                for (task, unit) in [(2, WINDOW), (3, POLICE)] {
                    let mut clerk = errand::clerk(unit);
                    clerk.id = format!("{unit}-{number}");
                    for command in [claim(id, task), complete(id, task, "finish")] {
                        // Lost races are rejections; the database must never fail.
                        done += u32::from(node.execute(&clerk, None, command).await.expect("an answer").is_ok());
                    }
                }
                done
            });
        }
    }
    let done: u32 = askers.join_all().await.into_iter().sum();
    assert!(done >= 48, "12 cases with 2 tasks, each claimed and completed: {done}");
    for id in &cases {
        let events = events(&**nodes[0].store(), *id).await;
        for task in [2, 3] {
            let completions =
                events.iter().filter(|event| matches!(event, Event::TaskCompleted { task: t, .. } if *t == task));
            assert_eq!(completions.count(), 1, "task {task} of {id}");
        }
        assert!(case(&**nodes[1].store(), *id).await.closed.is_some());
    }
    sound(&**nodes[1].store(), &nodes[1].rules(), cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sent_to_two_nodes_happens_once() {
    let site = postgres().await;
    let nodes = [site.engine().await, site.engine().await];
    for round in 0..20 {
        let key = format!("round-{round}");
        let note = format!("note-{round}");
        let ask = |node: &Engine| {
            let (node, key, note) = (node.clone(), key.clone(), note.clone());
            async move { node.execute(&citizen(), Some(&key), start(Engine::new_case_id(), &note)).await }
        };
        let (first, second) = tokio::join!(ask(&nodes[0]), ask(&nodes[1]));
        assert_eq!(accepted(first), accepted(second), "round {round}");
    }
    let cases = nodes[0].store().cases_of("citizen-1", 100).await.expect("cases");
    assert_eq!(cases.len(), 20);
    sound(&**nodes[0].store(), &nodes[0].rules(), cases.iter().map(|listed| listed.id)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_open_a_new_database_at_once_make_it_once() {
    let site = postgres().await;
    let url: Arc<str> = site.url.as_str().into();
    let mut openers = JoinSet::new();
    for _ in 0..6 {
        let url = url.clone();
        openers.spawn(async move { store::open(&url, Kind::Test).await.map(drop) });
    }
    for opened in openers.join_all().await {
        opened.expect("a store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_two_workers_want_takes_effect_once() {
    for site in both().await {
        let engine = site.engine().await;
        // SQLite has one node; PostgreSQL gets a second one.
        let other = if site.name == "SQLite" { engine.clone() } else { site.engine().await };
        let mut cases = Vec::new();
        for _ in 0..10 {
            cases.push(handled(&engine, "").await);
        }
        let store = engine.store();
        let workers = [Timers::new(engine.clone()), Timers::new(other)];
        assert_eq!(workers[0].run_once().await.expect("a round"), 0, "{}: nothing is due", site.name);
        // Three hours later the police's work ends by itself; half of the four hours is reminded of at two.
        let later = store.legal_now().await.expect("the time").plus(3 * 3_600_000 + 60_000);
        store.move_clock(later).await.expect("a clock that turns");
        let (first, second) = tokio::join!(workers[0].run_once(), workers[1].run_once());
        let taken = first.expect("a round") + second.expect("a round");
        assert_eq!(taken, 20, "{}: one reminder and one delayed event for each of ten cases", site.name);
        assert_eq!(workers[1].run_once().await.expect("a round"), 0);
        for id in &cases {
            let events = events(&**store, *id).await;
            let fired = events.iter().filter(|event| matches!(event, Event::TimerFired { .. })).count();
            assert_eq!(fired, 2, "{}: {events:#?}", site.name);
            assert_eq!(case(&**store, *id).await.open_tasks().count(), 1);
        }
        sound(&**store, &engine.rules(), cases).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_timer_never_fires_and_one_fired_twice_is_gone() {
    for site in both().await {
        let engine = site.engine().await;
        let id = handled(&engine, "").await;
        let timers = case(&**engine.store(), id).await.timers;
        let clerk = errand::clerk(POLICE);
        accepted(engine.execute(&clerk, None, claim(id, 3)).await);
        accepted(engine.execute(&clerk, None, complete(id, 3, "finish")).await);
        let left = case(&**engine.store(), id).await.timers;
        let cancelled = timers.keys().find(|timer| !left.contains_key(timer)).copied().expect("a cancelled timer");
        let fire = |timer| Command::FireTimer { case: id, timer };
        let system = Actor::system();
        let gone = Rejection::TimerGone { timer: cancelled };
        assert_eq!(refused(engine.execute(&system, None, fire(cancelled)).await), gone, "{}", site.name);
        let early = *left.keys().next().expect("a timer");
        assert_eq!(refused(engine.execute(&system, None, fire(early)).await), Rejection::TimerEarly { timer: early });
        engine.store().move_clock(left[&early].at).await.expect("a clock that turns");
        accepted(engine.execute(&system, None, fire(early)).await);
        assert_eq!(refused(engine.execute(&system, None, fire(early)).await), Rejection::TimerGone { timer: early });
        sound(&**engine.store(), &engine.rules(), [id]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_lease_was_lost_is_ended_by_its_new_holder_only() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        handled(&engine, "").await;
        let first = store.claim_outbox(1, 0).await.expect("a claim");
        let [first] = first.as_slice() else { panic!("{}: one message waits, {first:?}", site.name) };
        let second = store.claim_outbox(1, 60_000).await.expect("a claim");
        let [second] = second.as_slice() else { panic!("{}: its lease ran out at once, {second:?}", site.name) };
        assert!(second.token > first.token && second.attempts == 1);
        assert_eq!(second.id, first.id, "{}: the oldest first", site.name);
        let rest = store.claim_outbox(10, 60_000).await.expect("a claim");
        assert!(!rest.is_empty() && rest.iter().all(|message| message.id != second.id), "{}: leased", site.name);
        let sent = OutboxEnd::Sent;
        assert!(!store.finish_outbox(first.id, first.token, &sent).await.expect("an end"), "{}: too late", site.name);
        let reason = "the server is busy".to_owned();
        let retry = OutboxEnd::Retry { after_ms: 0, reason };
        assert!(store.finish_outbox(second.id, second.token, &retry).await.expect("an end"));
        let third = store.claim_outbox(10, 60_000).await.expect("a claim");
        assert!(store.finish_outbox(third[0].id, third[0].token, &sent).await.expect("an end"));
        assert!(!store.finish_outbox(third[0].id, third[0].token, &sent).await.expect("an end"), "it ended already");
        let listed = store.outbox(10).await.expect("a list");
        let oldest = listed.last().expect("a message");
        assert_eq!((oldest.status.as_str(), oldest.attempts), ("sent", 3), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_in_a_loop_fires_what_is_due_and_stops() {
    for site in both().await {
        let engine = site.engine().await;
        let id = handled(&engine, "").await;
        let store = engine.store();
        let due = case(&**store, id).await.timers.values().map(|timer| timer.at).max().expect("a timer");
        let running = onething_engine::worker::spawn(Timers::new(engine.clone()));
        store.move_clock(due.plus(1)).await.expect("a clock that turns");
        // The answer to the case's clock running out is that it is refused; waiting for it is bounded by the test runner.
        while case(&**store, id).await.closed.is_none() {
            tokio::task::yield_now().await;
        }
        running.stop().await;
        sound(&**store, &engine.rules(), [id]).await;
    }
}
