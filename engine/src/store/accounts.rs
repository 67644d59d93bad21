//! Who may sign in: accounts, the names other systems know them by, codes sent to phones, guesses that were counted, and
//! sessions. Everything here runs on machine time, which nobody can move. It must never keep a phone or identity number
//! where it could be read from an index: look-ups go through keyed hashes.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::authorities::{Acting, SubstituteRow};
use crate::value::Instant;

/// Milliseconds for which a session that ran out can still be asked whose it was, so that what was typed is kept.
pub const SESSION_OWNER_KEPT_MS: i64 = 86_400_000;
/// Wrong guesses that a code survives.
pub const CODE_TRIES_MAX: i64 = 5;

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// Somebody who applies.
    Citizen,
    /// Somebody of the organisation; the account has the id of the person there.
    Staff,
}

impl AccountKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            AccountKind::Citizen => "citizen",
            AccountKind::Staff => "staff",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<AccountKind, StoreError> {
        [AccountKind::Citizen, AccountKind::Staff]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| StoreError::Refused("an account of no known kind".to_owned()))
    }
}

/// How sure it is who an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Assurance {
    /// Nothing was checked.
    #[default]
    None,
    /// They hold a phone.
    Phone,
    /// Another system vouches for name and identity number.
    RealName,
    /// Somebody of the staff compared face and paper.
    InPerson,
}

impl Assurance {
    const ALL: [Assurance; 4] = [Assurance::None, Assurance::Phone, Assurance::RealName, Assurance::InPerson];

    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Assurance::None => "none",
            Assurance::Phone => "phone",
            Assurance::RealName => "real_name",
            Assurance::InPerson => "in_person",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Assurance, StoreError> {
        Assurance::ALL
            .into_iter()
            .find(|known| known.word() == word)
            .ok_or_else(|| StoreError::Refused("an assurance of no known kind".to_owned()))
    }
}

/// What is known of a citizen. Personal: it is sealed in the database and never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Name; empty where unknown.
    #[serde(default)]
    pub name: String,
    /// Identity number; empty where unknown.
    #[serde(default)]
    pub id_number: String,
    /// Phone number; empty where unknown.
    #[serde(default)]
    pub phone: String,
}

impl Known {
    /// The same with everything that `newer` knows.
    #[must_use]
    pub fn replaced_by(self, newer: &Known) -> Known {
        let pick = |old: String, new: &str| if new.is_empty() { old } else { new.to_owned() };
        Known {
            name: pick(self.name, &newer.name),
            id_number: pick(self.id_number, &newer.id_number),
            phone: pick(self.phone, &newer.phone),
        }
    }
}

impl fmt::Debug for Known {
    /// Says what is known, not what it is: logs hold no personal values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has = |text: &str| if text.is_empty() { "-" } else { "known" };
        write!(f, "Known(name {}, id {}, phone {})", has(&self.name), has(&self.id_number), has(&self.phone))
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Of the staff: the person's id in the organisation. Of a citizen: random.
    pub id: String,
    /// Citizen or staff.
    pub kind: AccountKind,
    /// How sure it is who they are.
    pub assurance: Assurance,
    /// What is known of a citizen; nothing for the staff, who stand in the organisation.
    pub known: Known,
    /// It may not sign in.
    pub disabled: bool,
}

impl AccountRow {
    /// An account of the staff.
    pub fn staff(person: impl Into<String>) -> AccountRow {
        AccountRow {
            id: person.into(),
            kind: AccountKind::Staff,
            assurance: Assurance::None,
            known: Known::default(),
            disabled: false,
        }
    }

    /// An account of a citizen.
    pub fn citizen(id: impl Into<String>, assurance: Assurance, known: Known) -> AccountRow {
        AccountRow { id: id.into(), kind: AccountKind::Citizen, assurance, known, disabled: false }
    }
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Signed in.
    Full,
    /// May do nothing but set up the second factor.
    Enrol,
}

impl Stage {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Full => "full",
            Stage::Enrol => "enrol",
        }
    }

    pub(super) fn from_word(word: &str) -> Result<Stage, StoreError> {
        [Stage::Full, Stage::Enrol]
            .into_iter()
            .find(|stage| stage.word() == word)
            .ok_or_else(|| StoreError::Refused("a session of no known stage".to_owned()))
    }
}

/// A session that begins. Only the hash of its token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// The account.
    pub account: String,
    /// How far it has come.
    pub stage: Stage,
    /// Machine milliseconds it may live at most from its beginning.
    pub lives_ms: i64,
}

/// Milliseconds without a request after which a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// For citizens.
    pub citizen_ms: i64,
    /// For the staff.
    pub staff_ms: i64,
}

impl Idle {
    /// The limit for a kind of account.
    pub fn of(self, kind: AccountKind) -> i64 {
        match kind {
            AccountKind::Citizen => self.citizen_ms,
            AccountKind::Staff => self.staff_ms,
        }
    }
}

/// A session as the account behind it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeen {
    /// The account.
    pub account: String,
    /// Citizen or staff.
    pub kind: AccountKind,
    /// How far it has come.
    pub stage: Stage,
    /// The authority by which it acts for somebody else.
    pub acting: Option<Acting>,
    /// What a person of the staff does for others now.
    pub substituting: Vec<SubstituteRow>,
}

