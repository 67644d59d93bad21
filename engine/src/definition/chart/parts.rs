//! The parts of a statechart as they stand in a file: expressions, conditions, targets, transitions, triggers. It must
//! never stop at a mistake: what cannot be read is reported and left out.

use super::span::{SpanFault, milliseconds};
use super::target::{self, TargetFault};
use crate::expression::{Expression, Scope, Type};
use crate::kernel::{Condition, Data, Descriptor, Reach, StateId, Statechart, Transition, Trigger};
use crate::source::{Content as Written, File, Node, Problem, Reader, Span, brief};
use crate::text::Text;

/// What the parts of one file are read with.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The file and its problems.
    pub file: File<'a>,
    /// The states that targets may name; sealed.
    pub chart: &'a Statechart,
    /// The names that expressions may use.
    pub scope: &'a dyn Scope,
}

impl<'a> Parts<'a> {
    /// An expression that gives an `expected` value. Nothing (`null`) is the value `null`.
    pub fn expression(&self, node: &'a Node, expected: &Type) -> Option<Expression> {
        let text = if node.is_null() { "null" } else { self.file.text(node)? };
        match Expression::parse(text, self.scope, expected) {
            Ok(expression) => Some(expression),
            Err(problems) => {
                for found in problems {
                    let span = self.place(node, found.column, found.length);
                    let problem = Problem::error(found.code, self.file.source, span, found.message);
                    let problem = problem.cure(found.cure.zh, found.cure.en).suggest(found.suggestion.as_deref());
                    self.file.push(problem);
                }
                None
            }
        }
    }

