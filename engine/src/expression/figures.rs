//! Arithmetic on dates and amounts, and how both are written. Whole numbers only; it must never see a [`Value`] or a name.
//!
//! [`Value`]: crate::value::Value

use jiff::civil::Date;

use super::fault::Fault;

/// `12.50` for 1250 fen.
pub(super) fn format_money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// Fen of `12`, `12.5` or `12.50` yuan, with an optional leading `-`.
pub(super) fn parse_money(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(yuan) || !plain(fen) || fen.len() > 2 {
        return None;
    }
    let tenths = if fen.len() == 1 { 10 } else { 1 };
    let fen = fen.parse::<i64>().ok()? * tenths;
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)?.checked_mul(sign)
}

/// `amount / divisor`, a half rounded up. `divisor` is positive.
pub(super) fn half_up(amount: i64, divisor: i64) -> Result<i64, Fault> {
    Ok(amount.checked_add(divisor / 2).ok_or(Fault::Overflow)?.div_euclid(divisor))
}

/// A date written exactly as `2025-05-10`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shaped {
        return None;
    }
    Date::new(text[0..4].parse().ok()?, text[5..7].parse().ok()?, text[8..10].parse().ok()?).ok()
}

/// Completed months; one begun is not counted. Someone born on 29 February completes a year on 1 March where
/// the year has no such day.
pub(super) fn completed_months(from: Date, to: Date) -> i64 {
    let months = calendar_months(from, to);
    if months > 0 && to.day() < from.day() {
        months - 1
    } else if months < 0 && to.day() > from.day() {
        months + 1
    } else {
        months
    }
}

/// Months from the month of `from` to the month of `to`; negative if that is earlier. The days do not count: what is
/// owed by the month is owed for each of them, however late in the month it began.
pub(super) fn calendar_months(from: Date, to: Date) -> i64 {
    let index = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    index(to) - index(from)
}

/// The first day of the month after.
pub(super) fn next_month(date: Date) -> Result<Date, Fault> {
    let first = date.first_of_month();
    first.checked_add(jiff::Span::new().months(1)).map_err(|_| Fault::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_half_is_rounded_up() {
        assert_eq!(half_up(32_445, 100), Ok(324));
        assert_eq!(half_up(32_450, 100), Ok(325));
        assert_eq!(half_up(32_550, 100), Ok(326));
        assert_eq!(half_up(-50, 100), Ok(0));
        assert_eq!(half_up(-51, 100), Ok(-1));
        assert_eq!(half_up(i64::MAX, 100), Err(Fault::Overflow));
    }

    #[test]
    fn months_are_counted_by_the_calendar_or_when_they_are_over() {
        assert_eq!(calendar_months(date(2025, 12, 31), date(2026, 1, 1)), 1);
        assert_eq!(completed_months(date(2025, 12, 31), date(2026, 1, 1)), 0);
        assert_eq!(calendar_months(date(2026, 3, 1), date(2025, 11, 30)), -4);
        assert_eq!(next_month(date(2025, 12, 31)), Ok(date(2026, 1, 1)));
        assert_eq!(next_month(date(9999, 12, 1)), Err(Fault::Overflow));
    }
}
