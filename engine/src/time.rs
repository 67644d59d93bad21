//! Machine time: the only place that reads the clock of this machine. Legal time comes from the database and never from
//! here.

use std::time::{Duration, Instant};

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    since: Instant,
}

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Stopwatch {
        Stopwatch { since: Instant::now() }
    }

    /// How long it has been.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}
