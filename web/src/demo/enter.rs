//! Signing in with one click. It must never answer outside the demonstration; the gate sees to that.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::accounts;
use crate::app::App;
use crate::failure::Failure;
use crate::identity;
use crate::sent::Sent;
use crate::session::Visitor;

/// Begins a session as the account that was clicked.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let rules = app.rules();
    let id = sent.get("account").unwrap_or_default();
    let actor = accounts::actor(&rules.organisation, id).ok_or(Failure::NotFound)?;
    identity::known(&app, &actor).await?;
    identity::enter(&app, &visitor, &actor.id, sent.get("next").unwrap_or_default()).await
}
