//! `guide`: what people are told before they begin, and the few questions that make it their own. Here a file's words are
//! read; whether every way through the questions ends somewhere is checked in `crate::guidance`. It must never let a
//! question in that no form of the process asks.

use super::draft::{Draft, Placed};
use super::guards::GlobalScope;
use super::model::{Elsewhere, Guidance, GuidePaper, GuideQuestion, PaperSource, QuestionKind};
use super::words::both;
use super::written::Written;
use crate::expression::{Expression, Type};
use crate::form::{Field, Kind};
use crate::source::{Entry, Node, Reader, Span, brief, closest};
use crate::text::Text;

/// Where a paper may come from.
const SOURCES: &[(&str, PaperSource)] = &[
    ("brought", PaperSource::Brought),
    ("fetched", PaperSource::Fetched),
    ("promised", PaperSource::Promised),
    ("later", PaperSource::Later),
];

/// The guide before names are resolved.
#[derive(Debug, Default)]
pub(super) struct DraftGuide<'a> {
    written: Guidance,
    door: Option<(&'a str, Span)>,
    questions: Vec<DraftQuestion<'a>>,
    papers: Vec<(GuidePaper, Option<&'a Node>)>,
    elsewhere: Vec<(Text, Option<String>, &'a Node)>,
}

#[derive(Debug)]
struct DraftQuestion<'a> {
    name: &'a str,
    title: Option<Text>,
    hint: Option<Text>,
    asks: Option<(&'a str, Span)>,
    when: Option<&'a Node>,
}

impl<'a> Draft<'a> {
    /// `guide: {aliases, about, who, fee, minutes, door, questions, papers, elsewhere}` of a process.
    pub fn lower_guide(&mut self, reader: &Reader<'a>) {
        let Some(words) = reader.map("guide", both("办事指南", "guide")) else { return };
        words.require(&["about", "door"]);
        let mut guide = DraftGuide {
            written: Guidance {
                aliases: words.texts("aliases").into_iter().map(|(alias, _)| alias.to_owned()).collect(),
                about: words.localized("about").unwrap_or_default(),
                who: words.localized("who").unwrap_or_default(),
                fee: words.localized("fee").unwrap_or_default(),
                minutes: words.integer("minutes").and_then(|minutes| u32::try_from(minutes).ok()),
                place: Written { file: self.file(0).source.path.clone(), span: reader.key_span("guide") },
                ..Guidance::default()
            },
            door: words.text_at("door"),
            ..DraftGuide::default()
        };
        guide.questions = words.entries_of("questions").iter().filter_map(|entry| self.guide_question(entry)).collect();
        guide.papers = words.list("papers").iter().filter_map(|node| self.guide_paper(node)).collect();
        guide.elsewhere = words.list("elsewhere").iter().filter_map(|node| self.guide_elsewhere(node)).collect();
        words.finish();
        self.guide = Some(guide);
    }

    fn guide_question(&self, entry: &'a Entry) -> Option<DraftQuestion<'a>> {
        let name = self.file(0).identifier(&entry.key, entry.key_span)?;
        let words = self.file(0).map(&entry.value, both("引导问题", "question"))?;
        words.require(&["asks"]);
        let question = DraftQuestion {
            name,
            title: words.localized("title"),
            hint: words.localized("hint"),
            asks: words.text_at("asks"),
            when: words.optional("when"),
        };
        words.finish();
        Some(question)
    }

    fn guide_paper(&self, node: &'a Node) -> Option<(GuidePaper, Option<&'a Node>)> {
        let words = self.file(0).map(node, both("材料", "paper"))?;
        words.require(&["title"]);
        let paper = GuidePaper {
            title: words.localized("title").unwrap_or_default(),
            why: words.localized("why").unwrap_or_default(),
            basis: words.text("basis").unwrap_or_default().to_owned(),
            source: words.choice("source", SOURCES).unwrap_or(PaperSource::Brought),
            when: None,
        };
        let when = words.optional("when");
        words.finish();
        Some((paper, when))
    }

    fn guide_elsewhere(&self, node: &'a Node) -> Option<(Text, Option<String>, &'a Node)> {
        let words = self.file(0).map(node, both("其他去处", "way elsewhere"))?;
        words.require(&["when", "text"]);
        let text = words.localized("text").unwrap_or_default();
        let process = words.text("process").map(str::to_owned);
        let when = words.optional("when");
        words.finish();
        Some((text, process, when?))
    }

    /// The checked guide.
    pub(super) fn guide_definition(&self, scope: &GlobalScope) -> Option<Guidance> {
        let guide = self.guide.as_ref()?;
        let condition = |node: &'a Node| self.expression(Placed { node, env: 0 }, &Type::Bool, scope);
        let questions = guide.questions.iter().filter_map(|question| self.asked_by_a_form(question, &condition));
        let papers =
            guide.papers.iter().map(|(paper, when)| GuidePaper { when: when.and_then(condition), ..paper.clone() });
        let elsewhere = guide.elsewhere.iter().filter_map(|(text, process, when)| {
            Some(Elsewhere { when: condition(when)?, text: text.clone(), process: process.clone() })
        });
        Some(Guidance {
            door: self.guide_door(guide),
            questions: questions.collect(),
            papers: papers.collect(),
            elsewhere: elsewhere.collect(),
            ..guide.written.clone()
        })
    }

    fn guide_door(&self, guide: &DraftGuide<'a>) -> String {
        let Some((name, span)) = guide.door else { return String::new() };
        if !self.doors.iter().any(|door| door.name == name) {
            let message = both(format!("没有入口 `{}`", brief(name)), format!("there is no door `{}`", brief(name)));
            let problem = self.error("E0750", 0, span, message).cure(
                "写 start 中的一个入口，申请人从那里开始。",
                "Name a door of `start`: the one applicants are led to.",
            );
            self.problems.push(problem.suggest(closest(name, self.doors.iter().map(|door| &*door.name))));
        }
        name.to_owned()
    }

    fn asked_by_a_form(
        &self,
        question: &DraftQuestion<'a>,
        condition: &dyn Fn(&'a Node) -> Option<Expression>,
    ) -> Option<GuideQuestion> {
        let (path, span) = question.asks?;
        let (form, field) = path.split_once('.').unwrap_or((path, ""));
        let found = self.library.form(form).filter(|_| self.forms.keys().any(|(name, _)| name == form));
        let Some(asked) = found.and_then(|form| form.field_at(field)).filter(|_| !in_rows(found, field)) else {
            let message = both(
                format!("本流程没有表单字段 `{}`", brief(path)),
                format!("no form of this process has a field `{}`", brief(path)),
            );
            self.problems.push(self.error("E0751", 0, span, message).cure(
                "写 表单.字段，例如 request.kind；不能是可重复一行里的字段。",
                "Write form.field, such as request.kind; not a field inside rows.",
            ));
            return None;
        };
        let Some((kind, options)) = choices(asked) else {
            let message = both(
                format!("`{}` 不是选择题，引导时不能问", brief(path)),
                format!("`{}` is not a choice, so the guide cannot ask it", brief(path)),
            );
            let problem = self.error("E0752", 0, span, message).cause(
                "引导只收集选项，不收集任何个人信息。",
                "The guide collects choices only and nothing about a person.",
            );
            self.problems
                .push(problem.cure("换成有 options 的字段或是否题。", "Ask a field with options, or a yes or no."));
            return None;
        };
        Some(GuideQuestion {
            name: question.name.to_owned(),
            title: question.title.clone().unwrap_or_else(|| asked.title.clone()),
            hint: question.hint.clone().unwrap_or_else(|| asked.hint.clone()),
            form: form.to_owned(),
            field: field.to_owned(),
            options,
            kind,
            when: question.when.and_then(condition),
        })
    }
}

/// A field inside rows has as many answers as there are rows.
fn in_rows(form: Option<&std::sync::Arc<crate::form::Form>>, path: &str) -> bool {
    let Some(form) = form else { return false };
    path.match_indices('.').any(|(at, _)| form.field_at(&path[..at]).is_some_and(|group| group.repeat.is_some()))
}

fn choices(field: &Field) -> Option<(QuestionKind, Vec<(String, Text)>)> {
    match &field.kind {
        Kind::YesNo => Some((
            QuestionKind::YesNo,
            vec![("true".to_owned(), both("是", "Yes")), ("false".to_owned(), both("否", "No"))],
        )),
        Kind::Choice { options, several } => {
            let kind = if *several { QuestionKind::Several } else { QuestionKind::One };
            Some((kind, options.iter().map(|option| (option.id.clone(), option.title.clone())).collect()))
        }
        Kind::Text { .. }
        | Kind::Name
        | Kind::Address { .. }
        | Kind::Number { .. }
        | Kind::Money { .. }
        | Kind::Date(_)
        | Kind::Region { .. }
        | Kind::Person
        | Kind::IdNumber
        | Kind::DisabilityCertificate
        | Kind::Phone
        | Kind::Email
        | Kind::BankAccount
        | Kind::Uscc
        | Kind::File { .. }
        | Kind::Group => None,
    }
}
