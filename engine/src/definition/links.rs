//! Cases that stand beside each other: `links` of a process, `start` and `tell` of a transition. It must never look into
//! another process beyond its doors, its messages and their forms.

use std::collections::BTreeMap;

use super::draft::{Draft, DraftAsked, DraftErrand, DraftLink, EnvIndex, Place, Placed, TransitionIndex};
use super::guards::GlobalScope;
use super::model::{Asked, ErrandUse, LinkDefinition};
use super::words::both;
use crate::expression::Type;
use crate::source::{Content, Node, Reader, brief, closest};
use crate::text::Text;

/// `by: process` of a door, `from: [process]` of a message.
pub(super) const PROCESS: &str = "process";
/// The link of a case to the one that began it.
pub(super) const PARENT: &str = "parent";

impl<'a> Draft<'a> {
    /// `links` of a process.
    pub fn lower_links(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("links") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("关联办件", "link")) else { continue };
            words.require(&["process", "door"]);
            let link = DraftLink {
                title: words.localized("title").unwrap_or_else(|| Text::same(name)),
                process: words.text("process").unwrap_or_default(),
                door: words.text("door").unwrap_or_default(),
                region: words.optional("region").map(|node| Placed { node, env: 0 }),
                parties: self.shared_parties(&words),
                place: Place { env: 0, span: entry.key_span },
            };
            words.finish();
            if name == PARENT {
                let message = both("关联不能叫 `parent`", "a link cannot be called `parent`");
                self.problems.push(self.error("E0660", 0, entry.key_span, message).cure(
                    "`parent` 指开启本办件的那个办件；换一个名称。",
                    "`parent` is the case that began this one; rename the link.",
                ));
                continue;
            }
            self.links.insert(name.to_owned(), link);
        }
    }

    /// Parties with the same part in both cases; they must be somebody here.
    fn shared_parties(&self, words: &Reader<'a>) -> Vec<String> {
        let mut parties = Vec::new();
        for (name, span) in words.texts("parties") {
            if self.parties.contains_key(name) {
                parties.push(name.to_owned());
                continue;
            }
            let message = both(format!("没有当事人 `{}`", brief(name)), format!("there is no party `{}`", brief(name)));
            let problem = self.error("E0661", 0, span, message).cure(
                "写 parties 中的一方：对方流程里同名的一方由同一账户担任。",
                "Name a party of this file: the same account plays the party of that name in the other process.",
            );
            self.problems.push(problem.suggest(closest(name, self.parties.keys().map(String::as_str))));
        }
        parties
    }

    /// `start` and `tell` of a transition.
    pub fn lower_errands(&mut self, transition: TransitionIndex, env: EnvIndex, reader: &Reader<'a>) {
        let errands = self.errands_of(env, reader);
        if !errands.is_empty() {
            self.errands.entry(transition).or_default().extend(errands);
        }
    }

    /// The errands that a map of words asks for.
    pub fn errands_of(&mut self, env: EnvIndex, reader: &Reader<'a>) -> Vec<DraftErrand<'a>> {
        let mut errands = Vec::new();
        for (key, start) in [("start", true), ("tell", false)] {
            let Some(node) = reader.optional(key) else { continue };
            for node in self.file(env).one_or_many(node) {
                errands.extend(if start { self.start(env, node) } else { self.told(env, node) });
            }
        }
        errands
    }

    /// `start: enrolment` or `start: {link, with, each, when}`.
    pub(super) fn start(&mut self, env: EnvIndex, node: &'a Node) -> Option<DraftErrand<'a>> {
        let place = Place { env, span: node.span };
        if let Content::Scalar { text, .. } = &node.content {
            let what = DraftAsked::Start(text);
            return Some(DraftErrand { what, with: Vec::new(), each: None, when: None, place });
        }
        let words = self.file(env).map(node, both("开启关联办件", "start"))?;
        words.require(&["link"]);
        let link = words.text("link");
        let errand = self.errand(env, &words, DraftAsked::Start(link.unwrap_or_default()), place);
        words.finish();
        link.map(|_| errand)
    }

    /// `tell: {link, message, with}` or `tell: {process, record, key, message, with}`.
    fn told(&mut self, env: EnvIndex, node: &'a Node) -> Option<DraftErrand<'a>> {
        let place = Place { env, span: node.span };
        let words = self.file(env).map(node, both("告知其他办件", "tell"))?;
        words.require(&["message"]);
        let message = words.text("message");
        let (link, process) = (words.text("link"), words.text("process"));
        let key: Vec<Placed<'a>> = words.one_or_many("key").into_iter().map(|node| Placed { node, env }).collect();
        let record = words.text("record");
        let what = match (link, process, record, message) {
            (Some(PARENT), None, None, Some(message)) => Some(DraftAsked::TellParent(message)),
            (Some(link), None, None, Some(message)) => Some(DraftAsked::TellLink(link, message)),
            (None, Some(process), Some(record), Some(message)) if !key.is_empty() => {
                Some(DraftAsked::TellHolders { process, record, key, message })
            }
            (_, _, _, None) => None,
            (_, _, _, Some(_)) => {
                let text = both("没有写明告知哪个办件", "this does not say which cases are told");
                self.problems.push(self.error("E0662", env, node.span, text).cure(
                    "写 `link: 关联名`（或 parent），或者一起写 `process`、`record` 和 `key`。",
                    "Write `link: name` (or `parent`), or all of `process`, `record` and `key`.",
                ));
                None
            }
        };
        let errand = what.map(|what| self.errand(env, &words, what, place));
        if errand.is_none() {
            for key in ["with", "each", "when"] {
                words.optional(key);
            }
        }
        words.finish();
        errand
    }

    /// The words that every errand has.
    pub(super) fn errand(
        &self,
        env: EnvIndex,
        words: &Reader<'a>,
        what: DraftAsked<'a>,
        place: Place,
    ) -> DraftErrand<'a> {
        let placed = |node| Placed { node, env };
        let with = words.entries_of("with").iter();
        DraftErrand {
            what,
            with: with.map(|entry| (entry.key.clone(), entry.key_span, placed(&entry.value))).collect(),
            each: words.optional("each").map(placed),
            when: words.optional("when").map(placed),
            place,
        }
    }

    /// Links with their expressions.
    pub fn link_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, LinkDefinition> {
        let links = self.links.iter().map(|(name, link)| {
            let made = LinkDefinition {
                name: name.clone(),
                title: link.title.clone(),
                process: link.process.to_owned(),
                door: link.door.to_owned(),
                region: link.region.and_then(|placed| self.expression(placed, &Type::Text, scope)),
                parties: link.parties.clone(),
            };
            (name.clone(), made)
        });
        links.collect()
    }

    /// The errands of a transition with their expressions.
    pub fn errand_uses(&self, transition: TransitionIndex, scope: &GlobalScope) -> Vec<ErrandUse> {
        let errands = self.errands.get(&transition).into_iter().flatten();
        errands.filter_map(|errand| self.errand_use(errand, scope)).collect()
    }

    fn errand_use(&self, errand: &DraftErrand<'a>, scope: &GlobalScope) -> Option<ErrandUse> {
        let each = match errand.each {
            Some(placed) => Some(self.expression(placed, &Type::Any, scope)?),
            None => None,
        };
        let within = if each.is_some() { scope.with_each() } else { scope.clone() };
        let when = match errand.when {
            Some(placed) => Some(self.expression(placed, &Type::Bool, &within)?),
            None => None,
        };
        let what = match &errand.what {
            DraftAsked::Start(link) => Asked::Start((*link).to_owned()),
            DraftAsked::TellLink(link, message) => Asked::TellLink((*link).to_owned(), (*message).to_owned()),
            DraftAsked::TellParent(message) => Asked::TellParent((*message).to_owned()),
            DraftAsked::TellHolders { process, record, key, message } => Asked::TellHolders {
                process: (*process).to_owned(),
                record: (*record).to_owned(),
                key: key.iter().map(|part| self.expression(*part, &Type::Any, &within)).collect::<Option<_>>()?,
                message: (*message).to_owned(),
            },
        };
        let mut with = Vec::new();
        for (field, _, placed) in &errand.with {
            let value = self.expression(*placed, &Type::Any, &within)?;
            with.push((field.split('.').map(str::to_owned).collect(), value));
        }
        Some(ErrandUse { what, with, each, when })
    }
}
