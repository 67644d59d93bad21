//! What stands beside the cases: leases of timers and messages, published definitions.
//! Leases and retries run on machine time, which nobody can move.

use sqlx::Row;

use super::PostgresStore;
use super::read::{small, some_small};
use crate::store::rows::{case_id, end_columns};
use crate::store::{
    ATTEMPTS_KEPT_MS, BundleRow, OutboxClaimed, OutboxEnd, REQUESTS_KEPT_MS, SESSION_OWNER_KEPT_MS, StoreError,
    TimerKey,
};
use crate::value::Instant;

/// `materialized`: a claim must be computed once, or it would lease more than it returns. What another worker is just
/// claiming is skipped, not waited for.
const LEASE_TIMERS: &str = "
    with due as materialized (
        select t.case_id, t.timer from timers t, installation i
        where t.at <= (extract(epoch from clock_timestamp()) * 1000)::bigint + i.clock_offset
          and t.leased_until <= (extract(epoch from clock_timestamp()) * 1000)::bigint
        order by t.at, t.case_id, t.timer limit $1 for update of t skip locked)
    update timers t set leased_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + $2, token = t.token + 1
    from due where t.case_id = due.case_id and t.timer = due.timer
    returning t.case_id, t.timer, t.at";

const LEASE_OUTBOX: &str = "
    with due as materialized (
        select o.id from outbox o
        where o.status = 'waiting' and o.not_before <= (extract(epoch from clock_timestamp()) * 1000)::bigint
          and o.leased_until <= (extract(epoch from clock_timestamp()) * 1000)::bigint
        order by o.id limit $1 for update skip locked)
    update outbox o set leased_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + $2,
           token = o.token + 1, attempts = o.attempts + 1
    from due where o.id = due.id
    returning o.id, o.token, o.attempts, o.case_id, o.notice, o.recipient, o.text, o.item, o.task, o.due_at, o.at";

impl PostgresStore {
    pub(super) async fn lease_timers(&self, limit: u32, lease_ms: i64) -> Result<Vec<TimerKey>, StoreError> {
        let rows = sqlx::query(LEASE_TIMERS).bind(i64::from(limit)).bind(lease_ms).fetch_all(&self.pool).await?;
        let mut due: Vec<(i64, TimerKey)> = rows
            .iter()
            .map(|row| {
                Ok((
                    row.try_get("at")?,
                    TimerKey { case_id: case_id(row.try_get("case_id")?)?, timer: small(row, "timer")? },
                ))
            })
            .collect::<Result<_, StoreError>>()?;
        due.sort_by_key(|(at, key)| (*at, key.case_id, key.timer));
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }

    pub(super) async fn lease_outbox(&self, limit: u32, lease_ms: i64) -> Result<Vec<OutboxClaimed>, StoreError> {
        let rows = sqlx::query(LEASE_OUTBOX).bind(i64::from(limit)).bind(lease_ms).fetch_all(&self.pool).await?;
        let mut claimed: Vec<OutboxClaimed> = rows
            .iter()
            .map(|row| {
                Ok(OutboxClaimed {
                    id: row.try_get("id")?,
                    token: row.try_get("token")?,
                    attempts: small(row, "attempts")?.saturating_sub(1),
                    case_id: case_id(row.try_get("case_id")?)?,
                    notice: small(row, "notice")?,
                    recipient: row.try_get("recipient")?,
                    text: row.try_get("text")?,
                    item: row.try_get("item")?,
                    task: some_small(row, "task")?,
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
            update outbox set status = $3::text, reason = $5, leased_until = 0,
                   not_before = (extract(epoch from clock_timestamp()) * 1000)::bigint + $4,
                   sent_at = case when $3::text = 'sent' then (extract(epoch from clock_timestamp()) * 1000)::bigint end
            where id = $1 and token = $2 and status = 'waiting'";
        let query = sqlx::query(statement).bind(id).bind(token).bind(status).bind(after_ms).bind(reason);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    pub(super) async fn keep_bundle(&self, bundle: &BundleRow) -> Result<(), StoreError> {
        let statement = "
            insert into definitions (hash, process, sources, published_at)
            values ($1, $2, $3, (extract(epoch from clock_timestamp()) * 1000)::bigint) on conflict (hash) do nothing";
        let query = sqlx::query(statement).bind(&bundle.hash).bind(&bundle.process).bind(&bundle.sources);
        query.execute(&self.pool).await?;
        Ok(())
    }

    pub(super) async fn read_bundles(&self) -> Result<Vec<BundleRow>, StoreError> {
        let statement = "select hash, process, sources from definitions order by published_at, hash";
        let rows = sqlx::query(statement).fetch_all(&self.pool).await?;
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
        let mut gone = 0;
        for statement in [
            // An errand may wait longer than that, and must not be carried out twice.
            "delete from requests where made_at < (extract(epoch from clock_timestamp()) * 1000)::bigint - $1
                and not exists (select 1 from errands e where requests.actor = 'case:' || e.case_id)",
            "delete from drafts where expires_at <= (select (extract(epoch from clock_timestamp()) * 1000)::bigint
                + clock_offset from installation) and $1 > 0",
            // A day after the upload, unless its owner still has a draft that may name it.
            "delete from files where made_at < (extract(epoch from clock_timestamp()) * 1000)::bigint - 86400000 and $1 > 0
                and not exists (select 1 from file_uses u where u.file = files.id)
                and not exists (select 1 from drafts d where d.id = files.draft or d.owner = files.owner)",
            "delete from records where until_at <= (select (extract(epoch from clock_timestamp()) * 1000)::bigint
                + clock_offset from installation) and $1 > 0",
            "delete from parked where expires_at <= (extract(epoch from clock_timestamp()) * 1000)::bigint and $1 > 0",
        ] {
            gone += sqlx::query(statement).bind(REQUESTS_KEPT_MS).execute(&self.pool).await?.rows_affected();
        }
        for (statement, kept_ms) in [
            (
                "delete from sessions where expires_at <= (extract(epoch from clock_timestamp()) * 1000)::bigint - $1",
                SESSION_OWNER_KEPT_MS,
            ),
            ("delete from codes where expires_at <= (extract(epoch from clock_timestamp()) * 1000)::bigint - $1", 0),
            ("delete from steps where expires_at <= (extract(epoch from clock_timestamp()) * 1000)::bigint - $1", 0),
            (
                "delete from attempts where at <= (extract(epoch from clock_timestamp()) * 1000)::bigint - $1",
                ATTEMPTS_KEPT_MS,
            ),
        ] {
            gone += sqlx::query(statement).bind(kept_ms).execute(&self.pool).await?.rows_affected();
        }
        Ok(gone)
    }
}
