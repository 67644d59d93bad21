//! Ways out of a state: `on`, `always`, `after`, and the words every transition has. It must never resolve a target;
//! names are resolved when the whole process is there.

use super::draft::{
    Act, Draft, DraftReach, DraftTransition, DraftTrigger, EnvIndex, Guard, Placed, SetValue, StateIndex, Target,
    TransitionIndex,
};
use super::items::REASSESS;
use super::words::both;
use crate::clock;
use crate::kernel::{Descriptor, Reach};
use crate::source::{Content, Node, Reader, Span, brief};
use crate::text::Text;

/// What a transition belongs to, and what all its alternatives share.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    pub source: StateIndex,
    pub trigger: DraftTrigger<'a>,
    pub local: bool,
    pub label: String,
    pub env: EnvIndex,
    /// Conditions before the written ones.
    pub guards: Vec<Guard<'a>>,
}

fn what() -> Text {
    both("转移", "transition")
}

impl<'a> Draft<'a> {
    /// `on: {event: …}`.
    pub fn lower_on(&mut self, source: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        for entry in reader.entries_of("on") {
            let words = entry.key.split_whitespace().map(Descriptor::parse).collect();
            let (trigger, label) = (DraftTrigger::Announced(words), entry.key.clone());
            let way = Way { source, trigger, local: false, label, env, guards: Vec::new() };
            self.lower_way(&way, &entry.value);
        }
    }

    /// `always: [{when, to}, …]`.
    pub fn lower_always(&mut self, source: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        if let Some(node) = reader.optional("always") {
            let (trigger, label) = (DraftTrigger::Always, "always".to_owned());
            self.lower_way(&Way { source, trigger, local: false, label, env, guards: Vec::new() }, node);
        }
    }

    /// `after: {3 hours: …}` and `after: {clock: …}`.
    pub fn lower_after(&mut self, source: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        for entry in reader.entries_of("after") {
            let label = entry.key.clone();
            if !entry.key.starts_with(|c: char| c.is_ascii_digit()) {
                let trigger = DraftTrigger::Clock(&entry.key);
                self.lower_way(&Way { source, trigger, local: true, label, env, guards: Vec::new() }, &entry.value);
                continue;
            }
            let Some(after_ms) = self.exact_span(env, &entry.key, entry.key_span) else { continue };
            let event = format!("after.{}.{}", self.states[source].path, entry.key.replace(' ', "_"));
            self.states[source].delays.push((event.clone(), after_ms));
            let trigger = DraftTrigger::Addressed(event);
            self.lower_way(&Way { source, trigger, local: false, label, env, guards: Vec::new() }, &entry.value);
        }
    }

    /// A span that runs at once, in milliseconds; days and months need a clock.
    fn exact_span(&mut self, env: EnvIndex, text: &str, span: Span) -> Option<i64> {
        match text.parse::<clock::Span>() {
            Ok(found) => match found.exact_ms() {
                Some(ms) => Some(ms),
                None => {
                    let message = both(
                        format!("`after` 不能用“{}”", brief(text)),
                        format!("`after` cannot count `{}`", brief(text)),
                    );
                    self.problems.push(
                        self.error("E0530", env, span, message)
                            .cause(
                                "按哪种日历数？遇休息日怎么办？依据是什么？",
                                "Which days count, what of a rest day, by which law?",
                            )
                            .cure(
                                "在 clocks 中声明一个时限，再写 `after: {时限名: …}`。",
                                "Declare a clock, then write `after: {its name: …}`.",
                            ),
                    );
                    None
                }
            },
            Err(problem) => {
                let message = problem.message();
                self.problems.push(self.error("E0531", env, span, message).cure(
                    "写明数量和单位，例如 4 hours、30 minutes。",
                    "Write amount and unit, such as 4 hours or 30 minutes.",
                ));
                None
            }
        }
    }

    /// One transition, or several of which the first that holds is taken.
    pub fn lower_way(&mut self, way: &Way<'a>, node: &'a Node) -> Vec<TransitionIndex> {
        match &node.content {
            Content::List(nodes) => nodes.iter().filter_map(|node| self.lower_arrow(way, node)).collect(),
            Content::Scalar { .. } | Content::Map(_) => self.lower_arrow(way, node).into_iter().collect(),
            Content::Null => {
                let message = both("这里缺少目标", "there is no target here");
                self.problems.push(self.error("E0532", way.env, node.span, message).cure(
                    "写目标环节的名称；若只执行动作，写 `{do: […]}`。",
                    "Write the target state, or `{do: […]}` to stay.",
                ));
                Vec::new()
            }
        }
    }

    fn lower_arrow(&mut self, way: &Way<'a>, node: &'a Node) -> Option<TransitionIndex> {
        if let Content::Scalar { text, .. } = &node.content {
            let target = Target::Named { text, env: way.env, span: node.span };
            return Some(self.add_transition(bare(way, vec![target], node.span)));
        }
        let reader = self.file(way.env).map(node, what())?;
        if let Some((_, span)) = reader.text_at("by") {
            let message = both("广播事件不能写 `by`", "an announced event has no `by`");
            self.problems.push(
                self.error("E0533", way.env, span, message)
                    .cause(
                        "`on` 由 raise、send 或消息触发，不由人触发。",
                        "`on` is set off by raise, send or a message, never by a person.",
                    )
                    .cure("改用 `actions`。", "Use `actions`."),
            );
        }
        let index = self.lower_words(way, &reader);
        if !way.local && reader.flag("internal") == Some(true) {
            self.transitions[index].reach = DraftReach::Bare(Reach::Internal);
        }
        reader.localized("title");
        reader.finish();
        Some(index)
    }

