//! One suite over both databases: what the engine promises of its store holds on SQLite and on PostgreSQL alike. A test
//! must never be written for one of them if it can be asked of both.

use onething_engine::case::{Case, CaseId};
use onething_engine::command::{Command, Receipt};
use onething_engine::engine::{Answer, Engine};
use onething_engine::event::{Envelope, Event};
use onething_engine::organisation::Actor;
use onething_engine::rejection::Rejection;
use onething_engine::rulebook::Rulebook;
use onething_engine::store::{self, Kind, Store};
use onething_engine::value::Value;
use onething_tests::folder::Folder;
use onething_tests::postgres::fresh_database;
use onething_tests::{errand, invariants};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[path = "store/accounts.rs"]
mod accounts;
#[path = "store/authorities.rs"]
mod authorities;
#[path = "store/beside.rs"]
mod beside;
#[path = "store/commands.rs"]
mod commands;
#[path = "store/errands.rs"]
mod errands;
#[path = "store/gathers.rs"]
mod gathers;
#[path = "store/groups.rs"]
mod groups;
#[path = "store/lost.rs"]
mod lost;
#[path = "store/measured.rs"]
mod measured;
#[path = "store/nodes.rs"]
mod nodes;
#[path = "store/places.rs"]
mod places;
#[path = "store/posted.rs"]
mod posted;
#[path = "store/reads.rs"]
mod reads;
#[path = "store/records.rs"]
mod records;
#[path = "store/schedules.rs"]
mod schedules;
#[path = "store/sequences.rs"]
mod sequences;
#[path = "store/voices.rs"]
mod voices;

/// Three offices' people of the process `permit`.
const WINDOW: &str = "civil_affairs.window";
const POLICE: &str = "police.household";

/// A fresh database of one kind.
struct Site {
    name: &'static str,
    url: String,
    _folder: Option<Folder>,
}

impl Site {
    async fn open(&self) -> Arc<dyn Store> {
        store::open(&self.url, Kind::Test).await.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    async fn engine(&self) -> Engine {
        Engine::start(self.open().await, errand::rulebook())
    }
}

fn sqlite() -> Site {
    let folder = Folder::new("store").expect("a folder");
    Site { name: "SQLite", url: folder.sqlite_url(), _folder: Some(folder) }
}

async fn postgres() -> Site {
    Site { name: "PostgreSQL", url: fresh_database().await, _folder: None }
}

async fn both() -> [Site; 2] {
    [sqlite(), postgres().await]
}

fn citizen() -> Actor {
    Actor::citizen("citizen-1")
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

/// Opens a permit; of two open ones with one note, the second is refused.
fn start(case: CaseId, note: &str) -> Command {
    let Command::StartCase { door, region, answers, draft, .. } = errand::start(case) else { unreachable!() };
    let Value::Map(mut answers) = answers else { unreachable!() };
    if !note.is_empty() {
        answers.insert("note".to_owned(), Value::Text(note.to_owned()));
    }
    Command::StartCase { case, process: "permit".to_owned(), door, region, answers: Value::Map(answers), draft }
}

fn claim(case: CaseId, task: u32) -> Command {
    Command::ClaimTask { case, task }
}

fn complete(case: CaseId, task: u32, outcome: &str) -> Command {
    let answers = map([("complete", Value::Bool(true))]);
    Command::CompleteTask { case, task, outcome: outcome.to_owned(), answers, ask: Value::Null }
}

/// The receipt of a command that must be accepted.
fn accepted(answer: Answer) -> Receipt {
    answer.expect("a store that answers").unwrap_or_else(|rejection| panic!("rejected: {rejection:?}"))
}

/// The reason of a command that must be refused.
fn refused(answer: Answer) -> Rejection {
    answer.expect("a store that answers").expect_err("a rejection")
}

/// Opens a permit through the engine.
async fn opened(engine: &Engine, note: &str) -> CaseId {
    let case = Engine::new_case_id();
    accepted(engine.execute(&citizen(), None, start(case, note)).await);
    case
}

/// Opens a permit and accepts it, so that two departments work at once (tasks 2 and 3).
async fn handled(engine: &Engine, note: &str) -> CaseId {
    let case = opened(engine, note).await;
    let clerk = errand::clerk(WINDOW);
    accepted(engine.execute(&clerk, None, claim(case, 1)).await);
    accepted(engine.execute(&clerk, None, complete(case, 1, "accept")).await);
    case
}

async fn case(store: &dyn Store, id: CaseId) -> Case {
    store.case(id).await.expect("the database").expect("the case").loaded.case
}

async fn events(store: &dyn Store, id: CaseId) -> Vec<Event> {
    let history = store.history(id).await.expect("the database");
    history.iter().map(|envelope| envelope.event().expect("a readable event")).collect()
}

/// Everything that must hold for these cases, the outbox included.
async fn sound(store: &dyn Store, rules: &Rulebook, cases: impl IntoIterator<Item = CaseId>) {
    let mut told = BTreeSet::new();
    for message in store.outbox(100_000).await.expect("the database") {
        assert!(told.insert((message.case_id, message.notice)), "a message twice: {message:?}");
    }
    for id in cases {
        assert_eq!(invariants::broken(store, rules, id).await, Vec::<String>::new());
        let noticed: BTreeSet<_> = notices(&store.history(id).await.expect("the database"));
        let outbox: BTreeSet<u32> = told.iter().filter(|(case, _)| *case == id).map(|(_, notice)| *notice).collect();
        assert_eq!(noticed, outbox, "messages of {id} and its log");
    }
}

/// Numbers of the notices that a log tells of.
fn notices(history: &[Envelope]) -> BTreeSet<u32> {
    let number = |envelope: &Envelope| match envelope.event() {
        Some(Event::Notified { notice, .. }) => Some(notice),
        _ => None,
    };
    history.iter().filter_map(number).collect()
}
