//! Makes a rulebook from the texts of a folder: definitions, organisation, calendars, parameters, and the stories beside
//! them. Pure; whoever calls it has read the files.

use std::sync::Arc;

use super::Rulebook;
use crate::definition::{Built, FileKind, Library, build};
use crate::source::{Problems, Source};

/// A rulebook and what it was made of.
#[derive(Clone, Debug, Default)]
pub struct Assembled {
    /// What is published.
    pub rulebook: Rulebook,
    /// Each process with exactly the files it needs.
    pub built: Vec<Built>,
    /// Files that tell stories.
    pub stories: Vec<Source>,
}

/// Assembles everything that can be. Problems of all files are collected; a process with errors is left out.
pub fn assemble(sources: &[Source], problems: &Problems) -> Assembled {
    let library = Library::parse(sources, problems);
    let built = build(&library, problems);
    let mut rulebook = Rulebook::default();
    for one in &built {
        rulebook.publish(one.definition.clone());
    }
    let stories = library.of_kind(FileKind::Story).map(|file| file.source.clone()).collect();
    rulebook.calendars = library.calendars.unwrap_or_default();
    rulebook.organisation = library.organisation.unwrap_or_default();
    rulebook.parameters = library.parameters.unwrap_or_default();
    rulebook.tables = library.tables.unwrap_or_default();
    Assembled { rulebook, built, stories }
}

impl Rulebook {
    /// Offers a definition to new cases. The same one again changes nothing.
    pub fn publish(&mut self, definition: Arc<crate::definition::ProcessDefinition>) {
        let hash = definition.hash.clone();
        let versions = self.published.entry(definition.name.clone()).or_default();
        if !versions.contains(&hash) {
            versions.push(hash.clone());
        }
        self.processes.insert(hash, definition);
    }
}
