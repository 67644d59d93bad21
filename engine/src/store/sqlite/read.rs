//! Lists that pages show: history, tasks, cases, messages. Reads only; each is one indexed statement.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, query::Query};

use super::SqliteStore;
use crate::case::CaseId;
use crate::definition::DefinitionHash;
use crate::event::Envelope;
use crate::store::rows::{case_id, json, significant};
use crate::store::{CaseListed, OutboxListed, PostedListed, StoreError, TaskCursor, TaskListed, TaskQuery};
use crate::text::Text;
use crate::value::Instant;

/// Open tasks offered to units or roles in regions, or to the parties of an account; keyset after (due, case, task).
const TASKS: &str = "
    select t.case_id, t.task, c.number, c.process, t.item, t.title_zh, t.title_en, t.status, t.holder, t.offered_at,
           t.due_at, t.warn_at
    from tasks t join cases c on c.id = t.case_id
    where t.status in ('open', 'aside')
      and (coalesce(t.due_at, 9223372036854775807), t.case_id, t.task) > (?1, ?2, ?3)
      and exists (
        select 1 from task_offers o where o.case_id = t.case_id and o.task = t.task and (
            (o.unit <> '' and o.unit in (select value from json_each(?4)) and
             (?7 = '[]' or exists (select 1 from json_each(?7) r
                where o.region like r.value || '%' or r.value like o.region || '%')))
         or (o.role <> '' and o.role in (select value from json_each(?5)) and
             (?7 = '[]' or exists (select 1 from json_each(?7) r
                where o.region like r.value || '%' or r.value like o.region || '%')))
         or (o.party <> '' and exists (select 1 from case_parties p
                where p.actor = ?6 and p.case_id = t.case_id and p.party = o.party))))
    order by coalesce(t.due_at, 9223372036854775807), t.case_id, t.task
    limit ?8";

const CASE_COLUMNS: &str = "c.id, c.number, c.process, c.region, c.opened_at, c.closed_at, c.outcome, c.due_at, c.late";

const PUBLIC_NOTICES: &str = "
    select region, who, what_zh, what_en, objections, posted_at, until_at from public_notices
    where until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
    order by until_at, posted_at, case_id, state limit ?1";

impl SqliteStore {
    pub(super) async fn read_public_notices(&self, limit: u32) -> Result<Vec<PostedListed>, StoreError> {
        let rows = sqlx::query(PUBLIC_NOTICES).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        let posted = rows.iter().map(|row| {
            Ok(PostedListed {
                region: row.try_get("region")?,
                who: row.try_get("who")?,
                what: Text::new(row.try_get::<String, _>("what_zh")?, row.try_get::<String, _>("what_en")?),
                objections: row.try_get("objections")?,
                posted_at: Instant(row.try_get("posted_at")?),
                until_at: Instant(row.try_get("until_at")?),
            })
        });
        posted.collect()
    }

    pub(super) async fn read_history(&self, id: CaseId) -> Result<Vec<Envelope>, StoreError> {
        let statement = "
            select n, at, actor, v, definition, engine, prev, hash, body from events where case_id = ?1 order by n";
        let rows = sqlx::query(statement).bind(id.to_string()).fetch_all(&self.readers).await?;
        rows.iter().map(|row| envelope(id, row)).collect()
    }

    pub(super) async fn read_tasks(
        &self,
        query: &TaskQuery,
        after: Option<TaskCursor>,
        limit: u32,
    ) -> Result<Vec<TaskListed>, StoreError> {
        let (due_at, case, task) =
            after.map_or((i64::MIN, String::new(), 0), |after| (after.due_at, after.case_id.to_string(), after.task));
        let rows = sqlx::query(TASKS)
            .bind(due_at)
            .bind(case)
            .bind(i64::from(task))
            .bind(json(&query.units)?)
            .bind(json(&query.roles)?)
            .bind(query.account.clone().unwrap_or_default())
            .bind(json(&significant(&query.regions))?)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(task_listed).collect()
    }

