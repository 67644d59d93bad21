//! One state with everything inside it: which word goes to which file of this folder. It must never know what a word
//! means beyond that.

use super::draft::{Draft, DraftTrigger, EnvIndex, Guard, Kind, StateIndex, Target};
use super::transitions::Way;
use super::words::{OUTCOMES, both};
use crate::source::{Content, Entry, Node, Reader, Span, brief};
use crate::text::Text;

/// States inside states inside states: more than any office can follow.
const DEPTH_MAX: usize = 24;

/// The states that one written state became: itself, and the part that its holds put aside (itself without holds).
#[derive(Clone, Copy, Debug)]
pub(super) struct Lowered {
    pub state: StateIndex,
    pub body: StateIndex,
}

const TYPES: &[(&str, Kind)] = &[
    ("parallel", Kind::Parallel),
    ("final", Kind::Final),
    ("rest", Kind::Rest),
    ("history", Kind::History { deep: false }),
];

impl<'a> Draft<'a> {
    /// `states:` of a process, a state or a fragment.
    pub fn lower_states(&mut self, inside: Lowered, env: EnvIndex, reader: &Reader<'a>) {
        for entry in reader.entries_of("states") {
            let Some(name) = self.file(env).identifier(&entry.key, entry.key_span) else { continue };
            self.lower_state(inside, name, env, entry);
        }
    }

    fn lower_state(&mut self, inside: Lowered, name: &'a str, env: EnvIndex, entry: &'a Entry) {
        let empty = entry.value.is_null();
        let reader = if empty { None } else { self.file(env).map(&entry.value, both("环节", "state")) };
        let kind = reader.as_ref().map_or(Kind::Plain, |reader| self.kind_of(reader));
        // Ways out of a hold lead to the parent's finals, so finals stay outside of what is held.
        let parent = if matches!(kind, Kind::Final | Kind::Rest) { inside.state } else { inside.body };
        if self.states[inside.state]
            .children
            .iter()
            .chain(&self.states[inside.body].children)
            .any(|c| self.states[*c].name == name)
        {
            let message =
                both(format!("`{name}` 已经是这里的一个环节"), format!("there is already a state `{name}` here"));
            self.problems.push(self.error("E0555", env, entry.key_span, message).cure(
                "换一个名称；waiting、offered、not_needed、not_chosen、need_failed 由事项的准入生成。",
                "Rename it; waiting, offered, not_needed, not_chosen and need_failed are made by the gate of an item.",
            ));
            return;
        }
        if self.ancestors(parent).count() > DEPTH_MAX {
            let message = both("环节嵌套太深", "states are nested too deeply");
            self.problems.push(self.error("E0556", env, entry.key_span, message).cure(
                "把里面的部分写成片段，或者减少层次。",
                "Move the inner part to a fragment, or use fewer levels.",
            ));
            return;
        }
        let state = self.add_state(Some(parent), name, kind, env, entry.key_span);
        if let Some(reader) = reader {
            self.lower_state_words(state, env, &reader, None);
            reader.finish();
        }
    }

    fn kind_of(&self, reader: &Reader<'a>) -> Kind {
        let kind = reader.choice("type", TYPES).unwrap_or(Kind::Plain);
        match (kind, reader.choice("history", &[("deep", true), ("shallow", false)])) {
            (Kind::History { .. }, deep) => Kind::History { deep: deep.unwrap_or(false) },
            (Kind::Plain, _) if reader.has("items") => Kind::Parallel,
            (kind @ (Kind::Plain | Kind::Parallel | Kind::Final | Kind::Rest), _) => kind,
        }
    }

    /// All words of a state but `use` of an item, whose inputs stand among them (`uses` is the use then).
    pub fn lower_state_words(
        &mut self,
        state: StateIndex,
        env: EnvIndex,
        reader: &Reader<'a>,
        item: Option<&'a Node>,
    ) -> Lowered {
        self.lower_plain_words(state, env, reader);
        let body = self.lower_holds(state, env, reader);
        let lowered = Lowered { state, body };
        if item.is_none() {
            self.lower_clocks(state, env, reader);
        }
        if matches!(self.states[state].kind, Kind::History { .. }) {
            self.states[state].initial = self.targets(env, reader);
            return lowered;
        }
        self.lower_task(state, body, env, reader);
        self.lower_actions(state, env, reader);
        self.lower_on(state, env, reader);
        self.lower_always(body, env, reader);
        self.lower_after(state, env, reader);
        self.lower_gather(state, env, reader);
        self.lower_initial(body, env, reader);
        let finals = reader.has("use") && item.is_none();
        if let Some(node) = item {
            self.expand_item(lowered, env, node);
        } else if reader.has("use") {
            self.expand_use(lowered, env, reader);
        }
        self.lower_items(lowered, env, reader);
        self.lower_states(lowered, env, reader);
        self.lower_on_done(lowered, env, reader, finals);
        lowered
    }

