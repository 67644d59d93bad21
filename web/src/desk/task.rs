//! The page of one task: what is known, what to fill in, and exactly the outcomes that the engine would accept.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::case::TaskStatus;
use onething_engine::command::Command;
use onething_engine::decide::PossibleTask;
use onething_engine::definition::{Choice, TaskDefinition};
use onething_engine::event::Holder;
use onething_engine::form::{Context, FieldProblem, Form, Reading};
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
use crate::sent::{ASK, Sent};
use crate::session::{self, Visitor};
use crate::view::{CaseView, Clock, Look, Section};

#[derive(Template)]
#[template(path = "desk/task.html")]
struct TaskPage {
    f: Frame,
    case: CaseView,
    href: String,
    title: String,
    item: String,
    basis: String,
    clock: Option<Clock>,
    /// What was said to be missing, for whoever hands it in.
    flagged: Vec<Section>,
    state: TaskState,
    asked: Option<Asked>,
    ask: Option<Asked>,
    uploads: bool,
    chosen: String,
    chosen_title: String,
    outcomes: Vec<OutcomeButton>,
    filling: Filling,
    key: String,
    refusal: String,
}

struct OutcomeButton {
    name: String,
    title: String,
    more: bool,
}

/// Whether the visitor can work on the task.
#[derive(Clone, Debug, Default)]
struct TaskState {
    /// Nobody holds it.
    free: bool,
    /// The visitor holds it.
    mine: bool,
    /// Why not, if neither.
    closed: String,
}

/// One request about one task.
struct Work<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    open: &'a Open,
    now: Instant,
}

impl Work<'_> {
    fn definition(&self) -> Result<&TaskDefinition, Failure> {
        let task = self.open.loaded.case.task(self.open.task).ok_or(Failure::NotFound)?;
        self.open.definition.state(task.state).task.as_ref().ok_or(Failure::NotFound)
    }

    fn form(&self, name: Option<&String>) -> Option<&Arc<Form>> {
        self.open.definition.forms.get(name?)
    }

    fn look(&self) -> Result<Look<'_>, Failure> {
        Ok(Look {
            loaded: &self.open.loaded,
            definition: &self.open.definition,
            rules: &self.open.rules,
            facts: &self.open.facts,
            actor: self.visitor.actor()?,
            now: self.now,
            language: self.visitor.language,
        })
    }

    fn holder(&self) -> Holder {
        let task = self.open.loaded.case.task(self.open.task);
        let item = task.and_then(|task| self.open.definition.state(task.state).item);
        item.map_or(Holder::Case, |item| Holder::Item(self.open.definition.item(item).name.clone()))
    }

    fn door(&self) -> String {
        format!("{}/{}", self.open.loaded.case.id, self.open.task)
    }

    fn href(&self) -> Result<String, Failure> {
        Ok(self.look()?.task_href(self.open.task))
    }

    async fn known(&self, filling: &Filling) -> Result<Known, Failure> {
        files::known(self.app, self.visitor, &filling.typed, Some(&filling.draft), Some(&self.open.loaded)).await
    }

    fn read(&self, form: &Form, pairs: &[(String, String)], known: &Known) -> Reading {
        let answers = self.open.loaded.answers.of_case();
        let context = Context {
            today: self.now.date(),
            answers: &answers,
            staff: self.visitor.is_staff(),
            organisation: Some(&self.open.rules.organisation),
            files: Some(&known.uploads),
        };
        form.read(pairs, &context)
    }

    fn asked(&self, form: &Form, part: Part<'_>) -> Asked {
        let stored = match self.look() {
            Ok(look) if !part.resumed => fields::stored(look.again(&self.holder(), form).as_ref()),
            Ok(_) | Err(_) => Vec::new(),
        };
        let typed = if part.resumed { part.typed } else { &stored };
        asked(&Showing {
            form,
            only: None,
            prefix: part.prefix,
            typed,
            problems: part.problems,
            values: part.values,
            answers: &self.open.loaded.answers.of_case(),
            today: self.now.date(),
            staff: self.visitor.is_staff(),
            organisation: &self.open.rules.organisation,
            language: self.visitor.language,
            files: part.files,
        })
    }

    async fn page(&self, filling: Filling, chosen: &str, mended: Mended<'_>) -> Result<Response, Failure> {
        let f = Frame::new(self.app, self.visitor, self.now).about(&self.open.definition);
        let look = self.look()?;
        let task = self.open.loaded.case.task(self.open.task).ok_or(Failure::NotFound)?;
        let work = self.definition()?;
        let state = self.open.definition.state(task.state);
        let log = self.app.store().history(self.open.loaded.case.id).await?;
        let possible = look.possible().tasks.into_iter().find(|known| known.number == task.number);
        let ability = self.state(&f, possible.as_ref(), task.status);
        let choice = work.outcomes.iter().find(|choice| choice.name == chosen);
        let main: Vec<_> = filling.typed.iter().filter(|(name, _)| !name.starts_with('_')).cloned().collect();
        let extra = Sent::of(filling.typed.clone()).ask();
        let fit = ability.free || ability.mine;
        let files = &self.known(&filling).await?;
        let resumed = filling.resumed;
        let part = |prefix, typed, problems, values| Part { prefix, typed, problems, values, resumed, files };
        let form = self.form(work.form.as_ref()).filter(|_| fit);
        let form = form.map(|form| self.asked(form, part("", &main, mended.main, mended.main_values)));
        let ask = choice.and_then(|choice| self.form(choice.ask.as_ref())).filter(|_| fit);
        let ask = ask.map(|form| self.asked(form, part(ASK, &extra, mended.ask, mended.ask_values)));
        let outcomes = possible.iter().filter(|_| fit).flat_map(|possible| &possible.outcomes).map(|o| button(&f, o));
        let content = TaskPage {
            href: self.href()?,
            title: f.x(&work.title).to_owned(),
            item: state.item.map(|item| f.x(&self.open.definition.item(item).title).to_owned()).unwrap_or_default(),
            basis: if work.basis.is_empty() { state.basis.clone() } else { work.basis.clone() },
            clock: work.limit.and_then(|clock| look.clock(clock)),
            flagged: if self.visitor.is_staff() { Vec::new() } else { look.flagged(task.number) },
            state: ability,
            uploads: form.iter().chain(&ask).any(Asked::has_papers),
            asked: form,
            ask,
            chosen_title: choice.map(|choice| f.x(&choice.title).to_owned()).unwrap_or_default(),
            chosen: chosen.to_owned(),
            outcomes: outcomes.collect(),
            key: session::token()?,
            refusal: mended.refusal.map(|refusal| f.x(&refusal.text()).to_owned()).unwrap_or_default(),
            case: look.case(&log),
            filling,
            f,
        };
        page_with(mended.refusal.map_or(StatusCode::OK, status_of), &content)
    }

    fn state(&self, f: &Frame, possible: Option<&PossibleTask>, status: TaskStatus) -> TaskState {
        let closed = match (possible, status) {
            (Some(possible), _) if possible.free || possible.held => "",
            (Some(_), _) => f.t("已由他人领取。", "Somebody else holds it."),
            (None, TaskStatus::Done) => f.t("已经办结。", "It has been completed."),
            (None, TaskStatus::Cancelled) => f.t("已经取消，不再需要办理。", "It was cancelled and is not needed."),
            (None, TaskStatus::Aside) => f.t("中止期间不能办理，恢复后继续。", "It rests while the matter is on hold."),
            (None, TaskStatus::Open) => {
                f.t("须由另一人办理：经办与复核不能是同一人。", "Another person must do it: maker and checker differ.")
            }
        };
        TaskState {
            free: possible.is_some_and(|possible| possible.free),
            mine: possible.is_some_and(|possible| possible.held),
            closed: closed.to_owned(),
        }
    }
}

