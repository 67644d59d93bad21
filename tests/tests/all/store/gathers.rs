//! Lists that are gathered: everybody on them is told once, whoever dies on the way, and what was drawn can be proved.

use super::*;
use onething_engine::case::Gather;
use onething_engine::sample;
use onething_engine::store::{ErrandKey, GatheredRow};
use onething_engine::worker::Errands;
use std::process::Command as Process;

/// More than a worker tells at once, so that a list takes several pieces.
const STALLS: usize = 300;

fn open(process: &str, door: &str, case: CaseId) -> Command {
    let Command::StartCase { region, answers, draft, .. } = errand::start(case) else { unreachable!() };
    Command::StartCase { case, process: process.to_owned(), door: door.to_owned(), region, answers, draft }
}

/// Sets up stalls, in the order of their numbers.
async fn stalls(engine: &Engine, count: usize) -> Vec<CaseId> {
    let mut waiting = Vec::new();
    for _ in 0..count {
        let id = Engine::new_case_id();
        waiting.push((id, engine.submit(&citizen(), None, open("stall", "set_up", id)).await.expect("a queue")));
    }
    let mut made = Vec::new();
    for (id, answer) in waiting {
        made.push((accepted(answer.wait().await).number, id));
    }
    made.sort();
    made.into_iter().map(|(_, id)| id).collect()
}

async fn census(engine: &Engine, door: &str) -> (CaseId, String) {
    let id = Engine::new_case_id();
    let receipt = accepted(engine.execute(&citizen(), None, open("census", door, id)).await);
    (id, receipt.number)
}

async fn gathered(store: &dyn Store, id: CaseId) -> Gather {
    case(store, id).await.gathered().expect("a list that ended").clone()
}

async fn variable(store: &dyn Store, id: CaseId, name: &str) -> Value {
    case(store, id).await.configuration.variables[name].clone()
}

