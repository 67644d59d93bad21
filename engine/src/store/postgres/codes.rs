//! Codes sent to phones: made, sent, used once. Phone and code are kept until the code was sent; after that only keyed
//! hashes are. It must never compare a code outside a transaction that counts the guess.

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::PostgresStore;
use crate::store::StoreError;
use crate::store::accounts::{CODE_TRIES_MAX, CodeClaimed};
use crate::store::rows::{json, keyed_hash, same, stored};
use crate::value::Instant;

const LEASE: &str = "
    with due as materialized (
        select c.id from codes c
        where c.status = 'waiting' and c.key_id = 0 and c.used_at is null
          and c.expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint
          and c.leased_until <= (extract(epoch from clock_timestamp()) * 1000)::bigint
        order by c.id limit $1 for update skip locked)
    update codes c set leased_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + $2,
           token = c.token + 1, attempts = c.attempts + 1
    from due where c.id = due.id
    returning c.id, c.token, c.attempts, c.purpose, convert_from(c.sealed, 'UTF8') as letter, c.made_at";

const WAITING: &str = "
    select id, token, attempts, purpose, convert_from(sealed, 'UTF8') as letter, made_at from codes
    where status = 'waiting' and key_id = 0 and expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint
    order by id desc limit $1";

impl PostgresStore {
    /// The hashes under which a phone and its code are kept.
    fn code_hashes(&self, phone: &str, purpose: &str, code: &str) -> (String, String) {
        let hash = |text: String| keyed_hash(&self.secret, &text);
        (hash(format!("phone\n{phone}")), hash(format!("code\n{purpose}\n{phone}\n{code}")))
    }

    pub(super) async fn keep_code(
        &self,
        phone: &str,
        purpose: &str,
        code: &str,
        lives_ms: i64,
    ) -> Result<(), StoreError> {
        let (phone_hash, code_hash) = self.code_hashes(phone, purpose, code);
        let mut transaction = self.pool.begin().await?;
        let void = "delete from codes where phone_hash = $1 and purpose = $2";
        sqlx::query(void).bind(&phone_hash).bind(purpose).execute(&mut *transaction).await?;
        let statement = "
            insert into codes (phone_hash, purpose, code_hash, key_id, nonce, sealed, made_at, expires_at)
            select $1, $2, $3, 0, ''::bytea, convert_to($4, 'UTF8'), m.now, m.now + $5
            from (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now) m";
        let query = sqlx::query(statement)
            .bind(&phone_hash)
            .bind(purpose)
            .bind(&code_hash)
            .bind(json(&(phone, code))?)
            .bind(lives_ms);
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn use_code(&self, phone: &str, purpose: &str, code: &str) -> Result<bool, StoreError> {
        let (phone_hash, code_hash) = self.code_hashes(phone, purpose, code);
        let mut transaction = self.pool.begin().await?;
        let guess = "
            update codes set tries = tries + 1
            where phone_hash = $1 and purpose = $2 and used_at is null and tries < $3
              and expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint
            returning id, code_hash";
        let query = sqlx::query(guess).bind(&phone_hash).bind(purpose).bind(CODE_TRIES_MAX);
        let found = query.fetch_optional(&mut *transaction).await?;
        let mut right = false;
        if let Some(row) = found {
            right = same(row.try_get("code_hash")?, &code_hash);
            if right {
                let used = "
                    update codes set used_at = (extract(epoch from clock_timestamp()) * 1000)::bigint, sealed = ''::bytea
                    where id = $1 and used_at is null";
                sqlx::query(used).bind(row.try_get::<i64, _>("id")?).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(right)
    }

    pub(super) async fn lease_codes(&self, limit: u32, lease_ms: i64) -> Result<Vec<CodeClaimed>, StoreError> {
        let rows = sqlx::query(LEASE).bind(i64::from(limit)).bind(lease_ms).fetch_all(&self.pool).await?;
        rows.iter().map(claimed).collect()
    }

    pub(super) async fn read_codes(&self, limit: u32) -> Result<Vec<CodeClaimed>, StoreError> {
        let rows = sqlx::query(WAITING).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        // One that was used has no letter any more.
        rows.iter()
            .filter(|row| row.try_get::<&str, _>("letter").is_ok_and(|text| !text.is_empty()))
            .map(claimed)
            .collect()
    }

    pub(super) async fn end_code(&self, id: i64, token: i64, retry_ms: Option<i64>) -> Result<bool, StoreError> {
        let statement = "
            update codes set status = case when $3 < 0 then 'sent' else 'waiting' end,
                   sealed = case when $3 < 0 then ''::bytea else sealed end,
                   leased_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + greatest($3, 0)
            where id = $1 and token = $2 and status = 'waiting'";
        let query = sqlx::query(statement).bind(id).bind(token).bind(retry_ms.unwrap_or(-1));
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }
}

fn claimed(row: &PgRow) -> Result<CodeClaimed, StoreError> {
    let (phone, code): (String, String) = stored("code", row.try_get::<&str, _>("letter")?)?;
    let attempts: i64 = row.try_get("attempts")?;
    Ok(CodeClaimed {
        id: row.try_get("id")?,
        token: row.try_get("token")?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX).saturating_sub(1),
        purpose: row.try_get("purpose")?,
        phone,
        code,
        made_at: Instant(row.try_get("made_at")?),
    })
}
