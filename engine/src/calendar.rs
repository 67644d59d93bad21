//! Which days are working days, as versioned data. It must never read a clock or a file: years come from a file that
//! [`read`] lowers, and every answer says whether the data really cover the day that was asked about.

mod hours;
mod read;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use hours::OfficeHours;
pub use read::read;

use crate::text::Text;
use crate::value::{date_of_epoch_day, epoch_day};

/// What a calendar says about one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    /// Working day or rest day, and why.
    pub kind: DayKind<'a>,
    /// Whether the calendar's data reach this day. Where they do not, the kind is Monday to Friday only.
    pub covered: bool,
}

/// The four kinds of days. Names are those of the public holiday that caused the exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// Monday to Friday, not listed.
    Workday,
    /// Saturday or Sunday, not listed.
    Weekend,
    /// A day of a public holiday, weekends inside it included.
    Holiday(&'a Text),
    /// A Saturday or Sunday that is worked in exchange for a holiday (调休).
    MakeUp(&'a Text),
}

impl DayKind<'_> {
    /// Whether offices work on such a day.
    pub fn is_workday(self) -> bool {
        match self {
            DayKind::Workday | DayKind::MakeUp(_) => true,
            DayKind::Weekend | DayKind::Holiday(_) => false,
        }
    }
}

/// One year of a calendar as the yearly notice lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// The civil year in which all its days lie.
    pub year: i16,
    /// The notice that ordered it.
    pub notice: String,
    /// Days off by holiday, weekends inside a holiday included.
    pub holidays: Vec<(Text, Vec<Date>)>,
    /// Saturdays and Sundays that are worked, by the holiday that caused them.
    pub make_up: Vec<(Text, Vec<Date>)>,
}

/// A calendar: named, versioned by its content, and honest about the first and last day it covers. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar(Arc<Data>);

#[derive(Debug, PartialEq, Eq)]
struct Data {
    name: String,
    title: Text,
    version: String,
    covered: Option<(i64, i64)>,
    years: Vec<CalendarYear>,
    office_hours: OfficeHours,
    names: Vec<Text>,
    /// One entry per covered day, counted from the first: 0 = not listed, n = holiday `names[n-1]`,
    /// -n = make-up day of `names[n-1]`.
    marks: Vec<i16>,
}

impl Data {
    fn fill(&mut self) {
        let Some((first, last)) = self.covered else { return };
        let length = usize::try_from(last - first + 1).unwrap_or(0);
        self.marks = vec![0; length];
        let listed = self.years.iter().flat_map(|year| {
            let holidays = year.holidays.iter().map(|listed| (listed, 1));
            holidays.chain(year.make_up.iter().map(|listed| (listed, -1)))
        });
        for ((name, dates), sign) in listed {
            let position = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
                self.names.push(name.clone());
                self.names.len() - 1
            });
            let mark = sign * i16::try_from(position + 1).unwrap_or(i16::MAX);
            for date in dates {
                let index = usize::try_from(epoch_day(*date) - first).ok();
                if let Some(slot) = index.and_then(|index| self.marks.get_mut(index)) {
                    *slot = mark;
                }
            }
        }
    }

    /// The first 16 hexadecimal digits of SHA-256 over everything that can move a deadline. Comments and titles of a
    /// file do not count, so editing them is not a new version.
    fn digest(&self) -> String {
        let mut text = format!("{:?} {:?}\n", self.covered, self.office_hours.windows());
        for (index, mark) in self.marks.iter().enumerate().filter(|(_, mark)| **mark != 0) {
            let _ = writeln!(text, "{index} {}", mark.signum());
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl Calendar {
    /// A calendar from years that are already checked (see `read`). Days outside `covered` are ignored.
    pub fn new(
        name: impl Into<String>,
        title: Text,
        covered: Option<(Date, Date)>,
        years: Vec<CalendarYear>,
        office_hours: OfficeHours,
    ) -> Calendar {
        let mut data = Data {
            name: name.into(),
            title,
            version: String::new(),
            covered: covered.map(|(first, last)| (epoch_day(first), epoch_day(last))),
            years,
            office_hours,
            names: Vec::new(),
            marks: Vec::new(),
        };
        data.fill();
        data.version = data.digest();
        Calendar(Arc::new(data))
    }

    /// Monday to Friday and nothing else. It covers no day, so whatever it decides is provisional.
    pub fn monday_to_friday(name: impl Into<String>) -> Calendar {
        Calendar::new(name, Text::same(""), None, Vec::new(), OfficeHours::default())
    }

    /// The name by which definitions ask for it, such as `cn`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its title for people.
    pub fn title(&self) -> &Text {
        &self.0.title
    }

    /// The version: a digest of all days and hours. Events that used the calendar record it.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The first day the data cover.
    pub fn first_covered(&self) -> Option<Date> {
        self.0.covered.map(|(first, _)| date_of_epoch_day(first))
    }

    /// The last day the data cover. Deadlines that use a later day are provisional.
    pub fn last_covered(&self) -> Option<Date> {
        self.0.covered.map(|(_, last)| date_of_epoch_day(last))
    }

    /// The years with their notices, in their order.
    pub fn years(&self) -> &[CalendarYear] {
        &self.0.years
    }

    /// When offices are open on a working day; what `workhours` count.
    pub fn office_hours(&self) -> &OfficeHours {
        &self.0.office_hours
    }

    /// What kind of day a date is.
    pub fn day(&self, date: Date) -> Day<'_> {
        self.day_number(epoch_day(date))
    }

    /// The same for a day counted from 1970-01-01.
    pub fn day_number(&self, day: i64) -> Day<'_> {
        let covered = self.0.covered.is_some_and(|(first, last)| first <= day && day <= last);
        // 1970-01-01 was a Thursday: day 2 a Saturday, day 3 a Sunday.
        let plain = if matches!(day.rem_euclid(7), 2 | 3) { DayKind::Weekend } else { DayKind::Workday };
        let mark = match self.0.covered {
            Some((first, _)) if covered => {
                usize::try_from(day - first).ok().and_then(|index| self.0.marks.get(index)).copied().unwrap_or(0)
            }
            Some(_) | None => 0,
        };
        let name = usize::from(mark.unsigned_abs()).checked_sub(1).and_then(|index| self.0.names.get(index));
        let kind = match name {
            Some(name) if mark > 0 => DayKind::Holiday(name),
            Some(name) => DayKind::MakeUp(name),
            None => plain,
        };
        Day { kind, covered }
    }

    /// Whether offices work on a date.
    pub fn is_workday(&self, date: Date) -> bool {
        self.day(date).kind.is_workday()
    }

    /// Working days from `first` to `last`, both included.
    pub fn workdays_between(&self, first: Date, last: Date) -> u32 {
        let days = (epoch_day(first)..=epoch_day(last)).filter(|day| self.day_number(*day).kind.is_workday());
        u32::try_from(days.count()).unwrap_or(u32::MAX)
    }
}
