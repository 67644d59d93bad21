//! The author's side: folders of files become sources, and sources become everything that can be published together.
//! The only place that reads definitions from a disk; a running case never does.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::calendar::{self, Calendar};
use crate::definition::{self, Built, FileKind, Library, ProcessDefinition};
use crate::rulebook::Rulebook;
use crate::source::{File, MAX_BYTES, Problem, Problems, Source};

/// Everything that was found in some folders, checked together.
#[derive(Debug)]
pub struct Catalog {
    /// Processes with the sources they were built from, in the order of their files.
    pub built: Vec<Built>,
    /// Calendars by name.
    pub calendars: BTreeMap<String, Calendar>,
    /// Stories, not yet read.
    pub stories: Vec<Source>,
    /// All files with the forms and data that were made of them.
    pub library: Library,
    /// What somebody should look at, though nothing is refused.
    pub warnings: Vec<Problem>,
}

impl Catalog {
    /// Checks sources together.
    ///
    /// # Errors
    /// Every problem of every file, if one of them is an error.
    pub fn load(sources: &[Source]) -> Result<Catalog, Vec<Problem>> {
        let problems = Problems::new();
        let mut library = Library::parse(sources, &problems);
        let calendars = calendars(&library, &problems);
        library.calendars = Some(calendars.keys().cloned().collect());
        let built = definition::build(&library, &problems);
        if problems.has_errors() {
            return Err(problems.into_vec());
        }
        let stories = library.of_kind(FileKind::Story).map(|file| file.source.clone()).collect();
        Ok(Catalog { built, calendars, stories, library, warnings: problems.into_vec() })
    }

    /// The version of a process in force on a day: of those that cover it, the one that began last.
    pub fn choose(&self, process: &str, on: Date) -> Option<&Arc<ProcessDefinition>> {
        self.built
            .iter()
            .map(|built| &built.definition)
            .filter(|definition| definition.name == process && definition.effective.covers(on))
            .max_by_key(|definition| definition.effective.from)
    }

    /// All of it as what cases are decided by. Every version is offered to new cases.
    pub fn rulebook(&self) -> Rulebook {
        let mut rulebook = Rulebook {
            organisation: self.library.organisation.clone().unwrap_or_default(),
            calendars: self.calendars.clone(),
            ..Rulebook::default()
        };
        for definition in self.processes() {
            let versions = rulebook.published.entry(definition.name.clone()).or_default();
            versions.push(definition.hash.clone());
            rulebook.processes.insert(definition.hash.clone(), definition.clone());
        }
        rulebook
    }

    /// All processes.
    pub fn processes(&self) -> impl Iterator<Item = &Arc<ProcessDefinition>> {
        self.built.iter().map(|built| &built.definition)
    }
}

/// Calendars of the files that are calendars.
fn calendars(library: &Library, problems: &Problems) -> BTreeMap<String, Calendar> {
    let files = library.of_kind(FileKind::Calendar);
    let read =
        files.filter_map(|file| Some((file.name.clone(), calendar::read(File { source: &file.source, problems })?)));
    read.collect()
}

/// What was read from a disk.
#[derive(Debug, Default)]
pub struct Files {
    /// Files that are text, in the order of their paths.
    pub sources: Vec<Source>,
    /// Files that are too large or no text.
    pub problems: Vec<Problem>,
    /// How many files were looked at.
    pub count: usize,
}

/// A path that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Reads files as they are named, and every YAML file below folders.
///
/// # Errors
/// [`Unreadable`] for the first path that does not exist or may not be read.
pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Files, Unreadable> {
    let mut found = Vec::new();
    for path in paths {
        let path = path.as_ref();
        collect(path, &mut found).map_err(|source| Unreadable { path: path.to_path_buf(), source })?;
    }
    found.sort();
    found.dedup();
    let mut files = Files { count: found.len(), ..Files::default() };
    for path in found {
        match read_file(&path).map_err(|source| Unreadable { path: path.clone(), source })? {
            Ok(source) => files.sources.push(source),
            Err(problem) => files.problems.push(*problem),
        }
    }
    Ok(files)
}

/// A file as it is named, or every YAML file below a folder.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?.path();
        let yaml = entry.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if yaml || entry.is_dir() {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

/// Reads one file, one byte further than a definition may go.
fn read_file(path: &Path) -> io::Result<Result<Source, Box<Problem>>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    let name = path.display().to_string().replace('\\', "/");
    Ok(Source::from_bytes(name, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_sound_and_rebuilds_from_its_bundles() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = read(&[root.join("workflows"), root.join("forms")]).expect("the shipped folders");
        let catalog = Catalog::load(&files.sources).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert!(catalog.built.len() >= 3, "{} processes", catalog.built.len());
        for built in &catalog.built {
            let again = Catalog::load(&built.bundle).unwrap_or_else(|problems| panic!("{problems:#?}"));
            let [only] = again.built.as_slice() else { panic!("one process in a bundle") };
            assert_eq!(only.definition.hash, built.definition.hash);
            assert_eq!(only.definition.chart.states.len(), built.definition.chart.states.len());
        }
    }
}
