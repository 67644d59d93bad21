//! Sessions: a random token in a cookie, of which the store keeps only the SHA-256. It must never let a request say who
//! it is in any other way.

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use hmac::{Hmac, KeyInit, Mac};
use onething_engine::event::hexadecimal;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::store::{SessionRow, Stage};
use onething_engine::text::Language;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::display::{self, Display};
use crate::failure::Failure;
use crate::identity;
use crate::sent::Sent;

/// Machine milliseconds a session lives at most.
const LIVES_MS: i64 = 12 * 3_600_000;

/// Where a connection comes from; the server notes it with every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub std::net::IpAddr);

/// Who sends a request.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Who signed in; `None` for a stranger.
    pub actor: Option<Actor>,
    /// The account that has still to set up its second factor; it may do nothing else.
    pub enrolling: Option<String>,
    /// The address the request came from, as far as it can be trusted.
    pub peer: String,
    /// The token of the cookie, of a session or of the time before one.
    pub token: Option<String>,
    /// The language of the pages.
    pub language: Language,
    /// How pages look.
    pub display: Display,
    /// Path and query, to come back to.
    pub address: String,
    /// What this account had sent to this page when its session had ended.
    pub parked: Option<Sent>,
    /// The pattern of the path, `/c/{case}`: which page it is, without saying whose.
    pub route: String,
}

impl Visitor {
    /// The actor.
    ///
    /// # Errors
    /// Nobody has signed in.
    pub fn actor(&self) -> Result<&Actor, Failure> {
        self.actor.as_ref().ok_or(Failure::SignIn)
    }

    /// Belongs to the staff.
    pub fn is_staff(&self) -> bool {
        matches!(self.actor, Some(Actor { kind: ActorKind::Staff { .. }, .. }))
    }

    /// The hash under which the store knows the visitor's token.
    pub fn token_hash(&self) -> String {
        digest(self.token.as_deref().unwrap_or_default())
    }

    /// Chooses between two languages.
    pub fn words(&self) -> impl Fn(&'static str, &'static str) -> String + Copy + use<> {
        let language = self.language;
        move |zh, en| (if language == Language::Zh { zh } else { en }).to_owned()
    }

    /// The token that forms of this visitor carry; empty before there is a cookie.
    pub fn csrf(&self) -> String {
        self.token.as_deref().map(proof).unwrap_or_default()
    }
}

/// Reads who it is from the cookies.
///
/// # Errors
/// The store cannot be reached.
pub async fn visitor(app: &App, parts: &Parts) -> Result<Visitor, Failure> {
    let token = cookie(&parts.headers, name(app)).filter(|token| token.len() == 64);
    let (mut actor, mut enrolling) = (None, None);
    if let Some(token) = &token
        && let Some(seen) = app.store().session(&digest(token), app.identity.idle).await?
    {
        actor = identity::actor(&app.rules().organisation, &seen);
        enrolling = (seen.stage == Stage::Enrol).then_some(seen.account);
    }
    let (language, display) =
        (display::language_of(&parts.headers, parts.uri.query()), Display::of(&parts.headers, parts.uri.query()));
    let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let address = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let peer = identity::origin(&app.identity, parts);
    Ok(Visitor { actor, enrolling, peer, token, language, display, address, parked: None, route })
}

/// The value of the first cookie with this name.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        (known == name).then(|| value.to_owned())
    })
}

/// Name of the cookie: bound to https where there is https.
pub fn name(app: &App) -> &'static str {
    if app.is_tls() { "__Host-onething" } else { "onething" }
}

/// Does a form carry the token of this visitor?
pub fn proves(visitor: &Visitor, given: &str) -> bool {
    let Some(token) = &visitor.token else { return false };
    let wanted = proof(token);
    same(&wanted, given)
}

/// Are two secrets the same? Compared without stopping at the first difference.
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// What forms carry: derived from the token, so it changes with it and does not betray it.
fn proof(token: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap_or_else(|_| Hmac::new(&Default::default()));
    hexadecimal(&mac.chain_update(b"form").finalize().into_bytes())
}

/// The hash under which the store knows a token.
pub fn digest(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

/// 256 random bits, hexadecimal.
///
/// # Errors
/// The machine has no randomness.
pub fn token() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::broken("randomness", &error))?;
    Ok(hexadecimal(&bytes))
}

/// Begins a session of an account with a new token, ends the old one; the cookie to set.
///
/// # Errors
/// The store cannot be reached.
pub async fn begin(app: &App, visitor: &Visitor, account: &str, stage: Stage) -> Result<HeaderValue, Failure> {
    end(app, visitor).await?;
    let token = token()?;
    let session = SessionRow { token_hash: digest(&token), account: account.to_owned(), stage, lives_ms: LIVES_MS };
    app.store().begin_session(&session).await?;
    set(app, &token)
}

/// Gives the visitor's session another token, because its rights have changed; the cookie to set.
///
/// # Errors
/// The session is over; the store cannot be reached.
pub async fn renew(app: &App, visitor: &Visitor) -> Result<HeaderValue, Failure> {
    let token = token()?;
    if !app.store().renew_session(&visitor.token_hash(), &digest(&token)).await? {
        return Err(Failure::SignIn);
    }
    set(app, &token)
}

/// Ends the visitor's session.
///
/// # Errors
/// The store cannot be reached.
pub async fn end(app: &App, visitor: &Visitor) -> Result<(), Failure> {
    if let Some(token) = &visitor.token {
        app.store().end_session(&digest(token)).await?;
    }
    Ok(())
}

/// The cookie for a token; an empty one takes it away.
///
/// # Errors
/// Never for tokens made here.
pub fn set(app: &App, token: &str) -> Result<HeaderValue, Failure> {
    let secure = if app.is_tls() { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", name(app));
    HeaderValue::from_str(&text).map_err(|error| Failure::broken("cookie", &error))
}
