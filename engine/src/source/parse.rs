//! From bytes to the tree, within fixed counts of bytes, nodes and depth. It builds with a stack of its own, so that no
//! input can exhaust the machine's. It must never follow an alias, honour a tag or let the last of two equal keys win.

use std::collections::BTreeMap;

use serde_yaml::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span as Range, StrInput, StructureStyle};

use super::{Content, Entry, Node, Problem, Problems, Source, Span, brief, bytes, diagnose, trap};
use crate::text::Text;

/// The largest file, in bytes. The longest shipped process has about a twentieth of it.
pub const MAX_BYTES: usize = 1 << 20;
/// The most keys and values of one file.
pub const MAX_NODES: usize = 50_000;
/// The deepest nesting of lists and maps.
pub const MAX_DEPTH: usize = 64;
/// How often a file is read again to find the next mistake of grammar.
const MAX_ROUNDS: usize = 20;
/// How many bytes all these readings may take together.
const MAX_READ: usize = 4 * MAX_BYTES;

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
        problems.push(bytes::too_large(source.path.clone()));
        return None;
    }
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if let Some(problem) = trap::forbidden_character(source, text) {
        problems.push(problem);
        return None;
    }
    let found = Problems::new();
    match Builder::new(source, &found).run(text) {
        Outcome::Tree(tree) => {
            problems.extend(found.into_vec());
            Some(tree)
        }
        Outcome::Refused => {
            problems.extend(found.into_vec());
            None
        }
        Outcome::Broken(problem) => {
            further(source, text, *problem, found, problems);
            None
        }
    }
}

/// Reports a mistake of grammar and looks for more behind it: the broken line is emptied, as far as that leaves the
/// others alone, and the text is read again. Only what stands behind the emptied line counts as found then.
fn further(source: &Source, text: &str, first: Problem, found: Problems, problems: &Problems) {
    let mut text = text.to_owned();
    let (mut broken, mut found, mut known) = (first, found, 0);
    for _ in 0..MAX_ROUNDS.min(MAX_READ / text.len().max(1)) {
        let line = broken.span.line;
        let mut list = found.into_vec();
        if !list.contains(&broken) {
            list.push(broken.clone());
        }
        problems.extend(list.into_iter().filter(|problem| problem.span.line > known));
        let Some(emptied) = diagnose::without(&text, &broken).filter(|_| line > known) else { return };
        (text, known, found) = (emptied, line, Problems::new());
        match Builder::new(source, &found).run(&text) {
            Outcome::Broken(problem) => broken = *problem,
            Outcome::Tree(_) | Outcome::Refused => {
                problems.extend(found.into_vec().into_iter().filter(|problem| problem.span.line > known));
                return;
            }
        }
    }
}

/// A count that fits: texts are at most [`MAX_BYTES`] long.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A list or map that is still open.
enum Open {
    List { span: Span, flow: bool, items: Vec<Node> },
    Map { span: Span, flow: bool, entries: Vec<Entry>, seen: BTreeMap<String, Span>, key: Key },
}

/// What a map is waiting for.
enum Key {
    /// A key.
    Wanted,
    /// The value of this key.
    Read { name: String, span: Span, plain: bool },
    /// The value of a key that was refused; it is dropped.
    Refused,
}

/// How reading ended.
enum Outcome {
    /// With a tree, perhaps with problems beside it.
    Tree(Node),
    /// Without one; the problems say why.
    Refused,
    /// With a mistake of grammar that is not among the problems yet.
    Broken(Box<Problem>),
}

