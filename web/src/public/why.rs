//! Why this date: the proof of a deadline, day by day.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use onething_engine::decide::deadline;

use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;
use crate::page::{Frame, page};
use crate::session::Visitor;
use crate::view::{Clock, Look};

#[derive(Template)]
#[template(path = "public/why.html")]
struct WhyPage {
    f: Frame,
    case: String,
    number: String,
    clock: Clock,
    answer: String,
    lines: Vec<Proof>,
    calendar: String,
}

struct Proof {
    days: String,
    why: String,
    counted: bool,
    sum: String,
}

/// The proof of the clock that the address names.
pub async fn show(
    State(app): State<App>,
    Path((_, name)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now).about(&open.definition);
    let case = &open.loaded.case;
    let clock = open.definition.clocks.iter().find(|clock| clock.name == name).ok_or(Failure::NotFound)?;
    let found = deadline(&open.rules, &open.definition, case, clock.id).ok_or(Failure::NotFound)?;
    let actor = visitor.actor()?;
    let look = Look {
        loaded: &open.loaded,
        definition: &open.definition,
        rules: &open.rules,
        facts: &open.facts,
        actor,
        now,
        language: f.language,
    };
    let shown = look.clock(clock.id).ok_or(Failure::NotFound)?;
    let lines = found.lines.iter().map(|line| Proof {
        days: f.x(&line.stretch.title()).to_owned(),
        why: f.x(&line.why()).to_owned(),
        counted: line.is_counted(),
        sum: if line.is_counted() { counted(&f, line.sum_ms) } else { String::new() },
    });
    let content = WhyPage {
        case: case.id.to_string(),
        number: case.number.clone(),
        clock: shown,
        answer: f.x(&found.text()).to_owned(),
        lines: lines.collect(),
        calendar: found.calendar.chars().take(24).collect(),
        f,
    };
    page(&content)
}

/// Counted time in days, or in hours where it is no whole number of days.
fn counted(f: &Frame, ms: i64) -> String {
    use onething_engine::value::{DAY_MS, HOUR_MS};
    if ms % DAY_MS == 0 {
        let days = ms / DAY_MS;
        return f.t(&format!("{days} 日"), &format!("{days} d")).to_owned();
    }
    let hours = ms / HOUR_MS;
    let minutes = ms % HOUR_MS / 60_000;
    f.t(&format!("{hours} 小时 {minutes} 分"), &format!("{hours} h {minutes} min")).to_owned()
}
