//! Acting for somebody else: a citizen authorises another by a word that is handed over, the other takes it up and from
//! then on chooses for whom to act. It must never say whether somebody has an account, and never let an agent authorise
//! others.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use onething_engine::form::normalise;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::store::{AuthorityKind, AuthorityListed, AuthorityRow};
use onething_engine::value::{DAY_MS, Instant};

use super::pages::Asking;
use super::{WINDOW_MS, secret};
use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Days for which somebody may be authorised at most; longer needs another paper.
const DAYS_MAX: i64 = 366;
/// Words tried by one account within the window.
const TRIES_MAX: u32 = 10;

#[derive(Template)]
#[template(path = "identity/proxies.html")]
struct ProxiesPage {
    f: Frame,
    problem: String,
    /// For whom the visitor acts; empty for themselves.
    acting: String,
    given: Vec<Row>,
    held: Vec<Row>,
    services: Vec<(String, String)>,
    today: String,
}

struct Row {
    id: String,
    scope: String,
    basis: String,
    until: String,
    state: &'static str,
    open: bool,
    usable: bool,
}

/// What the visitor gave and has.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    citizen(&visitor)?;
    listed(&app, &visitor, String::new()).await
}

/// Authorises, takes up, takes back, acts.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let actor = citizen(&visitor)?.clone();
    let t = visitor.words();
    let id = sent.get("id").unwrap_or_default();
    let store = app.store();
    match sent.get("_do").unwrap_or_default() {
        "offer" if actor.kind == ActorKind::Citizen => return offer(&app, &visitor, &actor, &sent).await,
        "accept" => {
            let word = secret::plain(sent.get("word").unwrap_or_default());
            let may = store.attempt(&format!("guess:authority:{}", actor.id), TRIES_MAX, WINDOW_MS).await?;
            if !may || store.accept_authority(&word, &actor.id).await?.is_none() {
                let problem = t(
                    "授权码不对、用过了，或者是您自己开的。请向授权人核对。",
                    "The word is not right, was used, or is your own. Check it with who gave it to you.",
                );
                return listed(&app, &visitor, problem).await;
            }
        }
        "revoke" => {
            if !store.revoke_authority(id, &actor.id).await? {
                return Err(Failure::NotFound);
            }
        }
        "act" => {
            if !store.act_by(&visitor.token_hash(), Some(id)).await? {
                return Err(Failure::NotFound);
            }
            return renewed(&app, &visitor, "/me").await;
        }
        "stop" => {
            store.act_by(&visitor.token_hash(), None).await?;
            return renewed(&app, &visitor, "/me/proxies").await;
        }
        _ => return Err(Failure::Unreadable),
    }
    Ok(Redirect::to("/me/proxies").into_response())
}

/// Other rights, another token: what was opened before does not fit any more.
async fn renewed(app: &App, visitor: &Visitor, to: &str) -> Result<Response, Failure> {
    let cookie = session::renew(app, visitor).await?;
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    Ok(response)
}

/// The actor, if it is a citizen or acts for one.
fn citizen(visitor: &Visitor) -> Result<&Actor, Failure> {
    let actor = visitor.actor()?;
    match actor.kind {
        ActorKind::Citizen | ActorKind::Agent { .. } => Ok(actor),
        ActorKind::Staff { .. } | ActorKind::System | ActorKind::Process { .. } | ActorKind::Connector { .. } => {
            Err(Failure::Forbidden)
        }
    }
}