    /// `to when unless do document notify` of a transition whose other words the caller reads.
    pub fn lower_words(&mut self, way: &Way<'a>, reader: &Reader<'a>) -> TransitionIndex {
        let targets = self.targets(way.env, reader);
        let mut transition = bare(way, targets, reader.span());
        transition.guards.extend(self.guards(way.env, reader));
        if let Some(node) = reader.optional("do") {
            transition.actions = self.lower_acts(way.env, node);
        }
        transition.effects = self.effects(way.env, reader);
        transition.effects.records = self.record_names(way.env, reader);
        transition.effects.releases = self.released(way.env, reader);
        let index = self.add_transition(transition);
        self.lower_errands(index, way.env, reader);
        index
    }

    /// `to`: one name or several.
    pub fn targets(&self, env: EnvIndex, reader: &Reader<'a>) -> Vec<Target<'a>> {
        reader.texts("to").into_iter().map(|(text, span)| Target::Named { text, env, span }).collect()
    }

    /// `when` and `unless`.
    pub fn guards(&self, env: EnvIndex, reader: &Reader<'a>) -> Vec<Guard<'a>> {
        let mut guards = Vec::new();
        for (key, guard) in [("when", Guard::When as fn(Placed<'a>) -> Guard<'a>), ("unless", Guard::Unless)] {
            if let Some(node) = reader.optional(key)
                && let Some(placed) = self.value(env, node)
                && self.file(placed.env).text(placed.node).is_some()
            {
                guards.push(guard(placed));
            }
        }
        guards
    }

    /// Actions of `do`, `entry` or `exit`: a list, or one action alone.
    pub fn lower_acts(&mut self, env: EnvIndex, node: &'a Node) -> Vec<Act<'a>> {
        let file = self.file(env);
        file.one_or_many(node).into_iter().flat_map(|node| self.lower_act(env, node)).collect()
    }

    fn lower_act(&mut self, env: EnvIndex, node: &'a Node) -> Vec<Act<'a>> {
        let Some(reader) = self.file(env).map(node, both("动作", "action")) else { return Vec::new() };
        let placed = |key: &'static str| reader.optional(key).map(|node| Placed { node, env });
        let mut acts = Vec::new();
        if let Some(event) = reader.text("raise") {
            acts.push(Act::Raise { event, data: placed("data") });
        }
        if let Some(event) = reader.text("send") {
            let after_ms = match reader.text_at("after") {
                Some((text, span)) => self.exact_span(env, text, span),
                None => None,
            };
            acts.push(Act::Send { event, after_ms, id: reader.text("id"), data: placed("data") });
        }
        acts.extend(reader.text("cancel").map(Act::Cancel));
        if let Some((what, span)) = reader.text_at("reassess") {
            self.reassessed(env, what, span);
            acts.push(Act::Raise { event: REASSESS, data: None });
        }
        for entry in reader.entries_of("set") {
            let value = SetValue::Written(Placed { node: &entry.value, env });
            if !self.frame.variables.contains_key(&entry.key) {
                let names = self.frame.variables.keys().map(String::as_str);
                let suggestion = crate::source::closest(&entry.key, names).map(str::to_owned);
                let message = both(
                    format!("没有变量 `{}`", brief(&entry.key)),
                    format!("there is no variable `{}`", brief(&entry.key)),
                );
                let problem = self
                    .error("E0311", env, entry.key_span, message)
                    .cure("在流程文件的 variables 中声明它。", "Declare it under `variables` of the process.");
                self.problems.push(problem.suggest(suggestion.as_deref()));
                continue;
            }
            acts.push(Act::Set { variable: entry.key.clone(), value });
        }
        for entry in reader.entries_of("site") {
            if self.known_site(env, &entry.key, entry.key_span) {
                let value = Placed { node: &entry.value, env };
                acts.push(Act::Site { site: entry.key.clone(), value });
            }
        }
        if let Some(condition) = placed("if") {
            let then = reader.optional("then").map(|node| self.lower_acts(env, node)).unwrap_or_default();
            let otherwise = reader.optional("else").map(|node| self.lower_acts(env, node)).unwrap_or_default();
            acts.push(Act::If { condition, then, otherwise });
        }
        acts.extend(placed("log").map(Act::Log));
        let several = reader.entries_of("set").len() + reader.entries_of("site").len();
        // A name that is unknown was reported; it is no second problem that nothing is done then.
        if (several == 0 && acts.len() != 1) || (several > 0 && acts.len() > several) {
            let message = both("每个动作只能做一件事", "each action does exactly one thing");
            self.problems.push(self.error("E0310", env, node.span, message).cure(
                "写 raise、send、cancel、set、site、reassess、if 或 log 中的一个；多个动作写成列表。",
                "Write one of raise, send, cancel, set, site, reassess, if, log; several actions are a list.",
            ));
        }
        reader.finish();
        acts
    }
}

fn bare<'a>(way: &Way<'a>, targets: Vec<Target<'a>>, span: Span) -> DraftTransition<'a> {
    DraftTransition {
        source: way.source,
        trigger: way.trigger.clone(),
        guards: way.guards.clone(),
        targets,
        reach: if way.local { DraftReach::Local } else { DraftReach::Bare(Reach::External) },
        actions: Vec::new(),
        effects: super::model::Effects::default(),
        env: way.env,
        span,
        made: false,
        label: way.label.clone(),
    }
}