/// A session in a list for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionListed {
    /// The first 16 characters of the hash: enough to name it, useless to enter by it.
    pub handle: String,
    /// When it began (machine time).
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub seen_at: Instant,
}

/// A code that waits to be sent to a phone. Personal.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeClaimed {
    /// Row.
    pub id: i64,
    /// Fencing token of the lease.
    pub token: i64,
    /// How often it was tried before.
    pub attempts: u32,
    /// What it is for.
    pub purpose: String,
    /// Where to.
    pub phone: String,
    /// The code.
    pub code: String,
    /// When it was made (machine time).
    pub made_at: Instant,
}

impl fmt::Debug for CodeClaimed {
    /// Without phone and code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeClaimed({} for {})", self.id, self.purpose)
    }
}

/// Accounts and what belongs to signing in.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Machine time.
    async fn machine_now(&self) -> Result<Instant, StoreError>;

    /// Adds an account; `false` if there is one with this id.
    async fn add_account(&self, account: &AccountRow) -> Result<bool, StoreError>;

    /// An account.
    async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError>;

    /// Accounts of a kind in the order of their ids.
    async fn accounts(&self, kind: AccountKind, limit: u32) -> Result<Vec<AccountRow>, StoreError>;

    /// Forbids or allows an account to sign in, and ends its sessions; `false` if there is none.
    async fn disable_account(&self, id: &str, disabled: bool) -> Result<bool, StoreError>;

    /// The account that a connector knows under `subject`.
    async fn identity(&self, connector: &str, subject: &str) -> Result<Option<String>, StoreError>;

    /// The account that a connector knows under `subject`; if there is none, `fresh` is added and linked. Of two requests
    /// at once, one adds. What `fresh` knows replaces what was known, and its assurance is kept if it is higher.
    async fn admit(&self, connector: &str, subject: &str, fresh: &AccountRow) -> Result<String, StoreError>;

    /// Lets a connector know an existing account under `subject`; `false` if the subject belongs to an account already.
    async fn link(&self, connector: &str, subject: &str, account: &str) -> Result<bool, StoreError>;

    /// Counts a guess under a key (of which a keyed hash is kept), unless `limit` were counted within `window_ms`:
    /// `false` then. Exact also when many ask at once, on any number of nodes.
    async fn attempt(&self, key: &str, limit: u32, window_ms: i64) -> Result<bool, StoreError>;

    /// Forgets the guesses under a key.
    async fn forgive(&self, key: &str) -> Result<(), StoreError>;

    /// Makes a code for a phone and a purpose. Earlier ones for both are void.
    async fn make_code(&self, phone: &str, purpose: &str, code: &str, lives_ms: i64) -> Result<(), StoreError>;

    /// Is this the code? It works once, until it ends, and survives [`CODE_TRIES_MAX`] wrong guesses.
    async fn redeem_code(&self, phone: &str, purpose: &str, code: &str) -> Result<bool, StoreError>;

    /// Codes that wait to be sent, leased for `lease_ms` under a fencing token.
    async fn claim_codes(&self, limit: u32, lease_ms: i64) -> Result<Vec<CodeClaimed>, StoreError>;

    /// A code was sent (phone and code are forgotten), or shall be tried again after `retry_ms`.
    async fn finish_code(&self, id: i64, token: i64, retry_ms: Option<i64>) -> Result<bool, StoreError>;

    /// Codes that wait, latest first: the mailbox of a demonstration.
    async fn waiting_codes(&self, limit: u32) -> Result<Vec<CodeClaimed>, StoreError>;

    /// Keeps what a flow of several pages needs, under the hash of the token of its cookie; replaces what was there.
    async fn keep_step(&self, token_hash: &str, step: &str, lives_ms: i64) -> Result<(), StoreError>;

    /// What such a flow kept, unless it ended.
    async fn step(&self, token_hash: &str) -> Result<Option<String>, StoreError>;

    /// Takes away what a flow kept; only one of several at once gets it.
    async fn take_step(&self, token_hash: &str) -> Result<Option<String>, StoreError>;

    /// Begins a session.
    async fn begin_session(&self, session: &SessionRow) -> Result<(), StoreError>;

    /// A session that is neither expired nor ended, of an account that may sign in, by the hash of its token; marks it as
    /// seen.
    async fn session(&self, token_hash: &str, idle: Idle) -> Result<Option<SessionSeen>, StoreError>;

    /// Whose session it was, also when it ran out; `None` if it was ended on purpose.
    async fn session_owner(&self, token_hash: &str) -> Result<Option<String>, StoreError>;

    /// Gives a session another token, because its rights change; `false` if it is over.
    async fn renew_session(&self, token_hash: &str, new_hash: &str) -> Result<bool, StoreError>;

    /// Ends a session.
    async fn end_session(&self, token_hash: &str) -> Result<(), StoreError>;

    /// Ends all sessions of an account.
    async fn end_sessions(&self, account: &str) -> Result<(), StoreError>;

    /// Sessions of an account that are open, latest first.
    async fn sessions_of(&self, account: &str) -> Result<Vec<SessionListed>, StoreError>;

    /// Ends one of an account's sessions by its handle; `false` if it is not there.
    async fn end_session_of(&self, account: &str, handle: &str) -> Result<bool, StoreError>;
}
