//! Decision tables: rows of conditions over typed inputs, with typed results. What a table answers is proved when it is
//! read: no case without a row, no row that never answers. It must never compute; amounts are data or expressions.
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0751 | unknown column | E0755 | two rows answer |
//! | E0752 | result missing | E0756 | row that never answers |
//! | E0753 | condition cannot be read | E0757 | too large to prove |
//! | E0754 | no row answers | E0758 | no inputs, results or rows |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::expression::Type;
use crate::parameter::ValueKind;
use crate::text::Text;
use crate::value::{Value, date_of_epoch_day, epoch_day};

mod lower;
mod proof;

pub use lower::{lower, lower_trees};

/// Most rows of one table.
pub const MAX_ROWS: usize = 500;
/// Most inputs of one table.
pub const MAX_INPUTS: usize = 12;

/// All tables of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
}

/// One decision table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Which of several rows answers.
    pub hit: Hit,
    /// The inputs, in the order of the file.
    pub inputs: Vec<Input>,
    /// The results, in the order of the file.
    pub results: Vec<Output>,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
    /// SHA-256 (hexadecimal) of the canonical text of the rest.
    pub version: String,
    /// The file it is written in; no part of what it means.
    #[serde(skip)]
    pub file: String,
    /// The line of each row; no part of what it means.
    #[serde(skip)]
    pub lines: Vec<u32>,
}

/// Which of several rows answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hit {
    /// There is never more than one.
    #[default]
    Unique,
    /// The first.
    First,
}

/// A column that conditions are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Name.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Type of its values.
    pub kind: ValueKind,
    /// Smallest value, for numbers, amounts (fen) and dates (days since 1970-01-01).
    pub min: Option<i64>,
    /// Largest value.
    pub max: Option<i64>,
}

/// A column that is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Name.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Type of its values.
    pub kind: ValueKind,
}

/// A row: a condition for each input, a value for each result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// One per input, in the same order.
    pub cells: Vec<Cell>,
    /// One per result, in the same order.
    pub values: Vec<Value>,
}

/// A condition on one input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Whatever the input is, even if it was not answered.
    Any,
    /// One of these values.
    OneOf(Vec<Value>),
    /// Within one of these ranges, both ends in. Numbers, fen or days.
    Within(Vec<(i64, i64)>),
}

/// What a table answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The row, counted from 1, to be recorded with [`Table::version`].
    pub row: usize,
    /// The results by name, a map.
    pub values: Value,
}

/// Why a table did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// No such table.
    #[error("there is no table {0}")]
    Unknown(String),
    /// An input is of the wrong type.
    #[error("table {table}: input {input} is of the wrong type")]
    Mistyped {
        /// The table.
        table: String,
        /// The input.
        input: String,
    },
    /// An input lies outside the range that the table declares.
    #[error("table {table}: input {input} is outside its range")]
    Outside {
        /// The table.
        table: String,
        /// The input.
        input: String,
    },
    /// No row fits: an input was not answered, or lies outside what the table declares.
    #[error("table {table} has no row for these inputs")]
    NoRow {
        /// The table.
        table: String,
    },
}

impl Tables {
    /// Asks a table.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub fn ask(&self, name: &str, inputs: &BTreeMap<String, Value>) -> Result<Answer, NoAnswer> {
        self.tables.get(name).ok_or_else(|| NoAnswer::Unknown(name.to_owned()))?.ask(inputs)
    }

    /// Why a table did not answer, for people: it names the input as the table does, and never the value.
    pub fn explain(&self, why: &NoAnswer) -> Text {
        let title = |table: &str| self.tables.get(table).map_or_else(|| Text::same(table), |table| table.title.clone());
        let input = |table: &str, name: &str| {
            self.tables.get(table).and_then(|table| table.inputs.iter().find(|input| input.name == name))
        };
        let called = |table: &str, name: &str| input(table, name).map_or_else(|| Text::same(name), |i| i.title.clone());
        match why {
            NoAnswer::Unknown(table) => {
                Text::new(format!("没有决策表“{table}”"), format!("There is no table “{table}”"))
            }
            NoAnswer::Mistyped { table, input } => {
                let (table, input) = (title(table), called(table, input));
                Text::new(
                    format!("“{}”不是决策表“{}”规定的选项", input.zh, table.zh),
                    format!("“{}” is none of what the table “{}” knows", input.en, table.en),
                )
            }
            NoAnswer::Outside { table, input: name } => {
                let range = input(table, name).map(Input::range).unwrap_or_default();
                let (table, name) = (title(table), called(table, name));
                Text::new(
                    format!("“{}”超出了决策表“{}”规定的范围（{range}）", name.zh, table.zh),
                    format!("“{}” is outside what the table “{}” covers ({range})", name.en, table.en),
                )
            }
            NoAnswer::NoRow { table } => {
                let table = title(table);
                Text::new(
                    format!("决策表“{}”所需的内容没有填全", table.zh),
                    format!("Something that the table “{}” needs was not answered", table.en),
                )
            }
        }
    }

    /// Types of the inputs by table, for the checker of guards.
    pub fn input_types(&self) -> BTreeMap<String, Type> {
        self.tables.iter().map(|(name, table)| (name.clone(), table.input_type())).collect()
    }

    /// Types of the results by table, for the checker of guards.
    pub fn types(&self) -> BTreeMap<String, Type> {
        self.tables.iter().map(|(name, table)| (name.clone(), table.result_type())).collect()
    }
}