async fn rows(store: &dyn Store, id: CaseId) -> Vec<GatheredRow> {
    store.gathered(ErrandKey { case_id: id, errand: 1 }, 0, u32::MAX, true).await.expect("the database")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_left_halfway_is_gone_on_with_and_everybody_is_told_once() {
    for site in both().await {
        let engine = site.engine().await;
        let members = stalls(&engine, STALLS).await;
        let (list, _) = census(&engine, "all").await;
        let store = engine.store();
        // A worker writes the list down; another begins to tell it and dies before it can note what it did.
        assert_eq!(Errands::new(engine.clone()).run_once().await.expect("a round"), 1, "{}", site.name);
        let claimed = store.claim_errands(10, 0).await.expect("a claim").remove(0);
        let onething_engine::command::Order::Gather(gathering) = &claimed.errand.order else { panic!("a list") };
        let actor = claimed.errand.actor(&case(&**store, list).await);
        for member in &members[..5] {
            let key = claimed.errand.key(*member);
            accepted(engine.execute(&actor, Some(&key), gathering.command(*member)).await);
        }
        // Who closes meanwhile is on the list, and is not told.
        let (early, late) = (members[2], members[STALLS - 1]);
        for gone in [early, late] {
            accepted(engine.execute(&errand::clerk(WINDOW), None, complete(gone, 1, "close")).await);
        }
        let again = site.engine().await;
        let workers = [Errands::new(again.clone()), Errands::new(again.clone())];
        let (one, other) = tokio::join!(workers[0].run_until_quiet(), workers[1].run_until_quiet());
        one.expect("rounds");
        other.expect("rounds");
        // A lease that one of them left is over for the other only later: the rest is done by whoever comes then.
        let store = again.store();
        store.release_errand(ErrandKey { case_id: list, errand: 1 }).await.expect("the database");
        workers[0].run_until_quiet().await.expect("rounds");
        let came = gathered(&**store, list).await;
        assert_eq!((came.of, came.reached, came.refused), (300, 299, 1), "{}", site.name);
        assert_eq!(came.sums["fee"], Value::Money(299 * 300), "{}: three yuan each", site.name);
        assert_eq!(came.sums["counts"], Value::Int(299), "{}: each was counted once", site.name);
        for member in &members {
            let wanted = Value::Int(i64::from(*member != late));
            assert_eq!(variable(&**store, *member, "counts").await, wanted, "{}", site.name);
        }
        let log = events(&**store, list).await;
        let count = |found: fn(&Event) -> bool| log.iter().filter(|event| found(event)).count();
        assert_eq!(count(|event| matches!(event, Event::MembersFrozen { .. })), 1, "{}", site.name);
        assert_eq!(
            count(|event| matches!(event, Event::MembersTold { .. })),
            2,
            "{}: a piece is noted once",
            site.name
        );
        assert_eq!(count(|event| matches!(event, Event::ErrandEnded { .. })), 1, "{}", site.name);
        let missed = log.iter().find_map(|event| match event {
            Event::MembersTold { refused, .. } => refused.first().cloned(),
            _ => None,
        });
        assert_eq!(missed.expect("one that was missed").code, "not_active", "{}", site.name);
        assert!(case(&**store, list).await.closed.is_some(), "{}: it went on", site.name);
        sound(&**store, &again.rules(), [list, members[0], early, late]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_proved_from_the_log_and_a_changed_list_is_found() {
    for site in both().await {
        let engine = site.engine().await;
        let members = stalls(&engine, 25).await;
        accepted(engine.execute(&errand::clerk(WINDOW), None, complete(members[24], 1, "close")).await);
        let (list, number) = census(&engine, "some").await;
        Errands::new(engine.clone()).run_until_quiet().await.expect("rounds");
        let store = engine.store();
        let came = gathered(&**store, list).await;
        assert_eq!((came.of, came.chosen, came.reached), (24, 3, 3), "{}: a tenth, rounded up", site.name);
        let rows = rows(&**store, list).await;
        let mut drawn = Vec::new();
        for row in &rows {
            let told = variable(&**store, row.member, "draws").await == Value::Int(1);
            assert_eq!(told, row.chosen, "{}: those and only those are told", site.name);
            drawn.extend(row.chosen.then_some(row.number.clone()));
        }
        let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
        let Some(Event::MembersFrozen { list: checksum, draw: Some(draw), .. }) =
            events(&**store, list).await.into_iter().find(|event| matches!(event, Event::MembersFrozen { .. }))
        else {
            panic!("{}: a list that was written down", site.name)
        };
        assert_eq!(checksum, sample::checksum(numbers.iter().copied()), "{}", site.name);
        let again = sample::draw(&draw.seed, &numbers, draw.share);
        assert_eq!(again.into_iter().map(|at| numbers[at]).collect::<Vec<_>>(), drawn, "{}", site.name);
        let proof = Process::new(onething_tests::product())
            .args(["sample", "--lang", "en", "--store", &site.url, &number])
            .output()
            .expect("the product");
        let (out, told) = (String::from_utf8_lossy(&proof.stdout), String::from_utf8_lossy(&proof.stderr));
        assert_eq!(proof.status.code(), Some(0), "{}: {told}", site.name);
        assert_eq!(out.lines().collect::<Vec<_>>(), drawn, "{}", site.name);
        assert!(told.contains(&draw.seed) && told.contains(&checksum), "{}: {told}", site.name);
        sound(&**store, &engine.rules(), [list]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_nobody_waits_for_any_more_is_not_told() {
    for site in both().await {
        let engine = site.engine().await;
        let members = stalls(&engine, 3).await;
        let (list, _) = census(&engine, "some").await;
        let worker = Errands::new(engine.clone());
        worker.run_once().await.expect("a round");
        let give_up = Command::Act { case: list, action: "action.drawing.give_up".to_owned(), answers: Value::Null };
        accepted(engine.execute(&errand::clerk(WINDOW), None, give_up).await);
        worker.run_until_quiet().await.expect("rounds");
        let store = engine.store();
        let left = case(&**store, list).await;
        assert!(left.errands.is_empty() && left.gathered().is_none(), "{}: it came to nothing", site.name);
        for member in &members {
            assert_eq!(variable(&**store, *member, "draws").await, Value::Int(0), "{}", site.name);
        }
        sound(&**store, &engine.rules(), [list]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_engine_writes_a_list_and_nobody_tells_a_member_by_hand() {
    let engine = sqlite().engine().await;
    let members = stalls(&engine, 1).await;
    let (list, _) = census(&engine, "all").await;
    let freeze = Command::FreezeMembers { case: list, errand: 1, members: Vec::new(), sample: None };
    let tell = Command::TellMember {
        case: members[0],
        message: Some("counted".to_owned()),
        answers: Value::Null,
        within: vec!["open".to_owned()],
        figures: vec!["fee".to_owned()],
    };
    let note = Command::NoteMembers {
        case: list,
        errand: 1,
        after: 0,
        upto: 1,
        reached: 1,
        refused: Vec::new(),
        sums: BTreeMap::new(),
    };
    for command in [freeze, tell, note.clone()] {
        let answer = engine.execute(&errand::clerk(WINDOW), None, command).await;
        assert_eq!(refused(answer), Rejection::CaseNotFound);
    }
    // What was not written down cannot be noted, and no more than was on it.
    assert!(matches!(refused(engine.execute(&Actor::system(), None, note.clone()).await), Rejection::Stale { .. }));
    let end = Command::EndErrand { case: list, errand: 1, reached: 9, refused: Vec::new() };
    assert!(matches!(refused(engine.execute(&Actor::system(), None, end).await), Rejection::Stale { .. }));
    let freeze = Command::FreezeMembers { case: list, errand: 1, members: Vec::new(), sample: None };
    accepted(engine.execute(&Actor::system(), None, freeze.clone()).await);
    assert_eq!(refused(engine.execute(&Actor::system(), None, freeze).await), Rejection::ErrandGone { errand: 1 });
    assert!(matches!(refused(engine.execute(&Actor::system(), None, note).await), Rejection::Stale { .. }));
}
