//! Who may act in somebody else's place: agents and guardians of citizens, and substitutes among the staff. Scope and days
//! are legal time, because papers name days. It must never answer for an authority that is not in force now.

use async_trait::async_trait;

use super::StoreError;
use crate::value::Instant;

/// Why somebody may act for a citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// The citizen chose them.
    Agent,
    /// The law or a court did.
    Guardian,
}

impl AuthorityKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            AuthorityKind::Agent => "agent",
            AuthorityKind::Guardian => "guardian",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<AuthorityKind, StoreError> {
        [AuthorityKind::Agent, AuthorityKind::Guardian]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| StoreError::Refused("an authority of no known kind".to_owned()))
    }
}

/// A recorded authority to act for a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRow {
    /// Random.
    pub id: String,
    /// Chosen, or by law.
    pub kind: AuthorityKind,
    /// Account of the citizen.
    pub principal: String,
    /// Account of who acts; `None` until an offer was taken up.
    pub agent: Option<String>,
    /// Processes it covers; empty for all.
    pub processes: Vec<String>,
    /// What it rests on, in words: the paper, the decision. Personal.
    pub basis: String,
    /// Who recorded it: the citizen, or somebody of the staff.
    pub recorded_by: String,
    /// First moment, legal time.
    pub from_at: Instant,
    /// Exclusive end, legal time.
    pub until_at: Instant,
}

/// An authority in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityListed {
    /// What was recorded.
    pub authority: AuthorityRow,
    /// It was taken back.
    pub revoked: bool,
    /// It is in force now: taken up, in its days, not taken back.
    pub in_force: bool,
}

/// An authority that an agent uses now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Its id.
    pub authority: String,
    /// Account of the citizen.
    pub principal: String,
    /// Processes it covers; empty for all.
    pub processes: Vec<String>,
}

/// Somebody of the staff who does another's work for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubstituteRow {
    /// Random.
    pub id: String,
    /// Who does the work.
    pub person: String,
    /// Whose work it is.
    pub instead_of: String,
    /// In which offices; only those the other works in count.
    pub units: Vec<String>,
    /// First moment, legal time.
    pub from_at: Instant,
    /// Exclusive end, legal time.
    pub until_at: Instant,
}

/// Authorities and substitutes.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Authorities: Send + Sync {
    /// Records an authority. One without an agent is an offer: whoever brings `invitation` (of which a keyed hash is kept)
    /// before it ends takes it up.
    async fn record_authority(&self, row: &AuthorityRow, invitation: Option<&str>) -> Result<(), StoreError>;

    /// Takes an offer up: once, by somebody else than the principal, while it is in force; the id of the authority.
    async fn accept_authority(&self, invitation: &str, agent: &str) -> Result<Option<String>, StoreError>;

    /// Authorities that an account gave or has, latest first.
    async fn authorities_of(&self, account: &str) -> Result<Vec<AuthorityListed>, StoreError>;

    /// Takes an authority back: its principal or its agent may, or whoever recorded it; `false` for everybody else.
    async fn revoke_authority(&self, id: &str, by: &str) -> Result<bool, StoreError>;

    /// From now on the session acts by this authority, or for itself again; `false` if the authority is not in force or
    /// not that account's.
    async fn act_by(&self, token_hash: &str, authority: Option<&str>) -> Result<bool, StoreError>;

    /// Records a substitute.
    async fn add_substitute(&self, row: &SubstituteRow) -> Result<(), StoreError>;

    /// Substitutes on record that have not ended, by person.
    async fn substitutes(&self) -> Result<Vec<SubstituteRow>, StoreError>;

    /// Ends a substitution; `false` if there is none.
    async fn end_substitute(&self, id: &str) -> Result<bool, StoreError>;

    /// What a person does for others now.
    async fn substituting(&self, person: &str) -> Result<Vec<SubstituteRow>, StoreError>;
}
