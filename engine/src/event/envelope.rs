//! What stands around an event in the log: its place, its time, who caused it, and the chain of hashes. It must never
//! look into the event beyond writing it as text.

use serde::{Deserialize, Serialize};

use super::{CaseId, Event};
use crate::definition::DefinitionHash;
use crate::value::Instant;

/// Version of the event format. One until the first tagged release.
pub const EVENT_VERSION: u32 = 1;

/// What surrounds a body in the log. `hash` covers the canonical text of everything else, `prev` included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The case.
    pub case: CaseId,
    /// 1, 2, 3 … without a gap.
    pub n: u64,
    /// Legal time.
    pub at: Instant,
    /// Who caused it.
    pub actor: String,
    /// Version of the format.
    pub v: u32,
    /// The definition the case runs on.
    pub definition: DefinitionHash,
    /// Version of the engine.
    pub engine: String,
    /// Hash of the event before; 64 zeros for the first.
    pub prev: String,
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// Canonical JSON text of the body.
    pub body: String,
}

/// `prev` of the first event of a case.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Envelope {
    /// Seals a body: computes its canonical text and its hash over the chain.
    pub fn seal(
        case: CaseId,
        n: u64,
        at: Instant,
        actor: &str,
        definition: &DefinitionHash,
        prev: &str,
        event: &Event,
    ) -> Envelope {
        let body = canonical(event);
        let mut envelope = Envelope {
            case,
            n,
            at,
            actor: actor.to_owned(),
            v: EVENT_VERSION,
            definition: definition.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            prev: prev.to_owned(),
            hash: String::new(),
            body,
        };
        envelope.hash = envelope.digest();
        envelope
    }

    /// The hash this envelope ought to have.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut hasher = sha2::Sha256::new();
        let head = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.case.0, self.n, self.at.0, self.actor, self.v, self.definition.0, self.engine, self.prev
        );
        hasher.update(head.as_bytes());
        hasher.update(self.body.as_bytes());
        hexadecimal(&hasher.finalize())
    }

    /// The body, or `None` if its text is no event of this version.
    pub fn event(&self) -> Option<Event> {
        serde_json::from_str(&self.body).ok()
    }
}

/// The one canonical text of an event. Field order is the order of the type; maps are ordered by key.
pub fn canonical(event: &Event) -> String {
    serde_json::to_string(event).unwrap_or_default()
}

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
