//! Signing in with a ticket, as provincial portals do it: their page sends people back with a ticket that works once; this
//! server exchanges it for a token, and the token for who it is. It must never take who it is from the way back.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use hmac::{Hmac, KeyInit, Mac};
use onething_engine::event::hexadecimal;
use onething_engine::store::Known;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

use super::claims::Claims;
use super::outward::{Outward, OutwardError};
use super::pages::give_token;
use super::{enter, failed_elsewhere};
use crate::app::App;
use crate::failure::Failure;
use crate::gate::encode;
use crate::public::sign_in::next_of;
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// The name of this connector.
pub const NAME: &str = "ticket";
/// Milliseconds that people may take at the portal.
const STEP_MS: i64 = 30 * 60_000;

/// A portal that gives tickets. Both requests are signed: HMAC-SHA-256 of application, time and what is exchanged.
#[derive(Clone)]
pub struct Ticket {
    /// The page people sign in at; the address to come back to is added as `goto`.
    pub login: String,
    /// Exchanges a ticket for a token.
    pub token: String,
    /// Exchanges a token for who it is.
    pub user: String,
    /// This server's name there.
    pub application: String,
    /// This server's secret there.
    pub secret: String,
    /// Where people come back to.
    pub back: String,
    /// The way there.
    pub outward: Outward,
}

impl std::fmt::Debug for Ticket {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ticket({} as {})", self.login, self.application)
    }
}

#[derive(Serialize, Deserialize)]
struct Step {
    state: String,
    next: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// Who it is. Names of fields differ between portals; these are the most common ones.
#[derive(Deserialize)]
struct User {
    #[serde(alias = "userId", alias = "uid", alias = "userid")]
    id: String,
    #[serde(default, alias = "realName", alias = "username")]
    name: String,
    #[serde(default, alias = "idNumber", alias = "idcard", alias = "certNo")]
    id_number: String,
    #[serde(default, alias = "mobile", alias = "phoneNumber")]
    phone: String,
}

/// Leads to the portal.
pub async fn begin(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(mut visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let portal = app.identity.ticket.clone().ok_or(Failure::NotFound)?;
    let cookie = give_token(&app, &mut visitor)?;
    let step = Step { state: session::token()?, next: next_of(query.as_deref()) };
    let back = format!("{}?state={}", portal.back, step.state);
    let step = serde_json::to_string(&step).map_err(|error| Failure::broken("step", &error))?;
    app.store().keep_step(&visitor.token_hash(), &step, STEP_MS).await?;
    let joint = if portal.login.contains('?') { '&' } else { '?' };
    let address = format!("{}{joint}goto={}", portal.login, encode(&back));
    let mut response = Redirect::to(&address).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Comes back with a ticket.
pub async fn back(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let portal = app.identity.ticket.clone().ok_or(Failure::NotFound)?;
    let sent = Sent::parse(query.unwrap_or_default().as_bytes()).ok_or(Failure::Unreadable)?;
    let step = app.store().take_step(&visitor.token_hash()).await?;
    let step: Option<Step> = step.and_then(|text| serde_json::from_str(&text).ok());
    let state = sent.get("state").unwrap_or_default();
    let ticket = sent.get("ticket").filter(|ticket| !ticket.is_empty());
    let (Some(step), Some(ticket)) = (step.filter(|step| session::same(&step.state, state)), ticket) else {
        return failed_elsewhere(&app, &visitor, &"no sign-in was begun here, or it ended").await;
    };
    let now = app.store().machine_now().await?.0;
    match portal.user(ticket, now).await {
        Ok(user) if !user.id.is_empty() => {
            let known = Known { name: user.name, id_number: user.id_number, phone: user.phone };
            let claims = Claims { connector: NAME, subject: format!("{} {}", portal.login, user.id), known };
            enter(&app, &visitor, &claims.account(&app).await?, &step.next).await
        }
        Ok(_) => failed_elsewhere(&app, &visitor, &"the portal named nobody").await,
        Err(error) => failed_elsewhere(&app, &visitor, &error).await,
    }
}

impl Ticket {
    async fn user(&self, ticket: &str, now: i64) -> Result<User, OutwardError> {
        let token: Token = self.ask(&self.token, "ticket", ticket, now).await?;
        self.ask(&self.user, "token", &token.token, now).await
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        address: &str,
        what: &str,
        value: &str,
        now: i64,
    ) -> Result<T, OutwardError> {
        let body = json!({
            "app": self.application,
            "time": now,
            what: value,
            "sign": self.sign(value, now),
        });
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into_bytes())
            .map_err(|_| OutwardError::Elsewhere)?;
        self.outward.json(request).await
    }

    /// What proves that it is this server that asks.
    pub fn sign(&self, value: &str, now: i64) -> String {
        let text = format!("{}\n{now}\n{value}", self.application);
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).map(|mac| mac.chain_update(text.as_bytes()));
        mac.map(|mac| hexadecimal(&mac.finalize().into_bytes())).unwrap_or_default()
    }
}