struct Builder<'a> {
    source: &'a Source,
    problems: &'a Problems,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, problems: &'a Problems) -> Builder<'a> {
        Builder { source, problems, stack: Vec::new(), root: None, nodes: 0, documents: 0 }
    }

    fn run(mut self, text: &str) -> Outcome {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        options.disallow_directives = true;
        options.flow_nesting_limit = MAX_DEPTH;
        options.block_nesting_limit = MAX_DEPTH;
        options.set_emit_comments(false);
        let parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(text, options);
        for next in parser {
            match next {
                Ok((event, range)) => {
                    if !self.take(text, event, range) {
                        return Outcome::Refused;
                    }
                }
                Err(error) => return self.broken(diagnose::diagnose(self.source, text, &error)),
            }
        }
        match self.root.take() {
            Some(root) if !root.is_null() => return Outcome::Tree(root),
            Some(_) | None => {}
        }
        if !self.problems.has_errors() {
            let message = Text::new("文件是空的", "there is nothing in the file");
            let problem = Problem::error("E0106", self.source, Span::default(), message);
            self.problems
                .push(problem.cure("写入内容，或者删去这个文件。", "Write something into it, or delete the file."));
        }
        Outcome::Refused
    }

    /// A mistake of grammar; where a trap on the same line was named already, it is a consequence of that. What the
    /// parser says in its own words only is a consequence of any trap before it.
    fn broken(&self, problem: Problem) -> Outcome {
        let named = self.problems.named_on(problem.span.line);
        let earlier = || if problem.code == "E0129" { self.problems.latest() } else { None };
        Outcome::Broken(Box::new(named.or_else(earlier).unwrap_or(problem)))
    }

    /// Takes one event; `false` where reading has to stop.
    fn take(&mut self, text: &str, event: Event<'_>, range: Range) -> bool {
        let span = place(range.start, range.end);
        if let Some(tag) = range.tag_span() {
            let mark = place(tag.start, tag.end);
            self.problems.push(trap::tag(self.source, mark).suggest(trap::quoted_at(text, &tag).as_deref()));
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                self.documents == 1 || self.stop(trap::second_document(self.source, span))
            }
            Event::Scalar(value, style, ..) => {
                let quoted = || trap::quoted_at(text, &range);
                self.scalar(&value, style, first_line(text, &range, span), quoted)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems.push(trap::anchor(self.source, span));
                self.count(span) && self.put(Node { span, content: Content::Null }, true)
            }
            Event::Anchor(..) => {
                // In `!a && b` the `&&` is a consequence of the tag.
                if self.problems.named_on(span.line).is_none_or(|problem| problem.code != "E0114") {
                    self.problems.push(trap::anchor(self.source, span));
                }
                true
            }
            Event::SequenceStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                self.open(Open::List { span, flow, items: Vec::new() }, span)
            }
            Event::MappingStart(style, ..) => {
                let (flow, entries, seen) = (style == StructureStyle::Flow, Vec::new(), BTreeMap::new());
                self.open(Open::Map { span, flow, entries, seen, key: Key::Wanted }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            _ => true,
        }
    }

    fn stop(&self, problem: Problem) -> bool {
        self.problems.push(problem);
        false
    }

    fn count(&mut self, span: Span) -> bool {
        self.nodes += 1;
        self.nodes <= MAX_NODES || self.stop(trap::too_many_nodes(self.source, span))
    }

    fn open(&mut self, open: Open, span: Span) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            return self.stop(trap::too_deep(self.source, span));
        }
        self.stack.push(open);
        self.count(span)
    }

    fn close(&mut self, end: Span) -> bool {
        let node = match self.stack.pop() {
            Some(Open::List { span, flow, items }) => {
                let first = items.first().map(|item| item.span);
                Node { span: whole(span, flow, first, end), content: Content::List(items) }
            }
            Some(Open::Map { span, flow, entries, .. }) => {
                let first = entries.first().map(|entry| entry.key_span);
                Node { span: whole(span, flow, first, end), content: Content::Map(entries) }
            }
            // The parser closes only what it opened.
            None => return false,
        };
        self.put(node, false)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span, quoted: impl Fn() -> Option<String>) -> bool {
        let plain = matches!(style, ScalarStyle::Plain);
        if plain {
            let flow = matches!(self.stack.last(), Some(Open::List { flow: true, .. } | Open::Map { flow: true, .. }));
            let in_flow = || {
                trap::cut_call(self.source, span, text, quoted)
                    .or_else(|| trap::full_width_list(self.source, span, text))
            };
            let found = trap::odd_space(self.source, span, text).or_else(|| if flow { in_flow() } else { None });
            self.problems.extend(found);
        }
        let nothing = plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        let content = if nothing { Content::Null } else { Content::Scalar { text: text.to_owned(), plain } };
        self.count(span) && self.put(Node { span, content }, plain)
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, node: Node, plain: bool) -> bool {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { flow, entries, seen, key, .. }) => match std::mem::replace(key, Key::Wanted) {
                Key::Wanted => *key = read_key(self.source, self.problems, seen, node),
                Key::Refused => {}
                Key::Read { name, span, plain: unquoted } => {
                    let mut value = node;
                    let absent = value.is_null() && value.span.length == 0;
                    if absent && plain && unquoted && *flow {
                        if trap::rest_of_call(&name) {
                            return true;
                        }
                        if let Some(problem) = trap::unseen_key(self.source, span, &name) {
                            self.problems.push(problem);
                            return true;
                        }
                    }
                    if absent {
                        value.span = span;
                    }
                    entries.push(Entry { key: name, key_span: span, value });
                }
            },
        }
        true
    }
}

/// Accepts or refuses a key.
fn read_key(source: &Source, problems: &Problems, seen: &mut BTreeMap<String, Span>, node: Node) -> Key {
    let span = node.span;
    if span.length > 0 && node.is_null() && problems.named_on(span.line).is_some() {
        // An alias in the place of a key has been reported as such.
        return Key::Refused;
    }
    let Content::Scalar { text, plain } = node.content else {
        problems.push(trap::odd_key(source, span));
        return Key::Refused;
    };
    if plain && text == "<<" {
        problems.push(trap::merge_key(source, span));
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
    Key::Read { name: text, span, plain }
}

/// The place of an event; its length ends with its first line.
pub(super) fn place(start: Marker, end: Marker) -> Span {
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Span { line: small(start.line()), column: small(start.col() + 1), length: small(length) }
}

/// The place of a value; one written over several lines is marked to the end of its first.
fn first_line(text: &str, range: &Range, span: Span) -> Span {
    if range.end.line() == range.start.line() {
        return span;
    }
    let rest = range.start.byte_offset().and_then(|from| text.get(from..)).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
    Span { length: small(line.chars().count().max(1)), ..span }
}

/// The place of a list or map: between brackets on one line to the closing one, else to the end of its first member.
fn whole(start: Span, flow: bool, first: Option<Span>, end: Span) -> Span {
    if flow {
        let same_line = end.line == start.line && end.column >= start.column;
        let length = if same_line { end.column - start.column + end.length } else { start.length };
        return Span { length: length.max(1), ..start };
    }
    match first {
        Some(first) if first.line == start.line && first.column >= start.column => {
            Span { length: first.column - start.column + first.length.max(1), ..start }
        }
        Some(_) | None => Span { length: 1, ..start },
    }
}
