//! The functions of the language itself: names, what they take and give, and how they are computed.
//! A fixed list; nothing here reads a clock, a file or the case.

use jiff::civil::Date;

use super::fault::Fault;
use super::figures::{calendar_months, completed_months, format_money, half_up, next_month, parse_date, parse_money};
use super::types::Type;
use super::value_kind;
use crate::value::{Value, epoch_day};

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// Letters of a text, elements of a list, names of a map.
    Size,
    /// A civil date from `"2025-05-10"`, or of a point in time at +08:00.
    Date,
    /// An amount from `"12.50"` yuan.
    Money,
    /// An amount of whole yuan.
    Yuan,
    /// Text of a number, an amount (`12.50`), a date or yes/no.
    String,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The sum of a list of numbers or of amounts; 0 for an empty one.
    Sum,
    /// Whole days from the first date to the second; negative if the second is earlier.
    DaysBetween,
    /// Calendar months from the month of the first date to the month of the second; the days do not count.
    MonthsBetween,
    /// Completed years from the first date to the second.
    YearsBetween,
    /// Completed years of life (周岁) of someone born on the first date, on the second.
    Age,
    /// The first day of the date's month.
    MonthStart,
    /// The first day of the month after the date's.
    NextMonth,
    /// The year of a date.
    Year,
    /// The month of a date, 1 to 12.
    Month,
    /// The day of a date in its month, 1 to 31.
    Day,
    /// So many per cent of an amount, half up to the fen.
    Percent,
    /// An amount, half up to whole yuan.
    RoundYuan,
    /// Does the text contain the other?
    Contains,
    /// Does the text start with the other?
    StartsWith,
    /// Does the text end with the other?
    EndsWith,
}

/// What a function of the language looks like to an author.
pub(super) struct Shape {
    /// The function.
    pub function: Function,
    /// Its name.
    pub name: &'static str,
    /// It is written after a dot: `text.contains("x")`.
    pub method: bool,
    /// How it is called, for messages.
    pub usage: &'static str,
}

/// Every function of the language.
pub(super) const FUNCTIONS: [Shape; 23] = [
    shape(Function::Size, "size", false, "size(list)"),
    shape(Function::Size, "size", true, "list.size()"),
    shape(Function::Date, "date", false, "date(\"2025-05-10\")"),
    shape(Function::Money, "money", false, "money(\"12.50\")"),
    shape(Function::Yuan, "yuan", false, "yuan(100)"),
    shape(Function::String, "string", false, "string(value)"),
    shape(Function::Min, "min", false, "min(a, b)"),
    shape(Function::Max, "max", false, "max(a, b)"),
    shape(Function::Sum, "sum", false, "sum(list)"),
    shape(Function::DaysBetween, "days_between", false, "days_between(from, to)"),
    shape(Function::MonthsBetween, "months_between", false, "months_between(from, to)"),
    shape(Function::YearsBetween, "years_between", false, "years_between(from, to)"),
    shape(Function::Age, "age", false, "age(birth, on)"),
    shape(Function::MonthStart, "month_start", false, "month_start(date)"),
    shape(Function::NextMonth, "next_month", false, "next_month(date)"),
    shape(Function::Year, "year", false, "year(date)"),
    shape(Function::Month, "month", false, "month(date)"),
    shape(Function::Day, "day", false, "day(date)"),
    shape(Function::Percent, "percent", false, "percent(money, 35)"),
    shape(Function::RoundYuan, "round_yuan", false, "round_yuan(money)"),
    shape(Function::Contains, "contains", true, "text.contains(\"x\")"),
    shape(Function::StartsWith, "startsWith", true, "text.startsWith(\"x\")"),
    shape(Function::EndsWith, "endsWith", true, "text.endsWith(\"x\")"),
];

const fn shape(function: Function, name: &'static str, method: bool, usage: &'static str) -> Shape {
    Shape { function, name, method, usage }
}

