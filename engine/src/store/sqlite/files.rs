//! Uploaded files: rows beside the bytes. Ages are machine time.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use crate::case::CaseId;
use crate::decide::StoredFile;
use crate::form::{Upload, file_ids};
use crate::store::rows::{case_id, json, keyed_hash};
use crate::store::{FileRow, Files, Snapshot, StoreError, Wanted};

/// A file, unless its owner has too much that no case names.
const KEEP: &str = "
    insert into files (id, owner, draft, media, bytes, pages, hash, small, key_id, nonce, sealed, made_at)
    select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, x'', cast(?9 as blob), cast(unixepoch('subsec') * 1000 as integer)
    where (select coalesce(sum(bytes), 0) from files
           where owner = ?2 and not exists (select 1 from file_uses u where u.file = files.id)) + ?5 <= ?10";

const FIND: &str = "
    select id, owner, draft, media, bytes, pages, hash, small, cast(sealed as text) as name
    from files where id = ?1 and key_id = 0";

const GIVEN: &str = "
    select id, owner, draft, media, bytes, pages, hash, small, cast(sealed as text) as name
    from files where owner = ?1 and key_id = 0
      and exists (select 1 from file_uses u where u.file = files.id)
    order by made_at desc, id limit ?2";

/// Files and the cases that name them. The one writer reads it, so none is deleted meanwhile.
const LOAD: &str = "
    select f.id, f.owner, f.draft, f.media, f.bytes, f.pages, f.hash, cast(f.sealed as text) as name, u.case_id
    from files f left join file_uses u on u.file = f.id
    where f.key_id = 0 and f.id in (select value from json_each(?1))
    order by f.id";

const DROP: &str = "
    delete from files where id = ?1 and owner = ?2
      and not exists (select 1 from file_uses u where u.file = files.id)";

const HASHES: &str = "
    select hash from files where hash in (select value from json_each(?1))
    union select small from files where small in (select value from json_each(?1))";

/// Notes which case names which file; one that does already stays.
pub const USES: &str = "
    insert into file_uses (file, case_id) select value->>'file', value->>'case_id' from json_each(?1) where true
    on conflict do nothing";

/// Files that the answers of a group name, and those that its cases name already.
pub async fn look_up(
    connection: &mut SqliteConnection,
    wanted: &Wanted,
    snapshot: &mut Snapshot,
) -> Result<(), StoreError> {
    let held = snapshot.cases.values().flat_map(|held| held.loaded.answers.0.values());
    let ids: BTreeSet<String> = held.flat_map(file_ids).chain(wanted.files.iter().cloned()).collect();
    if !ids.is_empty() {
        snapshot.files = collect(&sqlx::query(LOAD).bind(json(&ids)?).fetch_all(connection).await?)?;
    }
    Ok(())
}

fn collect(rows: &[sqlx::sqlite::SqliteRow]) -> Result<BTreeMap<String, StoredFile>, StoreError> {
    let mut files: BTreeMap<String, StoredFile> = BTreeMap::new();
    for row in rows {
        let file = match files.entry(row.try_get("id")?) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(StoredFile {
                owner: row.try_get("owner")?,
                draft: row.try_get("draft")?,
                cases: BTreeSet::new(),
                upload: upload(row)?,
            }),
        };
        let used: Option<String> = row.try_get("case_id")?;
        let used: Option<CaseId> = used.map(|id| case_id(&id)).transpose()?;
        file.cases.extend(used);
    }
    Ok(files)
}

fn upload(row: &sqlx::sqlite::SqliteRow) -> Result<Upload, StoreError> {
    Ok(Upload {
        name: row.try_get("name")?,
        media: row.try_get("media")?,
        pages: u32::try_from(row.try_get::<i64, _>("pages")?).unwrap_or(u32::MAX),
        bytes: u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or(0),
        hash: row.try_get("hash")?,
    })
}

fn file(row: &sqlx::sqlite::SqliteRow) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        draft: row.try_get("draft")?,
        upload: upload(row)?,
        small: row.try_get("small")?,
    })
}

#[async_trait]
impl Files for SqliteStore {
    async fn keep_file(&self, file: &FileRow, quota: u64) -> Result<bool, StoreError> {
        let query = sqlx::query(KEEP)
            .bind(&file.id)
            .bind(&file.owner)
            .bind(&file.draft)
            .bind(&file.upload.media)
            .bind(i64::try_from(file.upload.bytes).unwrap_or(i64::MAX))
            .bind(i64::from(file.upload.pages))
            .bind(&file.upload.hash)
            .bind(&file.small)
            .bind(&file.upload.name)
            .bind(i64::try_from(quota).unwrap_or(i64::MAX));
        let mut writer = self.writer.lock().await;
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn file(&self, id: &str) -> Result<Option<FileRow>, StoreError> {
        let row = sqlx::query(FIND).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(file).transpose()
    }

    async fn files(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<String, StoredFile>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        collect(&sqlx::query(LOAD).bind(json(ids)?).fetch_all(&self.readers).await?)
    }

    async fn drop_file(&self, id: &str, owner: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(DROP).bind(id).bind(owner);
        let mut writer = self.writer.lock().await;
        Ok(query.execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn files_given(&self, owner: &str, limit: u32) -> Result<Vec<FileRow>, StoreError> {
        let rows = sqlx::query(GIVEN).bind(owner).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(file).collect()
    }

    async fn hashes_kept(&self, hashes: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query_scalar(HASHES).bind(json(hashes)?).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().collect())
    }

    fn keyed(&self, purpose: &str, text: &str) -> String {
        keyed_hash(&self.secret, &format!("{purpose}\u{1f}{text}"))
    }
}
