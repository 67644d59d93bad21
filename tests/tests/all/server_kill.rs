//! The server is killed with SIGKILL while four people hand in two hundred reports, and started again: every report that
//! was acknowledged is there, none twice, and its timers go on.

use onething_engine::case::CaseId;
use onething_engine::store::{self, Kind};
use onething_tests::folder::Folder;
use onething_tests::http::{Answer, Visitor};
use onething_tests::server::Server;
use onething_tests::{invariants, shipped};
use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Reports in all.
const REPORTS: u32 = 200;
/// The server is killed when so many have been acknowledged.
const KILLED_AFTER: usize = 70;
/// People who hand them in at the same time.
const PEOPLE: usize = 4;

#[derive(Default)]
struct Desk {
    next: AtomicU32,
    acknowledged: Mutex<BTreeSet<String>>,
    /// Reports that were under way when the server died; nobody knows whether they arrived.
    unknown: Mutex<Vec<u32>>,
    /// Reports that had arrived all the same, as a second try was told.
    arrived: AtomicU32,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_every_report_it_acknowledged() {
    let folder = Folder::new("server-kill").expect("a folder");
    let mut server = Server::start(&["demo", "--store", &folder.sqlite_url()], &[]);
    let before = open_cases(&folder).await.len();
    let desk = Desk::default();
    let port = server.port();

    std::thread::scope(|scope| {
        for _ in 0..PEOPLE {
            scope.spawn(|| hand_in(&desk, port));
        }
        while desk.acknowledged.lock().expect("a list").len() < KILLED_AFTER {
            std::thread::yield_now();
        }
        server.kill();
    });
    let survived = desk.acknowledged.lock().expect("a list").clone();
    assert!(!desk.unknown.lock().expect("a list").is_empty(), "nobody was interrupted: the test proves nothing");
    assert!(survived.len() < REPORTS as usize, "everything was over before the kill");

    server.restart();
    std::thread::scope(|scope| {
        scope.spawn(|| again(&desk, port));
    });
    std::thread::scope(|scope| {
        for _ in 0..PEOPLE {
            scope.spawn(|| hand_in(&desk, port));
        }
    });
    let acknowledged = desk.acknowledged.lock().expect("a list").clone();
    let arrived = desk.arrived.load(Ordering::Relaxed) as usize;
    assert_eq!(acknowledged.len() + arrived, REPORTS as usize);

    // Each is there once: as many new cases as reports, and each acknowledged one among them.
    let after = open_cases(&folder).await;
    assert_eq!(after.len(), before + REPORTS as usize);
    let mut visitor = signed_in(port).expect("a visitor");
    for path in survived.iter().take(20) {
        assert_eq!(visitor.get(path).expect("a page").status, 200, "{path}");
    }
    timers_go_on(&folder, port, &acknowledged).await;
}

/// Turns legal time by a month: every report has a clock that runs out, and the log of each case is sound.
async fn timers_go_on(folder: &Folder, port: u16, acknowledged: &BTreeSet<String>) {
    let mut visitor = signed_in(port).expect("a visitor");
    let page = visitor.get("/demo/clock").expect("the clock");
    let csrf = hidden(&page, "_csrf");
    assert_eq!(visitor.post("/demo/clock", &[("_csrf", &csrf), ("by", "month")]).expect("an answer").status, 303);
    let rules = shipped::rulebook();
    let store = store::open(&folder.sqlite_url(), Kind::Demo).await.expect("the store");
    for path in acknowledged {
        let id = CaseId(path.trim_start_matches("/c/").parse().expect("an id"));
        let held = store.case(id).await.expect("the store").unwrap_or_else(|| panic!("{path} is gone"));
        assert!(!held.loaded.case.cards.is_empty(), "{path}: its timers stand still");
        assert_eq!(invariants::broken(&*store, &rules, id).await, Vec::<String>::new(), "{path}");
    }
}

/// What was reported; cases that a schedule opens are not what this test counts.
async fn open_cases(folder: &Folder) -> Vec<CaseId> {
    let store = store::open(&folder.sqlite_url(), Kind::Demo).await.expect("the store");
    let listed = store.watch(&["320404".to_owned()], 10_000).await.expect("a list");
    listed.into_iter().filter(|case| case.process == "after-death").map(|case| case.id).collect()
}

/// Hands in reports until all have been handed in, or the server dies.
fn hand_in(desk: &Desk, port: u16) {
    let Ok(mut visitor) = signed_in(port) else { return };
    loop {
        let number = desk.next.fetch_add(1, Ordering::Relaxed);
        if number >= REPORTS {
            return;
        }
        match report(&mut visitor, number) {
            Ok(answer) => acknowledge(desk, &answer),
            Err(_) => {
                desk.unknown.lock().expect("a list").push(number);
                return;
            }
        }
    }
}

/// Tries again what was under way: it is either new, or refused because it had arrived.
fn again(desk: &Desk, port: u16) {
    let mut visitor = signed_in(port).expect("a visitor");
    let unknown = std::mem::take(&mut *desk.unknown.lock().expect("a list"));
    for number in unknown {
        let answer = report(&mut visitor, number).expect("an answer");
        if answer.status == 409 {
            desk.arrived.fetch_add(1, Ordering::Relaxed);
        } else {
            acknowledge(desk, &answer);
        }
    }
}

fn acknowledge(desk: &Desk, answer: &Answer) {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let path = answer.header("location").expect("where the case is").split('?').next().unwrap_or_default().to_owned();
    assert!(desk.acknowledged.lock().expect("a list").insert(path), "one case for two reports");
}

fn signed_in(port: u16) -> io::Result<Visitor> {
    let mut visitor = Visitor::new(port);
    let csrf = hidden(&visitor.get("/signin")?, "_csrf");
    visitor.post("/demo/signin", &[("_csrf", &csrf), ("account", "family"), ("next", "/me")])?;
    Ok(visitor)
}

fn report(visitor: &mut Visitor, number: u32) -> io::Result<Answer> {
    let page = visitor.get("/s/after-death/all/family")?;
    let hiddens = ["_csrf", "_draft", "_version", "_key"].map(|name| (name, hidden(&page, name)));
    let deceased = identity_number(number);
    let mut fields: Vec<(&str, &str)> = hiddens.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([
        ("deceased.name", "逝者甲"),
        ("deceased.id_number", &deceased),
        ("deceased.died_on", "2026-03-20"),
        ("deceased.place", "home"),
        ("deceased.hukou", "320404001001"),
        ("applicant.name", "家属乙"),
        ("applicant.id_number", "320404196805200026"),
        ("applicant.phone", "13800000001"),
        ("applicant.relation", "child"),
        ("_do", "send"),
    ]);
    visitor.post("/s/after-death/all/family", &fields)
}

/// A synthetic identity number with a valid check digit (GB 11643), another one for each report.
fn identity_number(number: u32) -> String {
    let body =
        format!("32040419{:02}{:02}{:02}{:03}", 30 + number / 100, number % 12 + 1, number % 28 + 1, number % 500);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize])
}

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let value = page.body.split_once(&start).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
    value.unwrap_or_else(|| panic!("{} without {name}: {}", page.status, page.body)).to_owned()
}
