//! Gives places: as long as one is free, the first in line gets it, as a command through the door that everybody uses. It
//! only guesses; whether a place is free and whose turn it is is decided there, under the lock of the list.

use async_trait::async_trait;

use super::Work;
use crate::case::CaseId;
use crate::command::Command;
use crate::decide::{counted_year, places_in};
use crate::engine::{Engine, EngineError};
use crate::organisation::Actor;
use crate::store::{LineListed, StoreError};
use crate::value::Instant;

/// Gives free places to those who wait.
pub struct Places {
    engine: Engine,
}

impl Places {
    /// A worker on this engine.
    pub fn new(engine: Engine) -> Places {
        Places { engine }
    }

    /// Gives one place of every waiting list that has one free; returns how many it gave.
    ///
    /// # Errors
    /// The store failed; whoever waits still waits.
    pub async fn run_once(&self) -> Result<usize, StoreError> {
        let now = self.engine.store().legal_now().await?;
        let mut given = 0;
        for line in self.engine.store().lines(now.date().year(), true).await? {
            if let Some(case) = line.next
                && self.is_free(&line, case, now).await?
            {
                given += usize::from(self.give(&line, case).await?);
            }
        }
        Ok(given)
    }

    /// By the limit of the version that the first in line runs on.
    async fn is_free(&self, line: &LineListed, case: CaseId, now: Instant) -> Result<bool, StoreError> {
        let Some(held) = self.engine.store().case(case).await? else { return Ok(false) };
        let rules = self.engine.rules();
        let Some(definition) = rules.definition(&held.loaded.case.definition) else { return Ok(false) };
        let Some(quota) = definition.quotas.get(&line.quota) else { return Ok(false) };
        let taken = if counted_year(quota.per, now).is_some() { line.given_in_year } else { line.given };
        match places_in(&rules, definition, quota, &line.region, now.date()) {
            Ok(limit) => Ok(taken < limit),
            Err(fault) => {
                tracing::warn!(quota = line.quota, region = line.region, %fault, "nobody gets a place: no limit");
                Ok(false)
            }
        }
    }

    async fn give(&self, line: &LineListed, case: CaseId) -> Result<bool, StoreError> {
        let command = Command::GivePlace { case, quota: line.quota.clone() };
        match self.engine.execute(&Actor::system(), None, command).await {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(rejection)) => {
                // Mostly another worker was faster; what keeps the first from moving keeps all others.
                tracing::info!(%case, quota = line.quota, code = rejection.code(), "a place was not given");
                Ok(false)
            }
            Err(EngineError::Store(error)) => Err(error),
            // The case was set aside and said so, or the engine is stopping.
            Err(EngineError::Broken | EngineError::Stopped) => Ok(false),
        }
    }
}

#[async_trait]
impl Work for Places {
    fn name(&self) -> &'static str {
        "places"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        Places::run_once(self).await
    }
}
