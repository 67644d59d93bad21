//! Small processes driven through `Engine::execute` by many clients at once, with a journal of what was asked and what
//! was acknowledged. It must never write `ack` before the engine has answered.

use onething_engine::case::{Case, CaseId, TaskStatus};
use onething_engine::command::{Command, Receipt, linked_case_id};
use onething_engine::engine::Engine;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::rulebook::{self, Rulebook};
use onething_engine::source::{Problems, Source};
use onething_engine::value::{DAY_MS, Instant, Value};
use onething_engine::worker::{Errands, Schedules};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::path::Path;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// A command is about to be sent.
    Ask(Asked),
    /// The engine answered that it is done.
    Ack {
        /// The command's key.
        key: String,
        /// The answer.
        receipt: Receipt,
    },
    /// The clock stands at the beginning of a day, and whatever the engine opens on that day is open.
    Day {
        /// Its first instant.
        at: Instant,
    },
}

/// A command under its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Names the request.
    pub key: String,
    /// Who asks.
    pub actor: Actor,
    /// What is asked.
    pub command: Command,
}

/// The published errand, its forms and offices.
///
/// # Panics
/// When the files of the repository have problems.
#[must_use]
pub fn rulebook() -> Rulebook {
    let root = crate::repository();
    let mut sources = Vec::new();
    for folder in ["tests/broken/base", "tests/processes", "workflows/calendars"] {
        read_folder(&root, folder, &mut sources);
    }
    let problems = Problems::new();
    let rules = rulebook::assemble(&sources, &problems).rulebook;
    assert!(!problems.has_errors(), "the errand has problems: {:#?}", problems.into_vec());
    rules
}

fn read_folder(root: &Path, folder: &str, sources: &mut Vec<Source>) {
    let entries = std::fs::read_dir(root.join(folder)).expect("a folder of the repository");
    for entry in entries {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("a readable file");
            sources.push(Source::new(format!("{folder}/{name}"), text));
        }
    }
}

/// Opens one case after the other and brings each to its end, for ever; the journal goes to standard output, where a
/// line is one write.
///
/// # Errors
/// When the engine fails, rejects what the process offers, or nobody reads the journal any more.
pub async fn work(engine: &Engine, client: &str) -> io::Result<()> {
    for n in 0_u32.. {
        let case = Engine::new_case_id();
        let citizen = Actor::citizen(format!("citizen-{client}"));
        let mut step = 0;
        ask(engine, format!("{client}-{n}-start"), &citizen, start(case)).await?;
        while let Some((actor, command)) = next(engine, case).await? {
            step += 1;
            ask(engine, format!("{client}-{n}-{step}"), &actor, command).await?;
        }
    }
    Ok(())
}

/// Sends off one relay after the other, for ever, and ends the legs that have come meanwhile.
///
/// # Errors
/// As [`work`].
pub async fn relay(engine: &Engine, client: &str) -> io::Result<()> {
    let citizen = Actor::citizen(format!("citizen-{client}"));
    let mut legs = VecDeque::new();
    for n in 0_u32.. {
        let case = Engine::new_case_id();
        let poke = Command::Act { case, action: "action.away.poke".into(), answers: Value::Null };
        let steps = [
            (&citizen, begin("relay", case)),
            (&clerk("civil_affairs.window"), complete(case, 1, "send")),
            (&citizen, poke.clone()),
            (&citizen, poke),
        ];
        for (step, (actor, command)) in steps.into_iter().enumerate() {
            ask(engine, format!("{client}-{n}-{step}"), actor, command).await?;
        }
        legs.push_back(linked_case_id(case, 1));
        while let Some(leg) = legs.front().copied() {
            if engine.store().case(leg).await.map_err(io::Error::other)?.is_none() {
                break;
            }
            legs.pop_front();
            let arrive = complete(leg, 1, "finish");
            ask(engine, format!("{client}-{n}-leg-{leg}"), &clerk("police.household"), arrive).await?;
        }
    }
    Ok(())
}

