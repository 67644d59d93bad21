//! A bare statechart as a file writes it, lowered to what the kernel runs. Every mistake of the file is reported at
//! once. It must never know tasks, forms or people: those belong to the work layer, which uses the same [`Parts`].
//!
//! # Codes of problems
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0301 | a target that does not exist | E0308 | a state inside a history or final state |
//! | E0302 | a target that fits several states | E0309 | not the name of an event |
//! | E0303 | targets that cannot be active together | E0310 | an unknown action, or several in one |
//! | E0304 | a beginning that is not inside | E0311 | an unknown variable |
//! | E0305 | a beginning in a state without states | E0312 | not a length of time |
//! | E0306 | a key that this type of state cannot have | E0313 | not the name of a state |
//! | E0307 | no states | E0314 | not the name or value of a variable |

mod action;
#[cfg(test)]
mod conformance;
mod parts;
#[cfg(test)]
mod problems;
mod reach;
mod scope;
mod span;
mod target;
mod variable;

use std::collections::BTreeMap;

pub use parts::Parts;
pub(super) use reach::reached;
pub use reach::report_unreachable;
pub use scope::{ChartScope, state as known_state};
pub use span::{SpanFault, milliseconds};
pub use target::{TargetFault, conflict, resolve, resolve_inside};

use crate::expression::Type;
use crate::kernel::{Delay, Initial, State, StateId, StateKind, Statechart, Transition, Trigger};
use crate::source::{Content as Written, Entry, File, Node, Problem, Reader, Span, brief};
use crate::text::Text;

/// A state that is written with nothing behind its name.
static EMPTY: Node = Node { span: Span { line: 0, column: 0, length: 0 }, content: Written::Map(Vec::new()) };

/// Keys that set off transitions.
const TRIGGERS: [&str; 4] = ["on", "always", "after", "on_done"];

/// The statechart of a file that holds nothing else. `None` where problems were reported.
pub fn lower_chart<'a>(file: File<'a>, tree: &'a Node) -> Option<Statechart> {
    let before = file.problems.errors();
    let root = file.map(tree, Text::new("流程文件", "process file"))?;
    let mut chart = Statechart::new(root.required_text("process").unwrap_or_default());
    root.localized("title");
    let variables = variable::declarations(file, &root);
    chart.variables = variables.iter().map(|(name, variable)| (name.clone(), variable.value.clone())).collect();
    if root.choice("type", &[("parallel", StateKind::Parallel)]).is_some() {
        chart.states[0].kind = StateKind::Parallel;
    }
    let mut outline = Outline { file, chart, readers: Vec::new() };
    outline.read_state(Statechart::ROOT, root);
    let Outline { mut chart, readers, .. } = outline;
    chart.seal();
    let types: BTreeMap<String, Type> = variable::types(tree, &chart, &variables);
    let mut written: Vec<(StateId, Detail)> = Vec::new();
    {
        let scope = ChartScope { chart: &chart, variables: &types };
        let parts = Parts { file, chart: &chart, scope: &scope };
        for (id, reader) in readers {
            written.push((id, detail(&parts, id, &reader)));
            reader.finish();
        }
    }
    for (id, detail) in written {
        let state = &mut chart.states[id.0 as usize];
        state.initial = detail.initial;
        state.entry = detail.entry;
        state.exit = detail.exit;
        state.delays = detail.delays;
        state.donedata = detail.donedata;
        detail.transitions.into_iter().for_each(|transition| {
            chart.add_transition(transition);
        });
    }
    (file.problems.errors() == before).then_some(chart)
}

/// The states of a file, before anything that names them is read.
struct Outline<'a> {
    file: File<'a>,
    chart: Statechart,
    /// What is left to read, by state, in document order.
    readers: Vec<(StateId, Reader<'a>)>,
}

