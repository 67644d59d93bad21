//! Which operators go with which types, and what to say when they do not. Reads no names and no functions.

use cel::common::ast::IdedExpr;

use super::lower::Lowering;
use super::node::{Arithmetic, Node, Order};
use super::operators::ordered;
use super::problem::{ExpressionProblem, Span, both, code};
use super::types::Type;
use crate::source::closest;
use crate::text::Text;
use crate::value::Value;

/// A part of a tree and its type.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The part.
    pub node: Node,
    /// What it gives.
    pub of: Type,
}

impl Typed {
    /// A value that is known now.
    pub(super) fn constant(value: Value, of: Type) -> Typed {
        Typed { node: Node::Constant(value), of }
    }
}

impl Lowering<'_> {
    /// A part that must be yes or no.
    pub(super) fn condition(&mut self, expr: &IdedExpr) -> Node {
        let span = self.span(expr);
        let typed = self.lower(expr);
        if !matches!(typed.of, Type::Bool | Type::Any) {
            let kind = typed.of.describe();
            self.fail(ExpressionProblem::new(
                code::TYPES,
                span,
                Text::new(
                    format!("条件应为是/否，这里是{}", kind.zh),
                    format!("a condition is yes or no, this is {}", kind.en),
                ),
                Text::new("写成比较，如 x == \"…\"、x > 0、has(x.y)", "compare it: x == \"…\", x > 0, has(x.y)"),
            ));
        }
        typed.node
    }

    /// The whole expression must fit its place.
    pub(super) fn result(&mut self, typed: Typed, expected: &Type, span: Span) -> Node {
        if let (Type::Choice(choices), Some(texts)) = (expected, typed.node.literals())
            && typed.of == Type::Text
        {
            self.among(&texts, choices, span);
            return typed.node;
        }
        let fits = expected.accepts(&typed.of) && !(*expected == Type::Bool && typed.of == Type::Null);
        if !fits {
            let problem = match (expected, &typed.of) {
                (Type::Money, Type::Int) | (Type::Int, Type::Money) => money(span),
                (Type::Date, Type::Text | Type::Int) => date(span),
                (expected, of) => {
                    let (expected, of) = (expected.describe(), of.describe());
                    ExpressionProblem::new(
                        code::RESULT,
                        span,
                        Text::new(
                            format!("这里应为{}，却是{}", expected.zh, of.zh),
                            format!("expected {} here, found {}", expected.en, of.en),
                        ),
                        Text::new("换一个字段，或写成比较", "use another field, or write a comparison"),
                    )
                }
            };
            self.fail(problem);
        }
        typed.node
    }

    pub(super) fn negate(&mut self, of: Typed, span: Span) -> Typed {
        if !matches!(of.of, Type::Int | Type::Money | Type::Any) {
            let types = [&Type::Int, &of.of];
            return self.fail(mixed("-", types, span));
        }
        Typed { node: Node::Negate(Box::new(of.node)), of: of.of }
    }

    pub(super) fn conditional(&mut self, condition: Node, yes: Typed, no: Typed, span: Span) -> Typed {
        match yes.of.join(&no.of) {
            Some(of) => Typed { node: Node::If(Box::new([condition, yes.node, no.node])), of },
            None => self.fail(mixed("? :", [&yes.of, &no.of], span)),
        }
    }

    /// `places` are the left side, the right side and the sign.
    pub(super) fn arithmetic(&mut self, which: Arithmetic, left: Typed, right: Typed, places: [Span; 3]) -> Typed {
        if let Some(of) = which.typed(&left.of, &right.of) {
            return Typed { node: Node::Arithmetic(which, Box::new([left.node, right.node])), of };
        }
        let problem = match (&left.of, &right.of) {
            (Type::Money, Type::Int) => money(places[1]),
            (Type::Int, Type::Money) => money(places[0]),
            (Type::Date, Type::Int) => ExpressionProblem::new(
                code::DATE,
                places[1],
                Text::new("日期不能与数字相加减", "a date and a bare number do not go together"),
                Text::new("写明单位：days(n)、months(n)、years(n)", "say the unit: days(n), months(n), years(n)"),
            ),
            (Type::Date, Type::Date) => ExpressionProblem::new(
                code::DATE,
                places[2],
                Text::new("两个日期不能相加减", "two dates cannot be added or subtracted"),
                Text::new(
                    "写成 days_between(a, b) 或 years_between(a, b)",
                    "write days_between(a, b) or years_between(a, b)",
                ),
            ),
            (left, right) => mixed(which.sign(), [left, right], places[2]),
        };
        self.fail(problem)
    }

    pub(super) fn order(&mut self, which: Order, left: Typed, right: Typed, places: [Span; 3]) -> Typed {
        if ordered(&left.of, &right.of) {
            return Typed { node: Node::Order(which, Box::new([left.node, right.node])), of: Type::Bool };
        }
        let problem = match (&left.of, &right.of) {
            (Type::Choice(_), _) | (_, Type::Choice(_)) => ExpressionProblem::new(
                code::TYPES,
                places[2],
                Text::new("选项没有大小之分", "choices have no order"),
                Text::new("用 ==、!= 或 in [\"…\", \"…\"]", "use ==, != or in [\"…\", \"…\"]"),
            ),
            (Type::Null, _) | (_, Type::Null) => ExpressionProblem::new(
                code::TYPES,
                places[2],
                Text::new("null 没有大小之分", "null has no order"),
                Text::new("用 == null 或 has(x.y)", "use == null or has(x.y)"),
            ),
            (left, right) => self.different(left, right, "<", places),
        };
        self.fail(problem)
    }

    pub(super) fn equality(&mut self, same: bool, left: Typed, right: Typed, places: [Span; 3]) -> Typed {
        match (&left.of, &right.of) {
            (Type::Choice(choices), Type::Text) => {
                if let Some(texts) = right.node.literals() {
                    self.among(&texts, choices, places[1]);
                }
            }
            (Type::Text, Type::Choice(choices)) => {
                if let Some(texts) = left.node.literals() {
                    self.among(&texts, choices, places[0]);
                }
            }
            (left, right) if !left.comparable(right) => {
                let problem = self.different(left, right, if same { "==" } else { "!=" }, places);
                self.fail(problem);
            }
            (_, _) => {}
        }
        Typed { node: Node::Equal(same, Box::new([left.node, right.node])), of: Type::Bool }
    }

    pub(super) fn contained(&mut self, element: Typed, of: Typed, places: [Span; 3]) -> Typed {
        match (&element.of, &of.of) {
            (_, Type::Any | Type::Null) => {}
            (Type::Choice(choices), Type::List(_)) if of.node.literals().is_some() => {
                let texts = of.node.literals().unwrap_or_default();
                self.among(&texts, choices, places[1]);
            }
            (given, Type::List(inner)) => {
                if let (Type::Choice(choices), Some(texts)) = (inner.as_ref(), element.node.literals()) {
                    self.among(&texts, choices, places[0]);
                } else if !given.comparable(inner) {
                    let problem = self.different(given, inner, "in", places);
                    self.fail(problem);
                }
            }
            (Type::Any | Type::Text | Type::Choice(_), Type::Table(_)) => {}
            (Type::Any | Type::Text | Type::Choice(_), Type::Map(fields)) => {
                if let Some(texts) = element.node.literals() {
                    let names: Vec<String> = fields.keys().cloned().collect();
                    self.among(&texts, &names, places[0]);
                }
            }
            (left, right) => {
                let problem = mixed("in", [left, right], places[2]);
                self.fail(problem);
            }
        }
        Typed { node: Node::In(Box::new([element.node, of.node])), of: Type::Bool }
    }

    pub(super) fn index(&mut self, of: Typed, at: Typed, span: Span) -> Typed {
        if let (Type::Map(_) | Type::Table(_) | Type::Any, Node::Constant(Value::Text(name))) = (&of.of, &at.node) {
            let name = name.clone();
            return self.field(of, &name, span);
        }
        let inner = match (&of.of, &at.of) {
            (Type::List(inner), Type::Int | Type::Any) => (**inner).clone(),
            (Type::Table(inner), Type::Text | Type::Choice(_) | Type::Any) => (**inner).clone(),
            (Type::Map(fields), Type::Choice(names)) if names.iter().all(|name| fields.contains_key(name)) => {
                let mut types = fields.values();
                let first = types.next().cloned().unwrap_or(Type::Any);
                types.try_fold(first, |joined, of| joined.join(of)).unwrap_or(Type::Any)
            }
            (Type::Map(_), Type::Text | Type::Any) => Type::Any,
            (Type::Any, Type::Text | Type::Choice(_) | Type::Int | Type::Any) => Type::Any,
            (left, right) => return self.fail(mixed("[ ]", [left, right], span)),
        };
        Typed { node: Node::Index(Box::new([of.node, at.node])), of: inner }
    }

    /// Texts that are written out must be among the choices.
    pub(super) fn among(&mut self, texts: &[&str], choices: &[String], span: Span) {
        for text in texts {
            if choices.iter().any(|choice| choice == text) {
                continue;
            }
            let suggestion = closest(text, choices.iter().map(String::as_str)).map(|choice| format!("\"{choice}\""));
            let (zh, en) = (choices.join("、"), choices.join(", "));
            self.fail(
                ExpressionProblem::new(
                    code::NOT_A_CHOICE,
                    self.literal_span(text, span),
                    both!("\"{}\" 不是可选项", "\"{}\" is not one of the choices", text),
                    Text::new(format!("可选：{zh}"), format!("the choices: {en}")),
                )
                .meant(suggestion),
            );
        }
    }

    /// Where a literal is written inside or after `span`; `span` where it is not found.
    fn literal_span(&self, text: &str, span: Span) -> Span {
        let word: Vec<char> = text.chars().collect();
        let length = word.len() + 2;
        let from = span.column.min(self.characters.len());
        let found = self.characters[from..].windows(length).position(|window| {
            matches!(window[0], '"' | '\'') && window[length - 1] == window[0] && window[1..length - 1] == word[..]
        });
        found.map_or(span, |at| Span::new(from + at, length))
    }

    /// Two types that are never equal and have no common order.
    fn different(&self, left: &Type, right: &Type, sign: &str, places: [Span; 3]) -> ExpressionProblem {
        match (left, right) {
            (Type::Money, Type::Int) => money(places[1]),
            (Type::Int, Type::Money) => money(places[0]),
            (Type::Date, Type::Text | Type::Int) => date(places[1]),
            (Type::Text | Type::Int, Type::Date) => date(places[0]),
            (Type::Date, Type::Instant) | (Type::Instant, Type::Date) => {
                let mut problem = mixed(sign, [left, right], places[2]);
                problem.code = code::DATE;
                problem.cure = Text::new("时刻先写成日期：date(x)", "make the point in time a date: date(x)");
                problem
            }
            (Type::Bool, Type::Text | Type::Choice(_)) | (Type::Text | Type::Choice(_), Type::Bool) => {
                let mut problem = mixed(sign, [left, right], places[2]);
                problem.cure = Text::new(
                    "是/否字段直接写 x 或 !x，或与 true、false 比较",
                    "write a yes/no field as x or !x, or compare it with true or false",
                );
                problem
            }
            (left, right) => mixed(sign, [left, right], places[2]),
        }
    }
}

