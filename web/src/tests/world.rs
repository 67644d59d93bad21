//! A server with one case, and visitors of every kind.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use onething_engine::command::Command;
use onething_engine::engine::Engine;
use onething_engine::organisation::Actor;
use onething_engine::store::{DraftRow, Kind, Stage, open};
use onething_engine::value::Value;
use onething_engine::vault::Scanner;
use std::sync::Arc;
use tower::ServiceExt;

use crate::app::{App, Mode};
use crate::files::Uploads;
use crate::identity::Settings;
use crate::publish::publish;
use crate::session::Visitor;
use crate::{embedded, identity, session, shell};

/// Only the offices of the street, health, police and funeral, and the applicant, may see it.
pub const ADDRESS: &str = "示例一街道标记九号";
/// The identity number of the person who died, with its check digit.
pub const NUMBER: &str = "320404194103120014";

/// A server and its case.
pub struct World {
    pub app: App,
    pub case: String,
    pub clock: String,
    /// An empty draft of the family.
    pub draft: String,
    router: Router,
    folder: std::path::PathBuf,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    /// The value of the last input with this name.
    pub fn input(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let after = self.body.rsplit(&mark).next().filter(|_| self.body.contains(&mark));
        after.and_then(|text| text.split('"').next()).unwrap_or_default().to_owned()
    }
}

impl World {
    /// A demonstration or a live server with a case that waits at the window.
    pub async fn new(mode: Mode) -> World {
        World::with(mode, Settings { phone: true, ..Settings::default() }).await
    }

    /// The same with other ways to sign in.
    pub async fn with(mode: Mode, settings: Settings) -> World {
        let folder = std::env::temp_dir().join(format!("onething-web-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let kind = if mode == Mode::Demo { Kind::Demo } else { Kind::Live };
        let url = format!("sqlite:{}", folder.join("test.sqlite").display());
        let store = open(&url, kind).await.expect("a store");
        let assembled = publish(&*store, &embedded::sources().expect("sources")).await.expect("sound definitions");
        let engine = Engine::start(store, assembled.rulebook);
        let uploads = Uploads::open(&folder.join("files"), Scanner::Off).expect("a folder");
        let app = App { engine, mode, identity: Arc::new(settings), uploads: Some(Arc::new(uploads)) };
        let case = start(&app, "family", &report()).await;
        let held = app.store().case(case.parse().map(onething_engine::case::CaseId).expect("an id")).await;
        let held = held.expect("a store that answers").expect("the case");
        let definition = app.rules().definition(&held.loaded.case.definition).cloned().expect("its definition");
        let clock = held.loaded.case.clocks.keys().next().expect("a clock that runs");
        let clock = definition.clock(*clock).name.clone();
        let draft = draft(&app).await;
        World { router: shell::service(&app), app, case, clock, draft, folder }
    }

    /// Signs somebody in; the cookie and the token of the forms.
    pub async fn enter(&self, actor: &Actor) -> (String, String) {
        identity::known(&self.app, actor).await.expect("an account");
        let set = session::begin(&self.app, &Visitor::default(), &actor.id, Stage::Full).await.expect("a session");
        let cookie = set.to_str().expect("ASCII").split(';').next().unwrap_or_default().to_owned();
        let token = cookie.split_once('=').map(|(_, token)| token.to_owned());
        (cookie, Visitor { token, ..Visitor::default() }.csrf())
    }

    /// Somebody of the sample organisation.
    pub fn staff(&self, id: &str) -> Actor {
        self.app.rules().organisation.actor(id).expect("somebody of the staff")
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        // A page that listens does not end by itself.
        let listens = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if listens { Body::empty() } else { body };
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a request; the status and the bytes as they cross the network.
    pub async fn send_raw(&self, request: Request<Body>) -> (StatusCode, axum::body::Bytes) {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        (status, to_bytes(response.into_body(), 8 << 20).await.expect("a body"))
    }

    /// Opens a page.
    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(request(Method::GET, path, cookie).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, cookie: &str, pairs: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = pairs
            .iter()
            .map(|(name, text)| format!("{}={}", crate::gate::encode(name), crate::gate::encode(text)))
            .collect();
        let request = request(Method::POST, path, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")));
        self.send(request.expect("a request")).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A request with a cookie; empty for none.
pub fn request(method: Method, path: &str, cookie: &str) -> axum::http::request::Builder {
    let builder = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
    if cookie.is_empty() { builder } else { builder.header(header::COOKIE, cookie) }
}

/// What the family reports.
pub fn report() -> Vec<(&'static str, &'static str)> {
    vec![
        ("deceased.name", "标记甲"),
        ("deceased.id_number", NUMBER),
        ("deceased.died_on", "2026-05-01"),
        ("deceased.place", "home"),
        ("deceased.address", ADDRESS),
        ("deceased.hukou", "320404001"),
        ("applicant.name", "标记乙"),
        ("applicant.id_number", "320404196805200026"),
        ("applicant.phone", "13800000001"),
        ("applicant.relation", "child"),
    ]
}

/// A draft into which nothing was typed yet.
async fn draft(app: &App) -> String {
    let id = session::token().expect("randomness");
    let (process, door) = ("after-death".to_owned(), "family".to_owned());
    let (owner, form_hash, typed) = ("family".to_owned(), String::new(), "[]".to_owned());
    let expires_at = app.now().await.expect("a time").plus(onething_engine::value::DAY_MS);
    let row = DraftRow { id: id.clone(), owner, process, door, form_hash, version: 1, typed, expires_at, case: None };
    app.store().save_draft(&row).await.expect("a draft");
    id
}

/// Reports a death as `owner`; the id of the case.
pub async fn start(app: &App, owner: &str, report: &[(&str, &str)]) -> String {
    let rules = app.rules();
    let now = app.now().await.expect("a time");
    let definition = rules.choose("after-death", now.date()).expect("in force").clone();
    let form = definition.forms.get("report").expect("the form");
    let pairs: Vec<(String, String)> = report.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    let context = onething_engine::form::Context {
        today: now.date(),
        answers: &Value::Null,
        staff: false,
        organisation: Some(&rules.organisation),
        files: None,
    };
    let reading = form.read(&pairs, &context);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let command = Command::StartCase {
        case: Engine::new_case_id(),
        process: "after-death".to_owned(),
        door: "family".to_owned(),
        region: rules.organisation.region.clone(),
        answers: reading.values,
        draft: None,
    };
    let receipt = app.engine.execute(&Actor::citizen(owner), None, command).await.expect("a store");
    receipt.expect("accepted").case.to_string()
}
