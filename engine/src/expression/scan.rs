//! Counts what could nest in an expression before the parser sees it, and refuses what is too long or too deep.
//! Never builds a tree; its own work is one pass over the words.
//!
//! The parser is recursive and recovers from errors by guessing, so a depth limit on its output would come too
//! late. Everything that nests (brackets, chains of operators, `? :`, `.`) is counted here on the words.

use super::problem::{ExpressionProblem, Span, both, code, refused};
use super::words::{Word, Words};
use crate::text::Text;

/// Bytes an expression may have.
pub const TEXT_MAX: usize = 1024;

/// Levels a tree may have, and brackets that may be open at once.
pub const DEPTH_MAX: usize = 32;

/// Levels that the parser may be asked to build: brackets cost it about ten frames each.
const BRACKETS_MAX: usize = 12;

/// Checks the words of `text`.
pub(super) fn scan(text: &str) -> Result<(), Box<ExpressionProblem>> {
    if text.len() > TEXT_MAX {
        return Err(refused(
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
    let mut words = Words::new(text);
    let mut shape = Shape::default();
    while let Some((word, span)) = words.next()? {
        shape.add(word, span)?;
    }
    shape.end(Span::new(words.column(), 1))
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
    fn add(&mut self, word: Word<'_>, span: Span) -> Result<(), Box<ExpressionProblem>> {
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
                    return Err(refused(
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

    fn operator(&mut self, span: Span) -> Result<(), Box<ExpressionProblem>> {
        self.chain().current += 1;
        self.bounded(span)
    }

    fn bounded(&self, span: Span) -> Result<(), Box<ExpressionProblem>> {
        let most = self.chain.levels() + self.levels.iter().map(|level| level.chain.levels()).sum::<usize>();
        if most > 2 * DEPTH_MAX { Err(too_deep(span)) } else { Ok(()) }
    }

    fn close(&mut self, close: char, span: Span) -> Result<(), Box<ExpressionProblem>> {
        self.value = true;
        let expected = match self.levels.pop().map(|level| level.open) {
            Some('(') => ')',
            Some('[') => ']',
            Some(_) => '}',
            None => {
                return Err(refused(
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
        let message = both!("这里应为 {}，却是 {}", "expected {} here, found {}", expected, close);
        let cure = Text::new("括号要成对", "brackets come in pairs");
        let problem = ExpressionProblem::new(code::SYNTAX, span, message, cure);
        Err(Box::new(problem.meant(Some(expected.to_string()))))
    }

    fn end(self, end: Span) -> Result<(), Box<ExpressionProblem>> {
        if !self.any {
            return Err(refused(
                code::SYNTAX,
                end,
                Text::new("表达式是空的", "the expression is empty"),
                Text::new("写一个条件，或删去这一项", "write a condition, or remove the key"),
            ));
        }
        match self.levels.last() {
            None => Ok(()),
            Some(level) => Err(refused(
                code::SYNTAX,
                level.span,
                both!("{} 没有结束", "{} is not closed", level.open),
                Text::new("括号要成对", "brackets come in pairs"),
            )),
        }
    }
}

/// Nested too deeply, or too many operators in a row.
pub(super) fn too_deep(span: Span) -> Box<ExpressionProblem> {
    refused(
        code::TOO_DEEP,
        span,
        both!("表达式嵌套过深（最多 {} 层）", "the expression is nested too deeply ({} levels are allowed)", DEPTH_MAX),
        Text::new("拆成几个条件，或改用判定表", "split it into several guards, or use a decision table"),
    )
}
