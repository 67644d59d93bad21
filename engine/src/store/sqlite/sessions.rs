//! Sessions, and what the pages of signing in keep between them. It must never answer for an account that may not sign
//! in: the row of the account is looked at with every request.

use sqlx::Row;

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::accounts::{AccountKind, Idle, SessionListed, SessionRow, SessionSeen, Stage};
use crate::store::authorities::Authorities;
use crate::value::Instant;

impl SqliteStore {
    pub(super) async fn keep_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let statement = "
            insert into sessions (token_hash, account, stage, created_at, seen_at, expires_at)
            select ?1, ?2, ?3, m.now, m.now, m.now + ?4
            from (select cast(unixepoch('subsec') * 1000 as integer) as now) m";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement)
            .bind(&session.token_hash)
            .bind(&session.account)
            .bind(session.stage.word())
            .bind(session.lives_ms);
        query.execute(&mut *writer).await?;
        Ok(())
    }

    pub(super) async fn see_session(&self, token_hash: &str, idle: Idle) -> Result<Option<SessionSeen>, StoreError> {
        let statement = "
            select s.account, a.kind, s.stage, s.authority, cast(unixepoch('subsec') * 1000 as integer) - s.seen_at as idle
            from sessions s join accounts a on a.id = s.account
            where s.token_hash = ?1 and s.revoked_at is null and a.disabled_at is null
              and s.expires_at > cast(unixepoch('subsec') * 1000 as integer)";
        let Some(row) = sqlx::query(statement).bind(token_hash).fetch_optional(&self.readers).await? else {
            return Ok(None);
        };
        let kind = AccountKind::from_word(row.try_get("kind")?)?;
        let idle_for: i64 = row.try_get("idle")?;
        if idle_for > idle.of(kind) {
            return Ok(None);
        }
        // Noted once a minute at most: a page view should not cost a commit.
        if idle_for > 60_000 {
            let touch =
                "update sessions set seen_at = cast(unixepoch('subsec') * 1000 as integer) where token_hash = ?1";
            let mut writer = self.writer.lock().await;
            sqlx::query(touch).bind(token_hash).execute(&mut *writer).await?;
        }
        let stage = Stage::from_word(row.try_get("stage")?)?;
        let account: String = row.try_get("account")?;
        let acting = match row.try_get::<Option<String>, _>("authority")? {
            // An authority that ended ends the session: nobody goes on in their own name without noticing.
            Some(authority) => match self.acting(&authority, &account).await? {
                Some(acting) => Some(acting),
                None => return Ok(None),
            },
            None => None,
        };
        let substituting = match kind {
            AccountKind::Staff => self.substituting(&account).await?,
            AccountKind::Citizen => Vec::new(),
        };
        Ok(Some(SessionSeen { account, kind, stage, acting, substituting }))
    }

    pub(super) async fn revoke_session(&self, token_hash: &str) -> Result<(), StoreError> {
        let statement = "
            update sessions set revoked_at = cast(unixepoch('subsec') * 1000 as integer)
            where token_hash = ?1 and revoked_at is null";
        let mut writer = self.writer.lock().await;
        sqlx::query(statement).bind(token_hash).execute(&mut *writer).await?;
        Ok(())
    }

    pub(super) async fn revoke_sessions(&self, account: &str) -> Result<(), StoreError> {
        let statement = "
            update sessions set revoked_at = cast(unixepoch('subsec') * 1000 as integer)
            where account = ?1 and revoked_at is null";
        let mut writer = self.writer.lock().await;
        sqlx::query(statement).bind(account).execute(&mut *writer).await?;
        Ok(())
    }

    pub(super) async fn list_sessions(&self, account: &str) -> Result<Vec<SessionListed>, StoreError> {
        let statement = "
            select substr(token_hash, 1, 16) as handle, created_at, seen_at from sessions
            where account = ?1 and revoked_at is null and expires_at > cast(unixepoch('subsec') * 1000 as integer)
            order by seen_at desc, token_hash limit 100";
        let rows = sqlx::query(statement).bind(account).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(SessionListed {
                    handle: row.try_get("handle")?,
                    created_at: Instant(row.try_get("created_at")?),
                    seen_at: Instant(row.try_get("seen_at")?),
                })
            })
            .collect()
    }

    pub(super) async fn revoke_one(&self, account: &str, handle: &str) -> Result<bool, StoreError> {
        let statement = "
            update sessions set revoked_at = cast(unixepoch('subsec') * 1000 as integer)
            where account = ?1 and substr(token_hash, 1, 16) = ?2 and revoked_at is null";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(statement).bind(account).bind(handle).execute(&mut *writer).await?.rows_affected() > 0)
    }

    pub(super) async fn write_step(&self, token_hash: &str, step: &str, lives_ms: i64) -> Result<(), StoreError> {
        let statement = "
            insert into steps (token_hash, key_id, nonce, sealed, expires_at)
            values (?1, 0, x'', cast(?2 as blob), cast(unixepoch('subsec') * 1000 as integer) + ?3)
            on conflict (token_hash) do update set sealed = excluded.sealed, expires_at = excluded.expires_at";
        let mut writer = self.writer.lock().await;
        sqlx::query(statement).bind(token_hash).bind(step).bind(lives_ms).execute(&mut *writer).await?;
        Ok(())
    }

    pub(super) async fn read_step(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        let statement = "
            select cast(sealed as text) from steps
            where token_hash = ?1 and key_id = 0 and expires_at > cast(unixepoch('subsec') * 1000 as integer)";
        Ok(sqlx::query_scalar(statement).bind(token_hash).fetch_optional(&self.readers).await?)
    }

    pub(super) async fn remove_step(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        let statement = "
            delete from steps
            where token_hash = ?1 and key_id = 0 and expires_at > cast(unixepoch('subsec') * 1000 as integer)
            returning cast(sealed as text)";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query_scalar(statement).bind(token_hash).fetch_optional(&mut *writer).await?)
    }
}
