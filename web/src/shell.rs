//! What lies around every answer, errors included: the headers that protect it, its time limit, and a page for whatever
//! failed. It must never let an answer out without them.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{FailurePage, Frame};
use crate::policy;
use crate::routes;
use crate::session::{cookie, language_of};

/// A request that takes longer is given up.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);

/// No script at all, nothing from elsewhere, no frame around us.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

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
    match tokio::time::timeout(REQUEST_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::Slow.into_response(),
    }
}

/// Headers, the cookie of the language, and the page of a failure.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().to_string();
    let language = language_of(request.headers(), request.uri().query());
    let chosen = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("lang=")));
    let known = cookie(request.headers(), "lang");
    let path = request.uri().path().to_owned();
    let own_host = !app.is_demo() || is_loopback(request.headers());
    let mut response = if own_host { next.run(request).await } else { Failure::Foreign.into_response() };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        if failure.status().is_server_error() {
            tracing::error!(request = %id, ?failure, "a request failed");
        }
        response = failure_page(&app, &failure, language, &id);
    }
    let fixed = path.starts_with("/static/") && response.status() == StatusCode::OK;
    protect(response.headers_mut(), &app, fixed);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    if chosen && known.as_deref() != Some(language::word(language)) {
        let text = format!("lang={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", language::word(language));
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn failure_page(app: &App, failure: &Failure, language: onething_engine::text::Language, id: &str) -> Response {
    let (title, advice) = failure.text();
    let bureau = app.rules().organisation.title.get(language).to_owned();
    let f = Frame { language, demo: app.is_demo(), bureau, address: "/".to_owned(), ..Frame::default() };
    let request = if failure.status().is_server_error() { id.to_owned() } else { String::new() };
    let page =
        FailurePage { f, title: title.get(language).to_owned(), advice: advice.get(language).to_owned(), request };
    match page.render() {
        Ok(html) => (failure.status(), Html(html)).into_response(),
        Err(_) => failure.status().into_response(),
    }
}

fn protect(headers: &mut HeaderMap, app: &App, fixed: bool) {
    let mut put = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    put(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    // Pages are personal: no shared computer may keep them.
    put(header::CACHE_CONTROL, if fixed { "public, max-age=300" } else { "no-store" });
    if app.is_tls() {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// A page elsewhere may point a name of its own at this machine; the demonstration answers to its own names only.
fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    matches!(name.map_or(host, |(name, _)| name), "127.0.0.1" | "localhost" | "[::1]")
}