impl Table {
    /// The first row whose conditions all hold. An input that is missing or null fits only where anything does.
    ///
    /// # Errors
    /// [`NoAnswer::Mistyped`], [`NoAnswer::Outside`] or [`NoAnswer::NoRow`].
    pub fn ask(&self, inputs: &BTreeMap<String, Value>) -> Result<Answer, NoAnswer> {
        let mut given = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let value = inputs.get(&input.name).unwrap_or(&Value::Null);
            if *value != Value::Null && !input.accepts(value) {
                return Err(NoAnswer::Mistyped { table: self.name.clone(), input: input.name.clone() });
            }
            let within = |at: i64| input.min.is_none_or(|min| min <= at) && input.max.is_none_or(|max| at <= max);
            if !position(value).is_none_or(within) {
                return Err(NoAnswer::Outside { table: self.name.clone(), input: input.name.clone() });
            }
            given.push(value);
        }
        let fits = |row: &Row| row.cells.iter().zip(&given).all(|(cell, value)| cell.holds(value));
        let at = self.rows.iter().position(fits).ok_or_else(|| NoAnswer::NoRow { table: self.name.clone() })?;
        let names = self.results.iter().map(|output| output.name.clone());
        let values = names.zip(self.rows[at].values.iter().cloned()).collect();
        Ok(Answer { row: at + 1, values: Value::Map(values) })
    }

    /// Where a row is written, counted from 1: the file and its line.
    pub fn place(&self, row: usize) -> (&str, u32) {
        let line = row.checked_sub(1).and_then(|at| self.lines.get(at)).copied();
        (&self.file, line.unwrap_or(0))
    }

    /// Type of the results, a map.
    pub fn result_type(&self) -> Type {
        Type::Map(self.results.iter().map(|output| (output.name.clone(), output.kind.type_of())).collect())
    }

    /// Type of the inputs, a map.
    pub fn input_type(&self) -> Type {
        Type::Map(self.inputs.iter().map(|input| (input.name.clone(), input.kind.type_of())).collect())
    }
}

impl Input {
    /// The declared range, `0–150`; open ends are left out.
    fn range(&self) -> String {
        let end = |at: Option<i64>| at.map(|at| proof::shown(&self.at(at))).unwrap_or_default();
        format!("{}–{}", end(self.min), end(self.max))
    }

    /// The value that stands at a place of its line.
    fn at(&self, at: i64) -> Value {
        match self.kind {
            ValueKind::Money => Value::Money(at),
            ValueKind::Date => Value::Date(date_of_epoch_day(at)),
            ValueKind::Number | ValueKind::YesNo | ValueKind::Text | ValueKind::Limit | ValueKind::Choice(_) => {
                Value::Int(at)
            }
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (ValueKind::Number, Value::Int(_))
            | (ValueKind::Money, Value::Money(_))
            | (ValueKind::YesNo, Value::Bool(_))
            | (ValueKind::Date, Value::Date(_))
            | (ValueKind::Text | ValueKind::Limit, Value::Text(_)) => true,
            (ValueKind::Choice(words), Value::Text(text)) => words.contains(text),
            (
                ValueKind::Number
                | ValueKind::Money
                | ValueKind::YesNo
                | ValueKind::Date
                | ValueKind::Text
                | ValueKind::Limit
                | ValueKind::Choice(_),
                _,
            ) => false,
        }
    }
}

impl Cell {
    /// Whether the condition holds for a value.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Cell::Any => true,
            Cell::OneOf(values) => values.contains(value),
            Cell::Within(ranges) => {
                position(value).is_some_and(|at| ranges.iter().any(|(from, to)| (*from..=*to).contains(&at)))
            }
        }
    }
}

/// Where a value stands on its line: the number, the fen or the day; `None` for what has no order here.
pub(crate) fn position(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) | Value::Money(number) => Some(*number),
        Value::Date(date) => Some(epoch_day(*date)),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::Instant(_) | Value::List(_) | Value::Map(_) => None,
    }
}

#[cfg(test)]
mod tests;
