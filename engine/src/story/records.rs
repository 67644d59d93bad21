//! Records in a story: what the store would find, from the cases of the story. It must never decide what one means.

use std::collections::BTreeSet;

use super::stage::Stage;
use crate::case::CaseId;
use crate::decide::{self, Facts, Loaded, RecordKey};

impl Stage<'_> {
    /// What a case may know of the others.
    pub fn facts(&self, keys: &BTreeSet<RecordKey>, own: CaseId) -> Facts {
        self.ledger.facts(keys, own, self.now, &|case| self.is_open(case))
    }

    /// The same for a page about a case as it stands.
    pub fn facts_now(&self, loaded: &Loaded) -> Facts {
        self.facts(&decide::current_records(self.rules, loaded), loaded.case.id)
    }

    /// Open cases of a process that hold a record, in the order in which they wrote it.
    pub fn holders(&self, process: &str, key: &RecordKey) -> Vec<CaseId> {
        let mut found = self.ledger.holders(key, self.now, &|case| self.is_open(case));
        let of = |case: &CaseId| self.cases.iter().find(|told| told.loaded.case.id == *case);
        found.retain(|case| self.is_open(*case) && of(case).is_some_and(|told| told.loaded.case.process == process));
        found
    }

    fn is_open(&self, case: CaseId) -> bool {
        let told = self.cases.iter().find(|told| told.loaded.case.id == case);
        told.is_some_and(|told| told.loaded.case.closed.is_none())
    }
}