struct Part<'a> {
    prefix: &'a str,
    typed: &'a [(String, String)],
    problems: &'a [FieldProblem],
    values: &'a Value,
    resumed: bool,
    files: &'a Known,
}

/// What to mend in both forms.
struct Mended<'a> {
    main: &'a [FieldProblem],
    main_values: &'a Value,
    ask: &'a [FieldProblem],
    ask_values: &'a Value,
    refusal: Option<&'a Rejection>,
}

const NOTHING: Mended<'_> =
    Mended { main: &[], main_values: &Value::Null, ask: &[], ask_values: &Value::Null, refusal: None };

fn button(f: &Frame, choice: &Choice) -> OutcomeButton {
    OutcomeButton { name: choice.name.clone(), title: f.x(&choice.title).to_owned(), more: choice.ask.is_some() }
}

/// The page.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let work = Work { app: &app, visitor: &visitor, open: &open, now: app.now().await? };
    let door = work.door();
    let place = Place { process: &open.definition.name, door: &door, form_hash: "" };
    let filling = filling::resume(&app, &visitor, place, query.as_deref()).await?;
    let pairs = query.as_deref().unwrap_or_default().split('&');
    let chosen = pairs.filter_map(|pair| pair.strip_prefix("outcome=")).next_back().unwrap_or_default().to_owned();
    work.page(filling, &chosen, NOTHING).await
}

