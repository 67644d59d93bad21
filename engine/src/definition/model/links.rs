//! What one case does to others: links to cases that it begins, and errands on the way. It must never name a case, only a
//! process and a door or a message of it.

use crate::expression::Expression;
use crate::text::Text;

/// Cases of another process that a case of this one begins.
#[derive(Clone, Debug)]
pub struct LinkDefinition {
    /// `enrolment`.
    pub name: String,
    /// What a page calls it.
    pub title: Text,
    /// The other process.
    pub process: String,
    /// Its door, which says `by: process`.
    pub door: String,
    /// Code of the region whose offices handle it; that of this case where it is not said or nobody knows.
    pub region: Option<Expression>,
    /// Parties whose accounts have the same part in the other case.
    pub parties: Vec<String>,
}

/// Something a transition asks of other cases. Values for their forms are computed when the transition is taken.
#[derive(Clone, Debug)]
pub struct ErrandUse {
    /// What is asked.
    pub what: Asked,
    /// Fields of the other form, as paths, with the values they get.
    pub with: Vec<(Vec<String>, Expression)>,
    /// Once for each element of this list; expressions see it as `each`.
    pub each: Option<Expression>,
    /// Only if this holds.
    pub when: Option<Expression>,
}

/// What an errand asks of other cases.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Begin a case under this link.
    Start(String),
    /// Tell this message to every case that was begun under the link.
    TellLink(String, String),
    /// Tell this message to the case that began this one.
    TellParent(String),
    /// Tell this message to the open cases of a process that hold a record under a key.
    TellHolders {
        /// The other process.
        process: String,
        /// The record.
        record: String,
        /// The parts of its key.
        key: Vec<Expression>,
        /// The message.
        message: String,
    },
}
