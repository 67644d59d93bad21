//! Signing in and out. Identities come from connectors; the demonstration has one that needs a click.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::demo::accounts::{self, Account};
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::session::{self, Visitor};

#[derive(Template)]
#[template(path = "public/sign_in.html")]
struct SignInPage {
    f: Frame,
    next: String,
    main: Vec<Account>,
    others: Vec<Account>,
}

/// The ways to sign in. A stranger gets a cookie first, so that the form of the next step can be told from a foreign one.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(mut visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let fresh = visitor.token.is_none();
    if fresh {
        visitor.token = Some(session::token()?);
    }
    let f = Frame::new(&app, &visitor, app.now().await?);
    let (main, others) =
        if app.is_demo() { accounts::all(&app.rules().organisation, f.language) } else { (Vec::new(), Vec::new()) };
    let mut response = page(&SignInPage { f, next: next_of(query.as_deref()), main, others })?;
    if fresh && let Some(token) = &visitor.token {
        response.headers_mut().append(header::SET_COOKIE, session::set(&app, token)?);
    }
    Ok(response)
}

/// Where to go afterwards: a path of this site.
fn next_of(query: Option<&str>) -> String {
    let named = query.unwrap_or_default().split('&').find(|pair| pair.starts_with("next="));
    let decoded = named.and_then(|pair| crate::sent::Sent::parse(pair.as_bytes()));
    local(decoded.as_ref().and_then(|sent| sent.get("next")).unwrap_or_default())
}

/// A path of this site, or none. `//host` and `/\host` would lead away.
pub fn local(path: &str) -> String {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    if own { path.to_owned() } else { String::new() }
}

/// Ends the session.
pub async fn leave(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    session::end(&app, &visitor).await?;
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().append(header::SET_COOKIE, session::set(&app, "")?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn after_signing_in_one_stays_here() {
        assert_eq!(local("/desk?after=1"), "/desk?after=1");
        for away in ["https://example.com", "//example.com", "/\\example.com", "desk", "/a\r\nb"] {
            assert_eq!(local(away), "", "{away}");
        }
    }
}