impl<'a> Outline<'a> {
    fn read_state(&mut self, id: StateId, reader: Reader<'a>) {
        let kind = self.chart.state(id).kind;
        let children = reader.entries_of("states");
        let closed = kind == StateKind::Final || self.chart.is_history(id);
        let missing = id == Statechart::ROOT || kind == StateKind::Parallel;
        if closed && !children.is_empty() {
            let message = Text::new("这种状态里面不能有状态", "this type of state cannot have states inside");
            let problem = Problem::error("E0308", self.file.source, reader.key_span("states"), message);
            self.file.push(problem.cure("去掉 type，或者去掉 states。", "Leave out `type`, or leave out `states`."));
        } else if missing && children.is_empty() {
            let message = Text::new("这里没有任何状态", "there are no states here");
            let problem = Problem::error("E0307", self.file.source, reader.span(), message);
            self.file.push(problem.cure("加上 `states: {…}`。", "Add `states: {…}`."));
        }
        self.readers.push((id, reader));
        if closed {
            return;
        }
        for entry in children {
            self.read_child(id, entry);
        }
        let nothing_to_be_in = !children.is_empty() && self.chart.is_atomic(id);
        if nothing_to_be_in {
            let message = Text::new("这里只有历史状态", "there are only history states here");
            let place = children.first().map_or(Span::default(), |entry| entry.key_span);
            self.file.push(
                Problem::error("E0307", self.file.source, place, message)
                    .cure("加上一个可以停留的状态。", "Add a state that can be active."),
            );
        }
    }

    fn read_child(&mut self, parent: StateId, entry: &'a Entry) {
        self.check_name(entry);
        let node = if entry.value.is_null() { &EMPTY } else { &entry.value };
        let Some(reader) = self.file.map(node, Text::new("状态", "state")) else {
            // The name is kept, or every target that means it would be reported too.
            self.chart.add_state(parent, State::new(&entry.key, StateKind::Plain));
            return;
        };
        let kind = self.kind(&reader);
        if kind == StateKind::Final && self.chart.is_parallel(parent) {
            let message =
                Text::new("final 不能直接作 parallel 的区域", "a final state cannot be a region of a parallel one");
            let problem = Problem::error("E0306", self.file.source, reader.key_span("type"), message);
            self.file.push(problem.cure("把它放进一个区域里面。", "Put it inside a region."));
        }
        if matches!(kind, StateKind::History { .. }) && parent == Statechart::ROOT {
            let message = Text::new("根上不能有历史状态", "the root cannot have a history state: it is never left");
            let problem = Problem::error("E0306", self.file.source, entry.key_span, message);
            self.file.push(problem.cure("把它放进要恢复的状态里面。", "Put it inside the state that it brings back."));
        }
        let id = self.chart.add_state(parent, State::new(&entry.key, kind));
        self.read_state(id, reader);
    }

    fn kind(&self, reader: &Reader<'a>) -> StateKind {
        let types = [
            ("parallel", StateKind::Parallel),
            ("final", StateKind::Final),
            ("history", StateKind::History { deep: false }),
        ];
        let kind = reader.choice("type", &types).unwrap_or(StateKind::Plain);
        match kind {
            StateKind::History { .. } => {
                let deep = reader.choice("history", &[("deep", true), ("shallow", false)]).unwrap_or(false);
                StateKind::History { deep }
            }
            StateKind::Plain | StateKind::Parallel | StateKind::Final => kind,
        }
    }

    fn check_name(&self, entry: &Entry) {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_';
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if entry.key.starts_with(first) && entry.key.chars().all(good) {
            return;
        }
        let word = brief(&entry.key);
        let message = Text::new(format!("“{word}”不能作状态名"), format!("`{word}` cannot name a state"));
        self.file.push(Problem::error("E0313", self.file.source, entry.key_span, message).cure(
            "名称由英文字母、数字和下划线组成，以字母开头；中文写在 title 中。",
            "A name is letters, digits and `_`, and starts with a letter; Chinese goes to `title`.",
        ));
    }
}

/// What one state says besides its name, type and children.
#[derive(Default)]
struct Detail {
    initial: Option<Initial>,
    entry: Vec<crate::kernel::Content>,
    exit: Vec<crate::kernel::Content>,
    delays: Vec<Delay>,
    donedata: crate::kernel::Data,
    transitions: Vec<Transition>,
}

