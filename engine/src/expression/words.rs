//! Cuts an expression into words, and refuses what is outside its small grammar: other strings and numbers than the
//! plain ones, comments, characters of another keyboard. Never looks further than one word.

use super::problem::{ExpressionProblem, Span, both, code, refused};
use crate::text::Text;

/// One word of the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word<'t> {
    /// A name or a keyword.
    Name(&'t str),
    /// A literal.
    Literal,
    /// An opening bracket.
    Open(char),
    /// A closing bracket.
    Close(char),
    /// Anything else: `&&`, `==`, `.` …
    Sign(&'t str),
}

/// Cuts the text into words.
pub(super) struct Words<'t> {
    rest: &'t str,
    column: usize,
}

impl<'t> Words<'t> {
    /// At the beginning.
    pub(super) fn new(text: &'t str) -> Words<'t> {
        Words { rest: text, column: 0 }
    }

    /// Characters read so far.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let (word, rest) = self.rest.split_at(bytes);
        self.column += word.chars().count();
        self.rest = rest;
        word
    }

    /// The next word and its place; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Word<'t>, Span)>, Box<ExpressionProblem>> {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.take(blank);
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let column = self.column;
        let word = match first {
            'a'..='z' | 'A'..='Z' | '_' => self.name()?,
            '0'..='9' => self.number()?,
            '"' | '\'' => self.string(first)?,
            '(' | '[' | '{' => {
                self.take(1);
                Word::Open(first)
            }
            ')' | ']' | '}' => {
                self.take(1);
                Word::Close(first)
            }
            _ => self.sign(first)?,
        };
        Ok(Some((word, Span::new(column, self.column - column))))
    }

    fn name(&mut self) -> Result<Word<'t>, Box<ExpressionProblem>> {
        let length = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let column = self.column;
        let name = self.take(length);
        if self.rest.starts_with(['"', '\'']) {
            return Err(refused(
                code::LEFT_OUT,
                Span::new(column, length),
                both!("引号前不能有 {}", "{} may not stand before a quote", name),
                Text::new("文字写成 \"…\"", "write text as \"…\""),
            ));
        }
        let sign = match name {
            "and" | "AND" => "&&",
            "or" | "OR" => "||",
            "not" | "NOT" => "!",
            _ => return Ok(Word::Name(name)),
        };
        Err(foreign(Span::new(column, length), name, sign))
    }

    fn number(&mut self) -> Result<Word<'t>, Box<ExpressionProblem>> {
        let column = self.column;
        let length =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(self.rest.len());
        let number = self.take(length);
        let span = Span::new(column, length);
        if !number.chars().all(|c| c.is_ascii_digit()) {
            return Err(refused(
                code::LEFT_OUT,
                span,
                both!("{} 不是整数", "{} is not a whole number", number),
                Text::new(
                    "只有整数（42）和金额 money(\"12.50\")",
                    "there are only whole numbers (42) and amounts money(\"12.50\")",
                ),
            ));
        }
        if number.len() > 19 {
            return Err(refused(
                code::LEFT_OUT,
                span,
                Text::new("数字过大", "the number is too large"),
                Text::new("编号写成文字 \"…\"", "write identification numbers as text \"…\""),
            ));
        }
        Ok(Word::Literal)
    }

    /// One line between equal quotes, with the escapes `\\ \" \' \n \t` only.
    fn string(&mut self, quote: char) -> Result<Word<'t>, Box<ExpressionProblem>> {
        let column = self.column;
        let fail = |length: usize, zh: &str, en: &str| {
            Err(refused(
                code::SYNTAX,
                Span::new(column, length),
                Text::new(zh, en),
                Text::new("文字写成 \"…\"，其中引号写成 \\\"", "write text as \"…\", and a quote inside as \\\""),
            ))
        };
        let triple: String = [quote; 3].iter().collect();
        if self.rest.starts_with(&triple) {
            return fail(3, "不支持三个引号", "three quotes are not supported");
        }
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if !matches!(characters.next(), Some((_, '\\' | '"' | '\'' | 'n' | 't'))) => {
                    return fail(
                        at.max(1),
                        "反斜杠后只能是 \\ \" ' n t",
                        "after a backslash only \\ \" ' n t may stand",
                    );
                }
                c if c == quote => {
                    self.take(at + 1);
                    return Ok(Word::Literal);
                }
                c if c.is_control() && c != '\t' => {
                    return fail(
                        1,
                        "文字中不能换行或有控制字符",
                        "text may not contain line breaks or control characters",
                    );
                }
                _ => {}
            }
        }
        fail(1, "引号没有结束", "the quote does not end")
    }

    fn sign(&mut self, first: char) -> Result<Word<'t>, Box<ExpressionProblem>> {
        const TWO: [&str; 6] = ["&&", "||", "==", "!=", "<=", ">="];
        let span = Span::new(self.column, 1);
        if let Some(two) = TWO.iter().find(|two| self.rest.starts_with(**two)) {
            return Ok(Word::Sign(self.take(two.len())));
        }
        if self.rest.starts_with("//") {
            return Err(refused(
                code::LEFT_OUT,
                span,
                Text::new("表达式中不能有注释", "an expression has no comments"),
                Text::new("注释写在 YAML 的 # 之后", "write the comment after # in the YAML"),
            ));
        }
        match first {
            '\u{3000}' | '\u{a0}' => Err(refused(
                code::FOREIGN,
                span,
                Text::new("不能用全角空格", "this is not a plain space"),
                Text::new("改成半角空格", "write a plain space"),
            )),
            '=' => Err(foreign(span, "=", "==")),
            '&' => Err(foreign(span, "&", "&&")),
            '|' => Err(foreign(span, "|", "||")),
            '!' | '<' | '>' | '+' | '-' | '*' | '/' | '%' | '?' | ':' | ',' | '.' => Ok(Word::Sign(self.take(1))),
            _ => Err(match half_width(first) {
                Some(sign) => foreign(span, &first.to_string(), sign),
                None => refused(
                    code::FOREIGN,
                    span,
                    both!("表达式中不能有字符 {}", "the character {} has no meaning here", first.escape_debug()),
                    Text::new(
                        "文字要加引号 \"…\"；名称只用英文字母、数字和下划线",
                        "put text in quotes \"…\"; names are letters, digits and underscores",
                    ),
                ),
            }),
        }
    }
}

/// A sign of another keyboard or language, and the one to write.
fn foreign(span: Span, found: &str, sign: &str) -> Box<ExpressionProblem> {
    let message = both!("不能写 {}", "{} is not written here", found);
    let problem = ExpressionProblem::new(code::FOREIGN, span, message, both!("改写成 {}", "write {}", sign));
    Box::new(problem.meant(Some(sign.to_owned())))
}

/// The sign that a Chinese keyboard replaced.
fn half_width(sign: char) -> Option<&'static str> {
    Some(match sign {
        '（' => "(",
        '）' => ")",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '｛' => "{",
        '｝' => "}",
        '“' | '”' | '„' | '＂' | '「' | '」' => "\"",
        '‘' | '’' | '＇' => "'",
        '，' | '、' => ",",
        '。' | '．' => ".",
        '：' => ":",
        '？' => "?",
        '！' => "!",
        '＝' => "==",
        '≠' => "!=",
        '≤' | '≦' => "<=",
        '≥' | '≧' => ">=",
        '＜' => "<",
        '＞' => ">",
        '＋' => "+",
        '－' | '–' | '—' | '−' => "-",
        '×' | '＊' => "*",
        '÷' | '／' => "/",
        '％' => "%",
        '＆' => "&&",
        '｜' => "||",
        _ => return None,
    })
}
