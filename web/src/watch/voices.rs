//! What people said about cases of the supervisor's region, and the answers they owe. A rating shows neither case nor
//! person: it is about the service. It must never rank clerks.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::organisation::ActorKind;
use onething_engine::store::Said;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page_with};
use crate::public::voice::Spoken;
use crate::sent::Sent;
use crate::session::Visitor;

/// Voices on one page at most.
const SHOWN: u32 = 200;
/// Characters of an answer at most.
const TEXT_MAX: usize = 1000;

#[derive(Template)]
#[template(path = "watch/voices.html")]
struct VoicesPage {
    f: Frame,
    voices: Vec<Heard>,
    refusal: String,
}

struct Heard {
    id: String,
    spoken: Spoken,
    /// The service.
    service: String,
    /// The case, of a complaint only: its number and address.
    case: Option<(String, String)>,
}

fn region(visitor: &Visitor) -> Result<String, Failure> {
    match &visitor.actor()?.kind {
        ActorKind::Staff { region, .. } => Ok(region.clone()),
        _ => Err(Failure::Forbidden),
    }
}

async fn shown(app: &App, visitor: &Visitor, refusal: String) -> Result<Response, Failure> {
    let f = Frame::new(app, visitor, app.now().await?);
    let rules = app.rules();
    let mut voices = Vec::new();
    for voice in app.store().voices_in(&region(visitor)?, SHOWN).await? {
        let held = app.store().case(voice.row.case).await?;
        let case = held.map(|held| held.loaded.case);
        let definition = case.as_ref().and_then(|case| rules.definition(&case.definition));
        voices.push(Heard {
            id: voice.row.id.clone(),
            spoken: Spoken::of(&f, &voice),
            service: definition.map(|known| f.x(&known.title).to_owned()).unwrap_or_default(),
            case: match voice.row.said {
                Said::Complaint => case.map(|case| (case.number, format!("/c/{}", case.id))),
                Said::Rating(_) => None,
            },
        });
    }
    let status = if refusal.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(status, &VoicesPage { f, voices, refusal })
}

/// The list.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    shown(&app, &visitor, String::new()).await
}

/// Answers one; the person reads it on the page of the case.
pub async fn answer(
    State(app): State<App>,
    Path(voice): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let t = visitor.words();
    let text = sent.get("answer").unwrap_or_default().trim().to_owned();
    if !(2..=TEXT_MAX).contains(&text.chars().count()) {
        let refusal = t("请写明处理情况（2 到 1000 个字）。", "Say what was done (2 to 1000 characters).");
        return shown(&app, &visitor, refusal).await;
    }
    if !app.store().answer_voice(&voice, &region(&visitor)?, &visitor.actor()?.id, &text).await? {
        return Err(Failure::NotFound);
    }
    Ok(Redirect::to("/watch/voices").into_response())
}
