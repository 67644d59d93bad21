//! How much time is allowed: a span with its unit, or a fixed day of next month. A number without a unit is never
//! accepted, because "5 days" and "5 working days" are different law.

mod problem;
mod read;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use problem::LimitProblem;
use problem::meant;

use crate::text::Text;
use crate::value::{HOUR_MS, MINUTE_MS};

/// The unit of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Thousandths of a second; runs at once.
    Milliseconds,
    /// Seconds; run at once.
    Seconds,
    /// Minutes; run at once.
    Minutes,
    /// Hours, day and night; run at once (Civil Code 201).
    Hours,
    /// Hours in which offices are open; run at once.
    Workhours,
    /// Calendar days; the first day does not count (Civil Code 201) and the last may roll (203).
    Days,
    /// Working days; the first day does not count.
    Workdays,
    /// Months; end on the day with the same number, or on the last day of a shorter month (Civil Code 202).
    Months,
}

impl Unit {
    /// All units, in the order of help texts.
    pub const ALL: [Unit; 8] = [
        Unit::Workdays,
        Unit::Days,
        Unit::Hours,
        Unit::Workhours,
        Unit::Months,
        Unit::Minutes,
        Unit::Seconds,
        Unit::Milliseconds,
    ];

    /// Its word in files, plural.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Milliseconds => "milliseconds",
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Workhours => "workhours",
            Unit::Days => "days",
            Unit::Workdays => "workdays",
            Unit::Months => "months",
        }
    }

    /// Its word for people.
    pub fn title(self) -> Text {
        match self {
            Unit::Milliseconds => Text::new("毫秒", "milliseconds"),
            Unit::Seconds => Text::new("秒", "seconds"),
            Unit::Minutes => Text::new("分钟", "minutes"),
            Unit::Hours => Text::new("小时", "hours"),
            Unit::Workhours => Text::new("工作小时", "working hours"),
            Unit::Days => Text::new("日", "calendar days"),
            Unit::Workdays => Text::new("个工作日", "working days"),
            Unit::Months => Text::new("个月", "months"),
        }
    }

    /// Milliseconds of one unit that always lasts the same; `None` for days, workdays, workhours and months.
    pub fn exact_ms(self) -> Option<i64> {
        match self {
            Unit::Milliseconds => Some(1),
            Unit::Seconds => Some(1000),
            Unit::Minutes => Some(MINUTE_MS),
            Unit::Hours => Some(HOUR_MS),
            Unit::Workhours | Unit::Days | Unit::Workdays | Unit::Months => None,
        }
    }

    /// The largest amount that is accepted: about a hundred years, ten for units that are counted day by day.
    fn maximum(self) -> u64 {
        match self {
            Unit::Milliseconds => 3_155_760_000_000,
            Unit::Seconds => 3_155_760_000,
            Unit::Minutes => 52_596_000,
            Unit::Hours => 876_600,
            Unit::Workhours => 20_000,
            Unit::Days => 36_525,
            Unit::Workdays => 2_600,
            Unit::Months => 1_200,
        }
    }
}

/// An amount with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    amount: u64,
    unit: Unit,
}

impl Span {
    /// An amount with its unit.
    ///
    /// # Errors
    /// [`LimitProblem::Zero`] for no time at all in a legal unit (milliseconds to hours may be zero),
    /// [`LimitProblem::TooLong`] for more than about a hundred years, ten for working days and hours.
    pub fn new(amount: u64, unit: Unit) -> Result<Span, LimitProblem> {
        if amount == 0 && unit.exact_ms().is_none() {
            return Err(LimitProblem::Zero { unit });
        }
        if amount > unit.maximum() {
            return Err(LimitProblem::TooLong { unit, maximum: unit.maximum() });
        }
        Ok(Span { amount, unit })
    }

    /// How many units.
    pub fn amount(self) -> u64 {
        self.amount
    }

    /// Which unit.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// Its length in milliseconds where the unit always lasts the same (milliseconds to hours).
    pub fn exact_ms(self) -> Option<i64> {
        self.unit.exact_ms().map(|unit| unit.saturating_mul(i64::try_from(self.amount).unwrap_or(i64::MAX)))
    }

    /// For people: `3 个工作日`, `3 working days`.
    pub fn title(self) -> Text {
        let unit = self.unit.title();
        let english = if self.amount == 1 { unit.en.trim_end_matches('s') } else { &unit.en };
        Text::new(format!("{} {}", self.amount, unit.zh), format!("{} {english}", self.amount))
    }
}

impl fmt::Display for Span {
    /// As files write it: `1 workday`, `30 days`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.unit.word();
        let word = if self.amount == 1 { word.trim_end_matches('s') } else { word };
        write!(out, "{} {word}", self.amount)
    }
}

impl FromStr for Span {
    type Err = LimitProblem;

    fn from_str(text: &str) -> Result<Span, LimitProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(LimitProblem::Empty);
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, word) = text.split_at(digits);
        let word = word.trim_start();
        if number.is_empty() || word.starts_with(['.', ',']) {
            return Err(LimitProblem::NotANumber { text: brief(text) });
        }
        if word.is_empty() {
            return Err(LimitProblem::BareNumber { number: brief(number) });
        }
        let known = Unit::ALL.into_iter().find(|unit| unit.word() == word || unit.word().trim_end_matches('s') == word);
        let Some(unit) = known else {
            return Err(LimitProblem::UnknownUnit { word: brief(word), meant: meant(word) });
        };
        let too_long = LimitProblem::TooLong { unit, maximum: unit.maximum() };
        Span::new(number.parse().map_err(|_| too_long)?, unit)
    }
}

impl TryFrom<String> for Span {
    type Error = LimitProblem;

