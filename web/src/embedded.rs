//! The definitions that the binary carries: every YAML file of `workflows/` and `forms/` as it was when it was built.
//! It must never read a file.

use onething_engine::source::{Problem, Source};

/// Path and text of each file, in the order of their paths.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files as sources.
///
/// # Errors
/// The first file that is no text a definition may be written in.
pub fn sources() -> Result<Vec<Source>, Box<Problem>> {
    FILES.iter().map(|(path, text)| Source::from_bytes(*path, text.as_bytes())).collect()
}
