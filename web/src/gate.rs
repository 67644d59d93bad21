//! The gate before every route: who is it, may they, on this object, and did they mean it. Handlers find what it looked
//! up in the request. It must never take an identity from anything but the session.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::case::CaseId;
use onething_engine::decide::{Facts, Loaded, may_see, may_take};
use onething_engine::definition::ProcessDefinition;
use onething_engine::organisation::{Actor, ActorKind, role};
use onething_engine::rulebook::Rulebook;
use onething_engine::store::{DraftRow, FileRow};

use crate::app::App;
use crate::failure::Failure;
use crate::files;
use crate::parked;
use crate::policy::{Object, Policy, Who};
use crate::reads;
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// The case a route is about. The visitor may see it.
#[derive(Clone)]
pub struct Open {
    /// Row and answers. They must leave the server only through [`crate::view`].
    pub loaded: Arc<Loaded>,
    /// The version of the process it keeps.
    pub definition: Arc<ProcessDefinition>,
    /// What is published, as it was when the case was looked up.
    pub rules: Arc<Rulebook>,
    /// What other cases hold that conditions of this one may ask about.
    pub facts: Arc<Facts>,
    /// The task of the address; 0 where it names none.
    pub task: u32,
}

/// The visitor's own draft.
#[derive(Clone)]
pub struct OwnDraft(pub Arc<DraftRow>);

/// A file that the visitor sent.
#[derive(Clone)]
pub struct OwnFile(pub Arc<FileRow>);

/// Lets a request through to its handler, or says why not.
pub async fn pass(
    State((app, policy)): State<(App, Policy)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    let posted = request.method() == Method::POST;
    match admit(&app, policy, &params, request).await {
        Ok(request) => {
            let who = request.extensions().get::<Visitor>().and_then(|visitor| visitor.actor.clone());
            let response = next.run(request).await;
            if posted { sent_again(&app, &headers, &path, who.as_ref(), response).await } else { response }
        }
        Err(Refused::Parked(back, cookie)) => {
            let mut response = Redirect::to(&format!("/signin?next={}", encode(&back))).into_response();
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(Refused::Failure(failure)) => failure.into_response(),
        Err(Refused::Used(case)) => Redirect::to(&case).into_response(),
        Err(Refused::SignIn(back)) => Redirect::to(&format!("/signin?next={}", encode(&back))).into_response(),
    }
}

enum Refused {
    Failure(Failure),
    /// Sign in first, then come back here.
    SignIn(String),
    /// Sign in first, then come back here; what was typed is kept under the cookie.
    Parked(String, HeaderValue),
    /// The draft has become a case: go there.
    Used(String),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused::Failure(failure)
    }
}

async fn admit(app: &App, policy: Policy, params: &RawPathParams, request: Request) -> Result<Request, Refused> {
    if policy.demo && !app.is_demo() {
        return Err(Failure::NotFound.into());
    }
    let (mut parts, body) = request.into_parts();
    let mut visitor = session::visitor(app, &parts).await?;
    let posted = parts.method == Method::POST;
    if posted && !meant(&parts.headers) {
        return Err(Failure::Foreign.into());
    }
    if let Some(refused) = unfit(policy.who, visitor.actor.as_ref()) {
        let back = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        return Err(match refused {
            Failure::SignIn if !posted => Refused::SignIn(back),
            Failure::SignIn => ended(app, policy, params, &visitor, &parts, body).await?,
            failure => failure.into(),
        });
    }
    if let Some(actor) = visitor.actor.as_ref().filter(|_| !posted) {
        visitor.parked = parked::find(app, &parts.headers, actor, parts.uri.path()).await?;
    }
    match policy.object {
        Object::Nothing => {}
        Object::Draft => {
            let row = draft(app, &visitor, params).await?;
            if let Some(case) = row.case {
                // Whoever sends it twice has perhaps not seen the first answer.
                return Err(Refused::Used(format!("/c/{case}{}", if posted { "?new=1" } else { "" })));
            }
            parts.extensions.insert(OwnDraft(Arc::new(row)));
        }
        Object::Case | Object::Task => {
            let open = open(app, policy.object, &visitor, params).await?;
            reads::note_page(app, visitor.actor()?, &open.loaded.case).await?;
            parts.extensions.insert(open);
        }
        Object::File => {
            parts.extensions.insert(own_file(app, &visitor, params).await?);
        }
    }
    if posted {
        let sent = read(app, policy, &visitor, &parts, body).await?;
        parts.extensions.insert(sent);
        parts.extensions.insert(visitor);
        return Ok(Request::from_parts(parts, axum::body::Body::empty()));
    }
    parts.extensions.insert(visitor);
    Ok(Request::from_parts(parts, body))
}

