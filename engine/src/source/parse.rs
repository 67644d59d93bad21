//! From bytes to the tree, within fixed counts of bytes, nodes and depth. It builds with a stack of its own, so that no
//! input can exhaust the machine's. It must never follow an alias, honour a tag or let the last of two equal keys win.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span as Range, StrInput, StructureStyle};

use super::{Content, Entry, Node, Problem, Problems, Severity, Source, Span, brief, syntax};
use crate::text::Text;

/// The largest file, in bytes. The longest shipped process has about a twentieth of it.
pub const MAX_BYTES: usize = 1 << 20;
/// The most keys and values of one file.
pub const MAX_NODES: usize = 50_000;
/// The deepest nesting of lists and maps.
pub const MAX_DEPTH: usize = 64;

/// Reads a file into a tree.
///
/// # Errors
/// All problems found, in the order of the file; see the table in [`super`].
pub fn parse(source: &Source) -> Result<Node, Vec<Problem>> {
    let problems = Problems::new();
    match parse_into(source, &problems) {
        Some(node) if !problems.has_errors() => Ok(node),
        _ => Err(problems.into_vec()),
    }
}

/// Like [`parse`], but collects problems and still gives the tree where it could be built, so that the problems of
/// shape and meaning in the same file come along.
pub fn parse_into(source: &Source, problems: &Problems) -> Option<Node> {
    if source.text.len() > MAX_BYTES {
        problems.push(too_large(source.path.clone(), source.text.len()));
        return None;
    }
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if let Some(problem) = syntax::forbidden_character(source, text) {
        problems.push(problem);
        return None;
    }
    Builder { source, problems, stack: Vec::new(), root: None, nodes: 0, documents: 0 }.run(text)
}

/// The text of a file's bytes.
pub(super) fn decode(path: Arc<str>, bytes: &[u8]) -> Result<Source, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(path, bytes.len()));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || sparse_zeros(bytes) {
        let message = Text::new("文件是 UTF-16 编码，不是 UTF-8", "the file is UTF-16, not UTF-8");
        return Err(not_utf8(path, Span::default(), message));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = good.matches('\n').count() + 1;
            let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let span = Span { line: small(line), column: small(column), length: 1 };
            let message = Text::new("从这里起不是 UTF-8 文字", "from here on this is not UTF-8 text");
            Err(not_utf8(path, span, message))
        }
    }
}

/// UTF-16 without a mark: one of the first two bytes is zero.
fn sparse_zeros(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && (bytes[0] == 0) != (bytes[1] == 0)
}

fn too_large(path: Arc<str>, bytes: usize) -> Problem {
    let message = Text::new(
        format!("文件过大：{bytes} 字节，最多 {MAX_BYTES} 字节"),
        format!("the file is too large: {bytes} bytes, at most {MAX_BYTES}"),
    );
    Problem::at("E0101", Severity::Error, path, Span::default(), message)
        .cause(
            "大小有上限，恶意文件才不能拖垮服务。",
            "The size is bounded so that no file can bring the service down.",
        )
        .cure("把文件拆成几个片段（fragment）。", "Split it, for example into fragments.")
}

fn not_utf8(path: Arc<str>, span: Span, message: Text) -> Problem {
    Problem::at("E0102", Severity::Error, path, span, message).cure(
        "在编辑器中另存为 UTF-8（常见的误存编码是 GBK 和 UTF-16）。",
        "Save it as UTF-8 in the editor (GBK and UTF-16 are the usual mistakes).",
    )
}

/// A count that fits: texts are at most [`MAX_BYTES`] long.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A list or map that is still open.
enum Open {
    List { span: Span, items: Vec<Node> },
    Map { span: Span, entries: Vec<Entry>, seen: BTreeMap<String, Span>, key: Key },
}

/// What a map is waiting for.
enum Key {
    /// A key.
    Wanted,
    /// The value of this key.
    Read(String, Span),
    /// The value of a key that was refused; it is dropped.
    Refused,
}

