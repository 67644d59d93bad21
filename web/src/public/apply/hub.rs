//! The hub of a draft: every part of the application with its state, to be filled in any order, and until when it is kept.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::text::Language;

use super::steps::{Standing, Step};
use super::{Applying, Asking};
use crate::app::App;
use crate::failure::Failure;
use crate::gate::OwnDraft;
use crate::language;
use crate::page::{Frame, page};
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "apply/hub.html")]
struct HubPage {
    f: Frame,
    draft: String,
    process: String,
    process_title: String,
    door: String,
    title: String,
    rows: Vec<Row>,
    open: usize,
    expires: String,
}

/// One part of the application on its hub.
pub struct Row {
    /// Its address; empty where it cannot be begun.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// What else to know.
    pub note: String,
    /// Its state in words.
    pub state: String,
    /// The class of the state.
    pub class: &'static str,
}

/// The hub.
pub async fn show(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let applying = Applying::find(&app, &visitor, &draft).await?;
    let f = Frame::new(&app, &visitor, applying.asking.now).about(&applying.asking.definition);
    let steps = applying.steps(f.staff, f.language);
    let content = HubPage {
        draft: draft.id.clone(),
        process: applying.asking.definition.name.clone(),
        process_title: f.x(&applying.asking.definition.title).to_owned(),
        door: applying.asking.door.name.clone(),
        title: f.x(&applying.asking.form.title).to_owned(),
        rows: steps.iter().map(|step| row(&applying, &f, step)).collect(),
        open: open(&steps),
        expires: language::day(draft.expires_at.date(), f.language),
        f,
    };
    page(&content)
}

/// How many steps must still be done before the application can be sent.
pub fn open(steps: &[Step]) -> usize {
    let waits = |step: &&Step| !step.problems.is_empty() || matches!(step.standing, Standing::Waits(_));
    steps.iter().filter(waits).count()
}

fn row(applying: &Applying, f: &Frame, step: &Step) -> Row {
    let (state, class) = match &step.standing {
        Standing::New => (f.t("未开始", "Not started"), "none"),
        Standing::Begun => (f.t("填写中", "In progress"), "part"),
        Standing::Done => (f.t("已完成", "Completed"), "done"),
        Standing::Waits(_) => (f.t("还不能填", "Cannot start yet"), "none"),
    };
    let note = match (&step.standing, f.language) {
        (Standing::Waits(titles), Language::Zh) => format!("先回答“{}”", titles.join("”“")),
        (Standing::Waits(titles), Language::En) => format!("Answer “{}” first", titles.join("” and “")),
        (Standing::New, _) if step.optional => f.t("选填", "Optional").to_owned(),
        (Standing::New | Standing::Begun | Standing::Done, _) => String::new(),
    };
    let waits = matches!(step.standing, Standing::Waits(_));
    Row {
        href: if waits { String::new() } else { applying.address(&format!("/q/{}", step.page.id)) },
        title: f.x(&step.page.title).to_owned(),
        note,
        state: state.to_owned(),
        class,
    }
}

#[derive(Template)]
#[template(path = "apply/drop.html")]
struct DropPage {
    f: Frame,
    draft: String,
    title: String,
}

/// Asks whether the draft shall go.
pub async fn ask(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &draft.process, &draft.door).await?;
    let f = Frame::new(&app, &visitor, asking.now).about(&asking.definition);
    page(&DropPage { draft: draft.id.clone(), title: f.x(&asking.form.title).to_owned(), f })
}

/// Throws the draft away.
pub async fn drop(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    app.store().drop_draft(&draft.id, visitor.actor()?.stands_for()).await?;
    Ok(Redirect::to("/me").into_response())
}
