//! The only module that knows YAML. It turns one file into a tree whose every key and value has a position, collects
//! [`Problem`]s so that all mistakes of a file come at once, and draws them for people. It must never know what a key
//! means (that is the work of the modules that lower the tree), read a file by itself, or follow what a file points to.
//!
//! # How a file is lowered
//!
//! ```
//! use onething_engine::source::{File, Problems, Reader, Source};
//! use onething_engine::text::Text;
//!
//! let source = Source::new("workflows/x/process.yaml", "process: sample\nurgent: yes\nstates: {a: {to: b}}\ntitel: 样例\n");
//! let problems = Problems::new();
//! let file = File { source: &source, problems: &problems };
//! let tree = file.parse().expect("it is well-formed YAML");
//! if let Some(root) = file.map(&tree, Text::new("流程文件", "process file")) {
//!     root.require(&["process", "title"]); // reports that `title` is missing
//!     let process = root.text("process"); // Option<&str>
//!     assert_eq!(process, Some("sample"));
//!     assert_eq!(root.flag("urgent"), None); // reported: "write true or false"
//!     for entry in root.entries_of("states") {
//!         // every entry has a key, the position of the key, and a value
//!         if let Some(state) = file.map(&entry.value, Text::new("状态", "state")) {
//!             state.text("to");
//!             state.finish(); // reports the keys nobody asked for, with "did you mean"
//!         }
//!     }
//!     root.localized("title");
//!     root.finish();
//! }
//! let found: Vec<_> = problems.into_vec().iter().map(|problem| problem.code).collect();
//! assert_eq!(found, ["E0132", "E0136", "E0131"]);
//! ```
//!
//! # Codes of problems
//!
//! | codes | what | codes | what |
//! |---|---|---|---|
//! | E01xx | source: YAML and shape | E05xx | work layer |
//! | E02xx | expressions | E06xx | the whole process |
//! | E03xx | statechart | E07xx | calendar, organisation, parameters |
//! | E04xx | forms | E08xx | stories |
//!
//! A warning has the same number range behind a `W`. The codes of this module:
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0101 | too many bytes | E0121 | `: ` inside an unquoted value |
//! | E0102 | not UTF-8 | E0122 | unknown escape in double quotes |
//! | E0103 | control or direction mark | E0123 | no-break or full-width space |
//! | E0104 | too many keys and values | E0124 | comma missing or too many |
//! | E0105 | nested too deeply | E0125 | no colon, or no space behind it |
//! | E0106 | nothing in the file | E0129 | any other mistake in YAML |
//! | E0107 | several documents | E0131 | unknown key |
//! | E0108 | directive (`%YAML`) | E0132 | missing key |
//! | E0109 | more problems than are listed | E0133 | a map was expected |
//! | E0110 | tab as indentation | E0134 | a list was expected |
//! | E0111 | full-width punctuation | E0135 | one value was expected |
//! | E0112 | key given twice | E0136 | yes/no/on/off instead of true/false |
//! | E0113 | merge key `<<` | E0137 | `true` or `false` was expected |
//! | E0114 | tag `!x` | E0138 | a whole number was expected |
//! | E0115 | anchor or alias | E0139 | number out of range |
//! | E0116 | key that is no text | E0140 | a date was expected |
//! | E0117 | a value that needs quotes | E0141 | a text in two languages was expected |
//! | E0118 | quote not closed | E0142 | not an identifier |
//! | E0119 | bracket not closed | E0143 | not one of the known words |
//! | E0120 | indentation | E0144 | nothing behind the key |

mod bytes;
mod closest;
mod diagnose;
mod file;
mod inside;
mod parse;
mod problem;
mod quoting;
mod reader;
mod render;
mod scalar;
#[cfg(test)]
mod tests;
mod trap;

use std::sync::Arc;

pub use closest::closest;
pub use file::File;
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_NODES, parse, parse_into};
pub use problem::{Problem, Problems, Related, Severity, brief};
pub use reader::Reader;
pub use render::{problem_json, render};

/// One file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it came from, as people should see it: relative, with forward slashes.
    pub path: Arc<str>,
    /// Its text, without a byte order mark.
    pub text: Arc<str>,
}

/// A place in a file: where it starts and how long it is on its first line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Line, counted from 1; 0 means the file as a whole.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Length in characters.
    pub length: u32,
}

/// One value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands. For a list or map written over several lines: its first line only.
    pub span: Span,
    /// What stands there.
    pub content: Content,
}

/// What a value is. Scalars stay text, because only who reads a key knows its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing, `~` or `null`.
    Null,
    /// One value.
    Scalar {
        /// The text after quotes and escapes are resolved.
        text: String,
        /// Written without quotes and not as a block.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file; no key occurs twice.
    Map(Vec<Entry>),
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What stands behind it.
    pub value: Node,
}

impl Source {
    /// A file from text; a byte order mark at its beginning is dropped.
    pub fn new(path: impl Into<Arc<str>>, text: impl AsRef<str>) -> Source {
        let text = text.as_ref();
        Source { path: path.into(), text: text.strip_prefix('\u{feff}').unwrap_or(text).into() }
    }

    /// A file from bytes. Read at most [`MAX_BYTES`] + 1 of them from a disk: more are refused here anyway.
    ///
    /// # Errors
    /// E0101 for too many bytes, E0102 for bytes that are not UTF-8.
    pub fn from_bytes(path: impl Into<Arc<str>>, bytes: &[u8]) -> Result<Source, Box<Problem>> {
        bytes::decode(path.into(), bytes)
    }
}

impl Node {
    /// The text of a single value.
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::Null | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The keys of a map; nothing for any other content.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Null | Content::Scalar { .. } | Content::List(_) => &[],
        }
    }

    /// The members of a list; nothing for any other content.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            Content::Null | Content::Scalar { .. } | Content::Map(_) => &[],
        }
    }

    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Whether nothing stands here.
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }
}
