//! Reads the words of an expression before the parser does, and refuses what could hurt it: too long, too deep,
//! strings and numbers outside the small grammar, foreign characters. Never builds a tree; its own work is one pass.
//!
//! The parser is recursive and recovers from errors by guessing, so a depth limit on its output would come too
//! late. Everything that nests (brackets, chains of operators, `? :`, `.`) is counted here on the words.

use super::problem::{ExpressionProblem, Span, both, code};
use crate::text::Text;

/// Bytes an expression may have.
pub const TEXT_MAX: usize = 1024;

/// Levels a tree may have, and brackets that may be open at once.
pub const DEPTH_MAX: usize = 32;

/// Levels that the parser may be asked to build: brackets cost it about ten frames each.
const BRACKETS_MAX: usize = 12;

/// One word of the text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Word<'t> {
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

/// Checks the words of `text`.
pub(super) fn scan(text: &str) -> Result<(), ExpressionProblem> {
    if text.len() > TEXT_MAX {
        return Err(ExpressionProblem::new(
            code::TOO_LONG,
            Span::new(0, text.chars().count()),
            both!(
                "表达式有 {} 字节，最多 {} 字节",
                "the expression has {} bytes; {} are allowed",
                text.len(),
                TEXT_MAX
            ),
            Text::new("拆成几个条件，或改用判定表", "split it into several guards, or use a decision table"),
        ));
    }
    let mut words = Words { rest: text, column: 0 };
    let mut shape = Shape::default();
    while let Some((word, span)) = words.next()? {
        shape.add(word, span)?;
    }
    shape.end(Span::new(words.column, 1))
}

/// Cuts the text into words.
struct Words<'t> {
    rest: &'t str,
    column: usize,
}

