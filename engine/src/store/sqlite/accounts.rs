//! Accounts, what connectors call them, and guesses counted. It must never hand out a value it was not asked for by id.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::accounts::{
    AccountKind, AccountRow, Accounts, Assurance, CodeClaimed, Idle, Known, SessionListed, SessionRow, SessionSeen,
};
use crate::store::rows::{json, keyed_hash, lookup, stored};
use crate::value::Instant;

const ADD: &str = "
    insert into accounts (id, kind, assurance, phone_hash, number_hash, key_id, nonce, sealed, created_at)
    values (?1, ?2, ?3, ?4, ?5, 0, x'', cast(?6 as blob), cast(unixepoch('subsec') * 1000 as integer))
    on conflict (id) do nothing";

const ACCOUNT: &str = "
    select id, kind, assurance, cast(sealed as text) as known, disabled_at from accounts
    where id = ?1 and key_id = 0";

const ACCOUNTS: &str = "
    select id, kind, assurance, cast(sealed as text) as known, disabled_at from accounts
    where kind = ?1 and key_id = 0 order by id limit ?2";

impl SqliteStore {
    async fn insert_account(
        &self,
        connection: &mut SqliteConnection,
        account: &AccountRow,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(ADD)
            .bind(&account.id)
            .bind(account.kind.word())
            .bind(account.assurance.word())
            .bind(lookup(&self.secret, "phone", &account.known.phone))
            .bind(lookup(&self.secret, "number", &account.known.id_number))
            .bind(json(&account.known)?);
        Ok(query.execute(connection).await?.rows_affected() == 1)
    }

    /// Takes over what a connector says today.
    async fn refresh_account(
        &self,
        connection: &mut SqliteConnection,
        id: &str,
        fresh: &AccountRow,
    ) -> Result<(), StoreError> {
        let row = sqlx::query(ACCOUNT).bind(id).fetch_one(&mut *connection).await?;
        let old = account(&row)?;
        let known = old.known.clone().replaced_by(&fresh.known);
        let assurance = old.assurance.max(fresh.assurance);
        if known == old.known && assurance == old.assurance {
            return Ok(());
        }
        let statement = "
            update accounts set assurance = ?2, phone_hash = ?3, number_hash = ?4, sealed = cast(?5 as blob)
            where id = ?1 and key_id = 0";
        let query = sqlx::query(statement)
            .bind(id)
            .bind(assurance.word())
            .bind(lookup(&self.secret, "phone", &known.phone))
            .bind(lookup(&self.secret, "number", &known.id_number))
            .bind(json(&known)?);
        query.execute(connection).await?;
        Ok(())
    }
}

