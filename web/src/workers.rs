//! Wakes what falls due: timers come back by the same door as everybody else. It must never decide anything.

use std::time::Duration;

use onething_engine::command::Command;
use onething_engine::engine::{Engine, EngineError};
use onething_engine::organisation::Actor;
use tokio::sync::watch;

/// Timers taken at once.
const ROUND: u32 = 64;
/// Machine milliseconds a timer is leased: if this process dies, another one takes it up after that.
const LEASE_MS: i64 = 30_000;
/// How often the store is asked.
const PAUSE: Duration = Duration::from_millis(700);
/// Rounds after which a run-away process is left to the next call.
const ROUNDS_MAX: u32 = 1000;

/// Fires every timer that is due now; how many.
///
/// # Errors
/// The store failed; what was leased comes back when its lease ends.
pub async fn fire_due(engine: &Engine) -> Result<u32, EngineError> {
    let mut fired = 0;
    for _ in 0..ROUNDS_MAX {
        let due = engine.store().claim_timers(ROUND, LEASE_MS).await?;
        if due.is_empty() {
            break;
        }
        for timer in due {
            let command = Command::FireTimer { case: timer.case_id, timer: timer.timer };
            match engine.execute(&Actor::system(), None, command).await {
                Ok(Ok(_)) => fired += 1,
                // Gone or moved meanwhile: somebody was faster.
                Ok(Err(rejection)) => {
                    tracing::info!(case = %timer.case_id, code = rejection.code(), "a timer was refused")
                }
                Err(EngineError::Broken) => tracing::error!(case = %timer.case_id, "a timer broke its case"),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(fired)
}

/// Works until `stop` is told or dropped.
pub async fn timers(engine: Engine, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = fire_due(&engine).await {
            tracing::warn!(%error, "timers wait for the store");
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
