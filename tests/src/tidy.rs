//! The rules of the house that a reader of source text can check: layers, sizes, where SQL, YAML, HTTP and the clock
//! may be used, and words that must not stay. It must never look at anything but text.

pub mod layering;
pub mod words;

use crate::rust_text::{self, Layers};
use std::fmt;
use std::io;
use std::path::Path;

/// A file may have this many lines before it is listed, and before it fails.
pub const FILE_LINES: (usize, usize) = (400, 600);
/// A function may have this many lines before it is listed, and before it fails.
pub const FUNCTION_LINES: (usize, usize) = (70, 120);

/// A rule that is broken somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the repository's root, with `/`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong and what to do instead.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A source file, taken apart once.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path from the repository's root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Its layers, if it is Rust.
    pub layers: Layers,
    /// The layer of code without what stands under `#[cfg(test)]`.
    pub code: String,
    /// The layer of strings without what stands under `#[cfg(test)]`.
    pub strings: String,
    /// True for integration tests and for a file that is a test module as a whole.
    pub is_test: bool,
}

impl SourceFile {
    /// Takes a text apart.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        let layers = rust_text::layers(text);
        let code = rust_text::without_tests(&layers.code);
        // What was blanked in the code is blanked in the strings too: same shape, line by line.
        let strings = keep_where_code_stays(&layers, &code);
        let is_test = path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/");
        Self { path: path.to_owned(), text: text.to_owned(), layers, code, strings, is_test }
    }

    /// A finding at a line.
    #[must_use]
    pub fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { file: self.path.clone(), line, what: what.into() }
    }

    /// True for Rust.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Blanks the strings on lines that lost their code because they are tests.
fn keep_where_code_stays(layers: &Layers, code: &str) -> String {
    let mut kept = Vec::new();
    let mut in_tests = false;
    for ((before, after), text) in layers.code.lines().zip(code.lines()).zip(layers.strings.lines()) {
        if !before.trim().is_empty() {
            in_tests = after.trim().is_empty();
        }
        kept.push(if in_tests { "" } else { text });
    }
    kept.join("\n")
}

/// Everything wrong in these files.
#[must_use]
pub fn findings(files: &[SourceFile]) -> Vec<Finding> {
    let mut found: Vec<Finding> = files.iter().flat_map(words::in_any_file).collect();
    for file in files.iter().filter(|file| file.is_rust()) {
        found.extend(opening(file));
        found.extend(sizes(file).1);
        found.extend(words::in_rust(file));
        found.extend(layering::upward_uses(file));
    }
    for file in files.iter().filter(|file| file.path == "Cargo.toml") {
        found.extend(words::in_workspace_table(file));
    }
    found.sort();
    found
}

/// A Rust file opens with `//!`, saying what it is and what it must never do.
#[must_use]
pub fn opening(file: &SourceFile) -> Option<Finding> {
    (!file.text.starts_with("//! "))
        .then(|| file.finding(1, "a file opens with `//!`: what it is, what it must never do"))
}

/// What is longer than the aim (listed), and what is longer than the limit (an error).
#[must_use]
pub fn sizes(file: &SourceFile) -> (Vec<Finding>, Vec<Finding>) {
    let (mut listed, mut refused) = (Vec::new(), Vec::new());
    let mut sort = |lines: usize, (aim, limit): (usize, usize), finding: Finding| match lines {
        lines if lines > limit => refused.push(finding),
        lines if lines > aim => listed.push(finding),
        _ => {}
    };
    let lines = file.text.lines().count();
    sort(lines, FILE_LINES, file.finding(1, format!("{lines} lines; the aim is {}", FILE_LINES.0)));
    for function in rust_text::functions(&file.layers.code) {
        let what = format!("fn {} has {} lines; the aim is {}", function.name, function.lines, FUNCTION_LINES.0);
        sort(function.lines, FUNCTION_LINES, file.finding(function.line, what));
    }
    (listed, refused)
}

/// Reads every text file of the repository that people write.
///
/// # Errors
/// What the file system says.
pub fn read_repository(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') && name != ".ci" {
                continue;
            }
            if path.is_dir() {
                if !["target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
                continue;
            }
            // Generated by cargo; names its registry.
            if name == "Cargo.lock" {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let relative = path.strip_prefix(root).unwrap_or(&path).display().to_string().replace('\\', "/");
            files.push(SourceFile::new(&relative, &text));
        }
    }
    mark_test_modules(&mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// A file declared as `#[cfg(test)] mod name;` is a test as a whole.
fn mark_test_modules(files: &mut [SourceFile]) {
    let mut tests = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let folder = match file.path.strip_suffix("/lib.rs").or(file.path.strip_suffix("/main.rs")) {
            Some(folder) => folder.to_owned(),
            None => file.path.trim_end_matches(".rs").to_owned(),
        };
        tests.extend(rust_text::test_modules(&file.layers.code).into_iter().map(|name| format!("{folder}/{name}")));
    }
    for file in files {
        let stem = file.path.trim_end_matches(".rs").to_owned();
        file.is_test |= tests.iter().any(|test| stem == *test || stem.starts_with(&format!("{test}/")));
    }
}
