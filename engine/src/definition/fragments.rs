//! Fragments: pieces with typed inputs, copied where they are used. Their names are local, their ways out are their
//! finals. It must never let a fragment see a state of the file that uses it.

use std::collections::BTreeMap;

use super::draft::{Draft, Env, EnvIndex, Input, InputKind, ItemIndex, Placed};
use super::states::Lowered;
use super::words::{both, input_name};
use crate::source::{Entry, File, Node, Reader, Span, brief, closest};

/// Fragments inside fragments.
const NESTING_MAX: usize = 6;

const INPUT_KINDS: &[(&str, InputKind)] = &[
    ("office", InputKind::Office),
    ("party", InputKind::Party),
    ("limit", InputKind::Limit),
    ("form", InputKind::Form),
    ("document", InputKind::Document),
    ("choice", InputKind::Choice),
    ("yes_no", InputKind::YesNo),
    ("text", InputKind::Text),
    ("number", InputKind::Number),
    ("parameter", InputKind::Parameter),
    ("condition", InputKind::Condition),
];

/// One use of a fragment.
#[derive(Clone, Copy, Debug)]
struct Use<'a> {
    name: &'a str,
    span: Span,
    env: EnvIndex,
    item: Option<ItemIndex>,
}

impl<'a> Draft<'a> {
    /// `use` and `with` of a state.
    pub fn expand_use(&mut self, lowered: Lowered, env: EnvIndex, reader: &Reader<'a>) {
        let Some((name, span)) = reader.text_at("use") else { return };
        let given: Vec<&'a Entry> = reader.entries_of("with").iter().collect();
        let item = self.states[lowered.state].item;
        self.expand(lowered, Use { name, span, env, item }, &given, true);
    }

    /// `use` of an item: its inputs stand among the item's own words, or under `with`.
    pub fn expand_item(&mut self, lowered: Lowered, env: EnvIndex, node: &'a Node) {
        let Some(used) = node.get("use") else { return };
        let Some(name) = self.file(env).text(used) else { return };
        let Some((inputs, _)) = self.inputs_of(name) else {
            self.unknown_fragment(name, env, used.span);
            return;
        };
        let names: Vec<&str> = inputs.iter().map(|entry| entry.key.as_str()).collect();
        let mut given: Vec<&'a Entry> =
            node.entries().iter().filter(|entry| names.contains(&entry.key.as_str())).collect();
        given.extend(node.get("with").map(Node::entries).unwrap_or_default());
        let item = self.states[lowered.state].item;
        self.expand(lowered, Use { name, span: used.span, env, item }, &given, true);
    }

    /// The declared inputs of a fragment.
    pub fn inputs_of(&self, name: &str) -> Option<(&'a [Entry], &'a Node)> {
        let (_, node) = self.library.fragment(name)?;
        Some((node.get("inputs").map(Node::entries).unwrap_or_default(), node))
    }

    fn unknown_fragment(&self, name: &str, env: EnvIndex, span: Span) {
        if self.library.is_broken_fragment(name) {
            return;
        }
        let message = both(format!("没有片段 `{}`", brief(name)), format!("there is no fragment `{}`", brief(name)));
        let problem = self.error("E0506", env, span, message).cure(
            "片段放在 workflows/fragments/，文件第一个键是 `fragment: 名称`。",
            "Fragments live in workflows/fragments/; their first key is `fragment: name`.",
        );
        self.problems.push(problem.suggest(closest(name, self.library.fragment_names())));
    }

