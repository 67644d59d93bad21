//! Clocks: declared by where they run, never started by an action; and the own clock of a task with a span. It must
//! never compute a date.

use std::collections::BTreeSet;

use super::draft::{ClockIndex, Draft, DraftClock, DraftLimit, EnvIndex, Place, Placed, StateIndex, Target};
use super::model::{Again, ClockKind, Extension, Late};
use super::words::both;
use crate::clock::{Limit, Roll};
use crate::source::{Content, Entry, Node, Reader, Span, brief, closest};
use crate::text::Text;

mod checked;

const KINDS: &[(&str, ClockKind)] = &[
    ("statutory", ClockKind::Statutory),
    ("promised", ClockKind::Promised),
    ("internal", ClockKind::Internal),
    ("applicant", ClockKind::Applicant),
    ("shown", ClockKind::Shown),
];

/// What may be written behind `late`.
pub(super) const LATE: &[(&str, Late)] = &[
    ("head_then_supervisor", Late::HeadThenSupervisor),
    ("red_at_once", Late::RedAtOnce),
    ("card_only", Late::CardOnly),
];

/// What may be written behind `roll`.
pub(super) const ROLLS: &[(&str, Roll)] =
    &[("rest_day", Roll::RestDay), ("holiday", Roll::Holiday), ("none", Roll::None)];

impl<'a> Draft<'a> {
    /// `clocks:` of the process, of a state or of a fragment.
    pub fn lower_clocks(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        for entry in reader.entries_of("clocks") {
            if self.file(env).identifier(&entry.key, entry.key_span).is_some() {
                self.lower_clock(state, env, entry);
            }
        }
    }

    fn lower_clock(&mut self, state: StateIndex, env: EnvIndex, entry: &'a Entry) {
        let Some(words) = self.file(env).map(&entry.value, both("时限", "clock")) else { return };
        words.require(&["kind", "limit", "runs_in", "pauses"]);
        let limit = words.optional("limit").map_or(DraftLimit::Broken, |node| self.limit(env, node));
        let runs_in =
            words.texts("runs_in").into_iter().map(|(text, span)| Target::Named { text, env, span }).collect();
        let local = entry.key.as_str();
        let name = format!("{}{local}", self.envs[env].prefix);
        if self.clocks.iter().any(|clock| clock.name == name) {
            let message = both(format!("时限 `{local}` 声明了两次"), format!("the clock `{local}` is declared twice"));
            self.problems.push(self.error("E0534", env, entry.key_span, message).cure("换一个名称。", "Rename it."));
            return;
        }
        let mut basis = words.text("basis").unwrap_or_default().to_owned();
        let item = self.states[state].item.or(self.envs[env].item);
        if basis.is_empty() {
            basis = item.map(|item| self.items[item].basis.clone()).unwrap_or_default();
        }
        let clock = DraftClock {
            local,
            name,
            title: words.localized("title").unwrap_or_else(|| Text::same(local)),
            kind: words.choice("kind", KINDS).unwrap_or(ClockKind::Internal),
            limit,
            roll: words.choice("roll", ROLLS).or(self.frame.roll).unwrap_or(Roll::RestDay),
            runs_in,
            again: words.choice("again", &[("restart", Again::Restart), ("continue", Again::Continue)]),
            pauses: self.pauses(&words),
            from: words.optional("from").map(|node| Placed { node, env }),
            not_after: words.optional("not_after").map(|node| Placed { node, env }),
            extend: words.optional("extend").and_then(|node| self.extension(env, node)),
            remind: self.remind(env, &words),
            late: words.choice("late", LATE).unwrap_or(self.frame.late),
            awaited: false,
            calendar: words.text("calendar").map(str::to_owned),
            item,
            basis,
            env,
            task: None,
        };
        if matches!(clock.kind, ClockKind::Statutory | ClockKind::Promised) && clock.basis.is_empty() {
            let message = both(
                format!("法定或承诺时限 `{local}` 没有写依据"),
                format!("the statutory or promised clock `{local}` names no basis"),
            );
            self.problems.push(
                self.error("E0535", env, entry.key_span, message)
                    .cure("加上 `basis: 法规条款或承诺文件`。", "Add `basis: the article of law or the promise`."),
            );
        }
        words.finish();
        self.clocks.push(clock);
    }

