//! Passwords, second factors and recovery codes. It must never answer twice for what works once.

use async_trait::async_trait;
use sqlx::Row;

use super::PostgresStore;
use crate::store::StoreError;
use crate::store::credentials::{Credentials, CredentialsRow, Enrolment};
use crate::store::rows::{json, keyed_hash};
use crate::value::Instant;

const SESSIONS_OVER: &str = "
    update sessions set revoked_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
    where account = $1 and revoked_at is null";

#[async_trait]
impl Credentials for PostgresStore {
    async fn credentials(&self, account: &str) -> Result<Option<CredentialsRow>, StoreError> {
        let statement = "
            select password, initial_until, sealed from credentials where account = $1 and key_id = 0";
        let row = sqlx::query(statement).bind(account).fetch_optional(&self.pool).await?;
        row.map(|row| {
            Ok(CredentialsRow {
                password: row.try_get("password")?,
                initial_until: row.try_get::<Option<i64>, _>("initial_until")?.map(Instant),
                totp: row.try_get("sealed")?,
            })
        })
        .transpose()
    }

    async fn give_password(&self, account: &str, password: &str, lives_ms: i64) -> Result<(), StoreError> {
        let statement = "
            insert into credentials (account, password, initial_until, key_id, nonce, sealed, changed_at)
            select $1, $2, m.now + $3, 0, ''::bytea, ''::bytea, m.now
            from (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now) m
            on conflict (account) do update set password = excluded.password, initial_until = excluded.initial_until,
                   sealed = excluded.sealed, changed_at = excluded.changed_at";
        let mut transaction = self.pool.begin().await?;
        sqlx::query(statement).bind(account).bind(password).bind(lives_ms).execute(&mut *transaction).await?;
        let gone = "delete from recovery_codes where account = $1";
        sqlx::query(gone).bind(account).execute(&mut *transaction).await?;
        sqlx::query(SESSIONS_OVER).bind(account).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn enrol(&self, account: &str, enrolment: &Enrolment) -> Result<(), StoreError> {
        let hashes = enrolment.recovery.iter().map(|code| keyed_hash(&self.secret, &recovery(account, code)));
        let hashes = json(&hashes.collect::<Vec<_>>())?;
        let mut transaction = self.pool.begin().await?;
        let statement = "
            insert into credentials (account, password, key_id, nonce, sealed, totp_step, changed_at)
            values ($1, $2, 0, ''::bytea, $3, $4, (extract(epoch from clock_timestamp()) * 1000)::bigint)
            on conflict (account) do update set password = excluded.password, initial_until = null,
                   sealed = excluded.sealed, totp_step = excluded.totp_step, changed_at = excluded.changed_at";
        let query =
            sqlx::query(statement).bind(account).bind(&enrolment.password).bind(&enrolment.totp).bind(enrolment.step);
        query.execute(&mut *transaction).await?;
        let gone = "delete from recovery_codes where account = $1";
        sqlx::query(gone).bind(account).execute(&mut *transaction).await?;
        let codes = "insert into recovery_codes (account, code_hash) select $1, value from jsonb_array_elements_text($2::jsonb)";
        sqlx::query(codes).bind(account).bind(hashes).execute(&mut *transaction).await?;
        sqlx::query(SESSIONS_OVER).bind(account).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn use_step(&self, account: &str, step: i64) -> Result<bool, StoreError> {
        let statement = "update credentials set totp_step = $2 where account = $1 and totp_step < $2";
        Ok(sqlx::query(statement).bind(account).bind(step).execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn use_recovery(&self, account: &str, code: &str) -> Result<bool, StoreError> {
        let statement = "
            update recovery_codes set used_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
            where account = $1 and code_hash = $2 and used_at is null";
        let hash = keyed_hash(&self.secret, &recovery(account, code));
        Ok(sqlx::query(statement).bind(account).bind(hash).execute(&self.pool).await?.rows_affected() == 1)
    }
}

fn recovery(account: &str, code: &str) -> String {
    format!("recovery\n{account}\n{code}")
}
