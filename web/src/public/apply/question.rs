//! One thing at a time: a page of the form, saved at every post whatever is wrong with it. It must never send somebody on
//! past a question that their answer has just opened.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::{FieldProblem, Page};
use onething_engine::rejection::Rejection;
use onething_engine::text::Language;

use super::Applying;
use super::steps::{SEEN, Standing};
use crate::app::App;
use crate::failure::Failure;
use crate::fields::{Asked, Piece, Widget, asked};
use crate::files;
use crate::filling::{self, Filling};
use crate::gate::OwnDraft;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "apply/question.html")]
struct QuestionPage {
    f: Frame,
    draft: String,
    process_title: String,
    page: String,
    title: String,
    optional: bool,
    number: usize,
    of: usize,
    back: String,
    from: String,
    more: bool,
    asked: Asked,
    filling: Filling,
    refusal: String,
}

impl Applying {
    fn question(&self, app: &App, visitor: &Visitor, page: &Page, visit: &Visit<'_>) -> Result<Response, Failure> {
        let f = Frame::new(app, visitor, self.asking.now).about(&self.asking.definition);
        let showing = self.showing(page, visit.problems, f.staff, &self.asking.rules.organisation, f.language);
        let steps = self.steps(f.staff, f.language);
        let at = steps.iter().position(|step| step.page.id == page.id);
        let before = at.and_then(|at| at.checked_sub(1)).and_then(|before| steps.get(before));
        let back = match (visit.from_review, before) {
            (true, _) => self.address("/review"),
            (false, Some(step)) => self.address(&format!("/q/{}", step.page.id)),
            (false, None) => self.address(""),
        };
        let refusal = Rejection::AnswersInvalid { form: String::new(), problems: visit.problems.to_vec() };
        let wrong = !visit.problems.is_empty();
        let content = QuestionPage {
            draft: self.draft.id.clone(),
            process_title: f.x(&self.asking.form.title).to_owned(),
            page: page.id.clone(),
            title: f.x(&page.title).to_owned(),
            optional: at.and_then(|at| steps.get(at)).is_some_and(|step| step.optional),
            number: at.map_or(1, |at| at + 1),
            of: steps.len(),
            back,
            from: if visit.from_review { "review".to_owned() } else { String::new() },
            more: visit.more,
            asked: asked(&showing),
            filling: Filling {
                draft: self.draft.id.clone(),
                version: self.draft.version,
                typed: Vec::new(),
                resumed: true,
                parked: visit.parked,
            },
            refusal: if wrong { f.x(&refusal.text()).to_owned() } else { String::new() },
            f,
        };
        page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &content)
    }

    /// Ids of the questions that stand on a page now.
    fn visible(&self, page: &Page, visitor: &Visitor) -> BTreeSet<String> {
        let organisation = &self.asking.rules.organisation;
        let shown = asked(&self.showing(page, &[], visitor.is_staff(), organisation, visitor.language));
        let inputs = shown.pieces.into_iter().filter_map(|piece| match piece {
            Piece::Input(input) => Some(input.id),
            Piece::Open(_) | Piece::Close | Piece::Row(_) | Piece::RowEnd | Piece::Add(_) => None,
        });
        inputs.collect()
    }

    /// Where to go after a page without anything to mend: back to the overview that sent here, else the next step that is
    /// not done, else the overview.
    fn next(&self, page: &Page, from_review: bool, visitor: &Visitor) -> String {
        let steps = self.steps(visitor.is_staff(), visitor.language);
        let after = steps.iter().skip_while(|step| step.page.id != page.id).skip(1);
        let open = |step: &&super::steps::Step| matches!(step.standing, Standing::New | Standing::Begun);
        match after.into_iter().find(open) {
            Some(step) if !from_review => self.address(&format!("/q/{}", step.page.id)),
            Some(_) | None => self.address("/review"),
        }
    }
}

/// One visit of a page.
struct Visit<'a> {
    problems: &'a [FieldProblem],
    from_review: bool,
    /// An answer has opened further questions.
    more: bool,
    /// It shows what was typed when the session had ended, which is not saved yet.
    parked: bool,
}

