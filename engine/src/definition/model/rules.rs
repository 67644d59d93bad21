//! What a process refuses at once, and which places its cases have. It must never hold a value somebody typed.

use crate::expression::Expression;
use crate::organisation::Level;
use crate::text::Text;

/// What the statechart is told when an official steps back from a case, so that a process can send it elsewhere.
pub const RECUSED: &str = "recused";

/// What a process refuses at once, before anything is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Asked when the answers that came with the request are known.
    pub when: Expression,
    /// What the asker is told, with the way on.
    pub message: Text,
}

/// A place that takes part in a case: where it was handed in, where somebody is registered.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteDefinition {
    /// `home`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// How far its region is looked at: a community's code counts as its street at the level of streets.
    pub level: Level,
    /// Where the answers tell its region; `None` for the region in which the case was opened.
    pub is: Option<Expression>,
    /// The unit in the region of the case that takes the work while the place is not known.
    pub unknown: Option<String>,
}