    /// The own clock of a task: counts its stay, stands still in every hold around it.
    pub fn task_clock(
        &mut self,
        state: StateIndex,
        body: StateIndex,
        env: EnvIndex,
        words: &Reader<'a>,
        limit: Placed<'a>,
    ) -> Option<ClockIndex> {
        let amount = self.limit(limit.env, limit.node);
        if amount == DraftLimit::Broken {
            return None;
        }
        let pauses = if words.has("pauses") { self.pauses(words) } else { self.hold_kinds(state) };
        let item = self.states[state].item;
        let basis = match words.text("basis") {
            Some(basis) => basis.to_owned(),
            None => item.map(|item| self.items[item].basis.clone()).unwrap_or_default(),
        };
        let extend = words.optional("extend").and_then(|node| self.extension(env, node));
        let clock = DraftClock {
            local: "",
            name: format!("task.{}", self.states[state].path),
            title: self.states[state].title.clone(),
            kind: ClockKind::Internal,
            limit: amount,
            roll: words.choice("roll", ROLLS).or(self.frame.roll).unwrap_or(Roll::RestDay),
            runs_in: vec![Target::State(body)],
            again: Some(Again::Restart),
            pauses,
            from: None,
            not_after: None,
            extend,
            remind: self.remind(env, words),
            late: words.choice("late", LATE).unwrap_or(self.frame.late),
            awaited: false,
            calendar: None,
            item,
            basis,
            env,
            task: Some(body),
        };
        self.clocks.push(clock);
        Some(self.clocks.len() - 1)
    }

    /// Kinds of all holds on a state and around it.
    pub fn hold_kinds(&self, state: StateIndex) -> BTreeSet<String> {
        let around: Vec<StateIndex> = std::iter::once(state).chain(self.ancestors(state)).collect();
        let holds = self.holds.iter().filter(|hold| around.contains(&hold.state));
        holds.flat_map(|hold| hold.held.keys().cloned()).collect()
    }

    fn pauses(&self, words: &Reader<'a>) -> BTreeSet<String> {
        words
            .texts("pauses")
            .into_iter()
            .map(|(text, _)| text)
            .filter(|text| *text != "never")
            .map(str::to_owned)
            .collect()
    }

    fn remind(&self, env: EnvIndex, words: &Reader<'a>) -> Vec<u8> {
        let mut found = BTreeSet::new();
        for (text, span) in words.texts("remind") {
            match text.strip_suffix('%').and_then(|number| number.trim().parse::<u8>().ok()) {
                Some(percent @ 1..=99) => {
                    found.insert(percent);
                }
                Some(_) | None => {
                    let message = both(
                        format!("提醒点应当是 1% 到 99%，却写了“{}”", brief(text)),
                        format!("a reminder is 1% to 99% of the limit, found `{}`", brief(text)),
                    );
                    self.problems
                        .push(self.error("E0536", env, span, message).cure("例如 [50%, 80%]。", "Such as [50%, 80%]."));
                }
            }
        }
        found.into_iter().collect()
    }

    fn extension(&mut self, env: EnvIndex, node: &'a Node) -> Option<Extension> {
        let words = self.file(env).map(node, both("延期", "extension"))?;
        words.require(&["add", "by"]);
        let add = words.optional("add").map_or(DraftLimit::Broken, |node| self.limit(env, node));
        let extension = Extension {
            add: match add {
                DraftLimit::Fixed(limit) => limit.span()?,
                DraftLimit::Parameter(..) | DraftLimit::Broken => return None,
            },
            times: words.integer("times").and_then(|times| u32::try_from(times).ok()).unwrap_or(1),
            by: words.optional("by").map(|node| self.assignees(env, node)).unwrap_or_default(),
            approved_by: words.optional("approved_by").map(|node| self.assignees(env, node)).unwrap_or_default(),
            effects: self.effects(env, &words),
        };
        words.finish();
        Some(extension)
    }

