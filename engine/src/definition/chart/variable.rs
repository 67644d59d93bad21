//! The variables of a bare statechart: their values at the start, and the types that follow from how they are used.
//! It must never evaluate an expression of the file.

use std::collections::BTreeMap;

use super::scope::ChartScope;
use crate::expression::{Expression, Type};
use crate::kernel::Statechart;
use crate::source::{Content, File, Node, Problem, Reader, Span, brief};
use crate::text::Text;
use crate::value::Value;

/// A variable as it is declared.
pub(super) struct Variable {
    pub value: Value,
    /// What its first value says about it.
    of: Type,
}

/// `variables: {count: 0, ready: false, note: "text", list: [1, 2], later: null}`.
pub(super) fn declarations(file: File<'_>, root: &Reader<'_>) -> BTreeMap<String, Variable> {
    let mut variables = BTreeMap::new();
    for entry in root.entries_of("variables") {
        check_name(file, &entry.key, entry.key_span);
        if let Some(value) = literal(file, &entry.value) {
            let of = type_of(&value);
            variables.insert(entry.key.clone(), Variable { value, of });
        }
    }
    variables
}

fn check_name(file: File<'_>, name: &str, span: Span) {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let reserved = ["event", "true", "false", "null", "in"].contains(&name);
    if name.starts_with(first) && name.chars().all(good) && !reserved {
        return;
    }
    let word = brief(name);
    let message = Text::new(format!("“{word}”不能作变量名"), format!("`{word}` cannot name a variable"));
    file.push(Problem::error("E0314", file.source, span, message).cure(
        "名称由字母、数字和下划线组成，以字母开头，且不是表达式的保留字。",
        "A name is letters, digits and `_`, starts with a letter, and is no word of the expression language.",
    ));
}

/// A value written in YAML. Text may also be written as an expression writes it: `"'text'"`.
fn literal(file: File<'_>, node: &Node) -> Option<Value> {
    Some(match &node.content {
        Content::Null => Value::Null,
        Content::Scalar { text, plain: true } => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number if is_number(number) => whole(file, number, node.span)?,
            text => Value::Text(text.to_owned()),
        },
        Content::Scalar { text, plain: false } => Value::Text(unquoted(text).unwrap_or(text).to_owned()),
        Content::List(items) => Value::List(items.iter().filter_map(|item| literal(file, item)).collect()),
        Content::Map(entries) => {
            let values = entries.iter().filter_map(|entry| Some((entry.key.clone(), literal(file, &entry.value)?)));
            Value::Map(values.collect())
        }
    })
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '_'))
}

fn whole(file: File<'_>, text: &str, span: Span) -> Option<Value> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(Value::Int(number));
    }
    let message = Text::new(
        format!("变量只能是整数，却写了“{}”", brief(text)),
        format!("a variable holds whole numbers, found `{}`", brief(text)),
    );
    let problem = Problem::error("E0314", file.source, span, message);
    file.push(problem.cure("写整数；文字请加引号。", "Write a whole number; put text in quotes."));
    None
}

fn unquoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (!inner.contains(['\'', '\\'])).then_some(inner)
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Text(_) => Type::Text,
        // What comes later is not known from nothing, and lists and maps may grow other members.
        Value::Null | Value::Money(_) | Value::Date(_) | Value::Instant(_) | Value::List(_) | Value::Map(_) => {
            Type::Any
        }
    }
}

/// The type of each variable: that of its first value, unless some `set` writes another one. Variables of a bare
/// statechart are not declared with a type, so whatever is written is allowed; what always fits is checked.
pub(super) fn types(tree: &Node, chart: &Statechart, variables: &BTreeMap<String, Variable>) -> BTreeMap<String, Type> {
    let mut types: BTreeMap<String, Type> = variables.iter().map(|(name, of)| (name.clone(), of.of.clone())).collect();
    let mut written: Vec<(&str, &str)> = Vec::new();
    collect(tree, &mut written);
    // One variable that becomes open can make another one open; a long chain of them is not followed.
    for _ in 0..ROUNDS {
        let scope = ChartScope { chart, variables: &types };
        let misfit = |(name, text): &&(&str, &str)| {
            let fits = |of: &Type| Expression::parse(text, &scope, of).is_ok();
            // What fits two types that have nothing in common may be anything.
            let anything = || fits(&Type::Bool) && fits(&Type::Int);
            types.get(*name).is_some_and(|of| *of != Type::Any && (!fits(of) && fits(&Type::Any) || anything()))
        };
        let open: Vec<String> = written.iter().filter(misfit).map(|(name, _)| (*name).to_owned()).collect();
        if open.is_empty() {
            return types;
        }
        open.into_iter().for_each(|name| {
            types.insert(name, Type::Any);
        });
    }
    types.into_keys().map(|name| (name, Type::Any)).collect()
}

/// So often the types are looked at again.
const ROUNDS: usize = 8;

/// All `set: {name: expression}` of a tree.
fn collect<'n>(node: &'n Node, written: &mut Vec<(&'n str, &'n str)>) {
    for entry in node.entries() {
        if entry.key == "set" {
            let pairs = entry.value.entries().iter();
            written.extend(pairs.filter_map(|pair| Some((pair.key.as_str(), pair.value.as_text()?))));
        }
        collect(&entry.value, written);
    }
    node.items().iter().for_each(|item| collect(item, written));
}
