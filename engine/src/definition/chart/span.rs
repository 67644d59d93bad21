//! Lengths of machine time as people write them: `90 seconds`, `3 hours`. It must never know working days or
//! calendars: those are limits of clocks.

use crate::value::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Units and their milliseconds.
const UNITS: [(&str, i64); 5] =
    [("millisecond", 1), ("second", 1_000), ("minute", MINUTE_MS), ("hour", HOUR_MS), ("day", DAY_MS)];

/// Why a text is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanFault {
    /// A number without a unit.
    #[error("the unit is missing")]
    NoUnit,
    /// Not a whole number, a blank and a unit.
    #[error("not a length of time")]
    Shape,
    /// A unit that needs a calendar.
    #[error("this unit needs a calendar")]
    NeedsCalendar,
    /// More than 64 bits of milliseconds.
    #[error("too long")]
    TooLong,
}

/// Milliseconds of `3 hours`, `1 second`, `250 milliseconds`; a day is 24 hours.
///
/// # Errors
/// [`SpanFault`].
pub fn milliseconds(text: &str) -> Result<i64, SpanFault> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = (&text[..digits], text[digits..].trim_start());
    if number.is_empty() {
        return Err(SpanFault::Shape);
    }
    if unit.is_empty() {
        return Err(SpanFault::NoUnit);
    }
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    let Some((_, each)) = UNITS.iter().find(|(name, _)| *name == singular) else {
        let calendar = ["workday", "workhour", "month", "year", "week"].contains(&singular);
        return Err(if calendar { SpanFault::NeedsCalendar } else { SpanFault::Shape });
    };
    let number: i64 = number.parse().map_err(|_| SpanFault::TooLong)?;
    number.checked_mul(*each).ok_or(SpanFault::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_whole_number_and_a_unit() {
        let cases = [
            ("3 hours", Ok(3 * HOUR_MS)),
            ("1 second", Ok(1_000)),
            ("250 milliseconds", Ok(250)),
            ("90 minutes", Ok(90 * MINUTE_MS)),
            ("2 days", Ok(2 * DAY_MS)),
            ("0 seconds", Ok(0)),
            ("3", Err(SpanFault::NoUnit)),
            ("1.5 hours", Err(SpanFault::Shape)),
            ("-1 hours", Err(SpanFault::Shape)),
            ("3 workdays", Err(SpanFault::NeedsCalendar)),
            ("9999999999999999 hours", Err(SpanFault::TooLong)),
            ("99999999999999999999 hours", Err(SpanFault::TooLong)),
            ("", Err(SpanFault::Shape)),
        ];
        for (text, expected) in cases {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
