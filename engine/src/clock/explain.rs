//! The proof in words: one sentence per line, in both languages, by one function. It must never compute anything that
//! the lines do not say.

use jiff::civil::{Date, Weekday};

use super::deadline::{Deadline, Due, ProofLine, Reason, Stretch};
use crate::text::Text;
use crate::value::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};

/// The day of the week.
pub fn weekday(date: Date) -> Text {
    match date.weekday() {
        Weekday::Monday => Text::new("周一", "Mon"),
        Weekday::Tuesday => Text::new("周二", "Tue"),
        Weekday::Wednesday => Text::new("周三", "Wed"),
        Weekday::Thursday => Text::new("周四", "Thu"),
        Weekday::Friday => Text::new("周五", "Fri"),
        Weekday::Saturday => Text::new("周六", "Sat"),
        Weekday::Sunday => Text::new("周日", "Sun"),
    }
}

/// A date with its day of the week: `2025-10-11（周六）`, `2025-10-11 (Sat)`.
pub fn day_title(date: Date) -> Text {
    let weekday = weekday(date);
    Text::new(format!("{date}（{}）", weekday.zh), format!("{date} ({})", weekday.en))
}

/// Date and time without the offset, to the minute where it is one.
fn time_title(at: Instant) -> String {
    let text = at.to_string();
    let text = text.trim_end_matches("+08:00").replace('T', " ");
    match text.strip_suffix(":00") {
        Some(minute) if at.0 % MINUTE_MS == 0 => minute.to_owned(),
        Some(_) | None => text,
    }
}

/// A length of counted time: whole days as days, anything else as hours, minutes and seconds.
fn length_title(ms: i64) -> Text {
    if ms % DAY_MS == 0 {
        let days = ms / DAY_MS;
        return Text::new(format!("{days} 日"), format!("{days} {}", if days == 1 { "day" } else { "days" }));
    }
    let (hours, minutes, seconds) = (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1000 % 60);
    let parts = [(hours, "小时", "h"), (minutes, "分", "min"), (seconds, "秒", "s"), (ms % 1000, "毫秒", "ms")];
    let mut text = Text::default();
    for (amount, zh, en) in parts.into_iter().filter(|(amount, ..)| *amount != 0) {
        let gap = if text.en.is_empty() { "" } else { " " };
        text.zh += &format!("{gap}{amount} {zh}");
        text.en += &format!("{gap}{amount} {en}");
    }
    text
}

impl Stretch {
    /// Which days or which time.
    pub fn title(self) -> Text {
        match self {
            Stretch::Days { from, to } if from == to => day_title(from),
            Stretch::Days { from, to } => {
                let (from, to) = (day_title(from), day_title(to));
                Text::new(format!("{} 至 {}", from.zh, to.zh), format!("{} to {}", from.en, to.en))
            }
            Stretch::Time { from, to: Some(to) } => {
                let (from, to) = (time_title(from), time_title(to));
                Text::new(format!("{from} 至 {to}"), format!("{from} to {to}"))
            }
            Stretch::Time { from, to: None } => {
                Text::new(format!("自 {} 起", time_title(from)), format!("from {} on", time_title(from)))
            }
        }
    }
}

impl ProofLine {
    /// The line as one sentence: which days, counted or not, why.
    pub fn text(&self) -> Text {
        let (stretch, why) = (self.stretch.title(), self.why());
        let sum = length_title(self.sum_ms);
        let silent = matches!(self.reason, Reason::RolledTo | Reason::NotAfter | Reason::Extended(_));
        let (zh, en) = if self.is_counted() {
            (format!("，计入（累计 {}）", sum.zh), format!(", counted ({} so far)", sum.en))
        } else if silent {
            (String::new(), String::new())
        } else {
            ("，不计".to_owned(), ", not counted".to_owned())
        };
        let assumed = if self.assumed {
            Text::new("，暂按周一至周五推算，日历尚未公布", ", assumed: the calendar does not cover this day")
        } else {
            Text::default()
        };
        Text::new(
            format!("{} {}{zh}{}", stretch.zh, why.zh, assumed.zh),
            format!("{}: {}{en}{}", stretch.en, why.en, assumed.en),
        )
    }

    /// Why the line counts or does not.
    pub fn why(&self) -> Text {
        match &self.reason {
            Reason::DayZero => Text::new("起算当日", "the day of the event"),
            Reason::Workday => Text::new("工作日", "working day"),
            Reason::MakeUp(name) => {
                Text::new(format!("{}调休上班", name.zh), format!("make-up working day for {}", name.en))
            }
            Reason::CalendarDays => Text::new("自然日", "calendar days"),
            Reason::Running => Text::new("连续计时", "time runs"),
            Reason::OfficeHours => Text::new("办公时间", "office hours"),
            Reason::CutOff => Text::new("固定截止日之前", "up to the fixed day"),
            Reason::Weekend => Text::new("周末", "weekend"),
            Reason::Holiday(name) => Text::new(name.zh.clone() + "放假", name.en.clone()),
            Reason::Paused(kind) if kind.is_empty() => Text::new("中止", "paused"),
            Reason::Paused(kind) => Text::new(format!("中止（{kind}）"), format!("paused ({kind})")),
            Reason::Extended(by) => {
                let by = by.title();
                Text::new(format!("延长 {}", by.zh), format!("extended by {}", by.en))
            }
            Reason::RolledWeekend => Text::new("最后一日遇周末，顺延", "the last day falls on a weekend and moves on"),
            Reason::RolledHoliday(name) => Text::new(
                format!("最后一日遇{}放假，顺延", name.zh),
                format!("the last day falls on {} and moves on", name.en),
            ),
            Reason::RolledTo => Text::new("顺延至此，为最后一日", "moved on to here, the last day"),
            Reason::NotAfter => Text::new("不得晚于另一时限，到此为止", "may not outlast another clock and ends here"),
        }
    }
}

impl Reason {
    /// The reason as a word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::DayZero => "day_zero",
            Reason::Workday => "workday",
            Reason::MakeUp(_) => "make_up",
            Reason::CalendarDays => "calendar_days",
            Reason::Running => "running",
            Reason::OfficeHours => "office_hours",
            Reason::CutOff => "cut_off",
            Reason::Weekend => "weekend",
            Reason::Holiday(_) => "holiday",
            Reason::Paused(_) => "paused",
            Reason::Extended(_) => "extended",
            Reason::RolledWeekend => "rolled_weekend",
            Reason::RolledHoliday(_) => "rolled_holiday",
            Reason::RolledTo => "rolled_to",
            Reason::NotAfter => "not_after",
        }
    }
}

impl Deadline {
    /// The deadline as one sentence.
    pub fn text(&self) -> Text {
        let provisional = if self.provisional {
            Text::new("（暂定，待日历公布后重算）", " (provisional until the calendar is published)")
        } else {
            Text::default()
        };
        match &self.due {
            Due::At { on, at } => {
                let day = day_title(*on);
                let (zh, en) = if at.millisecond_of_day() == 0 {
                    (format!("最后一日为 {}", day.zh), format!("the last day is {}", day.en))
                } else {
                    (format!("截止于 {}", time_title(*at)), format!("due before {}", time_title(*at)))
                };
                Text::new(zh + &provisional.zh, en + &provisional.en)
            }
            Due::Paused { since, left_ms, .. } => {
                let (since, left) = (time_title(*since), length_title(*left_ms));
                Text::new(
                    format!("自 {since} 起中止，尚余 {}{}", left.zh, provisional.zh),
                    format!("paused since {since}, {} left{}", left.en, provisional.en),
                )
            }
        }
    }
}
