//! Where an account is signed in, and how to end that. It must never show a session of another account.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page};
use crate::sent::Sent;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "identity/sessions.html")]
struct SessionsPage {
    f: Frame,
    rows: Vec<Row>,
}

struct Row {
    handle: String,
    began: String,
    seen: String,
    here: bool,
}

/// The open sessions of the visitor's account.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    let own = visitor.token_hash();
    let sessions = app.store().sessions_of(&visitor.actor()?.id).await?;
    let rows = sessions.into_iter().map(|session| Row {
        began: language::short(session.created_at),
        seen: language::short(session.seen_at),
        here: own.starts_with(&session.handle),
        handle: session.handle,
    });
    let rows = rows.collect();
    page(&SessionsPage { f, rows })
}

/// Ends one of them, or all.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let account = &visitor.actor()?.id;
    match sent.get("session").unwrap_or_default() {
        "all" => app.store().end_sessions(account).await?,
        handle => {
            if !app.store().end_session_of(account, handle).await? {
                return Err(Failure::NotFound);
            }
        }
    }
    Ok(Redirect::to("/me/sessions").into_response())
}
