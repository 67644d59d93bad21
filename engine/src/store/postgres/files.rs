//! Uploaded files: rows beside the bytes. Ages are machine time.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::{PgConnection, Row};

use super::PostgresStore;
use crate::case::CaseId;
use crate::decide::StoredFile;
use crate::form::{Upload, file_ids};
use crate::store::rows::{case_id, json, keyed_hash};
use crate::store::{FileRow, Files, Snapshot, StoreError, Wanted};

/// A file, unless its owner has too much that no case names.
const KEEP: &str = "
    insert into files (id, owner, draft, media, bytes, pages, hash, small, key_id, nonce, sealed, made_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, 0, ''::bytea, convert_to($9, 'UTF8'),
           (extract(epoch from clock_timestamp()) * 1000)::bigint
    where (select coalesce(sum(bytes), 0) from files
           where owner = $2 and not exists (select 1 from file_uses u where u.file = files.id)) + $5 <= $10";

const FIND: &str = "
    select id, owner, draft, media, bytes, pages, hash, small, convert_from(sealed, 'UTF8') as name
    from files where id = $1 and key_id = 0";

const GIVEN: &str = "
    select id, owner, draft, media, bytes, pages, hash, small, convert_from(sealed, 'UTF8') as name
    from files where owner = $1 and key_id = 0
      and exists (select 1 from file_uses u where u.file = files.id)
    order by made_at desc, id limit $2";

/// Files and the cases that name them. For pages.
const LOAD: &str = "
    select f.id, f.owner, f.draft, f.media, f.bytes, f.pages, f.hash, convert_from(f.sealed, 'UTF8') as name, u.case_id
    from files f left join file_uses u on u.file = f.id
    where f.key_id = 0 and f.id in (select json_array_elements_text($1::json))";

/// The same for a group: none of them is deleted before it commits.
const LOAD_LOCKED: &str = "
    select f.id, f.owner, f.draft, f.media, f.bytes, f.pages, f.hash, convert_from(f.sealed, 'UTF8') as name, u.case_id
    from files f left join file_uses u on u.file = f.id
    where f.key_id = 0 and f.id in (select json_array_elements_text($1::json)) order by f.id for key share of f";

const DROP: &str = "
    delete from files where id = $1 and owner = $2
      and not exists (select 1 from file_uses u where u.file = files.id)";

const HASHES: &str = "
    select hash from files where hash in (select json_array_elements_text($1::json))
    union select small from files where small in (select json_array_elements_text($1::json))";

/// Notes which case names which file; one that does already stays.
pub const USES: &str = "
    insert into file_uses (file, case_id)
    select distinct r.file, r.case_id from json_to_recordset($1::json) as r(file text, case_id text)
    on conflict do nothing";

/// Files that the answers of a group name, and those that its cases name already.
pub async fn look_up(
    connection: &mut PgConnection,
    wanted: &Wanted,
    snapshot: &mut Snapshot,
) -> Result<(), StoreError> {
    let held = snapshot.cases.values().flat_map(|held| held.loaded.answers.0.values());
    let ids: BTreeSet<String> = held.flat_map(file_ids).chain(wanted.files.iter().cloned()).collect();
    if !ids.is_empty() {
        snapshot.files = collect(&sqlx::query(LOAD_LOCKED).bind(json(&ids)?).fetch_all(connection).await?)?;
    }
    Ok(())
}

fn collect(rows: &[sqlx::postgres::PgRow]) -> Result<BTreeMap<String, StoredFile>, StoreError> {
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

fn upload(row: &sqlx::postgres::PgRow) -> Result<Upload, StoreError> {
    Ok(Upload {
        name: row.try_get("name")?,
        media: row.try_get("media")?,
        pages: u32::try_from(row.try_get::<i64, _>("pages")?).unwrap_or(u32::MAX),
        bytes: u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or(0),
        hash: row.try_get("hash")?,
    })
}

fn file(row: &sqlx::postgres::PgRow) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        draft: row.try_get("draft")?,
        upload: upload(row)?,
        small: row.try_get("small")?,
    })
}

#[async_trait]
impl Files for PostgresStore {
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
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn file(&self, id: &str) -> Result<Option<FileRow>, StoreError> {
        let row = sqlx::query(FIND).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(file).transpose()
    }

    async fn files(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<String, StoredFile>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        collect(&sqlx::query(LOAD).bind(json(ids)?).fetch_all(&self.pool).await?)
    }

    async fn drop_file(&self, id: &str, owner: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(DROP).bind(id).bind(owner);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    async fn files_given(&self, owner: &str, limit: u32) -> Result<Vec<FileRow>, StoreError> {
        let rows = sqlx::query(GIVEN).bind(owner).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.iter().map(file).collect()
    }

    async fn hashes_kept(&self, hashes: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query_scalar(HASHES).bind(json(hashes)?).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().collect())
    }

    fn keyed(&self, purpose: &str, text: &str) -> String {
        keyed_hash(&self.secret, &format!("{purpose}\u{1f}{text}"))
    }
}
