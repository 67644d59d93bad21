//! Work and choices: `task` with its `outcomes`, and `actions`. Each choice becomes an addressed event, so that the same
//! word in a sibling is another event. It must never let a step pass that leaves one of the five questions open.

use super::draft::{Draft, DraftChoice, DraftTask, DraftTaskLimit, DraftTrigger, EnvIndex, Guard, Placed, StateIndex};
use super::transitions::Way;
use super::words::both;
use crate::source::{Content, Entry, Node, Problem, Reader, Span, brief};
use crate::text::Text;

/// Words that YAML readers and people take for true or false.
const FLAGS: &[&str] = &["yes", "no", "on", "off", "y", "n", "true", "false"];

/// Which list a choice stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Outcome,
    Action,
}

impl Kind {
    fn event(self, path: &str, name: &str) -> String {
        let path = if path.is_empty() { "case" } else { path };
        match self {
            Kind::Outcome => format!("outcome.{path}.{name}"),
            Kind::Action => format!("action.{path}.{name}"),
        }
    }
}

impl<'a> Draft<'a> {
    /// `task` and `outcomes`. Names follow `state`; transitions start at `body`, the part that a hold puts aside.
    pub fn lower_task(&mut self, state: StateIndex, body: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let outcomes = reader.optional("outcomes");
        let Some(node) = reader.optional("task") else {
            if let Some(outcomes) = outcomes {
                let message = both("有 `outcomes` 却没有 `task`", "there are `outcomes` but no `task`");
                self.problems.push(self.error("E0510", env, outcomes.span, message).cure(
                    "加上 `task: {by: …, form: …, limit: …}`；不经任务的操作写在 `actions` 中。",
                    "Add `task: {by: …, form: …, limit: …}`; what is done without a task goes to `actions`.",
                ));
            }
            return;
        };
        let Some(words) = self.file(env).map(node, both("任务", "task")) else { return };
        let span = reader.key_span("task");
        let by = words.optional("by").map(|node| self.assignees(env, node)).unwrap_or_default();
        if !words.has("by") {
            self.missing("E0511", env, span, ("由谁办理", "who does it"), ("by: 部门.科室", "by: department.unit"));
        }
        let form = words.optional("form").and_then(|node| self.form(env, node));
        if !words.has("form") {
            self.missing("E0513", env, span, ("填哪张表", "which form is filled"), ("form: 表单名", "form: its name"));
        }
        let title = words.localized("title").unwrap_or_else(|| self.states[state].title.clone());
        let basis = words.text("basis").unwrap_or_default().to_owned();
        let begin = self.effects(env, &words);
        self.states[state].begin.documents.extend(begin.documents);
        self.states[state].begin.notices.extend(begin.notices);
        let limit = self.lower_task_limit(state, body, env, &words, span);
        let not_same_as = words.one_or_many("not_same_as").into_iter().map(|node| Placed { node, env }).collect();
        words.finish();
        let choices =
            outcomes.map(|node| self.lower_choices(Kind::Outcome, state, body, env, node)).unwrap_or_default();
        if choices.is_empty() {
            self.missing(
                "E0514",
                env,
                span,
                ("可能有哪些结果", "how it may end"),
                ("outcomes: {结果: 目标}", "outcomes: {name: target}"),
            );
        }
        self.states[body].task =
            Some(DraftTask { title, by, form, limit, outcomes: choices, not_same_as, basis, span, env });
    }

    /// A human step that leaves a question open.
    pub fn missing(&self, code: &'static str, env: EnvIndex, span: Span, question: (&str, &str), cure: (&str, &str)) {
        let message = both(format!("这个任务没有写明{}", question.0), format!("this task does not say {}", question.1));
        self.problems.push(
            self.error(code, env, span, message)
                .cause(
                    "每个人工步骤都要回答五个问题：谁办、填什么、有哪些结果、多久办完、逾期怎么办。",
                    "Every human step answers five questions: who, which form, which outcomes, by when, what if late.",
                )
                .cure(format!("加上 `{}`。", cure.0), format!("Add `{}`.", cure.1)),
        );
    }

    /// `actions` of a state or of the root.
    pub fn lower_actions(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let Some(node) = reader.optional("actions") else { return };
        let choices = self.lower_choices(Kind::Action, state, state, env, node);
        self.states[state].actions.extend(choices);
    }

