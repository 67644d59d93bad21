//! Who asks: the ways to sign in, and the one place where a session begins. Every connector ends in [`enter`] with an
//! account. It must never take a name, phone or identity number from a request and believe it.

pub mod claims;
pub mod enrol;
pub mod oidc;
pub mod outward;
pub mod pages;
pub mod password;
pub mod phone;
pub mod proxies;
pub mod secret;
pub mod sessions;
pub mod ticket;

use std::fmt::Display;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::organisation::{Actor, ActorKind, Organisation, role};
use onething_engine::store::{AccountKind, AccountRow, Idle, SessionSeen, Stage, SubstituteRow};

use self::pages::Asking;
use crate::app::App;
use crate::failure::Failure;
use crate::public::sign_in::local;
use crate::session::{self, Peer, Visitor};

/// Milliseconds in which guesses are counted.
pub const WINDOW_MS: i64 = 15 * 60_000;
/// Guesses at one account or phone within [`WINDOW_MS`].
pub const GUESSES_MAX: u32 = 5;
/// Guesses that fail from one address within [`WINDOW_MS`]. Offices share an address; what succeeds is not counted.
pub const ADDRESS_MAX: u32 = 40;

/// Where a request came from, as far as that can be believed: the other end of the connection, or what our own proxy says
/// last. Of an address of version 6 only its network counts, a household has the rest.
pub fn origin(settings: &Settings, parts: &Parts) -> String {
    let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else { return String::new() };
    let told = || {
        let last = parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let address = if settings.proxy == Some(peer) { told().unwrap_or(peer) } else { peer };
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{:x?}", &address.segments()[..4]),
        },
    }
}

/// How people may sign in here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Milliseconds without a request after which a session ends.
    pub idle: Idle,
    /// Codes can be sent to phones.
    pub phone: bool,
    /// A provider that speaks OpenID Connect.
    pub oidc: Option<Arc<oidc::Oidc>>,
    /// A portal that gives tickets.
    pub ticket: Option<Arc<ticket::Ticket>>,
    /// The address of the proxy before this server: only it is believed when it says where a request came from.
    pub proxy: Option<IpAddr>,
    /// The host that people reach this server by; requests for another are refused. `None` for whatever comes.
    pub host: Option<String>,
}

impl Default for Settings {
    /// Half an hour for everybody, nothing connected.
    fn default() -> Settings {
        Settings {
            idle: Idle { citizen_ms: 30 * 60_000, staff_ms: 30 * 60_000 },
            phone: false,
            oidc: None,
            ticket: None,
            proxy: None,
            host: None,
        }
    }
}

/// The actor behind a session, as the organisation is now: who left it, or lost a role, has lost it with this request.
pub fn actor(organisation: &Organisation, seen: &SessionSeen) -> Option<Actor> {
    match (seen.stage, seen.kind) {
        (Stage::Enrol, _) => None,
        (Stage::Full, AccountKind::Citizen) => Some(match &seen.acting {
            None => Actor::citizen(&seen.account),
            Some(acting) => Actor {
                id: seen.account.clone(),
                kind: ActorKind::Agent {
                    principal: acting.principal.clone(),
                    processes: acting.processes.iter().cloned().collect(),
                    authority: acting.authority.clone(),
                },
            },
        }),
        (Stage::Full, AccountKind::Staff) => {
            let mut actor = organisation.actor(&seen.account)?;
            if let ActorKind::Staff { units, region, .. } = &mut actor.kind {
                for row in &seen.substituting {
                    units.extend(taken_over(organisation, region, row));
                }
            }
            Some(actor)
        }
    }
}

/// Offices in which somebody does another's work: those named that the other works in today, if the own region lies around
/// the other's. Roles are not taken over: who leads, watches or administers does so in person.
fn taken_over(organisation: &Organisation, region: &str, row: &SubstituteRow) -> Vec<String> {
    let other = organisation.people.get(&row.instead_of);
    let other = other.filter(|other| organisation.contains(region, &other.region));
    let theirs = other.map(|other| other.units.as_slice()).unwrap_or_default();
    theirs.iter().filter(|unit| row.units.contains(unit)).cloned().collect()
}

