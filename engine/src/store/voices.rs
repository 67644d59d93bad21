//! What people say about how their case was handled: complaints and ratings, and the answers to them. It must never be read
//! where the work on the case is done: whoever is complained about does not learn by whom.

use async_trait::async_trait;

use super::StoreError;
use crate::case::CaseId;
use crate::value::Instant;

/// Complaints of one person in one case that may wait for an answer at the same time.
pub const COMPLAINTS_WAITING_MAX: u32 = 5;

/// What somebody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Something is wrong.
    Complaint,
    /// How it was, from 1 (very bad) to 5 (very good).
    Rating(u8),
}

impl Said {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Said::Complaint => "complaint",
            Said::Rating(_) => "rating",
        }
    }

    /// The grade of a rating.
    pub fn grade(self) -> Option<u8> {
        match self {
            Said::Complaint => None,
            Said::Rating(grade) => Some(grade),
        }
    }

    pub(super) fn from_columns(word: &str, grade: Option<i64>) -> Result<Said, StoreError> {
        match (word, grade.and_then(|grade| u8::try_from(grade).ok())) {
            ("complaint", None) => Ok(Said::Complaint),
            ("rating", Some(grade)) => Ok(Said::Rating(grade)),
            _ => Err(StoreError::Refused("something said of no known kind".to_owned())),
        }
    }
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceRow {
    /// Random.
    pub id: String,
    /// The case.
    pub case: CaseId,
    /// Account of who says it.
    pub who: String,
    /// A complaint or a rating.
    pub said: Said,
    /// What it is about, one word of a list; may be empty.
    pub about: String,
    /// In their own words; kept sealed.
    pub text: String,
}

/// Something said, with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceListed {
    /// What was said.
    pub row: VoiceRow,
    /// When (legal time).
    pub at: Instant,
    /// The answer and when it was given.
    pub answer: Option<(String, Instant)>,
}

/// Complaints and ratings.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Voices: Send + Sync {
    /// Keeps a complaint, unless [`COMPLAINTS_WAITING_MAX`] of this person wait in this case (`false` then). A rating
    /// replaces the one that this person gave before.
    async fn speak(&self, voice: &VoiceRow) -> Result<bool, StoreError>;

    /// What a person said about a case, latest first.
    async fn voices_of(&self, case: CaseId, who: &str) -> Result<Vec<VoiceListed>, StoreError>;

    /// What was said about cases of a region (with everything inside): what waits for an answer first, the oldest of it at
    /// the top; then the latest.
    async fn voices_in(&self, region: &str, limit: u32) -> Result<Vec<VoiceListed>, StoreError>;

    /// Answers something that was said in a region; `false` if it is not there or was answered.
    async fn answer_voice(&self, id: &str, region: &str, by: &str, answer: &str) -> Result<bool, StoreError>;
}
