//! Figures that change with time and place: amounts, ages, limits. Dated data, never pinned to a case: whoever uses one
//! records the [`Found`] version and value. It must never answer for a day or place for which nothing was said.
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0741 | two values for one day and place | E0744 | the value is not of its type |
//! | E0742 | a day between two values has none | E0745 | given twice |
//! | E0743 | ends before it begins | E0746 | not a region code |
//! | E0747 | no values | | |

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::expression::Type;
use crate::organisation::Organisation;
use crate::text::Text;
use crate::value::Value;

mod lower;

pub use lower::{ValueKind, lower, lower_trees};
pub(crate) use lower::{read_value, twice};

/// All parameters of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// Parameters by name.
    pub parameters: BTreeMap<String, Parameter>,
}

/// One figure with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Name, as `parameter("…")` calls it.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Type of all its values.
    pub kind: ValueKind,
    /// Its values, in the order of their first day.
    pub values: Vec<Dated>,
}

/// A value with the days and the place it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// First day.
    pub from: Date,
    /// Last day; `None` = until something else is said.
    pub to: Option<Date>,
    /// Code of the region, with everything inside; `None` = everywhere.
    pub region: Option<String>,
    /// The value, with what must be recorded about where it came from.
    pub found: Found,
}

/// A value with what must be recorded about where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The value.
    pub value: Value,
    /// The rule it comes from.
    pub basis: String,
    /// How far it can be relied on, in the words of the file; may be empty.
    pub mark: String,
    /// Version of the parameter: SHA-256 (hexadecimal) of the canonical text of all its values.
    pub version: String,
}

impl Parameters {
    /// The value in force on a day at a place; `None` if there is none. Of several places around it, the innermost
    /// decides.
    pub fn value(&self, name: &str, day: Date, region: &str, organisation: &Organisation) -> Option<&Found> {
        let chain = organisation.region_chain(region);
        let near = |dated: &Dated| match &dated.region {
            None => Some(usize::MAX),
            Some(code) => chain.iter().position(|around| around == code),
        };
        let in_force = self.parameters.get(name)?.values.iter().filter(|dated| dated.covers(day));
        let nearest = in_force.filter_map(|dated| Some((near(dated)?, dated))).min_by_key(|(near, _)| *near);
        nearest.map(|(_, dated)| &dated.found)
    }

    /// Types by name, for the checker of guards.
    pub fn types(&self) -> BTreeMap<String, Type> {
        self.parameters.iter().map(|(name, parameter)| (name.clone(), parameter.kind.type_of())).collect()
    }

    /// Version of all of them: SHA-256 (hexadecimal) of their canonical text.
    pub fn version(&self) -> String {
        hash(self)
    }
}

impl Dated {
    /// Whether it is for this day.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

pub(crate) fn hash(of: &impl Serialize) -> String {
    // Ordered maps, no floats: it cannot fail and cannot differ between two runs.
    let text = serde_json::to_string(of).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
