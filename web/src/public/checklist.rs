//! 一次告知单: everything somebody's situation comes to, on one sheet to keep, print or show at a counter. Made from the
//! code in its address and the definition in force today; it must never show a list that today's rules would not give.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::clock::{self, ClockRule, ClockRun};
use onething_engine::definition::{ItemId, PaperSource};
use onething_engine::guidance::{Answer, Applies, Paper, Situation, bundle, decode, elsewhere, encode, filled};
use onething_engine::value::Instant;

use super::check::{Guided, so_far};
use super::guide::Guide;
use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "public/checklist.html")]
struct ChecklistPage {
    f: Frame,
    process: String,
    process_title: String,
    code: String,
    /// The code as a picture: the path of an SVG, and how many squares it is wide.
    picture: (String, usize),
    made_on: String,
    so_far: String,
    said: Vec<(String, String)>,
    elsewhere: Option<(String, Option<(String, String)>)>,
    sure: Vec<Matter>,
    perhaps: Vec<Matter>,
    papers: Vec<(String, Vec<Sheet>)>,
    fee: String,
    who: String,
    door: String,
    signed_in: bool,
    filled: Vec<(String, String)>,
}

struct Matter {
    title: String,
    office: String,
    limit: String,
    due: String,
    basis: String,
    claimed: bool,
}

struct Sheet {
    title: String,
    why: String,
    basis: String,
    perhaps: bool,
}

#[derive(Template)]
#[template(path = "public/checklist_gone.html")]
struct GonePage {
    f: Frame,
    process: String,
    process_title: String,
}

/// The list of a code.
pub async fn show(
    State(app): State<App>,
    Path((process, code)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let guided = Guided::find(&app, &visitor, &process).await?;
    let Some(situation) = decode(&guided.definition, &code) else {
        let process_title = guided.f.x(&guided.definition.title).to_owned();
        return crate::page::page_with(
            axum::http::StatusCode::NOT_FOUND,
            &GonePage { process, process_title, f: guided.f },
        );
    };
    let now = app.now().await?;
    let rules = app.rules();
    let guide = guided.guide()?;
    let f = &guided.f;
    let bundle = bundle(&guided.definition, &situation, guided.today);
    let shown = Guide { rules: &rules, definition: &guided.definition, now, f };
    let matters = |wanted: Applies| {
        let items = bundle.items.iter().filter(|(_, applies)| *applies == wanted);
        items.map(|(item, _)| matter(&shown, *item)).collect::<Vec<_>>()
    };
    let away = elsewhere(guide, &situation, guided.today).map(|way| {
        let other = way.process.as_ref().and_then(|name| rules.choose(name, guided.today));
        (f.x(&way.text).to_owned(), other.map(|other| (other.name.clone(), f.x(&other.title).to_owned())))
    });
    let form = guided.definition.doors.get(&guide.door).and_then(|door| door.form.clone()).unwrap_or_default();
    let code = encode(&guided.definition, &situation);
    page(&ChecklistPage {
        process: guided.definition.name.clone(),
        process_title: f.x(&guided.definition.title).to_owned(),
        picture: picture(&code),
        made_on: language::day(guided.today, f.language),
        so_far: so_far(&bundle, f.language, guide),
        said: said(&guided, &situation)?,
        elsewhere: away,
        sure: matters(Applies::Yes),
        perhaps: matters(Applies::Perhaps),
        papers: papers(f, &bundle.papers),
        fee: f.x(&guide.fee).to_owned(),
        who: f.x(&guide.who).to_owned(),
        door: guide.door.clone(),
        signed_in: visitor.actor.is_some(),
        filled: filled(guide, &situation, &form),
        code,
        f: f.clone(),
    })
}

/// From a code that somebody typed to its list, whichever service it is of.
pub async fn find(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(_visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let sent = Sent::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let code = sent.get("code").unwrap_or_default();
    for definition in app.services(app.now().await?) {
        if let Some(situation) = decode(&definition, code) {
            let code = encode(&definition, &situation);
            return Ok(Redirect::to(&format!("/s/{}/checklist/{code}", definition.name)).into_response());
        }
    }
    Ok(Redirect::to("/s?code=unknown").into_response())
}

fn said(guided: &Guided, situation: &Situation) -> Result<Vec<(String, String)>, Failure> {
    let f = &guided.f;
    let answers = guided.guide()?.questions.iter().zip(&situation.0).filter_map(|(question, answer)| {
        let text = match answer {
            Answer::Open => return None,
            Answer::Unknown => f.t("不清楚", "I do not know").to_owned(),
            Answer::Picked(options) if options.is_empty() => f.t("都没有", "None of them").to_owned(),
            Answer::Picked(options) => {
                let titles = options.iter().filter_map(|at| Some(f.x(&question.options.get(*at)?.1)));
                titles.collect::<Vec<_>>().join(f.t("、", ", "))
            }
        };
        Some((f.x(&question.title).to_owned(), text))
    });
    Ok(answers.collect())
}

fn matter(shown: &Guide<'_>, item: ItemId) -> Matter {
    let definition = shown.definition.item(item);
    let of_item = shown.items(&[definition]).into_iter().next();
    let main = shown.main_clock(item);
    let due = main.and_then(|clock| {
        let rule = ClockRule { limit: shown.limit_value(&clock.limit)?, roll: clock.roll };
        let calendar = shown.rules.calendar(&clock.calendar);
        clock::deadline(&rule, &ClockRun::new(shown.now), &calendar).due_at()
    });
    let due = due.map(|due: Instant| language::deadline(due, shown.f.language)).unwrap_or_default();
    let shown = of_item.unwrap_or_default();
    Matter {
        title: shown.title,
        office: shown.office,
        limit: shown.limit,
        due,
        basis: shown.basis,
        claimed: shown.claimed,
    }
}

/// Papers by where they come from, those to bring first.
fn papers(f: &Frame, papers: &[Paper]) -> Vec<(String, Vec<Sheet>)> {
    let groups = [
        (f.t("请您准备", "Have ready"), Some(PaperSource::Brought)),
        (f.t("当场签字或勾选承诺即可", "A promise will do"), Some(PaperSource::Promised)),
        (f.t("可以以后补", "May follow later"), Some(PaperSource::Later)),
        (f.t("免交：由我们查", "Not needed: we look it up"), Some(PaperSource::Fetched)),
        (f.t("办理中可能需要", "Perhaps later on"), None),
    ];
    let belongs = |paper: &Paper, source: Option<PaperSource>| match source {
        Some(source) => paper.source == source && !paper.during,
        None => paper.during,
    };
    let sheets = groups.into_iter().map(|(title, source)| {
        let sheets = papers.iter().filter(|paper| belongs(paper, source)).map(|paper| Sheet {
            title: f.x(&paper.title).to_owned(),
            why: f.x(&paper.why).to_owned(),
            basis: paper.basis.clone(),
            perhaps: paper.applies == Applies::Perhaps && !paper.during,
        });
        (title.to_owned(), sheets.collect::<Vec<_>>())
    });
    sheets.filter(|(_, sheets)| !sheets.is_empty()).collect()
}

/// The code as dark squares of a QR code; empty where it does not fit one, which no code of ours does.
fn picture(code: &str) -> (String, usize) {
    let Ok(made) = qrcode::QrCode::new(code.as_bytes()) else { return (String::new(), 0) };
    let width = made.width();
    let dark = made.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
    let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width)).collect();
    (path, width)
}
