//! Waiting lists: how many places are given and who waits, each under a lock of its own. It must never decide who gets one.

use std::collections::BTreeSet;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::{PostgresStore, statements};
use crate::decide::{LineAsked, LineFound};
use crate::store::rows::{case_id, json, line_hash};
use crate::store::{LineListed, Snapshot, StoreError};
use crate::value::Instant;

/// Puts how these lists stand into the snapshot, under their locks: until the end of the transaction no other node gives a
/// place of theirs.
pub async fn look_up(
    connection: &mut PgConnection,
    secret: &[u8],
    asked: &BTreeSet<LineAsked>,
    snapshot: &mut Snapshot,
) -> Result<(), StoreError> {
    if asked.is_empty() {
        return Ok(());
    }
    // In the order in which every node takes them, and after the locks of records.
    let places: BTreeSet<String> = asked.iter().map(|line| line_hash(secret, line)).collect();
    sqlx::query(statements::LOCK_RECORDS).bind(json(&places)?).fetch_all(&mut *connection).await?;
    snapshot.now = Instant(sqlx::query_scalar(statements::NOW).fetch_one(&mut *connection).await?);
    for line in asked {
        let row = query(line).fetch_one(&mut *connection).await?;
        snapshot.lines.insert(line.clone(), found(&row)?);
    }
    Ok(())
}

fn query(asked: &LineAsked) -> sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments> {
    sqlx::query(statements::LINE)
        .bind(&asked.quota)
        .bind(&asked.region)
        .bind(asked.year)
        .bind(asked.case.to_string())
        .bind(asked.priority)
        .bind(asked.since.0)
        .bind(&asked.number)
}

fn found(row: &PgRow) -> Result<LineFound, StoreError> {
    Ok(LineFound { given: count(row, 0)?, ahead: count(row, 1)? })
}

fn count(row: &PgRow, column: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

impl PostgresStore {
    pub(super) async fn read_line(&self, asked: &LineAsked) -> Result<LineFound, StoreError> {
        found(&query(asked).fetch_one(&self.pool).await?)
    }

    pub(super) async fn read_lines(&self, year: i16, waiting: bool) -> Result<Vec<LineListed>, StoreError> {
        let rows = sqlx::query(statements::LINES).bind(year).bind(waiting).fetch_all(&self.pool).await?;
        let listed = rows.iter().map(|row| {
            let next: Option<String> = row.try_get(5)?;
            Ok(LineListed {
                quota: row.try_get(0)?,
                region: row.try_get(1)?,
                waiting: count(row, 2)?,
                given: count(row, 3)?,
                given_in_year: count(row, 4)?,
                next: next.map(|id| case_id(&id)).transpose()?,
            })
        });
        listed.collect()
    }
}
