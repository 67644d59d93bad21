//! One file with the place where its problems go, and the typed reading of single values. It must never accept a value
//! of the wrong shape in silence.

use jiff::civil::Date;

use super::{Content, Entry, Node, Problem, Problems, Reader, Severity, Source, Span, brief, closest, scalar, trap};
use crate::text::Text;

/// A file and where its problems go: what every lowering function is handed.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The file.
    pub source: &'a Source,
    /// Where problems go.
    pub problems: &'a Problems,
}

impl<'a> File<'a> {
    /// The tree of the file; `None` where there is none, and then a problem says why.
    pub fn parse(self) -> Option<Node> {
        super::parse_into(self.source, self.problems)
    }

    /// Adds a problem.
    pub fn push(self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds an error without further advice.
    pub fn error(self, code: &'static str, span: Span, message: Text) {
        self.push(Problem::at(code, Severity::Error, self.source.path.clone(), span, message));
    }

    /// Reads a value as a map with known keys; `what` names it in messages (`Text::new("状态", "state")`).
    pub fn map(self, node: &'a Node, what: Text) -> Option<Reader<'a>> {
        Some(Reader::new(self, self.entries(node)?, node.span, what))
    }

    /// Reads a value as a map whose keys the file chooses.
    pub fn entries(self, node: &'a Node) -> Option<&'a [Entry]> {
        if let Content::Map(entries) = &node.content {
            return Some(entries);
        }
        let advice =
            ("写成 `键: 值`，每行一个；没有内容时写 `{}`。", "Write `key: value`, one a line; write `{}` for nothing.");
        self.wrong("E0133", node, Text::new("一组“键: 值”", "a map (`key: value`)"), advice);
        None
    }

    /// Reads a value as a list.
    pub fn list(self, node: &'a Node) -> Option<&'a [Node]> {
        if let Content::List(items) = &node.content {
            return Some(items);
        }
        let advice = (
            "写成 `[a, b]`，或者每行一个 `- a`；没有内容时写 `[]`。",
            "Write `[a, b]`, or `- a` one a line; write `[]` for nothing.",
        );
        self.wrong("E0134", node, Text::new("一个列表", "a list"), advice);
        None
    }

    /// The members of a list, or the value itself as the only one.
    pub fn one_or_many(self, node: &'a Node) -> Vec<&'a Node> {
        match &node.content {
            Content::List(items) => items.iter().collect(),
            Content::Scalar { .. } | Content::Map(_) => vec![node],
            Content::Null => {
                self.list(node);
                Vec::new()
            }
        }
    }

    /// Reads a value as text.
    pub fn text(self, node: &'a Node) -> Option<&'a str> {
        if let Content::Scalar { text, .. } = &node.content {
            return Some(text);
        }
        let advice = (
            "写一个值；含有逗号、冒号、括号时用引号括起来。",
            "Write one value; put it in quotes where it has commas, colons or brackets.",
        );
        self.wrong("E0135", node, Text::new("一个值", "one value"), advice);
        None
    }

    /// Reads a value as `true` or `false`.
    pub fn flag(self, node: &'a Node) -> Option<bool> {
        scalar::flag(self, node, self.text(node)?)
    }

    /// Reads a value as a whole number.
    pub fn integer(self, node: &'a Node) -> Option<i64> {
        scalar::integer(self, node, self.text(node)?)
    }

    /// Reads a value as a date, `YYYY-MM-DD`.
    pub fn date(self, node: &'a Node) -> Option<Date> {
        scalar::date(self, node, self.text(node)?)
    }

    /// Reads a value as one of the words given, as what the word stands for.
    pub fn choice<T: Copy>(self, node: &'a Node, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(node)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let listed: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let message =
            Text::new(format!("这里不能写 `{}`", brief(text)), format!("`{}` is not known here", brief(text)));
        let problem = Problem::error("E0143", self.source, node.span, message).cure(
            format!("这里可以写：{}。", listed.join("、")),
            format!("What can stand here: {}.", listed.join(", ")),
        );
        self.push(problem.suggest(closest(text, words.iter().map(|(word, _)| *word))));
        None
    }

    /// Reads a text in both languages: `{zh: …, en: …}`, or one text that serves for both.
    pub fn localized(self, node: &'a Node) -> Option<Text> {
        match &node.content {
            Content::Scalar { text, .. } => Some(Text::same(text)),
            Content::Map(entries) => {
                let both = Reader::new(self, entries, node.span, Text::new("双语文字", "text in two languages"));
                let (zh, en) = (both.required_text("zh"), both.required_text("en"));
                both.finish();
                Some(Text::new(zh?, en?))
            }
            Content::Null | Content::List(_) => {
                let advice = (
                    "写成 `{zh: 中文, en: English}`，或者只写一种文字。",
                    "Write `{zh: 中文, en: English}`, or one text for both.",
                );
                self.wrong("E0141", node, Text::new("双语文字", "a text in two languages"), advice);
                None
            }
        }
    }

    /// Checks that a word can be the name of something: `[a-z][a-z0-9_]*`, and no word that YAML or a guard reads
    /// as something else. Also reports it where it cannot.
    pub fn identifier(self, word: &'a str, span: Span) -> Option<&'a str> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let reserved = ["yes", "no", "on", "off", "y", "n", "true", "false", "null", "in"].contains(&word);
        if word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(good) && !reserved {
            return Some(word);
        }
        let message = Text::new(format!("“{}”不能作名称", brief(word)), format!("`{}` cannot be a name", brief(word)));
        let problem = Problem::error("E0142", self.source, span, message);
        let problem = if reserved {
            problem.cure("这个词有别的含义，请换一个名称。", "This word means something else; choose another name.")
        } else {
            problem.cure(
                "名称由小写字母、数字和下划线组成，以字母开头；中文写在 title 中。",
                "A name is lower-case letters, digits and `_`, and starts with a letter; Chinese goes to `title`.",
            )
        };
        let meant = word.to_lowercase().replace(['-', ' ', '.'], "_");
        let fits = meant.starts_with(|c: char| c.is_ascii_lowercase()) && meant.chars().all(good) && meant.len() <= 64;
        self.push(problem.suggest((fits && !reserved).then_some(meant.as_str())));
        None
    }

    /// Reports a value of the wrong shape.
    fn wrong(self, code: &'static str, node: &Node, expected: Text, advice: (&str, &str)) {
        if node.is_null() {
            let message = Text::new(
                format!("这里什么也没写，应当是{}", expected.zh),
                format!("nothing stands here; expected {}", expected.en),
            );
            self.push(Problem::error("E0144", self.source, node.span, message).cure(advice.0, advice.1));
            return;
        }
        if let Content::Scalar { text, plain: true } = &node.content
            && let Some(problem) = trap::unseen_key(self.source, node.span, text)
        {
            self.push(problem);
            return;
        }
        let found = found(node);
        let message = Text::new(
            format!("这里应当是{}，却是{}", expected.zh, found.zh),
            format!("expected {}, found {}", expected.en, found.en),
        );
        self.push(Problem::error(code, self.source, node.span, message).cure(advice.0, advice.1));
    }
}

/// What stands there, in words.
fn found(node: &Node) -> Text {
    match &node.content {
        Content::Null => Text::new("空", "nothing"),
        Content::Scalar { text, .. } => Text::new(format!("“{}”", brief(text)), format!("`{}`", brief(text))),
        Content::List(_) => Text::new("一个列表", "a list"),
        Content::Map(_) => Text::new("一组“键: 值”", "a map"),
    }
}