/// Records an offer and shows its word, once.
async fn offer(app: &App, visitor: &Visitor, actor: &Actor, sent: &Sent) -> Result<Response, Failure> {
    let t = visitor.words();
    let now = app.now().await?;
    let process = sent.get("process").unwrap_or_default();
    let known = process.is_empty() || app.services(now).iter().any(|service| service.name == process);
    let until: Option<Date> = normalise::date(sent.get("until").unwrap_or_default()).ok();
    let until = until.and_then(|day| day.tomorrow().ok()).map(Instant::start_of);
    let until = until.filter(|until| *until > now && until.0 - now.0 <= DAYS_MAX * DAY_MS);
    let basis = normalise::line(sent.get("basis").unwrap_or_default());
    let (true, Some(until_at)) = (known && !basis.is_empty() && basis.chars().count() <= 200, until) else {
        let problem = t(
            "请写明对方是谁、为什么委托，并把截止日期写在今天之后、一年以内，例如 2026-12-31。",
            "Say who it is and why, and write an end within one year from today, such as 2026-12-31.",
        );
        return listed(app, visitor, problem).await;
    };
    let word = secret::new_recovery()?;
    let row = AuthorityRow {
        id: session::token()?,
        kind: AuthorityKind::Agent,
        principal: actor.id.clone(),
        agent: None,
        processes: if process.is_empty() { Vec::new() } else { vec![process.to_owned()] },
        basis,
        recorded_by: actor.id.clone(),
        from_at: now,
        until_at,
    };
    app.store().record_authority(&row, Some(&secret::plain(&word))).await?;
    let page = Asking {
        title: t("委托已登记", "The authority is recorded"),
        lead: t(
            "请把授权码当面或电话告诉代办人。对方登录后在“委托代办”里填写，就能替您办理。授权码只显示这一次，只能用一次；您随时可以收回委托。",
            "Give this word to the person, face to face or by telephone. They sign in, enter it under “Acting for others”, and can then act for you. It is shown once and works once; you can take the authority back at any time.",
        ),
        shown: vec![(t("授权码", "Word"), word)],
        others: vec![("/me/proxies".to_owned(), t("返回委托代办", "Back to acting for others"))],
        ..Asking::default()
    };
    page.show(app, visitor, StatusCode::OK).await
}

async fn listed(app: &App, visitor: &Visitor, problem: String) -> Result<Response, Failure> {
    let actor = citizen(visitor)?;
    let now = app.now().await?;
    let f = Frame::new(app, visitor, now);
    let all = app.store().authorities_of(&actor.id).await?;
    let services: Vec<(String, String)> =
        app.services(now).iter().map(|service| (service.name.clone(), f.x(&service.title).to_owned())).collect();
    let (given, held): (Vec<_>, Vec<_>) = all.iter().partition(|listed| listed.authority.principal == actor.id);
    let row = |listed: &&AuthorityListed| row(&f, &services, listed, now);
    let mut acting = String::new();
    if let ActorKind::Agent { authority, .. } = &actor.kind
        && let Some(used) = held.iter().find(|held| held.authority.id == *authority)
    {
        acting.clone_from(&used.authority.basis);
    }
    let (given, held) = (given.iter().map(row).collect(), held.iter().map(row).collect());
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let today = now.date().to_string();
    page_with(status, &ProxiesPage { f, problem, acting, given, held, services, today })
}

fn row(f: &Frame, services: &[(String, String)], listed: &AuthorityListed, now: Instant) -> Row {
    let authority = &listed.authority;
    let titles = authority.processes.iter().map(|name| {
        let known = services.iter().find(|(known, _)| known == name);
        known.map_or(name.as_str(), |(_, title)| title.as_str())
    });
    let scope = titles.collect::<Vec<_>>().join(f.t("、", ", "));
    let over = authority.until_at <= now;
    let state = match (listed.revoked, over, authority.agent.is_some()) {
        (true, _, _) => f.t("已收回", "taken back"),
        (false, true, _) => f.t("已到期", "ended"),
        (false, false, false) => f.t("等对方填写授权码", "waits for the other to enter the word"),
        (false, false, true) => f.t("有效", "in force"),
    };
    Row {
        id: authority.id.clone(),
        scope: if scope.is_empty() { f.t("全部事项", "Everything").to_owned() } else { scope },
        basis: authority.basis.clone(),
        until: language::day(authority.until_at.plus(-1).date(), f.language),
        state,
        open: !listed.revoked && !over,
        usable: listed.in_force,
    }
}