/// Turns the clock to the next day, again and again but not for ever, and lets the engine open what is due then.
///
/// # Errors
/// When the store fails, or nobody reads the journal any more.
pub async fn days(engine: &Engine, days: u32) -> io::Result<()> {
    let (store, schedules) = (engine.store(), Schedules::new(engine.clone()));
    for _ in 0..days {
        let now = store.legal_now().await.map_err(io::Error::other)?;
        let at = Instant::start_of(now.date()).plus(DAY_MS);
        store.move_clock(at).await.map_err(io::Error::other)?;
        schedules.run_once().await.map_err(io::Error::other)?;
        journal(&Line::Day { at })?;
    }
    Ok(())
}

/// Carries out what cases ask of each other, for ever.
///
/// # Errors
/// When the store fails.
pub async fn carry_out(engine: &Engine) -> io::Result<()> {
    let errands = Errands::new(engine.clone());
    loop {
        errands.run_once().await.map_err(io::Error::other)?;
        tokio::task::yield_now().await;
    }
}

async fn ask(engine: &Engine, key: String, actor: &Actor, command: Command) -> io::Result<Receipt> {
    journal(&Line::Ask(Asked { key: key.clone(), actor: actor.clone(), command: command.clone() }))?;
    let answer = engine.execute(actor, Some(&key), command).await.map_err(io::Error::other)?;
    let receipt = answer.map_err(|rejection| io::Error::other(format!("{rejection:?}")))?;
    journal(&Line::Ack { key, receipt: receipt.clone() })?;
    Ok(receipt)
}

fn journal(line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    io::stdout().lock().write_all(text.as_bytes())
}

/// The next step of a case: claims the first task that nobody holds, else completes the first one.
async fn next(engine: &Engine, id: CaseId) -> io::Result<Option<(Actor, Command)>> {
    let held = engine.store().case(id).await.map_err(io::Error::other)?;
    let case = held.ok_or_else(|| io::Error::other("an acknowledged case is not there"))?.loaded.case;
    Ok(next_step(&case))
}

/// The next step of a case as it stands.
#[must_use]
pub fn next_step(case: &Case) -> Option<(Actor, Command)> {
    let task = case.tasks.values().find(|task| task.status == TaskStatus::Open)?;
    let unit = task.offers.first().map(|offer| offer.unit.clone()).unwrap_or_default();
    let actor = clerk(&unit);
    let (case, number) = (case.id, task.number);
    let command = match task.holder {
        None => Command::ClaimTask { case, task: number },
        Some(_) => complete(case, number, "finish"),
    };
    Some((actor, command))
}

/// Ends a task.
fn complete(case: CaseId, task: u32, outcome: &str) -> Command {
    let answers = map([("complete", Value::Bool(true))]);
    Command::CompleteTask { case, task, outcome: outcome.into(), answers, ask: Value::Null }
}

/// Somebody who works in the office `unit`.
#[must_use]
pub fn clerk(unit: &str) -> Actor {
    let kind = ActorKind::Staff {
        units: vec![unit.to_owned()],
        roles: std::iter::once("clerk".to_owned()).collect(),
        region: "320404".into(),
    };
    Actor { id: format!("clerk-of-{unit}"), kind }
}

/// Opens an errand.
#[must_use]
pub fn start(case: CaseId) -> Command {
    begin("errand", case)
}

/// Opens a case of one of the small processes.
fn begin(process: &str, case: CaseId) -> Command {
    // The example number of GB 11643 itself, nobody's.
    let applicant = map([("name", text("张三")), ("id_number", text("11010519491231002X"))]);
    let answers = map([("applicant", applicant), ("count", Value::Int(1)), ("kind", text("first"))]);
    let (process, door, region) = (process.into(), "counter".into(), "320404".into());
    Command::StartCase { case, process, door, region, answers, draft: None }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}