    fn try_from(text: String) -> Result<Span, LimitProblem> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

/// What a clock allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// A span from the start.
    Span(Span),
    /// Done before this day of the month after the one in which the clock starts; the day itself is too late.
    /// In a month that is too short, until its last day. The day is fixed: no pause and no roll moves it.
    BeforeDay {
        /// 1 to 31.
        day: u8,
    },
}

impl Limit {
    /// From text: `2 workdays`, `24 hours`, … or `{before_day: 10, of: next_month}`.
    ///
    /// # Errors
    /// What is wrong with the text, with advice.
    pub fn parse(text: &str) -> Result<Limit, LimitProblem> {
        let text = text.trim();
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(inner) => Limit::parse_cut_off(inner),
            None => text.parse().map(Limit::Span),
        }
    }

    /// The last day before a day of next month.
    ///
    /// # Errors
    /// [`LimitProblem::DayOfMonth`] unless the day is 1 to 31.
    pub fn before_day(day: i64) -> Result<Limit, LimitProblem> {
        match u8::try_from(day) {
            Ok(day @ 1..=31) => Ok(Limit::BeforeDay { day }),
            Ok(_) | Err(_) => Err(LimitProblem::DayOfMonth { text: day.to_string() }),
        }
    }

    fn parse_cut_off(inner: &str) -> Result<Limit, LimitProblem> {
        let (mut day, mut month) = (None, None);
        for part in inner.split(',') {
            match part.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("before_day", value)) if day.is_none() => day = Some(value),
                Some(("of", value)) if month.is_none() => month = Some(value),
                Some(_) | None => return Err(LimitProblem::CutOff { text: brief(part.trim()) }),
            }
        }
        let (Some(day), Some("next_month")) = (day, month) else {
            return Err(LimitProblem::CutOff { text: brief(inner.trim()) });
        };
        let number = day.parse().map_err(|_| LimitProblem::DayOfMonth { text: brief(day) })?;
        Limit::before_day(number)
    }

    /// The span, where it is one.
    pub fn span(self) -> Option<Span> {
        match self {
            Limit::Span(span) => Some(span),
            Limit::BeforeDay { .. } => None,
        }
    }

    /// For people.
    pub fn title(self) -> Text {
        match self {
            Limit::Span(span) => span.title(),
            Limit::BeforeDay { day } => {
                Text::new(format!("次月 {day} 日之前"), format!("before day {day} of next month"))
            }
        }
    }

    /// Whether the calendar decides (working days and hours), so that a definition must name one.
    pub fn needs_calendar(self) -> bool {
        match self {
            Limit::Span(span) => matches!(span.unit, Unit::Workdays | Unit::Workhours),
            Limit::BeforeDay { .. } => false,
        }
    }

    /// Whether its last day may roll: calendar days and months only.
    pub fn may_roll(self) -> bool {
        match self {
            Limit::Span(span) => matches!(span.unit, Unit::Days | Unit::Months),
            Limit::BeforeDay { .. } => false,
        }
    }
}

impl fmt::Display for Limit {
    /// As files write it; [`Limit::parse`] reads it back.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Span(span) => span.fmt(out),
            Limit::BeforeDay { day } => write!(out, "{{before_day: {day}, of: next_month}}"),
        }
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitProblem;

    fn try_from(text: String) -> Result<Limit, LimitProblem> {
        Limit::parse(&text)
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> String {
        limit.to_string()
    }
}

/// At most 40 characters of what was written.
fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "1 workday",
            "2 workdays",
            "30 days",
            "24 hours",
            "1 hour",
            "4 workhours",
            "3 months",
            "90 minutes",
            "15 seconds",
            "0 milliseconds",
            "{before_day: 10, of: next_month}",
        ] {
            assert_eq!(Limit::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Limit::parse(" 1 workdays ").unwrap().to_string(), "1 workday");
        assert_eq!(Limit::parse("{of: next_month,before_day:31}"), Ok(Limit::BeforeDay { day: 31 }));
        assert_eq!(Limit::parse("90 minutes").unwrap().span().and_then(Span::exact_ms), Some(5_400_000));
        assert_eq!(Limit::parse("90 workhours").unwrap().span().and_then(Span::exact_ms), None);
    }

    #[test]
    fn a_limit_without_a_known_unit_is_refused_with_advice() {
        let problem = |text: &str| Limit::parse(text).unwrap_err();
        assert_eq!(problem("30"), LimitProblem::BareNumber { number: "30".into() });
        assert!(problem("30").message().en.contains("30 workdays"));
        assert_eq!(
            problem("5 工作日"),
            LimitProblem::UnknownUnit { word: "工作日".into(), meant: Some(Unit::Workdays) }
        );
        assert_eq!(problem("5 fortnights"), LimitProblem::UnknownUnit { word: "fortnights".into(), meant: None });
        assert_eq!(problem(""), LimitProblem::Empty);
        assert_eq!(problem("0 days"), LimitProblem::Zero { unit: Unit::Days });
        assert_eq!(problem("99999999999999999999 days"), LimitProblem::TooLong { unit: Unit::Days, maximum: 36_525 });
        for text in ["P3D", "-3 days", "+3 days", "three days", "1.5 days"] {
            assert!(matches!(problem(text), LimitProblem::NotANumber { .. }), "{text}");
        }
        for text in ["{before_day: 0, of: next_month}", "{before_day: x, of: next_month}"] {
            assert!(matches!(problem(text), LimitProblem::DayOfMonth { .. }), "{text}");
        }
        for text in ["{before_day: 3}", "{before_day: 3, of: month}", "{}", "{before_day: 3, before_day: 4}"] {
            assert!(matches!(problem(text), LimitProblem::CutOff { .. }), "{text}");
        }
    }
}
