//! The start page.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use onething_engine::definition::Door;
use onething_engine::text::Language;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "public/start.html")]
struct StartPage {
    f: Frame,
    services: Vec<Service>,
}

struct Service {
    name: String,
    title: String,
    items: usize,
    offices: usize,
    first: Vec<String>,
    /// Ways to begin that the visitor may use, where there are no matters to list.
    doors: Vec<String>,
}

/// Services with what they cover.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let rules = app.rules();
    let actor = visitor.actor.as_ref();
    let open = |door: &Door| door.party.is_some() || super::guide::opens(&rules, door, actor);
    let services = app.services(now).into_iter().filter(|definition| definition.doors.values().any(open));
    let services = services.map(|definition| {
        let items = super::guide::blocks(&definition).into_iter().next().unwrap_or_default();
        let offices: std::collections::BTreeSet<_> = items.iter().filter_map(|item| item.office.clone()).collect();
        Service {
            name: definition.name.clone(),
            title: f.x(&definition.title).to_owned(),
            items: items.len(),
            offices: offices.len(),
            first: items.iter().take(5).map(|item| f.x(&item.title).to_owned()).collect(),
            doors: definition
                .doors
                .values()
                .filter(|door| open(door))
                .map(|door| f.x(&door.title).to_owned())
                .collect(),
        }
    });
    let services = services.collect();
    page(&StartPage { f, services })
}

/// Is the database there?
pub async fn health(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store().ping().await?;
    Ok("ok\n")
}
