//! What a case keeps besides answers: `variables`, which `set` changes, and `fixed` values, which nothing changes. Both
//! are kept for ever, so no personal field may get into them. It must never evaluate anything.

use super::draft::{Draft, Placed};
use super::words::both;
use crate::expression::Type;
use crate::source::{Content, Node, Reader, brief};
use crate::value::Value;

/// Types that a variable without a first value may have.
const TYPES: &[(&str, &Type)] = &[
    ("number", &Type::Int),
    ("money", &Type::Money),
    ("date", &Type::Date),
    ("yes_no", &Type::Bool),
    ("text", &Type::Text),
];

/// Names with a meaning of their own in every expression.
const TAKEN: &[&str] =
    &["answers", "item_answers", "items", "start", "event", "fixed", "site", "today", "input", "each", "gathered"];

impl<'a> Draft<'a> {
    /// `variables: {rounds: 0, amount: {type: money}}`.
    pub fn lower_variables(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("variables") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            if TAKEN.contains(&name) {
                let message = both(
                    format!("变量不能叫 `{name}`：这个名称另有含义"),
                    format!("a variable cannot be called `{name}`: the name has a meaning of its own"),
                );
                self.problems.push(self.error("E0560", 0, entry.key_span, message).cure("换一个名称。", "Rename it."));
                continue;
            }
            if entry.value.get("type").is_some() {
                self.lower_typed_variable(name, &entry.value);
            } else if let Some(value) = constant(&entry.value) {
                self.frame.variables.insert(name.to_owned(), value);
            } else {
                let message = both(
                    "变量的初值应当是数字、true/false 或短代码",
                    "a variable begins as a number, a flag or a code",
                );
                self.problems.push(self.error("E0314", 0, entry.value.span, message).cure(
                    "例如 {count: 0, ready: false, stage: first}；姓名等文字写进表单。",
                    "Such as {count: 0, ready: false, stage: first}; names and texts belong to a form.",
                ));
            }
        }
    }

    /// `{type: money}`: nothing at first, and only values of the type later.
    fn lower_typed_variable(&mut self, name: &str, node: &'a Node) {
        let Some(words) = self.file(0).map(node, both("变量", "variable")) else { return };
        if let Some(of) = words.choice("type", TYPES) {
            self.frame.variables.insert(name.to_owned(), Value::Null);
            self.frame.types.insert(name.to_owned(), of.clone());
        }
        words.finish();
    }

    /// `fixed: {submitted_on: start.on}`.
    pub fn lower_fixed(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("fixed") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            if entry.value.as_text().is_none() {
                let message = both(
                    format!("`{}` 应当是一个表达式", brief(name)),
                    format!("`{}` is fixed as the value of an expression", brief(name)),
                );
                self.problems.push(
                    self.error("E0561", 0, entry.value.span, message)
                        .cure("例如 `submitted_on: start.on`。", "Such as `submitted_on: start.on`."),
                );
                continue;
            }
            self.fixed.insert(name.to_owned(), Placed { node: &entry.value, env: 0 });
        }
    }
}

/// A value that needs no names: number, flag, text.
fn constant(node: &Node) -> Option<Value> {
    match &node.content {
        Content::Scalar { text, plain: true } => Some(match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Int),
        }),
        Content::Scalar { text, plain: false } => Some(Value::Text(text.clone())),
        Content::Null => Some(Value::Null),
        Content::List(nodes) => nodes.iter().map(constant).collect::<Option<_>>().map(Value::List),
        Content::Map(entries) => entries
            .iter()
            .map(|entry| Some((entry.key.clone(), constant(&entry.value)?)))
            .collect::<Option<_>>()
            .map(Value::Map),
    }
}
