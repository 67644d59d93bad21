//! Clocks: a deadline is a pure function of a rule, a stored run and a calendar, and returns its own proof. It must
//! never read the time, store what remains, or know why a process has a clock.
//!
//! - Day 0 does not count (Civil Code 201); hours run at once (201); months end on the day with the same number or
//!   the month's last day (202); the last of calendar days and months may roll off rest days (203).
//! - A pause takes the days from its first up to, not including, the day on which the clock goes on; hours stand still
//!   to the millisecond. A day to which a last day rolls is not taken from a pause either.
//! - A fixed day (`{before_day: 10, of: next_month}`) is moved by neither pause nor roll.
//! - An extension in the unit of what stands before adds to it; in another unit it runs after it. Only the very last
//!   day rolls.
//! - Days the calendar does not cover are Monday to Friday, and make the deadline provisional where they were used.
//!
//! ```
//! use onething_engine::calendar::Calendar;
//! use onething_engine::clock::{ClockRule, ClockRun, Limit, Roll, deadline};
//! use onething_engine::value::Instant;
//!
//! let calendar = Calendar::monday_to_friday("plain");
//! let rule = ClockRule { limit: Limit::parse("2 workdays")?, roll: Roll::RestDay };
//! let start = Instant::start_of("2027-01-08".parse().unwrap()); // a Friday
//! let answer = deadline(&rule, &ClockRun::new(start), &calendar);
//! assert_eq!(answer.due_on(), Some("2027-01-12".parse().unwrap()));
//! assert!(answer.provisional);
//! # Ok::<(), onething_engine::clock::LimitProblem>(())
//! ```

mod count;
mod deadline;
mod explain;
mod limit;
mod office;
mod run;
#[cfg(test)]
mod tests;

pub use count::deadline;
pub use deadline::{Deadline, Due, Progress, ProofLine, Reason, Stretch};
pub use explain::{day_title, weekday};
pub use limit::{Limit, LimitProblem, Span, Unit};
pub use run::{ClockRule, ClockRun, Extension, Pause, PauseProblem, Pauses, Roll};
