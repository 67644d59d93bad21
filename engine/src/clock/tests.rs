//! Clocks against worked examples and against a second calculation. Tests must never read the time.

mod golden;
mod naive;
mod random;
mod recorded;

use crate::calendar::{self, Calendar};
use crate::source::{File, Problems, Source};

/// The shipped calendar.
fn cn() -> Calendar {
    let source = Source::new("cn.yaml", include_str!("../../../workflows/calendars/cn.yaml"));
    calendar::read(File { source: &source, problems: &Problems::new() }).unwrap()
}
