//! Complaints and ratings with their answers. It must never hand them to the pages on which the work is done.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::{PostgresStore, statements};
use crate::case::CaseId;
use crate::organisation::region::significant;
use crate::store::StoreError;
use crate::store::rows::case_id;
use crate::store::voices::{COMPLAINTS_WAITING_MAX, Said, VoiceListed, VoiceRow, Voices};
use crate::value::Instant;

const SPEAK: &str = "
    insert into voices (id, case_id, who, kind, grade, about, at, key_id, nonce, sealed)
    select $1, $2, $3, $4, $5, $6, $8, 0, ''::bytea, convert_to($7, 'UTF8')
    where $4 = 'rating' or (select count(*) from voices v where v.case_id = $2 and v.who = $3
                                 and v.kind = 'complaint' and v.answered_at is null) < $9
    on conflict (case_id, who) where kind = 'rating'
    do update set grade = excluded.grade, about = excluded.about, at = excluded.at, sealed = excluded.sealed";

const OF: &str = "
    select id, case_id, who, kind, grade, about, at, convert_from(sealed, 'UTF8') as said, convert_from(answer, 'UTF8') as answer, answered_at
    from voices where case_id = $1 and who = $2 and key_id = 0 order by at desc, id";

const IN_REGION: &str = "
    select v.id, v.case_id, v.who, v.kind, v.grade, v.about, v.at, convert_from(v.sealed, 'UTF8') as said,
           convert_from(v.answer, 'UTF8') as answer, v.answered_at
    from voices v join cases c on c.id = v.case_id
    where c.region like $1 || '%' and v.key_id = 0
    order by (v.answered_at is not null), case when v.answered_at is null then v.at else -v.at end, v.id limit $2";

const ANSWER: &str = "
    update voices set answer = convert_to($4, 'UTF8'), answered_by = $3, answered_at = $5
    where id = $1 and answered_at is null
      and exists (select 1 from cases c where c.id = voices.case_id and c.region like $2 || '%')";

fn listed(row: &PgRow) -> Result<VoiceListed, StoreError> {
    let answer: Option<String> = row.try_get("answer")?;
    let answered_at: Option<i64> = row.try_get("answered_at")?;
    let row_of = VoiceRow {
        id: row.try_get("id")?,
        case: case_id(row.try_get("case_id")?)?,
        who: row.try_get("who")?,
        said: Said::from_columns(row.try_get("kind")?, row.try_get("grade")?)?,
        about: row.try_get("about")?,
        text: row.try_get("said")?,
    };
    Ok(VoiceListed { row: row_of, at: Instant(row.try_get("at")?), answer: answer.zip(answered_at.map(Instant)) })
}

#[async_trait]
impl Voices for PostgresStore {
    async fn speak(&self, voice: &VoiceRow) -> Result<bool, StoreError> {
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        let query = sqlx::query(SPEAK)
            .bind(&voice.id)
            .bind(voice.case.to_string())
            .bind(&voice.who)
            .bind(voice.said.word())
            .bind(voice.said.grade().map(i64::from))
            .bind(&voice.about)
            .bind(&voice.text)
            .bind(now)
            .bind(i64::from(COMPLAINTS_WAITING_MAX));
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn voices_of(&self, case: CaseId, who: &str) -> Result<Vec<VoiceListed>, StoreError> {
        let query = sqlx::query(OF).bind(case.to_string()).bind(who);
        query.fetch_all(&self.pool).await?.iter().map(listed).collect()
    }

    async fn voices_in(&self, region: &str, limit: u32) -> Result<Vec<VoiceListed>, StoreError> {
        let query = sqlx::query(IN_REGION).bind(significant(region)).bind(i64::from(limit));
        query.fetch_all(&self.pool).await?.iter().map(listed).collect()
    }

    async fn answer_voice(&self, id: &str, region: &str, by: &str, answer: &str) -> Result<bool, StoreError> {
        let now: i64 = sqlx::query_scalar(statements::NOW).fetch_one(&self.pool).await?;
        let query = sqlx::query(ANSWER).bind(id).bind(significant(region)).bind(by).bind(answer).bind(now);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }
}
