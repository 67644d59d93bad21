//! Places of quotas: several nodes give them at once, in order, and never one more than there is.

use super::*;
use onething_engine::store::LineListed;
use onething_engine::worker::Places;
use tokio::task::JoinSet;

/// Cases that wait in a race.
const WAITING: usize = 40;
/// Places of `tests/processes/bed.yaml`.
const BEDS: u32 = 2;

fn ask(case: CaseId, urgency: i64) -> Command {
    let Command::StartCase { door, region, answers, draft, .. } = errand::start(case) else { unreachable!() };
    let Value::Map(mut answers) = answers else { unreachable!() };
    answers.insert("count".to_owned(), Value::Int(urgency));
    Command::StartCase { case, process: "bed".to_owned(), door, region, answers: Value::Map(answers), draft }
}

/// Asks for a bed.
async fn asked(engine: &Engine, urgency: i64) -> CaseId {
    let case = Engine::new_case_id();
    accepted(engine.execute(&citizen(), None, ask(case, urgency)).await);
    case
}

fn act(case: CaseId, action: &str) -> Command {
    Command::Act { case, action: format!("action.{action}"), answers: Value::Null }
}

async fn line(engine: &Engine) -> LineListed {
    let lines = engine.store().lines(2026, false).await.expect("the database");
    // Nobody waits and nothing is given: then there is no list.
    let [quota, region] = ["bed", "320404"].map(str::to_owned);
    let nobody = LineListed { quota, region, waiting: 0, given: 0, given_in_year: 0, next: None };
    assert!(lines.len() <= 1, "one list: {lines:?}");
    lines.into_iter().next().unwrap_or(nobody)
}

