//! `quotas`, and the state words `quota`, `priority` and `on_place`: places that are given in turn. It must never know how
//! many are taken.

use std::collections::BTreeMap;

use super::draft::{Draft, DraftTrigger, EnvIndex, Kind, Place, Placed, StateIndex};
use super::guards::GlobalScope;
use super::model::{Per, QuotaDefinition, WaitDefinition};
use super::transitions::Way;
use super::words::both;
use crate::expression::{Expression, Type};
use crate::organisation::Level;
use crate::source::{Content, Reader, brief, closest};
use crate::text::Text;

const PER: &[(&str, Per)] = &[("year", Per::Year), ("none", Per::Standing)];

/// A quota before its expressions are compiled.
#[derive(Debug)]
pub(super) struct DraftQuota<'a> {
    pub title: Text,
    pub limit: Option<Placed<'a>>,
    pub per: Per,
    pub region: Option<Placed<'a>>,
    pub level: Level,
}

/// A waiting state before its expressions are compiled.
#[derive(Clone, Debug)]
pub(super) struct DraftWait<'a> {
    pub quota: &'a str,
    pub priority: Option<Placed<'a>>,
    pub event: String,
    pub place: Place,
}

impl<'a> Draft<'a> {
    /// `quotas: {name: {title, limit, per, region, level}}` of a process.
    pub fn lower_quotas(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("quotas") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("名额", "quota")) else { continue };
            words.require(&["title", "limit", "per"]);
            let placed = |key: &'static str| words.optional(key).map(|node| Placed { node, env: 0 });
            let quota = DraftQuota {
                title: words.localized("title").unwrap_or_else(|| Text::same(name)),
                limit: placed("limit"),
                per: words.choice("per", PER).unwrap_or(Per::Year),
                region: placed("region"),
                level: words.choice("level", &Level::ALL).unwrap_or(Level::District),
            };
            words.finish();
            self.quotas.insert(name.to_owned(), quota);
        }
    }

    /// `quota`, `priority` and `on_place` of a state.
    pub fn lower_wait(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let priority = reader.optional("priority").and_then(|node| self.value(env, node));
        let way_on = reader.optional("on_place");
        let Some(node) = reader.optional("quota") else {
            if priority.is_some() || way_on.is_some() {
                self.half_a_wait(env, reader);
            }
            return;
        };
        let Some((quota, place)) = self.text(env, node) else { return };
        if !self.quotas.contains_key(quota) {
            self.unknown_quota(quota, place);
            return;
        }
        let Some(way_on) = way_on else { return self.half_a_wait(env, reader) };
        if matches!(self.states[state].kind, Kind::Final | Kind::Rest | Kind::History { .. }) {
            let message = both("终点不能等候名额", "an end cannot wait for a place");
            self.problems.push(
                self.error("E0733", place.env, place.span, message)
                    .cause("办结的办件得不到名额。", "A case that has ended gets no place.")
                    .cure("写在办件还没有结束的环节上。", "Write it on a state in which the case has not ended."),
            );
            return;
        }
        let event = format!("place.{}", self.states[state].path);
        let trigger = DraftTrigger::Addressed(event.clone());
        let label = "on_place".to_owned();
        let ways = self.lower_way(&Way { source: state, trigger, local: true, label, env, guards: Vec::new() }, way_on);
        let last = ways.last().map(|index| &self.transitions[*index]);
        let nowhere = ways.iter().any(|index| self.transitions[*index].targets.is_empty());
        if nowhere || last.is_some_and(|way| !way.guards.is_empty()) {
            let message = both("得到名额后必须总有去处", "whoever gets a place must always get on");
            self.problems.push(
                self.error("E0734", env, way_on.span, message)
                    .cause(
                        "名额已经给了这个办件，它却停在原处，后面的人也等不到。",
                        "The place would be given, and the case would stay where it is, before all others.",
                    )
                    .cure(
                        "每一项写 `to`；有几项时，最后一项不写条件。",
                        "Give every way a `to`, and leave the condition out of the last one.",
                    ),
            );
        }
        self.states[state].wait = Some(DraftWait { quota, priority, event, place });
    }

    fn half_a_wait(&self, env: EnvIndex, reader: &Reader<'a>) {
        let message = both("`quota` 和 `on_place` 要一起写", "`quota` and `on_place` belong together");
        let key = ["quota", "on_place", "priority"].into_iter().find(|key| reader.has(key)).unwrap_or("quota");
        self.problems.push(self.error("E0732", env, reader.key_span(key), message).cure(
            "写 `quota: 名额` 和 `on_place: {to: 环节}`；`priority` 只和它们一起用。",
            "Write `quota: name` and `on_place: {to: state}`; `priority` only stands beside them.",
        ));
    }

    fn unknown_quota(&self, name: &str, place: Place) {
        let names = self.quotas.keys().map(String::as_str);
        let message = both(format!("没有名额 `{}`", brief(name)), format!("there is no quota `{}`", brief(name)));
        let problem = self.error("E0731", place.env, place.span, message).cure(
            "在流程文件的 quotas 中声明它：名称、数量和按年还是常设。",
            "Declare it under `quotas` of the process: title, limit, and per year or none.",
        );
        self.problems.push(problem.suggest(closest(name, names)));
    }

    /// `release: name` of a transition: one name or several.
    pub fn released(&mut self, env: EnvIndex, reader: &Reader<'a>) -> Vec<String> {
        let Some(node) = reader.optional("release") else { return Vec::new() };
        let mut found = Vec::new();
        for placed in self.values(env, node) {
            let Content::Scalar { .. } = placed.node.content else {
                self.file(placed.env).text(placed.node);
                continue;
            };
            let Some(name) = self.file(placed.env).text(placed.node) else { continue };
            if self.quotas.contains_key(name) {
                found.push(name.to_owned());
            } else {
                self.unknown_quota(name, Place { env: placed.env, span: placed.node.span });
            }
        }
        found
    }

    /// `place("name")` is what a page says; a condition that asked it would be wrong a moment later.
    pub fn place_in_a_condition(&self, place: Place) {
        let message = both("条件里不能问排在第几位", "a condition cannot ask for the place in a waiting list");
        self.problems.push(
            self.error("E0736", place.env, place.span, message)
                .cause(
                    "别的办件一动，位次就变了，这个办件并不知道。办件页面会自动显示位次。",
                    "It changes with other cases, and this one does not hear of it. The page of the case shows it by itself.",
                )
                .cure(
                    "用 `priority` 决定先后，用 `on_place` 写得到名额后做什么。",
                    "Say who comes first with `priority`, and what follows with `on_place`.",
                ),
        );
    }

    /// The checked quotas.
    pub fn quota_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, QuotaDefinition> {
        let quotas = self.quotas.iter().filter_map(|(name, quota)| {
            let made = QuotaDefinition {
                name: name.clone(),
                title: quota.title.clone(),
                limit: self.quota_limit(quota.limit?, scope)?,
                per: quota.per,
                region: quota.region.and_then(|placed| self.expression(placed, &Type::Text, scope)),
                level: quota.level,
            };
            Some((name.clone(), made))
        });
        quotas.collect()
    }

    /// The limit is one for everybody in a region, so it may not be made of what a case says.
    fn quota_limit(&self, placed: Placed<'a>, scope: &GlobalScope) -> Option<Expression> {
        let limit = self.expression(placed, &Type::Int, scope)?;
        let own = limit.functions().iter().all(|function| *function == "parameter");
        if own && limit.references().is_empty() && limit.states().is_empty() {
            return Some(limit);
        }
        let message = both("名额数量只能由参数和数字组成", "a limit is made of parameters and numbers alone");
        self.problems.push(
            self.error("E0737", placed.env, placed.node.span, message)
                .cause(
                    "同一地区的所有办件用同一个数量，它不能随某个办件变化。",
                    "It is the same for every case of a region, so no single case may change it.",
                )
                .cure(
                    "写 'parameter(\"名称\")' 或一个整数；各地不同的，写在参数里。",
                    "Write 'parameter(\"name\")' or a whole number; what differs by place stands in the parameter.",
                ),
        );
        None
    }

    /// The checked wait of a state.
    pub fn wait_definition(&self, draft: &DraftWait<'a>, scope: &GlobalScope) -> WaitDefinition {
        WaitDefinition {
            quota: draft.quota.to_owned(),
            priority: draft.priority.and_then(|placed| self.expression(placed, &Type::Int, scope)),
            event: draft.event.clone(),
        }
    }
}