/// A bare number where money is.
fn money(span: Span) -> ExpressionProblem {
    ExpressionProblem::new(
        code::MONEY,
        span,
        Text::new("金额不能与没有单位的数字混用", "money and a bare number do not go together"),
        Text::new("写成 money(\"12.50\")，整元写 yuan(12)", "write money(\"12.50\"), or yuan(12) for whole yuan"),
    )
    .meant(Some("money(\"…\")".to_owned()))
}

/// Text or a number where a date is.
fn date(span: Span) -> ExpressionProblem {
    ExpressionProblem::new(
        code::DATE,
        span,
        Text::new("日期只能与日期比较", "a date goes only with a date"),
        Text::new("写成 date(\"2025-05-10\")", "write date(\"2025-05-10\")"),
    )
    .meant(Some("date(\"…\")".to_owned()))
}

/// An operator between two types that do not go together.
fn mixed(sign: &str, types: [&Type; 2], span: Span) -> ExpressionProblem {
    let [left, right] = types.map(Type::describe);
    ExpressionProblem::new(
        code::TYPES,
        span,
        Text::new(
            format!("{sign} 不能用于{}和{}", left.zh, right.zh),
            format!("{sign} does not go with {} and {}", left.en, right.en),
        ),
        Text::new("两边要是同一类的值", "both sides must be of one kind"),
    )
}
