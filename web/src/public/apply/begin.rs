//! The start page of a door: how to apply, how long it takes, what is kept and who gets it; then a draft. It must never
//! save anything before somebody presses the button.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::text::Language;

use super::Asking;
use crate::app::App;
use crate::failure::Failure;
use crate::filling;
use crate::page::{Frame, page};
use crate::sent::Sent;
use crate::session::Visitor;

/// Seconds that a question takes, as a rough figure for people.
const SECONDS_EACH: usize = 25;

#[derive(Template)]
#[template(path = "apply/begin.html")]
struct BeginPage {
    f: Frame,
    process: String,
    process_title: String,
    door: String,
    title: String,
    intro: String,
    basis: String,
    minutes: usize,
    pages: Vec<String>,
    papers: Vec<String>,
    offices: Vec<String>,
    days: i64,
}

/// The page. A stranger reads it as well, and is asked to sign in where it begins.
pub async fn show(
    State(app): State<App>,
    Path((process, door)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &process, &door).await?;
    let f = Frame::new(&app, &visitor, asking.now).about(&asking.definition);
    let fields = asking.form.all_fields();
    let asked = fields.iter().filter(|(_, field)| field.fields.is_empty() && field.required).count();
    let papers = fields.iter().filter(|(_, field)| matches!(field.kind, onething_engine::form::Kind::File { .. }));
    let content = BeginPage {
        process_title: f.x(&asking.definition.title).to_owned(),
        title: f.x(&asking.form.title).to_owned(),
        intro: f.x(&asking.form.intro).to_owned(),
        basis: asking.form.basis.clone().unwrap_or_else(|| asking.definition.basis.clone()),
        minutes: (asked * SECONDS_EACH).div_ceil(60).max(1),
        pages: asking.form.pages().iter().map(|page| f.x(&page.title).to_owned()).collect(),
        papers: papers.map(|(_, field)| f.x(&field.title).to_owned()).collect(),
        offices: asking.offices().iter().map(|office| f.x(office).to_owned()).collect(),
        days: filling::KEPT_DAYS,
        process,
        door,
        f,
    };
    page(&content)
}

/// Makes the draft. Answers that stand in the request, such as those of guided questions, are its beginning.
pub async fn send(
    State(app): State<App>,
    Path((process, door)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &process, &door).await?;
    let mut typed = sent.answers();
    typed.retain(|(name, _)| asking.form.field_at(name).is_some());
    let draft = filling::begin(&app, &visitor, asking.place(), &typed, asking.now).await?;
    Ok(Redirect::to(&format!("/apply/{draft}")).into_response())
}
