//! The measured case and the clients that bring cases through it. A client must wait for each answer before it takes the
//! next step, as a person does.

use onething_engine::case::CaseId;
use onething_engine::command::{Command, Receipt};
use onething_engine::engine::{Engine, EngineError};
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::rejection::Rejection;
use onething_engine::rulebook::{Rulebook, assemble};
use onething_engine::source::{Problems, Source};
use onething_engine::time::Stopwatch;
use onething_engine::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Acknowledged steps of one case: start, intake claimed and completed, five tasks claimed and completed, the end.
pub const STEPS: u32 = 14;

const REGION: &str = "320404";

/// A step that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepFailed {
    /// The store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine said no.
    #[error("a step was refused: {}", .0.text().en)]
    Rejected(Rejection),
}

/// What the engine runs: the files beside this one.
pub fn rulebook() -> Rulebook {
    let sources = [
        Source::new("process.yaml", include_str!("process.yaml")),
        Source::new("request.yaml", include_str!("request.yaml")),
        Source::new("finding.yaml", include_str!("finding.yaml")),
        Source::new("organisation.yaml", include_str!("organisation.yaml")),
    ];
    assemble(&sources, &Problems::new()).rulebook
}

/// Cases that are still to be done.
#[derive(Debug)]
pub struct Share {
    left: AtomicU32,
}

impl Share {
    /// So many cases.
    pub fn new(cases: u32) -> Share {
        Share { left: AtomicU32::new(cases) }
    }

    fn take(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// Brings cases to their end until none is left; returns how long each step took.
pub async fn work(engine: Engine, share: Arc<Share>, number: u32) -> Result<Vec<Duration>, StepFailed> {
    let mut client = Client { engine, name: format!("client-{number}"), key: 0, latencies: Vec::new() };
    while share.take() {
        client.case().await?;
    }
    Ok(client.latencies)
}

struct Client {
    engine: Engine,
    name: String,
    key: u64,
    latencies: Vec<Duration>,
}

impl Client {
    async fn case(&mut self) -> Result<(), StepFailed> {
        let case = Engine::new_case_id();
        self.step(&Actor::citizen(self.name.clone()), start(case)).await?;
        self.task(case, 1, "hall.window", "accept").await?;
        for (task, office) in (2..).zip(["one.office", "two.office", "three.office", "four.office", "five.office"]) {
            self.task(case, task, office, "finish").await?;
        }
        self.step(&clerk("hall.window"), complete(case, 7, "close")).await?;
        Ok(())
    }

    /// Claims and completes a task.
    async fn task(&mut self, case: CaseId, task: u32, office: &str, outcome: &str) -> Result<(), StepFailed> {
        let actor = clerk(office);
        self.step(&actor, Command::ClaimTask { case, task }).await?;
        self.step(&actor, complete(case, task, outcome)).await?;
        Ok(())
    }

    async fn step(&mut self, actor: &Actor, command: Command) -> Result<Receipt, StepFailed> {
        self.key += 1;
        // The case makes the key one of its own in a store that was measured before.
        let key = format!("{}-{}-{}", self.name, command.case(), self.key);
        let stopwatch = Stopwatch::start();
        let answer = self.engine.execute(actor, Some(&key), command).await?;
        self.latencies.push(stopwatch.elapsed());
        answer.map_err(StepFailed::Rejected)
    }
}

fn clerk(office: &str) -> Actor {
    let department = office.split('.').next().unwrap_or_default();
    let kind = ActorKind::Staff {
        units: vec![office.to_owned()],
        roles: std::iter::once("clerk".to_owned()).collect(),
        region: REGION.to_owned(),
    };
    Actor { id: format!("clerk_of_{department}"), kind }
}

/// Opens a case with about two kilobytes of answers.
fn start(case: CaseId) -> Command {
    let text = |text: &str, times: usize| Value::Text(text.repeat(times));
    let answers = map([
        ("name", text("张三", 1)),
        ("address", text("示例区示例街道一百二十三号", 4)),
        ("reason", text("因生活需要申请办理本事项，", 20)),
        ("situation", text("所述情况属实，愿意核对；", 25)),
        ("amount", Value::Int(1200)),
    ]);
    let (process, door, region) = ("one-thing".to_owned(), "counter".to_owned(), REGION.to_owned());
    Command::StartCase { case, process, door, region, answers, draft: None }
}

fn complete(case: CaseId, task: u32, outcome: &str) -> Command {
    let answers = map([("complete", Value::Bool(true)), ("remark", Value::Text("材料齐全，予以办理。".to_owned()))]);
    Command::CompleteTask { case, task, outcome: outcome.to_owned(), answers, ask: Value::Null }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use onething_engine::store::{self, Kind};

    #[test]
    fn the_form_holds_about_two_kilobytes() {
        let Command::StartCase { answers, .. } = start(Engine::new_case_id()) else { unreachable!() };
        let bytes = answers.to_json().to_string().len();
        assert!((1_900..=2_300).contains(&bytes), "{bytes} bytes");
    }

    #[tokio::test]
    async fn a_case_is_closed_after_its_steps_with_every_timer_cancelled() {
        let path = std::env::temp_dir().join(format!("onething-bench-{}.db", Engine::new_case_id()));
        let store = store::open(&format!("sqlite:{}", path.display()), Kind::Test).await.expect("a store");
        let engine = Engine::start(store.clone(), rulebook());
        let latencies = work(engine, Arc::new(Share::new(2)), 1).await.expect("every step");
        assert_eq!(latencies.len(), 2 * STEPS as usize);
        let cases = store.cases_of("client-1", 10).await.expect("cases");
        assert_eq!(cases.iter().filter(|case| case.outcome.as_deref() == Some("success")).count(), 2);
        assert_eq!(store.next_timer().await.expect("timers"), None);
        std::fs::remove_file(path).expect("the file goes");
    }
}
