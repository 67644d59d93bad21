//! Drafts in SQLite.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::SqliteStore;
use crate::store::rows::{case_id, keyed_hash, must_be, retrieval};
use crate::store::{DraftRow, Drafts, ParkedRow, StoreError};
use crate::value::Instant;

const ONE: &str = "
    select id, owner, process, door, form_hash, version, cast(sealed as text) as typed, expires_at, case_id
    from drafts where id = ?1 and key_id = 0";

const OPEN: &str = "
    select id, owner, process, door, form_hash, version, cast(sealed as text) as typed, expires_at, case_id
    from drafts where owner = ?1 and key_id = 0 and case_id is null order by changed_at desc, id limit ?2";

#[async_trait]
impl Drafts for SqliteStore {
    async fn save_draft(&self, draft: &DraftRow) -> Result<(), StoreError> {
        let statement = "
            insert into drafts (id, owner, process, door, form_hash, version, key_id, nonce, sealed, changed_at, expires_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, 0, x'', cast(?7 as blob), cast(unixepoch('subsec') * 1000 as integer), ?8)
            on conflict (id) do update set form_hash = excluded.form_hash, version = excluded.version,
                   sealed = excluded.sealed, changed_at = excluded.changed_at, expires_at = excluded.expires_at
            where drafts.owner = excluded.owner and drafts.version + 1 = excluded.version and drafts.case_id is null";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement)
            .bind(&draft.id)
            .bind(&draft.owner)
            .bind(&draft.process)
            .bind(&draft.door)
            .bind(&draft.form_hash)
            .bind(draft.version)
            .bind(&draft.typed)
            .bind(draft.expires_at.0);
        must_be("drafts", 1, query.execute(&mut *writer).await?.rows_affected())
    }

    async fn draft(&self, id: &str) -> Result<Option<DraftRow>, StoreError> {
        let row = sqlx::query(ONE).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(draft_of).transpose()
    }

    async fn drafts_of(&self, owner: &str, limit: u32) -> Result<Vec<DraftRow>, StoreError> {
        let rows = sqlx::query(OPEN).bind(owner).bind(limit).fetch_all(&self.readers).await?;
        rows.iter().map(draft_of).collect()
    }

    async fn drop_draft(&self, id: &str, owner: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer.lock().await;
        let query = sqlx::query("delete from drafts where id = ?1 and owner = ?2 and case_id is null");
        Ok(query.bind(id).bind(owner).execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn set_retrieval(&self, id: &str, owner: &str, phone: &str, code: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer.lock().await;
        let query = sqlx::query("update drafts set code_hash = ?3 where id = ?1 and owner = ?2 and case_id is null");
        let query = query.bind(id).bind(owner).bind(keyed_hash(&self.secret, &retrieval(phone, code)));
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn retrieve_draft(&self, phone: &str, code: &str, owner: &str) -> Result<Option<String>, StoreError> {
        let statement = "
            update drafts set owner = ?2, code_hash = null
            where code_hash = ?1 and case_id is null and expires_at > (
                select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
            returning id";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(keyed_hash(&self.secret, &retrieval(phone, code))).bind(owner);
        let row = query.fetch_optional(&mut *writer).await?;
        row.map(|row| Ok(row.try_get("id")?)).transpose()
    }

    async fn park(&self, token_hash: &str, parked: &ParkedRow, lives_ms: i64) -> Result<(), StoreError> {
        let statement = "
            insert into parked (token_hash, owner, address, key_id, nonce, sealed, expires_at)
            values (?1, ?2, ?3, 0, x'', cast(?4 as blob), cast(unixepoch('subsec') * 1000 as integer) + ?5)";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement).bind(token_hash).bind(&parked.owner).bind(&parked.address);
        query.bind(&parked.typed).bind(lives_ms).execute(&mut *writer).await?;
        Ok(())
    }

    async fn parked(&self, token_hash: &str) -> Result<Option<ParkedRow>, StoreError> {
        let statement = "
            select owner, address, cast(sealed as text) as typed from parked
            where token_hash = ?1 and key_id = 0 and expires_at > cast(unixepoch('subsec') * 1000 as integer)";
        let row = sqlx::query(statement).bind(token_hash).fetch_optional(&self.readers).await?;
        let parked = |row: SqliteRow| {
            let (owner, address) = (row.try_get("owner")?, row.try_get("address")?);
            Ok(ParkedRow { owner, address, typed: row.try_get("typed")? })
        };
        row.map(parked).transpose()
    }

    async fn unpark(&self, token_hash: &str) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        sqlx::query("delete from parked where token_hash = ?1").bind(token_hash).execute(&mut *writer).await?;
        Ok(())
    }
}

fn draft_of(row: &SqliteRow) -> Result<DraftRow, StoreError> {
    let case: Option<&str> = row.try_get("case_id")?;
    Ok(DraftRow {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        process: row.try_get("process")?,
        door: row.try_get("door")?,
        form_hash: row.try_get("form_hash")?,
        version: row.try_get("version")?,
        typed: row.try_get("typed")?,
        expires_at: Instant(row.try_get("expires_at")?),
        case: case.map(case_id).transpose()?,
    })
}
