//! My tasks: what waits for the visitor's offices, the most urgent first.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use onething_engine::case::CaseId;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::store::{TaskCursor, TaskListed, TaskQuery};
use onething_engine::value::Instant;

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page};
use crate::session::Visitor;
use crate::view::Light;

/// Tasks on one page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "desk/tasks.html")]
struct TasksPage {
    f: Frame,
    rows: Vec<TaskRow>,
    next: String,
    first: bool,
    offices: Vec<String>,
    finished: String,
}

struct TaskRow {
    href: String,
    number: String,
    process: String,
    title: String,
    item: String,
    light: Light,
    due: String,
    since: String,
    holder: String,
    mine: bool,
}

/// The list, from the row that the address names.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let actor = visitor.actor()?;
    let f = Frame::new(&app, &visitor, now);
    let value = |name: &str| {
        let all = query.as_deref().unwrap_or_default().split('&');
        all.filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, text)| text.to_owned())
    };
    let after = value("after").and_then(|text| cursor(&text));
    let first = after.is_none();
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut found = app.store().tasks(&offered(actor), after, limit).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(position).unwrap_or_default();
    let rows = found.into_iter().map(|task| row(&app, &f, actor, task, now)).collect();
    let organisation = &app.rules().organisation;
    let offices = match &actor.kind {
        ActorKind::Staff { units, .. } => {
            units.iter().map(|unit| f.x(&organisation.office_title(unit)).to_owned()).collect()
        }
        ActorKind::Citizen
        | ActorKind::Agent { .. }
        | ActorKind::System
        | ActorKind::Process { .. }
        | ActorKind::Connector { .. } => Vec::new(),
    };
    let finished = value("done").filter(|id| id.parse::<uuid::Uuid>().is_ok()).unwrap_or_default();
    page(&TasksPage { f, rows, next, first, offices, finished })
}

/// Whose tasks an actor sees.
pub fn offered(actor: &Actor) -> TaskQuery {
    match &actor.kind {
        ActorKind::Staff { units, roles, region } => TaskQuery {
            units: units.clone(),
            roles: roles.iter().cloned().collect(),
            account: None,
            regions: vec![region.clone()],
        },
        ActorKind::Citizen | ActorKind::Agent { .. } => {
            TaskQuery { account: Some(actor.stands_for().to_owned()), ..TaskQuery::default() }
        }
        ActorKind::System | ActorKind::Process { .. } | ActorKind::Connector { .. } => TaskQuery::default(),
    }
}

fn row(app: &App, f: &Frame, actor: &Actor, task: TaskListed, now: Instant) -> TaskRow {
    let rules = app.rules();
    let definition = rules.choose(&task.process, task.offered_at.date());
    let item = definition.and_then(|definition| definition.item_named(&task.item));
    let mine = task.holder.as_deref() == Some(&actor.id);
    let people = &rules.organisation.people;
    let holder = task.holder.as_ref().map(|id| people.get(id).map_or(id.as_str(), |person| f.x(&person.name)));
    TaskRow {
        href: format!("/desk/t/{}/{}", task.case_id, task.task),
        number: task.number.clone(),
        process: definition.map_or(task.process.clone(), |definition| f.x(&definition.title).to_owned()),
        title: f.x(&task.title).to_owned(),
        item: item.map(|item| f.x(&item.title).to_owned()).unwrap_or_default(),
        light: light(&task, now),
        due: task.due_at.map(language::deadline_short).unwrap_or_default(),
        since: language::short(task.offered_at),
        holder: holder.unwrap_or_default().to_owned(),
        mine,
    }
}

fn light(task: &TaskListed, now: Instant) -> Light {
    match (task.status.as_str(), task.due_at, task.warn_at) {
        ("aside", ..) => Light::Paused,
        (_, Some(due), _) if due <= now => Light::Red,
        (_, _, Some(warn)) if warn <= now => Light::Yellow,
        _ => Light::Green,
    }
}

fn position(task: &TaskListed) -> String {
    let due_at = task.due_at.map_or(i64::MAX, |due| due.0);
    format!("{due_at}.{}.{}", task.case_id, task.task)
}

fn cursor(text: &str) -> Option<TaskCursor> {
    let mut parts = text.split('.');
    let (due_at, case, task) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(TaskCursor { due_at, case_id: CaseId(case), task })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_tasks_goes_on_where_the_last_one_ended() {
        let case_id = CaseId(uuid::Uuid::from_u128(7));
        let text = format!("-5.{case_id}.3");
        assert_eq!(cursor(&text), Some(TaskCursor { due_at: -5, case_id, task: 3 }));
        assert_eq!(cursor("x"), None);
    }
}
