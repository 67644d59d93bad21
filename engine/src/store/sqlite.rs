//! Cases in SQLite: one writer connection, many readers, WAL with `synchronous=FULL`. It must never decide anything,
//! and never acknowledge before the commit has returned.

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

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Row, SqlitePool};
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

/// A store on SQLite.
pub struct SqliteStore {
    writer: Mutex<SqliteConnection>,
    readers: SqlitePool,
    secret: Vec<u8>,
}

impl SqliteStore {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// It cannot be opened, or is no installation of this schema.
    pub async fn open(path: &str, kind: Kind) -> Result<SqliteStore, StoreError> {
        let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(10))
            .foreign_keys(true);
        let mut writer = SqliteConnection::connect_with(&options).await?;
        make(&mut writer, kind).await?;
        let secret: Vec<u8> = sqlx::query_scalar("select secret from installation").fetch_one(&mut writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options.read_only(true)).await?;
        Ok(SqliteStore { writer: Mutex::new(writer), readers, secret })
    }
}

/// Makes the tables of a new file.
async fn make(connection: &mut SqliteConnection, kind: Kind) -> Result<(), StoreError> {
    let known: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = 'installation'")
        .fetch_one(&mut *connection)
        .await?;
    if known > 0 {
        let made: String = sqlx::query_scalar("select kind from installation").fetch_one(connection).await?;
        return kind.must_fit(&made);
    }
    let secret = new_secret()?;
    let mut transaction = connection.begin_with("begin immediate").await?;
    sqlx::raw_sql(include_str!("sqlite/schema.sql")).execute(&mut *transaction).await?;
    sqlx::query("insert into installation (one, kind, secret, schema_version) values (1, ?1, ?2, 1)")
        .bind(kind.word())
        .bind(secret.as_slice())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Loads what a group wants, on the connection that holds its transaction.
async fn load(connection: &mut SqliteConnection, wanted: &Wanted) -> Result<Snapshot, StoreError> {
    let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&mut *connection).await?;
    let cases = load_cases(&mut *connection, &wanted.cases).await?;
    let mut answered = BTreeMap::new();
    if !wanted.keys.is_empty() {
        let rows = sqlx::query(statements::LOAD_REQUESTS).bind(json(&wanted.keys)?).fetch_all(&mut *connection).await?;
        for row in rows {
            let key = RequestKey { actor: row.try_get(0)?, key: row.try_get(1)? };
            let receipt = stored("receipt", row.try_get::<&str, _>(3)?)?;
            answered.insert(key, Answered { digest: row.try_get(2)?, receipt });
        }
    }
    let mut numbers = (0, 0);
    if wanted.numbers > 0 {
        let first: i64 =
            sqlx::query_scalar(statements::NUMBERS).bind(i64::from(wanted.numbers)).fetch_one(connection).await?;
        let first = u64::try_from(first).unwrap_or(0);
        numbers = (first, first + u64::from(wanted.numbers));
    }
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
pub(super) async fn load_cases(
    connection: &mut SqliteConnection,
    ids: &[CaseId],
) -> Result<BTreeMap<CaseId, Held>, StoreError> {
    let ids = json(ids)?;
    let mut cases = BTreeMap::new();
    for row in sqlx::query(statements::LOAD_CASES).bind(&ids).fetch_all(&mut *connection).await? {
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
async fn save(connection: &mut SqliteConnection, secret: &[u8], batch: &Batch) -> Result<(), StoreError> {
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
impl Store for SqliteStore {
    async fn write(&self, wanted: &Wanted, think: &mut dyn Think) -> Result<Vec<Fate>, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut transaction = writer.begin_with("begin immediate").await?;
        let mut snapshot = load(&mut transaction, wanted).await?;
        records::look_up(&mut transaction, &self.secret, &think.asks(&snapshot), &mut snapshot, &wanted.cases).await?;
        places::look_up(&mut transaction, &think.lines(&snapshot), &mut snapshot).await?;
        files::look_up(&mut transaction, wanted, &mut snapshot).await?;
        let planned = think.plan(snapshot)?;
        save(&mut transaction, &self.secret, &planned.batch).await?;
        transaction.commit().await?;
        Ok(planned.fates)
    }

    async fn quarantine(&self, case: CaseId) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let statement = "update cases set quarantined = 1 where id = ?1";
        sqlx::query(statement).bind(case.to_string()).execute(&mut *writer).await?;
        Ok(())
    }

    async fn case(&self, id: CaseId) -> Result<Option<Held>, StoreError> {
        // One snapshot for the row and its answers.
        let mut reader = self.readers.begin().await?;
        Ok(load_cases(&mut reader, &[id]).await?.remove(&id))
    }

    async fn case_by_number(&self, number: &str) -> Result<Option<CaseId>, StoreError> {
        let found: Option<String> = sqlx::query_scalar("select id from cases where number = ?1")
            .bind(number)
            .fetch_optional(&self.readers)
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
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.readers).await?;
        Ok(Instant(now))
    }

    async fn move_clock(&self, to: Instant) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&mut *writer).await?;
        let statement = "update installation set clock_offset = clock_offset + ?1 where ?1 > 0";
        sqlx::query(statement).bind(to.0 - now).execute(&mut *writer).await?;
        Ok(())
    }

    async fn claim_timers(&self, limit: u32, lease_ms: i64) -> Result<Vec<TimerKey>, StoreError> {
        self.lease_timers(limit, lease_ms).await
    }

    async fn next_timer(&self) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("select min(at) from timers").fetch_one(&self.readers).await?;
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
        let statement = "select page_count * page_size from pragma_page_count, pragma_page_size";
        let size: i64 = sqlx::query_scalar(statement).fetch_one(&self.readers).await?;
        Ok(u64::try_from(size).unwrap_or(0))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let _: i64 = sqlx::query_scalar("select 1").fetch_one(&self.readers).await?;
        Ok(())
    }
}
