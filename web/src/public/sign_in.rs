//! Signing in and out. Identities come from connectors; the demonstration has one that needs a click.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::demo::accounts::{self, Account};
use crate::failure::Failure;
use crate::gate::encode;
use crate::identity::pages::give_token;
use crate::page::{Frame, page};
use crate::session::{self, Visitor};

#[derive(Template)]
#[template(path = "public/sign_in.html")]
struct SignInPage {
    f: Frame,
    next: String,
    ways: Vec<Way>,
    main: Vec<Account>,
    others: Vec<Account>,
}

/// One way to sign in.
struct Way {
    href: String,
    title: String,
    hint: String,
}

/// What is connected here, for applicants first.
fn ways(app: &App, f: &Frame, next: &str) -> Vec<Way> {
    let query = if next.is_empty() { String::new() } else { format!("?next={}", encode(next)) };
    let mut ways = Vec::new();
    if app.identity.oidc.is_some() {
        ways.push(Way {
            href: format!("/signin/oidc{query}"),
            title: f.t("统一身份认证登录", "With the unified identity service").to_owned(),
            hint: f.t("到认证网站登录后自动回来。", "You sign in there and come back.").to_owned(),
        });
    }
    if app.identity.ticket.is_some() {
        ways.push(Way {
            href: format!("/signin/ticket{query}"),
            title: f.t("政务服务网账号登录", "With an account of the government portal").to_owned(),
            hint: f.t("到政务服务网登录后自动回来。", "You sign in there and come back.").to_owned(),
        });
    }
    if app.identity.phone {
        ways.push(Way {
            href: format!("/signin/phone{query}"),
            title: f.t("手机验证码登录", "With a code sent to your phone").to_owned(),
            hint: f
                .t("申请人用。第一次登录时自动开通账号。", "For applicants. An account is made the first time.")
                .to_owned(),
        });
    }
    ways.push(Way {
        href: format!("/signin/password{query}"),
        title: f.t("工作人员登录", "Staff: password and authenticator").to_owned(),
        hint: f.t("各部门工作人员用，需要密码和动态码。", "For the offices; with a password and a code.").to_owned(),
    });
    ways
}

/// The ways to sign in. A stranger gets a cookie first, so that the form of the next step can be told from a foreign one.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(mut visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let cookie = give_token(&app, &mut visitor)?;
    let f = Frame::new(&app, &visitor, app.now().await?);
    let (main, others) =
        if app.is_demo() { accounts::all(&app.rules().organisation, f.language) } else { (Vec::new(), Vec::new()) };
    let next = next_of(query.as_deref());
    let ways = ways(&app, &f, &next);
    let mut response = page(&SignInPage { f, next, ways, main, others })?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Where to go afterwards: a path of this site.
pub fn next_of(query: Option<&str>) -> String {
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
    // A computer that others use keeps nothing of what was shown.
    let wipe = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), wipe);
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
