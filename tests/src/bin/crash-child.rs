//! `crash-child STORE NAME CLIENTS` works on errands in a store until it is killed. It must never end by itself.

use onething_engine::engine::Engine;
use onething_engine::store::{self, Kind};
use onething_tests::errand;
use std::process::ExitCode;

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
        working.spawn(async move { errand::work(&engine, &name).await });
    }
    if let Some(ended) = working.join_next().await {
        eprintln!("crash-child: a client stopped: {ended:?}");
    }
    ExitCode::FAILURE
}
