//! 情形引导: one question a page, each with “不清楚”, until a list of one's own. Where somebody stands is in the address, as
//! a code of choices; nothing is kept, and nothing about a person is asked.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::definition::{Guidance, GuideQuestion, PaperSource, ProcessDefinition, QuestionKind};
use onething_engine::guidance::{Answer, Applies, Bundle, Situation, bundle, decode, elsewhere, encode, next};
use onething_engine::text::Language;
use std::sync::Arc;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "public/check.html")]
struct CheckPage {
    f: Frame,
    process: String,
    process_title: String,
    code: String,
    back: Option<String>,
    number: usize,
    about: usize,
    title: String,
    hint: String,
    several: bool,
    nothing: bool,
    options: Vec<(usize, String)>,
    so_far: String,
    problem: bool,
}

/// A service with questions, as it is in force today.
pub(super) struct Guided {
    pub definition: Arc<ProcessDefinition>,
    pub today: jiff::civil::Date,
    pub f: Frame,
}

impl Guided {
    pub(super) async fn find(app: &App, visitor: &Visitor, process: &str) -> Result<Guided, Failure> {
        let now = app.now().await?;
        let definition = app.rules().choose(process, now.date()).cloned().ok_or(Failure::NotFound)?;
        if definition.guide.is_none() {
            return Err(Failure::NotFound);
        }
        let f = Frame::new(app, visitor, now).about(&definition);
        Ok(Guided { definition, today: now.date(), f })
    }

    pub(super) fn guide(&self) -> Result<&Guidance, Failure> {
        self.definition.guide.as_ref().ok_or(Failure::NotFound)
    }
}

/// The next question, or the list when everything was asked.
pub async fn show(
    State(app): State<App>,
    Path(process): Path<String>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let guided = Guided::find(&app, &visitor, &process).await?;
    let guide = guided.guide()?;
    let sent = Sent::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    // A code of older questions: begin anew rather than guess.
    let at = sent.get("at").and_then(|code| decode(&guided.definition, code));
    let situation = at.unwrap_or_else(|| Situation::blank(guide));
    let list = |situation: &Situation| {
        let code = encode(&guided.definition, situation);
        Redirect::to(&format!("/s/{process}/checklist/{code}")).into_response()
    };
    let Some((place, question)) = next(guide, &situation, guided.today) else { return Ok(list(&situation)) };
    if elsewhere(guide, &situation, guided.today).is_some() {
        return Ok(list(&situation));
    }
    if sent.get("go").is_none() {
        return asked(&guided, guide, &situation, place, question, false);
    }
    let Some(answer) = answered(question, &sent) else {
        return asked(&guided, guide, &situation, place, question, true);
    };
    let code = encode(&guided.definition, &situation.with(place, answer));
    Ok(Redirect::to(&format!("/s/{process}/check?at={code}")).into_response())
}

/// What was chosen; nothing chosen is no answer, because “nothing of these” is one.
fn answered(question: &GuideQuestion, sent: &Sent) -> Option<Answer> {
    let picked: Vec<&str> = sent.all("a").collect();
    if picked.contains(&"unknown") {
        return Some(Answer::Unknown);
    }
    let options = picked.iter().filter_map(|text| text.parse().ok()).filter(|at| *at < question.options.len());
    let options: std::collections::BTreeSet<usize> = options.collect();
    match question.kind {
        QuestionKind::One | QuestionKind::YesNo => options.first().map(|at| Answer::Picked(vec![*at])),
        QuestionKind::Several if options.is_empty() => picked.contains(&"nothing").then(|| Answer::Picked(Vec::new())),
        QuestionKind::Several => Some(Answer::Picked(options.into_iter().collect())),
    }
}

fn asked(
    guided: &Guided,
    guide: &Guidance,
    situation: &Situation,
    place: usize,
    question: &GuideQuestion,
    problem: bool,
) -> Result<Response, Failure> {
    let f = &guided.f;
    let last = situation.0.iter().rposition(|answer| *answer != Answer::Open);
    let open = situation.0.iter().skip(place).filter(|answer| **answer == Answer::Open).count();
    let content = CheckPage {
        process: guided.definition.name.clone(),
        process_title: f.x(&guided.definition.title).to_owned(),
        code: encode(&guided.definition, situation),
        back: last.map(|at| encode(&guided.definition, &situation.with(at, Answer::Open))),
        number: situation.answered() + 1,
        about: situation.answered() + open,
        title: f.x(&question.title).to_owned(),
        hint: f.x(&question.hint).to_owned(),
        several: question.kind == QuestionKind::Several,
        nothing: !question.options.iter().any(|(id, _)| id == "nothing" || id == "none"),
        options: question.options.iter().enumerate().map(|(at, (_, title))| (at, f.x(title).to_owned())).collect(),
        so_far: so_far(&bundle(&guided.definition, situation, guided.today), f.language, guide),
        problem,
        f: f.clone(),
    };
    page_with(if problem { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &content)
}

/// 您要办 5 项，其中 3 项材料由我们查.
pub(super) fn so_far(bundle: &Bundle, language: Language, guide: &Guidance) -> String {
    let count = |wanted: Applies| bundle.items.iter().filter(|(_, applies)| *applies == wanted).count();
    let (sure, perhaps) = (count(Applies::Yes), count(Applies::Perhaps));
    let bring = |paper: &&onething_engine::guidance::Paper| {
        paper.applies == Applies::Yes && paper.source == PaperSource::Brought && !paper.during
    };
    let fetched = |paper: &&onething_engine::guidance::Paper| paper.source == PaperSource::Fetched;
    let brought = bundle.papers.iter().filter(bring).count();
    let fetched = bundle.papers.iter().filter(fetched).count();
    let mut parts: Vec<String> = Vec::new();
    match language {
        Language::Zh => {
            if sure > 0 {
                parts.push(format!("要办 {sure} 项"));
            }
            if perhaps > 0 {
                parts.push(format!("另有 {perhaps} 项视情况"));
            }
            parts.push(if brought == 0 {
                "不用您准备材料".to_owned()
            } else {
                format!("您准备 {brought} 样材料")
            });
            if fetched > 0 {
                parts.push(format!("{fetched} 样由我们查，免交"));
            }
            if let Some(minutes) = guide.minutes {
                parts.push(format!("填写约 {minutes} 分钟"));
            }
            parts.join("，")
        }
        Language::En => {
            if sure > 0 {
                parts.push(format!("{sure} matters"));
            }
            if perhaps > 0 {
                parts.push(format!("{perhaps} more, perhaps"));
            }
            parts.push(format!("{brought} papers to bring"));
            if fetched > 0 {
                parts.push(format!("{fetched} looked up by us"));
            }
            if let Some(minutes) = guide.minutes {
                parts.push(format!("about {minutes} minutes to fill in"));
            }
            parts.join(", ")
        }
    }
}