fn detail<'a>(parts: &Parts<'a>, id: StateId, reader: &Reader<'a>) -> Detail {
    let mut detail = Detail::default();
    if id != Statechart::ROOT {
        reader.localized("title");
    }
    if parts.chart.is_history(id) {
        detail.initial = history_default(parts, id, reader);
        return detail;
    }
    detail.entry = reader.optional("entry").map(|node| parts.blocks(node)).unwrap_or_default();
    detail.exit = reader.optional("exit").map(|node| parts.blocks(node)).unwrap_or_default();
    if parts.chart.is_final(id) {
        detail.donedata = reader.optional("donedata").map(|node| parts.data(node)).unwrap_or_default();
        refuse_ways_out(parts, reader);
        return detail;
    }
    detail.initial = reader.optional("initial").and_then(|node| initial(parts, id, node));
    // Document order goes across the four keys.
    let mut keys: Vec<(Span, &'static str, &'a Node)> = TRIGGERS
        .into_iter()
        .filter_map(|key| reader.optional(key).map(|node| (reader.key_span(key), key, node)))
        .collect();
    keys.sort_by_key(|(span, _, _)| (span.line, span.column));
    for (_, key, node) in keys {
        match key {
            "always" => detail.transitions.extend(parts.transitions(node, id, &Trigger::Always)),
            "on_done" => detail.transitions.extend(parts.transitions(node, id, &Trigger::Done(id))),
            "after" => {
                for entry in parts.file.entries(node).unwrap_or_default() {
                    let delay = delay(parts, id, detail.delays.len(), entry);
                    let trigger = Trigger::Addressed(delay.event.clone());
                    detail.transitions.extend(parts.transitions(&entry.value, id, &trigger));
                    detail.delays.push(delay);
                }
            }
            _ => {
                for entry in parts.file.entries(node).unwrap_or_default() {
                    let trigger = parts.event_trigger(&entry.key, entry.key_span);
                    let trigger = trigger.unwrap_or(Trigger::Event(Vec::new()));
                    detail.transitions.extend(parts.transitions(&entry.value, id, &trigger));
                }
            }
        }
    }
    detail
}

fn delay(parts: &Parts<'_>, id: StateId, before: usize, entry: &Entry) -> Delay {
    let path = &parts.chart.state(id).path;
    let event = if path.is_empty() { format!("due.{}", before + 1) } else { format!("due.{path}.{}", before + 1) };
    Delay { event, after_ms: parts.span_ms(&entry.key, entry.key_span).unwrap_or_default() }
}

/// `initial: a`, `initial: [p.x.x2, p.y.y2]` or `initial: {to: …, do: […]}`.
fn initial<'a>(parts: &Parts<'a>, id: StateId, node: &'a Node) -> Option<Initial> {
    if parts.chart.is_atomic(id) {
        if id == Statechart::ROOT {
            // That there are no states at all was said before.
            return None;
        }
        let message = Text::new("这个状态里面没有状态", "this state has no states inside");
        let problem = Problem::error("E0305", parts.file.source, node.span, message);
        parts.file.push(problem.cure("去掉 initial，或者加上 states。", "Leave out `initial`, or add `states`."));
        return None;
    }
    if !matches!(node.content, Written::Map(_)) {
        return Some(Initial { targets: parts.targets_inside(node, id)?, actions: Vec::new() });
    }
    let reader = parts.file.map(node, Text::new("initial", "`initial`"))?;
    let targets = reader.required("to").and_then(|node| parts.targets_inside(node, id));
    let actions = reader.optional("do").map(|node| parts.content(node)).unwrap_or_default();
    reader.finish();
    Some(Initial { targets: targets?, actions })
}

/// Where a history state leads when it remembers nothing: `to`, with `do` on the way. Without `to`: where its parent
/// begins, and if that is nowhere said, its first state.
fn history_default<'a>(parts: &Parts<'a>, id: StateId, reader: &Reader<'a>) -> Option<Initial> {
    let parent = parts.chart.state(id).parent?;
    let actions = reader.optional("do").map(|node| parts.content(node)).unwrap_or_default();
    let node = reader.optional("to")?;
    let targets = parts.targets_inside(node, parent)?;
    let sibling = targets
        .iter()
        .find(|target| parts.chart.is_history(**target) && parts.chart.state(**target).parent == Some(parent));
    if sibling.is_some() {
        let message = Text::new(
            "历史状态的默认去处不能是同级的历史状态",
            "a history state cannot lead to a history state beside it",
        );
        let problem = Problem::error("E0304", parts.file.source, node.span, message);
        parts.file.push(problem.cure("写一个真正的状态。", "Name a state that can be active."));
        return None;
    }
    Some(Initial { targets, actions })
}

fn refuse_ways_out(parts: &Parts<'_>, reader: &Reader<'_>) {
    for key in TRIGGERS.into_iter().chain(["initial"]) {
        if reader.has(key) {
            let message = Text::new(
                format!("final 状态不能有 {key}"),
                format!("a final state cannot have `{key}`: nothing happens in it any more"),
            );
            let problem = Problem::error("E0306", parts.file.source, reader.key_span(key), message);
            parts
                .file
                .push(problem.cure("去掉 `type: final`，或者去掉这个键。", "Leave out `type: final`, or this key."));
        }
    }
}
