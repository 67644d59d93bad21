//! Leases of errands. They run on machine time, which nobody can move.

use sqlx::Row;

use super::PostgresStore;
use crate::store::rows::{case_id, claimed_errands, unsealed};
use crate::store::{ErrandClaimed, StoreError};

/// Of each case the first errand only, so that what a case is told comes after its beginning; what another worker is just
/// claiming is skipped, and so are those of a case that was set aside.
const LEASE_ERRANDS: &str = "
    with due as materialized (
        select e.case_id, e.errand from errands e
        where e.leased_until <= (extract(epoch from clock_timestamp()) * 1000)::bigint
          and not exists (select 1 from errands f where f.case_id = e.case_id and f.errand < e.errand)
          and not exists (select 1 from cases c where c.id = e.case_id and c.quarantined)
        order by e.at, e.case_id limit $1 for update of e skip locked)
    update errands e set leased_until = (extract(epoch from clock_timestamp()) * 1000)::bigint + $2
    from due where e.case_id = due.case_id and e.errand = due.errand
    returning e.at, e.case_id, e.key_id, e.sealed";

impl PostgresStore {
    pub(super) async fn lease_errands(&self, limit: u32, lease_ms: i64) -> Result<Vec<ErrandClaimed>, StoreError> {
        let rows = sqlx::query(LEASE_ERRANDS).bind(i64::from(limit)).bind(lease_ms).fetch_all(&self.pool).await?;
        let read = rows.iter().map(|row| {
            let errand = unsealed(row.try_get("key_id")?, row.try_get("sealed")?);
            Ok((row.try_get("at")?, case_id(row.try_get("case_id")?)?, errand))
        });
        Ok(claimed_errands(read.collect::<Result<_, StoreError>>()?))
    }
}
