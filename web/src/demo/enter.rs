//! Signing in with one click. It must never answer outside the demonstration; the gate sees to that.

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::organisation::{ActorKind, role};

use super::accounts;
use crate::app::App;
use crate::failure::Failure;
use crate::public::sign_in::local;
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Begins a session as the account that was clicked.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let rules = app.rules();
    let id = sent.get("account").unwrap_or_default();
    let actor = accounts::actor(&rules.organisation, id).ok_or(Failure::NotFound)?;
    let cookie = session::begin(&app, &visitor, &actor).await?;
    let next = local(sent.get("next").unwrap_or_default());
    let to = match &actor.kind {
        _ if !next.is_empty() => next,
        ActorKind::Staff { .. } if actor.has_role(role::SUPERVISOR) => "/watch".to_owned(),
        ActorKind::Staff { .. } => "/desk".to_owned(),
        ActorKind::Citizen | ActorKind::System | ActorKind::Process { .. } | ActorKind::Connector { .. } => {
            "/me".to_owned()
        }
    };
    let mut response = Redirect::to(&to).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
