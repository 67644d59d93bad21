//! Words of pages: the language of a visitor, and how days, times and deadlines are written in it. It must never read
//! the clock.

use jiff::civil::Date;
use onething_engine::clock::weekday;
use onething_engine::text::Language;
use onething_engine::value::{HOUR_MS, Instant, MINUTE_MS};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `2026年3月12日（星期四）`, `Thursday 12 March 2026`.
pub fn day(date: Date, language: Language) -> String {
    let weekday = weekday(date);
    let zh = weekday.zh.replace('周', "星期");
    match language {
        Language::Zh => format!("{}年{}月{}日（{zh}）", date.year(), date.month(), date.day()),
        Language::En => {
            let month = MONTHS.get(usize::from(date.month().unsigned_abs()) - 1).copied().unwrap_or_default();
            format!("{} {} {month} {}", weekday.en, date.day(), date.year())
        }
    }
}

/// `2026年3月12日（星期四）09:05`.
pub fn moment(at: Instant, language: Language) -> String {
    let gap = if language == Language::En { ", " } else { "" };
    format!("{}{gap}{}", day(at.date(), language), time(at))
}

/// `2026-03-12 09:05`, for tables.
pub fn short(at: Instant) -> String {
    format!("{} {}", at.date(), time(at))
}

fn time(at: Instant) -> String {
    let ms = at.millisecond_of_day();
    format!("{:02}:{:02}", ms / HOUR_MS, ms / MINUTE_MS % 60)
}

/// The last moment at which one is in time: a day where the deadline is midnight, else a time.
pub fn deadline(due_at: Instant, language: Language) -> String {
    if due_at.millisecond_of_day() == 0 {
        return day(due_at.plus(-1).date(), language);
    }
    match language {
        Language::Zh => format!("{} 前", moment(due_at, language)),
        Language::En => format!("before {}", moment(due_at, language)),
    }
}

/// A deadline for tables: `2026-03-12` or `2026-03-12 09:05`.
pub fn deadline_short(due_at: Instant) -> String {
    if due_at.millisecond_of_day() == 0 { due_at.plus(-1).date().to_string() } else { short(due_at) }
}

/// The language that a word of a cookie or an address names.
pub fn named(word: &str) -> Option<Language> {
    match word {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    }
}
