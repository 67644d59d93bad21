//! Guards and computed values: CEL text, parsed by the `cel` crate, checked against declared types and lowered to a
//! closed tree that is evaluated here. Never evaluates data, never reads a clock, never recurses without a bound.
//!
//! # The language
//!
//! Literals `42`, `"text"`, `true`, `false`, `null`, `[a, b]`, `{"name": value}`; names and fields `answers.report.age`;
//! `list[0]`, `table["name"]`; `+ - * / %` on whole numbers (checked 64-bit), on money, `+` on texts and lists;
//! `== != < <= > >=`; `&& || !`; `in`; `a ? b : c`; `has(x.y)`; `size`; the loops `.exists(x, …)`, `.exists_one`,
//! `.all`, `.filter`, `.map`, at most two inside each other; `.contains("…")`, `.startsWith`, `.endsWith`;
//! `date("2025-05-10")`, `date + days(n)`, `months(n)`, `years(n)`, `days_between(a, b)`, `months_between`,
//! `years_between`, `age(birth, on)`, `month_start(d)`, `next_month(d)`, `year(d)`, `month(d)`, `day(d)`;
//! `money("12.50")`, `yuan(12)`, `percent(m, 35)`, `round_yuan(m)`; `string(x)`, `min(a, b)`, `max(a, b)`,
//! `sum(list)`; `active("state")`; and the functions that a [`Scope`] declares. No regular expressions, no floats.
//!
//! # What is not answered
//!
//! A field that exists in the declaration and has no value reads as `null`; so does every field of it.
//!
//! - `==` and `!=` always have an answer: `null` equals only `null`. So `status != "none"` **holds** while `status`
//!   is not answered, and `unless` is exactly the opposite of `when`. Where a field may be unanswered, the checker of
//!   definitions asks for `has(…)`; [`Expression::references`] tells it which reads are guarded so.
//! - `has(x.y)` is true if it is answered: not missing, not `null`, not blank text, not an empty list.
//! - A list that nobody filled in is empty: `size` is 0, `sum` is 0, `exists` is false, `all` is true, `in` is false.
//! - Everything else (orders, arithmetic, conditions, text functions, dates) with `null` is a [`Fault`]: a guard that
//!   cannot be decided does not hold, and says so.
//!
//! `&&` and `||` absorb faults as CEL does: `false && fault` and `fault && false` are false, `true || fault` and
//! `fault || true` are true. `exists` and `all` likewise. Division is towards zero, money divided by a number too.
//!
//! # Bounds
//!
//! Text of 1 KiB, a tree of 32 levels, 10,000 steps; the first two and, for lists of up to 30 elements, the third are
//! proved when a file is checked. The steps are counted again while evaluating.

use std::fmt;

use crate::text::Text;
use crate::value::Value;

mod calls;
mod check;
mod evaluate;
mod fault;
mod figures;
mod functions;
mod lower;
mod node;
mod operators;
mod problem;
mod questions;
mod references;
mod scan;
mod types;
mod words;

pub use evaluate::{Names, STEPS_MAX};
pub use fault::Fault;
pub use problem::ExpressionProblem;
pub use questions::QUESTION;
pub use references::Reference;
pub use scan::{DEPTH_MAX, TEXT_MAX};
pub use types::{Parameter, Scope, Signature, StateProblem, Type};

use evaluate::Evaluation;
use lower::Lowering;
use node::Node;
use problem::{Span, both, code};
use references::Reading;

/// A checked expression. Displayed as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    text: String,
    node: Node,
}

impl Expression {
    /// Reads `text`, proves that every name in it exists in `scope`, and that it gives an `expected` value.
    ///
    /// # Errors
    /// Every mistake that was found, each with its place in the text; only the first where the text cannot be read.
    pub fn parse(text: &str, scope: &dyn Scope, expected: &Type) -> Result<Expression, Vec<ExpressionProblem>> {
        Expression::typed(text, scope, expected).map(|(expression, _)| expression)
    }

    /// The same, with the type that was found.
    ///
    /// # Errors
    /// As [`Expression::parse`].
    pub fn typed(text: &str, scope: &dyn Scope, expected: &Type) -> Result<(Expression, Type), Vec<ExpressionProblem>> {
        scan::scan(text).map_err(|problem| vec![*problem])?;
        let parser = cel::Env::default().with_optional_support(false).parser().error_recovery_limit(0);
        let (tree, source) = parser.parse_with_source_info(text).map_err(|errors| vec![syntax(text, &errors)])?;
        let mut lowering = Lowering::new(text, &source, scope);
        let span = lowering.span(&tree);
        let typed = lowering.lower(&tree);
        let of = typed.of.clone();
        let node = lowering.result(typed, expected, span);
        let mut problems = lowering.problems;
        let whole = Span::new(0, text.chars().count());
        if problems.is_empty() && node.depth() > DEPTH_MAX {
            problems.push(*scan::too_deep(whole));
        }
        if problems.is_empty() && node.cost() > STEPS_MAX {
            problems.push(ExpressionProblem::new(
                code::COST,
                whole,
                both!("表达式可能超过 {} 步", "the expression may take more than {} steps", STEPS_MAX),
                Text::new("减少嵌套循环", "use fewer loops inside loops"),
            ));
        }
        if problems.is_empty() {
            return Ok((Expression { text: text.to_owned(), node }, of));
        }
        problems.sort_by_key(|problem| (problem.column, problem.code));
        problems.dedup();
        Err(problems)
    }

