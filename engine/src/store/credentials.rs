//! How the staff prove who they are: a password and a second factor. Passwords come and go as Argon2id texts that were
//! made elsewhere; recovery codes are kept as keyed hashes only. It must never hand out a recovery code.

use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::value::Instant;

/// What an account proves itself by.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialsRow {
    /// Argon2id of the password, as PHC text.
    pub password: String,
    /// The password was given by an administrator and works until then (machine time), to set up the rest.
    pub initial_until: Option<Instant>,
    /// Secret of the second factor (RFC 6238); empty while there is none.
    pub totp: Vec<u8>,
}

impl fmt::Debug for CredentialsRow {
    /// Without password and secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialsRow(initial {:?}, second factor {})", self.initial_until, !self.totp.is_empty())
    }
}

/// What somebody sets up for themselves.
#[derive(Clone)]
pub struct Enrolment {
    /// Argon2id of the new password.
    pub password: String,
    /// Secret of the second factor.
    pub totp: Vec<u8>,
    /// The time step of the code that proved it; it is used up.
    pub step: i64,
    /// Codes that each stand once for the second factor.
    pub recovery: Vec<String>,
}

/// Credentials of accounts.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// What an account proves itself by.
    async fn credentials(&self, account: &str) -> Result<Option<CredentialsRow>, StoreError>;

    /// Gives an account a password for `lives_ms` with which it can do nothing but set up its own. Its second factor and
    /// recovery codes are gone, its sessions are over.
    async fn give_password(&self, account: &str, password: &str, lives_ms: i64) -> Result<(), StoreError>;

    /// Sets what somebody chose, in place of what was there; sessions are over.
    async fn enrol(&self, account: &str, enrolment: &Enrolment) -> Result<(), StoreError>;

    /// Uses up a time step of the second factor; `false` if it, or a later one, was used before.
    async fn use_step(&self, account: &str, step: i64) -> Result<bool, StoreError>;

    /// Uses up a recovery code; `false` if it is none of the account's, or was used before.
    async fn use_recovery(&self, account: &str, code: &str) -> Result<bool, StoreError>;
}
