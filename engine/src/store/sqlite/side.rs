//! What stands beside the cases: leases of timers and messages, published definitions.
//! Leases and retries run on machine time, which nobody can move.

use sqlx::Row;

use super::SqliteStore;
use crate::store::rows::{case_id, end_columns};
use crate::store::{
    ATTEMPTS_KEPT_MS, BundleRow, OutboxClaimed, OutboxEnd, REQUESTS_KEPT_MS, SESSION_OWNER_KEPT_MS, StoreError,
    TimerKey,
};
use crate::value::Instant;

const LEASE_TIMERS: &str = "
    update timers set leased_until = m.now + ?2, token = token + 1
    from (select cast(unixepoch('subsec') * 1000 as integer) as now) m
    where (case_id, timer) in (
        select t.case_id, t.timer from timers t, installation i
        where t.at <= cast(unixepoch('subsec') * 1000 as integer) + i.clock_offset
          and t.leased_until <= cast(unixepoch('subsec') * 1000 as integer)
        order by t.at, t.case_id, t.timer limit ?1)
    returning case_id, timer, at";

const LEASE_OUTBOX: &str = "
    update outbox set leased_until = m.now + ?2, token = token + 1, attempts = attempts + 1
    from (select cast(unixepoch('subsec') * 1000 as integer) as now) m
    where id in (
        select o.id from outbox o
        where o.status = 'waiting' and o.not_before <= cast(unixepoch('subsec') * 1000 as integer)
          and o.leased_until <= cast(unixepoch('subsec') * 1000 as integer)
        order by o.id limit ?1)
    returning id, token, attempts, case_id, notice, recipient, text, item, task, due_at, at";

impl SqliteStore {
    pub(super) async fn lease_timers(&self, limit: u32, lease_ms: i64) -> Result<Vec<TimerKey>, StoreError> {
        let mut writer = self.writer.lock().await;
        let rows = sqlx::query(LEASE_TIMERS).bind(i64::from(limit)).bind(lease_ms).fetch_all(&mut *writer).await?;
        let mut due: Vec<(i64, TimerKey)> = rows
            .iter()
            .map(|row| {
                Ok((
                    row.try_get("at")?,
                    TimerKey { case_id: case_id(row.try_get("case_id")?)?, timer: row.try_get("timer")? },
                ))
            })
            .collect::<Result<_, StoreError>>()?;
        due.sort_by_key(|(at, key)| (*at, key.case_id, key.timer));
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }

    pub(super) async fn lease_outbox(&self, limit: u32, lease_ms: i64) -> Result<Vec<OutboxClaimed>, StoreError> {
        let mut writer = self.writer.lock().await;
        let rows = sqlx::query(LEASE_OUTBOX).bind(i64::from(limit)).bind(lease_ms).fetch_all(&mut *writer).await?;
        let mut claimed: Vec<OutboxClaimed> = rows
            .iter()
            .map(|row| {
                Ok(OutboxClaimed {
                    id: row.try_get("id")?,
                    token: row.try_get("token")?,
                    attempts: row.try_get::<u32, _>("attempts")?.saturating_sub(1),
                    case_id: case_id(row.try_get("case_id")?)?,
                    notice: row.try_get("notice")?,
                    recipient: row.try_get("recipient")?,
                    text: row.try_get("text")?,
                    item: row.try_get("item")?,
                    task: row.try_get("task")?,
                    due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Instant),
                    at: Instant(row.try_get("at")?),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        claimed.sort_by_key(|claimed| claimed.id);
        Ok(claimed)
    }

    pub(super) async fn end_outbox(&self, id: i64, token: i64, end: &OutboxEnd) -> Result<bool, StoreError> {
        let (status, after_ms, reason) = end_columns(end);
        let statement = "
            update outbox set status = ?3, reason = ?5, leased_until = 0,
                   not_before = cast(unixepoch('subsec') * 1000 as integer) + ?4,
                   sent_at = case when ?3 = 'sent' then cast(unixepoch('subsec') * 1000 as integer) end
            where id = ?1 and token = ?2 and status = 'waiting'";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(id).bind(token).bind(status).bind(after_ms).bind(reason);
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    pub(super) async fn keep_bundle(&self, bundle: &BundleRow) -> Result<(), StoreError> {
        let statement = "
            insert into definitions (hash, process, sources, published_at)
            values (?1, ?2, ?3, cast(unixepoch('subsec') * 1000 as integer)) on conflict (hash) do nothing";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(&bundle.hash).bind(&bundle.process).bind(&bundle.sources);
        query.execute(&mut *writer).await?;
        Ok(())
    }

    pub(super) async fn read_bundles(&self) -> Result<Vec<BundleRow>, StoreError> {
        let statement = "select hash, process, sources from definitions order by published_at, hash";
        let rows = sqlx::query(statement).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(BundleRow {
                    hash: row.try_get("hash")?,
                    process: row.try_get("process")?,
                    sources: row.try_get("sources")?,
                })
            })
            .collect()
    }

    pub(super) async fn delete_old(&self) -> Result<u64, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut gone = 0;
        // One after the other: none of them has to do with another, and the writer is needed for cases.
        for statement in [
            // An errand may wait longer than that, and must not be carried out twice.
            "delete from requests where made_at < cast(unixepoch('subsec') * 1000 as integer) - ?1
                and not exists (select 1 from errands e where requests.actor = 'case:' || e.case_id)",
            "delete from drafts where expires_at <= (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset
                from installation) and ?1 > 0",
            // A day after the upload, unless its owner still has a draft that may name it.
            "delete from files where made_at < cast(unixepoch('subsec') * 1000 as integer) - 86400000 and ?1 > 0
                and not exists (select 1 from file_uses u where u.file = files.id)
                and not exists (select 1 from drafts d where d.id = files.draft or d.owner = files.owner)",
            "delete from records where until_at <= (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset
                from installation) and ?1 > 0",
            "delete from parked where expires_at <= cast(unixepoch('subsec') * 1000 as integer) and ?1 > 0",
        ] {
            gone += sqlx::query(statement).bind(REQUESTS_KEPT_MS).execute(&mut *writer).await?.rows_affected();
        }
        for (statement, kept_ms) in [
            (
                "delete from sessions where expires_at <= cast(unixepoch('subsec') * 1000 as integer) - ?1",
                SESSION_OWNER_KEPT_MS,
            ),
            ("delete from codes where expires_at <= cast(unixepoch('subsec') * 1000 as integer) - ?1", 0),
            ("delete from steps where expires_at <= cast(unixepoch('subsec') * 1000 as integer) - ?1", 0),
            ("delete from attempts where at <= cast(unixepoch('subsec') * 1000 as integer) - ?1", ATTEMPTS_KEPT_MS),
        ] {
            gone += sqlx::query(statement).bind(kept_ms).execute(&mut *writer).await?.rows_affected();
        }
        Ok(gone)
    }
}
