//! A database that is not there, or goes away in the middle.

use super::*;
use onething_engine::engine::EngineError;
use onething_engine::store::StoreError;
use onething_tests::postgres::{Cluster, Durability, fresh_database_in};
use sqlx::{Connection, PgConnection};

fn unavailable(answer: &Answer) -> bool {
    matches!(answer, Err(EngineError::Store(StoreError::Unavailable(_))))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_answers_is_unavailable() {
    for url in ["sqlite:/no/such/folder/onething.db", "postgres://postgres@localhost/x?host=%2Fno%2Fsuch%2Ffolder"] {
        let error = store::open(url, Kind::Test).await.err().expect("nobody is there");
        assert!(error.is_unavailable(), "{url}: {error}");
    }
    let error = store::open("mysql://x", Kind::Test).await.err().expect("another kind");
    assert!(matches!(error, StoreError::Refused(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_makes_every_command_unavailable() {
    let cluster = Cluster::start(Durability::None).expect("a cluster");
    let url = fresh_database_in(&cluster.url()).await;
    let engine = Engine::start(store::open(&url, Kind::Test).await.expect("a store"), errand::rulebook());
    opened(&engine, "a").await;
    engine.store().ping().await.expect("a database");
    drop(cluster);
    let mut pending = Vec::new();
    for _ in 0..5 {
        pending.push(engine.submit(&citizen(), None, start(Engine::new_case_id(), "")).await.expect("an engine"));
    }
    for answer in pending {
        let answer = answer.wait().await;
        assert!(unavailable(&answer), "{answer:?}");
    }
    assert!(engine.store().ping().await.expect_err("no database").is_unavailable());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_in_the_middle_leave_each_step_fully_in_or_fully_out() {
    let site = postgres().await;
    let engine = site.engine().await;
    let cutter = tokio::spawn(cut_connections(site.url.clone()));
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..8 {
        let engine = engine.clone();
        clients.spawn(async move {
            let mut cases = Vec::new();
            let mut lost = 0;
            for n in 0..12 {
                let id = Engine::new_case_id();
                let key = format!("{client}-{n}");
                let clerk = errand::clerk(WINDOW);
                let steps =
                    [(citizen(), start(id, "")), (clerk.clone(), claim(id, 1)), (clerk, complete(id, 1, "accept"))];
                for (step, (actor, command)) in steps.into_iter().enumerate() {
                    let key = format!("{key}-{step}");
                    // Whoever hears nothing asks again under the same key.
                    loop {
                        let answer = engine.execute(&actor, Some(&key), command.clone()).await;
                        if unavailable(&answer) {
                            lost += 1;
                            continue;
                        }
                        accepted(answer);
                        break;
                    }
                }
                cases.push(id);
            }
            (cases, lost)
        });
    }
    let mut cases = Vec::new();
    let mut lost = 0;
    for (done, without_answer) in clients.join_all().await {
        cases.extend(done);
        lost += without_answer;
    }
    cutter.abort();
    assert!(lost > 0, "no command was on its way when a connection was cut: the test proves nothing");
    // Twelve cases of eight clients and not one more: no start happened twice.
    assert_eq!(engine.store().cases_of("citizen-1", 1000).await.expect("cases").len(), 96);
    for id in &cases {
        assert_eq!(case(&**engine.store(), *id).await.tasks.len(), 3, "accepted once");
    }
    sound(&**engine.store(), &engine.rules(), cases).await;
}

/// Ends the connections of everybody else on this database, again and again.
async fn cut_connections(url: String) {
    let mut connection = PgConnection::connect(&url).await.expect("the database");
    // The pause lets some groups through, so that there is something to lose.
    let statement = "
        select count(pg_terminate_backend(pid)), pg_sleep(0.03) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'";
    loop {
        sqlx::query(statement).execute(&mut connection).await.expect("the database");
    }
}
