//! Quotas for supervisors: how many places there are, are given, and are waited for. It must never name who waits.

use std::collections::BTreeMap;

use onething_engine::decide::{counted_in, counted_year, places_in, quotas_in_force};
use onething_engine::organisation::region;
use onething_engine::value::Instant;

use crate::app::App;
use crate::failure::Failure;
use crate::page::Frame;

/// One quota in one region.
pub struct QuotaRow {
    /// What it is called.
    pub title: String,
    /// Where its places are counted.
    pub region: String,
    /// Places there are; empty where no figure says so.
    pub limit: String,
    /// Places given.
    pub given: u32,
    /// Cases that wait.
    pub waiting: u32,
    /// The places are those of this year.
    pub yearly: bool,
}

/// The quotas that concern a region: those counted in it, inside it, or around it.
///
/// # Errors
/// The database cannot be reached.
pub async fn quotas(app: &App, f: &Frame, own: &str, now: Instant) -> Result<Vec<QuotaRow>, Failure> {
    let rules = app.rules();
    let organisation = &rules.organisation;
    let date = now.date();
    let lines = app.store().lines(date.year(), false).await?;
    let mut rows = Vec::new();
    for (definition, quota) in quotas_in_force(&rules, date) {
        // Where nobody has asked for a place yet there is no list, and still a quota.
        let mut counts = BTreeMap::from([(counted_in(&rules, quota, own), (0, 0))]);
        for line in lines.iter().filter(|line| line.quota == quota.name) {
            let within = |inner: &str, outer: &str| {
                organisation.region_chain(inner).iter().any(|code| code == region::significant(outer))
            };
            if within(&line.region, own) || within(own, &line.region) {
                let given = if counted_year(quota.per, now).is_some() { line.given_in_year } else { line.given };
                counts.insert(line.region.clone(), (given, line.waiting));
            }
        }
        for (code, (given, waiting)) in counts {
            let limit = places_in(&rules, definition, quota, &code, date);
            rows.push(QuotaRow {
                title: f.x(&quota.title).to_owned(),
                limit: limit.map(|limit| limit.to_string()).unwrap_or_default(),
                region: organisation.region(&code).map_or(code, |region| f.x(&region.title).to_owned()),
                given,
                waiting,
                yearly: counted_year(quota.per, now).is_some(),
            });
        }
    }
    Ok(rows)
}
