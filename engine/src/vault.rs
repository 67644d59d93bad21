//! The folder in which uploaded files lie, each under the hash of its content. Names of people never become names of
//! files. It must never be a folder that a web server reads, and never give a byte that the hash does not vouch for.

mod scan;

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::event::hexadecimal;

pub use scan::{ScanError, Scanner, Verdict};

/// What no row names is deleted when it is so old: an upload writes its bytes before its row.
pub const ORPHAN_AGE: Duration = Duration::from_secs(86_400);

/// Why the folder did not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The folder or a file in it cannot be used.
    #[error("the folder of uploaded files: {0}")]
    Folder(#[from] io::Error),
    /// The bytes under a hash are others now.
    #[error("an uploaded file was changed on the disk")]
    Changed,
    /// The machine has no randomness.
    #[error("no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Vault {
    root: PathBuf,
}

impl Vault {
    /// Opens or makes it. Only the account of this program may look into it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(root: &Path) -> Result<Vault, VaultError> {
        for folder in [root.to_owned(), root.join("kept"), root.join("coming")] {
            std::fs::create_dir_all(&folder)?;
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(Vault { root: root.to_owned() })
    }

    /// A file that is on its way. It is gone when this is dropped.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn receive(&self) -> Result<Coming, VaultError> {
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(VaultError::Randomness)?;
        let path = self.root.join("coming").join(hexadecimal(&name));
        let file = private().open(&path)?;
        Ok(Coming { file: tokio::fs::File::from_std(file), path, length: 0 })
    }

    /// Keeps these bytes; their hash. They are on the disk when this returns.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn keep(&self, bytes: &[u8]) -> Result<String, VaultError> {
        let hash = hexadecimal(&Sha256::digest(bytes));
        let mut coming = self.receive().await?;
        coming.write(bytes).await?;
        coming.file.sync_all().await?;
        let place = self.place(&hash);
        if let Some(folder) = place.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        // Also where it is there already: a young file is not taken for an orphan.
        tokio::fs::rename(&coming.path, &place).await?;
        Ok(hash)
    }

    /// The bytes under a hash; `None` where there are none.
    ///
    /// # Errors
    /// They cannot be read, or are others now.
    pub async fn read(&self, hash: &str) -> Result<Option<Vec<u8>>, VaultError> {
        if !is_hash(hash) {
            return Ok(None);
        }
        match tokio::fs::read(self.place(hash)).await {
            Ok(bytes) if hexadecimal(&Sha256::digest(&bytes)) == hash => Ok(Some(bytes)),
            Ok(_) => Err(VaultError::Changed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Hashes of files that have not been written for so long, at most `limit`; and deletes what never arrived.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn old(&self, age: Duration, limit: usize) -> Result<BTreeSet<String>, VaultError> {
        for entry in std::fs::read_dir(self.root.join("coming"))? {
            let entry = entry?;
            if is_old(&entry, age) {
                std::fs::remove_file(entry.path())?;
            }
        }
        let mut old = BTreeSet::new();
        for folder in std::fs::read_dir(self.root.join("kept"))? {
            for entry in std::fs::read_dir(folder?.path())? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if old.len() < limit && is_hash(&name) && is_old(&entry, age) {
                    old.insert(name);
                }
            }
        }
        Ok(old)
    }

    /// Deletes the bytes under a hash.
    ///
    /// # Errors
    /// They cannot be deleted.
    pub async fn forget(&self, hash: &str) -> Result<(), VaultError> {
        if is_hash(hash) && self.place(hash).exists() {
            tokio::fs::remove_file(self.place(hash)).await?;
        }
        Ok(())
    }

    fn place(&self, hash: &str) -> PathBuf {
        self.root.join("kept").join(&hash[..2]).join(hash)
    }
}

fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_old(entry: &std::fs::DirEntry, age: Duration) -> bool {
    let written = entry.metadata().and_then(|facts| facts.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|since| since >= age))
}

/// A file on its way.
#[derive(Debug)]
pub struct Coming {
    file: tokio::fs::File,
    path: PathBuf,
    length: usize,
}

impl Coming {
    /// Adds bytes at its end.
    ///
    /// # Errors
    /// The disk is full, or the folder is gone.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.file.write_all(bytes).await?;
        self.file.flush().await?;
        self.length += bytes.len();
        Ok(())
    }

    /// Bytes so far.
    pub fn length(&self) -> usize {
        self.length
    }

    /// All of it.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn bytes(&self) -> Result<Vec<u8>, VaultError> {
        Ok(tokio::fs::read(&self.path).await?)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        // It was moved to its place, or nobody needs it.
        drop(std::fs::remove_file(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(PathBuf);

    impl Drop for Gone {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn vault() -> (Gone, Vault) {
        let root = std::env::temp_dir().join(format!("onething-vault-{}", uuid::Uuid::now_v7()));
        let vault = Vault::open(&root).expect("a folder");
        (Gone(root), vault)
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn bytes_lie_under_their_hash_and_only_we_may_read_them() {
        let (root, vault) = vault();
        let hash = vault.keep("材料".as_bytes()).await.expect("kept");
        assert_eq!(vault.keep("材料".as_bytes()).await.expect("kept"), hash, "the same again");
        assert_eq!(vault.read(&hash).await.expect("read"), Some("材料".as_bytes().to_vec()));
        assert_eq!((mode(&vault.place(&hash)), mode(&root.0)), (0o600, 0o700));
        for other in ["../../etc/passwd", "", "../kept", &"g".repeat(64), &hash.to_uppercase(), &"0".repeat(64)] {
            assert_eq!(vault.read(other).await.expect("an answer"), None, "{other}");
            vault.forget(other).await.expect("nothing to do");
        }
        std::fs::write(vault.place(&hash), b"other").expect("written");
        assert!(matches!(vault.read(&hash).await, Err(VaultError::Changed)));
    }

    #[tokio::test]
    async fn what_did_not_arrive_is_gone_and_orphans_are_found_by_age() {
        let (root, vault) = vault();
        let mut coming = vault.receive().await.expect("a file");
        coming.write(b"half").await.expect("written");
        assert_eq!((coming.length(), coming.bytes().await.expect("read")), (4, b"half".to_vec()));
        drop(coming);
        assert_eq!(std::fs::read_dir(root.0.join("coming")).expect("a folder").count(), 0);
        let hash = vault.keep(b"kept").await.expect("kept");
        assert!(vault.old(ORPHAN_AGE, 10).expect("a list").is_empty(), "too young");
        assert_eq!(vault.old(Duration::ZERO, 10).expect("a list"), BTreeSet::from([hash.clone()]));
        vault.forget(&hash).await.expect("deleted");
        assert_eq!(vault.read(&hash).await.expect("an answer"), None);
    }
}
