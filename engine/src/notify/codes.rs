//! Codes for phones: claims what waits, words it, and hands it to a gateway that takes mail for phones. It must never
//! log a phone or a code, and never put a link into such a message: people are told to type, not to tap.

use std::sync::Arc;

use super::{Mail, Mailer, Rendered, SendError};
use crate::engine::Engine;
use crate::store::StoreError;
use crate::text::Text;

/// Codes claimed in one round.
const ROUND: u32 = 32;
/// A worker that dies gives its codes back after so long.
const LEASE_MS: i64 = 30_000;
/// A code is tried again after so long; it does not live long.
const WAIT_MS: i64 = 10_000;

/// Sends codes that wait.
pub struct Codes {
    engine: Engine,
    mailer: Arc<dyn Mailer>,
    domain: String,
}

impl Codes {
    /// A worker. A code goes to `PHONE@domain`, the gateway's address for short messages.
    pub fn new(engine: Engine, mailer: Arc<dyn Mailer>, domain: impl Into<String>) -> Codes {
        Codes { engine, mailer, domain: domain.into() }
    }

    /// Handles one round; how many codes it took.
    ///
    /// # Errors
    /// The store failed; claimed codes come back when their lease ends.
    pub async fn run_once(&self) -> Result<usize, StoreError> {
        let store = self.engine.store();
        let claimed = store.claim_codes(ROUND, LEASE_MS).await?;
        let count = claimed.len();
        for code in claimed {
            let rendered = code_text(&code.purpose, &code.code);
            let mail = Mail {
                message_id: format!("<code.{}@{}>", code.id, self.domain),
                to: vec![format!("{}@{}", code.phone, self.domain)],
                subject: rendered.subject,
                body: rendered.body,
            };
            let retry = match self.mailer.send(&mail).await {
                Ok(()) | Err(SendError::Permanent(_)) => None,
                Err(SendError::Transient(_)) => Some(WAIT_MS),
            };
            store.finish_code(code.id, code.token, retry).await?;
        }
        Ok(count)
    }
}

/// The message with a code.
pub fn code_text(purpose: &str, code: &str) -> Rendered {
    let what = match purpose {
        "sign_in" => Text::new("用于登录一件事", "to sign in to One thing"),
        "resume" => Text::new("用于继续填写", "to go on with what you began"),
        _ => Text::new("用于一件事办理", "for One thing"),
    };
    Rendered {
        subject: format!("一件事验证码 {code}"),
        body: format!(
            "验证码 {code}，{}，10 分钟内有效。工作人员不会向您要验证码，请不要告诉别人。\n\nCode {code} {}, valid for 10 minutes. Nobody of the staff will ask you for it.",
            what.zh, what.en
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_without_a_link_and_with_its_purpose() {
        for purpose in ["sign_in", "resume", "other"] {
            let text = code_text(purpose, "123456");
            assert!(text.subject.contains("123456") && text.body.contains("123456"));
            assert!(!text.body.contains("http") && text.body.contains("10 分钟"));
        }
        assert_ne!(code_text("sign_in", "1").body, code_text("resume", "1").body);
    }
}
