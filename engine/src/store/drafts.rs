//! Drafts: answers on the way to a case, the codes by which they are found again, and what was typed when a session ended.
//! It must never hand out anything that somebody else typed.

use async_trait::async_trait;

use super::StoreError;
use crate::case::CaseId;
use crate::value::Instant;

/// A draft: answers on the way to a case. It has no number and no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Random and unguessable.
    pub id: String,
    /// The account it belongs to.
    pub owner: String,
    /// Process name.
    pub process: String,
    /// Door.
    pub door: String,
    /// The form it was typed into.
    pub form_hash: String,
    /// Counts saves.
    pub version: i64,
    /// What was typed, exactly: JSON of ordered pairs. Empty once it has become a case.
    pub typed: String,
    /// Legal time after which it may be deleted.
    pub expires_at: Instant,
    /// The case it has become.
    pub case: Option<CaseId>,
}

/// What somebody typed into a form that could not be sent because their session had ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedRow {
    /// The account of the session that had ended.
    pub owner: String,
    /// Path of the form.
    pub address: String,
    /// What was typed, exactly: JSON of ordered pairs.
    pub typed: String,
}

/// Drafts in the database. Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Drafts: Send + Sync {
    /// Keeps a draft under its id; the version must be one more than the one kept, the owner the same, and it must not
    /// have become a case.
    async fn save_draft(&self, draft: &DraftRow) -> Result<(), StoreError>;

    /// A draft. One that has become a case holds nothing but the case.
    async fn draft(&self, id: &str) -> Result<Option<DraftRow>, StoreError>;

    /// Drafts of an account that have not become cases, the one changed last first.
    async fn drafts_of(&self, owner: &str, limit: u32) -> Result<Vec<DraftRow>, StoreError>;

    /// Deletes a draft of an account that has not become a case. Returns whether there was one.
    async fn drop_draft(&self, id: &str, owner: &str) -> Result<bool, StoreError>;

    /// Sets the telephone number and code by which the owner's draft is found again; only their keyed hashes are kept. A
    /// code set before ends.
    async fn set_retrieval(&self, id: &str, owner: &str, phone: &str, code: &str) -> Result<bool, StoreError>;

    /// The open draft that goes by this telephone number and code changes to another account, and the code ends.
    async fn retrieve_draft(&self, phone: &str, code: &str, owner: &str) -> Result<Option<String>, StoreError>;

    /// Keeps what was typed when a session had ended under the hash of a token, for `lives_ms` of machine time.
    async fn park(&self, token_hash: &str, parked: &ParkedRow, lives_ms: i64) -> Result<(), StoreError>;

    /// What was kept under the hash of a token.
    async fn parked(&self, token_hash: &str) -> Result<Option<ParkedRow>, StoreError>;

    /// Forgets it.
    async fn unpark(&self, token_hash: &str) -> Result<(), StoreError>;
}
