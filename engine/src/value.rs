//! Values: what guards compare, answers hold and variables keep. Exact and ordered; never a float, never a hash map.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One minute, hour and day in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// One day of exactly 24 hours in milliseconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// The fixed offset of Chinese legal time, +08:00, in milliseconds. No time zone is looked up:
/// statutory time has one offset, and zone data would bring the daylight saving of 1986–1991 into dates.
pub const OFFSET_MS: i64 = 8 * HOUR_MS;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The civil date at +08:00.
    pub fn date(self) -> Date {
        let days = (self.0 + OFFSET_MS).div_euclid(DAY_MS);
        date_of_epoch_day(days)
    }

    /// Milliseconds since local midnight at +08:00, 0..86,400,000.
    pub fn millisecond_of_day(self) -> i64 {
        (self.0 + OFFSET_MS).rem_euclid(DAY_MS)
    }

    /// Midnight (+08:00) at the beginning of a civil date.
    pub fn start_of(date: Date) -> Instant {
        Instant(epoch_day(date) * DAY_MS - OFFSET_MS)
    }

    /// This instant moved by `milliseconds` (may be negative), saturating.
    pub fn plus(self, milliseconds: i64) -> Instant {
        Instant(self.0.saturating_add(milliseconds))
    }
}

impl fmt::Display for Instant {
    /// `2025-10-01T08:00:00+08:00`; milliseconds are written only when they are not zero.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.millisecond_of_day();
        let (hour, minute, second) = (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1000 % 60);
        write!(out, "{}T{hour:02}:{minute:02}:{second:02}", self.date())?;
        if ms % 1000 != 0 {
            write!(out, ".{:03}", ms % 1000)?;
        }
        out.write_str("+08:00")
    }
}

/// Days since 1970-01-01 of a civil date.
pub fn epoch_day(date: Date) -> i64 {
    let base = jiff::civil::date(1970, 1, 1);
    i64::from(date.since((jiff::Unit::Day, base)).map_or(0, |span| span.get_days()))
}

/// The civil date `days` days after 1970-01-01, kept within the years jiff can hold.
pub fn date_of_epoch_day(days: i64) -> Date {
    let span = jiff::Span::new().try_days(days);
    let base = jiff::civil::date(1970, 1, 1);
    match span {
        Ok(span) => base.saturating_add(span),
        Err(_) if days < 0 => Date::MIN,
        Err(_) => Date::MAX,
    }
}

/// A value. Money is an integer of fen inside [`Value::Money`]; dates are civil dates, never instants.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number; arithmetic on it is checked.
    Int(i64),
    /// An amount of money in fen.
    Money(i64),
    /// Text. Also the value of a choice.
    Text(String),
    /// A civil date.
    Date(Date),
    /// A point in time.
    Instant(Instant),
    /// A list.
    List(Vec<Value>),
    /// Named values in the order of their names.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The value under a dotted path, or `None` where a step is missing or not a map.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, step| match value {
            Value::Map(map) => map.get(step),
            _ => None,
        })
    }

    /// The text of a [`Value::Text`].
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `true` for [`Value::Null`], empty text and empty lists: nothing was answered.
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(list) => list.is_empty(),
            _ => false,
        }
    }

    /// Plain JSON (dates and instants as ISO text, money as fen), for guards' `event.data` and outputs.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(yes) => Json::Bool(*yes),
            Value::Int(number) | Value::Money(number) => Json::from(*number),
            Value::Text(text) => Json::String(text.clone()),
            Value::Date(date) => Json::String(date.to_string()),
            Value::Instant(instant) => Json::String(instant.to_string()),
            Value::List(list) => Json::Array(list.iter().map(Value::to_json).collect()),
            Value::Map(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }

    /// From plain JSON. Numbers must be whole and fit 64 bits; text stays text.
    ///
    /// # Errors
    /// The offending number, as it was written.
    pub fn from_json(json: &serde_json::Value) -> Result<Value, String> {
        use serde_json::Value as Json;
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(yes) => Value::Bool(*yes),
            Json::Number(number) => Value::Int(number.as_i64().ok_or_else(|| number.to_string())?),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(list) => Value::List(list.iter().map(Value::from_json).collect::<Result<_, _>>()?),
            Json::Object(map) => Value::Map(
                map.iter().map(|(k, v)| Ok((k.clone(), Value::from_json(v)?))).collect::<Result<_, String>>()?,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn instants_and_dates_convert_at_the_fixed_offset() {
        let midnight = Instant::start_of(date(1986, 5, 4));
        assert_eq!(midnight.to_string(), "1986-05-04T00:00:00+08:00");
        assert_eq!(midnight.plus(-1).date(), date(1986, 5, 3));
        assert_eq!(date_of_epoch_day(epoch_day(date(2025, 10, 9))), date(2025, 10, 9));
    }

    #[test]
    fn paths_reach_into_maps() {
        let value = Value::from_json(&serde_json::json!({"a": {"b": [1, "x"]}})).unwrap();
        assert_eq!(value.at("a.b"), Some(&Value::List(vec![Value::Int(1), Value::Text("x".into())])));
        assert_eq!(value.at("a.c"), None);
        assert_eq!(Value::from_json(&serde_json::json!(1.5)), Err("1.5".into()));
    }
}
