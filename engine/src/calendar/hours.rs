//! Office hours: the windows of a working day in which `workhours` run. It must never know on which days they apply.

use serde::{Deserialize, Serialize};

use crate::value::{DAY_MS, HOUR_MS, MINUTE_MS};

/// When offices are open on a working day. The windows are in order and do not touch or overlap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeHours {
    windows: Vec<(i64, i64)>,
    basis: String,
}

impl OfficeHours {
    /// Windows as milliseconds from midnight (end exclusive) and the rule they come from.
    ///
    /// # Errors
    /// The index of the first window that is empty, outside the day or not later than the one before it; 0 when there
    /// is none at all.
    pub fn new(windows: Vec<(i64, i64)>, basis: impl Into<String>) -> Result<OfficeHours, usize> {
        let mut free_from = 0;
        for (index, (open, close)) in windows.iter().enumerate() {
            let touches = index > 0 && *open <= free_from;
            if touches || *open < 0 || open >= close || *close > DAY_MS {
                return Err(index);
            }
            free_from = *close;
        }
        if windows.is_empty() {
            return Err(0);
        }
        Ok(OfficeHours { windows, basis: basis.into() })
    }

    /// One window from text such as `09:00-12:00`, in milliseconds from midnight. `24:00` is the end of the day.
    pub fn parse_window(text: &str) -> Option<(i64, i64)> {
        let (open, close) = text.split_once('-')?;
        Some((parse_time(open)?, parse_time(close)?))
    }

    /// The windows as milliseconds from midnight, end exclusive.
    pub fn windows(&self) -> &[(i64, i64)] {
        &self.windows
    }

    /// The rule or local decision they come from.
    pub fn basis(&self) -> &str {
        &self.basis
    }
}

impl Default for OfficeHours {
    /// 09:00–12:00 and 13:00–17:00, for calendars that say nothing.
    fn default() -> OfficeHours {
        let windows = vec![(9 * HOUR_MS, 12 * HOUR_MS), (13 * HOUR_MS, 17 * HOUR_MS)];
        OfficeHours { windows, basis: String::new() }
    }
}

/// `HH:MM`, 00:00 to 24:00.
fn parse_time(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |part: &str| -> Option<i64> {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let time = hour * HOUR_MS + minute * MINUTE_MS;
    (minute < 60 && time <= DAY_MS).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_and_must_be_in_order() {
        assert_eq!(OfficeHours::parse_window("09:00-12:30"), Some((9 * HOUR_MS, 12 * HOUR_MS + 30 * MINUTE_MS)));
        assert_eq!(OfficeHours::parse_window("20:00-24:00"), Some((20 * HOUR_MS, DAY_MS)));
        for wrong in ["9-12", "9:00-12:00", "09:00", "09:60-10:00", "09:00-24:01", "+9:00-10:00"] {
            assert_eq!(OfficeHours::parse_window(wrong), None, "{wrong}");
        }
        assert_eq!(OfficeHours::new(vec![], ""), Err(0));
        assert_eq!(OfficeHours::new(vec![(0, 5), (5, 6)], ""), Err(1));
        assert_eq!(OfficeHours::new(vec![(6, 5)], ""), Err(0));
        assert!(OfficeHours::new(vec![(0, 5), (6, DAY_MS)], "").is_ok());
    }
}