    /// Characters of a scalar as a place in the file. Of a text over several lines only its beginning is known.
    fn place(&self, node: &Node, column: usize, length: usize) -> Span {
        let line = usize::try_from(node.span.line).ok().and_then(|line| line.checked_sub(1));
        let line = line.and_then(|line| self.file.source.text.lines().nth(line)).unwrap_or_default();
        let first = line.chars().nth((node.span.column as usize).saturating_sub(1));
        let shift = match (&node.content, first) {
            (Written::Scalar { plain: true, .. }, _) => 0,
            (Written::Scalar { plain: false, .. }, Some('"' | '\'')) => 1,
            (Written::Scalar { .. } | Written::Null | Written::List(_) | Written::Map(_), _) => return node.span,
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Span { line: node.span.line, column: node.span.column + number(shift + column), length: number(length) }
    }

    /// What an event carries: one expression, or named expressions.
    pub fn data(&self, node: &'a Node) -> Data {
        if let Written::Map(entries) = &node.content {
            let pairs = entries.iter();
            let pairs = pairs.filter_map(|entry| Some((entry.key.clone(), self.expression(&entry.value, &Type::Any)?)));
            return Data::Named(pairs.collect());
        }
        self.expression(node, &Type::Any).map_or(Data::Nothing, Data::Whole)
    }

    /// `when` and `unless`.
    pub fn conditions(&self, reader: &Reader<'a>) -> Vec<Condition> {
        let when = reader.optional("when").and_then(|node| self.expression(node, &Type::Bool)).map(Condition::Holds);
        let unless = reader.optional("unless").and_then(|node| self.expression(node, &Type::Bool));
        when.into_iter().chain(unless.map(Condition::Fails)).collect()
    }

    /// A length of machine time.
    pub fn span_ms(&self, text: &str, span: Span) -> Option<i64> {
        let fault = match milliseconds(text) {
            Ok(found) => return Some(found),
            Err(fault) => fault,
        };
        let message = Text::new(
            format!("“{}”不是时长", brief(text)),
            format!("`{}` is not a length of time: {fault}", brief(text)),
        );
        let problem = Problem::error("E0312", self.file.source, span, message);
        self.file.push(match fault {
            SpanFault::NeedsCalendar => problem.cure(
                "after 只用毫秒、秒、分、小时、天；工作日、月请用时限（clocks）。",
                "`after` takes milliseconds to days; working days and months need a clock.",
            ),
            SpanFault::NoUnit | SpanFault::Shape | SpanFault::TooLong => problem.cure(
                "写成整数加单位，例如 `3 hours`、`90 seconds`。",
                "Write a whole number and a unit, such as `3 hours` or `90 seconds`.",
            ),
        });
        None
    }

    /// Targets of a transition of `source`: one name or a list.
    pub fn targets(&self, node: &'a Node, source: StateId) -> Option<Vec<StateId>> {
        self.read_targets(node, |name| target::resolve(self.chart, source, name))
    }

    /// Targets that must be inside `around`: where a state begins, where a history state leads.
    pub fn targets_inside(&self, node: &'a Node, around: StateId) -> Option<Vec<StateId>> {
        let targets = self.read_targets(node, |name| target::resolve_inside(self.chart, around, name))?;
        let outside = targets.iter().find(|target| !self.chart.is_inside(**target, around));
        if let Some(outside) = outside {
            let message = Text::new(
                format!("`{}` 不在这个状态里面", self.chart.state(*outside).path),
                format!("`{}` is not inside this state", self.chart.state(*outside).path),
            );
            let problem = Problem::error("E0304", self.file.source, node.span, message);
            self.file.push(problem.cure("写这个状态里面的状态。", "Name a state inside this one."));
            return None;
        }
        Some(targets)
    }

    fn read_targets(
        &self,
        node: &'a Node,
        resolve: impl Fn(&str) -> Result<StateId, TargetFault>,
    ) -> Option<Vec<StateId>> {
        let nodes = self.file.one_or_many(node);
        let mut targets = Vec::new();
        for node in &nodes {
            let name = self.file.text(node)?;
            match resolve(name) {
                Ok(target) => targets.push(target),
                Err(fault) => self.report_target(name, node.span, fault),
            }
        }
        if targets.len() < nodes.len() || targets.is_empty() {
            return None;
        }
        if let Some((a, b)) = target::conflict(self.chart, &targets) {
            let (a, b) = (&self.chart.state(a).path, &self.chart.state(b).path);
            let message =
                Text::new(format!("`{a}` 和 `{b}` 不能同时激活"), format!("`{a}` and `{b}` cannot be active together"));
            let problem = Problem::error("E0303", self.file.source, node.span, message);
            self.file.push(problem.cure(
                "多个目标必须在同一个 parallel 状态的不同区域里。",
                "Several targets must be in different regions of one parallel state.",
            ));
            return None;
        }
        Some(targets)
    }

    fn report_target(&self, name: &str, span: Span, fault: TargetFault) {
        let word = brief(name);
        self.file.push(match fault {
            TargetFault::Unknown(meant) => {
                let message = Text::new(format!("没有状态 `{word}`"), format!("there is no state `{word}`"));
                Problem::error("E0301", self.file.source, span, message)
                    .cure(
                        "目标可以是子状态、同级状态、上级的同级状态，或从根开始的路径（a.b.c）。",
                        "A target is a child, a sibling, an ancestor's sibling, or a path from the root (`a.b.c`).",
                    )
                    .suggest(meant.as_deref())
            }
            TargetFault::Ambiguous(paths) => {
                let list = paths.join(", ");
                let message = Text::new(
                    format!("`{word}` 有几个：{list}"),
                    format!("`{word}` is the name of several states: {list}"),
                );
                Problem::error("E0302", self.file.source, span, message).cure("写出路径。", "Write the path.")
            }
        });
    }

    /// The transitions behind one trigger: a target, one map, or a list of maps of which the first that holds is taken.
    pub fn transitions(&self, node: &'a Node, source: StateId, trigger: &Trigger) -> Vec<Transition> {
        let nodes = self.file.one_or_many(node);
        nodes.into_iter().filter_map(|node| self.transition(node, source, trigger.clone())).collect()
    }

    fn transition(&self, node: &'a Node, source: StateId, trigger: Trigger) -> Option<Transition> {
        let mut transition = Transition::new(source, trigger, Vec::new());
        transition.line = node.span.line;
        if node.as_text().is_some() {
            transition.targets = self.targets(node, source)?;
            return Some(transition);
        }
        let reader = self.file.map(node, Text::new("转移", "transition"))?;
        let targets = reader.optional("to");
        transition.conditions = self.conditions(&reader);
        transition.actions = reader.optional("do").map(|node| self.content(node)).unwrap_or_default();
        if reader.flag("internal") == Some(true) {
            transition.reach = Reach::Internal;
        }
        reader.localized("title");
        reader.finish();
        if let Some(node) = targets {
            transition.targets = self.targets(node, source)?;
        }
        Some(transition)
    }

    /// The words of a key of `on`.
    pub fn event_trigger(&self, key: &str, span: Span) -> Option<Trigger> {
        let words: Vec<&str> = key.split_whitespace().collect();
        let good = |word: &str| word == "*" || word == ".*" || is_event_name(word.strip_suffix(".*").unwrap_or(word));
        if words.is_empty() || !words.iter().all(|word| good(word)) {
            let message = Text::new(
                format!("`{}` 不是事件名", brief(key)),
                format!("`{}` is not the name of an event", brief(key)),
            );
            self.file.push(Problem::error("E0309", self.file.source, span, message).cure(
                "写 `名称`、`前缀.*`、`*`，几个之间用空格。",
                "Write `name`, `prefix.*` or `*`; several with blanks between them.",
            ));
            return None;
        }
        Some(Trigger::Event(words.into_iter().map(Descriptor::parse).collect()))
    }

    /// The name of an event that is raised or sent.
    pub fn event_name(&self, node: &'a Node) -> Option<String> {
        let name = self.file.text(node)?;
        if is_event_name(name) {
            return Some(name.to_owned());
        }
        let message = Text::new(
            format!("`{}` 不是事件名", brief(name)),
            format!("`{}` is not the name of an event", brief(name)),
        );
        let problem = Problem::error("E0309", self.file.source, node.span, message);
        self.file.push(
            problem.cure("写几个词，用点分开，例如 `paid.late`。", "Write words with dots, such as `paid.late`."),
        );
        None
    }
}

/// Words with dots between them, without blanks and stars; one dot at the end is forgiven as SCXML does.
fn is_event_name(name: &str) -> bool {
    let words = name.strip_suffix('.').unwrap_or(name);
    words.split('.').all(|word| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c == '*'))
}
