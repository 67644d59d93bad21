//! Lists: which cases stand somewhere now, and what was written down of it.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row;

use super::SqliteStore;
use crate::command::Member;
use crate::definition::DefinitionHash;
use crate::kernel::StateId;
use crate::organisation::region::significant;
use crate::store::rows::{case_id, json, standing};
use crate::store::{ErrandKey, GatheredRow, StoreError};

/// The active states of a case stand in its row.
const MEMBERS: &str = "
    select c.id, c.number from cases c
    where c.process = ?1 and c.closed_at is null and c.region like ?2 || '%'
      and exists (select 1 from json_each(c.body, '$.configuration.active') a
                  where c.definition || ':' || a.value in (select value from json_each(?3)))
    order by c.number";

const GATHERED: &str = "
    select place, member, number, chosen from gathered
    where case_id = ?1 and errand = ?2 and place > ?3 and (chosen or ?4)
    order by place limit ?5";

const RELEASE: &str = "update errands set leased_until = 0 where case_id = ?1 and errand = ?2";

impl SqliteStore {
    pub(super) async fn find_members(
        &self,
        process: &str,
        region: &str,
        states: &BTreeMap<DefinitionHash, BTreeSet<StateId>>,
    ) -> Result<Vec<Member>, StoreError> {
        let rows = sqlx::query(MEMBERS)
            .bind(process)
            .bind(significant(region))
            .bind(json(&standing(states))?)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| Ok(Member { number: row.try_get(1)?, case: case_id(row.try_get(0)?)? })).collect()
    }

    pub(super) async fn read_gathered(
        &self,
        list: &ErrandKey,
        after: u32,
        limit: u32,
        all: bool,
    ) -> Result<Vec<GatheredRow>, StoreError> {
        let rows = sqlx::query(GATHERED)
            .bind(list.case_id.to_string())
            .bind(i64::from(list.errand))
            .bind(i64::from(after))
            .bind(all)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let rows = rows.iter().map(|row| {
            Ok(GatheredRow {
                case_id: list.case_id,
                errand: list.errand,
                place: u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX),
                member: case_id(row.try_get(1)?)?,
                number: row.try_get(2)?,
                chosen: row.try_get(3)?,
            })
        });
        rows.collect()
    }

    pub(super) async fn end_errand_lease(&self, errand: &ErrandKey) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().await;
        sqlx::query(RELEASE)
            .bind(errand.case_id.to_string())
            .bind(i64::from(errand.errand))
            .execute(&mut *writer)
            .await?;
        Ok(())
    }
}
