//! Waiting lists: how many places are given and who waits, read under the one writer. It must never decide who gets one.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{SqliteStore, statements};
use crate::decide::{LineAsked, LineFound};
use crate::store::rows::case_id;
use crate::store::{LineListed, Snapshot, StoreError};

/// Puts how these lists stand into the snapshot.
pub async fn look_up(
    connection: &mut SqliteConnection,
    asked: &BTreeSet<LineAsked>,
    snapshot: &mut Snapshot,
) -> Result<(), StoreError> {
    for line in asked {
        let row = query(line).fetch_one(&mut *connection).await?;
        snapshot.lines.insert(line.clone(), found(&row)?);
    }
    Ok(())
}

fn query(asked: &LineAsked) -> sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> {
    sqlx::query(statements::LINE)
        .bind(&asked.quota)
        .bind(&asked.region)
        .bind(asked.year)
        .bind(asked.case.to_string())
        .bind(asked.priority)
        .bind(asked.since.0)
        .bind(&asked.number)
}

fn found(row: &SqliteRow) -> Result<LineFound, StoreError> {
    Ok(LineFound { given: count(row, 0)?, ahead: count(row, 1)? })
}

fn count(row: &SqliteRow, column: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

impl SqliteStore {
    pub(super) async fn read_line(&self, asked: &LineAsked) -> Result<LineFound, StoreError> {
        found(&query(asked).fetch_one(&self.readers).await?)
    }

    pub(super) async fn read_lines(&self, year: i16, waiting: bool) -> Result<Vec<LineListed>, StoreError> {
        let rows = sqlx::query(statements::LINES).bind(year).bind(waiting).fetch_all(&self.readers).await?;
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
