//! The movable clock: legal time goes forward, and whatever falls due on the way happens at once.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::normalise;
use onething_engine::value::{DAY_MS, HOUR_MS, Instant};
use onething_engine::worker;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "demo/clock.html")]
struct ClockPage {
    f: Frame,
    date: String,
}

/// What time it is.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let now = app.now().await?;
    page(&ClockPage { f: Frame::new(&app, &visitor, now), date: now.date().to_string() })
}

/// Turns it. Never back: what has happened stays.
pub async fn turn(
    State(app): State<App>,
    Extension(_visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let to = match sent.get("by") {
        Some("hour") => now.plus(HOUR_MS),
        Some("day") => now.plus(DAY_MS),
        Some("week") => now.plus(7 * DAY_MS),
        Some("month") => now.plus(30 * DAY_MS),
        Some(_) | None => {
            let date = normalise::date(sent.get("date").unwrap_or_default());
            date.map_or(now, |date| Instant::start_of(date).plus(9 * HOUR_MS))
        }
    };
    if to > now {
        app.store().move_clock(to).await?;
        worker::run_until_quiet(&app.engine).await?;
    }
    Ok(Redirect::to("/demo/clock").into_response())
}