fn account(row: &SqliteRow) -> Result<AccountRow, StoreError> {
    let known: Known = stored("account", row.try_get::<&str, _>("known")?)?;
    Ok(AccountRow {
        id: row.try_get("id")?,
        kind: AccountKind::from_word(row.try_get("kind")?)?,
        assurance: Assurance::from_word(row.try_get("assurance")?)?,
        known,
        disabled: row.try_get::<Option<i64>, _>("disabled_at")?.is_some(),
    })
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn machine_now(&self) -> Result<Instant, StoreError> {
        let statement = "select cast(unixepoch('subsec') * 1000 as integer)";
        let now: i64 = sqlx::query_scalar(statement).fetch_one(&self.readers).await?;
        Ok(Instant(now))
    }

    async fn add_account(&self, account: &AccountRow) -> Result<bool, StoreError> {
        let mut writer = self.writer.lock().await;
        self.insert_account(&mut writer, account).await
    }

    async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        let row = sqlx::query(ACCOUNT).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(account).transpose()
    }

    async fn accounts(&self, kind: AccountKind, limit: u32) -> Result<Vec<AccountRow>, StoreError> {
        let query = sqlx::query(ACCOUNTS).bind(kind.word()).bind(i64::from(limit));
        query.fetch_all(&self.readers).await?.iter().map(account).collect()
    }

    async fn disable_account(&self, id: &str, disabled: bool) -> Result<bool, StoreError> {
        let statement = "
            update accounts set disabled_at = case when ?2 then cast(unixepoch('subsec') * 1000 as integer) end
            where id = ?1";
        let mut writer = self.writer.lock().await;
        let done = sqlx::query(statement).bind(id).bind(disabled).execute(&mut *writer).await?;
        drop(writer);
        self.revoke_sessions(id).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn identity(&self, connector: &str, subject: &str) -> Result<Option<String>, StoreError> {
        let statement = "select account from identities where connector = ?1 and subject_hash = ?2";
        let hash = keyed_hash(&self.secret, &format!("subject\n{subject}"));
        Ok(sqlx::query_scalar(statement).bind(connector).bind(hash).fetch_optional(&self.readers).await?)
    }

    async fn admit(&self, connector: &str, subject: &str, fresh: &AccountRow) -> Result<String, StoreError> {
        let hash = keyed_hash(&self.secret, &format!("subject\n{subject}"));
        let mut writer = self.writer.lock().await;
        let mut transaction = sqlx::Connection::begin_with(&mut *writer, "begin immediate").await?;
        let known = "select account from identities where connector = ?1 and subject_hash = ?2";
        let found: Option<String> =
            sqlx::query_scalar(known).bind(connector).bind(&hash).fetch_optional(&mut *transaction).await?;
        let id = match found {
            Some(id) => {
                self.refresh_account(&mut transaction, &id, fresh).await?;
                id
            }
            None => {
                self.insert_account(&mut transaction, fresh).await?;
                let link = "
                    insert into identities (connector, subject_hash, account, created_at)
                    values (?1, ?2, ?3, cast(unixepoch('subsec') * 1000 as integer))";
                let query = sqlx::query(link).bind(connector).bind(&hash).bind(&fresh.id);
                query.execute(&mut *transaction).await?;
                fresh.id.clone()
            }
        };
        transaction.commit().await?;
        Ok(id)
    }

    async fn link(&self, connector: &str, subject: &str, account: &str) -> Result<bool, StoreError> {
        let statement = "
            insert into identities (connector, subject_hash, account, created_at)
            values (?1, ?2, ?3, cast(unixepoch('subsec') * 1000 as integer)) on conflict do nothing";
        let hash = keyed_hash(&self.secret, &format!("subject\n{subject}"));
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(connector).bind(hash).bind(account);
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn attempt(&self, key: &str, limit: u32, window_ms: i64) -> Result<bool, StoreError> {
        let statement = "
            insert into attempts (key_hash, at)
            select ?1, m.now from (select cast(unixepoch('subsec') * 1000 as integer) as now) m
            where (select count(*) from attempts a where a.key_hash = ?1 and a.at > m.now - ?3) < ?2";
        let hash = keyed_hash(&self.secret, &format!("attempt\n{key}"));
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(hash).bind(i64::from(limit)).bind(window_ms);
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn forgive(&self, key: &str) -> Result<(), StoreError> {
        let hash = keyed_hash(&self.secret, &format!("attempt\n{key}"));
        let mut writer = self.writer.lock().await;
        sqlx::query("delete from attempts where key_hash = ?1").bind(hash).execute(&mut *writer).await?;
        Ok(())
    }

    async fn make_code(&self, phone: &str, purpose: &str, code: &str, lives_ms: i64) -> Result<(), StoreError> {
        self.keep_code(phone, purpose, code, lives_ms).await
    }

    async fn redeem_code(&self, phone: &str, purpose: &str, code: &str) -> Result<bool, StoreError> {
        self.use_code(phone, purpose, code).await
    }

    async fn claim_codes(&self, limit: u32, lease_ms: i64) -> Result<Vec<CodeClaimed>, StoreError> {
        self.lease_codes(limit, lease_ms).await
    }

    async fn finish_code(&self, id: i64, token: i64, retry_ms: Option<i64>) -> Result<bool, StoreError> {
        self.end_code(id, token, retry_ms).await
    }

    async fn waiting_codes(&self, limit: u32) -> Result<Vec<CodeClaimed>, StoreError> {
        self.read_codes(limit).await
    }

    async fn keep_step(&self, token_hash: &str, step: &str, lives_ms: i64) -> Result<(), StoreError> {
        self.write_step(token_hash, step, lives_ms).await
    }

    async fn step(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        self.read_step(token_hash).await
    }

    async fn take_step(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        self.remove_step(token_hash).await
    }

    async fn begin_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.keep_session(session).await
    }

    async fn session(&self, token_hash: &str, idle: Idle) -> Result<Option<SessionSeen>, StoreError> {
        self.see_session(token_hash, idle).await
    }

    async fn session_owner(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        let statement = "select account from sessions where token_hash = ?1 and revoked_at is null";
        Ok(sqlx::query_scalar(statement).bind(token_hash).fetch_optional(&self.readers).await?)
    }

    async fn renew_session(&self, token_hash: &str, new_hash: &str) -> Result<bool, StoreError> {
        let statement = "update sessions set token_hash = ?2 where token_hash = ?1 and revoked_at is null";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(statement).bind(token_hash).bind(new_hash).execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.revoke_session(token_hash).await
    }

    async fn end_sessions(&self, account: &str) -> Result<(), StoreError> {
        self.revoke_sessions(account).await
    }

    async fn sessions_of(&self, account: &str) -> Result<Vec<SessionListed>, StoreError> {
        self.list_sessions(account).await
    }

    async fn end_session_of(&self, account: &str, handle: &str) -> Result<bool, StoreError> {
        self.revoke_one(account, handle).await
    }
}