/// The account of an actor who needs no proof: the demonstration's.
///
/// # Errors
/// The store cannot be reached.
pub async fn known(app: &App, actor: &Actor) -> Result<(), Failure> {
    let row = match &actor.kind {
        ActorKind::Staff { .. } => AccountRow::staff(&actor.id),
        ActorKind::Citizen
        | ActorKind::Agent { .. }
        | ActorKind::System
        | ActorKind::Process { .. }
        | ActorKind::Connector { .. } => AccountRow::citizen(&actor.id, Default::default(), Default::default()),
    };
    app.store().add_account(&row).await?;
    Ok(())
}

/// Begins the session of an account that proved who it is, and leads on: to `next`, or to where its work is.
///
/// # Errors
/// The store cannot be reached; the account may not sign in.
pub async fn enter(app: &App, visitor: &Visitor, account: &str, next: &str) -> Result<Response, Failure> {
    let found = app.store().account(account).await?.filter(|account| !account.disabled);
    let organisation = &app.rules().organisation;
    // Whoever left the organisation has an account, but no work here.
    let here =
        |account: &AccountRow| account.kind == AccountKind::Citizen || organisation.people.contains_key(&account.id);
    let Some(account) = found.filter(here) else { return Err(Failure::Forbidden) };
    let cookie = session::begin(app, visitor, &account.id, Stage::Full).await?;
    let next = local(next);
    let to = if next.is_empty() { home(organisation, &account) } else { next };
    let mut response = Redirect::to(&to).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The page when another system did not vouch. The log says why; the page says what to do.
///
/// # Errors
/// The page cannot be made.
pub async fn failed_elsewhere(app: &App, visitor: &Visitor, error: &(dyn Display + Sync)) -> Result<Response, Failure> {
    tracing::warn!(%error, "another system did not vouch");
    let t = visitor.words();
    let page = Asking {
        title: t("没有登录成功", "You are not signed in"),
        lead: t(
            "对方系统没有确认您的身份，或者页面停留太久。请重新登录，或者换一种方式；急事请到窗口，或拨打 12345。",
            "The other system did not vouch for you, or the page waited too long. Sign in again or use another way. If it is urgent, come to the window or call 12345.",
        ),
        problem: t("统一身份认证没有完成", "The sign-in elsewhere was not completed"),
        others: vec![("/signin".to_owned(), t("重新登录", "Sign in again"))],
        ..Asking::default()
    };
    page.show(app, visitor, StatusCode::UNPROCESSABLE_ENTITY).await
}

fn home(organisation: &Organisation, account: &AccountRow) -> String {
    let to = match account.kind {
        AccountKind::Citizen => "/me",
        AccountKind::Staff => match organisation.actor(&account.id) {
            Some(actor) if actor.has_role(role::SUPERVISOR) => "/watch",
            Some(_) | None => "/desk",
        },
    };
    to.to_owned()
}

/// Counts a guess at `what` and one from the visitor's address; `false` when there were too many of either.
///
/// # Errors
/// The store cannot be reached.
pub async fn may_guess(app: &App, visitor: &Visitor, what: &str) -> Result<bool, Failure> {
    let store = app.store();
    let here = store.attempt(&format!("address:{}", visitor.peer), ADDRESS_MAX, WINDOW_MS).await?;
    Ok(here && store.attempt(what, GUESSES_MAX, WINDOW_MS).await?)
}

/// A right guess: what was counted at `what` is forgotten.
///
/// # Errors
/// The store cannot be reached.
pub async fn guessed(app: &App, what: &str) -> Result<(), Failure> {
    Ok(app.store().forgive(what).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_proxy_may_say_where_a_request_came_from() {
        let proxy: IpAddr = "10.0.0.1".parse().expect("an address");
        let settings = Settings { proxy: Some(proxy), ..Settings::default() };
        let from = |peer: &str, told: &[&str]| {
            let mut request = axum::http::Request::builder();
            for value in told {
                request = request.header("x-forwarded-for", *value);
            }
            let (mut parts, ()) = request.body(()).expect("a request").into_parts();
            parts.extensions.insert(Peer(peer.parse().expect("an address")));
            origin(&settings, &parts)
        };
        assert_eq!(from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "a stranger's word");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["6.6.6.6, 198.51.100.1"]), "198.51.100.1", "what came before is the client's");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(from("2001:db8:1:2:3:4:5:6", &[]), from("2001:db8:1:2::9", &[]), "one household");
        assert_eq!(from("::ffff:203.0.113.9", &[]), "203.0.113.9");
    }
}
