//! Reads a map key by key, so that lowering code says only what it wants and every mistake of shape becomes advice.
//! It must never stop at the first mistake, and never let a key pass that nobody asked for.

use std::cell::RefCell;

use jiff::civil::Date;

use super::{Entry, File, Node, Problem, Span, brief, closest};
use crate::text::Text;

/// Reads one map. Every method that takes a key remembers it; [`Reader::finish`] reports the others. A value of the
/// wrong shape is reported and read as `None`, so that a caller needs to think of what is there only.
#[derive(Debug)]
pub struct Reader<'a> {
    file: File<'a>,
    entries: &'a [Entry],
    span: Span,
    what: Text,
    asked: RefCell<Vec<&'static str>>,
    all: RefCell<bool>,
}

impl<'a> Reader<'a> {
    /// Over the entries of a map; callers take [`File::map`].
    pub(super) fn new(file: File<'a>, entries: &'a [Entry], span: Span, what: Text) -> Reader<'a> {
        Reader { file, entries, span, what, asked: RefCell::default(), all: RefCell::default() }
    }

    /// The file it reads from.
    pub fn file(&self) -> File<'a> {
        self.file
    }

    /// Where the map stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where a key stands; the map's own place where the key is missing.
    pub fn key_span(&self, key: &str) -> Span {
        self.entries.iter().find(|entry| entry.key == key).map_or(self.span, |entry| entry.key_span)
    }

    /// Whether a key is given.
    pub fn has(&self, key: &'static str) -> bool {
        self.optional(key).is_some()
    }

    /// The value of a key that may be missing, even if nothing stands behind it.
    pub fn optional(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The value of a key; reports where it is missing.
    pub fn required(&self, key: &'static str) -> Option<&'a Node> {
        let found = self.optional(key);
        if found.is_none() {
            let message = Text::new(
                format!("{}缺少 `{key}`", self.what.zh),
                format!("`{key}` is missing in the {}", self.what.en),
            );
            let problem = Problem::error("E0132", self.file.source, self.span, message)
                .cure(format!("加上 `{key}: …`。"), format!("Add `{key}: …`."));
            // A misspelt key is both: missing here and unknown there. Say so at once.
            let meant = closest(key, self.entries.iter().map(|entry| entry.key.as_str()));
            self.file.push(match meant.and_then(|meant| self.entries.iter().find(|entry| entry.key == meant)) {
                Some(entry) => {
                    let note = Text::new(format!("这里是否想写 `{key}`？"), format!("was `{key}` meant here?"));
                    problem.also(self.file.source.path.clone(), entry.key_span, note)
                }
                None => problem,
            });
        }
        found
    }

    /// Reports each of these keys that is missing; read them with the methods for optional keys.
    pub fn require(&self, keys: &[&'static str]) {
        for key in keys {
            self.required(key);
        }
    }

    /// The text of a key.
    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.optional(key).and_then(|node| self.file.text(node))
    }

    /// The text of a key with its place.
    pub fn text_at(&self, key: &'static str) -> Option<(&'a str, Span)> {
        self.optional(key).and_then(|node| Some((self.file.text(node)?, node.span)))
    }

    /// The text of a key that must be there.
    pub fn required_text(&self, key: &'static str) -> Option<&'a str> {
        self.required(key).and_then(|node| self.file.text(node))
    }

    /// `true` or `false`, and nothing else.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        self.optional(key).and_then(|node| self.file.flag(node))
    }

    /// A whole number.
    pub fn integer(&self, key: &'static str) -> Option<i64> {
        self.optional(key).and_then(|node| self.file.integer(node))
    }

    /// A date as `YYYY-MM-DD`.
    pub fn date(&self, key: &'static str) -> Option<Date> {
        self.optional(key).and_then(|node| self.file.date(node))
    }

    /// A text in both languages: `{zh: …, en: …}`, or one text for both.
    pub fn localized(&self, key: &'static str) -> Option<Text> {
        self.optional(key).and_then(|node| self.file.localized(node))
    }

    /// One of the words given, as what it stands for.
    pub fn choice<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        self.optional(key).and_then(|node| self.file.choice(node, words))
    }

    /// The members of a list; empty where the key is missing.
    pub fn list(&self, key: &'static str) -> &'a [Node] {
        self.optional(key).and_then(|node| self.file.list(node)).unwrap_or_default()
    }

    /// The members of a list, or the one value that stands there without a list; empty where the key is missing.
    pub fn one_or_many(&self, key: &'static str) -> Vec<&'a Node> {
        self.optional(key).map(|node| self.file.one_or_many(node)).unwrap_or_default()
    }

    /// The texts of a list of texts, or the one text that stands there, each with its place.
    pub fn texts(&self, key: &'static str) -> Vec<(&'a str, Span)> {
        let nodes = self.one_or_many(key);
        nodes.into_iter().filter_map(|node| Some((self.file.text(node)?, node.span))).collect()
    }

    /// The map under a key; `what` names it in messages.
    pub fn map(&self, key: &'static str, what: Text) -> Option<Reader<'a>> {
        self.optional(key).and_then(|node| self.file.map(node, what))
    }

    /// The entries of the map under a key, where the file chooses the names (`states`, `clocks`); empty where the key
    /// is missing.
    pub fn entries_of(&self, key: &'static str) -> &'a [Entry] {
        self.optional(key).and_then(|node| self.file.entries(node)).unwrap_or_default()
    }

    /// All entries of this map; none of them will be reported as unknown.
    pub fn entries(&self) -> &'a [Entry] {
        *self.all.borrow_mut() = true;
        self.entries
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        if *self.all.borrow() {
            return;
        }
        let mut known: Vec<&str> = asked.clone();
        known.sort_unstable();
        known.dedup();
        for entry in self.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let word = brief(&entry.key);
            let message = Text::new(
                format!("{}中没有 `{word}` 这个键", self.what.zh),
                format!("unknown key `{word}` in the {}", self.what.en),
            );
            let listed: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
            let problem = Problem::error("E0131", self.file.source, entry.key_span, message).cure(
                format!("这里可以写：{}。", listed.join("、")),
                format!("What can stand here: {}.", listed.join(", ")),
            );
            self.file.push(problem.suggest(closest(&entry.key, known.iter().copied())));
        }
    }
}
