//! Cases in PostgreSQL 15 or later: any number of nodes on one database. It must never decide anything, and never
//! acknowledge before the commit has returned.
//!
//! Transactions are `read committed`: a group first locks the rows of its cases in the order of their ids, and every
//! statement after that sees what the holder of the locks before it committed.

mod accounts;
mod authorities;
mod codes;
mod credentials;
mod drafts;
mod errands;
mod files;
mod gathered;
mod places;
mod read;
mod reads;
mod records;
mod sessions;
mod side;
mod statements;
mod voices;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{PgPool, Row};
use tokio::sync::Mutex;

use super::rows::{
    case_id, case_rows, cases_made, json, must_be, new_cases, new_secret, not_changed, record_rows, stored, unsealed,
};
use super::{
    Answered, Batch, BundleRow, CaseListed, ErrandClaimed, ErrandKey, Fate, GatheredRow, Held, Kind, LineListed,
    OutboxClaimed, OutboxEnd, OutboxListed, PostedListed, RequestKey, Snapshot, Store, StoreError, TaskCursor,
    TaskListed, TaskQuery, Think, TimerKey, Wanted,
};
use crate::case::{Answers, Case, CaseId};
use crate::command::Member;
use crate::decide::{LineAsked, LineFound, Loaded, RecordKey};
use crate::definition::DefinitionHash;
use crate::event::{Envelope, Holder};
use crate::kernel::StateId;
use crate::value::{Instant, Value};

/// Case numbers that a node takes at once, so that nodes do not queue for every new case. Gaps are allowed.
const NUMBERS_AT_ONCE: u32 = 100;
/// Names the lock under which the tables are made.
const SCHEMA_LOCK: i64 = 0x006f_6e65_7468_696e;

/// A store on PostgreSQL.
pub struct PostgresStore {
    pool: PgPool,
    secret: Vec<u8>,
    /// Numbers taken and not yet used, first and one past the last.
    numbers: Mutex<(i64, i64)>,
}

