//! Facts across cases: what is held at the places a group asks for, each under a lock of its own. It must never decide
//! what a record means.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, Row};

use super::{PostgresStore, statements};
use crate::case::CaseId;
use crate::decide::{Found, Holding, RecordKey};
use crate::store::rows::{by_hash, case_id, json, record_hash};
use crate::store::{Snapshot, StoreError};
use crate::value::Instant;

/// Puts what is held at these places into the snapshot, under their locks.
pub async fn look_up(
    connection: &mut PgConnection,
    secret: &[u8],
    keys: &BTreeSet<RecordKey>,
    snapshot: &mut Snapshot,
    group: &[CaseId],
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let places = by_hash(secret, keys);
    let hashes = json(&places.keys().collect::<Vec<_>>())?;
    sqlx::query(statements::LOCK_RECORDS).bind(&hashes).fetch_all(&mut *connection).await?;
    // After the locks, as everything that is decided on: another node may have written meanwhile.
    snapshot.now = Instant(sqlx::query_scalar(statements::NOW).fetch_one(&mut *connection).await?);
    let group = json(group)?;
    let mut found: BTreeMap<RecordKey, Found> = keys.iter().map(|key| (key.clone(), Found::default())).collect();
    let elsewhere = sqlx::query(statements::RECORDS_ELSEWHERE).bind(&hashes).bind(&group).bind(snapshot.now.0);
    for row in elsewhere.fetch_all(&mut *connection).await? {
        let entry = places.get(row.try_get::<&str, _>(0)?).and_then(|key| found.get_mut(key));
        if let Some(entry) = entry {
            entry.others.insert(case_id(row.try_get(1)?)?);
        }
    }
    let here = sqlx::query(statements::RECORDS_HERE).bind(&hashes).bind(&group);
    for row in here.fetch_all(connection).await? {
        let entry = places.get(row.try_get::<&str, _>(0)?).and_then(|key| found.get_mut(key));
        if let Some(entry) = entry {
            let until: Option<i64> = row.try_get(3)?;
            let held =
                Holding { case: case_id(row.try_get(1)?)?, while_open: row.try_get(2)?, until: until.map(Instant) };
            entry.here.push(held);
        }
    }
    snapshot.records = found;
    Ok(())
}

impl PostgresStore {
    pub(super) async fn find_records(
        &self,
        keys: &BTreeSet<RecordKey>,
        besides: CaseId,
    ) -> Result<BTreeMap<RecordKey, BTreeSet<CaseId>>, StoreError> {
        let mut holders: BTreeMap<RecordKey, BTreeSet<CaseId>> =
            keys.iter().map(|key| (key.clone(), BTreeSet::new())).collect();
        if keys.is_empty() {
            return Ok(holders);
        }
        let places = by_hash(&self.secret, keys);
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        let found = sqlx::query(statements::RECORDS_ELSEWHERE)
            .bind(json(&places.keys().collect::<Vec<_>>())?)
            .bind(json(&[besides])?)
            .bind(now);
        for row in found.fetch_all(&self.pool).await? {
            if let Some(held) = places.get(row.try_get::<&str, _>(0)?).and_then(|key| holders.get_mut(key)) {
                held.insert(case_id(row.try_get(1)?)?);
            }
        }
        Ok(holders)
    }

    pub(super) async fn find_holders(&self, process: &str, key: &RecordKey) -> Result<Vec<CaseId>, StoreError> {
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        let found: Vec<String> = sqlx::query_scalar(statements::HOLDERS)
            .bind(record_hash(&self.secret, key))
            .bind(process)
            .bind(now)
            .fetch_all(&self.pool)
            .await?;
        found.iter().map(|id| case_id(id)).collect()
    }
}
