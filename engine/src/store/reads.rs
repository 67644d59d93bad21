//! Who looked at a case, and what was shown in full: rows that are written before anything is shown, and never changed.
//! It must never hold a value that was shown.

use async_trait::async_trait;

use super::StoreError;
use crate::case::CaseId;
use crate::value::Instant;

/// What somebody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOf {
    /// A page about the case, where numbers are masked.
    Page,
    /// One number in full.
    Number,
    /// An uploaded file.
    File,
}

impl ReadOf {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            ReadOf::Page => "page",
            ReadOf::Number => "number",
            ReadOf::File => "file",
        }
    }

    /// What a word of the database means.
    pub(super) fn from_word(word: &str) -> Result<ReadOf, StoreError> {
        [ReadOf::Page, ReadOf::Number, ReadOf::File]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| StoreError::Refused("a read of no known kind".to_owned()))
    }
}

/// One look at a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRow {
    /// The case.
    pub case: CaseId,
    /// Id of the actor. For inquiries only: applicants are told the office and the position.
    pub who: String,
    /// Office the actor worked for, `department.unit`; empty for none.
    pub office: String,
    /// Role in which they looked, a word of [`crate::organisation::role`].
    pub position: String,
    /// What kind of thing was looked at.
    pub what: ReadOf,
    /// Which number or file; empty for pages.
    pub place: String,
    /// Why, one word of a list; empty for pages.
    pub reason: String,
    /// Why, in their own words; kept sealed, as people may write anything here.
    pub note: String,
}

/// A look at a case, in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadListed {
    /// When (legal time).
    pub at: Instant,
    /// What.
    pub row: ReadRow,
}

/// The record of who looked.
///
/// Every method may fail with a [`StoreError`]; nothing was written then, and nothing may be shown.
#[async_trait]
pub trait Reads: Send + Sync {
    /// Notes that somebody looked at a page or a file: once for each actor, case, thing and hour.
    async fn note_read(&self, read: &ReadRow) -> Result<(), StoreError>;

    /// Notes that somebody asks for a number in full, unless they asked for `limit` within the last hour: `false` then, and
    /// nothing is noted. Exact also when many ask at once, on any number of nodes.
    async fn note_reveal(&self, read: &ReadRow, limit: u32) -> Result<bool, StoreError>;

    /// Who looked at a case, latest first.
    async fn reads_of(&self, case: CaseId, limit: u32) -> Result<Vec<ReadListed>, StoreError>;
}