/// Saves what was typed; completes the task if an outcome was pressed and everything it asks was given.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let work = Work { app: &app, visitor: &visitor, open: &open, now: app.now().await? };
    let door = work.door();
    let place = Place { process: &open.definition.name, door: &door, form_hash: "" };
    let filling = filling::keep(&app, &visitor, place, &sent, work.now).await?;
    let outcome = sent.get("_outcome").unwrap_or_default().to_owned();
    let definition = work.definition()?;
    let choice = definition.outcomes.iter().find(|choice| choice.name == outcome);
    let asks = choice.is_some_and(|choice| choice.ask.is_some());
    // An outcome that asks more gets its own page first.
    let goes_on = asks && sent.get("_chosen") != Some(&outcome);
    if !sent.refused.is_empty() {
        let (main, ask) = (sent.refused_answers(), sent.refused_ask());
        let refusal = Rejection::AnswersInvalid { form: work.door(), problems: sent.refused.clone() };
        let (main, ask) = (main.as_slice(), ask.as_slice());
        let chosen = sent.get("_chosen").unwrap_or_default().to_owned();
        return work.page(filling, &chosen, Mended { main, ask, refusal: Some(&refusal), ..NOTHING }).await;
    }
    if filling::only_saves(&sent) || goes_on {
        let (chosen, anchor) = match goes_on {
            true => (outcome, "ask".to_owned()),
            false => (sent.get("_chosen").unwrap_or_default().to_owned(), filling::changed(&sent)),
        };
        let chosen = crate::gate::encode(&chosen);
        let back = format!("{}?draft={}&outcome={chosen}#{anchor}", work.href()?, filling.draft);
        return Ok(Redirect::to(&back).into_response());
    }
    let known = work.known(&filling).await?;
    let main = work.form(definition.form.as_ref()).map(|form| work.read(form, &sent.answers(), &known));
    let ask = choice.and_then(|choice| work.form(choice.ask.as_ref())).map(|form| work.read(form, &sent.ask(), &known));
    complete(&work, filling, &outcome, main, ask, sent.get("_key")).await
}

async fn complete(
    work: &Work<'_>,
    filling: Filling,
    outcome: &str,
    main: Option<Reading>,
    ask: Option<Reading>,
    key: Option<&str>,
) -> Result<Response, Failure> {
    let of = |reading: &Option<Reading>| reading.as_ref().map(|r| r.values.clone()).unwrap_or_default();
    let wrong = |reading: &Option<Reading>| reading.as_ref().map(|r| r.problems.clone()).unwrap_or_default();
    let (values, ask_values) = (of(&main), of(&ask));
    let (mut problems, mut ask_problems) = (wrong(&main), wrong(&ask));
    let definition = work.definition()?;
    let refusal = if problems.is_empty() && ask_problems.is_empty() {
        let command = Command::CompleteTask {
            case: work.open.loaded.case.id,
            task: work.open.task,
            outcome: outcome.to_owned(),
            answers: values.clone(),
            ask: ask_values.clone(),
        };
        let key = key.filter(|key| !key.is_empty());
        match work.app.engine.execute(work.visitor.actor()?, key, command).await? {
            Ok(receipt) => {
                let to = if work.visitor.is_staff() {
                    format!("/desk?done={}", receipt.case)
                } else {
                    format!("/c/{}?done=1", receipt.case)
                };
                return Ok(Redirect::to(&to).into_response());
            }
            Err(refusal) => refusal,
        }
    } else {
        let all = problems.iter().chain(&ask_problems).cloned().collect();
        Rejection::AnswersInvalid { form: definition.form.clone().unwrap_or_default(), problems: all }
    };
    if let Rejection::AnswersInvalid { form, problems: found } = &refusal
        && problems.is_empty()
        && ask_problems.is_empty()
    {
        let of_main = definition.form.as_ref() == Some(form);
        *(if of_main { &mut problems } else { &mut ask_problems }) = found.clone();
    }
    // Names of the second form are prefixed on the page, its problems are shown at its own fields.
    let mended = Mended {
        main: &problems,
        main_values: &values,
        ask: &ask_problems,
        ask_values: &ask_values,
        refusal: Some(&refusal),
    };
    work.page(filling, if ask.is_some() { outcome } else { "" }, mended).await
}

/// Takes the task.
pub async fn claim(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let command = Command::ClaimTask { case: open.loaded.case.id, task: open.task };
    app.engine.execute(visitor.actor()?, sent.get("_key"), command).await??;
    let back = format!("/desk/t/{}/{}", open.loaded.case.id, open.task);
    Ok(Redirect::to(&back).into_response())
}

/// Gives the task back.
pub async fn release(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let command = Command::ReleaseTask { case: open.loaded.case.id, task: open.task };
    app.engine.execute(visitor.actor()?, sent.get("_key"), command).await??;
    Ok(Redirect::to("/desk").into_response())
}

/// Steps back from the whole case.
pub async fn recuse(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let command = Command::Recuse { case: open.loaded.case.id, task: open.task };
    app.engine.execute(visitor.actor()?, sent.get("_key"), command).await??;
    Ok(Redirect::to("/desk").into_response())
}
