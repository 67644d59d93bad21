//! Files that people send: taken in by the gate before a handler runs, kept under their hash, named by their ids in
//! answers. Nothing here may decide what a paper is worth, and no path of this machine may come from a request.

mod known;
mod receive;
pub mod serve;
mod take;
mod wishes;

use std::path::Path;

use onething_engine::material::Limits;
use onething_engine::vault::{Scanner, Vault, VaultError};
use tokio::sync::Semaphore;

pub use known::{Known, known};
pub use receive::{Arrived, is_multipart, receive};
pub use take::{note, take};
pub use wishes::{about, carry_out, is_wish};

/// Bytes that an account may have sent without any case naming them.
const QUOTA: u64 = 200 << 20;
/// Files looked at side by side: each may take some hundred megabytes while its points are in memory.
const SIDE_BY_SIDE: usize = 2;
/// Files in one request.
pub const FILES_MAX: usize = 20;
/// Bytes of a request with files: what is too large is read to its end and left, so that the rest of the form is not lost.
pub const BODY_BYTES: usize = 256 << 20;
/// What stands behind the name of a paper where its new files are sent.
const UPLOAD: &str = ".upload";

/// Where files go, and how much of them.
#[derive(Debug)]
pub struct Uploads {
    /// Their bytes.
    pub vault: Vault,
    /// Who looks through them.
    pub scanner: Scanner,
    /// How much of one is taken.
    pub limits: Limits,
    looking: Semaphore,
}

impl Uploads {
    /// Files go into this folder.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: &Path, scanner: Scanner) -> Result<Uploads, VaultError> {
        let vault = Vault::open(folder)?;
        Ok(Uploads { vault, scanner, limits: Limits::default(), looking: Semaphore::new(SIDE_BY_SIDE) })
    }
}

/// A name as a browser gave it, without what a name of a file should not hold: folders, controls, marks that change the
/// direction of writing, and an ending that says something else than the content.
pub fn tidy_name(given: &str, ending: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| {
        !c.is_control()
            && !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            && !matches!(*c, '"' | '<' | '>' | '|' | ':' | '*' | '?' | ';' | '%')
    };
    let stem =
        last.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && end.len() <= 5).map_or(last, |(stem, _)| stem);
    let stem: String = stem.chars().filter(plain).take(60).collect();
    let stem = stem.trim_matches([' ', '.', '\u{3000}']);
    let stem = if stem.is_empty() { "材料" } else { stem };
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::tidy_name;

    #[test]
    fn a_name_keeps_nothing_that_a_name_should_not_hold() {
        for (given, tidy) in [
            ("死亡证明.JPG", "死亡证明.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\temp\\照片.png", "照片.jpg"),
            ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.jpg"),
            ("\"><script>.html", "script.jpg"),
            ("..", "材料.jpg"),
            ("", "材料.jpg"),
            (".htaccess", "htaccess.jpg"),
            ("a.b.c", "a.b.jpg"),
        ] {
            assert_eq!(tidy_name(given, "jpg"), tidy, "{given:?}");
        }
        assert_eq!(tidy_name(&"长".repeat(300), "pdf").chars().count(), 64);
    }
}
