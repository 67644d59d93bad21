//! What a process refuses at once. It must never hold a value somebody typed.

use crate::expression::Expression;
use crate::text::Text;

/// What a process refuses at once, before anything is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Asked when the answers that came with the request are known.
    pub when: Expression,
    /// What the asker is told, with the way on.
    pub message: Text,
}
