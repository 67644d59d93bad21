//! Carries out errands: what cases ask of other cases goes in by the door that everybody uses, as a command under a key
//! of its own, so that a second try finds the first. The end of an errand is an event of the case that sent it.

use async_trait::async_trait;

use super::{ROUNDS_MAX, Work};
use crate::case::CaseId;
use crate::command::{Command, Order};
use crate::decide::{Loaded, holders_asked};
use crate::engine::{Engine, EngineError};
use crate::event::Refused;
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::store::{ErrandClaimed, StoreError};

/// Errands taken at once.
const ERRANDS_AT_ONCE: u32 = 32;
/// Milliseconds of machine time after which another worker may take errands that this one took and left.
const ERRAND_LEASE_MS: i64 = 30_000;

/// Carries out what cases ask of other cases.
pub struct Errands {
    pub(super) engine: Engine,
}

impl Errands {
    /// A worker on this engine.
    pub fn new(engine: Engine) -> Errands {
        Errands { engine }
    }

    /// Leases errands that wait and carries each out; returns how many it leased.
    ///
    /// # Errors
    /// The store cannot be reached. What was not carried out is taken again when the lease has run out.
    pub async fn run_once(&self) -> Result<usize, StoreError> {
        let claimed = self.engine.store().claim_errands(ERRANDS_AT_ONCE, ERRAND_LEASE_MS).await?;
        for errand in &claimed {
            match self.carry_out(errand).await {
                Ok(()) => {}
                // The others would fail just the same.
                Err(EngineError::Store(error)) if error.is_unavailable() => return Err(error),
                // It comes back when its lease has run out; those behind it must not wait for that.
                Err(EngineError::Store(error)) => {
                    let (case, number) = (errand.case_id, errand.errand.number);
                    tracing::error!(%case, errand = number, %error, "an errand could not be carried out");
                }
                // The case was set aside and said so, or the engine is stopping.
                Err(EngineError::Broken | EngineError::Stopped) => {}
            }
        }
        Ok(claimed.len())
    }

    /// Carries out errands until none waits; a ring of processes that tell each other for ever is left to the loop.
    ///
    /// # Errors
    /// As [`Errands::run_once`].
    pub async fn run_until_quiet(&self) -> Result<(), StoreError> {
        for _ in 0..ROUNDS_MAX {
            if self.run_once().await? == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn carry_out(&self, claimed: &ErrandClaimed) -> Result<(), EngineError> {
        if let Order::Gather(gathering) = &claimed.errand.order {
            return self.gather(claimed, gathering).await;
        }
        let Some(from) = self.engine.store().case(claimed.case_id).await? else { return Ok(()) };
        let (mut reached, mut refused) = (0, Vec::new());
        for to in self.targets(claimed).await? {
            match self.one(claimed, &from.loaded, to).await? {
                None => reached += 1,
                Some(code) => refused.push(Refused { case: to, code: code.to_owned() }),
            }
        }
        let (case, errand) = (claimed.case_id, claimed.errand.number);
        let end = Command::EndErrand { case, errand, reached, refused };
        if let Err(rejection) = self.engine.execute(&Actor::system(), None, end).await? {
            tracing::debug!(%case, errand, code = rejection.code(), "the errand was ended by another worker");
        }
        Ok(())
    }

    async fn targets(&self, claimed: &ErrandClaimed) -> Result<Vec<CaseId>, StoreError> {
        match holders_asked(&claimed.errand) {
            Some((process, key)) => self.engine.store().holders(process, &key).await,
            None => Ok(claimed.errand.target().into_iter().collect()),
        }
    }

    /// Sends the command to one case; the code of its rejection, if it says no.
    async fn one(
        &self,
        claimed: &ErrandClaimed,
        from: &Loaded,
        to: CaseId,
    ) -> Result<Option<&'static str>, EngineError> {
        let errand = &claimed.errand;
        let actor = errand.actor(&from.case);
        let answer = self.engine.execute(&actor, Some(&errand.key(to)), errand.command(to)).await;
        let rejection = match answer {
            Ok(Ok(_)) => {
                self.join(errand.joining()).await?;
                return Ok(None);
            }
            // The other case was set aside; the one that asked must hear of it and not ask for ever.
            Err(EngineError::Broken) => return Ok(Some(Rejection::Quarantined.code())),
            Err(error) => return Err(error),
            Ok(Err(rejection)) => rejection,
        };
        tracing::info!(case = %claimed.case_id, errand = errand.number, code = rejection.code(), "an errand was refused");
        Ok(Some(rejection.code()))
    }

    async fn join(&self, commands: Vec<Command>) -> Result<(), EngineError> {
        for command in commands {
            if let Err(rejection) = self.engine.execute(&Actor::system(), None, command).await? {
                tracing::info!(code = rejection.code(), "an account has no part in the linked case");
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Work for Errands {
    fn name(&self) -> &'static str {
        "errands"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        Errands::run_once(self).await
    }
}