struct Builder<'a> {
    source: &'a Source,
    problems: &'a Problems,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl Builder<'_> {
    fn run(mut self, text: &str) -> Option<Node> {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.disallow_directives = true;
        options.flow_nesting_limit = MAX_DEPTH;
        options.block_nesting_limit = MAX_DEPTH;
        options.set_emit_comments(false);
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(text, options);
        while let Some(next) = parser.next() {
            match next {
                Ok((event, range)) => {
                    if !self.take(event, range) {
                        return None;
                    }
                }
                Err(error) => {
                    self.problems.push(syntax::diagnose(self.source, text, &error));
                    return None;
                }
            }
        }
        let root = self.root.take().filter(|root| !root.is_null());
        if root.is_none() && !self.problems.has_errors() {
            let message = Text::new("文件是空的", "there is nothing in the file");
            self.problems.push(Problem::error("E0106", self.source, Span::default(), message));
        }
        root
    }

    /// Takes one event; `false` where reading has to stop.
    fn take(&mut self, event: Event<'_>, range: Range) -> bool {
        let span = place(range.start, range.end);
        let (anchor, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag.is_some()),
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => (*anchor, tag.is_some()),
            _ => (0, false),
        };
        if anchor > 0 {
            self.problems.push(syntax::anchor(self.source, span));
        }
        if tagged {
            let mark = range.tag_span().map_or(span, |tag| place(tag.start, tag.end));
            self.problems.push(syntax::tag(self.source, mark));
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                return self.documents == 1 || self.stop(syntax::second_document(self.source, span));
            }
            Event::Scalar(text, style, ..) => return self.scalar(&text, style, span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems.push(syntax::anchor(self.source, span));
                return self.count(span) && self.put(Node { span, content: Content::Null });
            }
            Event::SequenceStart(style, ..) => {
                return self.open(Open::List { span: opening(style, span), items: Vec::new() }, span);
            }
            Event::MappingStart(style, ..) => {
                let (entries, seen) = (Vec::new(), BTreeMap::new());
                return self.open(Open::Map { span: opening(style, span), entries, seen, key: Key::Wanted }, span);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(span),
            _ => {}
        }
        true
    }

    fn stop(&self, problem: Problem) -> bool {
        self.problems.push(problem);
        false
    }

    fn count(&mut self, span: Span) -> bool {
        self.nodes += 1;
        self.nodes <= MAX_NODES || self.stop(syntax::too_many_nodes(self.source, span))
    }

    fn open(&mut self, open: Open, span: Span) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            return self.stop(syntax::too_deep(self.source, span));
        }
        self.stack.push(open);
        self.count(span)
    }

    fn close(&mut self, end: Span) -> bool {
        let node = match self.stack.pop() {
            Some(Open::List { span, items }) => {
                let first = items.first().map(|item| item.span);
                Node { span: whole(span, first, end), content: Content::List(items) }
            }
            Some(Open::Map { span, entries, .. }) => {
                let first = entries.first().map(|entry| entry.key_span);
                Node { span: whole(span, first, end), content: Content::Map(entries) }
            }
            // The parser closes only what it opened.
            None => return false,
        };
        self.put(node)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> bool {
        let plain = matches!(style, ScalarStyle::Plain);
        if plain && let Some(problem) = syntax::odd_space(self.source, span, text) {
            self.problems.push(problem);
        }
        let nothing = plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        let content = if nothing { Content::Null } else { Content::Scalar { text: text.to_owned(), plain } };
        self.count(span) && self.put(Node { span, content })
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, node: Node) -> bool {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, seen, key, .. }) => match std::mem::replace(key, Key::Wanted) {
                Key::Wanted => *key = read_key(self.source, self.problems, seen, node),
                Key::Refused => {}
                Key::Read(name, key_span) => {
                    let mut value = node;
                    if value.is_null() {
                        if let Some(problem) = syntax::full_width_key(self.source, key_span, &name) {
                            self.problems.push(problem);
                            return true;
                        }
                        if value.span.length == 0 {
                            value.span = key_span;
                        }
                    }
                    entries.push(Entry { key: name, key_span, value });
                }
            },
        }
        true
    }
}

/// Accepts or refuses a key.
fn read_key(source: &Source, problems: &Problems, seen: &mut BTreeMap<String, Span>, node: Node) -> Key {
    let span = node.span;
    let Content::Scalar { text, plain } = node.content else {
        problems.push(syntax::odd_key(source, span));
        return Key::Refused;
    };
    if plain && text == "<<" {
        problems.push(syntax::merge_key(source, span));
        return Key::Refused;
    }
    if let Some(first) = seen.get(&text) {
        let message =
            Text::new(format!("键“{}”写了两次", brief(&text)), format!("the key `{}` is given twice", brief(&text)));
        let problem = Problem::error("E0112", source, span, message)
            .cause(
                "两个值中只能有一个有效，引擎不猜是哪一个。",
                "Only one of the two values can hold, and nobody should guess which.",
            )
            .cure("删去其中一个，或者改名。", "Delete one of them, or rename it.")
            .also(source.path.clone(), *first, Text::new("第一次写在这里", "first given here"));
        problems.push(problem);
        return Key::Refused;
    }
    seen.insert(text.clone(), span);
    Key::Read(text, span)
}

/// The place of an event; its length ends with its first line.
pub(super) fn place(start: Marker, end: Marker) -> Span {
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Span { line: small(start.line()), column: small(start.col() + 1), length: small(length) }
}

/// Remembers by an empty length that a list or map is written over lines, without brackets.
fn opening(style: StructureStyle, span: Span) -> Span {
    Span { length: if style == StructureStyle::Flow { span.length.max(1) } else { 0 }, ..span }
}

/// The place of a list or map: up to its closing bracket on the same line, or its first member.
fn whole(start: Span, first: Option<Span>, end: Span) -> Span {
    if start.length == 0 {
        return match first {
            Some(first) if first.line == start.line && first.column >= start.column => {
                Span { length: first.column - start.column + first.length, ..start }
            }
            _ => Span { length: 1, ..start },
        };
    }
    let same_line = end.line == start.line && end.column >= start.column;
    if same_line { Span { length: end.column - start.column + end.length.max(1), ..start } } else { start }
}
