//! Where something of a process was written, for whoever speaks about it later. It must never be needed to run a case.

use std::sync::Arc;

use crate::source::Span;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// The file.
    pub file: Arc<str>,
    /// The place in it.
    pub span: Span,
}

impl Default for Written {
    fn default() -> Written {
        Written { file: "".into(), span: Span::default() }
    }
}
