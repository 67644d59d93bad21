//! Proves what a table answers. The inputs are cut where any row cuts them, so that within one piece all rows agree;
//! then the pieces are walked column by column, and columns that leave the same rows standing are walked once.

use std::collections::BTreeMap;

use super::{Cell, Hit, Table, position};
use crate::parameter::ValueKind;
use crate::value::Value;

/// Pieces that may be looked at for one table.
const MAX_STEPS: usize = 200_000;

/// What is wrong with a table, with an example that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No row answers here.
    Gap { example: String },
    /// Two rows answer here; positions from 0.
    Overlap { first: usize, second: usize, example: String },
    /// The row never answers.
    Unreachable { row: usize },
    /// Too many pieces.
    TooLarge,
}

/// A piece of one input: a value that stands for all of it.
struct Piece {
    example: String,
    /// Which rows hold here.
    rows: Vec<bool>,
}

struct Walk<'t> {
    table: &'t Table,
    columns: Vec<Vec<Piece>>,
    steps: usize,
    answered: Vec<bool>,
    gaps: Vec<String>,
    overlaps: BTreeMap<(usize, usize), String>,
}

/// Everything that is wrong with a table; at most three gaps.
pub(super) fn flaws(table: &Table) -> Vec<Flaw> {
    let columns = (0..table.inputs.len()).map(|column| pieces(table, column)).collect();
    let answered = vec![false; table.rows.len()];
    let mut walk = Walk { table, columns, steps: 0, answered, gaps: Vec::new(), overlaps: BTreeMap::new() };
    let all: Vec<bool> = vec![true; table.rows.len()];
    walk.column(0, &all, &mut Vec::new());
    if walk.steps > MAX_STEPS {
        return vec![Flaw::TooLarge];
    }
    let mut flaws: Vec<Flaw> = walk.gaps.into_iter().take(3).map(|example| Flaw::Gap { example }).collect();
    let overlap = |((first, second), example)| Flaw::Overlap { first, second, example };
    flaws.extend(walk.overlaps.into_iter().map(overlap));
    let silent = walk.answered.iter().enumerate().filter(|(_, answered)| !**answered);
    flaws.extend(silent.map(|(row, _)| Flaw::Unreachable { row }));
    flaws
}

impl Walk<'_> {
    fn column(&mut self, at: usize, standing: &[bool], example: &mut Vec<String>) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return;
        }
        if at == self.columns.len() {
            self.leaf(standing, example);
            return;
        }
        // Pieces that leave the same rows standing lead to the same answers: one of them is enough.
        let mut seen: Vec<Vec<bool>> = Vec::new();
        for piece in 0..self.columns[at].len() {
            let rows = &self.columns[at][piece].rows;
            let left: Vec<bool> = standing.iter().zip(rows).map(|(before, here)| *before && *here).collect();
            if seen.contains(&left) {
                continue;
            }
            example.push(self.columns[at][piece].example.clone());
            self.column(at + 1, &left, example);
            example.pop();
            seen.push(left);
        }
    }

    fn leaf(&mut self, standing: &[bool], example: &[String]) {
        let rows: Vec<usize> = standing.iter().enumerate().filter(|(_, left)| **left).map(|(row, _)| row).collect();
        let shown = || {
            let names = self.table.inputs.iter().map(|input| input.name.as_str());
            names.zip(example).map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
        };
        match (rows.as_slice(), self.table.hit) {
            ([], _) => self.gaps.push(shown()),
            ([row], _) | ([row, ..], Hit::First) => self.answered[*row] = true,
            ([first, second, ..], Hit::Unique) => {
                let example = shown();
                self.overlaps.entry((*first, *second)).or_insert(example);
                rows.iter().for_each(|row| self.answered[*row] = true);
            }
        }
    }
}

/// Cuts one input into pieces.
fn pieces(table: &Table, column: usize) -> Vec<Piece> {
    let input = &table.inputs[column];
    let cells: Vec<&Cell> = table.rows.iter().map(|row| &row.cells[column]).collect();
    let words = |values: Vec<Value>| {
        let piece =
            |value: &Value| Piece { example: shown(value), rows: cells.iter().map(|cell| cell.holds(value)).collect() };
        values.iter().map(piece).collect::<Vec<_>>()
    };
    match &input.kind {
        ValueKind::Choice(options) => words(options.iter().cloned().map(Value::Text).collect()),
        ValueKind::YesNo => words(vec![Value::Bool(true), Value::Bool(false)]),
        ValueKind::Text | ValueKind::Limit => {
            // Every text that a row names, and one that none does.
            let mut values: Vec<Value> = Vec::new();
            for cell in &cells {
                if let Cell::OneOf(named) = cell {
                    values.extend(named.iter().filter(|value| !values.contains(value)).cloned().collect::<Vec<_>>());
                }
            }
            let mut pieces = words(values);
            let rows = cells.iter().map(|cell| matches!(cell, Cell::Any)).collect();
            pieces.push(Piece { example: "…".to_owned(), rows });
            pieces
        }
        ValueKind::Number | ValueKind::Money | ValueKind::Date => {
            let (min, max) = (input.min.unwrap_or(i64::MIN), input.max.unwrap_or(i64::MAX));
            let mut starts = vec![min];
            for (from, to) in cells.iter().flat_map(|cell| ranges(cell)) {
                starts.extend([Some(from), to.checked_add(1)].into_iter().flatten());
            }
            starts.retain(|start| (min..=max).contains(start));
            starts.sort_unstable();
            starts.dedup();
            let piece = |start: &i64| {
                let value = input.at(*start);
                let holds = |cell: &&Cell| {
                    matches!(cell, Cell::Any) || ranges(cell).iter().any(|(from, to)| (*from..=*to).contains(start))
                };
                // A piece without a lower end is shown by a value near its upper end.
                let example = if *start == i64::MIN {
                    format!("< {}", starts.get(1).copied().unwrap_or(0))
                } else {
                    shown(&value)
                };
                Piece { example, rows: cells.iter().map(holds).collect() }
            };
            starts.iter().map(piece).collect()
        }
    }
}

/// The ranges of a condition on something ordered.
fn ranges(cell: &Cell) -> Vec<(i64, i64)> {
    match cell {
        Cell::Any => Vec::new(),
        Cell::OneOf(values) => values.iter().filter_map(position).map(|at| (at, at)).collect(),
        Cell::Within(ranges) => ranges.clone(),
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Money(fen) => format!("{}.{:02}", fen / 100, (fen % 100).abs()),
        Value::Text(text) => text.clone(),
        other => other.to_json().to_string().trim_matches('"').to_owned(),
    }
}
