//! What ships with the product, as the tests need it: the rulebook of `workflows/` and `forms/`. It must never read
//! anything else.

use onething_engine::rulebook::{Rulebook, assemble};
use onething_engine::source::{Problems, Source};
use std::path::Path;

/// The rulebook of the shipped definitions.
///
/// # Panics
/// A file cannot be read.
#[must_use]
pub fn rulebook() -> Rulebook {
    assemble(&sources(), &Problems::new()).rulebook
}

/// The files of the shipped definitions.
///
/// # Panics
/// A file cannot be read.
#[must_use]
pub fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in ["workflows", "forms"] {
        collect(&crate::repository(), Path::new(folder), &mut sources);
    }
    sources
}

/// Every YAML file below a folder, under the path it has in the repository: paths are part of a definition's hash.
fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
        let path = folder.join(entry.expect("an entry").file_name());
        if root.join(&path).is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(root.join(&path)).expect("a file");
            sources.push(Source::new(path.display().to_string(), text));
        }
    }
}
