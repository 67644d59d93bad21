//! The engine is killed with SIGKILL at random moments under load: what was acknowledged is there, once, and what was
//! not is fully in or fully out; what a case asked of another happens, once. It must never wait for a quiet moment.
//!
//! A longer campaign: `ONETHING_CRASH_CYCLES=100 tests/run`, or the same before the test program alone.

use onething_engine::case::CaseId;
use onething_engine::command::{Receipt, scheduled_case_id};
use onething_engine::engine::Engine;
use onething_engine::rulebook::Rulebook;
use onething_engine::store::{self, Kind};
use onething_engine::value::Instant;
use onething_engine::worker::Errands;
use onething_tests::errand::{self, Asked, Line};
use onething_tests::folder::Folder;
use onething_tests::leash::Leash;
use onething_tests::postgres::{Cluster, Durability, fresh_database_in};
use onething_tests::{invariants, sibling};
use std::collections::{BTreeMap, BTreeSet};

/// Cycles per database; `ONETHING_CRASH_CYCLES` sets another number.
const CYCLES: u32 = 5;
/// Clients that work at the same time.
const CLIENTS: u32 = 16;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_engine_on_sqlite_loses_nothing_it_acknowledged() {
    let folder = Folder::new("crash").expect("a folder");
    let url = folder.sqlite_url();
    campaign(&url).await;
    assert_eq!(sqlite_integrity(&url).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_engine_on_postgresql_loses_nothing_it_acknowledged() {
    let cluster = Cluster::start(Durability::Kept).expect("a cluster");
    campaign(&fresh_database_in(&cluster.url()).await).await;
}

async fn campaign(url: &str) {
    let cycles = std::env::var("ONETHING_CRASH_CYCLES").ok().and_then(|cycles| cycles.parse().ok()).unwrap_or(CYCLES);
    let rules = errand::rulebook();
    let (mut cases, mut days) = (BTreeSet::new(), BTreeSet::new());
    let (mut acknowledged, mut open, mut interrupted) = (0, 0, 0);
    for cycle in 0..cycles {
        let journal = run_and_kill(url, cycle);
        interrupted += leases_run_out(url).await;
        let engine = Engine::start(store::open(url, Kind::Test).await.expect("the store after a crash"), rules.clone());
        open += journal.asked.len() - journal.acknowledged.len();
        acknowledged += journal.acknowledged.len();
        cases.extend(journal.asked.values().map(|asked| asked.command.case()));
        days.extend(&journal.days);
        let opened = days.iter().map(|at| scheduled_case_id("relay", "daily", &rules.organisation.region, *at));
        cases.extend(opened);
        verify(&engine, &rules, &journal, &cases).await;
    }
    println!(
        "{cycles} cycles: {acknowledged} acknowledged, {open} killed on the way, {interrupted} errands begun and not \
         ended, {} cases, {} days",
        cases.len(),
        days.len()
    );
    assert!(open > 0, "no command was on its way when the engine was killed: the test proves nothing");
    assert!(interrupted > 0, "no errand was on its way when the engine was killed: the test proves nothing");
    assert!(!days.is_empty(), "no day passed");
}

/// Lets the leases of the killed engine run out at once; how many errands it had taken.
async fn leases_run_out(url: &str) -> u64 {
    use sqlx::{Connection, PgConnection, SqliteConnection};
    let statement = "update errands set leased_until = 0 where leased_until > 0";
    let taken = if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.expect("the file");
        sqlx::query(statement).execute(&mut connection).await.map(|done| done.rows_affected())
    } else {
        let mut connection = PgConnection::connect(url).await.expect("the database");
        sqlx::query(statement).execute(&mut connection).await.map(|done| done.rows_affected())
    };
    // An early kill comes before the tables.
    taken.unwrap_or(0)
}

/// What a child wrote before it was killed.
struct Journal {
    asked: BTreeMap<String, Asked>,
    acknowledged: BTreeMap<String, Receipt>,
    days: BTreeSet<Instant>,
}

fn run_and_kill(url: &str, cycle: u32) -> Journal {
    let mut random = [0_u8; 2];
    getrandom::fill(&mut random).expect("random numbers");
    // Early kills hit the making of the tables and the first groups, late ones the steady state.
    let lines = u32::from(u16::from_le_bytes(random)) % 600 + 20;
    let arguments = [url.to_owned(), format!("cycle-{cycle}"), CLIENTS.to_string()];
    let mut child = Leash::default().start(&sibling("crash-child"), &arguments).expect("the child");
    let mut seen = 0;
    let reached = child.wait_for(|_| {
        seen += 1;
        (seen >= lines).then_some(())
    });
    reached.expect("a child that works until it is killed");
    child.kill();
    let mut journal = Journal { asked: BTreeMap::new(), acknowledged: BTreeMap::new(), days: BTreeSet::new() };
    // The kill may have cut the last line short.
    for line in child.printed().lines().filter_map(|line| serde_json::from_str(line).ok()) {
        match line {
            Line::Ask(asked) => {
                journal.asked.insert(asked.key.clone(), asked);
            }
            Line::Ack { key, receipt } => {
                journal.acknowledged.insert(key, receipt);
            }
            Line::Day { at } => {
                journal.days.insert(at);
            }
        }
    }
    assert!(!journal.asked.is_empty(), "the child wrote no journal");
    journal
}

async fn verify(engine: &Engine, rules: &Rulebook, journal: &Journal, cases: &BTreeSet<CaseId>) {
    let store = engine.store().clone();
    for (key, asked) in &journal.asked {
        let before = store.history(asked.command.case()).await.expect("the store").len() as u64;
        let again = engine.execute(&asked.actor, Some(key), asked.command.clone()).await.expect("the engine works");
        let Some(acknowledged) = journal.acknowledged.get(key) else {
            // It was on its way: the same request now gets one answer, for ever.
            let once_more =
                engine.execute(&asked.actor, Some(key), asked.command.clone()).await.expect("the engine works");
            assert_eq!(again, once_more, "{key} gets two answers");
            continue;
        };
        assert_eq!(again.as_ref(), Ok(acknowledged), "{key} was acknowledged and has another answer now");
        let after = store.history(asked.command.case()).await.expect("the store").len() as u64;
        assert!(before >= acknowledged.length, "{key} was acknowledged and is lost");
        assert_eq!(before, after, "{key} took effect twice");
    }
    for at in &journal.days {
        let daily = scheduled_case_id("relay", "daily", &rules.organisation.region, *at);
        assert!(store.case(daily).await.expect("the store").is_some(), "nothing was opened on {}", at.date());
    }
    Errands::new(engine.clone()).run_until_quiet().await.expect("the store");
    let mut broken = Vec::new();
    for case in cases {
        if store.case(*case).await.expect("the store").is_some() {
            broken.extend(invariants::broken(&*store, rules, *case).await);
            broken.extend(invariants::broken_errands(&*store, *case).await);
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

async fn sqlite_integrity(url: &str) -> String {
    use sqlx::{Connection, Row, SqliteConnection};
    let mut connection = SqliteConnection::connect(url).await.expect("the file");
    sqlx::query("pragma integrity_check").fetch_one(&mut connection).await.expect("an answer").get(0)
}

/// Each damage is one that a crash could do to a careless engine.
#[tokio::test]
async fn damage_is_found() {
    use sqlx::{Connection, SqliteConnection};
    let damages = [
        ("delete from events where n = 2", "stands in place"),
        ("delete from events where n = (select max(n) from events)", "the log"),
        ("update events set body = replace(body, 'counter', 'window') where n = 1", "the chain breaks at event 1"),
        ("update cases set body = replace(body, '\"open\"', '\"done\"')", "folds to"),
        ("update cases set quarantined = 1", "set aside"),
        ("delete from events", "does not fold"),
    ];
    let rules = errand::rulebook();
    for (damage, sentence) in damages {
        let folder = Folder::new("damage").expect("a folder");
        let url = folder.sqlite_url();
        let engine = Engine::start(store::open(&url, Kind::Test).await.expect("a store"), rules.clone());
        let case = Engine::new_case_id();
        let citizen = onething_engine::organisation::Actor::citizen("citizen");
        let answer = engine.execute(&citizen, None, errand::start(case)).await.expect("the engine works");
        answer.expect("an errand");
        assert_eq!(invariants::broken(&**engine.store(), &rules, case).await, Vec::<String>::new());
        let mut connection = SqliteConnection::connect(&url).await.expect("the file");
        let changed = sqlx::raw_sql(damage).execute(&mut connection).await.expect("damage").rows_affected();
        assert!(changed > 0, "{damage} changes nothing");
        let broken = invariants::broken(&**engine.store(), &rules, case).await;
        assert!(broken.iter().any(|found| found.contains(sentence)), "{damage}: {broken:?}");
    }
}
