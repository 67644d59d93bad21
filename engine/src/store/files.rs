//! Uploaded files in the store: whose they are, what they are, which cases name them. Their bytes lie elsewhere, under
//! their hash. It must never hold one.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::StoreError;
use crate::decide::StoredFile;
use crate::form::Upload;

/// A row of `files`. It never changes: another page, or the same one turned, is another file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRow {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// The account that uploaded it.
    pub owner: String,
    /// The draft it was uploaded for.
    pub draft: Option<String>,
    /// What it is.
    pub upload: Upload,
    /// Hash of the small picture for lists, where there is one.
    pub small: Option<String>,
}

/// What a database does with files.
///
/// Every method may fail with a [`StoreError`]; nothing was written then.
#[async_trait]
pub trait Files {
    /// Keeps a new file, unless the files of its owner that no case names would then be more than `quota` bytes. Returns
    /// whether it was kept.
    async fn keep_file(&self, file: &FileRow, quota: u64) -> Result<bool, StoreError>;

    /// A file.
    async fn file(&self, id: &str) -> Result<Option<FileRow>, StoreError>;

    /// Those of the files that are there, and which cases name them.
    async fn files(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<String, StoredFile>, StoreError>;

    /// Deletes a file of its owner that no case names. Returns whether it was one.
    async fn drop_file(&self, id: &str, owner: &str) -> Result<bool, StoreError>;

    /// Files of an account that cases name, latest first: to be given again.
    async fn files_given(&self, owner: &str, limit: u32) -> Result<Vec<FileRow>, StoreError>;

    /// Which of these hashes some file still has.
    async fn hashes_kept(&self, hashes: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError>;

    /// A keyed hash under the secret of the installation, hexadecimal: the same on every node, useless outside. `purpose`
    /// keeps hashes for one purpose from serving another.
    fn keyed(&self, purpose: &str, text: &str) -> String;
}