/// A form of a session that has ended: what was typed is kept for the account that it belongs to.
async fn ended(
    app: &App,
    policy: Policy,
    params: &RawPathParams,
    visitor: &Visitor,
    parts: &Parts,
    body: Body,
) -> Result<Refused, Failure> {
    let path = parts.uri.path();
    let (mut sent, arrived) = taken(app, policy, visitor, parts, body).await?;
    if !session::proves(visitor, sent.get("_csrf").unwrap_or_default()) {
        return Err(Failure::SignIn);
    }
    // A button without an answer loses nothing; and there may be no page behind its address.
    if policy.object != Object::Draft && sent.typed().is_empty() && arrived.is_empty() {
        return Err(Failure::SignIn);
    }
    let owner = match app.store().session_owner(&visitor.token_hash()).await? {
        Some(account) => Some(account),
        None => owner(app, policy, params).await?,
    };
    let Some(owner) = owner else { return Err(Failure::SignIn) };
    // Its files are kept for the same account.
    let theirs = Visitor { actor: Some(Actor::citizen(owner.as_str())), ..visitor.clone() };
    files::take(app, &theirs, &mut sent, arrived).await?;
    Ok(Refused::Parked(path.to_owned(), parked::park(app, &owner, path, &sent).await?))
}

/// Whose object a form was about.
async fn owner(app: &App, policy: Policy, params: &RawPathParams) -> Result<Option<String>, Failure> {
    let id = params.iter().find_map(|(name, value)| (name == "draft").then_some(value));
    match (policy.object, id) {
        (Object::Draft, Some(id)) => Ok(app.store().draft(id).await?.map(|row| row.owner)),
        (Object::Draft, None) | (Object::Nothing | Object::Case | Object::Task | Object::File, _) => Ok(None),
    }
}