    /// A value that never changes.
    pub fn constant(value: Value) -> Expression {
        Expression { text: written(&value), node: Node::Constant(value) }
    }

    /// A name or a field, read by its path from a root name. The caller vouches that it exists.
    pub fn path(path: &[&str]) -> Expression {
        let node = Node::Path(path.iter().map(|step| (*step).to_owned()).collect());
        Expression { text: path.join("."), node }
    }

    /// The value.
    ///
    /// # Errors
    /// There is none: see [`Fault`].
    pub fn evaluate(&self, names: &dyn Names) -> Result<Value, Fault> {
        Evaluation::new(names).value(&self.node).map(std::borrow::Cow::into_owned)
    }

    /// Does it hold?
    ///
    /// # Errors
    /// It cannot be decided, or it is not a yes or no.
    pub fn truth(&self, names: &dyn Names) -> Result<bool, Fault> {
        Evaluation::new(names).truth(&self.node)
    }

    /// The dotted paths that are read, each once, in the order of the text.
    pub fn references(&self) -> Vec<Reference> {
        let mut reading = Reading::default();
        reading.walk(&self.node);
        reading.found
    }

    /// The dotted paths whose values may become the value, or a part of it. What is only compared, counted or looked
    /// up with is not among them.
    pub fn carried(&self) -> Vec<String> {
        let mut found = Vec::new();
        references::carried(&self.node, &mut found);
        found
    }

    /// The states named in `active("…")`, as they are written.
    pub fn states(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect(&self.node, &mut |node| {
            if let Node::Active(state) = node {
                found.push(state.as_str());
            }
        });
        found
    }

    /// The functions of the work layer that are called.
    pub fn functions(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect(&self.node, &mut |node| {
            if let Node::Call(name, _) = node {
                found.push(name.as_str());
            }
        });
        found
    }

    /// The value, if it is written out.
    pub fn as_constant(&self) -> Option<&Value> {
        if let Node::Constant(value) = &self.node { Some(value) } else { None }
    }

    /// Holds where this does not (`unless`).
    pub fn negated(self) -> Expression {
        let text = format!("!({})", self.text);
        match self.node {
            Node::Not(inner) => Expression { text, node: *inner },
            node => Expression { text, node: Node::Not(Box::new(node)) },
        }
    }

    /// Holds where both do.
    pub fn and(self, other: Expression) -> Expression {
        let text = format!("({}) && ({})", self.text, other.text);
        let (mut nodes, more) = (flat(self.node, true), flat(other.node, true));
        nodes.extend(more);
        Expression { text, node: Node::And(nodes) }
    }

    /// Holds where one of the two does.
    pub fn or(self, other: Expression) -> Expression {
        let text = format!("({}) || ({})", self.text, other.text);
        let (mut nodes, more) = (flat(self.node, false), flat(other.node, false));
        nodes.extend(more);
        Expression { text, node: Node::Or(nodes) }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Calls `with` for every node.
fn collect<'n>(node: &'n Node, with: &mut dyn FnMut(&'n Node)) {
    with(node);
    for child in node.children() {
        collect(child, with);
    }
}

/// The members of an `&&` or `||`, or the node alone.
fn flat(node: Node, all: bool) -> Vec<Node> {
    match (node, all) {
        (Node::And(nodes), true) | (Node::Or(nodes), false) => nodes,
        (node, _) => vec![node],
    }
}

/// A value as an author would write it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Money(fen) => format!("money(\"{}\")", figures::format_money(*fen)),
        Value::Text(text) => quoted(text),
        Value::Date(date) => format!("date(\"{date}\")"),
        Value::Instant(instant) => quoted(&instant.to_string()),
        Value::List(list) => format!("[{}]", list.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.iter().map(|(name, value)| format!("{}: {}", quoted(name), written(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// The kind of a value, for faults; never the value.
fn value_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes/no",
        Value::Int(_) => "a whole number",
        Value::Money(_) => "an amount of money",
        Value::Text(_) => "text",
        Value::Date(_) => "a date",
        Value::Instant(_) => "a point in time",
        Value::List(_) => "a list",
        Value::Map(_) => "named values",
    }
}

/// The first thing the parser could not read.
fn syntax(text: &str, errors: &cel::ParseErrors) -> ExpressionProblem {
    let (line, column) = errors.errors.first().map_or((1, 1), |error| error.pos);
    let before: usize =
        text.split('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(|line| line.chars().count() + 1).sum();
    let all = text.chars().count();
    let column = (before + usize::try_from(column - 1).unwrap_or(0)).min(all.saturating_sub(1));
    let word: String = text.chars().skip(column).take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if errors.errors.first().is_some_and(|error| error.msg.starts_with("reserved identifier")) {
        return ExpressionProblem::new(
            code::SYNTAX,
            Span::new(column, word.chars().count()),
            both!("{} 是保留字，不能作名称", "{} is a reserved word and cannot be a name", word),
            Text::new("换一个名称", "use another name"),
        );
    }
    let message = if word.is_empty() {
        Text::new("这里读不懂", "this cannot be read")
    } else {
        both!("读不懂 {} 这里", "cannot read this at {}", word)
    };
    ExpressionProblem::new(
        code::SYNTAX,
        Span::new(column, word.chars().count()),
        message,
        Text::new(
            "检查运算符两边是否都有值，逗号和冒号是否多余",
            "see whether every operator has a value on both sides, and for a stray comma or colon",
        ),
    )
}

#[cfg(test)]
mod tests;
