//! `gather` of a state and `on_gathered` behind it: many cases of another process are told something, counted and summed
//! up. It must never look into the other process; that is done where it is checked.

use super::draft::{Draft, DraftTrigger, EnvIndex, Place, Placed, StateIndex};
use super::guards::GlobalScope;
use super::model::{GatherDefinition, SampleDefinition};
use super::transitions::Way;
use super::words::both;
use crate::expression::Type;
use crate::source::{Content, Node, Reader, Span};
use crate::text::Text;

/// As the file says it.
#[derive(Debug)]
pub(super) struct DraftGather<'a> {
    pub process: &'a str,
    pub within: Vec<(&'a str, Span)>,
    pub message: Option<&'a str>,
    pub with: Vec<(String, Span, Placed<'a>)>,
    pub sums: Vec<(&'a str, Span, Text)>,
    pub single: bool,
    pub sample: Option<(Placed<'a>, u32)>,
    pub place: Place,
    /// Where the ways behind it are written; `None` where there are none.
    pub on_gathered: Option<&'a Node>,
}

impl<'a> Draft<'a> {
    /// `gather` and `on_gathered` of a state.
    pub fn lower_gather(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let behind = reader.optional("on_gathered");
        let Some(words) = reader.map("gather", both("汇集", "gather")) else {
            if let (Some(_), false) = (behind, reader.has("gather")) {
                let message = both("没有 `gather`，`on_gathered` 永远不会发生", "`on_gathered` without `gather`");
                let problem = self.error("E0671", env, reader.key_span("on_gathered"), message);
                self.problems.push(problem.cure(
                    "在同一环节写 `gather: {process: …, in: […]}`，或删去它。",
                    "Write `gather: {process: …, in: […]}` on the same state, or delete it.",
                ));
            }
            return;
        };
        words.require(&["process", "in"]);
        let placed = |node| Placed { node, env };
        let with = words.entries_of("with").iter();
        let with = with.map(|entry| (entry.key.clone(), entry.key_span, placed(&entry.value))).collect();
        let single = matches!(words.optional("sum").map(|node| &node.content), Some(Content::Scalar { .. }));
        let gather = DraftGather {
            process: words.text("process").unwrap_or_default(),
            within: words.texts("in"),
            message: words.text("message"),
            with,
            sums: self.sums(env, &words),
            single,
            sample: self.sample(env, &words),
            place: Place { env, span: reader.key_span("gather") },
            on_gathered: behind,
        };
        words.finish();
        self.states[state].gather = Some(gather);
        let Some(node) = behind else { return };
        let trigger = DraftTrigger::Addressed(self.gathered_event(state));
        let label = "on_gathered".to_owned();
        self.lower_way(&Way { source: state, trigger, local: false, label, env, guards: Vec::new() }, node);
    }

    /// `sum: due`, `sum: [due, months]` or `sum: {due: {zh: 合计, en: Total}}`.
    fn sums(&self, env: EnvIndex, words: &Reader<'a>) -> Vec<(&'a str, Span, Text)> {
        let node = words.optional("sum");
        let Some(Content::Map(entries)) = node.map(|node| &node.content) else {
            return words.texts("sum").into_iter().map(|(name, span)| (name, span, Text::default())).collect();
        };
        let titled = entries.iter().filter_map(|entry| {
            let title = self.file(env).localized(&entry.value)?;
            Some((entry.key.as_str(), entry.key_span, title))
        });
        titled.collect()
    }

    /// `sample: {percent: …, least: 1}`.
    fn sample(&self, env: EnvIndex, words: &Reader<'a>) -> Option<(Placed<'a>, u32)> {
        let sample = words.map("sample", both("抽样", "sample"))?;
        sample.require(&["percent"]);
        let percent = sample.optional("percent").map(|node| Placed { node, env });
        let least = sample.integer("least").unwrap_or(0);
        let fitting = u32::try_from(least).ok();
        if fitting.is_none() {
            let message = both("`least` 应是不小于 0 的整数", "`least` is a whole number, 0 or more");
            self.problems.push(
                self.error("E0676", env, sample.key_span("least"), message)
                    .cure("例如 `least: 1`：至少抽一件。", "Such as `least: 1`: at least one case is drawn."),
            );
        }
        sample.finish();
        Some((percent?, fitting.unwrap_or(0)))
    }

    /// The event that says that all were asked.
    fn gathered_event(&self, state: StateIndex) -> String {
        format!("gathered.{}", self.states[state].path)
    }

    /// The gather of a state with its expressions.
    pub fn gather_definition(
        &self,
        state: StateIndex,
        gather: &DraftGather<'a>,
        scope: &GlobalScope,
    ) -> Option<GatherDefinition> {
        let mut with = Vec::new();
        for (field, _, placed) in &gather.with {
            let value = self.expression(*placed, &Type::Any, scope)?;
            with.push((field.split('.').map(str::to_owned).collect(), value));
        }
        let sample = match gather.sample {
            Some((percent, least)) => {
                Some(SampleDefinition { percent: self.expression(percent, &Type::Int, scope)?, least })
            }
            None => None,
        };
        Some(GatherDefinition {
            process: gather.process.to_owned(),
            within: gather.within.iter().map(|(name, _)| (*name).to_owned()).collect(),
            message: gather.message.map(str::to_owned),
            with,
            sums: gather.sums.iter().map(|(name, _, title)| ((*name).to_owned(), title.clone())).collect(),
            single: gather.single,
            sample,
            event: self.gathered_event(state),
        })
    }

    /// What `gathered` is in conditions: what the gather that ended last came to. `None` where no state gathers.
    pub fn gathered_type(&self) -> Option<Type> {
        let gathers: Vec<&DraftGather<'a>> = self.states.iter().filter_map(|state| state.gather.as_ref()).collect();
        let mut sums = None;
        for gather in &gathers {
            let names = gather.sums.iter();
            let of = |name: &str| super::checks::sum_type(self.library, gather.process, name).unwrap_or(Type::Any);
            let own = if gather.single {
                of(gather.sums.first().map_or("", |(name, _, _)| name))
            } else {
                Type::Map(names.map(|(name, _, _)| ((*name).to_owned(), of(name))).collect())
            };
            let same = sums.as_ref().is_none_or(|before| *before == own);
            sums = if gather.sums.is_empty() { sums } else { Some(if same { own } else { Type::Any }) };
        }
        let mut gathered = vec![("count", Type::Int), ("of", Type::Int), ("refused", Type::Int)];
        gathered.extend(sums.map(|sums| ("sum", sums)));
        let named = gathered.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
        (!gathers.is_empty()).then_some(Type::Map(named))
    }
}
