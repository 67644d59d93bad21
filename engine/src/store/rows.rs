//! What both databases share around their statements: JSON in and out, counts compared, sealed values, failures sorted.
//! It must never hold a statement.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Batch, ErrandClaimed, OutboxEnd, StoreError};
use crate::case::CaseId;
use crate::command::Errand;
use crate::decide::{LineAsked, RecordKey};
use crate::definition::DefinitionHash;
use crate::event::hexadecimal;
use crate::kernel::StateId;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        use sqlx::Error as E;
        match &error {
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                StoreError::Unavailable(error.to_string())
            }
            E::Database(database) => sorted(&database.code().unwrap_or_default(), database.message()),
            _ => StoreError::Refused(error.to_string()),
        }
    }
}

/// Why changed cases were not written. Among them only one that is taken up again can meet a unique key: another open case
/// has taken it meanwhile, and trying again does not help.
pub fn not_changed(error: sqlx::Error) -> StoreError {
    let taken = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if taken { StoreError::Duplicate(None) } else { error.into() }
}

/// Sorts a database's error code. PostgreSQL's have five characters (appendix A of its manual); SQLite's are numbers
/// below 10,000 whose low byte is the kind (<https://sqlite.org/rescode.html>).
fn sorted(code: &str, message: &str) -> StoreError {
    let refused = || StoreError::Refused(format!("{code}: {message}"));
    if code.len() < 5 {
        // Busy, locked, read-only, I/O, full, cannot open.
        let away = code.parse::<u32>().is_ok_and(|code| [5, 6, 8, 10, 13, 14].contains(&(code & 0xff)));
        // Primary key, unique.
        let taken = ["1555", "2067"].contains(&code);
        return match (away, taken) {
            (true, _) => StoreError::Unavailable(message.to_owned()),
            (_, true) => StoreError::Conflict(message.to_owned()),
            _ => refused(),
        };
    }
    match code {
        // Serialisation, deadlock, lock not had in time, unique.
        "40001" | "40P01" | "55P03" | "23505" => StoreError::Conflict(message.to_owned()),
        // Shutting down, cancelled by a time limit, a replica.
        "57P01" | "57P02" | "57P03" | "57P05" | "57014" | "25006" => StoreError::Unavailable(message.to_owned()),
        // Connections, resources, the system below.
        _ if ["08", "53", "58"].iter().any(|class| code.starts_with(class)) => {
            StoreError::Unavailable(message.to_owned())
        }
        _ => refused(),
    }
}

/// The keyed hash under which a personal key can be looked up.
pub fn keyed_hash(secret: &[u8], text: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(text.as_bytes()).finalize());
    mac.map(|mac| hexadecimal(&mac.into_bytes())).unwrap_or_default()
}

/// The keyed hash of a personal value of an account, or none of an empty one.
pub fn lookup(secret: &[u8], what: &str, value: &str) -> Option<String> {
    (!value.is_empty()).then(|| keyed_hash(secret, &format!("{what}\n{value}")))
}

/// Are two hashes the same? Compared without stopping at the first difference.
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// A new installation's key for those hashes.
pub fn new_secret() -> Result<[u8; 32], StoreError> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(secret)
}

/// The one parameter of a statement.
pub fn json<T: serde::Serialize + ?Sized>(rows: &T) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Rows of `cases` as JSON, with the key that only one open case may have replaced by its keyed hash.
pub fn case_rows(secret: &[u8], batch: &Batch) -> Result<String, StoreError> {
    let mut rows = batch.cases.clone();
    for row in &mut rows {
        row.unique_key = row.unique_key.as_ref().map(|key| keyed_hash(secret, key));
    }
    json(&rows)
}

/// The keyed hash of a record's place.
pub fn record_hash(secret: &[u8], key: &RecordKey) -> String {
    keyed_hash(secret, &format!("{}\n{}", key.record, key.key))
}

/// Rows of `records` as JSON, with their keys replaced by keyed hashes.
pub fn record_rows(secret: &[u8], batch: &Batch) -> Result<String, StoreError> {
    let mut rows = batch.records.clone();
    for row in &mut rows {
        let place = RecordKey { record: std::mem::take(&mut row.record), key: std::mem::take(&mut row.key) };
        row.key = record_hash(secret, &place);
        row.record = place.record;
    }
    json(&rows)
}

/// The places under their hashes, in the order in which every node locks them.
pub fn by_hash(secret: &[u8], keys: &BTreeSet<RecordKey>) -> BTreeMap<String, RecordKey> {
    keys.iter().map(|key| (record_hash(secret, key), key.clone())).collect()
}

/// Places where a case may stand, `version:state`, as the statement of members compares them.
pub fn standing(states: &BTreeMap<DefinitionHash, BTreeSet<StateId>>) -> Vec<String> {
    let of = |(hash, states): (&DefinitionHash, &BTreeSet<StateId>)| {
        states.iter().map(|state| format!("{}:{}", hash.0, state.0)).collect::<Vec<String>>()
    };
    states.iter().flat_map(of).collect()
}

