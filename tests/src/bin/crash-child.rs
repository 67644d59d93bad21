//! `crash-child STORE NAME CLIENTS` works on small cases in a store until it is killed, with clients, workers that carry
//! out what cases ask of each other, and a clock that is turned. It must never end by itself.

use onething_engine::engine::Engine;
use onething_engine::store::{self, Kind};
use onething_tests::errand;
use std::process::ExitCode;

/// Workers that carry out errands at the same time.
const WORKERS: u32 = 2;
/// Days that pass in one run; cases of the campaign must not grow old over it.
const DAYS: u32 = 4;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, name, clients] = arguments.as_slice() else {
        eprintln!("usage: crash-child STORE NAME CLIENTS");
        return ExitCode::from(2);
    };
    let Ok(clients) = clients.parse::<u32>() else {
        eprintln!("crash-child: {clients} is no number of clients");
        return ExitCode::from(2);
    };
    let store = match store::open(url, Kind::Test).await {
        Ok(store) => store,
        Err(error) => {
            eprintln!("crash-child: {error}");
            return ExitCode::FAILURE;
        }
    };
    let engine = Engine::start(store, errand::rulebook());
    let mut working = tokio::task::JoinSet::new();
    for client in 0..clients {
        let (engine, name) = (engine.clone(), format!("{name}-{client}"));
        // Every other client works on cases that stand alone.
        working.spawn(async move {
            if client % 2 == 0 { errand::work(&engine, &name).await } else { errand::relay(&engine, &name).await }
        });
    }
    for _ in 0..WORKERS {
        let engine = engine.clone();
        working.spawn(async move { errand::carry_out(&engine).await });
    }
    let turned = engine.clone();
    let turning = tokio::spawn(async move { errand::days(&turned, DAYS).await });
    if let Some(ended) = working.join_next().await {
        eprintln!("crash-child: a client stopped: {ended:?}");
    }
    turning.abort();
    ExitCode::FAILURE
}