async fn quiet(places: &Places) {
    while places.run_once().await.expect("a round") > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_goes_to_the_most_urgent_and_comes_back() {
    for site in both().await {
        let engine = site.engine().await;
        let places = Places::new(engine.clone());
        let mut cases = Vec::new();
        for urgency in [1, 2, 9, 2] {
            cases.push(asked(&engine, urgency).await);
        }
        assert_eq!(line(&engine).await.next, Some(cases[2]), "{}", site.name);
        quiet(&places).await;
        let now = line(&engine).await;
        assert_eq!((now.given, now.waiting, now.next), (2, 2, Some(cases[3])), "{}: 9, then the older 2", site.name);
        // Whoever is not the first is refused, whoever asks.
        let give = |case| Command::GivePlace { case, quota: "bed".to_owned() };
        let quota = || "bed".to_owned();
        let answer = engine.execute(&Actor::system(), None, give(cases[0])).await;
        assert_eq!(refused(answer), Rejection::NotNext { quota: quota() }, "{}", site.name);
        let answer = engine.execute(&Actor::system(), None, give(cases[3])).await;
        assert_eq!(refused(answer), Rejection::NoPlaceFree { quota: quota() }, "{}", site.name);
        let answer = engine.execute(&Actor::system(), None, give(cases[1])).await;
        assert_eq!(refused(answer), Rejection::NotWaiting { quota: quota() }, "{}: it has its place", site.name);
        assert_eq!(refused(engine.execute(&citizen(), None, give(cases[3])).await), Rejection::CaseNotFound);
        accepted(engine.execute(&citizen(), None, act(cases[3], "queue.leave")).await);
        accepted(engine.execute(&errand::clerk(WINDOW), None, complete(cases[1], 1, "home")).await);
        quiet(&places).await;
        let now = line(&engine).await;
        assert_eq!((now.given, now.waiting, now.next), (2, 0, None), "{}: the last one is inside", site.name);
        sound(&**engine.store(), &engine.rules(), cases).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_set_aside_keeps_nobody_waiting() {
    for site in both().await {
        let engine = site.engine().await;
        let (first, second) = (asked(&engine, 9).await, asked(&engine, 1).await);
        engine.store().quarantine(first).await.expect("the database");
        quiet(&Places::new(engine.clone())).await;
        let now = line(&engine).await;
        assert_eq!((now.given, now.next), (1, None), "{}", site.name);
        assert!(case(&**engine.store(), second).await.places["bed"].given_at.is_some(), "{}", site.name);
    }
}

/// Everybody waits; then the workers of two nodes give places while people go home and some lose patience.
#[tokio::test(flavor = "multi_thread")]
async fn many_workers_give_places_in_order_and_never_one_too_many() {
    for site in both().await {
        let engine = site.engine().await;
        // SQLite has one node; there its workers race within it.
        let other = if site.name == "SQLite" { engine.clone() } else { site.engine().await };
        let mut cases = Vec::new();
        for n in 0..WAITING {
            cases.push(asked(&engine, i64::try_from(n * 7 % 5).expect("a small number")).await);
        }
        let mut order = Vec::new();
        for id in &cases {
            let case = case(&**engine.store(), *id).await;
            let place = &case.places["bed"];
            order.push((-place.priority, place.since, case.number.clone(), *id));
        }
        order.sort();
        let mut crowd = JoinSet::new();
        for node in [&engine, &engine, &other, &other] {
            let node = node.clone();
            crowd.spawn(async move {
                let places = Places::new(node.clone());
                loop {
                    places.run_once().await.expect("a round");
                    let now = line(&node).await;
                    assert!(now.given <= BEDS, "{} beds are given", now.given);
                    if now.waiting == 0 {
                        return;
                    }
                }
            });
        }
        // Two people see to everybody: who is inside goes home; every tenth leaves the line at once, if it is still in it.
        for (half, node) in [engine.clone(), other.clone()].into_iter().enumerate() {
            let mut waiting: Vec<(usize, CaseId)> = cases.iter().copied().enumerate().collect();
            waiting.retain(|(number, _)| number % 2 == half);
            crowd.spawn(async move {
                for (_, id) in waiting.extract_if(.., |(number, _)| *number % 10 == 3) {
                    let left = node.execute(&citizen(), None, act(id, "queue.leave")).await.expect("an answer");
                    if left.is_err() {
                        accepted(node.execute(&errand::clerk(WINDOW), None, complete(id, 1, "home")).await);
                    }
                }
                while !waiting.is_empty() {
                    let mut still = Vec::new();
                    for (number, id) in waiting {
                        let inside = case(&**node.store(), id).await.places["bed"].given_at.is_some();
                        if inside {
                            accepted(node.execute(&errand::clerk(WINDOW), None, complete(id, 1, "home")).await);
                        } else {
                            still.push((number, id));
                        }
                    }
                    waiting = still;
                }
            });
        }
        while let Some(done) = crowd.join_next().await {
            done.expect("nobody gives up");
        }
        in_order(&engine, &order, site.name).await;
        let now = line(&engine).await;
        assert_eq!((now.given, now.waiting), (0, 0), "{}", site.name);
        sound(&**engine.store(), &engine.rules(), cases).await;
    }
}

/// The order in which places were given is the order of the list; of those given in one millisecond nothing is known.
async fn in_order(engine: &Engine, order: &[(i64, onething_engine::value::Instant, String, CaseId)], site: &str) {
    let mut given = Vec::new();
    for (rank, (.., id)) in order.iter().enumerate() {
        let history = engine.store().history(*id).await.expect("the database");
        let times = history.iter().filter(|envelope| matches!(envelope.event(), Some(Event::PlaceGiven { .. })));
        let times: Vec<_> = times.map(|envelope| envelope.at).collect();
        assert!(times.len() <= 1, "{site}: a case has its place once");
        given.extend(times.into_iter().map(|at| (at, rank)));
    }
    given.sort();
    let ranks: Vec<usize> = given.iter().map(|(_, rank)| *rank).collect();
    assert!(ranks.is_sorted(), "{site}: {ranks:?}");
    assert!(ranks.len() >= WAITING * 9 / 10, "{site}: {ranks:?}");
}
