//! The author's side: folders of files become sources, which [`crate::rulebook::assemble`] makes into what can be
//! published. The only place that reads definitions from a disk; a running case never does.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::source::{MAX_BYTES, Problem, Source};

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
    use crate::rulebook::assemble;
    use crate::source::{Problems, Severity};

    fn sound(sources: &[Source]) -> crate::rulebook::Assembled {
        let problems = Problems::new();
        let assembled = assemble(sources, &problems);
        let errors: Vec<Problem> =
            problems.into_vec().into_iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assembled
    }

    #[test]
    fn what_ships_is_sound_and_rebuilds_from_its_bundles() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = read(&[root.join("workflows"), root.join("forms")]).expect("the shipped folders");
        let shipped = sound(&files.sources);
        assert!(shipped.built.len() >= 3, "{} processes", shipped.built.len());
        for built in &shipped.built {
            let mut bundle = built.bundle.clone();
            bundle.reverse();
            let again = sound(&bundle);
            let [only] = again.built.as_slice() else { panic!("one process in a bundle") };
            assert_eq!(only.definition.hash, built.definition.hash);
            assert_eq!(only.definition.chart.states.len(), built.definition.chart.states.len());
        }
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let error = read(&["no/such/folder"]).expect_err("nothing is there");
        assert!(error.to_string().starts_with("no/such/folder: "), "{error}");
    }
}