    pub(super) async fn read_cases_of(&self, actor: &str, limit: u32) -> Result<Vec<CaseListed>, StoreError> {
        let statement = format!(
            "select distinct {CASE_COLUMNS} from case_parties p join cases c on c.id = p.case_id
             where p.actor = ?1 order by c.opened_at desc, c.id limit ?2"
        );
        let query: Query<'_, Sqlite, _> = sqlx::query(sqlx::AssertSqlSafe(statement));
        let rows = query.bind(actor).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(listed).collect()
    }

    pub(super) async fn read_watch(&self, regions: &[String], limit: u32) -> Result<Vec<CaseListed>, StoreError> {
        let statement = format!(
            "select {CASE_COLUMNS} from cases c
             where c.closed_at is null
               and exists (select 1 from json_each(?1) r where c.region like r.value || '%')
             order by c.late desc, coalesce(c.due_at, 9223372036854775807), c.id limit ?2"
        );
        let query: Query<'_, Sqlite, _> = sqlx::query(sqlx::AssertSqlSafe(statement));
        let rows = query.bind(json(&significant(regions))?).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(listed).collect()
    }

    pub(super) async fn read_outbox(&self, limit: u32) -> Result<Vec<OutboxListed>, StoreError> {
        let statement = "
            select id, case_id, notice, recipient, text, item, task, due_at, at, status, attempts, reason
            from outbox order by id desc limit ?1";
        let rows = sqlx::query(statement).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                Ok(OutboxListed {
                    id: row.try_get("id")?,
                    case_id: case_id(row.try_get("case_id")?)?,
                    notice: row.try_get("notice")?,
                    recipient: row.try_get("recipient")?,
                    text: row.try_get("text")?,
                    item: row.try_get("item")?,
                    task: row.try_get("task")?,
                    due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Instant),
                    at: Instant(row.try_get("at")?),
                    status: row.try_get("status")?,
                    attempts: row.try_get("attempts")?,
                    reason: row.try_get("reason")?,
                })
            })
            .collect()
    }
}

fn envelope(case: CaseId, row: &SqliteRow) -> Result<Envelope, StoreError> {
    Ok(Envelope {
        case,
        n: u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or(0),
        at: Instant(row.try_get("at")?),
        actor: row.try_get("actor")?,
        v: row.try_get("v")?,
        definition: DefinitionHash(row.try_get("definition")?),
        engine: row.try_get("engine")?,
        prev: row.try_get("prev")?,
        hash: row.try_get("hash")?,
        body: row.try_get("body")?,
    })
}

fn task_listed(row: &SqliteRow) -> Result<TaskListed, StoreError> {
    Ok(TaskListed {
        case_id: case_id(row.try_get("case_id")?)?,
        task: row.try_get("task")?,
        number: row.try_get("number")?,
        process: row.try_get("process")?,
        item: row.try_get("item")?,
        title: Text::new(row.try_get::<String, _>("title_zh")?, row.try_get::<String, _>("title_en")?),
        status: row.try_get("status")?,
        holder: row.try_get("holder")?,
        offered_at: Instant(row.try_get("offered_at")?),
        due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Instant),
        warn_at: row.try_get::<Option<i64>, _>("warn_at")?.map(Instant),
    })
}

fn listed(row: &SqliteRow) -> Result<CaseListed, StoreError> {
    Ok(CaseListed {
        id: case_id(row.try_get("id")?)?,
        number: row.try_get("number")?,
        process: row.try_get("process")?,
        region: row.try_get("region")?,
        opened_at: Instant(row.try_get("opened_at")?),
        closed_at: row.try_get::<Option<i64>, _>("closed_at")?.map(Instant),
        outcome: row.try_get("outcome")?,
        due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Instant),
        late: row.try_get("late")?,
    })
}
