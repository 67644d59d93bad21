//! Words that many keys share: inputs, people, papers, notices, names of forms. It must never look at the shape of the
//! process; that is known only when every file is lowered.

use super::draft::{Draft, EnvIndex, InputKind, Place, Placed};
use super::model::{Assignee, Effects, NoticeUse, Outcome};
use crate::organisation::role;
use crate::source::{Content, Node, Reader, Span, brief, closest};
use crate::text::Text;

/// A sentence in both languages.
pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// The results a final state may have.
pub(super) const OUTCOMES: &[(&str, Outcome)] = &[
    ("success", Outcome::Success),
    ("partial", Outcome::Partial),
    ("failure", Outcome::Failure),
    ("none", Outcome::None),
];

/// The word of a result, as guards see it.
pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Partial => "partial",
        Outcome::Failure => "failure",
        Outcome::None => "none",
    }
}

impl<'a> Draft<'a> {
    /// The value behind a node: an input is replaced by what was passed, with the names of who passed it.
    pub fn value(&self, env: EnvIndex, node: &'a Node) -> Option<Placed<'a>> {
        let mut placed = Placed { node, env };
        // Each step leads to the environment of an outer use, so this ends.
        loop {
            let Some(name) = placed.node.as_text().and_then(input_name) else { return Some(placed) };
            placed = self.input(placed.env, name, placed.node.span)?.1?;
        }
    }

    /// A bound input by name; reports an unknown one.
    pub fn input(&self, env: EnvIndex, name: &str, span: Span) -> Option<(InputKind, Option<Placed<'a>>)> {
        let inputs = &self.envs[env].inputs;
        if let Some(input) = inputs.get(name) {
            return Some((input.kind, input.value));
        }
        let message =
            both(format!("这里没有名为 `{}` 的输入", brief(name)), format!("there is no input `{}` here", brief(name)));
        let problem = self.error("E0501", env, span, message).cure(
            "在片段的 inputs 中声明它；流程文件本身没有输入。",
            "Declare it under `inputs` of the fragment; a process has no inputs.",
        );
        self.problems.push(problem.suggest(closest(name, inputs.keys().copied())));
        None
    }

    /// The text of a value, inputs resolved.
    pub fn text(&self, env: EnvIndex, node: &'a Node) -> Option<(&'a str, Place)> {
        let placed = self.value(env, node)?;
        let text = self.file(placed.env).text(placed.node)?;
        Some((text, Place { env: placed.env, span: placed.node.span }))
    }

    /// The members of a list or the one value, each with inputs resolved.
    pub fn values(&self, env: EnvIndex, node: &'a Node) -> Vec<Placed<'a>> {
        let Some(placed) = self.value(env, node) else { return Vec::new() };
        match &placed.node.content {
            Content::List(nodes) => nodes.iter().filter_map(|node| self.value(placed.env, node)).collect(),
            Content::Null | Content::Scalar { .. } | Content::Map(_) => vec![placed],
        }
    }

    /// Who: offices, parties, roles.
    pub fn assignees(&mut self, env: EnvIndex, node: &'a Node) -> Vec<Assignee> {
        let mut found = Vec::new();
        for placed in self.values(env, node) {
            let Some(text) = self.file(placed.env).text(placed.node) else { continue };
            found.extend(self.assignee(text, Place { env: placed.env, span: placed.node.span }));
        }
        found
    }

    /// One name of who: `police.household`, `applicant`, `lead`, `supervisor`.
    pub fn assignee(&mut self, text: &str, place: Place) -> Option<Assignee> {
        let assignee = if text == "lead" || text.starts_with("lead.") {
            let Some(lead) = self.frame.lead.clone() else {
                let message = both("`lead` 没有声明", "`lead` is not declared");
                self.problems.push(self.error("E0503", place.env, place.span, message).cure(
                    "在流程文件开头写 `lead: 部门.科室`。",
                    "Write `lead: department.unit` at the top of the process.",
                ));
                return None;
            };
            match (text.strip_prefix("lead."), &lead) {
                (Some(unit), Assignee::Office(office)) => {
                    let department = office.split('.').next().unwrap_or(office);
                    Assignee::Office(format!("{department}.{unit}"))
                }
                (Some(unit), Assignee::Site { site, office, unknown }) => {
                    let department = office.split('.').next().unwrap_or(office);
                    let office = format!("{department}.{unit}");
                    Assignee::Site { site: site.clone(), office, unknown: unknown.clone() }
                }
                (None | Some(_), _) => lead,
            }
        } else if let Some(party) = self.envs[place.env].row.as_ref().and_then(|row| row.party.clone())
            && text == "each.party"
        {
            Assignee::Party(party)
        } else if self.parties.contains_key(text) {
            Assignee::Party(text.to_owned())
        } else if role::ALL.contains(&text) {
            Assignee::Role(text.to_owned())
        } else if let Some(office) = self.site_office(text) {
            office
        } else if text.contains('.') || self.library.is_department(text) {
            Assignee::Office(text.to_owned())
        } else {
            let names = self.parties.keys().map(String::as_str).chain(role::ALL.iter().copied()).chain(["lead"]);
            let message =
                both(format!("不知道“{}”是谁", brief(text)), format!("nobody is called `{}` here", brief(text)));
            let problem = self.error("E0502", place.env, place.span, message).cure(
                "写 部门.科室（如 police.household）、parties 中的一方，或者角色（如 supervisor）。",
                "Write an office (`police.household`), a party of this file, or a role (`supervisor`).",
            );
            self.problems.push(problem.suggest(closest(text, names)));
            return None;
        };
        self.offices.push((assignee.clone(), place));
        Some(assignee)
    }

    /// `document` and `notify` of a state, a task or a transition.
    pub fn effects(&mut self, env: EnvIndex, reader: &Reader<'a>) -> Effects {
        let mut effects = Effects::default();
        if let Some(node) = reader.optional("document") {
            for placed in self.values(env, node) {
                let Some(code) = self.file(placed.env).text(placed.node) else { continue };
                let place = Place { env: placed.env, span: placed.node.span };
                self.documents.entry(code.to_owned()).or_insert(place);
                effects.documents.push(code.to_owned());
            }
        }
        if let Some(node) = reader.optional("notify") {
            for placed in self.notices_of(env, node) {
                effects.notices.extend(self.notice(placed));
            }
        }
        effects
    }

    /// Notices are `recipient.text`, so `input.x.text` is no whole input and stays as it is.
    fn notices_of(&self, env: EnvIndex, node: &'a Node) -> Vec<Placed<'a>> {
        match &node.content {
            Content::List(nodes) => nodes.iter().map(|node| Placed { node, env }).collect(),
            Content::Null | Content::Scalar { .. } | Content::Map(_) => vec![Placed { node, env }],
        }
    }

    fn notice(&mut self, placed: Placed<'a>) -> Option<NoticeUse> {
        let written = self.file(placed.env).text(placed.node)?;
        let place = Place { env: placed.env, span: placed.node.span };
        let Some((recipient, text)) = written.rsplit_once('.') else {
            let message = both(
                format!("通知“{}”没有写明通知谁", brief(written)),
                format!("the notice `{}` does not say whom to tell", brief(written)),
            );
            self.problems.push(self.error("E0504", place.env, place.span, message).cure(
                "写成 接收人.文本，例如 applicant.accepted。",
                "Write recipient.text, such as `applicant.accepted`.",
            ));
            return None;
        };
        let to = match recipient.strip_prefix("input.") {
            Some(name) => {
                let (_, value) = self.input(place.env, name, place.span)?;
                let value = value?;
                let value = self.value(value.env, value.node)?;
                let who = self.file(value.env).text(value.node)?;
                self.assignee(who, Place { env: value.env, span: value.node.span })?
            }
            None => self.assignee(recipient, place)?,
        };
        self.notices.entry(text.to_owned()).or_insert(place);
        if let Assignee::Party(party) = &to
            && self.parties.get(party).is_some_and(|party| party.silent)
        {
            let message = both(
                format!("不能通知 `{party}`：它被声明为 silent"),
                format!("`{party}` must not be told anything: it is declared silent"),
            );
            self.problems.push(
                self.error("E0505", place.env, place.span, message)
                    .cure("改为通知申请人或其他当事人。", "Tell the applicant or another party."),
            );
        }
        Some(NoticeUse { to, text: text.to_owned() })
    }

    /// The name of a form, noted as asked here.
    pub fn form(&mut self, env: EnvIndex, node: &'a Node) -> Option<String> {
        let (name, place) = self.text(env, node)?;
        let item = self.envs[env].item;
        self.forms.entry((name.to_owned(), item)).or_insert(place);
        Some(name.to_owned())
    }
}

/// `x` of `input.x`, nothing else.
pub(super) fn input_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("input.")?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')).then_some(name)
}
