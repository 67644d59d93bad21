//! Everything that is published and dated: processes, organisation, calendars, parameters. What `decide` may look up
//! besides the case itself. Immutable; it must never be read from a disk while a case runs.

mod assemble;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::definition::{DefinitionHash, ProcessDefinition};
use crate::organisation::Organisation;
use crate::parameter::Parameters;
use crate::table::Tables;

pub use assemble::{Assembled, assemble};

/// What is published at a moment.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    /// Every version that a case may run on, by hash.
    pub processes: BTreeMap<DefinitionHash, Arc<ProcessDefinition>>,
    /// Versions offered to new cases, by process name, in the order they were published.
    pub published: BTreeMap<String, Vec<DefinitionHash>>,
    /// Who works where.
    pub organisation: Organisation,
    /// Calendars by name.
    pub calendars: BTreeMap<String, Calendar>,
    /// Amounts and limits by date and place.
    pub parameters: Parameters,
    /// Decision tables by name.
    pub tables: Tables,
}

impl Rulebook {
    /// The version of a process in force on a day: the one that began last among those that cover it,
    /// and among equals the one published last.
    pub fn choose(&self, process: &str, on: Date) -> Option<&Arc<ProcessDefinition>> {
        self.published
            .get(process)?
            .iter()
            .filter_map(|hash| self.processes.get(hash))
            .filter(|definition| definition.effective.covers(on))
            .max_by_key(|definition| definition.effective.from)
    }

    /// The version a running case keeps.
    pub fn definition(&self, hash: &DefinitionHash) -> Option<&Arc<ProcessDefinition>> {
        self.processes.get(hash)
    }

    /// A calendar by name; Monday to Friday under the name `none`, which processes without working days use.
    pub fn calendar(&self, name: &str) -> Calendar {
        self.calendars.get(name).cloned().unwrap_or_else(|| Calendar::monday_to_friday(name))
    }
}
