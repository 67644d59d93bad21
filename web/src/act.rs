//! Doing something that needs no task: withdraw, object, choose, begin or end a hold, prolong a clock. One page per deed,
//! for applicants and staff alike; the engine says which are offered.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::command::Command;
use onething_engine::definition::{Choice, ItemId};
use onething_engine::event::Holder;
use onething_engine::form::{Context, FieldProblem, Form};
use onething_engine::rejection::Rejection;
use onething_engine::value::{Instant, Value};
use std::sync::Arc;

use crate::app::App;
use crate::failure::{Failure, status_of};
use crate::fields::{self, Asked, Piece, Showing, Widget, asked};
use crate::files::{self, Known};
use crate::filling::{self, Filling, Place};
use crate::gate::Open;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::{self, Visitor};
use crate::view::{Ends, Look};

#[derive(Template)]
#[template(path = "public/act.html")]
struct ActPage {
    f: Frame,
    case: String,
    number: String,
    action: String,
    title: String,
    item: String,
    /// What it would end; nothing where it ends nothing.
    ends: Option<Ends>,
    asked: Option<Asked>,
    uploads: bool,
    filling: Filling,
    key: String,
    refusal: String,
}

/// One request about one deed.
struct Doing<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    open: &'a Open,
    choice: Choice,
    item: Option<ItemId>,
    now: Instant,
}

