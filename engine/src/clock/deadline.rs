//! The answer of a clock: when it ends, whether that is final, and the proof. It must never read the time: whoever
//! asks how far a clock has run passes the instant.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::limit::Span;
use crate::text::Text;
use crate::value::{DAY_MS, Instant, epoch_day};

/// When a clock ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// It ends at a known instant.
    At {
        /// The last day on which one is in time.
        on: Date,
        /// The first instant that is too late.
        at: Instant,
    },
    /// It stands still, so nobody can know when it ends.
    Paused {
        /// Why it stands still.
        kind: String,
        /// Since when.
        since: Instant,
        /// What of the limit is left, in milliseconds of counted time (a whole counted day is 24 hours).
        left_ms: i64,
        /// It ends by then in any case, because it may not outlast another clock.
        at_the_latest: Option<Instant>,
    },
}

/// A deadline with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When the clock ends.
    pub due: Due,
    /// Counted time allowed in all, extensions included, in milliseconds (a whole counted day is 24 hours).
    pub total_ms: i64,
    /// A day was used that the calendar does not cover: the deadline may move when the next year is loaded.
    pub provisional: bool,
    /// The version of the calendar it was counted with.
    pub calendar: String,
    /// One line per day or interval, counted or not, and why, in order of time.
    pub lines: Vec<ProofLine>,
}

/// Days or a part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// Whole days, both included.
    Days {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// From an instant to before another.
    Time {
        /// The first instant.
        from: Instant,
        /// The first instant after it; `None` for a pause that is still open.
        to: Option<Instant>,
    },
}

impl Stretch {
    /// The first instant.
    pub fn begins_at(self) -> Instant {
        match self {
            Stretch::Days { from, .. } => Instant::start_of(from),
            Stretch::Time { from, .. } => from,
        }
    }
}

/// One line of a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofLine {
    /// Which days or which time.
    pub stretch: Stretch,
    /// How much of it counts, in milliseconds (a whole counted day is 24 hours); 0 when it does not count.
    pub counted_ms: i64,
    /// How much has been counted at its end.
    pub sum_ms: i64,
    /// Why.
    pub reason: Reason,
    /// The calendar does not cover the day: Monday to Friday was assumed.
    pub assumed: bool,
}

/// Why a day or interval counts or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The day of the event itself does not count.
    DayZero,
    /// A working day; counts.
    Workday,
    /// A weekend day worked in exchange for this holiday; counts.
    MakeUp(Text),
    /// Calendar days; count.
    CalendarDays,
    /// Hours run at once; count.
    Running,
    /// Offices are open; counts.
    OfficeHours,
    /// Days until a fixed day; count.
    CutOff,
    /// A weekend; does not count.
    Weekend,
    /// A public holiday; does not count.
    Holiday(Text),
    /// The clock stood still; does not count. Empty when no kind is known.
    Paused(String),
    /// More time was granted.
    Extended(Span),
    /// The last day would be a weekend day, so it moves on.
    RolledWeekend,
    /// The last day would be a holiday, so it moves on.
    RolledHoliday(Text),
    /// The last day moved here.
    RolledTo,
    /// The clock ends here because it may not outlast another one.
    NotAfter,
}

/// How far a clock has run at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Progress {
    /// Counted time used, in milliseconds; never more than allowed.
    pub used_ms: i64,
    /// Counted time left, in milliseconds.
    pub left_ms: i64,
    /// Counted days left, the running one included; meaningful for clocks that count days.
    pub left_days: i64,
    /// Used of allowed, in whole per cent, rounded down.
    pub percent: i64,
    /// The instant is not before the deadline.
    pub overdue: bool,
}

impl Deadline {
    /// The first instant that is too late; `None` while the clock stands still.
    pub fn due_at(&self) -> Option<Instant> {
        match self.due {
            Due::At { at, .. } => Some(at),
            Due::Paused { .. } => None,
        }
    }

    /// The last day on which one is in time; `None` while the clock stands still.
    pub fn due_on(&self) -> Option<Date> {
        match self.due {
            Due::At { on, .. } => Some(on),
            Due::Paused { .. } => None,
        }
    }

