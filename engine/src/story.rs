//! Stories: what a process does for people, told in YAML, played on the real `decide` with a clock that is turned.
//! A story must never reach past the door that everybody uses: it sends commands and looks.

mod commands;
mod coverage;
mod errands;
mod expect;
mod gathers;
mod places;
mod play;
mod read;
mod records;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::source::Span;
use crate::text::Text;
use crate::value::{Instant, Value};

pub use crate::definition::path_matches;
pub use coverage::{Coverage, Line};
pub use play::{Played, play};
pub use read::read;
pub use stage::Told;

/// One story.
#[derive(Clone, Debug)]
pub struct Story {
    /// Its name.
    pub name: String,
    /// What it tells.
    pub title: Text,
    /// The file.
    pub path: Arc<str>,
    /// The process it plays.
    pub process: String,
    /// When it begins.
    pub begin: Instant,
    /// Region of the case; the installation's own where it says none.
    pub region: Option<String>,
    /// Who plays.
    pub people: BTreeMap<String, Part>,
    /// Regions of those who work elsewhere than the case, by name.
    pub regions: BTreeMap<String, String>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// What somebody in a story is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A party of the case.
    Party(String),
    /// Works in an office.
    Office(String),
    /// Has a role.
    Role(String),
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands in the file.
    pub span: Span,
    /// Time passes until then; timers wake on the way.
    pub at: Option<Instant>,
    /// The case that is talked about from here on, by name.
    pub case: Option<String>,
    /// The process of a case that this step opens; that of the story where it says none.
    pub process: Option<String>,
    /// What the story calls a case that this step opens.
    pub naming: Option<String>,
    /// Somebody does something.
    pub deed: Option<Deed>,
    /// What must hold then.
    pub expect: Option<Expect>,
}

/// Somebody does something.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Name among the people, or `system`.
    pub who: String,
    /// `start.family`, `reported.confirm`, `household.open.withdraw` …
    pub what: String,
    /// Answers by form.
    pub with: BTreeMap<String, Value>,
    /// The connector a message comes from; the first that may send it where the story says none.
    pub from: Option<String>,
    /// Code of the rejection that must come back.
    pub refused: Option<String>,
}

/// What must hold.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The case that is looked at, and talked about from here on.
    pub case: Option<String>,
    /// States that are active.
    pub within: Vec<String>,
    /// States that are not.
    pub not_within: Vec<String>,
    /// Last days (or instants) of clocks.
    pub due: Vec<(String, Due)>,
    /// Clocks that are late.
    pub late: Vec<String>,
    /// `recipient.text` told since the last look.
    pub told: Vec<String>,
    /// And what was not.
    pub not_told: Vec<String>,
    /// Codes of documents issued since the last look.
    pub document: Vec<String>,
    /// And what was not.
    pub not_document: Vec<String>,
    /// What people may do.
    pub may: Vec<(String, String)>,
    /// And what they may not.
    pub may_not: Vec<(String, String)>,
    /// How many cases were begun under a link.
    pub linked: Vec<(String, usize)>,
    /// Its place in a waiting list, 1 for the next one; 0 if it waits in none.
    pub place: Option<usize>,
    /// Errands that some case refused: the link (or the message), and the code.
    pub refused: Vec<(String, String)>,
    /// What the list that was gathered last came to, by word.
    pub gathered: Vec<(String, String)>,
    /// Ends of items; `None` is open.
    pub items: Vec<(String, String)>,
    /// How the case closed; `open` while it has not.
    pub result: Option<String>,
    /// Lines of the proof of a clock's deadline that must be there.
    pub why: Vec<(String, Vec<String>)>,
}

/// When a clock ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The last day.
    On(Date),
    /// The instant.
    At(Instant),
    /// It stands still.
    Paused,
}

/// Words of a set for a message.
fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: BTreeSet<String> = words.into_iter().collect();
    if words.is_empty() { "–".to_owned() } else { words.into_iter().collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod carry_tests;
#[cfg(test)]
mod each_tests;
#[cfg(test)]
mod figures_tests;
#[cfg(test)]
mod gathered_tests;
#[cfg(test)]
mod keys_tests;
#[cfg(test)]
mod linked_tests;
#[cfg(test)]
mod period_tests;
#[cfg(test)]
mod places_tests;
#[cfg(test)]
mod played_tests;
#[cfg(test)]
mod recusal_tests;
#[cfg(test)]
mod sites_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod told;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_by_its_end_and_some_words_before() {
        assert!(path_matches("handling.running.household.open.work.received", "household.received"));
        assert!(path_matches("reported", "reported"));
        assert!(!path_matches("handling.household", "household.received"));
        assert!(!path_matches("pension.received", "household.received"));
    }
}
