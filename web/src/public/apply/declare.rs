//! The declaration: what one confirms, to whom it goes, and the button that says so. It must never send an application
//! with something left to mend.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::text::Language;

use super::{Applying, Refused};
use crate::app::App;
use crate::failure::{Failure, status_of};
use crate::gate::OwnDraft;
use crate::page::{Frame, page_with};
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "apply/declare.html")]
struct DeclarePage {
    f: Frame,
    draft: String,
    process_title: String,
    offices: Vec<String>,
    refusal: String,
    rival: String,
}

impl Applying {
    fn declaration(&self, app: &App, visitor: &Visitor, refused: Option<&Refused>) -> Result<Response, Failure> {
        let f = Frame::new(app, visitor, self.asking.now).about(&self.asking.definition);
        let content = DeclarePage {
            draft: self.draft.id.clone(),
            process_title: f.x(&self.asking.definition.title).to_owned(),
            offices: self.asking.offices().iter().map(|office| f.x(office).to_owned()).collect(),
            refusal: refused.map(|refused| f.x(&refused.why.text()).to_owned()).unwrap_or_default(),
            rival: refused.and_then(|refused| refused.rival).map(|case| case.to_string()).unwrap_or_default(),
            f,
        };
        page_with(refused.map_or(StatusCode::OK, |refused| status_of(&refused.why)), &content)
    }
}

/// The declaration; the overview while something is missing.
pub async fn show(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let applying = Applying::find(&app, &visitor, &draft).await?;
    if !applying.reading.problems.is_empty() {
        return Ok(Redirect::to(&applying.address("/review")).into_response());
    }
    applying.declaration(&app, &visitor, None)
}

/// Sends the application.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let applying = Applying::find(&app, &visitor, &draft).await?;
    if !applying.reading.problems.is_empty() {
        return Ok(Redirect::to(&applying.address("/review")).into_response());
    }
    let answers = applying.reading.values.clone();
    match applying.asking.submit(&app, &visitor, &draft.id, answers).await? {
        Ok(case) => Ok(Redirect::to(&format!("/c/{case}?new=1")).into_response()),
        Err(refused) if refused.problems().is_empty() => applying.declaration(&app, &visitor, Some(&refused)),
        Err(_) => Ok(Redirect::to(&applying.address("/review")).into_response()),
    }
}
