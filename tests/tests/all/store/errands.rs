//! Errands: what one case asks of another happens once, whoever carries it out and whoever dies on the way.

use super::*;
use onething_engine::event::Refused;
use onething_engine::worker::Errands;

/// Opens an order and accepts it, which asks for a parcel.
async fn ordered(engine: &Engine) -> CaseId {
    let id = Engine::new_case_id();
    let Command::StartCase { case, door, region, answers, draft, .. } = errand::start(id) else { unreachable!() };
    let start = Command::StartCase { case, process: "ordering".to_owned(), door, region, answers, draft };
    accepted(engine.execute(&citizen(), None, start).await);
    accepted(engine.execute(&errand::clerk(WINDOW), None, complete(id, 1, "accept")).await);
    id
}

/// The parcel that an order asked for.
async fn parcel(store: &dyn Store, order: CaseId) -> CaseId {
    case(store, order).await.linked.first().expect("a linked case").case
}

async fn ends(store: &dyn Store, id: CaseId) -> usize {
    events(store, id).await.iter().filter(|event| matches!(event, Event::ErrandEnded { .. })).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_begun_once_by_two_workers_and_tells_how_it_ended() {
    for site in both().await {
        let engine = site.engine().await;
        let other = if site.name == "SQLite" { engine.clone() } else { site.engine().await };
        let store = engine.store();
        let order = ordered(&engine).await;
        let parcel = parcel(&**store, order).await;
        let workers = [Errands::new(engine.clone()), Errands::new(other)];
        let (first, second) = tokio::join!(workers[0].run_once(), workers[1].run_once());
        assert_eq!(first.expect("a round") + second.expect("a round"), 1, "{}", site.name);
        let begun = case(&**store, parcel).await;
        assert_eq!(begun.parent.as_ref().map(|parent| parent.case), Some(order));
        assert!(begun.is_party("applicant", "citizen-1"), "{}: the link shares the applicant", site.name);
        assert_eq!(ends(&**store, order).await, 1, "{}", site.name);
        accepted(engine.execute(&errand::clerk(WINDOW), None, complete(parcel, 1, "arrive")).await);
        workers[1].run_until_quiet().await.expect("rounds");
        assert!(case(&**store, order).await.closed.is_some(), "{}: it heard that the parcel arrived", site.name);
        assert!(case(&**store, parcel).await.errands.is_empty());
        sound(&**store, &engine.rules(), [order, parcel]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_errand_left_halfway_is_finished_by_another_and_happens_once() {
    for site in both().await {
        let engine = site.engine().await;
        let order = ordered(&engine).await;
        let store = engine.store();
        // A worker takes it, begins the case, and dies before it can say so; its lease runs out at once.
        let claimed = store.claim_errands(10, 0).await.expect("a claim");
        let [claimed] = claimed.as_slice() else { panic!("{}: one errand waits, {claimed:?}", site.name) };
        let errand = &claimed.errand;
        let target = errand.target().expect("a case of its own");
        let actor = errand.actor(&case(&**store, order).await);
        accepted(engine.execute(&actor, Some(&errand.key(target)), errand.command(target)).await);
        let again = site.engine().await;
        assert_eq!(Errands::new(again.clone()).run_once().await.expect("a round"), 1, "{}", site.name);
        let store = again.store();
        let opened = events(&**store, target).await;
        let opened = opened.iter().filter(|event| matches!(event, Event::CaseOpened { .. })).count();
        assert_eq!((opened, ends(&**store, order).await), (1, 1), "{}", site.name);
        assert_eq!(case(&**store, order).await.linked[0].refused, None, "{}: its repeat is no refusal", site.name);
        // Whoever comes late finds that it has ended.
        let refused_by = vec![Refused { case: target, code: "late".to_owned() }];
        let late = Command::EndErrand { case: order, errand: errand.number, reached: 0, refused: refused_by };
        let gone = Rejection::ErrandGone { errand: errand.number };
        assert_eq!(refused(again.execute(&Actor::system(), None, late).await), gone, "{}", site.name);
        sound(&**store, &again.rules(), [order, target]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_errand_is_recorded_and_never_tried_again() {
    for site in both().await {
        let engine = site.engine().await;
        let worker = Errands::new(engine.clone());
        let (first, second) = (ordered(&engine).await, ordered(&engine).await);
        worker.run_until_quiet().await.expect("rounds");
        let store = engine.store();
        let codes = [case(&**store, first).await, case(&**store, second).await].map(|case| {
            assert!(case.errands.is_empty(), "{}: nothing is on the way", site.name);
            case.linked[0].refused.clone()
        });
        assert_eq!(codes.iter().flatten().collect::<Vec<_>>(), ["duplicate"], "{}: one parcel at a time", site.name);
        assert!(store.claim_errands(10, 0).await.expect("a claim").is_empty(), "{}", site.name);
        sound(&**store, &engine.rules(), [first, second]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_case_asks_is_carried_out_in_its_order() {
    for site in both().await {
        let engine = site.engine().await;
        let order = ordered(&engine).await;
        let drop = Command::Act { case: order, action: "action.waiting.drop".to_owned(), answers: Value::Null };
        accepted(engine.execute(&citizen(), None, drop).await);
        let store = engine.store();
        let claimed = store.claim_errands(10, 0).await.expect("a claim");
        let numbers: Vec<u32> = claimed.iter().map(|claimed| claimed.errand.number).collect();
        assert_eq!(numbers, [1], "{}: the beginning comes before what is told", site.name);
        assert_eq!(store.claim_errands(10, 60_000).await.expect("a claim").len(), 1, "{}", site.name);
        assert!(store.claim_errands(10, 60_000).await.expect("a claim").is_empty(), "{}: it is leased", site.name);
        let parcel = parcel(&**store, order).await;
        let first = &claimed[0].errand;
        let actor = first.actor(&case(&**store, order).await);
        accepted(engine.execute(&actor, Some(&first.key(parcel)), first.command(parcel)).await);
        let end = Command::EndErrand { case: order, errand: 1, reached: 1, refused: Vec::new() };
        accepted(engine.execute(&Actor::system(), None, end).await);
        Errands::new(engine.clone()).run_until_quiet().await.expect("rounds");
        let stopped = case(&**store, parcel).await;
        assert_eq!(stopped.closed.map(|closed| format!("{:?}", closed.outcome)), Some("None".to_owned()));
        sound(&**store, &engine.rules(), [order, parcel]).await;
    }
}

/// Changes rows behind the back of the store, as damage or another version would.
async fn change(site: &Site, sqlite: &'static str, postgres: &'static str) -> u64 {
    use sqlx::{Connection, PgConnection, SqliteConnection};
    if site.name == "SQLite" {
        let mut connection = SqliteConnection::connect(&site.url).await.expect("the file");
        return sqlx::query(sqlite).execute(&mut connection).await.expect("a change").rows_affected();
    }
    let mut connection = PgConnection::connect(&site.url).await.expect("the database");
    sqlx::query(postgres).execute(&mut connection).await.expect("a change").rows_affected()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_errand_that_cannot_be_carried_out_keeps_no_other_waiting() {
    for site in both().await {
        let engine = site.engine().await;
        let worker = Errands::new(engine.clone());
        let store = engine.store();
        // An errand that nobody can read any more.
        let unread = ordered(&engine).await;
        let (sqlite, postgres) =
            ("update errands set sealed = cast('{}' as blob)", "update errands set sealed = convert_to('{}', 'UTF8')");
        assert_eq!(change(&site, sqlite, postgres).await, 1, "{}", site.name);
        let second = ordered(&engine).await;
        worker.run_until_quiet().await.expect("rounds");
        assert_eq!(ends(&**store, second).await, 1, "{}: it is carried out all the same", site.name);
        assert_eq!(ends(&**store, unread).await, 0, "{}", site.name);
        // A message to a case whose row cannot be read, taken together with one that can be delivered.
        let drop = Command::Act { case: second, action: "action.waiting.drop".to_owned(), answers: Value::Null };
        accepted(engine.execute(&citizen(), None, drop).await);
        let body = "update cases set body = '{}' where process = 'parcel'";
        assert_eq!(change(&site, body, body).await, 1, "{}", site.name);
        let third = ordered(&engine).await;
        worker.run_until_quiet().await.expect("rounds");
        assert_eq!(ends(&**store, second).await, 1, "{}: it waits for the repair", site.name);
        assert_eq!(ends(&**store, third).await, 1, "{}: and nobody waits for it", site.name);
    }
}
