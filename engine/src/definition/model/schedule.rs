//! When the engine opens a door by itself: once in every period, at a time of its own.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::value::{HOUR_MS, Instant, MINUTE_MS};

/// How often a door is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Every day.
    Day,
    /// Once a month, on this day of it; in a shorter month on its last day.
    Month(i8),
    /// Once a year, on this month and day.
    Year(i8, i8),
}

/// When the engine opens a door by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub every: Every,
    /// Hour of the day, 0–23.
    pub hour: i64,
    /// Minute, 0–59.
    pub minute: i64,
}

impl Schedule {
    /// The latest instant of the schedule that is not after `now`.
    pub fn latest(&self, now: Instant) -> Option<Instant> {
        let today = now.date();
        let found = self.around(today)?;
        if found <= now {
            return Some(found);
        }
        let before = match self.every {
            Every::Day => today.checked_sub(1.day()),
            Every::Month(_) => today.first_of_month().checked_sub(1.day()),
            Every::Year(..) => Date::new(today.year() - 1, 12, 31),
        };
        self.around(before.ok()?)
    }

    /// The instant of the schedule in the period that holds a day.
    fn around(&self, day: Date) -> Option<Instant> {
        let on = match self.every {
            Every::Day => day,
            Every::Month(wanted) => clipped(day.year(), day.month(), wanted)?,
            Every::Year(month, wanted) => clipped(day.year(), month, wanted)?,
        };
        Some(Instant::start_of(on).plus(self.hour * HOUR_MS + self.minute * MINUTE_MS))
    }
}

/// A day of a month, or the last one of a month that is shorter.
fn clipped(year: i16, month: i8, day: i8) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    Date::new(year, month, day.min(first.days_in_month())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(date: &str, hour: i64) -> Instant {
        Instant::start_of(date.parse().expect("a date")).plus(hour * HOUR_MS)
    }

    #[test]
    fn the_latest_time_of_a_schedule_is_in_this_period_or_the_one_before() {
        let monthly = Schedule { every: Every::Month(5), hour: 9, minute: 0 };
        assert_eq!(monthly.latest(at("2026-03-05", 9)), Some(at("2026-03-05", 9)));
        assert_eq!(monthly.latest(at("2026-03-05", 8)), Some(at("2026-02-05", 9)));
        assert_eq!(monthly.latest(at("2026-01-04", 23)), Some(at("2025-12-05", 9)));
        let last = Schedule { every: Every::Month(31), hour: 0, minute: 0 };
        assert_eq!(last.latest(at("2026-02-28", 1)), Some(at("2026-02-28", 0)));
        assert_eq!(last.latest(at("2026-02-27", 1)), Some(at("2026-01-31", 0)));
        let daily = Schedule { every: Every::Day, hour: 8, minute: 0 };
        assert_eq!(daily.latest(at("2026-03-01", 7)), Some(at("2026-02-28", 8)));
        let yearly = Schedule { every: Every::Year(2, 29), hour: 0, minute: 0 };
        assert_eq!(yearly.latest(at("2026-03-01", 0)), Some(at("2026-02-28", 0)));
        assert_eq!(yearly.latest(at("2026-02-27", 0)), Some(at("2025-02-28", 0)));
    }
}
