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
            let near = || closest(&entry.key, known.iter().copied());
            let room = self.file.problems.has_room(&self.file.source.path);
            self.file.push(problem.suggest(if room { near() } else { None }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Problems, Source};
    use super::*;

    /// Reads a text with `read`, and gives the problems as `code line:column`, with the suggestion behind an arrow.
    fn read(text: &str, read: impl Fn(&Reader<'_>)) -> Vec<String> {
        let source = Source::new("x.yaml", text);
        let problems = Problems::new();
        let file = File { source: &source, problems: &problems };
        if let Some(tree) = file.parse()
            && let Some(reader) = file.map(&tree, Text::new("状态", "state"))
        {
            read(&reader);
            reader.finish();
        }
        let spot = |problem: Problem| {
            let meant = problem.suggestion.map(|word| format!(" → {word}")).unwrap_or_default();
            format!("{} {}:{}{meant}", problem.code, problem.span.line, problem.span.column)
        };
        problems.into_vec().into_iter().map(spot).collect()
    }

    #[test]
    fn keys_are_missed_and_others_named() {
        let found = read("stetes: {}\ntitle: x\n", |root| {
            assert_eq!(root.text("title"), Some("x"));
            root.required("states");
        });
        assert_eq!(found, ["E0131 1:1 → states", "E0132 1:1"]);
        assert_eq!(read("x: 1\n", |root| assert_eq!(root.entries().len(), 1)), [""; 0]);
    }

    #[test]
    fn a_missing_key_points_at_the_misspelt_one() {
        let source = Source::new("x.yaml", "a: 1\nstetes: {}\n");
        let problems = Problems::new();
        let file = File { source: &source, problems: &problems };
        let tree = file.parse().unwrap();
        file.map(&tree, Text::same("x")).unwrap().required("states");
        let list = problems.into_vec();
        assert_eq!(list[0].also[0].span, Span { line: 2, column: 1, length: 6 });
    }

    #[test]
    fn wrong_shapes_are_told_apart() {
        assert_eq!(read("a: [1]\n", |root| assert!(root.text("a").is_none())), ["E0135 1:4"]);
        assert_eq!(read("a: b\n", |root| assert!(root.list("a").is_empty())), ["E0134 1:4"]);
        assert_eq!(read("a: b\n", |root| assert!(root.entries_of("a").is_empty())), ["E0133 1:4"]);
        assert_eq!(read("a:\n", |root| assert!(root.entries_of("a").is_empty())), ["E0144 1:1"]);
        assert_eq!(read("a:\n", |root| assert!(root.text("a").is_none())), ["E0144 1:1"]);
        assert_eq!(read("[a]\n", |_| panic!("this is no map")), ["E0133 1:1"]);
        // A map was meant, but a sign of another alphabet hides it.
        let entries = |root: &Reader<'_>| assert!(root.entries_of("a").is_empty());
        assert_eq!(read("a:\n  b：1\n", entries), ["E0111 2:4 → b:"]);
        assert_eq!(read("a:\n  b:1\n", entries), ["E0125 2:3 → b: 1"]);
        assert_eq!(read("a:\n  b:\u{3000}1\n", entries), ["E0123 2:5"]);
    }

    #[test]
    fn one_stands_for_a_list_of_one() {
        let texts = |text: &str| {
            let words = RefCell::new(Vec::new());
            let found =
                read(text, |root| words.borrow_mut().extend(root.texts("to").iter().map(|word| word.0.to_owned())));
            (words.into_inner(), found)
        };
        assert_eq!(texts("to: a\n"), (vec!["a".into()], vec![]));
        assert_eq!(texts("to: [a, b]\n"), (vec!["a".into(), "b".into()], vec![]));
        assert_eq!(texts("to: [a, [b]]\n"), (vec!["a".into()], vec!["E0135 1:9".into()]));
    }

    #[test]
    fn only_true_and_false_are_flags() {
        assert_eq!(read("a: true\n", |root| assert_eq!(root.flag("a"), Some(true))), [""; 0]);
        assert_eq!(read("a: false\n", |root| assert_eq!(root.flag("a"), Some(false))), [""; 0]);
        for (written, meant) in
            [("yes", "true"), ("off", "false"), ("是", "true"), ("否", "false"), ("No", "false"), ("TRUE", "true")]
        {
            let found = read(&format!("a: {written}\n"), |root| assert_eq!(root.flag("a"), None));
            assert_eq!(found, [format!("E0136 1:4 → {meant}")]);
        }
        assert_eq!(read("a: maybe\n", |root| assert_eq!(root.flag("a"), None)), ["E0137 1:4"]);
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (written, number) in [("0", 0), ("-3", -3), ("42", 42)] {
            assert_eq!(read(&format!("a: {written}\n"), |root| assert_eq!(root.integer("a"), Some(number))), [""; 0]);
        }
        for (written, spot) in [
            ("007", "E0138 1:4 → 7"),
            ("-07", "E0138 1:4 → -7"),
            ("00", "E0138 1:4 → 0"),
            ("1e3", "E0138 1:4"),
            ("1_000", "E0138 1:4"),
            ("0x1f", "E0138 1:4"),
            ("+1", "E0138 1:4"),
            ("-0", "E0138 1:4 → 0"),
            ("1.5", "E0138 1:4"),
            ("３", "E0138 1:4"),
            ("three", "E0138 1:4"),
            ("9223372036854775808", "E0139 1:4"),
        ] {
            assert_eq!(read(&format!("a: {written}\n"), |root| assert_eq!(root.integer("a"), None)), [spot]);
        }
    }

    #[test]
    fn a_date_has_one_spelling() {
        let day = jiff::civil::date(2025, 5, 10);
        assert_eq!(read("a: 2025-05-10\n", |root| assert_eq!(root.date("a"), Some(day))), [""; 0]);
        for (written, spot) in [
            ("2025-5-10", "E0140 1:4 → 2025-05-10"),
            ("2025/05/10", "E0140 1:4 → 2025-05-10"),
            ("2025年5月10日", "E0140 1:4 → 2025-05-10"),
            ("2025-02-30", "E0140 1:4"),
            ("soon", "E0140 1:4"),
        ] {
            assert_eq!(read(&format!("a: {written}\n"), |root| assert_eq!(root.date("a"), None)), [spot]);
        }
    }

    #[test]
    fn texts_in_two_languages() {
        let both = |root: &Reader<'_>| assert_eq!(root.localized("a"), Some(Text::new("结婚", "Marriage")));
        assert_eq!(read("a: {zh: 结婚, en: Marriage}\n", both), [""; 0]);
        assert_eq!(read("a: 结婚\n", |root| assert_eq!(root.localized("a"), Some(Text::same("结婚")))), [""; 0]);
        assert_eq!(read("a: {zh: 结婚}\n", |root| assert_eq!(root.localized("a"), None)), ["E0132 1:4"]);
        assert_eq!(read("a: {zh: 结, en: M, fr: M}\n", |root| drop(root.localized("a"))), ["E0131 1:19"]);
        assert_eq!(read("a: [x]\n", |root| assert_eq!(root.localized("a"), None)), ["E0141 1:4"]);
    }

    #[test]
    fn words_and_names() {
        let kinds = [("parallel", 1), ("final", 2)];
        assert_eq!(read("type: final\n", |root| assert_eq!(root.choice("type", &kinds), Some(2))), [""; 0]);
        let found = read("type: paralel\n", |root| assert_eq!(root.choice("type", &kinds), None));
        assert_eq!(found, ["E0143 1:7 → parallel"]);
        let name = |root: &Reader<'_>| {
            let (word, span) = root.text_at("id").unwrap();
            root.file().identifier(word, span);
        };
        assert_eq!(read("id: a_1\n", name), [""; 0]);
        assert_eq!(read("id: Funeral-Grant\n", name), ["E0142 1:5 → funeral_grant"]);
        assert_eq!(read("id: 结婚\n", name), ["E0142 1:5"]);
        assert_eq!(read("id: no\n", name), ["E0142 1:5"]);
    }
}
