//! The deadline of a clock of a case, with its proof: a pure function of what the row holds, the rule and the calendar.

use crate::case::Case;
use crate::clock::{self, ClockRule, Deadline};
use crate::definition::{ClockId, ProcessDefinition};
use crate::rulebook::Rulebook;

/// The deadline of a clock's latest run, bounded by the clock it may not outlast. `None` if it never ran.
pub fn deadline(rules: &Rulebook, definition: &ProcessDefinition, case: &Case, clock: ClockId) -> Option<Deadline> {
    let own = unbounded(rules, definition, case, clock)?;
    let outer = definition.clock(clock).not_after.and_then(|outer| deadline(rules, definition, case, outer));
    Some(match outer {
        Some(outer) => own.not_after(&outer),
        None => own,
    })
}

/// The deadline of a clock by its name.
pub fn deadline_of(rules: &Rulebook, definition: &ProcessDefinition, case: &Case, name: &str) -> Option<Deadline> {
    let clock = definition.clocks.iter().find(|clock| clock.name == name)?;
    deadline(rules, definition, case, clock.id)
}

fn unbounded(rules: &Rulebook, definition: &ProcessDefinition, case: &Case, clock: ClockId) -> Option<Deadline> {
    let state = case.clocks.get(&clock)?;
    let rule = ClockRule { limit: state.limit, roll: state.roll };
    let calendar = rules.calendar(&definition.clock(clock).calendar);
    Some(clock::deadline(&rule, &state.run, &calendar))
}
