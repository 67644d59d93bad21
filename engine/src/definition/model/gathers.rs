//! `gather`: what a state asks of many cases of another process at once. It must never name a case.

use super::ProcessDefinition;
use crate::expression::Expression;
use crate::kernel::StateId;
use crate::text::Text;

/// Cases of another process that are told something, counted and summed up when a stay begins.
#[derive(Clone, Debug)]
pub struct GatherDefinition {
    /// The other process.
    pub process: String,
    /// Its states by name; a case that stands in any of them is a member.
    pub within: Vec<String>,
    /// Told to every member, or to those that were drawn.
    pub message: Option<String>,
    /// Fields of the message's form, as paths, with the values they get when the stay begins.
    pub with: Vec<(Vec<String>, Expression)>,
    /// Variables of theirs that are added up, read in the step in which they were told, and what people call each sum.
    pub sums: Vec<(String, Text)>,
    /// One variable was written, not a list: `gathered.sum` is its sum, and no group of sums.
    pub single: bool,
    /// Only some of them, drawn at random.
    pub sample: Option<SampleDefinition>,
    /// The addressed kernel event that says that all were asked.
    pub event: String,
}

/// How much is drawn.
#[derive(Clone, Debug)]
pub struct SampleDefinition {
    /// Per cent, a whole number, computed when the stay begins.
    pub percent: Expression,
    /// At least so many.
    pub least: u32,
}

/// Does a dotted path end with the last word of `asked` and hold the others before it, in order? Generated levels
/// between them need not be named.
pub fn path_matches(path: &str, asked: &str) -> bool {
    let mut words = path.rsplit('.');
    let mut asked = asked.rsplit('.');
    if words.next() != asked.next() {
        return false;
    }
    asked.all(|word| words.any(|known| known == word))
}

impl ProcessDefinition {
    /// The states that a name means, as a story or another process says it.
    pub fn states_named(&self, name: &str) -> Vec<StateId> {
        let named = (0u32..).map(StateId).zip(&self.states).filter(|(_, state)| path_matches(&state.path, name));
        named.map(|(state, _)| state).collect()
    }
}
