//! The whole form of a door on one page: for the staff, who fill it in at a window, and for whoever likes it better. It
//! reads the same draft as the pages that ask one thing at a time.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::FieldProblem;
use onething_engine::rejection::Rejection;
use onething_engine::value::Value;

use super::{Asking, Refused};
use crate::app::App;
use crate::failure::{Failure, status_of};
use crate::fields::{Asked, Piece, Showing, Widget, asked};
use crate::files::{self, Known};
use crate::filling::{self, Filling};
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "apply/dense.html")]
struct ApplyPage {
    f: Frame,
    process: String,
    process_title: String,
    door: String,
    asked: Asked,
    filling: Filling,
    refusal: String,
    rival: String,
    expires: String,
}

impl Asking {
    #[expect(clippy::too_many_arguments)]
    fn page(
        &self,
        app: &App,
        visitor: &Visitor,
        filling: Filling,
        problems: &[FieldProblem],
        values: &Value,
        refused: Option<&Refused>,
        files: &Known,
    ) -> Result<Response, Failure> {
        let f = Frame::new(app, visitor, self.now).about(&self.definition);
        let asked = asked(&Showing {
            form: &self.form,
            only: None,
            prefix: "",
            typed: &filling.typed,
            problems,
            values,
            answers: &Value::Null,
            today: self.now.date(),
            staff: visitor.is_staff(),
            organisation: &self.rules.organisation,
            language: f.language,
            files,
        });
        let status = refused.map_or(StatusCode::OK, |refused| status_of(&refused.why));
        let content = ApplyPage {
            process: self.definition.name.clone(),
            process_title: f.x(&self.definition.title).to_owned(),
            door: self.door.name.clone(),
            asked,
            refusal: refused.map(|refused| f.x(&refused.why.text()).to_owned()).unwrap_or_default(),
            rival: refused.and_then(|refused| refused.rival).map(|case| case.to_string()).unwrap_or_default(),
            expires: crate::language::day(
                self.now.plus(crate::filling::KEPT_DAYS * onething_engine::value::DAY_MS).date(),
                f.language,
            ),
            filling,
            f,
        };
        page_with(status, &content)
    }
}

/// The form, empty or as far as it was filled in.
pub async fn show(
    State(app): State<App>,
    Path((process, door)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &process, &door).await?;
    let filling = filling::resume(&app, &visitor, asking.place(), query.as_deref()).await?;
    let known = files::known(&app, &visitor, &filling.typed, Some(&filling.draft), None).await?;
    asking.page(&app, &visitor, filling, &[], &Value::Null, None, &known)
}

/// Saves what was typed; sends it if that was the button.
pub async fn send(
    State(app): State<App>,
    Path((process, door)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &process, &door).await?;
    if let Some(case) = filling::used(&app, &visitor, &sent).await? {
        return Ok(Redirect::to(&format!("/c/{case}?new=1")).into_response());
    }
    let filling = filling::keep(&app, &visitor, asking.place(), &sent, asking.now).await?;
    let known = files::known(&app, &visitor, &filling.typed, Some(&filling.draft), None).await?;
    if !sent.refused.is_empty() {
        let problems = sent.refused_answers();
        let why = Rejection::AnswersInvalid { form: asking.form.name.clone(), problems: problems.clone() };
        return asking.page(&app, &visitor, filling, &problems, &Value::Null, Some(&why.into()), &known);
    }
    if filling::only_saves(&sent) {
        let back = format!("/s/{process}/all/{door}?draft={}#{}", filling.draft, filling::changed(&sent));
        return Ok(Redirect::to(&back).into_response());
    }
    let reading = asking.read(&visitor, &sent.answers(), &known);
    if !reading.problems.is_empty() {
        let why = Rejection::AnswersInvalid { form: asking.form.name.clone(), problems: reading.problems.clone() };
        return asking.page(&app, &visitor, filling, &reading.problems, &reading.values, Some(&why.into()), &known);
    }
    let draft = filling.draft.clone();
    match asking.submit(&app, &visitor, &draft, reading.values.clone()).await? {
        Ok(case) => Ok(Redirect::to(&format!("/c/{case}?new=1")).into_response()),
        Err(refused) => {
            let problems = refused.problems().to_vec();
            asking.page(&app, &visitor, filling, &problems, &reading.values, Some(&refused), &known)
        }
    }
}
