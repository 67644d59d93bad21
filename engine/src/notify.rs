//! Telling the world: renders a message of the outbox when it is sent, finds out to whom, and hands it to a mail server.
//! Personal values appear in no message: it names the case by its number and links to it. It must never change a case.

mod codes;
mod mail;
mod outbox;

use std::collections::BTreeSet;

use crate::case::Case;
use crate::decide::{LATE, REMINDER, TASK_OFFERED};
use crate::definition::{Assignee, NoticeText, ProcessDefinition};
use crate::rulebook::Rulebook;
use crate::text::{Language, Text};
use crate::value::{Instant, MINUTE_MS};

pub use codes::{Codes, code_text};
pub use mail::{Mail, MailConfig, Mailer, SendError};
pub use outbox::{Outbox, Rounds};

/// What a message of the outbox refers to.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// `party:applicant`, `office:police.household`, `role:supervisor`.
    pub recipient: &'a str,
    /// Name of the text.
    pub text: &'a str,
    /// Item name, or empty.
    pub item: &'a str,
    /// Task number.
    pub task: Option<u32>,
    /// The deadline it names.
    pub due_at: Option<Instant>,
}

/// A message as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Paragraphs; Chinese first, English below, unless one language was asked for.
    pub body: String,
}

/// Renders a message. `link` is the address of the case.
pub fn render(
    rules: &Rulebook,
    definition: &ProcessDefinition,
    case: &Case,
    reference: &Reference<'_>,
    link: &str,
) -> Rendered {
    let text = definition.notices.get(reference.text).cloned().unwrap_or_else(|| built_in(reference.text));
    let fill = |words: &Text, language: Language| {
        let item = definition.item_named(reference.item);
        let item = item.map_or_else(
            || task_title(definition, case, reference, language),
            |item| item.title.get(language).to_owned(),
        );
        let office = office_title(rules, definition, reference, language);
        let replaced = words.get(language).to_owned();
        [
            ("{number}", case.number.as_str()),
            ("{title}", definition.title.get(language)),
            ("{item}", &item),
            ("{due}", &due(reference.due_at, language)),
            ("{office}", &office),
            ("{link}", link),
        ]
        .iter()
        .fold(replaced, |text, (name, value)| text.replace(name, value))
    };
    let (zh, en) = (fill(&text.body, Language::Zh), fill(&text.body, Language::En));
    let body = if zh == en { zh } else { format!("{zh}\n\n{en}") };
    Rendered { subject: fill(&text.subject, Language::Zh), body }
}

/// Texts that every process has unless it brings its own.
fn built_in(name: &str) -> NoticeText {
    let (subject, body) = match name {
        TASK_OFFERED => (
            Text::new("办件 {number}：新待办“{item}”", "Case {number}: new task “{item}”"),
            Text::new(
                "{title}：{office}有一项新待办“{item}”，办理期限：{due}。请从这里办理：{link}",
                "{title}: there is a new task “{item}” for {office}, due {due}. Open it here: {link}",
            ),
        ),
        REMINDER => (
            Text::new("办件 {number}：“{item}”即将到期", "Case {number}: “{item}” is due soon"),
            Text::new(
                "{title}：“{item}”的期限是 {due}，请尽快办理：{link}",
                "{title}: “{item}” is due {due}. Please see to it: {link}",
            ),
        ),
        LATE => (
            Text::new("办件 {number}：“{item}”已超期", "Case {number}: “{item}” is late"),
            Text::new(
                "{title}：“{item}”已超过期限 {due}。请立即办理，并在办件中说明原因：{link}",
                "{title}: “{item}” has passed its limit, {due}. Please see to it at once: {link}",
            ),
        ),
        _ => (
            Text::new("办件 {number} 有新进展", "News of case {number}"),
            Text::new("{title}有新进展，请查看：{link}", "There is news of {title}: {link}"),
        ),
    };
    NoticeText { subject, body }
}

fn task_title(definition: &ProcessDefinition, case: &Case, reference: &Reference<'_>, language: Language) -> String {
    let task = reference.task.and_then(|number| case.task(number));
    let work = task.and_then(|task| definition.state(task.state).task.as_ref());
    work.map_or_else(|| definition.title.get(language).to_owned(), |work| work.title.get(language).to_owned())
}

/// The office a message speaks of: the one it is written to; for everybody else the office in charge of the item, or
/// the leading office.
fn office_title(
    rules: &Rulebook,
    definition: &ProcessDefinition,
    reference: &Reference<'_>,
    language: Language,
) -> String {
    let title = |office: &str| rules.organisation.office_title(office).get(language).to_owned();
    match reference.recipient.split_once(':') {
        Some(("office", address)) => return rules.organisation.office_addressed(address).get(language).to_owned(),
        Some(("role", "supervisor")) => return Text::new("督办人员", "the supervisors").get(language).to_owned(),
        Some(_) | None => {}
    }
    let of_item = definition.item_named(reference.item).and_then(|item| item.office.as_ref());
    match of_item.or(definition.lead.as_ref()) {
        Some(Assignee::Office(office) | Assignee::Site { office, .. }) => title(office),
        Some(Assignee::Party(_) | Assignee::Role(_)) | None => {
            Text::new("有关部门", "the office in charge").get(language).to_owned()
        }
    }
}

/// The last moment in time: a deadline that ends a day is named by the day.
fn due(due_at: Option<Instant>, language: Language) -> String {
    let Some(due_at) = due_at else {
        return Text::new("未定", "not yet known").get(language).to_owned();
    };
    if due_at.millisecond_of_day() == 0 {
        return due_at.plus(-1).date().to_string();
    }
    let minutes = due_at.millisecond_of_day() / MINUTE_MS;
    format!("{} {:02}:{:02}", due_at.date(), minutes / 60, minutes % 60)
}

/// Accounts and people a message is for.
pub fn recipients(rules: &Rulebook, case: &Case, recipient: &str) -> BTreeSet<Addressee> {
    match recipient.split_once(':') {
        Some(("party", party)) => {
            case.parties.get(party).into_iter().flatten().map(|account| Addressee::Account(account.clone())).collect()
        }
        Some(("office", address)) => {
            let (office, region) = address.split_once('@').unwrap_or((address, &case.region));
            let here = |own: &str| rules.organisation.contains(own, region) || rules.organisation.contains(region, own);
            rules
                .organisation
                .people
                .values()
                .filter(|person| person.units.iter().any(|unit| unit == office) && here(&person.region))
                .map(|person| Addressee::Person(person.id.clone()))
                .collect()
        }
        Some(("role", role)) => rules
            .organisation
            .people
            .values()
            .filter(|person| person.roles.contains(role) && rules.organisation.contains(&person.region, &case.region))
            .map(|person| Addressee::Person(person.id.clone()))
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// Somebody a message is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addressee {
    /// A citizen's account.
    Account(String),
    /// One of the staff.
    Person(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_deadline_that_ends_a_day_is_named_by_the_day() {
        let midnight = Instant::start_of(date(2025, 10, 10));
        assert_eq!(due(Some(midnight), Language::Zh), "2025-10-09");
        assert_eq!(due(Some(midnight.plus(9 * 3_600_000)), Language::En), "2025-10-10 09:00");
        assert_eq!(due(None, Language::En), "not yet known");
    }

    #[test]
    fn every_built_in_text_speaks_both_languages() {
        for name in [TASK_OFFERED, REMINDER, LATE, "anything"] {
            let text = built_in(name);
            for part in [text.subject, text.body] {
                assert_ne!(part.zh, part.en);
                assert!(!part.zh.is_empty() && !part.en.is_empty());
            }
        }
    }
}
