//! What was typed into a form when the session had ended: kept until its own account signs in again and sees the same page,
//! filled. Only the cookie of that browser opens it. It must never write to anything else, and never show it to another
//! account.

use axum::http::{HeaderMap, HeaderValue};
use onething_engine::organisation::Actor;
use onething_engine::store::ParkedRow;

use crate::app::App;
use crate::failure::Failure;
use crate::sent::Sent;
use crate::session;

/// Machine milliseconds it is kept.
const KEPT_MS: i64 = 2 * 3_600_000;

/// Keeps what was sent to an address for the account that was signed in; the cookie that opens it.
///
/// # Errors
/// The store cannot be reached.
pub async fn park(app: &App, owner: &str, address: &str, sent: &Sent) -> Result<HeaderValue, Failure> {
    let token = session::token()?;
    let pairs: Vec<&(String, String)> = sent.pairs.iter().filter(|(name, _)| name != "_csrf").collect();
    let typed = serde_json::to_string(&pairs).map_err(|error| Failure::broken("parked values", &error))?;
    let row = ParkedRow { owner: owner.to_owned(), address: address.to_owned(), typed };
    app.store().park(&session::digest(&token), &row, KEPT_MS).await?;
    cookie(app, &token)
}

/// What this browser had sent to this address under this account when the session had ended.
///
/// # Errors
/// The store cannot be reached.
pub async fn find(app: &App, headers: &HeaderMap, actor: &Actor, address: &str) -> Result<Option<Sent>, Failure> {
    let Some(token) = session::cookie(headers, name(app)).filter(|token| token.len() == 64) else { return Ok(None) };
    let row = app.store().parked(&session::digest(&token)).await?;
    let own = row.filter(|row| [&actor.id, actor.stands_for()].contains(&row.owner.as_str()) && row.address == address);
    Ok(own.and_then(|row| serde_json::from_str(&row.typed).ok()).map(Sent::of))
}

/// Forgets it, because the page was sent again; the cookie to take away, if there is one.
///
/// # Errors
/// The store cannot be reached.
pub async fn forget(app: &App, headers: &HeaderMap) -> Result<Option<HeaderValue>, Failure> {
    let Some(token) = session::cookie(headers, name(app)).filter(|token| token.len() == 64) else { return Ok(None) };
    app.store().unpark(&session::digest(&token)).await?;
    cookie(app, "").map(Some)
}

fn name(app: &App) -> &'static str {
    if app.is_tls() { "__Host-parked" } else { "parked" }
}

fn cookie(app: &App, token: &str) -> Result<HeaderValue, Failure> {
    let secure = if app.is_tls() { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { KEPT_MS / 1000 };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", name(app));
    HeaderValue::from_str(&text).map_err(|error| Failure::broken("cookie", &error))
}
