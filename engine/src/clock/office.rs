//! Working hours: time counts only while offices are open on working days. It must never look at a day that a pause
//! takes as a whole.

use super::count::{Counter, Standstill};
use super::deadline::Reason;
use crate::calendar::{Day, DayKind};
use crate::value::{DAY_MS, Instant, date_of_epoch_day, epoch_day};

impl<'a> Counter<'a> {
    /// Counts milliseconds of office hours after `self.at`.
    pub(super) fn office(&mut self, ms: i64) -> Option<Standstill<'a>> {
        let mut left = ms;
        let mut day = epoch_day(self.at.date());
        while left > 0 {
            if let Some(next) = self.day_after_pause(day) {
                day = next;
                continue;
            }
            let Day { kind, covered } = self.calendar.day_number(day);
            self.provisional |= !covered;
            match kind {
                DayKind::Weekend => self.days_line(day, day, 0, Reason::Weekend, !covered),
                DayKind::Holiday(name) => self.days_line(day, day, 0, Reason::Holiday(name.clone()), !covered),
                DayKind::Workday | DayKind::MakeUp(_) => match self.working_day(day, left) {
                    Ok(rest) => left = rest,
                    Err(standstill) => return Some(standstill),
                },
            }
            day += 1;
        }
        None
    }

    /// Counts in the office hours of one working day; returns what is left.
    fn working_day(&mut self, day: i64, mut left: i64) -> Result<i64, Standstill<'a>> {
        let midnight = Instant::start_of(date_of_epoch_day(day));
        for (open, close) in self.calendar.office_hours().windows() {
            if left > 0 {
                self.at = self.at.max(midnight.plus(*open));
                left = self.time_until(midnight.plus(*close), left, &Reason::OfficeHours)?;
            }
        }
        Ok(left)
    }

    /// Where a closed pause takes this whole day: the day on which it ends.
    fn day_after_pause(&mut self, day: i64) -> Option<i64> {
        let midnight = Instant::start_of(date_of_epoch_day(day));
        let whole = |from: Instant, to: Instant| from <= midnight && midnight.plus(DAY_MS) <= to;
        let (to, kind) = self.pauses.iter().find_map(|pause| {
            let to = pause.to.filter(|to| whole(pause.from, *to))?;
            Some((epoch_day(to.date()), pause.kind.clone()))
        })?;
        self.days_line(day, to - 1, 0, Reason::Paused(kind), false);
        Some(to)
    }
}
