//! What is wrong with a file, as advice: where, what, why it matters and how to mend it, in both languages. It must
//! never hold so much of a hostile file that collecting problems becomes an attack of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Source, Span};
use crate::text::Text;

/// At most this many problems of one file are kept; the rest are counted only.
const MAX_PROBLEMS: usize = 200;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is not used.
    Error,
    /// The file is used, but somebody should look.
    Warning,
}

/// Another place that belongs to a problem, such as the first of two equal keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub path: Arc<str>,
    /// The place.
    pub span: Span,
    /// What is there.
    pub note: Text,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `E0301` or `W0301`; see the table in the module.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file.
    pub path: Arc<str>,
    /// The place in it.
    pub span: Span,
    /// What is wrong.
    pub message: Text,
    /// Why it matters; may be empty.
    pub cause: Text,
    /// How to mend it; may be empty.
    pub cure: Text,
    /// What was probably meant, ready to be typed.
    pub suggestion: Option<String>,
    /// Other places that belong to it.
    pub also: Vec<Related>,
    /// The shortest story that leads there, a line each, ready to be pasted; may be empty.
    pub story: Vec<Text>,
}

impl Problem {
    /// An error. Follow with [`Problem::cause`], [`Problem::cure`], [`Problem::suggest`] and [`Problem::also`].
    pub fn error(code: &'static str, source: &Source, span: Span, message: Text) -> Problem {
        Problem::at(code, Severity::Error, source.path.clone(), span, message)
    }

    /// A warning.
    pub fn warning(code: &'static str, source: &Source, span: Span, message: Text) -> Problem {
        Problem::at(code, Severity::Warning, source.path.clone(), span, message)
    }

    /// A problem in a file of which only the path is at hand.
    pub fn at(code: &'static str, severity: Severity, path: Arc<str>, span: Span, message: Text) -> Problem {
        let (cause, cure) = (Text::default(), Text::default());
        Problem {
            code,
            severity,
            path,
            span,
            message,
            cause,
            cure,
            suggestion: None,
            also: Vec::new(),
            story: Vec::new(),
        }
    }

    /// Adds why it matters.
    #[must_use]
    pub fn cause(mut self, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        self.cause = Text::new(zh, en);
        self
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn cure(mut self, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        self.cure = Text::new(zh, en);
        self
    }

    /// Adds what was probably meant; `None` changes nothing.
    #[must_use]
    pub fn suggest(mut self, word: Option<&str>) -> Problem {
        self.suggestion = word.map(str::to_owned).or(self.suggestion);
        self
    }

    /// Adds the story that leads there.
    #[must_use]
    pub fn story(mut self, lines: Vec<Text>) -> Problem {
        self.story = lines;
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, path: Arc<str>, span: Span, note: Text) -> Problem {
        self.also.push(Related { path, span, note });
        self
    }
}

/// Collects the problems of one or many files. It is shared by reference while files are read; one thread only.
#[derive(Debug, Default)]
pub struct Problems {
    list: RefCell<Vec<Problem>>,
    errors: Cell<usize>,
    /// How many problems each file has.
    counts: RefCell<BTreeMap<Arc<str>, usize>>,
}

impl Problems {
    /// An empty collection.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Adds a problem. After the first 200 of a file they are only counted.
    pub fn push(&self, problem: Problem) {
        if problem.severity == Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(problem.path.clone()).or_default();
        *count += 1;
        if *count <= MAX_PROBLEMS {
            self.list.borrow_mut().push(problem);
        }
    }

    /// Whether another problem of this file would be kept; costly advice is worth the work only then.
    pub fn has_room(&self, path: &str) -> bool {
        self.counts.borrow().get(path).is_none_or(|count| *count < MAX_PROBLEMS)
    }

    /// Adds several.
    pub fn extend(&self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Whether something was pushed that keeps the file from being used.
    pub fn has_errors(&self) -> bool {
        self.errors.get() > 0
    }

    /// How many errors were pushed, the counted-only ones too.
    pub fn errors(&self) -> usize {
        self.errors.get()
    }

    /// The first problem kept for a line; for deciding whether another one is only its consequence.
    pub(super) fn named_on(&self, line: u32) -> Option<Problem> {
        self.list.borrow().iter().find(|problem| problem.span.line == line).cloned()
    }

    /// The problem pushed last, of those kept.
    pub(super) fn latest(&self) -> Option<Problem> {
        self.list.borrow().last().cloned()
    }

    /// The problems by file and place, those of a file as a whole behind the others; the same problem at the same place
    /// only once. Where a file has more than were kept, E0109 says how many.
    pub fn into_vec(self) -> Vec<Problem> {
        let mut list = self.list.into_inner();
        for (path, count) in self.counts.into_inner() {
            if let Some(more) = count.checked_sub(MAX_PROBLEMS).filter(|more| *more > 0) {
                list.push(left_out(path, more));
            }
        }
        list.sort_by(|a, b| {
            let place = |p: &Problem| (p.span.line.wrapping_sub(1), p.span.column, p.severity, p.code);
            a.path.cmp(&b.path).then_with(|| place(a).cmp(&place(b))).then_with(|| a.message.cmp(&b.message))
        });
        list.dedup();
        list
    }
}

/// E0109.
fn left_out(path: Arc<str>, more: usize) -> Problem {
    let message = Text::new(
        format!("这个文件里还有 {more} 个问题没有列出"),
        format!("{more} more problems in this file are not listed"),
    );
    Problem::at("E0109", Severity::Error, path, Span::default(), message)
        .cure("先改正已列出的，再检查一次。", "Mend the listed ones, then check again.")
}

/// A word from a file as a message may quote it: at most 40 characters.
pub fn brief(word: &str) -> String {
    let mut short: String = word.chars().take(40).collect();
    if short.len() < word.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str, line: u32, severity: Severity) -> Problem {
        Problem::at("E0129", severity, path.into(), Span { line, column: 1, length: 1 }, Text::same("x"))
    }

    #[test]
    fn problems_come_sorted_and_once() {
        let problems = Problems::new();
        problems.push(problem("b", 1, Severity::Warning));
        assert!(!problems.has_errors());
        problems.extend([problem("a", 9, Severity::Error), problem("a", 2, Severity::Error)]);
        problems.push(problem("a", 9, Severity::Error));
        assert_eq!(problems.errors(), 3);
        let order: Vec<_> = problems.into_vec().iter().map(|p| (p.path.to_string(), p.span.line)).collect();
        assert_eq!(order, [("a".into(), 2), ("a".into(), 9), ("b".into(), 1)]);
    }

    #[test]
    fn a_flood_in_one_file_is_counted_and_hides_no_other_file() {
        let problems = Problems::new();
        (0..2_000).for_each(|line| problems.push(problem("a", line + 1, Severity::Error)));
        assert!(!problems.has_room("a") && problems.has_room("b"));
        problems.push(problem("b", 1, Severity::Error));
        assert_eq!(problems.errors(), 2_001);
        let list = problems.into_vec();
        assert_eq!((list.len(), list[200].code, list[201].path.as_ref()), (202, "E0109", "b"));
        assert!(list[200].message.en.starts_with("1800 more"));
    }

    #[test]
    fn a_quoted_word_is_short() {
        assert_eq!(brief("状态"), "状态");
        assert_eq!(brief(&"长".repeat(1_000)).chars().count(), 41);
    }
}