    fn expand(&mut self, lowered: Lowered, used: Use<'a>, given: &[&'a Entry], outermost: bool) {
        let Some((source, node)) = self.library.fragment(used.name) else {
            self.unknown_fragment(used.name, used.env, used.span);
            return;
        };
        if self.expanding.contains(&used.name) || self.expanding.len() >= NESTING_MAX {
            let message = both(
                format!("片段 `{}` 用到了它自己，或嵌套太深", used.name),
                format!("the fragment `{}` uses itself, or is nested too deeply", used.name),
            );
            self.problems.push(
                self.error("E0507", used.env, used.span, message)
                    .cure("把共用的部分写成另一个片段。", "Move what both need to a fragment of its own."),
            );
            return;
        }
        self.used.insert(&source.path);
        let file = File { source, problems: self.problems };
        let Some(reader) = file.map(node, both("片段文件", "fragment file")) else { return };
        let prefix = match used.item {
            Some(item) if self.items[item].state == lowered.state => format!("{}.", self.items[item].name),
            Some(_) | None => format!("{}.", self.states[lowered.state].path),
        };
        let env = self.envs.len();
        let inputs = BTreeMap::new();
        self.envs.push(Env { source, base: lowered.state, prefix, inputs, item: used.item, row: None });
        self.bind(env, used, given, &reader);
        self.expanding.push(used.name);
        self.lower_fragment(lowered, env, used, &reader, outermost);
        self.expanding.pop();
        reader.finish();
    }

    fn lower_fragment(&mut self, lowered: Lowered, env: EnvIndex, used: Use<'a>, reader: &Reader<'a>, outermost: bool) {
        for key in ["fragment", "kind", "title"] {
            reader.optional(key);
        }
        let title = reader.localized("title").unwrap_or_default();
        if outermost && self.states[lowered.state].title.is_empty() {
            self.states[lowered.state].title = title;
        }
        self.lower_texts(reader);
        self.lower_clocks(lowered.state, env, reader);
        self.lower_actions(lowered.state, env, reader);
        self.lower_on(lowered.state, env, reader);
        self.lower_always(lowered.body, env, reader);
        self.lower_after(lowered.state, env, reader);
        if let Some((name, span)) = reader.text_at("use") {
            let given: Vec<&'a Entry> = reader.entries_of("with").iter().collect();
            self.expand(lowered, Use { name, span, env, item: used.item }, &given, false);
        } else {
            self.lower_initial(lowered.body, env, reader);
            reader.require(&["states"]);
        }
        self.lower_states(lowered, env, reader);
    }

    /// Binds what the use gives, or the defaults, to the declared inputs.
    fn bind(&mut self, env: EnvIndex, used: Use<'a>, given: &[&'a Entry], reader: &Reader<'a>) {
        for entry in reader.entries_of("inputs") {
            let Some(words) = self.file(env).map(&entry.value, both("输入", "input")) else { continue };
            let kind = words.choice("type", INPUT_KINDS);
            words.require(&["type"]);
            let default = words.optional("default").map(|node| Placed { node, env });
            words.localized("title");
            words.list("choices");
            words.finish();
            let passed = given.iter().find(|given| given.key == entry.key);
            let value = passed.map(|passed| Placed { node: &passed.value, env: used.env }).or(default);
            if value.is_none() {
                let message = both(
                    format!("片段 `{}` 缺少输入 `{}`", used.name, entry.key),
                    format!("the fragment `{}` needs the input `{}`", used.name, entry.key),
                );
                self.problems.push(
                    self.error("E0508", used.env, used.span, message)
                        .cure(format!("加上 `{}: …`。", entry.key), format!("Add `{}: …`.", entry.key)),
                );
            }
            let kind = kind.unwrap_or(InputKind::Text);
            self.envs[env].inputs.insert(&entry.key, Input { kind, value });
            if let Some(value) = value {
                self.check_input(kind, value);
            }
        }
        let names: Vec<&str> = self.envs[env].inputs.keys().copied().collect();
        for entry in given.iter().filter(|entry| !names.contains(&entry.key.as_str())) {
            let message = both(
                format!("片段 `{}` 没有输入 `{}`", used.name, brief(&entry.key)),
                format!("the fragment `{}` has no input `{}`", used.name, brief(&entry.key)),
            );
            let problem = self.error("E0509", used.env, entry.key_span, message).cure(
                "删去它，或者在片段的 inputs 中声明它。",
                "Delete it, or declare it under `inputs` of the fragment.",
            );
            self.problems.push(problem.suggest(closest(&entry.key, names.iter().copied())));
        }
    }

    /// What can be said about a value without knowing where it is used.
    fn check_input(&self, kind: InputKind, placed: Placed<'a>) {
        // An input handed on was checked where it was given first.
        if placed.node.as_text().and_then(input_name).is_some() {
            return;
        }
        let file = self.file(placed.env);
        match kind {
            InputKind::YesNo => {
                file.flag(placed.node);
            }
            InputKind::Number => {
                file.integer(placed.node);
            }
            InputKind::Office
            | InputKind::Party
            | InputKind::Form
            | InputKind::Document
            | InputKind::Choice
            | InputKind::Text
            | InputKind::Parameter
            | InputKind::Condition => {
                if !matches!(kind, InputKind::Office | InputKind::Party) {
                    file.text(placed.node);
                }
            }
            InputKind::Limit => {}
        }
    }
}