impl Function {
    /// How many arguments it takes.
    pub(super) fn arity(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Function::Size | Function::Date | Function::Money | Function::Yuan => 1..=1,
            Function::String | Function::Sum | Function::RoundYuan => 1..=1,
            Function::MonthStart | Function::NextMonth | Function::Year | Function::Month | Function::Day => 1..=1,
            Function::Percent => 2..=2,
            Function::Min | Function::Max => 2..=8,
            Function::DaysBetween | Function::MonthsBetween | Function::YearsBetween | Function::Age => 2..=2,
            Function::Contains | Function::StartsWith | Function::EndsWith => 2..=2,
        }
    }

    /// The type of the answer; `None` where an argument does not fit (the index of the first that does not).
    pub(super) fn typed(self, arguments: &[Type]) -> Result<Type, usize> {
        let fits = |allowed: &[Type]| {
            let wrong = arguments.iter().position(|given| !allowed.iter().any(|expected| expected.accepts(given)));
            wrong.map_or(Ok(()), Err)
        };
        Ok(match self {
            Function::Size => {
                let sized = matches!(
                    arguments[0],
                    Type::Any | Type::Null | Type::Text | Type::Choice(_) | Type::List(_) | Type::Table(_)
                );
                if !sized {
                    return Err(0);
                }
                Type::Int
            }
            Function::Date => {
                fits(&[Type::Text, Type::Instant, Type::Date])?;
                Type::Date
            }
            Function::Money => {
                fits(&[Type::Text, Type::Money])?;
                Type::Money
            }
            Function::Yuan => {
                fits(&[Type::Int])?;
                Type::Money
            }
            Function::String => {
                fits(&[Type::Text, Type::Int, Type::Money, Type::Bool, Type::Date])?;
                Type::Text
            }
            Function::Min | Function::Max => {
                fits(&[Type::Int, Type::Money, Type::Date])?;
                let mut joined = arguments[0].clone();
                for (position, given) in arguments.iter().enumerate() {
                    joined = joined.join(given).ok_or(position)?;
                }
                joined
            }
            Function::Sum => {
                let summed =
                    [Type::Int, Type::Money, Type::Any].into_iter().find(|of| arguments[0] == Type::list(of.clone()));
                summed.or((arguments[0] == Type::Any).then_some(Type::Any)).ok_or(0_usize)?
            }
            Function::DaysBetween | Function::MonthsBetween | Function::YearsBetween | Function::Age => {
                fits(&[Type::Date])?;
                Type::Int
            }
            Function::MonthStart | Function::NextMonth => {
                fits(&[Type::Date])?;
                Type::Date
            }
            Function::Year | Function::Month | Function::Day => {
                fits(&[Type::Date])?;
                Type::Int
            }
            Function::Percent => {
                let expected = [Type::Money, Type::Int];
                let wrong = arguments.iter().zip(&expected).position(|(given, expected)| !expected.accepts(given));
                wrong.map_or(Ok(Type::Money), Err)?
            }
            Function::RoundYuan => {
                fits(&[Type::Money])?;
                Type::Money
            }
            Function::Contains | Function::StartsWith | Function::EndsWith => {
                fits(&[Type::Text])?;
                Type::Bool
            }
        })
    }

    /// Can an argument be told from the answer?
    pub(super) fn carries(self) -> bool {
        match self {
            Function::Date
            | Function::Money
            | Function::Yuan
            | Function::String
            | Function::Min
            | Function::Max
            | Function::Sum
            | Function::MonthStart
            | Function::NextMonth
            | Function::Percent
            | Function::RoundYuan => true,
            Function::Size
            | Function::DaysBetween
            | Function::MonthsBetween
            | Function::YearsBetween
            | Function::Age
            | Function::Year
            | Function::Month
            | Function::Day
            | Function::Contains
            | Function::StartsWith
            | Function::EndsWith => false,
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// A missing or ill-typed argument, text that is no date or amount, a result too large.
    pub(super) fn call(self, arguments: &[&Value]) -> Result<Value, Fault> {
        let first = arguments[0];
        Ok(match self {
            Function::Size => Value::Int(size(first)?),
            Function::Date => Value::Date(match first {
                Value::Date(date) => *date,
                Value::Instant(instant) => instant.date(),
                Value::Text(text) => parse_date(text).ok_or(Fault::Malformed("a date"))?,
                other => return Err(mismatch("a date", other)),
            }),
            Function::Money => Value::Money(match first {
                Value::Money(fen) => *fen,
                Value::Text(text) => parse_money(text).ok_or(Fault::Malformed("an amount of money"))?,
                other => return Err(mismatch("an amount of money", other)),
            }),
            Function::Yuan => Value::Money(integer(first)?.checked_mul(100).ok_or(Fault::Overflow)?),
            Function::String => Value::Text(string(first)?),
            Function::Min | Function::Max => extreme(arguments, self == Function::Max)?,
            Function::Sum => sum(first)?,
            Function::DaysBetween => Value::Int(epoch_day(date(arguments[1])?) - epoch_day(date(first)?)),
            Function::MonthsBetween => Value::Int(calendar_months(date(first)?, date(arguments[1])?)),
            Function::YearsBetween | Function::Age => {
                Value::Int(completed_months(date(first)?, date(arguments[1])?) / 12)
            }
            Function::MonthStart => Value::Date(date(first)?.first_of_month()),
            Function::NextMonth => Value::Date(next_month(date(first)?)?),
            Function::Year => Value::Int(i64::from(date(first)?.year())),
            Function::Month => Value::Int(i64::from(date(first)?.month())),
            Function::Day => Value::Int(i64::from(date(first)?.day())),
            Function::Percent => {
                let part = money(first)?.checked_mul(integer(arguments[1])?).ok_or(Fault::Overflow)?;
                Value::Money(half_up(part, 100)?)
            }
            Function::RoundYuan => {
                let yuan = half_up(money(first)?, 100)?;
                Value::Money(yuan.checked_mul(100).ok_or(Fault::Overflow)?)
            }
            Function::Contains => Value::Bool(text(first)?.contains(text(arguments[1])?)),
            Function::StartsWith => Value::Bool(text(first)?.starts_with(text(arguments[1])?)),
            Function::EndsWith => Value::Bool(text(first)?.ends_with(text(arguments[1])?)),
        })
    }
}

fn size(value: &Value) -> Result<i64, Fault> {
    Ok(match value {
        // A list that nobody filled in has no rows.
        Value::Null => 0,
        Value::Text(text) => text.chars().count() as i64,
        Value::List(list) => list.len() as i64,
        Value::Map(map) => map.len() as i64,
        other => return Err(mismatch("a list", other)),
    })
}

fn extreme(arguments: &[&Value], largest: bool) -> Result<Value, Fault> {
    let mut best = arguments[0];
    for value in arguments {
        let order = super::operators::order(value, best)?;
        if (largest && order.is_gt()) || (!largest && order.is_lt()) {
            best = value;
        }
    }
    Ok(best.clone())
}

fn sum(list: &Value) -> Result<Value, Fault> {
    let list = match list {
        Value::List(list) => list.as_slice(),
        Value::Null => &[],
        other => return Err(mismatch("a list", other)),
    };
    let Some((first, rest)) = list.split_first() else { return Ok(Value::Int(0)) };
    rest.iter().try_fold(first.clone(), |sum, value| match (sum, value) {
        (Value::Int(sum), Value::Int(more)) => sum.checked_add(*more).map(Value::Int).ok_or(Fault::Overflow),
        (Value::Money(sum), Value::Money(more)) => sum.checked_add(*more).map(Value::Money).ok_or(Fault::Overflow),
        (_, other) => Err(mismatch("a number or an amount", other)),
    })
}

fn string(value: &Value) -> Result<String, Fault> {
    Ok(match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Money(fen) => format_money(*fen),
        other => return Err(mismatch("text", other)),
    })
}

/// The date of a value.
pub(super) fn date(value: &Value) -> Result<Date, Fault> {
    match value {
        Value::Date(date) => Ok(*date),
        other => Err(mismatch("a date", other)),
    }
}

/// The whole number of a value.
pub(super) fn integer(value: &Value) -> Result<i64, Fault> {
    match value {
        Value::Int(number) => Ok(*number),
        other => Err(mismatch("a whole number", other)),
    }
}

fn money(value: &Value) -> Result<i64, Fault> {
    match value {
        Value::Money(fen) => Ok(*fen),
        other => Err(mismatch("an amount of money", other)),
    }
}

fn text(value: &Value) -> Result<&str, Fault> {
    value.as_text().ok_or_else(|| mismatch("text", value))
}

/// What was expected and what stands there.
pub(super) fn mismatch(expected: &'static str, found: &Value) -> Fault {
    Fault::Mismatch { expected, found: value_kind(found) }
}
