//! Opens doors that have a schedule: once in each period, for the region of the installation, by the door that everybody
//! uses. The identity of such a case follows from its period, so two nodes open one.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;

use super::Work;
use crate::case::CaseId;
use crate::command::{Command, scheduled_case_id};
use crate::engine::{Engine, EngineError};
use crate::organisation::Actor;
use crate::store::StoreError;
use crate::value::{DAY_MS, Value};

/// What was due longer ago is not opened any more; 31 days, so that a month is never left out.
const OVERDUE_MAX_MS: i64 = 31 * DAY_MS;

/// Opens doors at their times.
pub struct Schedules {
    engine: Engine,
    /// Cases known to be there or refused, so that nobody is asked again and again.
    settled: Mutex<BTreeSet<CaseId>>,
}

impl Schedules {
    /// A worker on this engine.
    pub fn new(engine: Engine) -> Schedules {
        Schedules { engine, settled: Mutex::default() }
    }

    /// Opens every door whose latest time has come and whose case is not there; returns how many it opened. A period that
    /// passed while nobody looked is not made up for.
    ///
    /// # Errors
    /// The store failed; asking again is safe.
    pub async fn run_once(&self) -> Result<usize, StoreError> {
        let rules = self.engine.rules();
        let now = self.engine.store().legal_now().await?;
        let region = &rules.organisation.region;
        let mut opened = 0;
        for process in rules.published.keys() {
            let Some(definition) = rules.choose(process, now.date()) else { continue };
            for door in definition.doors.values() {
                let Some(at) = door.schedule.and_then(|schedule| schedule.latest(now)) else { continue };
                // An installation that begins in November does not open what was due in January.
                if now.0 - at.0 > OVERDUE_MAX_MS {
                    continue;
                }
                // A version is not asked for a time at which it was not in force yet.
                if !definition.effective.covers(at.date()) {
                    continue;
                }
                let case = scheduled_case_id(process, &door.name, region, at);
                if self.is_settled(case) {
                    continue;
                }
                if self.engine.store().case(case).await?.is_none() {
                    opened += self.open(case, process, &door.name, region).await?;
                }
                self.settle(case);
            }
        }
        Ok(opened)
    }

    async fn open(&self, case: CaseId, process: &str, door: &str, region: &str) -> Result<usize, StoreError> {
        let command = Command::StartCase {
            case,
            process: process.to_owned(),
            door: door.to_owned(),
            region: region.to_owned(),
            answers: Value::Null,
            draft: None,
        };
        match self.engine.execute(&Actor::system(), None, command).await {
            Ok(Ok(_)) => Ok(1),
            Ok(Err(rejection)) => {
                // Another node may have been first; everything else is for the operator.
                tracing::warn!(process, door, code = rejection.code(), "a scheduled door was not opened");
                Ok(0)
            }
            Err(EngineError::Store(error)) => Err(error),
            Err(EngineError::Broken | EngineError::Stopped) => Ok(0),
        }
    }

    fn is_settled(&self, case: CaseId) -> bool {
        self.settled.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(&case)
    }

    fn settle(&self, case: CaseId) {
        self.settled.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(case);
    }
}

#[async_trait]
impl Work for Schedules {
    fn name(&self) -> &'static str {
        "schedules"
    }

    async fn run_once(&self) -> Result<usize, StoreError> {
        Schedules::run_once(self).await
    }
}
