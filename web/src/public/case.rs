//! The page of a case: where it is, whose turn it is, by when, and what the visitor has to do.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use onething_engine::text::Language;

use super::related::{Related, related};
use super::voice::{Voice, voice};
use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;
use crate::page::{Frame, page};
use crate::session::Visitor;
use crate::view::{CaseView, Look, Reader};

/// Looks shown at most, latest first.
const READERS: u32 = 100;

#[derive(Template)]
#[template(path = "public/case.html")]
struct CasePage {
    f: Frame,
    case: CaseView,
    related: Vec<Related>,
    /// Events so far: what the page already shows.
    length: u64,
    /// Who looked, for those who may know.
    readers: Option<Vec<Reader>>,
    /// What the visitor said about it and may say; nothing unless the case is theirs.
    voice: Option<Voice>,
    said: bool,
    fresh: bool,
    done: bool,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now).about(&open.definition);
    let log = app.store().history(open.loaded.case.id).await?;
    let look = Look {
        loaded: &open.loaded,
        definition: &open.definition,
        rules: &open.rules,
        facts: &open.facts,
        actor: visitor.actor()?,
        now,
        language: f.language,
    };
    let case = look.case(&log);
    let readers = match look.reads_readers() {
        true => Some(look.readers(&app.store().reads_of(open.loaded.case.id, READERS).await?)),
        false => None,
    };
    let voice = voice(&app, &visitor, &f, &open, now).await?;
    let related = related(&app, &f, &open, visitor.actor()?).await?;
    let says = |word: &str| query.as_deref().is_some_and(|query| query.split('&').any(|pair| pair == word));
    let length = open.loaded.case.length;
    page(&CasePage {
        f,
        case,
        related,
        readers,
        voice,
        said: says("said=1"),
        length,
        fresh: says("new=1"),
        done: says("done=1"),
    })
}
