//! My cases: everything in which the visitor is a party.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use onething_engine::decide::Facts;
use onething_engine::organisation::Actor;
use onething_engine::store::CaseListed;
use onething_engine::value::Instant;

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page};
use crate::session::Visitor;
use crate::view::{Light, Look};

/// Cases on one page at most.
const SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "public/mine.html")]
struct MinePage {
    f: Frame,
    drafts: Vec<Begun>,
    cases: Vec<Listed>,
}

/// An application that was not sent yet.
struct Begun {
    href: String,
    title: String,
    until: String,
}

/// A case in a list.
pub struct Listed {
    /// Its address.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Name of the process.
    pub title: String,
    /// The stage it is in.
    pub place: String,
    /// When it began.
    pub opened: String,
    /// By when, or when it closed.
    pub due: String,
    /// How urgent.
    pub light: Light,
    /// It has ended.
    pub closed: bool,
}

/// The list.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let actor = visitor.actor()?;
    let cases = app.store().cases_of(actor.stands_for(), SHOWN).await?;
    let mut rows = Vec::with_capacity(cases.len());
    for case in cases.into_iter().filter(|case| actor.acts_in(&case.process)) {
        rows.push(listed(&app, &f, actor, case, now).await?);
    }
    let drafts = drafts(&app, &f, actor, now).await?;
    page(&MinePage { f, drafts, cases: rows })
}

/// Applications under way. Drafts of tasks and actions are found where those are.
async fn drafts(app: &App, f: &Frame, actor: &Actor, now: Instant) -> Result<Vec<Begun>, Failure> {
    let rules = app.rules();
    let rows = app.store().drafts_of(actor.stands_for(), SHOWN).await?;
    // An agent learns of nothing outside the scope of the authority.
    let begun = rows.into_iter().filter(|row| actor.acts_in(&row.process)).filter_map(|row| {
        let definition = rules.choose(&row.process, now.date())?;
        let door = definition.doors.get(&row.door)?;
        let form = door.form.as_ref().and_then(|form| definition.forms.get(form))?;
        Some(Begun {
            href: format!("/apply/{}", row.id),
            title: f.x(&form.title).to_owned(),
            until: language::day(row.expires_at.date(), f.language),
        })
    });
    Ok(begun.collect())
}

/// A row for a case. Two days before its deadline a case is soon late. It reads the case itself for its stage, so lists
/// must stay as short as they are.
///
/// # Errors
/// The store cannot be reached.
pub async fn listed(app: &App, f: &Frame, actor: &Actor, case: CaseListed, now: Instant) -> Result<Listed, Failure> {
    let rules = app.rules();
    let held = app.store().case(case.id).await?;
    let place = held.as_ref().and_then(|held| {
        let definition = rules.definition(&held.loaded.case.definition)?;
        // Where a case stands does not depend on other cases.
        let facts = &Facts::default();
        let look = Look { loaded: &held.loaded, definition, rules: &rules, facts, actor, now, language: f.language };
        Some(look.place())
    });
    let title = rules.choose(&case.process, case.opened_at.date());
    let soon = |due: Instant| due.0 - now.0 <= 2 * onething_engine::value::DAY_MS;
    let light = match (case.closed_at, case.due_at) {
        (Some(_), _) => Light::Done,
        (None, _) if case.late => Light::Red,
        (None, Some(due)) if due <= now => Light::Red,
        (None, Some(due)) if soon(due) => Light::Yellow,
        (None, Some(_) | None) => Light::Green,
    };
    Ok(Listed {
        id: case.id.to_string(),
        number: case.number,
        title: title.map_or(case.process, |definition| f.x(&definition.title).to_owned()),
        place: place.unwrap_or_default(),
        opened: language::short(case.opened_at),
        due: match (case.closed_at, case.due_at) {
            (Some(at), _) => language::short(at),
            (None, Some(due)) => language::deadline_short(due),
            (None, None) => String::new(),
        },
        light,
        closed: case.closed_at.is_some(),
    })
}
