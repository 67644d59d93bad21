//! Applying: the form of a door, as often as it takes, then the case.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::case::CaseId;
use onething_engine::command::Command;
use onething_engine::definition::{Door, ProcessDefinition};
use onething_engine::engine::Engine;
use onething_engine::form::{Context, FieldProblem, Form};
use onething_engine::organisation::ActorKind;
use onething_engine::rejection::Rejection;
use onething_engine::rulebook::Rulebook;
use onething_engine::value::{Instant, Value};
use std::sync::Arc;

use crate::app::App;
use crate::failure::{Failure, status_of};
use crate::fields::{Asked, Piece, Showing, Widget, asked};
use crate::filling::{self, Filling, Place};
use crate::page::{Frame, page_with};
use crate::public::guide::opens;
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "public/apply.html")]
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

/// Why a form was not accepted.
struct Refused<'a> {
    why: &'a Rejection,
    /// The visitor's case in which the matter goes on.
    rival: Option<CaseId>,
}

impl<'a> Refused<'a> {
    fn new(why: &'a Rejection) -> Refused<'a> {
        Refused { why, rival: None }
    }
}

struct Asking {
    rules: Arc<Rulebook>,
    definition: Arc<ProcessDefinition>,
    door: Door,
    form: Arc<Form>,
    now: Instant,
}

impl Asking {
    async fn find(app: &App, visitor: &Visitor, process: &str, door: &str) -> Result<Asking, Failure> {
        let now = app.now().await?;
        let rules = app.rules();
        let definition = rules.choose(process, now.date()).cloned().ok_or(Failure::NotFound)?;
        let door = definition.doors.get(door).cloned().ok_or(Failure::NotFound)?;
        let form = door.form.as_ref().and_then(|form| definition.forms.get(form)).cloned().ok_or(Failure::NotFound)?;
        if !opens(&rules, &door, visitor.actor.as_ref()) {
            return Err(Failure::Forbidden);
        }
        Ok(Asking { rules, definition, door, form, now })
    }

    fn place(&self) -> Place<'_> {
        Place { process: &self.definition.name, door: &self.door.name, form_hash: &self.form.hash }
    }

    fn page(
        &self,
        app: &App,
        visitor: &Visitor,
        filling: Filling,
        problems: &[FieldProblem],
        values: &Value,
        refused: Option<Refused<'_>>,
    ) -> Result<Response, Failure> {
        let f = Frame::new(app, visitor, self.now).about(&self.definition);
        let asked = asked(&Showing {
            form: &self.form,
            prefix: "",
            typed: &filling.typed,
            problems,
            values,
            answers: &Value::Null,
            today: self.now.date(),
            staff: visitor.is_staff(),
            organisation: &self.rules.organisation,
            language: f.language,
        });
        let status = refused.as_ref().map_or(StatusCode::OK, |refused| status_of(refused.why));
        let content = ApplyPage {
            process: self.definition.name.clone(),
            process_title: f.x(&self.definition.title).to_owned(),
            door: self.door.name.clone(),
            asked,
            refusal: refused.as_ref().map(|refused| f.x(&refused.why.text()).to_owned()).unwrap_or_default(),
            rival: refused.and_then(|refused| refused.rival).map(|case| case.to_string()).unwrap_or_default(),
            expires: crate::language::day(self.now.plus(90 * onething_engine::value::DAY_MS).date(), f.language),
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
    asking.page(&app, &visitor, filling, &[], &Value::Null, None)
}

/// Saves what was typed; sends it if that was the button.
pub async fn send(
    State(app): State<App>,
    Path((process, door)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &process, &door).await?;
    let filling = filling::keep(&app, &visitor, asking.place(), &sent, asking.now).await?;
    if filling::only_saves(&sent) {
        let back = format!("/apply/{process}/{door}?draft={}#{}", filling.draft, filling::changed(&sent));
        return Ok(Redirect::to(&back).into_response());
    }
    let actor = visitor.actor()?;
    let context = Context {
        today: asking.now.date(),
        answers: &Value::Null,
        staff: visitor.is_staff(),
        organisation: Some(&asking.rules.organisation),
        files: None,
    };
    let reading = asking.form.read(&sent.answers(), &context);
    if !reading.problems.is_empty() {
        let problems = reading.problems;
        let refusal = Rejection::AnswersInvalid { form: asking.form.name.clone(), problems: problems.clone() };
        return asking.page(&app, &visitor, filling, &problems, &reading.values, Some(Refused::new(&refusal)));
    }
    let region = match &actor.kind {
        ActorKind::Staff { region, .. } => region.clone(),
        ActorKind::Citizen | ActorKind::System | ActorKind::Process { .. } | ActorKind::Connector { .. } => {
            asking.rules.organisation.region.clone()
        }
    };
    let command = Command::StartCase {
        case: Engine::new_case_id(),
        process: process.clone(),
        door: door.clone(),
        region,
        answers: reading.values.clone(),
        draft: Some(filling.draft.clone()),
    };
    let key = sent.get("_key").filter(|key| !key.is_empty());
    match app.engine.execute(actor, key, command).await? {
        Ok(receipt) => Ok(Redirect::to(&format!("/c/{}?new=1", receipt.case)).into_response()),
        Err(Rejection::AnswersInvalid { form, problems }) => {
            let shown = problems.clone();
            let refusal = Rejection::AnswersInvalid { form, problems };
            asking.page(&app, &visitor, filling, &shown, &reading.values, Some(Refused::new(&refusal)))
        }
        Err(refusal) => {
            // The engine names a case only to who may see it.
            let rival = if let Rejection::Duplicate { number } = &refusal {
                app.store().case_by_number(number).await?
            } else {
                None
            };
            asking.page(&app, &visitor, filling, &[], &reading.values, Some(Refused { why: &refusal, rival }))
        }
    }
}
