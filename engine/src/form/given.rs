//! What was sent, as a tree by field names, before anything is known about its types. Pages send ordered pairs, the API
//! and stories send values; from here on both are the same. It must never change what was typed.

use std::collections::BTreeMap;

use super::normalise::line;
use super::scalar::yuan;
use super::{Kind, MAX_DEPTH};
use crate::value::Value;

/// Texts under one name, and names below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// The texts sent under exactly this name, in order.
    pub texts: Vec<String>,
    /// What was sent under names that continue this one.
    pub below: BTreeMap<String, Given>,
}

/// Deepest name that is looked at: a form's groups, and a row number for each.
const MAX_STEPS: usize = MAX_DEPTH * 2 + 2;
/// Largest number of a row.
const MAX_ROW: u32 = 999_999;

impl Given {
    /// From ordered pairs of a page: `heirs.1.person.name` = text.
    pub fn from_pairs(pairs: &[(String, String)]) -> Given {
        let mut root = Given::default();
        for (name, text) in pairs {
            if name.split('.').count() > MAX_STEPS {
                continue;
            }
            let mut node = &mut root;
            for step in name.split('.') {
                node = node.below.entry(step.to_owned()).or_default();
            }
            node.texts.push(text.clone());
        }
        root
    }

    /// From a value. Lists of maps are rows: each under its `row`, or under the first free number.
    pub fn from_value(value: &Value) -> Given {
        Given::of(value, 0)
    }

    fn of(value: &Value, depth: usize) -> Given {
        let mut given = Given::default();
        if depth > MAX_STEPS {
            return given;
        }
        match value {
            Value::Map(map) => {
                for (key, value) in map {
                    // `heirs.next` stands beside `heirs` in a value and below it in a page.
                    let (key, below) =
                        key.split_once('.').map_or((key.as_str(), None), |(key, next)| (key, Some(next)));
                    let node = given.below.entry(key.to_owned()).or_default();
                    let read = Given::of(value, depth + 1);
                    match below {
                        Some(next) => node.below.entry(next.to_owned()).or_default().merge(read),
                        None => node.merge(read),
                    }
                }
            }
            Value::List(list) => {
                let mut last = 0;
                for value in list {
                    match value {
                        Value::Map(map) => {
                            let row = match map.get("row") {
                                Some(Value::Int(row)) => {
                                    u32::try_from(*row).ok().filter(|row| (1..=MAX_ROW).contains(row))
                                }
                                Some(_) | None => None,
                            };
                            last = row.unwrap_or(last + 1).max(last + 1);
                            let mut read = Given::of(value, depth + 1);
                            read.below.remove("row");
                            given.below.insert(last.to_string(), read);
                        }
                        scalar => given.texts.extend(text_of(scalar)),
                    }
                }
            }
            scalar => given.texts.extend(text_of(scalar)),
        }
        given
    }

    fn merge(&mut self, other: Given) {
        self.texts.extend(other.texts);
        for (key, node) in other.below {
            self.below.entry(key).or_default().merge(node);
        }
    }

    /// The last text that says something: a hidden default may stand before the real answer.
    pub fn text(&self) -> Option<&str> {
        self.texts.iter().rev().map(String::as_str).find(|text| !says_nothing(text))
    }

    /// Nothing but blanks, here and below.
    pub fn is_blank(&self) -> bool {
        self.text().is_none() && self.below.values().all(Given::is_blank)
    }

    /// The rows of a repeating group in the order of their numbers, and the first number never used.
    pub fn rows(&self) -> (Vec<(u32, &Given)>, u32) {
        let number = |key: &str| key.parse::<u32>().ok().filter(|n| (1..=MAX_ROW).contains(n) && n.to_string() == key);
        let mut rows: Vec<(u32, &Given)> =
            self.below.iter().filter_map(|(key, node)| Some((number(key)?, node))).collect();
        rows.sort_by_key(|(row, _)| *row);
        let after_last = rows.last().map_or(1, |(row, _)| row.saturating_add(1));
        let said = self.below.get("next").and_then(Given::text).and_then(|text| number(text.trim()));
        (rows, said.unwrap_or(1).max(after_last))
    }
}

/// Only spaces and characters that nobody sees.
pub(super) fn says_nothing(text: &str) -> bool {
    line(text).is_empty()
}

/// A scalar as people would type it; `None` for nothing.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Money(fen) => Some(yuan(*fen)),
        Value::Text(text) => Some(text.clone()),
        Value::Date(date) => Some(date.to_string()),
        Value::Instant(instant) => Some(instant.to_string()),
        Value::List(_) | Value::Map(_) => None,
    }
}

/// Whether answers of this kind are held together under one field though they have parts.
pub(super) fn is_compound(kind: &Kind) -> bool {
    matches!(kind, Kind::DisabilityCertificate | Kind::File { .. })
}

/// The pairs a page would send to give this value: to fill a page with answers that are stored.
pub fn pairs(value: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    flatten("", value, &mut pairs);
    pairs
}

fn flatten(path: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Map(map) => map.iter().for_each(|(key, value)| flatten(&join(key), value, pairs)),
        Value::List(list) => {
            for (at, value) in list.iter().enumerate() {
                match value {
                    Value::Map(map) => {
                        let row = map.get("row").and_then(text_of).unwrap_or_else(|| (at + 1).to_string());
                        for (key, value) in map.iter().filter(|(key, _)| *key != "row") {
                            flatten(&join(&format!("{row}.{key}")), value, pairs);
                        }
                    }
                    scalar => flatten(path, scalar, pairs),
                }
            }
        }
        scalar => pairs.extend(text_of(scalar).map(|text| (path.to_owned(), text))),
    }
}
