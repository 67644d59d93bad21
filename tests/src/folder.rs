//! A temporary folder that goes with its value. It must never be created twice under one name.

use std::io;
use std::path::{Path, PathBuf};

/// A folder of our own under the system's temporary folder, removed on drop.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder with `purpose` in its name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(purpose: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("onething-{purpose}-{}", random_name()));
        std::fs::create_dir(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The address of an SQLite database file in this folder.
    #[must_use]
    pub fn sqlite_url(&self) -> String {
        format!("sqlite:{}", self.path.join("onething.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed is no reason to fail a test that passed.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Twelve hexadecimal digits that nobody else has.
///
/// # Panics
/// When the system has no randomness.
#[must_use]
pub fn random_name() -> String {
    let mut bytes = [0_u8; 6];
    getrandom::fill(&mut bytes).expect("the system's random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