impl<'t> Words<'t> {
    fn take(&mut self, bytes: usize) -> &'t str {
        let (word, rest) = self.rest.split_at(bytes);
        self.column += word.chars().count();
        self.rest = rest;
        word
    }

    fn next(&mut self) -> Result<Option<(Word<'t>, Span)>, ExpressionProblem> {
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

    fn name(&mut self) -> Result<Word<'t>, ExpressionProblem> {
        let length = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let column = self.column;
        let name = self.take(length);
        if self.rest.starts_with(['"', '\'']) {
            return Err(ExpressionProblem::new(
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

    fn number(&mut self) -> Result<Word<'t>, ExpressionProblem> {
        let column = self.column;
        let length =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(self.rest.len());
        let number = self.take(length);
        let span = Span::new(column, length);
        if !number.chars().all(|c| c.is_ascii_digit()) {
            return Err(ExpressionProblem::new(
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
            return Err(ExpressionProblem::new(
                code::LEFT_OUT,
                span,
                Text::new("数字过大", "the number is too large"),
                Text::new("编号写成文字 \"…\"", "write identification numbers as text \"…\""),
            ));
        }
        Ok(Word::Literal)
    }

    /// One line between equal quotes, with the escapes `\\ \" \' \n \t` only.
    fn string(&mut self, quote: char) -> Result<Word<'t>, ExpressionProblem> {
        let column = self.column;
        let fail = |length: usize, zh: &str, en: &str| {
            Err(ExpressionProblem::new(
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

    fn sign(&mut self, first: char) -> Result<Word<'t>, ExpressionProblem> {
        const TWO: [&str; 6] = ["&&", "||", "==", "!=", "<=", ">="];
        let span = Span::new(self.column, 1);
        if let Some(two) = TWO.iter().find(|two| self.rest.starts_with(**two)) {
            return Ok(Word::Sign(self.take(two.len())));
        }
        if self.rest.starts_with("//") {
            return Err(ExpressionProblem::new(
                code::LEFT_OUT,
                span,
                Text::new("表达式中不能有注释", "an expression has no comments"),
                Text::new("注释写在 YAML 的 # 之后", "write the comment after # in the YAML"),
            ));
        }
        match first {
            '=' => Err(foreign(span, "=", "==")),
            '&' => Err(foreign(span, "&", "&&")),
            '|' => Err(foreign(span, "|", "||")),
            '!' | '<' | '>' | '+' | '-' | '*' | '/' | '%' | '?' | ':' | ',' | '.' => Ok(Word::Sign(self.take(1))),
            _ => Err(match half_width(first) {
                Some(sign) => foreign(span, &first.to_string(), sign),
                None => ExpressionProblem::new(
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
fn foreign(span: Span, found: &str, sign: &str) -> ExpressionProblem {
    ExpressionProblem::new(
        code::FOREIGN,
        span,
        both!("不能写 {}", "{} is not written here", found),
        both!("改写成 {}", "write {}", sign),
    )
    .meant(Some(sign.to_owned()))
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
        '\u{3000}' | '\u{a0}' => "a plain space",
        _ => return None,
    })
}

/// One open bracket and what may nest inside it.
#[derive(Debug)]
struct Level {
    open: char,
    span: Span,
    chain: Chain,
}

/// The most levels that the operators between two brackets can add to a tree. `&&`, `||` and `,` start a new
/// chain, because they bind weaker than all operators but `? :` and are made into flat lists.
#[derive(Debug, Default)]
struct Chain {
    /// `? :` nests to the right and is never forgotten.
    choices: usize,
    current: usize,
    longest: usize,
}

impl Chain {
    fn restart(&mut self) {
        self.longest = self.longest.max(self.current);
        self.current = 0;
    }

    fn levels(&self) -> usize {
        1 + self.choices + self.longest.max(self.current)
    }
}

/// Counts how deep a tree the words could make.
#[derive(Debug, Default)]
struct Shape {
    levels: Vec<Level>,
    /// Outside all brackets.
    chain: Chain,
    /// The last word was `!` or a `-` that can only be a sign.
    unary: bool,
    /// A value has just ended, so a `-` would be a subtraction.
    value: bool,
    any: bool,
}

impl Shape {
    fn add(&mut self, word: Word<'_>, span: Span) -> Result<(), ExpressionProblem> {
        self.any = true;
        let was_unary = std::mem::take(&mut self.unary);
        match word {
            Word::Open(open) => {
                self.levels.push(Level { open, span, chain: Chain::default() });
                self.value = false;
                if self.levels.len() > BRACKETS_MAX {
                    return Err(too_deep(span));
                }
            }
            Word::Close(close) => self.close(close, span)?,
            Word::Name("in") => {
                self.operator(span)?;
                self.value = false;
            }
            Word::Name(_) | Word::Literal => self.value = true,
            Word::Sign("," | "&&" | "||" | ":") => {
                self.chain().restart();
                self.value = false;
            }
            Word::Sign("?") => {
                self.chain().restart();
                self.chain().choices += 1;
                self.value = false;
                self.bounded(span)?;
            }
            Word::Sign(sign) => {
                let unary = sign == "!" || (sign == "-" && !self.value);
                if unary && was_unary {
                    return Err(ExpressionProblem::new(
                        code::SYNTAX,
                        span,
                        both!("{} 不能连写", "{} may not follow another", sign),
                        Text::new("去掉一个，或用括号分开", "remove one of them"),
                    ));
                }
                self.unary = unary;
                self.value = false;
                self.operator(span)?;
            }
        }
        Ok(())
    }

    fn chain(&mut self) -> &mut Chain {
        match self.levels.last_mut() {
            Some(level) => &mut level.chain,
            None => &mut self.chain,
        }
    }

    fn operator(&mut self, span: Span) -> Result<(), ExpressionProblem> {
        self.chain().current += 1;
        self.bounded(span)
    }

    fn bounded(&self, span: Span) -> Result<(), ExpressionProblem> {
        let most = self.chain.levels() + self.levels.iter().map(|level| level.chain.levels()).sum::<usize>();
        if most > 2 * DEPTH_MAX { Err(too_deep(span)) } else { Ok(()) }
    }

    fn close(&mut self, close: char, span: Span) -> Result<(), ExpressionProblem> {
        self.value = true;
        let expected = match self.levels.pop().map(|level| level.open) {
            Some('(') => ')',
            Some('[') => ']',
            Some(_) => '}',
            None => {
                return Err(ExpressionProblem::new(
                    code::SYNTAX,
                    span,
                    both!("多了一个 {}", "there is one {} too many", close),
                    Text::new("括号要成对", "brackets come in pairs"),
                ));
            }
        };
        if expected == close {
            return Ok(());
        }
        Err(ExpressionProblem::new(
            code::SYNTAX,
            span,
            both!("这里应为 {}，却是 {}", "expected {} here, found {}", expected, close),
            Text::new("括号要成对", "brackets come in pairs"),
        )
        .meant(Some(expected.to_string())))
    }

    fn end(self, end: Span) -> Result<(), ExpressionProblem> {
        if !self.any {
            return Err(ExpressionProblem::new(
                code::SYNTAX,
                end,
                Text::new("表达式是空的", "the expression is empty"),
                Text::new("写一个条件，或删去这一项", "write a condition, or remove the key"),
            ));
        }
        match self.levels.last() {
            None => Ok(()),
            Some(level) => Err(ExpressionProblem::new(
                code::SYNTAX,
                level.span,
                both!("{} 没有结束", "{} is not closed", level.open),
                Text::new("括号要成对", "brackets come in pairs"),
            )),
        }
    }
}

/// Nested too deeply, or too many operators in a row.
pub(super) fn too_deep(span: Span) -> ExpressionProblem {
    ExpressionProblem::new(
        code::TOO_DEEP,
        span,
        both!("表达式嵌套过深（最多 {} 层）", "the expression is nested too deeply ({} levels are allowed)", DEPTH_MAX),
        Text::new("拆成几个条件，或改用判定表", "split it into several guards, or use a decision table"),
    )
}