/// The page with what was typed before.
pub async fn show(
    State(app): State<App>,
    Path((_, page)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let applying = Applying::find(&app, &visitor, &draft).await?;
    let page = applying.asking.form.page(&page).ok_or(Failure::NotFound)?;
    let says = |word: &str| query.as_deref().is_some_and(|query| query.split('&').any(|pair| pair == word));
    let parked = visitor.parked.is_some();
    let applying = match &visitor.parked {
        Some(sent) => {
            let typed = filling::merged(&applying.typed, &page, sent, visitor.is_staff());
            let known = files::known(&app, &visitor, &typed, Some(&draft.id), None).await?;
            applying.with(&visitor, typed, known)
        }
        None => applying,
    };
    let visit = Visit { problems: &[], from_review: says("from=review"), more: says("more=1"), parked };
    applying.question(&app, &visitor, &page, &visit)
}

/// Saves the page, then goes on, or says what to mend.
pub async fn send(
    State(app): State<App>,
    Path((_, page)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let mut draft = draft;
    for _ in 0..TRIES {
        let before = Applying::find(&app, &visitor, &draft).await?;
        let page = before.asking.form.page(&page).ok_or(Failure::NotFound)?;
        let shown = before.visible(&page, &visitor);
        let typed = filling::merged(&before.typed, &page, &sent, visitor.is_staff());
        let known = files::known(&app, &visitor, &typed, Some(&draft.id), None).await?;
        let mut after = before.with(&visitor, typed, known);
        let told = after.told(&page, &sent, &shown, &visitor);
        if told == Told::GoOn {
            let seen = (SEEN.to_owned(), page.id.clone());
            after.typed.retain(|pair| *pair != seen);
            after.typed.push(seen);
        }
        if filling::put(&app, &draft, &after.typed, after.asking.now).await? {
            return after.answer(&app, &visitor, &page, &told, &sent);
        }
        // Saved elsewhere meanwhile, on another page of it: what was typed there stays as well.
        draft = Arc::new(app.store().draft(&draft.id).await?.ok_or(Failure::NotFound)?);
    }
    Err(Failure::Unavailable)
}

/// Times to save a page that another one of the same draft gets in the way of.
const TRIES: usize = 5;

/// What a post of a page comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// Saved, to be left.
    Leave,
    /// Only rows were added or removed.
    Rearranged,
    /// An answer has opened this question.
    Opened(String),
    /// Something is to be mended.
    Mend(Vec<FieldProblem>),
    /// Nothing is.
    GoOn,
}

impl Applying {
    fn told(&self, page: &Page, sent: &Sent, shown: &BTreeSet<String>, visitor: &Visitor) -> Told {
        let refused: Vec<FieldProblem> =
            sent.refused_answers().into_iter().filter(|problem| page.holds(&problem.path)).collect();
        if !refused.is_empty() {
            return Told::Mend(refused);
        }
        if sent.get("_do") == Some("save") {
            return Told::Leave;
        }
        if filling::only_saves(sent) {
            return Told::Rearranged;
        }
        if let Some(first) = self.visible(page, visitor).difference(shown).next() {
            return Told::Opened(first.clone());
        }
        let problems = self.reading.problems.iter().filter(|problem| page.holds(&problem.path));
        let problems: Vec<FieldProblem> = problems.cloned().collect();
        if problems.is_empty() { Told::GoOn } else { Told::Mend(problems) }
    }

    fn answer(&self, app: &App, visitor: &Visitor, page: &Page, told: &Told, sent: &Sent) -> Result<Response, Failure> {
        let from_review = sent.get("_from") == Some("review");
        let query = if from_review { "?from=review" } else { "" };
        let here = format!("{}{query}", self.address(&format!("/q/{}", page.id)));
        let to = match told {
            Told::Leave => self.address(""),
            Told::Rearranged => format!("{here}#{}", filling::changed(sent)),
            Told::Opened(first) => format!("{here}{}more=1#{first}", if from_review { "&" } else { "?" }),
            Told::Mend(problems) => {
                return self.question(app, visitor, page, &Visit { problems, from_review, more: false, parked: false });
            }
            Told::GoOn => self.next(page, from_review, visitor),
        };
        Ok(Redirect::to(&to).into_response())
    }
}
