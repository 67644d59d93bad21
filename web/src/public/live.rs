//! Tells a page of a case that something has happened since it was made. It must never say what: the page asks for
//! itself again, through the gate, and shows what its visitor may see.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use onething_engine::case::CaseId;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;

use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;

/// Pages that may listen at once. Whoever comes later is told not to ask again; their page works as it does without
/// scripts.
const LISTENERS: usize = 256;
/// How often one looks.
const EVERY: Duration = Duration::from_secs(2);
/// How often one looks before the browser has to come through the gate again: a session that has ended stops listening
/// within a minute.
const LOOKS: u32 = 30;

static FREE: Semaphore = Semaphore::const_new(LISTENERS);

struct Listening {
    app: App,
    case: CaseId,
    after: u64,
    looks: u32,
    _place: SemaphorePermit<'static>,
}

/// One word, `changed`, when the case has more events than the page knows.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    // To a browser 204 means that it should not ask again.
    let Ok(place) = FREE.try_acquire() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let known = query.as_deref().and_then(|query| query.strip_prefix("after=")?.parse().ok());
    let case = open.loaded.case.id;
    let after = known.unwrap_or(open.loaded.case.length);
    let listening = Listening { app, case, after, looks: 0, _place: place };
    Ok(Sse::new(stream::unfold(listening, next)).into_response())
}

async fn next(mut at: Listening) -> Option<(Result<Event, Infallible>, Listening)> {
    if at.looks >= LOOKS {
        return None;
    }
    if at.looks > 0 {
        sleep(EVERY).await;
    }
    at.looks += 1;
    let length = at.app.store().case(at.case).await.ok()??.loaded.case.length;
    let event = if length > at.after {
        at.after = length;
        Event::default().event("changed").data(length.to_string())
    } else {
        // A comment keeps proxies from closing the line and finds out who has gone.
        Event::default().comment("").retry(Duration::from_secs(3))
    };
    Some((Ok(event), at))
}
