//! Passwords (Argon2id), time-based codes (RFC 6238) and random words. It must never log, compare in haste, or hash on a
//! thread that serves requests.

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use onething_engine::text::Text;
use onething_engine::value::Instant;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Secret};

use crate::failure::Failure;

/// Memory of one hash in KiB. OWASP's floor for Argon2id is 19 MiB with two passes.
const MEMORY_KIB: u32 = 64 * 1024;
/// Passes over it.
const PASSES: u32 = 3;
/// Hashes at once; more wait, so that many sign-ins take at most 4 × 64 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Fewest characters of a password of the staff.
const CHARACTERS_MIN: usize = 12;
/// The largest password that is hashed, in bytes.
const BYTES_MAX: usize = 1024;

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Does work on a thread of its own, a few at once.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Option<T> + Send + 'static) -> Result<Option<T>, Failure> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| Failure::broken("turns", &error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::broken("hashing", &error))
}

/// The Argon2id text of a password.
///
/// # Errors
/// The password cannot be hashed.
pub async fn hash(password: &str) -> Result<String, Failure> {
    let password = password.to_owned();
    let made = apart(move || argon2().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())).await?;
    made.ok_or_else(|| Failure::broken("a password could not be hashed", &""))
}

/// Is it the password? Without a hash it takes as long and is not.
///
/// # Errors
/// The hashing could not run.
pub async fn is_password(password: &str, hash: Option<&str>) -> Result<bool, Failure> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let password = if password.len() > BYTES_MAX { String::new() } else { password.to_owned() };
    let known = hash.map(str::to_owned);
    let right = apart(move || {
        let nobody = || argon2().hash_password(b"nobody").map(|hash| hash.to_string()).unwrap_or_default();
        let text = known.as_deref().unwrap_or_else(|| NOBODY.get_or_init(nobody));
        let hash = PasswordHash::new(text).ok()?;
        let same = argon2().verify_password(password.as_bytes(), &hash).is_ok();
        Some(same && known.is_some())
    });
    Ok(right.await?.unwrap_or(false))
}

/// Why a password is no good for one of the staff. No rule about kinds of characters: length is what counts.
pub fn weakness(password: &str, account: &str) -> Option<Text> {
    let characters: Vec<char> = password.to_lowercase().chars().collect();
    if characters.len() < CHARACTERS_MIN || password.len() > BYTES_MAX {
        return Some(Text::new("密码太短：至少 12 个字符。", "The password is too short: at least 12 characters."));
    }
    if password.to_lowercase().contains(&account.to_lowercase()) {
        return Some(Text::new("密码里不要包含账号。", "The password must not contain your name."));
    }
    let near = |pair: &[char]| (u32::from(pair[0])).abs_diff(u32::from(pair[1])) <= 1;
    let rows = characters.windows(2).filter(|pair| near(pair)).count();
    let known = ["password", "passw0rd", "qwerty", "onething", "yijianshi", "admin", "letmein", "iloveyou"];
    let common = known.iter().any(|word| password.to_lowercase().contains(word)) && characters.len() < 20;
    (rows * 2 >= characters.len() || common).then(|| {
        Text::new(
            "这个密码太容易猜到，请换一个：不要用常见的词、连续或重复的字符。",
            "This password is easy to guess. Avoid common words and rows of the same or following characters.",
        )
    })
}

/// The time step at which `code` is the code of this secret: now, the step before or the one after.
pub fn totp_step(secret: &[u8], code: &str, now: Instant) -> Option<i64> {
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    let totp = Builder::new().with_secret(Secret::from(secret)).build().ok()?;
    totp.check(code, seconds).and_then(|step| i64::try_from(step).ok())
}

/// A random secret for a second factor: 160 bits, Base32.
///
/// # Errors
/// The machine has no randomness.
pub fn new_totp() -> Result<String, Failure> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).map_err(|error| Failure::broken("randomness", &error))?;
    Ok(Secret::from(bytes).to_base32())
}

/// The bytes of a secret.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    Secret::try_from_base32(text).ok().map(|secret| secret.as_bytes().to_vec())
}

/// A random word of 100 bits in groups of five, for people to copy.
///
/// # Errors
/// The machine has no randomness.
pub fn new_recovery() -> Result<String, Failure> {
    let text = new_totp()?.to_lowercase();
    let groups: Vec<&str> = [0, 5, 10, 15].iter().filter_map(|from| text.get(*from..from + 5)).collect();
    Ok(groups.join("-"))
}

/// A word as it was given out, however it was typed.
pub fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A key in groups of four, for people to copy.
pub fn in_groups(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let step = seconds / 30;
            assert_eq!(totp_step(secret, code, Instant(seconds * 1000)), Some(step), "{seconds}");
            assert_eq!(totp_step(secret, code, Instant((seconds + 30) * 1000)), Some(step), "one step late");
            assert_eq!(totp_step(secret, code, Instant((seconds + 90) * 1000)), None, "three steps late");
        }
        assert_eq!(totp_step(&[], "000000", Instant(59_000)), None, "no secret, no code");
    }

    #[test]
    fn short_common_and_regular_passwords_are_refused() {
        for weak in ["short", "gu_ping-gu_ping", "aaaaaaaaaaaaaa", "abcdefghijklmn", "1234567890123", "Password12345"] {
            assert!(weakness(weak, "gu_ping").is_some(), "{weak}");
        }
        for good in ["correct horse battery", "骑马穿过雨后的山谷去看望老友", "v7#kQ2!mZ9@xL4"] {
            assert!(weakness(good, "gu_ping").is_none(), "{good}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_fits_its_password_only() {
        let text = hash("correct horse battery").await.expect("a hash");
        assert!(text.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{text}");
        assert!(is_password("correct horse battery", Some(&text)).await.expect("an answer"));
        assert!(!is_password("correct horse batterz", Some(&text)).await.expect("an answer"));
        assert!(!is_password("nobody", None).await.expect("an answer"));
        assert!(!is_password("", Some("no hash")).await.expect("an answer"));
    }

    #[test]
    fn words_survive_how_people_type_them() {
        let word = new_recovery().expect("a word");
        assert_eq!(word.len(), 23);
        assert_eq!(plain(&word.to_uppercase().replace('-', " ")), plain(&word));
        assert_eq!(in_groups("ABCDEFGH"), "ABCD EFGH");
    }
}
