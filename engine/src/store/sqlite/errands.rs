//! Leases of errands. They run on machine time, which nobody can move.

use sqlx::Row;

use super::SqliteStore;
use crate::store::rows::{case_id, claimed_errands, unsealed};
use crate::store::{ErrandClaimed, StoreError};

/// Of each case the first errand only, so that what a case is told comes after its beginning. Those of a case that was
/// set aside wait for the operator.
const LEASE_ERRANDS: &str = "
    update errands set leased_until = m.now + ?2
    from (select cast(unixepoch('subsec') * 1000 as integer) as now) m
    where (case_id, errand) in (
        select e.case_id, e.errand from errands e
        where e.leased_until <= cast(unixepoch('subsec') * 1000 as integer)
          and not exists (select 1 from errands f where f.case_id = e.case_id and f.errand < e.errand)
          and not exists (select 1 from cases c where c.id = e.case_id and c.quarantined)
        order by e.at, e.case_id limit ?1)
    returning at, case_id, key_id, sealed";

impl SqliteStore {
    pub(super) async fn lease_errands(&self, limit: u32, lease_ms: i64) -> Result<Vec<ErrandClaimed>, StoreError> {
        // Mostly nothing waits, and asking must not queue with the writers.
        let waiting: bool =
            sqlx::query_scalar("select exists (select 1 from errands)").fetch_one(&self.readers).await?;
        if !waiting {
            return Ok(Vec::new());
        }
        let mut writer = self.writer.lock().await;
        let rows = sqlx::query(LEASE_ERRANDS).bind(i64::from(limit)).bind(lease_ms).fetch_all(&mut *writer).await?;
        let read = rows.iter().map(|row| {
            let errand = unsealed(row.try_get("key_id")?, row.try_get("sealed")?);
            Ok((row.try_get("at")?, case_id(row.try_get("case_id")?)?, errand))
        });
        Ok(claimed_errands(read.collect::<Result<_, StoreError>>()?))
    }
}
