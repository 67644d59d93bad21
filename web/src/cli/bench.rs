//! `onething bench`: how much an engine on this machine and this database does, with everything on. It must never switch
//! off anything that `serve` has on, and writes into the store it is given: use one made for it.

mod client;
mod figures;

use super::{Format, usage};
use clap::Args;
use client::{Share, rulebook};
use figures::{Figures, Meter};
use onething_engine::engine::Engine;
use onething_engine::store::{self, AccountRow, Kind, SessionRow, Stage, Store, StoreError};
use onething_engine::time::Stopwatch;
use onething_engine::worker::{Timers, spawn};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What is measured, and where.
#[derive(Debug, Args)]
pub struct Bench {
    /// The database: sqlite:PATH or postgres://…; it keeps what the benchmark writes
    #[arg(long)]
    store: String,
    /// How many clients work at the same time
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=4096))]
    clients: u32,
    /// How many cases they bring from their form to their end
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cases: u32,
    /// How the figures are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// For so long single commits are counted.
const SINGLE_COMMITS_FOR: Duration = Duration::from_secs(1);

/// Measures and prints; 1 if a step fails, 2 if the address is of no known kind.
pub fn run(bench: &Bench) -> ExitCode {
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|kind| bench.store.starts_with(kind)) {
        return usage("--store must be sqlite:PATH or postgres://…");
    }
    let measured = tokio::runtime::Runtime::new().map_err(Failure::Runtime).and_then(|runtime| {
        let measured = runtime.block_on(measure(bench));
        // What still runs in the background has nothing left to do.
        runtime.shutdown_background();
        measured
    });
    match measured {
        Ok(figures) => {
            match bench.format {
                Format::Json => println!("{}", figures.json()),
                Format::Text => print!("{}", figures.text()),
            }
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("onething: {failure}");
            ExitCode::from(1)
        }
    }
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no runtime: {0}")]
    Runtime(std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Step(#[from] client::StepFailed),
    #[error("a client broke off: {0}")]
    Client(#[from] tokio::task::JoinError),
}

async fn measure(bench: &Bench) -> Result<Figures, Failure> {
    let store = store::open(&bench.store, Kind::Test).await?;
    let single = single_commits(&*store).await?;
    let engine = Engine::start(store.clone(), rulebook());
    let timers = spawn(Timers::new(engine.clone()));
    let share = Arc::new(Share::new(bench.cases));
    let size_before = store.size().await?;
    let meter = Meter::start();
    let mut clients = JoinSet::new();
    for number in 0..bench.clients {
        clients.spawn(client::work(engine.clone(), share.clone(), number));
    }
    let mut latencies = Vec::new();
    while let Some(done) = clients.join_next().await {
        latencies.extend(done??);
    }
    let used = meter.stop();
    timers.stop().await;
    let grown = store.size().await?.saturating_sub(size_before);
    Ok(Figures::new(bench.clients, bench.cases, latencies, used, engine.groups(), grown, single))
}

/// Commits a second that one asker gets who waits for each: the smallest row this store has, one after the other.
async fn single_commits(store: &dyn Store) -> Result<f64, StoreError> {
    store.add_account(&AccountRow::staff("bench")).await?;
    let stopwatch = Stopwatch::start();
    let mut commits = 0_u32;
    while stopwatch.elapsed() < SINGLE_COMMITS_FOR {
        let token_hash = format!("bench-{}", Engine::new_case_id());
        // Expired from the beginning: nobody can use it.
        let account = "bench".to_owned();
        store.begin_session(&SessionRow { token_hash, account, stage: Stage::Full, lives_ms: 0 }).await?;
        commits += 1;
    }
    Ok(f64::from(commits) / stopwatch.elapsed().as_secs_f64())
}
