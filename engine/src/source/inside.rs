//! From a character of a value to its place in the file, so that a mistake inside an expression gets its own caret
//! although quotes, escapes and folded lines lie between. It must never point outside the value it was asked about.

use super::parse::small;
use super::{Content, Node, Source, Span};

impl Source {
    /// The place of `length` characters from character `from` (counted from 0) of a single value's text; its end where
    /// `from` lies behind it. Where the text cannot be followed (a `\u` escape), the place of the whole value.
    pub fn inside(&self, node: &Node, from: usize, length: usize) -> Span {
        let Content::Scalar { text, plain } = &node.content else { return node.span };
        let Some(places) = self.places(node.span, text, *plain) else { return node.span };
        let at = |(line, column): (usize, usize), length: usize| Span {
            line: small(line),
            column: small(column),
            length: small(length),
        };
        match places.get(from) {
            Some(&(line, column)) => {
                let marked = places[from..].iter().take(length.max(1)).take_while(|place| place.0 == line);
                // An escape takes more columns than characters.
                let last = marked.last().map_or(column, |place| place.1);
                at((line, column), last - column + 1)
            }
            None => places.last().map_or(node.span, |&(line, column)| at((line, column + 1), 1)),
        }
    }

    /// Line and column (from 1) of every character of a value; `None` where they cannot be told.
    fn places(&self, span: Span, text: &str, plain: bool) -> Option<Vec<(usize, usize)>> {
        let lines = super::render::lines(&self.text);
        let start = || Cursor::new(&lines, span.line as usize, span.column as usize);
        // Plain values and blocks start with their text, quoted ones with their quote.
        let as_written = start()?.follow(text, None);
        if plain || as_written.is_some() {
            return as_written;
        }
        let mut quoted = start()?;
        let quote = quoted.peek();
        quoted.step();
        quoted.follow(text, quote)
    }
}

/// A place in the file, with the characters of its line.
struct Cursor<'a> {
    lines: &'a [&'a str],
    line: usize,
    column: usize,
    chars: Vec<char>,
}

impl<'a> Cursor<'a> {
    /// At a line and column, both from 1.
    fn new(lines: &'a [&'a str], line: usize, column: usize) -> Option<Cursor<'a>> {
        let chars = lines.get(line.checked_sub(1)?)?.chars().collect();
        Some(Cursor { lines, line, column: column.max(1), chars })
    }

    /// The character here; the end of a line counts as one.
    fn peek(&self) -> Option<char> {
        match self.chars.get(self.column - 1) {
            Some(&c) => Some(c),
            None if self.line < self.lines.len() => Some('\n'),
            None => None,
        }
    }

    fn step(&mut self) {
        self.column += 1;
        if self.column > self.chars.len() + 1
            && let Some(next) = Cursor::new(self.lines, self.line + 1, 1)
        {
            *self = next;
        }
    }

    /// The places of all characters of a value that starts here.
    fn follow(mut self, text: &str, quote: Option<char>) -> Option<Vec<(usize, usize)>> {
        text.chars().map(|wanted| self.pass(wanted, quote)).collect()
    }

    /// Goes past the next character of the value and says where it was.
    fn pass(&mut self, wanted: char, quote: Option<char>) -> Option<(usize, usize)> {
        loop {
            let found = self.peek()?;
            let here = (self.line, self.column);
            if quote == Some('"') && found == '\\' {
                self.step();
                let means = match self.peek()? {
                    'n' => '\n',
                    't' => '\t',
                    c @ ('"' | '\\' | '/') => c,
                    _ => return None,
                };
                self.step();
                return (means == wanted).then_some(here);
            }
            if found == wanted || (wanted.is_whitespace() && found.is_whitespace()) {
                self.step();
                if quote == Some('\'') && found == '\'' {
                    self.step();
                }
                return Some(here);
            }
            if !found.is_whitespace() {
                return None;
            }
            self.step();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Line, column and length of the word `needle` inside the value of `when`.
    fn place(text: &str, needle: &str) -> (u32, u32, u32) {
        let source = Source::new("x.yaml", text);
        let tree = parse(&source).unwrap();
        let node = tree.get("when").unwrap();
        let value = node.as_text().unwrap();
        let from = value[..value.find(needle).unwrap()].chars().count();
        let span = source.inside(node, from, needle.chars().count());
        (span.line, span.column, span.length)
    }

    #[test]
    fn a_word_is_found_in_every_style() {
        assert_eq!(place("when: a > bcd\n", "bcd"), (1, 11, 3));
        assert_eq!(place("when: '结婚 == ''x'' && bcd'\n", "bcd"), (1, 23, 3));
        assert_eq!(place("when: \"a == \\\"x\\\" && bcd\"\n", "bcd"), (1, 22, 3));
        assert_eq!(place("when: a &&\n  bcd\n", "bcd"), (2, 3, 3));
        assert_eq!(place("when: |\n  a &&\n    bcd\n", "bcd"), (3, 5, 3));
        assert_eq!(place("when: >\n  a &&\n  bcd\n", "bcd"), (3, 3, 3));
        assert_eq!(place("when: |\n  \"a\" == bcd\n", "bcd"), (2, 10, 3));
        assert_eq!(place("{when: '\"a\" == bcd'}", "bcd"), (1, 16, 3));
    }

    #[test]
    fn what_lies_outside_is_the_end_or_the_whole() {
        let source = Source::new("x.yaml", "when: ab\n");
        let tree = parse(&source).unwrap();
        let node = tree.get("when").unwrap();
        assert_eq!(source.inside(node, 9, 4), Span { line: 1, column: 9, length: 1 });
        let source = Source::new("x.yaml", "when: \"\\u0041b\"\n");
        let tree = parse(&source).unwrap();
        let node = tree.get("when").unwrap();
        assert_eq!(source.inside(node, 1, 1), node.span);
    }
}