    /// How much: a span, a cut-off or a parameter.
    pub fn limit(&mut self, env: EnvIndex, node: &'a Node) -> DraftLimit {
        let Some(placed) = self.value(env, node) else { return DraftLimit::Broken };
        let place = Place { env: placed.env, span: placed.node.span };
        let text = match &placed.node.content {
            Content::Scalar { text, .. } => text.clone(),
            Content::Map(entries) => {
                let parts: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}: {}", entry.key, entry.value.as_text().unwrap_or("?")))
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
            Content::Null | Content::List(_) => String::new(),
        };
        if let Some((name, site)) = parameter_name(&text) {
            return self.parameter_limit(name, site, place);
        }
        match Limit::parse(&text) {
            Ok(limit) => DraftLimit::Fixed(limit),
            Err(problem) => {
                let message = problem.message();
                self.problems.push(self.error("E0531", place.env, place.span, message).cure(
                    "写明数量和单位：3 workdays、30 days、4 hours，或 {before_day: 5, of: next_month}。",
                    "Write amount and unit: 3 workdays, 30 days, 4 hours, or {before_day: 5, of: next_month}.",
                ));
                DraftLimit::Broken
            }
        }
    }

    fn parameter_limit(&self, name: &str, site: Option<&str>, place: Place) -> DraftLimit {
        if let Some(known) = self.library.parameter_names()
            && !known.contains(&name)
        {
            self.unknown_parameter(name, place, &known);
        }
        let site = site.filter(|site| self.known_site(place.env, site, place.span));
        DraftLimit::Parameter(name.to_owned(), site.map(str::to_owned))
    }

    fn unknown_parameter(&self, name: &str, place: Place, known: &[&str]) {
        let message = both(format!("没有参数 `{}`", brief(name)), format!("there is no parameter `{}`", brief(name)));
        let problem = self
            .error("E0537", place.env, place.span, message)
            .cure("在 workflows/parameters/ 中声明它。", "Declare it in workflows/parameters/.");
        self.problems.push(problem.suggest(closest(name, known.iter().copied())));
    }

    /// A clock by the name it has in an environment or in one around a state.
    pub fn find_clock(&self, env: EnvIndex, name: &str) -> Option<ClockIndex> {
        self.clocks.iter().position(|clock| clock.env == env && clock.local == name && !name.is_empty())
    }

    /// Reports a clock that does not exist.
    pub fn unknown_clock(&self, env: EnvIndex, name: &str, span: Span) {
        let names: Vec<&str> = self
            .clocks
            .iter()
            .filter(|clock| clock.env == env && !clock.local.is_empty())
            .map(|clock| clock.local)
            .collect();
        let message = both(format!("没有时限 `{}`", brief(name)), format!("there is no clock `{}`", brief(name)));
        let problem = self.error("E0538", env, span, message).cure(
            "在 clocks 中声明它，或写出数量和单位（3 workdays）。",
            "Declare it under `clocks`, or write amount and unit (3 workdays).",
        );
        self.problems.push(problem.suggest(closest(name, names.into_iter())));
    }
}

/// `x` of `parameter("x")`, and the site of `parameter("x", site.home)`.
pub(super) fn parameter_name(text: &str) -> Option<(&str, Option<&str>)> {
    let inner = text.trim().strip_prefix("parameter(")?.strip_suffix(')')?.trim();
    let (quoted, site) = match inner.split_once(',') {
        Some((quoted, place)) => (quoted.trim(), Some(place.trim().strip_prefix("site.")?)),
        None => (inner, None),
    };
    let name = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = name.or_else(|| quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')));
    name.map(|name| (name, site))
}