/// A page that was sent again needs what was kept of it no more.
async fn sent_again(
    app: &App,
    headers: &HeaderMap,
    path: &str,
    who: Option<&Actor>,
    mut response: Response,
) -> Response {
    let Some(actor) = who.filter(|_| !response.status().is_server_error()) else { return response };
    let kept = parked::find(app, headers, actor, path).await;
    if matches!(kept, Ok(Some(_)))
        && let Ok(Some(cookie)) = parked::forget(app, headers).await
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The form that was sent, proved to come from a page of this visitor. Files in it are kept before anything else happens.
async fn read(app: &App, policy: Policy, visitor: &Visitor, parts: &Parts, body: Body) -> Result<Sent, Failure> {
    let (mut sent, arrived) = taken(app, policy, visitor, parts, body).await?;
    if !session::proves(visitor, sent.get("_csrf").unwrap_or_default()) {
        return Err(Failure::Expired);
    }
    if policy.files {
        files::take(app, visitor, &mut sent, arrived).await?;
        files::carry_out(app, visitor, &mut sent).await?;
    }
    Ok(sent)
}

/// A form and the files that came with it, on the disk but not kept yet.
async fn taken(
    app: &App,
    policy: Policy,
    visitor: &Visitor,
    parts: &Parts,
    body: Body,
) -> Result<(Sent, Vec<files::Arrived>), Failure> {
    let with_files = files::is_multipart(&parts.headers);
    let kind = parts.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let plain = kind.is_none_or(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
    if !(plain || with_files && policy.files) {
        return Err(Failure::Unreadable);
    }
    if with_files {
        let request = Request::from_parts(parts.clone(), body);
        return files::receive(app, visitor, request, policy.body_bytes).await;
    }
    let bytes = to_bytes(body, policy.body_bytes).await.map_err(|_| Failure::TooLarge)?;
    Ok((Sent::parse(&bytes).ok_or(Failure::Unreadable)?, Vec::new()))
}

/// The file of the address, if the visitor sent it.
async fn own_file(app: &App, visitor: &Visitor, params: &RawPathParams) -> Result<OwnFile, Failure> {
    let id = params.iter().find_map(|(name, value)| (name == "file").then_some(value)).ok_or(Failure::NotFound)?;
    let actor = visitor.actor.as_ref().ok_or(Failure::NotFound)?;
    let row = app.store().file(id).await?.filter(|row| row.owner == actor.stands_for()).ok_or(Failure::NotFound)?;
    Ok(OwnFile(Arc::new(row)))
}

fn unfit(who: Who, actor: Option<&Actor>) -> Option<Failure> {
    let fits = match (who, actor) {
        (Who::Anyone, _) | (Who::SignedIn, Some(_)) => true,
        (Who::SignedIn | Who::Staff | Who::Supervisor, None) => return Some(Failure::SignIn),
        (Who::Staff, Some(actor)) => matches!(actor.kind, ActorKind::Staff { .. }),
        (Who::Supervisor, Some(actor)) => actor.has_role(role::SUPERVISOR),
    };
    (!fits).then_some(Failure::Forbidden)
}

/// Browsers say where a request was made. A request that says nothing is left to the token.
fn meant(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site".parse().unwrap_or(header::ORIGIN)) {
        return site == "same-origin";
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}

/// The draft of the address, if it is the visitor's own.
async fn draft(app: &App, visitor: &Visitor, params: &RawPathParams) -> Result<DraftRow, Failure> {
    let id = params.iter().find_map(|(name, value)| (name == "draft").then_some(value)).ok_or(Failure::NotFound)?;
    let actor = visitor.actor.as_ref().ok_or(Failure::NotFound)?;
    let own = |row: &DraftRow| row.owner == actor.stands_for() && actor.acts_in(&row.process);
    app.store().draft(id).await?.filter(own).ok_or(Failure::NotFound)
}

async fn open(app: &App, object: Object, visitor: &Visitor, params: &RawPathParams) -> Result<Open, Failure> {
    let named: HashMap<&str, &str> = params.iter().collect();
    let case = named.get("case").and_then(|text| text.parse().ok()).map(CaseId).ok_or(Failure::NotFound)?;
    let actor = visitor.actor.as_ref().ok_or(Failure::NotFound)?;
    let held = app.store().case(case).await?.ok_or(Failure::NotFound)?;
    let rules = app.rules();
    let definition = rules.definition(&held.loaded.case.definition).cloned().ok_or(Failure::NotFound)?;
    let case = &held.loaded.case;
    if !may_see(&rules.organisation, &definition, actor, case) {
        return Err(Failure::NotFound);
    }
    let mut task = 0;
    if object == Object::Task {
        task = named.get("task").and_then(|text| text.parse().ok()).ok_or(Failure::NotFound)?;
        let offered = case.task(task).is_some_and(|task| may_take(&rules.organisation, actor, case, task));
        if !offered {
            return Err(Failure::NotFound);
        }
    }
    let facts = Arc::new(app.engine.facts(&held.loaded).await?);
    Ok(Open { loaded: Arc::new(held.loaded), definition, rules, facts, task })
}

/// Escapes a path for a query.
pub fn encode(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
        text
    })
}