/// What names the lock of a waiting list.
pub fn line_hash(secret: &[u8], asked: &LineAsked) -> String {
    keyed_hash(secret, &format!("place\n{}\n{}", asked.quota, asked.region))
}

/// How many cases of a batch are new.
pub fn new_cases(batch: &Batch) -> usize {
    batch.cases.iter().filter(|row| row.expected == 0).count()
}

/// New rows of `cases` that were not made: another open case has the key, or the identity or number is taken.
pub fn cases_made(batch: &Batch, made: u64) -> Result<(), StoreError> {
    let new = new_cases(batch);
    if made != new as u64 && batch.cases.iter().any(|row| row.expected == 0 && row.unique_key.is_some()) {
        return Err(StoreError::Duplicate(None));
    }
    must_be("cases", new, made)
}

/// A case id from its column.
pub fn case_id(text: &str) -> Result<CaseId, StoreError> {
    uuid::Uuid::parse_str(text).map(CaseId).map_err(|_| StoreError::Refused(format!("{text} is no case id")))
}

/// A stored JSON text, read back.
pub fn stored<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// Compares what a statement did with what it was given.
pub fn must_be(what: &str, expected: usize, found: u64) -> Result<(), StoreError> {
    if expected as u64 == found {
        return Ok(());
    }
    Err(StoreError::Conflict(format!("{found} of {expected} rows of {what}")))
}

/// By what a draft is found again, as one text.
pub fn retrieval(phone: &str, code: &str) -> String {
    format!("draft\n{phone}\n{code}")
}

/// Opens sealed values. Only key 0, "not sealed", exists so far.
pub fn unsealed<T: serde::de::DeserializeOwned>(key_id: i64, bytes: &[u8]) -> Result<T, StoreError> {
    if key_id != 0 {
        return Err(StoreError::Refused(format!("values are sealed under the unknown key {key_id}")));
    }
    serde_json::from_slice(bytes).map_err(|error| unreadable("text of values", &error))
}

/// Where a stored text goes wrong, and never what stands there: the parser's own sentence quotes it, and it may be a name.
fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    let (kind, line, column) = (error.classify(), error.line(), error.column());
    StoreError::Refused(format!("a stored {what} cannot be read ({kind:?}, line {line}, column {column})"))
}

/// The errands that were claimed, in the order of their time. One that cannot be read stays where it is and must not keep
/// the others from being carried out.
pub fn claimed_errands(rows: Vec<(i64, CaseId, Result<Errand, StoreError>)>) -> Vec<ErrandClaimed> {
    let mut claimed = Vec::with_capacity(rows.len());
    for (at, case_id, errand) in rows {
        match errand {
            Ok(errand) => claimed.push((at, ErrandClaimed { case_id, errand })),
            Err(error) => tracing::error!(case = %case_id, %error, "an errand cannot be read and waits"),
        }
    }
    claimed.sort_by_key(|(at, claimed)| (*at, claimed.case_id));
    claimed.into_iter().map(|(_, claimed)| claimed).collect()
}

/// Region codes without the zeros that only fill them up, so that a prefix means "inside".
pub fn significant(regions: &[String]) -> Vec<String> {
    regions.iter().map(|region| crate::organisation::region::significant(region).to_owned()).collect()
}

/// Status, delay and reason of a message whose handling ended so.
pub fn end_columns(end: &OutboxEnd) -> (&'static str, i64, Option<&str>) {
    match end {
        OutboxEnd::Sent => ("sent", 0, None),
        OutboxEnd::Retry { after_ms, reason } => ("waiting", *after_ms, Some(reason)),
        OutboxEnd::Failed { reason } => ("failed", 0, Some(reason)),
        OutboxEnd::Dropped { reason } => ("dropped", 0, Some(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        let told = [
            stored::<u32>("number", r#""张三""#).expect_err("a text is no number"),
            unsealed::<Vec<u32>>(0, r#"["11010519491231002X"]"#.as_bytes()).expect_err("a text is no number"),
        ];
        for error in told.map(|error| error.to_string()) {
            assert!(error.contains("line 1") && !error.contains("张三") && !error.contains("1101"), "{error}");
        }
    }

    #[test]
    fn failures_are_sorted_by_who_can_mend_them() {
        for away in ["5", "261", "10", "778", "13", "08006", "53300", "57P01", "58030"] {
            assert!(matches!(sorted(away, ""), StoreError::Unavailable(_)), "{away}");
        }
        for conflict in ["40001", "40P01", "23505", "2067"] {
            assert!(matches!(sorted(conflict, ""), StoreError::Conflict(_)), "{conflict}");
        }
        for refused in ["1", "19", "275", "23514", "42601", "22P05"] {
            assert!(matches!(sorted(refused, ""), StoreError::Refused(_)), "{refused}");
        }
    }
}
