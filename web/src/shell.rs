//! What lies around every answer, errors included: the headers that protect it, its time limit, and a page for whatever
//! failed. It must never let an answer out without them.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use onething_engine::text::Language;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::display::{self, Display};
use crate::failure::Failure;
use crate::files;
use crate::files::serve::SANDBOX;
use crate::page::{FailurePage, Frame};
use crate::policy;
use crate::routes;
use crate::statics;

/// A request that takes longer is given up.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// One with photographs comes over slow networks.
const UPLOAD_LIMIT: Duration = Duration::from_secs(300);

/// Our own files only, no script or style inside a page, no frame around us. `blob:` shows a picture before it is sent;
/// `connect-src` is the live case and the saving of drafts.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/// The whole server as a service.
pub fn service(app: &App) -> Router {
    policy::router(app, routes::table())
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::Method })
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(|_| Failure::Broken.into_response()))
        .layer(from_fn_with_state(app.clone(), around))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(app.clone())
}

async fn in_time(request: Request, next: Next) -> Response {
    let limit = if files::is_multipart(request.headers()) { UPLOAD_LIMIT } else { REQUEST_LIMIT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::Slow.into_response(),
    }
}

/// Headers, the cookie of the language, and the page of a failure.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().to_string();
    let query = request.uri().query();
    let asked = Asked {
        language: display::language_of(request.headers(), query),
        display: Display::of(request.headers(), query),
        address: failed_address(&request),
        case: case_of(request.uri().path()),
    };
    let chosen = display::kept(request.headers(), query, app.is_tls());
    let path = request.uri().path().to_owned();
    let versioned = query.is_some_and(|query| query.strip_prefix("v=") == Some(statics::version()));
    let own_host = is_own_host(&app, request.headers());
    let mut response = if own_host { next.run(request).await } else { Failure::Foreign.into_response() };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        if failure.status().is_server_error() {
            tracing::error!(request = %id, ?failure, "a request failed");
        }
        response = failure_page(&app, &failure, &asked, &id);
    }
    let fixed = path.starts_with("/static/") && response.status() == StatusCode::OK;
    protect(response.headers_mut(), &app, kept_for(fixed, versioned));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    for value in chosen {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// How the page of a failure is to look.
struct Asked {
    language: Language,
    display: Display,
    address: String,
    /// The case of the address; empty where there is none.
    case: String,
}

/// Where preferences of a failed page lead: to the same page, if it can be asked for again.
fn failed_address(request: &Request) -> String {
    let again = request.method() == Method::GET && !request.uri().path().starts_with("//");
    let address = if again { request.uri().path_and_query().map_or("/", |path| path.as_str()) } else { "/" };
    display::bare(address)
}

/// Pages are personal: no shared computer may keep them. Files are kept, for ever where the address names their version.
fn kept_for(fixed: bool, versioned: bool) -> &'static str {
    match (fixed, versioned) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, max-age=300",
        (false, _) => "no-store",
    }
}

/// Where to go from a failure, the likeliest first.
fn ways(f: &Frame, failure: &Failure, case: &str) -> Vec<(String, String)> {
    let mut ways = Vec::new();
    if matches!(failure, Failure::Rejected(_)) && !case.is_empty() {
        ways.push((format!("/c/{case}"), f.t("回到办件", "Back to the case").to_owned()));
    }
    if matches!(failure, Failure::SignIn | Failure::Expired) {
        ways.push(("/signin".to_owned(), f.t("登录", "Sign in").to_owned()));
    }
    if matches!(failure, Failure::Forbidden | Failure::Rejected(_)) {
        ways.push(("/me".to_owned(), f.t("我的办件", "My cases").to_owned()));
    }
    ways.push(("/".to_owned(), f.t("回到首页", "Start page").to_owned()));
    ways.push(("/help".to_owned(), f.t("找人帮忙", "Help from a person").to_owned()));
    ways
}

/// The case that a path is about; its page says itself who may see it.
fn case_of(path: &str) -> String {
    let named = path.strip_prefix("/c/").or_else(|| path.strip_prefix("/desk/t/")).unwrap_or_default();
    let id = named.split('/').next().unwrap_or_default();
    id.parse::<uuid::Uuid>().map(|id| id.to_string()).unwrap_or_default()
}

fn failure_page(app: &App, failure: &Failure, asked: &Asked, id: &str) -> Response {
    let language = asked.language;
    let (title, advice) = failure.text();
    let bureau = app.rules().organisation.title.get(language).to_owned();
    let address = asked.address.clone();
    let f = Frame { language, demo: app.is_demo(), bureau, address, display: asked.display, ..Frame::default() };
    let request = if failure.status().is_server_error() { id.to_owned() } else { String::new() };
    let page = FailurePage {
        title: title.get(language).to_owned(),
        advice: advice.get(language).to_owned(),
        status: failure.status().as_u16(),
        request,
        ways: ways(&f, failure, &asked.case),
        f,
    };
    match page.render() {
        Ok(html) => (failure.status(), Html(html)).into_response(),
        Err(_) => failure.status().into_response(),
    }
}

fn protect(headers: &mut HeaderMap, app: &App, kept: &'static str) {
    let sandboxed = headers.get(header::CONTENT_SECURITY_POLICY).is_some_and(|policy| policy == SANDBOX);
    let mut put = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    put(header::CONTENT_SECURITY_POLICY, if sandboxed { SANDBOX } else { CONTENT_POLICY });
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    put(header::CACHE_CONTROL, kept);
    if app.is_tls() {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// A page elsewhere may point a name of its own at this machine: the demonstration answers to the loopback names only, a
/// live server to the name it was given, and to loopback for whoever watches over it.
fn is_own_host(app: &App, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    if hosts.next().is_some() {
        return false;
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let loopback = matches!(name.map_or(host, |(name, _)| name), "127.0.0.1" | "localhost" | "[::1]");
    let named = app.identity.host.as_deref();
    loopback || (!app.is_demo() && named.is_none_or(|named| named.eq_ignore_ascii_case(host)))
}
