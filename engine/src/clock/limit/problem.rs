//! Why a text is not a limit, as advice in both languages. It must never guess a unit: it only suggests one.

use super::Unit;
use crate::text::Text;

/// Why a text is not a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub enum LimitProblem {
    /// Nothing was written.
    Empty,
    /// A number without a unit.
    BareNumber {
        /// The number.
        number: String,
    },
    /// It does not begin with a whole number.
    NotANumber {
        /// What was written.
        text: String,
    },
    /// A unit nobody knows.
    UnknownUnit {
        /// What was written.
        word: String,
        /// What was probably meant.
        meant: Option<Unit>,
    },
    /// No time at all.
    Zero {
        /// The unit.
        unit: Unit,
    },
    /// More than is accepted.
    TooLong {
        /// The unit.
        unit: Unit,
        /// The largest amount.
        maximum: u64,
    },
    /// Not `{before_day: N, of: next_month}`.
    CutOff {
        /// The part that is wrong.
        text: String,
    },
    /// A day of the month outside 1 to 31.
    DayOfMonth {
        /// What was written.
        text: String,
    },
}

impl LimitProblem {
    /// What is wrong, and how to write it.
    pub fn message(&self) -> Text {
        const ZH: &str = "请写成如 2 workdays、30 days、24 hours、4 workhours、3 months";
        const EN: &str = "write for example 2 workdays, 30 days, 24 hours, 4 workhours or 3 months";
        match self {
            LimitProblem::Empty => Text::new(format!("没有写期限；{ZH}"), format!("no limit is given; {EN}")),
            LimitProblem::BareNumber { number } => Text::new(
                format!(
                    "期限“{number}”没有单位；请写 {number} workdays（工作日）、{number} days（自然日）或 {number} hours（小时）"
                ),
                format!(
                    "the limit `{number}` has no unit; write `{number} workdays`, `{number} days` or `{number} hours`"
                ),
            ),
            LimitProblem::NotANumber { text } => Text::new(
                format!("期限“{text}”应以整数开头；{ZH}"),
                format!("the limit `{text}` must begin with a whole number; {EN}"),
            ),
            LimitProblem::UnknownUnit { word, meant: Some(unit) } => Text::new(
                format!("不认识的单位“{word}”；是否指 {}？", unit.word()),
                format!("unknown unit `{word}`; did you mean `{}`?", unit.word()),
            ),
            LimitProblem::UnknownUnit { word, meant: None } => {
                Text::new(format!("不认识的单位“{word}”；{ZH}"), format!("unknown unit `{word}`; {EN}"))
            }
            LimitProblem::Zero { unit } => Text::new(
                format!("期限不能是 0 {}", unit.word()),
                format!("a limit of 0 {} leaves no time at all", unit.word()),
            ),
            LimitProblem::TooLong { unit, maximum } => Text::new(
                format!("期限过长：{} 最多 {maximum}", unit.word()),
                format!("the limit is too long: at most {maximum} {}", unit.word()),
            ),
            LimitProblem::CutOff { text } => Text::new(
                format!("“{text}”不对；请写成 {{before_day: 10, of: next_month}}"),
                format!("`{text}` is wrong; write `{{before_day: 10, of: next_month}}`"),
            ),
            LimitProblem::DayOfMonth { text } => Text::new(
                format!("before_day 应为 1 到 31，写的是“{text}”"),
                format!("before_day must be 1 to 31, not `{text}`"),
            ),
        }
    }
}

/// The unit behind other people's spellings.
pub(super) fn meant(word: &str) -> Option<Unit> {
    let folded: String = word.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '_' | '-')).take(32).collect();
    Some(match folded.as_str() {
        "wd" | "workday" | "workdays" | "workingday" | "workingdays" | "businessday" | "businessdays" | "工作日"
        | "个工作日" => Unit::Workdays,
        "d" | "day" | "days" | "calendardays" | "天" | "日" | "自然日" => Unit::Days,
        "h" | "hour" | "hours" | "hrs" | "小时" | "个小时" => Unit::Hours,
        "wh" | "workhour" | "workhours" | "workinghour" | "workinghours" | "工作小时" => Unit::Workhours,
        "month" | "months" | "月" | "个月" => Unit::Months,
        "min" | "mins" | "m" | "minute" | "minutes" | "分钟" => Unit::Minutes,
        "s" | "sec" | "secs" | "second" | "seconds" | "秒" => Unit::Seconds,
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" | "毫秒" => Unit::Milliseconds,
        _ => return None,
    })
}
