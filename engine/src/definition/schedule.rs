//! `schedule` of a door: when the engine opens it by itself. It must never open anything; a worker does.

use super::draft::Draft;
use super::model::{Every, Schedule};
use super::words::both;
use crate::source::{Reader, brief};

/// Periods a schedule may have.
#[derive(Clone, Copy)]
enum Period {
    Day,
    Month,
    Year,
}

const PERIODS: &[(&str, Period)] = &[("day", Period::Day), ("month", Period::Month), ("year", Period::Year)];

impl<'a> Draft<'a> {
    /// `schedule: {every: month, day: 5, time: '09:00'}`.
    pub fn schedule(&self, door: &Reader<'a>) -> Option<Schedule> {
        let words = door.map("schedule", both("定期开启", "schedule"))?;
        words.require(&["every"]);
        let day = self.number_within(&words, "day", 31);
        let month = self.number_within(&words, "month", 12);
        let every = match words.choice("every", PERIODS)? {
            Period::Day => Every::Day,
            Period::Month => Every::Month(day.unwrap_or(1)),
            Period::Year => Every::Year(month.unwrap_or(1), day.unwrap_or(1)),
        };
        let (hour, minute) = self.time_of_day(&words).unwrap_or_default();
        words.finish();
        Some(Schedule { every, hour, minute })
    }

    fn number_within(&self, words: &Reader<'a>, key: &'static str, most: i64) -> Option<i8> {
        let number = words.integer(key)?;
        if (1..=most).contains(&number) {
            return i8::try_from(number).ok();
        }
        let message = both(format!("`{key}` 应在 1 到 {most} 之间"), format!("`{key}` lies between 1 and {most}"));
        self.problems.push(
            self.error("E0670", 0, words.key_span(key), message)
                .cure("每月的 31 日在较短的月份是最后一天。", "The 31st is the last day of a shorter month."),
        );
        None
    }

    /// `09:00`; midnight where nothing is said.
    fn time_of_day(&self, words: &Reader<'a>) -> Option<(i64, i64)> {
        let (text, span) = words.text_at("time")?;
        let parts = text.split_once(':').and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
        let found = parts.filter(|(hour, minute)| (0..24).contains(hour) && (0..60).contains(minute));
        if found.is_none() {
            let message = both(format!("“{}”不是时刻", brief(text)), format!("`{}` is no time of day", brief(text)));
            let problem = self.error("E0670", 0, span, message);
            self.problems.push(problem.cure("写成 '09:00'，加引号。", "Write it as '09:00', with quotes."));
        }
        found
    }
}