    fn lower_plain_words(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        if let Some(title) = reader.localized("title") {
            self.states[state].title = title;
        }
        if let Some(basis) = reader.text("basis") {
            self.states[state].basis = basis.to_owned();
        }
        let named = |(text, span)| Target::Named { text, env, span };
        self.states[state].only_after = reader.texts("only_after").into_iter().map(named).collect();
        self.states[state].pause = reader.text("pause").map(str::to_owned);
        self.lower_publication(state, env, reader);
        self.lower_wait(state, env, reader);
        if let Some(outcome) = reader.choice("result", OUTCOMES) {
            if !matches!(self.states[state].kind, Kind::Final | Kind::Rest) {
                let message = both("只有 final 和 rest 有 `result`", "only a final or a rest has a `result`");
                self.problems.push(
                    self.error("E0520", env, reader.key_span("result"), message)
                        .cure("加上 `type: final`，或者删去 `result`。", "Add `type: final`, or delete `result`."),
                );
            }
            self.states[state].outcome = Some(outcome);
        }
        let begin = self.effects(env, reader);
        self.states[state].begin.documents.extend(begin.documents);
        self.states[state].begin.notices.extend(begin.notices);
        for (key, entry) in [("entry", true), ("exit", false)] {
            let Some(node) = reader.optional(key) else { continue };
            let acts = self.lower_acts(env, node);
            let state = &mut self.states[state];
            if entry { state.entry.push(acts) } else { state.exit.push(acts) }
        }
    }

    /// `initial`: a name, a list, or `{to, do}`.
    pub fn lower_initial(&mut self, body: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let Some(node) = reader.optional("initial") else { return };
        let (targets, actions) = match &node.content {
            Content::Map(_) => {
                let Some(words) = self.file(env).map(node, both("起点", "initial")) else { return };
                let targets = self.targets(env, &words);
                let acts = words.optional("do").map(|node| self.lower_acts(env, node)).unwrap_or_default();
                words.finish();
                (targets, acts)
            }
            Content::Null | Content::Scalar { .. } | Content::List(_) => {
                let named = |(text, span)| Target::Named { text, env, span };
                (reader.texts("initial").into_iter().map(named).collect(), Vec::new())
            }
        };
        self.states[body].initial = targets;
        self.states[body].initial_actions = actions;
    }

    /// `on_done`: where to go, by the final reached or by the result of the items.
    fn lower_on_done(&mut self, lowered: Lowered, env: EnvIndex, reader: &Reader<'a>, finals: bool) {
        let Some(node) = reader.optional("on_done") else {
            if finals {
                self.missing_on_done(lowered, env, reader.key_span("use"));
            }
            return;
        };
        let parallel = self.states[lowered.body].kind == Kind::Parallel;
        let done = if parallel { lowered.body } else { lowered.state };
        let label = "on_done".to_owned();
        let way = Way {
            source: lowered.state,
            trigger: DraftTrigger::Done(done),
            local: true,
            label,
            env,
            guards: Vec::new(),
        };
        let by_name = matches!(&node.content, Content::Map(entries)
            if !entries.iter().any(|entry| ["to", "do", "when", "unless"].contains(&entry.key.as_str())));
        if by_name && reader.has("items") {
            self.lower_block_ends(lowered, &way, node);
        } else if by_name && finals {
            self.lower_ends(lowered, &way, node);
        } else {
            self.lower_way(&Way { local: finals, ..way }, node);
        }
    }

    fn missing_on_done(&self, lowered: Lowered, env: EnvIndex, span: Span) {
        let names: Vec<&str> = self.finals_of(lowered.state).map(|index| self.states[index].name.as_str()).collect();
        let message = both("没有写片段结束后到哪里去", "nothing says where to go when the fragment ends");
        let example = names.iter().map(|name| format!("{name}: …")).collect::<Vec<_>>().join(", ");
        self.problems.push(
            self.error("E0521", env, span, message)
                .cure(format!("加上 `on_done: {{{example}}}`。"), format!("Add `on_done: {{{example}}}`.")),
        );
    }

    /// Final and rest children.
    pub fn finals_of(&self, state: StateIndex) -> impl Iterator<Item = StateIndex> + '_ {
        self.states[state]
            .children
            .iter()
            .copied()
            .filter(|child| matches!(self.states[*child].kind, Kind::Final | Kind::Rest))
    }

    /// `{final: target, …}` behind a use.
    fn lower_ends(&mut self, lowered: Lowered, way: &Way<'a>, node: &'a Node) {
        let finals: Vec<StateIndex> = self.finals_of(lowered.state).collect();
        let entries = self.file(way.env).entries(node).unwrap_or_default();
        for entry in entries {
            let Some(end) = finals.iter().copied().find(|end| self.states[*end].name == entry.key) else {
                let names = finals.iter().map(|end| self.states[*end].name.as_str());
                let message = both(
                    format!("片段没有名为 `{}` 的终点", brief(&entry.key)),
                    format!("the fragment has no final `{}`", brief(&entry.key)),
                );
                if finals.is_empty() {
                    // The fragment itself could not be read, or says nothing; that was reported.
                    continue;
                }
                let problem = self.error("E0522", way.env, entry.key_span, message).cure(
                    "用片段里终点（type: final）的名称。",
                    "Use the name of a state with `type: final` in the fragment.",
                );
                self.problems.push(problem.suggest(crate::source::closest(&entry.key, names)));
                continue;
            };
            let guards = vec![Guard::Active(end)];
            let label = entry.key.clone();
            self.lower_way(&Way { guards, label, ..way.clone() }, &entry.value);
        }
        for end in finals {
            let name = &self.states[end].name;
            if !entries.iter().any(|entry| entry.key == *name) {
                let message = both(
                    format!("没有写片段以 `{name}` 结束时到哪里去"),
                    format!("nothing says where to go when the fragment ends `{name}`"),
                );
                self.problems.push(
                    self.error("E0521", way.env, node.span, message)
                        .cure(format!("加上 `{name}: 目标`。"), format!("Add `{name}: target`.")),
                );
            }
        }
    }
}

/// The title of a state, or its name where it has none.
pub(super) fn titled(title: &Text, name: &str) -> Text {
    if title.is_empty() { Text::same(name) } else { title.clone() }
}