    fn lower_choices(
        &mut self,
        kind: Kind,
        state: StateIndex,
        body: StateIndex,
        env: EnvIndex,
        node: &'a Node,
    ) -> Vec<DraftChoice<'a>> {
        let entries = self.file(env).entries(node).unwrap_or_default();
        let mut choices = Vec::new();
        for entry in entries {
            if FLAGS.contains(&entry.key.as_str()) {
                self.problems.push(self.flag_name(env, entry));
                continue;
            }
            let Some(name) = self.file(env).identifier(&entry.key, entry.key_span) else { continue };
            let event = kind.event(&self.states[state].path, name);
            choices.extend(self.lower_choice(kind, body, env, entry, event));
        }
        choices
    }

    fn flag_name(&self, env: EnvIndex, entry: &Entry) -> Problem {
        let message =
            both(format!("结果不能叫 `{}`", entry.key), format!("an outcome cannot be called `{}`", entry.key));
        self.error("E0515", env, entry.key_span, message)
            .cause("许多 YAML 工具把这个词读成 true 或 false。", "Many YAML tools read this word as true or false.")
            .cure("用动词命名，例如 approve、refuse。", "Name it by a verb, such as approve or refuse.")
    }

    fn lower_choice(
        &mut self,
        kind: Kind,
        body: StateIndex,
        env: EnvIndex,
        entry: &'a Entry,
        event: String,
    ) -> Option<DraftChoice<'a>> {
        let trigger = DraftTrigger::Addressed(event.clone());
        let way = Way { source: body, trigger, local: true, label: entry.key.clone(), env, guards: Vec::new() };
        let mut choice = DraftChoice {
            name: entry.key.clone(),
            title: Text::default(),
            event,
            ask: None,
            by: Vec::new(),
            guards: Vec::new(),
            refuse: Vec::new(),
            transitions: Vec::new(),
        };
        if matches!(entry.value.content, Content::Scalar { .. }) {
            if kind == Kind::Action {
                self.action_without_by(env, entry);
            }
            choice.transitions = self.lower_way(&way, &entry.value);
            return Some(choice);
        }
        let reader = self.file(env).map(&entry.value, both("结果或操作", "outcome or action"))?;
        choice.title = reader.localized("title").unwrap_or_default();
        choice.ask = reader.optional("ask").and_then(|node| self.form(env, node));
        if kind == Kind::Action {
            match reader.optional("by") {
                Some(node) => choice.by = self.assignees(env, node),
                None => self.action_without_by(env, entry),
            }
        }
        choice.guards = self.guards(env, &reader);
        choice.refuse = self.refusals(env, &reader);
        choice.transitions = self.lower_alternatives(&way, &reader, &choice.guards);
        reader.finish();
        Some(choice)
    }

    /// One transition, or those of `first`, each with the conditions and the effects of the choice.
    fn lower_alternatives(&mut self, way: &Way<'a>, reader: &Reader<'a>, guards: &[Guard<'a>]) -> Vec<usize> {
        let Some(first) = reader.optional("first") else { return vec![self.lower_words(way, reader)] };
        if let Some((_, span)) = reader.text_at("to") {
            let message = both("`to` 和 `first` 不能同时写", "`to` and `first` exclude each other");
            self.problems.push(
                self.error("E0516", way.env, span, message)
                    .cure("把 `to` 写进 `first` 的最后一项。", "Move `to` into the last entry of `first`."),
            );
        }
        let acts = reader.optional("do").map(|node| self.lower_acts(way.env, node)).unwrap_or_default();
        let mut effects = self.effects(way.env, reader);
        effects.records = self.record_names(way.env, reader);
        effects.releases = self.released(way.env, reader);
        let errands = self.errands_of(way.env, reader);
        let shared = Way { guards: way.guards.iter().chain(guards).cloned().collect(), ..way.clone() };
        let nodes = self.file(way.env).list(first).unwrap_or_default();
        let mut transitions = Vec::new();
        for node in nodes {
            transitions.extend(self.lower_way(&shared, node));
        }
        for index in &transitions {
            self.errands.entry(*index).or_default().splice(0..0, errands.iter().cloned());
            let transition = &mut self.transitions[*index];
            transition.actions.splice(0..0, acts.iter().cloned());
            transition.effects.documents.splice(0..0, effects.documents.iter().cloned());
            transition.effects.notices.splice(0..0, effects.notices.iter().cloned());
            transition.effects.records.splice(0..0, effects.records.iter().cloned());
            transition.effects.releases.splice(0..0, effects.releases.iter().cloned());
        }
        if let Some(last) = transitions.last().map(|last| &self.transitions[*last])
            && last.guards.len() > shared.guards.len()
        {
            let message = both(
                format!("`{}` 的各个分支可能都不成立", way.label),
                format!("it may be that no alternative of `{}` holds", way.label),
            );
            self.problems.push(self.warning("W0517", way.env, last.span, message).cure(
                "最后一项不写 when，作为“其他情况”。",
                "Leave `when` out of the last alternative: it is the rest.",
            ));
        }
        transitions
    }

    fn action_without_by(&self, env: EnvIndex, entry: &Entry) {
        let message = both(
            format!("操作 `{}` 没有写明谁可以做", brief(&entry.key)),
            format!("the action `{}` does not say who may do it", brief(&entry.key)),
        );
        self.problems.push(self.error("E0512", env, entry.key_span, message).cure(
            "加上 `by: 当事人或部门.科室`；由事件触发的写在 `on` 中。",
            "Add `by: party or department.unit`; what an event sets off goes to `on`.",
        ));
    }

    fn lower_task_limit(
        &mut self,
        state: StateIndex,
        body: StateIndex,
        env: EnvIndex,
        words: &Reader<'a>,
        span: Span,
    ) -> DraftTaskLimit<'a> {
        let Some(node) = words.optional("limit") else {
            self.missing(
                "E0518",
                env,
                span,
                ("多久办完", "by when it is done"),
                ("limit: 3 workdays", "limit: 3 workdays"),
            );
            return DraftTaskLimit::Free;
        };
        let Some(placed) = self.value(env, node) else { return DraftTaskLimit::Free };
        match placed.node.as_text() {
            Some("none") => {
                if !words.has("basis") {
                    let message = both("没有时限却没有写依据", "there is no limit and no basis for that");
                    self.problems.push(
                        self.error("E0519", placed.env, placed.node.span, message)
                            .cure("写明依据 `basis: …`，或者规定时限。", "Write `basis: …`, or give a limit."),
                    );
                }
                DraftTaskLimit::Free
            }
            // A single word is the name of a clock: all else has a digit or a bracket in it.
            Some(name)
                if name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                    && name.starts_with(|c: char| c.is_ascii_lowercase()) =>
            {
                DraftTaskLimit::Named(placed)
            }
            Some(_) | None => {
                self.task_clock(state, body, env, words, placed).map_or(DraftTaskLimit::Free, DraftTaskLimit::Clock)
            }
        }
    }
}