impl<'a> Doing<'a> {
    /// The deed, if the engine offers it to this visitor now.
    async fn find(app: &'a App, visitor: &'a Visitor, open: &'a Open, action: &str) -> Result<Doing<'a>, Failure> {
        let now = app.now().await?;
        let look = Look {
            loaded: &open.loaded,
            definition: &open.definition,
            rules: &open.rules,
            facts: &open.facts,
            actor: visitor.actor()?,
            now,
            language: visitor.language,
        };
        let choice = look.possible().actions.into_iter().find(|choice| choice.event == action);
        let known = onething_engine::decide::choices(&open.definition).into_iter().find(|(_, c, _)| c.event == action);
        let choice = match (choice, &known) {
            (Some(choice), _) => choice,
            (None, Some((_, choice, _))) => {
                return Err(Rejection::NotOfferedNow { what: choice.title.get(visitor.language).to_owned() }.into());
            }
            (None, None) => return Err(Failure::NotFound),
        };
        let item = known.and_then(|(state, _, _)| open.definition.state(state).item);
        Ok(Doing { app, visitor, open, choice, item, now })
    }

    fn form(&self) -> Option<&Arc<Form>> {
        self.choice.ask.as_ref().and_then(|form| self.open.definition.forms.get(form))
    }

    async fn known(&self, filling: &Filling) -> Result<Known, Failure> {
        files::known(self.app, self.visitor, &filling.typed, Some(&filling.draft), Some(&self.open.loaded)).await
    }

    fn door(&self) -> String {
        format!("{}/{}", self.open.loaded.case.id, self.choice.event)
    }

    fn page(
        &self,
        filling: Filling,
        problems: &[FieldProblem],
        values: &Value,
        refusal: Option<&Rejection>,
        known: &Known,
    ) -> Result<Response, Failure> {
        let f = Frame::new(self.app, self.visitor, self.now).about(&self.open.definition);
        let case = &self.open.loaded.case;
        let holder = self.item.map_or(Holder::Case, |item| Holder::Item(self.open.definition.item(item).name.clone()));
        let look = Look {
            loaded: &self.open.loaded,
            definition: &self.open.definition,
            rules: &self.open.rules,
            facts: &self.open.facts,
            actor: self.visitor.actor()?,
            now: self.now,
            language: f.language,
        };
        let form = self.form().map(|form| {
            let stored = if filling.resumed { Vec::new() } else { fields::stored(look.again(&holder, form).as_ref()) };
            asked(&Showing {
                form,
                only: None,
                prefix: "",
                typed: if filling.resumed { &filling.typed } else { &stored },
                problems,
                values,
                answers: &self.open.loaded.answers.of_case(),
                today: self.now.date(),
                staff: self.visitor.is_staff(),
                organisation: &self.open.rules.organisation,
                language: f.language,
                files: known,
            })
        });
        let content = ActPage {
            case: case.id.to_string(),
            number: case.number.clone(),
            action: self.choice.event.clone(),
            title: f.x(&self.choice.title).to_owned(),
            item: self.item.map(|item| f.x(&self.open.definition.item(item).title).to_owned()).unwrap_or_default(),
            ends: look.ends(&self.choice, self.item),
            uploads: form.as_ref().is_some_and(Asked::has_papers),
            asked: form,
            filling,
            key: session::token()?,
            refusal: refusal.map(|refusal| f.x(&refusal.text()).to_owned()).unwrap_or_default(),
            f,
        };
        page_with(refusal.map_or(StatusCode::OK, status_of), &content)
    }
}

/// The form of a deed, or the question whether it is meant.
pub async fn show(
    State(app): State<App>,
    Path((_, action)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let doing = Doing::find(&app, &visitor, &open, &action).await?;
    let door = doing.door();
    let place = Place { process: &open.definition.name, door: &door, form_hash: "" };
    let filling = filling::resume(&app, &visitor, place, query.as_deref()).await?;
    let known = doing.known(&filling).await?;
    doing.page(filling, &[], &Value::Null, None, &known)
}

/// Does it.
pub async fn send(
    State(app): State<App>,
    Path((_, action)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let doing = Doing::find(&app, &visitor, &open, &action).await?;
    let door = doing.door();
    let place = Place { process: &open.definition.name, door: &door, form_hash: "" };
    let filling = filling::keep(&app, &visitor, place, &sent, doing.now).await?;
    let case = open.loaded.case.id;
    let known = doing.known(&filling).await?;
    if !sent.refused.is_empty() {
        let problems = sent.refused_answers();
        let refusal = Rejection::AnswersInvalid { form: action.clone(), problems: problems.clone() };
        return doing.page(filling, &problems, &Value::Null, Some(&refusal), &known);
    }
    if filling::only_saves(&sent) {
        let back = format!("/c/{case}/do/{action}?draft={}#{}", filling.draft, filling::changed(&sent));
        return Ok(Redirect::to(&back).into_response());
    }
    let mut answers = Value::Null;
    if let Some(form) = doing.form() {
        let others = open.loaded.answers.of_case();
        let context = Context {
            today: doing.now.date(),
            answers: &others,
            staff: visitor.is_staff(),
            organisation: Some(&open.rules.organisation),
            files: Some(&known.uploads),
        };
        let reading = form.read(&sent.answers(), &context);
        if !reading.problems.is_empty() {
            let problems = reading.problems;
            let refusal = Rejection::AnswersInvalid { form: form.name.clone(), problems: problems.clone() };
            return doing.page(filling, &problems, &reading.values, Some(&refusal), &known);
        }
        answers = reading.values;
    }
    let command = Command::Act { case, action: action.clone(), answers: answers.clone() };
    let key = sent.get("_key").filter(|key| !key.is_empty());
    match app.engine.execute(visitor.actor()?, key, command).await? {
        Ok(_) => Ok(Redirect::to(&format!("/c/{case}?done=1")).into_response()),
        Err(Rejection::AnswersInvalid { form, problems }) => {
            let shown = problems.clone();
            doing.page(filling, &shown, &answers, Some(&Rejection::AnswersInvalid { form, problems }), &known)
        }
        Err(refusal) => doing.page(filling, &[], &answers, Some(&refusal), &known),
    }
}

/// Prolongs a clock.
pub async fn extend(
    State(app): State<App>,
    Path((_, clock)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let case = open.loaded.case.id;
    let command = Command::ExtendClock { case, clock };
    app.engine.execute(visitor.actor()?, sent.get("_key"), command).await??;
    Ok(Redirect::to(&format!("/c/{case}?done=1")).into_response())
}
