//! Actions as they stand in a file. It must never accept an action that the kernel does not know.

use super::parts::Parts;
use crate::expression::Type;
use crate::kernel::{Action, Content, Data};
use crate::source::{Content as Written, Node, Problem, Reader, closest};
use crate::text::Text;

/// The words an action may begin with.
const WORDS: [&str; 6] = ["raise", "set", "log", "if", "cancel", "send"];

impl<'a> Parts<'a> {
    /// The blocks of `entry` or `exit`: one block, or a list of lists, each a block of its own.
    pub fn blocks(&self, node: &'a Node) -> Vec<Content> {
        let several = node.items().iter().any(|item| matches!(item.content, Written::List(_)));
        if several {
            return node.items().iter().map(|item| self.content(item)).collect();
        }
        vec![self.content(node)]
    }

    /// One block of actions: a list, or a single one.
    pub fn content(&self, node: &'a Node) -> Content {
        self.file.one_or_many(node).into_iter().flat_map(|node| self.action(node)).collect()
    }

    /// One entry of a list of actions; `set` with several variables is several actions.
    fn action(&self, node: &'a Node) -> Content {
        let Some(reader) = self.file.map(node, Text::new("动作", "action")) else { return Content::new() };
        let given: Vec<&str> = WORDS.into_iter().filter(|word| node.get(word).is_some()).collect();
        let actions = match given.as_slice() {
            ["raise"] => self.raise(&reader),
            ["send"] => self.send(&reader),
            ["cancel"] => {
                reader.required_text("cancel").map(|id| Action::Cancel { id: id.to_owned() }).into_iter().collect()
            }
            ["log"] => {
                let value = reader.required("log").and_then(|node| self.expression(node, &Type::Any));
                value.map(Action::Log).into_iter().collect()
            }
            ["set"] => self.set(&reader),
            ["if"] => self.choose(&reader),
            [] => return self.report_unknown(node),
            several => {
                let message = Text::new(
                    format!("一个动作里写了几个：{}", several.join("、")),
                    format!("several actions in one: {}", several.join(", ")),
                );
                let problem = Problem::error("E0310", self.file.source, node.span, message);
                let cure =
                    ("每个动作单独写一项，顺序才清楚。", "Give each its own entry, so that their order is clear.");
                self.file.push(problem.cure(cure.0, cure.1));
                return Content::new();
            }
        };
        reader.finish();
        actions
    }

    fn report_unknown(&self, node: &'a Node) -> Content {
        let (word, span) = node.entries().first().map_or(("", node.span), |entry| (&entry.key, entry.key_span));
        let message = Text::new(format!("没有动作 `{word}`"), format!("there is no action `{word}`"));
        let cure = format!("{}.", WORDS.join(", "));
        let problem = Problem::error("E0310", self.file.source, span, message);
        let problem = problem.cure(format!("可以写：{cure}"), format!("What can stand here: {cure}"));
        self.file.push(problem.suggest(closest(word, WORDS.into_iter())));
        Content::new()
    }

    fn raise(&self, reader: &Reader<'a>) -> Content {
        let Some(node) = reader.required("raise") else { return Content::new() };
        if !matches!(node.content, Written::Map(_)) {
            let event = self.event_name(node);
            return event.map(|event| Action::Raise { event, data: Data::Nothing }).into_iter().collect();
        }
        let Some(inner) = self.file.map(node, Text::new("raise", "`raise`")) else { return Content::new() };
        let event = inner.required("event").and_then(|node| self.event_name(node));
        let data = inner.optional("data").map(|node| self.data(node)).unwrap_or_default();
        inner.finish();
        event.map(|event| Action::Raise { event, data }).into_iter().collect()
    }

    /// `send: late`, `{send: late, after: 2 hours, id: t1}` or `{send: {event: late, after: 2 hours, id: t1}}`.
    fn send(&self, reader: &Reader<'a>) -> Content {
        let Some(node) = reader.required("send") else { return Content::new() };
        if !matches!(node.content, Written::Map(_)) {
            return self.send_parts(self.event_name(node), reader);
        }
        let Some(inner) = self.file.map(node, Text::new("send", "`send`")) else { return Content::new() };
        let event = inner.required("event").and_then(|node| self.event_name(node));
        let actions = self.send_parts(event, &inner);
        inner.finish();
        actions
    }

    fn send_parts(&self, event: Option<String>, reader: &Reader<'a>) -> Content {
        let after = reader.text_at("after");
        let after_ms = after.and_then(|(text, span)| self.span_ms(text, span));
        let id = reader.text("id").map(str::to_owned);
        let data = reader.optional("data").map(|node| self.data(node)).unwrap_or_default();
        let readable = after.is_some() == after_ms.is_some();
        event.filter(|_| readable).map(|event| Action::Send { event, after_ms, id, data }).into_iter().collect()
    }

    fn set(&self, reader: &Reader<'a>) -> Content {
        let mut actions = Content::new();
        for entry in reader.entries_of("set") {
            let known = self.chart.variables.contains_key(&entry.key);
            if !known {
                let word = &entry.key;
                let message = Text::new(format!("没有变量 `{word}`"), format!("there is no variable `{word}`"));
                let problem = Problem::error("E0311", self.file.source, entry.key_span, message);
                let problem = problem.cure("在 variables 中声明它。", "Declare it under `variables`.");
                let names = self.chart.variables.keys().map(String::as_str);
                self.file.push(problem.suggest(closest(word, names)));
            }
            let expected = self.scope.root(&entry.key).unwrap_or(Type::Any);
            if let Some(value) = self.expression(&entry.value, &expected).filter(|_| known) {
                actions.push(Action::Set { variable: entry.key.clone(), value });
            }
        }
        actions
    }

    fn choose(&self, reader: &Reader<'a>) -> Content {
        let condition = reader.required("if").and_then(|node| self.expression(node, &Type::Bool));
        let then = reader.optional("then").map(|node| self.content(node)).unwrap_or_default();
        let otherwise = reader.optional("else").map(|node| self.content(node)).unwrap_or_default();
        condition.map(|condition| Action::If { condition, then, otherwise }).into_iter().collect()
    }
}