impl PostgresStore {
    /// Connects, and makes the tables of a new database.
    ///
    /// # Errors
    /// The address is wrong, nobody answers there, or it is no installation of this schema.
    pub async fn open(url: &str, kind: Kind) -> Result<PostgresStore, StoreError> {
        // Whatever hangs must end: a lock of a node that went away, a statement without an index.
        let options = PgConnectOptions::from_str(url)?.application_name("onething").options([
            ("lock_timeout", "10s"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await?;
        make(&pool, kind).await?;
        let secret: Vec<u8> = sqlx::query_scalar("select secret from installation").fetch_one(&pool).await?;
        Ok(PostgresStore { pool, secret, numbers: Mutex::new((0, 0)) })
    }

    /// Serial numbers for new cases, first and one past the last. Taken outside the group's transaction: the row they
    /// are counted in must not be locked while a group is decided and flushed.
    async fn take_numbers(&self, wanted: u32) -> Result<(u64, u64), StoreError> {
        if wanted == 0 {
            return Ok((0, 0));
        }
        let mut held = self.numbers.lock().await;
        let count = i64::from(wanted);
        if held.1 - held.0 < count {
            let block = sqlx::query(statements::NUMBERS).bind(i64::from(wanted.max(NUMBERS_AT_ONCE)));
            let block = block.fetch_one(&self.pool).await?;
            let (first, end): (i64, i64) = (block.try_get(0)?, block.try_get(1)?);
            // Without another node in between, the block goes on where the last one ended.
            *held = (if first == held.1 { held.0 } else { first }, end);
        }
        let first = held.0;
        held.0 += count;
        Ok((u64::try_from(first).unwrap_or(0), u64::try_from(first + count).unwrap_or(0)))
    }
}

/// Makes the tables of a new database; of several nodes that open it at once, one.
async fn make(pool: &PgPool, kind: Kind) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(SCHEMA_LOCK).execute(&mut *transaction).await?;
    let known: bool =
        sqlx::query_scalar("select to_regclass('installation') is not null").fetch_one(&mut *transaction).await?;
    if known {
        let made: String = sqlx::query_scalar("select kind from installation").fetch_one(&mut *transaction).await?;
        return kind.must_fit(&made);
    }
    let secret = new_secret()?;
    sqlx::raw_sql(include_str!("postgres/schema.sql")).execute(&mut *transaction).await?;
    sqlx::query("insert into installation (one, kind, secret, schema_version) values (1, $1, $2, 1)")
        .bind(kind.word())
        .bind(secret.as_slice())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Locks and loads what a group wants, on the connection that holds its transaction.
async fn load(connection: &mut PgConnection, wanted: &Wanted, numbers: (u64, u64)) -> Result<Snapshot, StoreError> {
    let cases = load_cases(&mut *connection, statements::LOCK_CASES, &wanted.cases).await?;
    let mut answered = BTreeMap::new();
    if !wanted.keys.is_empty() {
        let rows = sqlx::query(statements::LOAD_REQUESTS).bind(json(&wanted.keys)?).fetch_all(&mut *connection).await?;
        for row in rows {
            let key = RequestKey { actor: row.try_get(0)?, key: row.try_get(1)? };
            let receipt = stored("receipt", row.try_get::<&str, _>(3)?)?;
            answered.insert(key, Answered { digest: row.try_get(2)?, receipt });
        }
    }
    // After the locks: another node may have written meanwhile, and time must not go back behind that.
    let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&mut *connection).await?;
    Ok(Snapshot {
        now: Instant(now),
        cases,
        answered,
        numbers,
        files: BTreeMap::new(),
        records: BTreeMap::new(),
        lines: BTreeMap::new(),
    })
}

/// Rows and latest answers of cases.
async fn load_cases(
    connection: &mut PgConnection,
    statement: &'static str,
    ids: &[CaseId],
) -> Result<BTreeMap<CaseId, Held>, StoreError> {
    let ids = json(ids)?;
    let mut cases = BTreeMap::new();
    for row in sqlx::query(statement).bind(&ids).fetch_all(&mut *connection).await? {
        let case: Case = stored("case", row.try_get::<&str, _>("body")?)?;
        let loaded = Loaded { case, answers: Answers::default() };
        let held = Held { loaded, head: row.try_get("head")?, quarantined: row.try_get("quarantined")? };
        cases.insert(case_id(row.try_get("id")?)?, held);
    }
    if cases.is_empty() {
        return Ok(cases);
    }
    for row in sqlx::query(statements::LOAD_ANSWERS).bind(&ids).fetch_all(&mut *connection).await? {
        let values: Value = unsealed(row.try_get(4)?, row.try_get(5)?)?;
        let holder = Holder::from_column(row.try_get(1)?);
        if let Some(held) = cases.get_mut(&case_id(row.try_get(0)?)?) {
            held.loaded.answers.0.insert((holder, row.try_get(2)?), values);
        }
    }
    Ok(cases)
}

/// Writes a batch: one statement per table. Requests come first: of one request that reached two nodes the second must
/// find that it was answered, and not that its case has a rival.
async fn save(connection: &mut PgConnection, secret: &[u8], batch: &Batch) -> Result<(), StoreError> {
    if !batch.answered.is_empty() {
        let rows = json(&batch.answered)?;
        let kept = sqlx::query(statements::REQUESTS).bind(rows).execute(&mut *connection).await?;
        must_be("requests", batch.answered.len(), kept.rows_affected())?;
    }
    if !batch.cases.is_empty() {
        let rows = case_rows(secret, batch)?;
        let new = new_cases(batch);
        if new > 0 {
            let made = sqlx::query(statements::CASES_NEW).bind(&rows).execute(&mut *connection).await?;
            if let Err(error) = cases_made(batch, made.rows_affected()) {
                let StoreError::Duplicate(_) = error else { return Err(error) };
                let rival: Option<String> =
                    sqlx::query_scalar(statements::RIVAL).bind(&rows).fetch_optional(connection).await?;
                return Err(StoreError::Duplicate(rival.map(|id| case_id(&id)).transpose()?));
            }
        }
        if new < batch.cases.len() {
            let changed = sqlx::query(statements::CASES_CHANGED).bind(&rows).execute(&mut *connection).await;
            let changed = changed.map_err(not_changed)?;
            must_be("cases", batch.cases.len() - new, changed.rows_affected())?;
        }
    }
    let records = record_rows(secret, batch)?;
    if !batch.records.is_empty() {
        sqlx::query(statements::RECORDS_BEFORE).bind(&records).execute(&mut *connection).await?;
    }
    // Tables whose count must be what was sent, in this order.
    let exact = [
        ("events", statements::EVENTS, json(&batch.events)?, batch.events.len()),
        ("answers", statements::ANSWERS, json(&batch.answers)?, batch.answers.len()),
        ("tasks", statements::TASKS, json(&batch.tasks)?, batch.tasks.len()),
        ("timers", statements::TIMERS, json(&batch.timers)?, batch.timers.len()),
        ("timers", statements::TIMERS_GONE, json(&batch.timers_gone)?, batch.timers_gone.len()),
        ("outbox", statements::OUTBOX, json(&batch.outbox)?, batch.outbox.len()),
        ("errands", statements::ERRANDS, json(&batch.errands)?, batch.errands.len()),
        ("errands", statements::ERRANDS_GONE, json(&batch.errands_gone)?, batch.errands_gone.len()),
        ("gathered", statements::GATHERED, json(&batch.gathered)?, batch.gathered.len()),
        ("records", statements::RECORDS, records, batch.records.len()),
        ("refusals", statements::REFUSALS, json(&batch.refusals)?, batch.refusals.len()),
        ("drafts", statements::DRAFTS_USED, json(&batch.drafts)?, batch.drafts.len()),
    ];
    for (table, statement, rows, count) in exact {
        if count > 0 {
            let done = sqlx::query(statement).bind(rows).execute(&mut *connection).await?;
            if table == "drafts" && done.rows_affected() != count as u64 {
                return Err(StoreError::DraftUsed);
            }
            must_be(table, count, done.rows_affected())?;
        }
    }
    // Offers to the same place twice, and a second account of the same person, are no conflict.
    for (statement, rows, count) in [
        (statements::OFFERS, json(&batch.offers)?, batch.offers.len()),
        (statements::PARTIES, json(&batch.parties)?, batch.parties.len()),
        (statements::PLACES_OF, json(&batch.places_of)?, batch.places_of.len()),
        (statements::PLACES, json(&batch.places)?, batch.places.len()),
        (statements::POSTED_OF, json(&batch.posted_of)?, batch.posted_of.len()),
        (statements::POSTED, json(&batch.posted)?, batch.posted.len()),
        (files::USES, json(&batch.file_uses)?, batch.file_uses.len()),
    ] {
        if count > 0 {
            sqlx::query(statement).bind(rows).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl Store for PostgresStore {
    async fn write(&self, wanted: &Wanted, think: &mut dyn Think) -> Result<Vec<Fate>, StoreError> {
        let numbers = self.take_numbers(wanted.numbers).await?;
        let mut transaction = self.pool.begin().await?;
        let mut snapshot = load(&mut transaction, wanted, numbers).await?;
        records::look_up(&mut transaction, &self.secret, &think.asks(&snapshot), &mut snapshot, &wanted.cases).await?;
        places::look_up(&mut transaction, &self.secret, &think.lines(&snapshot), &mut snapshot).await?;
        files::look_up(&mut transaction, wanted, &mut snapshot).await?;
        let planned = think.plan(snapshot)?;
        save(&mut transaction, &self.secret, &planned.batch).await?;
        transaction.commit().await?;
        Ok(planned.fates)
    }

    async fn quarantine(&self, case: CaseId) -> Result<(), StoreError> {
        let statement = "update cases set quarantined = true where id = $1";
        sqlx::query(statement).bind(case.to_string()).execute(&self.pool).await?;
        Ok(())
    }

    async fn case(&self, id: CaseId) -> Result<Option<Held>, StoreError> {
        // One snapshot for the row and its answers.
        let mut reader = self.pool.begin_with("begin isolation level repeatable read, read only").await?;
        Ok(load_cases(&mut reader, statements::LOAD_CASES, &[id]).await?.remove(&id))
    }

    async fn case_by_number(&self, number: &str) -> Result<Option<CaseId>, StoreError> {
        let found: Option<String> = sqlx::query_scalar("select id from cases where number = $1")
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        found.map(|id| case_id(&id)).transpose()
    }

    async fn recorded(
        &self,
        keys: &BTreeSet<RecordKey>,
        besides: CaseId,
    ) -> Result<BTreeMap<RecordKey, BTreeSet<CaseId>>, StoreError> {
        self.find_records(keys, besides).await
    }

    async fn holders(&self, process: &str, key: &RecordKey) -> Result<Vec<CaseId>, StoreError> {
        self.find_holders(process, key).await
    }

    async fn members(
        &self,
        process: &str,
        region: &str,
        states: &BTreeMap<DefinitionHash, BTreeSet<StateId>>,
    ) -> Result<Vec<Member>, StoreError> {
        self.find_members(process, region, states).await
    }

    async fn gathered(
        &self,
        list: ErrandKey,
        after: u32,
        limit: u32,
        all: bool,
    ) -> Result<Vec<GatheredRow>, StoreError> {
        self.read_gathered(&list, after, limit, all).await
    }

    async fn release_errand(&self, errand: ErrandKey) -> Result<(), StoreError> {
        self.end_errand_lease(&errand).await
    }

    async fn line(&self, asked: &LineAsked) -> Result<LineFound, StoreError> {
        self.read_line(asked).await
    }

    async fn lines(&self, year: i16, waiting: bool) -> Result<Vec<LineListed>, StoreError> {
        self.read_lines(year, waiting).await
    }

    async fn history(&self, id: CaseId) -> Result<Vec<Envelope>, StoreError> {
        self.read_history(id).await
    }

    async fn tasks(
        &self,
        query: &TaskQuery,
        after: Option<TaskCursor>,
        limit: u32,
    ) -> Result<Vec<TaskListed>, StoreError> {
        self.read_tasks(query, after, limit).await
    }

    async fn cases_of(&self, actor: &str, limit: u32) -> Result<Vec<CaseListed>, StoreError> {
        self.read_cases_of(actor, limit).await
    }

    async fn watch(&self, regions: &[String], limit: u32) -> Result<Vec<CaseListed>, StoreError> {
        self.read_watch(regions, limit).await
    }

    async fn legal_now(&self) -> Result<Instant, StoreError> {
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        Ok(Instant(now))
    }

    async fn move_clock(&self, to: Instant) -> Result<(), StoreError> {
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        let statement = "update installation set clock_offset = clock_offset + $1 where $1 > 0";
        sqlx::query(statement).bind(to.0 - now).execute(&self.pool).await?;
        Ok(())
    }

    async fn claim_timers(&self, limit: u32, lease_ms: i64) -> Result<Vec<TimerKey>, StoreError> {
        self.lease_timers(limit, lease_ms).await
    }

    async fn next_timer(&self) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("select min(at) from timers").fetch_one(&self.pool).await?;
        Ok(at.map(Instant))
    }

    async fn claim_errands(&self, limit: u32, lease_ms: i64) -> Result<Vec<ErrandClaimed>, StoreError> {
        self.lease_errands(limit, lease_ms).await
    }

    async fn claim_outbox(&self, limit: u32, lease_ms: i64) -> Result<Vec<OutboxClaimed>, StoreError> {
        self.lease_outbox(limit, lease_ms).await
    }

    async fn finish_outbox(&self, id: i64, token: i64, end: &OutboxEnd) -> Result<bool, StoreError> {
        self.end_outbox(id, token, end).await
    }

    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxListed>, StoreError> {
        self.read_outbox(limit).await
    }

    async fn publish(&self, bundle: &BundleRow) -> Result<(), StoreError> {
        self.keep_bundle(bundle).await
    }

    async fn published(&self) -> Result<Vec<BundleRow>, StoreError> {
        self.read_bundles().await
    }

    async fn public_notices(&self, limit: u32) -> Result<Vec<PostedListed>, StoreError> {
        self.read_public_notices(limit).await
    }

    async fn sweep(&self) -> Result<u64, StoreError> {
        self.delete_old().await
    }

    async fn size(&self) -> Result<u64, StoreError> {
        let statement = "select pg_database_size(current_database())";
        let size: i64 = sqlx::query_scalar(statement).fetch_one(&self.pool).await?;
        Ok(u64::try_from(size).unwrap_or(0))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let _: i32 = sqlx::query_scalar("select 1").fetch_one(&self.pool).await?;
        Ok(())
    }
}
