//! Who looked at a case. It must never change or delete a row.

use async_trait::async_trait;
use sqlx::Row;

use super::{PostgresStore, statements};
use crate::case::CaseId;
use crate::store::StoreError;
use crate::store::reads::{ReadListed, ReadOf, ReadRow, Reads};
use crate::store::rows::case_id;
use crate::value::{HOUR_MS, Instant};

const NOTE: &str = "
    insert into reads (case_id, who, office, position, at, hour, what, place, reason, key_id, nonce, sealed)
    select $1, $2, $3, $4, $10, $10 / 3600000, $5, $6, $7, 0, ''::bytea, convert_to($8, 'UTF8')
    where $5 <> 'number'
       or (select count(*) from reads r where r.who = $2 and r.what = 'number' and r.at > $10 - $11) < $9
    on conflict do nothing";

const OF_CASE: &str = "
    select case_id, who, office, position, at, what, place, reason, convert_from(sealed, 'UTF8') as note
    from reads where case_id = $1 and key_id = 0 order by at desc, id desc limit $2";

/// Kept until the end of the transaction: what one person asks for is counted by one node at a time.
const LOCK: &str = "select pg_advisory_xact_lock(hashtextextended('reads ' || $1, 0))";

impl PostgresStore {
    async fn keep_read(&self, read: &ReadRow, limit: u32) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(LOCK).bind(&read.who).execute(&mut *transaction).await?;
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&mut *transaction).await?;
        let query = sqlx::query(NOTE)
            .bind(read.case.to_string())
            .bind(&read.who)
            .bind(&read.office)
            .bind(&read.position)
            .bind(read.what.word())
            .bind(&read.place)
            .bind(&read.reason)
            .bind(&read.note)
            .bind(i64::from(limit))
            .bind(now)
            .bind(HOUR_MS);
        let noted = query.execute(&mut *transaction).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(noted)
    }
}

#[async_trait]
impl Reads for PostgresStore {
    async fn note_read(&self, read: &ReadRow) -> Result<(), StoreError> {
        self.keep_read(read, 0).await.map(|_| ())
    }

    async fn note_reveal(&self, read: &ReadRow, limit: u32) -> Result<bool, StoreError> {
        self.keep_read(read, limit).await
    }

    async fn reads_of(&self, case: CaseId, limit: u32) -> Result<Vec<ReadListed>, StoreError> {
        let query = sqlx::query(OF_CASE).bind(case.to_string()).bind(i64::from(limit));
        let rows = query.fetch_all(&self.pool).await?;
        let listed = rows.iter().map(|row| {
            let read = ReadRow {
                case: case_id(row.try_get("case_id")?)?,
                who: row.try_get("who")?,
                office: row.try_get("office")?,
                position: row.try_get("position")?,
                what: ReadOf::from_word(row.try_get("what")?)?,
                place: row.try_get("place")?,
                reason: row.try_get("reason")?,
                note: row.try_get("note")?,
            };
            Ok(ReadListed { at: Instant(row.try_get("at")?), row: read })
        });
        listed.collect()
    }
}
