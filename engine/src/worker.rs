//! Background workers: each does a bounded piece of work when asked, and a loop asks. A worker must never change a case
//! itself: a timer comes back through the same door as everybody, as a command.

mod errands;
mod gathers;
mod places;
mod schedules;

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::command::Command;
use crate::engine::{Engine, EngineError};
use crate::notify::{Codes, Outbox};
use crate::organisation::Actor;
use crate::store::StoreError;

pub use errands::Errands;
pub use places::Places;
pub use schedules::Schedules;

/// A worker on legal time rests at most so long (machine time), so that a clock that was turned is noticed.
pub const REST_MAX: Duration = Duration::from_secs(1);
/// Timers taken at once.
const TIMERS_AT_ONCE: u32 = 64;
/// Rounds after which a clock that was turned is left to the loop.
const ROUNDS_MAX: usize = 1000;
/// Milliseconds of machine time after which another worker may take timers that this one took and left.
const TIMER_LEASE_MS: i64 = 30_000;

/// Something that is done again and again.
#[async_trait]
pub trait Work: Send + Sync + 'static {
    /// For the log.
    fn name(&self) -> &'static str;

    /// Does what waits, at most a bounded piece of it; how much that was.
    ///
    /// # Errors
    /// The store failed; what was taken comes back when its lease has run out.
    async fn run_once(&self) -> Result<usize, StoreError>;

    /// How long to rest when nothing waits; with a legal clock that can be turned, at most [`REST_MAX`].
    async fn rest(&self) -> Duration {
        REST_MAX
    }
}

/// A loop that runs until it is stopped, or this is dropped.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Lets the round under way end, and returns when it has.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Fails only if the loop has ended already.
        drop(self.task.await);
    }
}

/// Runs a worker in a loop on the current tokio runtime.
pub fn spawn(work: impl Work) -> Running {
    let (stop, mut stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        loop {
            let rest = match work.run_once().await {
                Ok(0) => work.rest().await,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(worker = work.name(), %error, "a round failed");
                    REST_MAX
                }
            };
            // It also ends when nobody is left who could stop it.
            let ended = tokio::time::timeout(rest, stopped.wait_for(|stop| *stop)).await;
            if ended.is_ok() {
                return;
            }
        }
    });
    Running { stop, task }
}

/// Timers, schedules, errands and places until nothing is left to do: after the clock was turned.
///
/// # Errors
/// The store failed; what was not done is done by the loops.
pub async fn run_until_quiet(engine: &Engine) -> Result<(), StoreError> {
    let (timers, errands) = (Timers::new(engine.clone()), Errands::new(engine.clone()));
    let (schedules, places) = (Schedules::new(engine.clone()), Places::new(engine.clone()));
    for _ in 0..ROUNDS_MAX {
        let woken = timers.run_once().await? + schedules.run_once().await?;
        if woken + errands.run_once().await? + places.run_once().await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Wakes timers whose legal time has come.
pub struct Timers {
    engine: Engine,
}

impl Timers {
    /// A worker on this engine.
    pub fn new(engine: Engine) -> Timers {
        Timers { engine }
    }

    /// Leases timers that are due and fires each; returns how many it leased. A timer that is gone by then was fired or
    /// cancelled meanwhile: nothing is done twice, because firing consumes it in the transaction that writes its effect.
    ///
    /// # Errors
    /// The store failed. Timers that were not fired are taken again when the lease has run out.
    pub async fn run_once(&self) -> Result<usize, StoreError> {
        let due = self.engine.store().claim_timers(TIMERS_AT_ONCE, TIMER_LEASE_MS).await?;
        let system = Actor::system();
        // Together, so that they share commits; commands of one case stay in their order.
        let mut fired = Vec::with_capacity(due.len());
        for key in &due {
            let command = Command::FireTimer { case: key.case_id, timer: key.timer };
            fired.push((key, self.engine.submit(&system, None, command).await));
        }
        for (key, answer) in fired {
            let answer = match answer {
                Ok(answer) => answer.wait().await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(Ok(_)) => {}
                Ok(Err(rejection)) => {
                    tracing::debug!(case = %key.case_id, timer = key.timer, code = rejection.code(), "not fired");
                }
                Err(EngineError::Store(error)) => return Err(error),
                // The case was set aside and said so, or the engine is stopping.
                Err(EngineError::Broken | EngineError::Stopped) => {}
            }
        }
        Ok(due.len())
    }

    /// Fires until nothing is due: after the clock was turned. A process that wakes itself for ever is left to the loop.
    ///
    /// # Errors
    /// As [`Timers::run_once`].
    pub async fn run_until_quiet(&self) -> Result<(), StoreError> {
        for _ in 0..ROUNDS_MAX {
            if self.run_once().await? == 0 {
                break;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Work for Timers {
    fn name(&self) -> &'static str {
        "timers"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        Timers::run_once(self).await
    }

    async fn rest(&self) -> Duration {
        let store = self.engine.store();
        let (Ok(Some(next)), Ok(now)) = (store.next_timer().await, store.legal_now().await) else { return REST_MAX };
        // What is overdue and still there is leased to somebody else, or its case is set aside.
        let milliseconds = if next > now { next.0.saturating_sub(now.0) } else { i64::MAX };
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0)).min(REST_MAX)
    }
}

#[async_trait]
impl Work for Outbox {
    fn name(&self) -> &'static str {
        "outbox"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        let round = Outbox::run_once(self).await?;
        Ok((round.sent + round.waiting + round.ended) as usize)
    }
}

#[async_trait]
impl Work for Codes {
    fn name(&self) -> &'static str {
        "codes"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        Codes::run_once(self).await
    }
}

/// Deletes what nobody may use any more.
pub struct Sweeper {
    engine: Engine,
}

impl Sweeper {
    /// A worker on this engine.
    pub fn new(engine: Engine) -> Sweeper {
        Sweeper { engine }
    }
}

#[async_trait]
impl Work for Sweeper {
    fn name(&self) -> &'static str {
        "sweeper"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        self.engine.store().sweep().await?;
        Ok(0)
    }

    async fn rest(&self) -> Duration {
        Duration::from_secs(600)
    }
}
