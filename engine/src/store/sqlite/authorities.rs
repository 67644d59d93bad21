//! Agents, guardians and substitutes, with their scope and days. It must never decide by a day of its own: legal time comes
//! from the installation.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::authorities::{Acting, Authorities, AuthorityKind, AuthorityListed, AuthorityRow, SubstituteRow};
use crate::store::rows::{json, keyed_hash, stored};
use crate::value::Instant;

const LISTED: &str = "
    select id, kind, principal, agent, processes, cast(sealed as text) as basis, recorded_by, from_at, until_at,
           case when revoked_at is null then 0 else 1 end as revoked,
           case when revoked_at is null and agent is not null and from_at <= l.now and until_at > l.now
                then 1 else 0 end as in_force
    from authorities, (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset as now from installation) l
    where (principal = ?1 or agent = ?1) and key_id = 0
    order by created_at desc, id limit 200";

/// An authority counts only while both accounts may sign in.
const ACTING: &str = "
    select u.id, u.principal, u.processes from authorities u
    join accounts p on p.id = u.principal and p.disabled_at is null
    where u.id = ?1 and u.agent = ?2 and u.revoked_at is null
      and u.from_at <= (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
      and u.until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)";

const SUBSTITUTES: &str = "
    select id, person, instead_of, units, from_at, until_at from substitutes
    where ended_at is null
      and until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
    order by person, from_at, id";

const SUBSTITUTING: &str = "
    select id, person, instead_of, units, from_at, until_at from substitutes
    where person = ?1 and ended_at is null
      and from_at <= (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
      and until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
    order by id";

impl SqliteStore {
    /// What an agent may do now by an authority.
    pub(super) async fn acting(&self, authority: &str, agent: &str) -> Result<Option<Acting>, StoreError> {
        let row = sqlx::query(ACTING).bind(authority).bind(agent).fetch_optional(&self.readers).await?;
        row.map(|row| {
            Ok(Acting {
                authority: row.try_get("id")?,
                principal: row.try_get("principal")?,
                processes: stored("authority", row.try_get::<&str, _>("processes")?)?,
            })
        })
        .transpose()
    }
}

fn listed(row: &SqliteRow) -> Result<AuthorityListed, StoreError> {
    let authority = AuthorityRow {
        id: row.try_get("id")?,
        kind: AuthorityKind::from_word(row.try_get("kind")?)?,
        principal: row.try_get("principal")?,
        agent: row.try_get("agent")?,
        processes: stored("authority", row.try_get::<&str, _>("processes")?)?,
        basis: row.try_get("basis")?,
        recorded_by: row.try_get("recorded_by")?,
        from_at: Instant(row.try_get("from_at")?),
        until_at: Instant(row.try_get("until_at")?),
    };
    let (revoked, in_force): (i32, i32) = (row.try_get("revoked")?, row.try_get("in_force")?);
    Ok(AuthorityListed { authority, revoked: revoked == 1, in_force: in_force == 1 })
}

fn substitute(row: &SqliteRow) -> Result<SubstituteRow, StoreError> {
    Ok(SubstituteRow {
        id: row.try_get("id")?,
        person: row.try_get("person")?,
        instead_of: row.try_get("instead_of")?,
        units: stored("substitute", row.try_get::<&str, _>("units")?)?,
        from_at: Instant(row.try_get("from_at")?),
        until_at: Instant(row.try_get("until_at")?),
    })
}

#[async_trait]
impl Authorities for SqliteStore {
    async fn record_authority(&self, row: &AuthorityRow, invitation: Option<&str>) -> Result<(), StoreError> {
        let statement = "
            insert into authorities (id, kind, principal, agent, invitation_hash, processes, key_id, nonce, sealed,
                                     recorded_by, from_at, until_at, created_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, 0, x'', cast(?7 as blob), ?8, ?9, ?10,
                    cast(unixepoch('subsec') * 1000 as integer))";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement)
            .bind(&row.id)
            .bind(row.kind.word())
            .bind(&row.principal)
            .bind(&row.agent)
            .bind(invitation.map(|word| keyed_hash(&self.secret, &format!("invitation\n{word}"))))
            .bind(json(&row.processes)?)
            .bind(&row.basis)
            .bind(&row.recorded_by)
            .bind(row.from_at.0)
            .bind(row.until_at.0);
        query.execute(&mut *writer).await?;
        Ok(())
    }

    async fn accept_authority(&self, invitation: &str, agent: &str) -> Result<Option<String>, StoreError> {
        let statement = "
            update authorities set agent = ?2, invitation_hash = null
            where invitation_hash = ?1 and agent is null and principal <> ?2 and revoked_at is null
              and until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
            returning id";
        let hash = keyed_hash(&self.secret, &format!("invitation\n{invitation}"));
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query_scalar(statement).bind(hash).bind(agent).fetch_optional(&mut *writer).await?)
    }

    async fn authorities_of(&self, account: &str) -> Result<Vec<AuthorityListed>, StoreError> {
        sqlx::query(LISTED).bind(account).fetch_all(&self.readers).await?.iter().map(listed).collect()
    }

    async fn revoke_authority(&self, id: &str, by: &str) -> Result<bool, StoreError> {
        let statement = "
            update authorities set revoked_at = cast(unixepoch('subsec') * 1000 as integer), invitation_hash = null
            where id = ?1 and (principal = ?2 or agent = ?2 or recorded_by = ?2) and revoked_at is null";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(statement).bind(id).bind(by).execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn act_by(&self, token_hash: &str, authority: Option<&str>) -> Result<bool, StoreError> {
        let statement = "
            update sessions set authority = ?2
            where token_hash = ?1 and revoked_at is null and (?2 is null or exists (
                select 1 from authorities u where u.id = ?2 and u.agent = sessions.account and u.revoked_at is null
                  and u.from_at <= (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)
                  and u.until_at > (select cast(unixepoch('subsec') * 1000 as integer) + clock_offset from installation)))";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(statement).bind(token_hash).bind(authority).execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn add_substitute(&self, row: &SubstituteRow) -> Result<(), StoreError> {
        let statement = "
            insert into substitutes (id, person, instead_of, units, from_at, until_at, created_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, cast(unixepoch('subsec') * 1000 as integer))";
        let mut writer = self.writer.lock().await;
        let query = sqlx::query(statement)
            .bind(&row.id)
            .bind(&row.person)
            .bind(&row.instead_of)
            .bind(json(&row.units)?)
            .bind(row.from_at.0)
            .bind(row.until_at.0);
        query.execute(&mut *writer).await?;
        Ok(())
    }

    async fn substitutes(&self) -> Result<Vec<SubstituteRow>, StoreError> {
        sqlx::query(SUBSTITUTES).fetch_all(&self.readers).await?.iter().map(substitute).collect()
    }

    async fn end_substitute(&self, id: &str) -> Result<bool, StoreError> {
        let statement = "
            update substitutes set ended_at = cast(unixepoch('subsec') * 1000 as integer)
            where id = ?1 and ended_at is null";
        let mut writer = self.writer.lock().await;
        Ok(sqlx::query(statement).bind(id).execute(&mut *writer).await?.rows_affected() == 1)
    }

    async fn substituting(&self, person: &str) -> Result<Vec<SubstituteRow>, StoreError> {
        sqlx::query(SUBSTITUTING).bind(person).fetch_all(&self.readers).await?.iter().map(substitute).collect()
    }
}