    /// When a timer must wake somebody up: the deadline, or the latest possible end of a clock that stands still.
    pub fn wake_at(&self) -> Option<Instant> {
        match self.due {
            Due::At { at, .. } => Some(at),
            Due::Paused { at_the_latest, .. } => at_the_latest,
        }
    }

    /// Whether the deadline has passed at `now`.
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.wake_at().is_some_and(|at| now >= at)
    }

    /// The instant at which `percent` of the allowed time has been used (100 and more: the deadline itself). Within
    /// a counted day time runs evenly from midnight to midnight. `None` where the clock stands still before that.
    pub fn instant_at_percent(&self, percent: u32) -> Option<Instant> {
        let used = i128::from(self.total_ms) * i128::from(percent.min(100)) / 100;
        self.instant_at_used(i64::try_from(used).unwrap_or(i64::MAX))
    }

    /// The instant at which `left_ms` of counted time is left ("one day before": [`DAY_MS`]); the start where the
    /// limit is shorter than that.
    pub fn instant_at_left(&self, left_ms: i64) -> Option<Instant> {
        self.instant_at_used(self.total_ms.saturating_sub(left_ms).max(0))
    }

    /// The instant at which `used_ms` of counted time has been used, never after the deadline.
    pub fn instant_at_used(&self, used_ms: i64) -> Option<Instant> {
        if used_ms >= self.total_ms {
            return self.due_at();
        }
        let line = self.lines.iter().find(|line| line.counted_ms > 0 && line.sum_ms > used_ms);
        let reached = line.map(|line| line.stretch.begins_at().plus(used_ms - (line.sum_ms - line.counted_ms)));
        match (reached, self.wake_at()) {
            (Some(reached), Some(wake)) => Some(reached.min(wake)),
            (reached, _) => reached,
        }
    }

    /// How far the clock has run at `now`.
    pub fn progress(&self, now: Instant) -> Progress {
        let used = |line: &ProofLine| (now.0.saturating_sub(line.stretch.begins_at().0)).clamp(0, line.counted_ms);
        let used_ms = self.lines.iter().map(used).sum::<i64>().min(self.total_ms);
        let left_ms = self.total_ms - used_ms;
        let percent = i128::from(used_ms) * 100 / i128::from(self.total_ms.max(1));
        Progress {
            used_ms,
            left_ms,
            left_days: (left_ms + DAY_MS - 1) / DAY_MS,
            percent: i64::try_from(percent).unwrap_or(100),
            overdue: self.is_overdue(now),
        }
    }

    /// This deadline, but not after `other`: the earlier of both. While this clock stands still the other one only
    /// bounds it; while the other one stands still it bounds nothing yet. The proof and all shares of the limit
    /// (`progress`, `instant_at_percent`) stay those of this clock, cut off at the end.
    #[must_use]
    pub fn not_after(mut self, other: &Deadline) -> Deadline {
        let Some(limit_at) = other.wake_at() else { return self };
        match &mut self.due {
            Due::At { at, .. } if *at <= limit_at => {}
            Due::At { on, at } => {
                *at = limit_at;
                *on = last_day(limit_at);
                self.provisional |= other.provisional;
                let stretch = Stretch::Days { from: *on, to: *on };
                let sum_ms = self.lines.last().map_or(0, |line| line.sum_ms);
                let line = ProofLine { stretch, counted_ms: 0, sum_ms, reason: Reason::NotAfter, assumed: false };
                self.lines.push(line);
            }
            Due::Paused { at_the_latest, .. } => {
                *at_the_latest = Some(at_the_latest.map_or(limit_at, |known| known.min(limit_at)));
            }
        }
        self
    }
}

/// The last day of a time that ends before `at`.
pub(super) fn last_day(at: Instant) -> Date {
    at.plus(-1).date()
}

impl ProofLine {
    /// Whether it counts.
    pub fn is_counted(&self) -> bool {
        self.counted_ms > 0
    }

    /// How many whole days the line spans; 0 for a part of a day.
    pub fn days(&self) -> i64 {
        match self.stretch {
            Stretch::Days { from, to } => epoch_day(to) - epoch_day(from) + 1,
            Stretch::Time { .. } => 0,
        }
    }
}
