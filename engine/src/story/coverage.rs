//! Which lines of the files were taken. A fragment counts once however often it is used; each use of an item must have
//! begun and ended somewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::{Decision, RowAsked};
use crate::definition::{ProcessDefinition, TransitionWork};
use crate::event::Event;
use crate::table::Tables;

/// A line that wrote transitions, with what they are called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What the transition is called.
    pub label: String,
}

/// What stories went through.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    taken: BTreeSet<(String, u32, String)>,
    begun: BTreeSet<(String, String)>,
    ended: BTreeSet<(String, String)>,
    rows: BTreeSet<RowAsked>,
}

impl Coverage {
    /// Notes what a decision went through.
    pub(super) fn note(&mut self, definition: &ProcessDefinition, decision: &Decision) {
        self.rows.extend(decision.rows.iter().cloned());
        for event in &decision.events {
            match event {
                Event::Moved { taken, entered, .. } => {
                    for id in taken {
                        let work = definition.transition(*id);
                        if work.line > 0 {
                            self.taken.insert(key(work));
                        }
                    }
                    for item in &definition.items {
                        if entered.contains(&item.state) {
                            self.begun.insert((definition.name.clone(), item.name.clone()));
                        }
                    }
                }
                Event::ItemEnded { item, outcome: Some(_), .. } => {
                    self.ended.insert((definition.name.clone(), definition.item(*item).name.clone()));
                }
                _ => {}
            }
        }
    }

    /// Adds what another story went through.
    pub fn add(&mut self, other: &Coverage) {
        self.taken.extend(other.taken.iter().cloned());
        self.begun.extend(other.begun.iter().cloned());
        self.ended.extend(other.ended.iter().cloned());
        self.rows.extend(other.rows.iter().cloned());
    }

    /// Lines of a set of processes: how many were taken, how many there are, and those missing.
    pub fn lines<'d>(&self, definitions: impl Iterator<Item = &'d ProcessDefinition>) -> (usize, usize, Vec<Line>) {
        let mut all = BTreeMap::new();
        for definition in definitions {
            for work in definition.transitions.iter().filter(|work| work.line > 0) {
                all.entry(key(work)).or_insert(&work.label);
            }
        }
        let missing: Vec<Line> = all
            .iter()
            .filter(|(key, _)| !self.taken.contains(*key))
            .map(|((file, line, _), label)| Line { file: file.clone(), line: *line, label: (*label).clone() })
            .collect();
        (all.len() - missing.len(), all.len(), missing)
    }

    /// Rows of decision tables: how many answered in some story, how many there are, and those missing.
    pub fn rows(&self, tables: &Tables) -> (usize, usize, Vec<Line>) {
        let (mut all, mut missing) = (0, Vec::new());
        for table in tables.tables.values() {
            for row in 1..=table.rows.len() {
                all += 1;
                if !self.rows.contains(&(table.name.clone(), row)) {
                    let (file, line) = table.place(row);
                    let label = format!("{} ({row})", table.name);
                    missing.push(Line { file: file.to_owned(), line, label });
                }
            }
        }
        (all - missing.len(), all, missing)
    }

    /// Uses of items that no story began and ended.
    pub fn items_missing(&self, definition: &ProcessDefinition) -> Vec<String> {
        let key = |item: &str| (definition.name.clone(), item.to_owned());
        let missing = |item: &&crate::definition::ItemDefinition| {
            !self.begun.contains(&key(&item.name)) || !self.ended.contains(&key(&item.name))
        };
        definition.items.iter().filter(missing).map(|item| item.name.clone()).collect()
    }
}

/// File, line and trigger: the same for every use of a fragment, whose labels name the place where it is used.
fn key(work: &TransitionWork) -> (String, u32, String) {
    let trigger = work.label.rfind(" (").map_or(work.label.as_str(), |at| &work.label[at..]);
    (work.file.clone(), work.line, trigger.to_owned())
}
