//! Signing in with OpenID Connect: authorization code with PKCE, state and nonce. The subject, with its issuer, is the
//! account; nothing else is. It must never send the client's secret or a token to another host than the issuer's.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{Request, header};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::store::Known;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::claims::Claims;
use super::outward::{Outward, OutwardError};
use super::pages::give_token;
use super::{enter, failed_elsewhere};
use crate::app::App;
use crate::failure::Failure;
use crate::public::sign_in::next_of;
use crate::sent::Sent;
use crate::session::Visitor;

/// The name of this connector.
pub const NAME: &str = "oidc";
/// Milliseconds that people may take at the provider.
const STEP_MS: i64 = 30 * 60_000;

/// A provider that vouches for people.
#[derive(Clone)]
pub struct Oidc {
    /// The issuer, exactly as it names itself.
    pub issuer: String,
    /// This server's name there.
    pub client: String,
    /// This server's secret there.
    pub secret: String,
    /// Where people come back to.
    pub back: String,
    /// Name of the claim that holds the identity number.
    pub number_claim: String,
    /// The way there.
    pub outward: Outward,
}

impl std::fmt::Debug for Oidc {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oidc({} as {})", self.issuer, self.client)
    }
}

/// What the way back must know of the way there.
#[derive(Serialize, Deserialize)]
struct Step {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
}

/// Why the provider's answer is not believed.
#[derive(Debug, thiserror::Error)]
enum NotBelieved {
    #[error("no sign-in was begun here, or it ended")]
    NotBegun,
    #[error("the state is not the one that was sent")]
    State,
    #[error("the provider said no")]
    Refused,
    #[error("the issuer's description is wrong: {0}")]
    Description(String),
    #[error("the code was not exchanged: {0}")]
    Exchange(String),
    #[error("the token is not believed: {0}")]
    Token(String),
    #[error(transparent)]
    Outward(#[from] OutwardError),
}

/// Leads to the provider. A GET, because a form may not lead to another site; it begins something, and decides nothing.
pub async fn begin(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(mut visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let oidc = app.identity.oidc.clone().ok_or(Failure::NotFound)?;
    let metadata = match oidc.describe().await {
        Ok(metadata) => metadata,
        Err(error) => return failed_elsewhere(&app, &visitor, &error).await,
    };
    let cookie = give_token(&app, &mut visitor)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(oidc.client.clone()), None)
        .set_redirect_uri(oidc.redirect()?);
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new("phone".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let step = Step {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next: next_of(query.as_deref()),
    };
    let step = serde_json::to_string(&step).map_err(|error| Failure::broken("step", &error))?;
    app.store().keep_step(&visitor.token_hash(), &step, STEP_MS).await?;
    let mut response = Redirect::to(address.as_str()).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Comes back from the provider.
pub async fn back(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let oidc = app.identity.oidc.clone().ok_or(Failure::NotFound)?;
    let sent = Sent::parse(query.unwrap_or_default().as_bytes()).ok_or(Failure::Unreadable)?;
    let step = app.store().take_step(&visitor.token_hash()).await?;
    let step: Option<Step> = step.and_then(|text| serde_json::from_str(&text).ok());
    let next = step.as_ref().map(|step| step.next.clone()).unwrap_or_default();
    match oidc.believed(step, &sent).await {
        Ok(claims) => {
            let account = claims.account(&app).await?;
            enter(&app, &visitor, &account, &next).await
        }
        Err(error) => failed_elsewhere(&app, &visitor, &error).await,
    }
}

impl Oidc {
    fn redirect(&self) -> Result<RedirectUrl, Failure> {
        RedirectUrl::new(self.back.clone()).map_err(|error| Failure::broken("the address to come back to", &error))
    }

    /// What the provider says about itself; every address in it that gets a secret or a token must be its own.
    async fn describe(&self) -> Result<CoreProviderMetadata, NotBelieved> {
        let wrong = |error: &dyn std::fmt::Display| NotBelieved::Description(error.to_string());
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|error| wrong(&error))?;
        let metadata =
            CoreProviderMetadata::discover_async(issuer, &self.outward).await.map_err(|error| wrong(&error))?;
        let token = metadata.token_endpoint().map(|address| address.url());
        let userinfo = metadata.userinfo_endpoint().map(|address| address.url());
        if token.is_none() || [token, userinfo].into_iter().flatten().any(|address| !self.outward.is_own(address)) {
            return Err(NotBelieved::Outward(OutwardError::Elsewhere));
        }
        Ok(metadata)
    }

    /// Exchanges the code, checks the token, asks for what is known.
    async fn believed(&self, step: Option<Step>, sent: &Sent) -> Result<Claims, NotBelieved> {
        let step = step.ok_or(NotBelieved::NotBegun)?;
        let digest = |text: &str| Sha256::digest(text.as_bytes());
        if digest(&step.state) != digest(sent.get("state").unwrap_or_default()) {
            return Err(NotBelieved::State);
        }
        // A provider that names itself must be ours (RFC 9207), so that codes of another are not mixed up with its.
        if sent.get("iss").is_some_and(|issuer| issuer != self.issuer) {
            return Err(NotBelieved::State);
        }
        let code = sent.get("code").filter(|code| !code.is_empty()).ok_or(NotBelieved::Refused)?;
        let metadata = self.describe().await?;
        let userinfo = metadata.userinfo_endpoint().map(|address| address.url().to_string());
        let back = RedirectUrl::new(self.back.clone()).map_err(|error| NotBelieved::Exchange(error.to_string()))?;
        let secret = (!self.secret.is_empty()).then(|| ClientSecret::new(self.secret.clone()));
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.client.clone()), secret)
            .set_redirect_uri(back);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| NotBelieved::Exchange(error.to_string()))?;
        let tokens = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(step.verifier))
            .request_async(&self.outward)
            .await
            .map_err(|error| NotBelieved::Exchange(error.to_string()))?;
        let untrue = |error: &dyn std::fmt::Display| NotBelieved::Token(error.to_string());
        let token = tokens.id_token().ok_or_else(|| untrue(&"there is none"))?;
        let verifier = client.id_token_verifier();
        let claims = token.claims(&verifier, &Nonce::new(step.nonce)).map_err(|error| untrue(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let key = token.signing_key(&verifier).map_err(|error| untrue(&error))?;
            let alg = token.signing_alg().map_err(|error| untrue(&error))?;
            let actual =
                AccessTokenHash::from_token(tokens.access_token(), alg, key).map_err(|error| untrue(&error))?;
            if actual != *expected {
                return Err(untrue(&"it belongs to another access token"));
            }
        }
        let subject = claims.subject().as_str().to_owned();
        let known = match userinfo {
            Some(address) => self.known(&address, tokens.access_token().secret(), &subject).await?,
            None => Known::default(),
        };
        Ok(Claims { connector: NAME, subject: format!("{} {subject}", self.issuer), known })
    }

    /// Name, phone and identity number, as far as the provider tells them about this subject.
    async fn known(&self, address: &str, token: &str, subject: &str) -> Result<Known, NotBelieved> {
        let request = Request::get(address)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, "application/json")
            .body(Vec::new());
        let request = request.map_err(|error| NotBelieved::Token(error.to_string()))?;
        let told: serde_json::Value = self.outward.json(request).await?;
        let text = |name: &str| told.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        if text("sub") != subject {
            return Err(NotBelieved::Token("what is told is about somebody else".to_owned()));
        }
        Ok(Known { name: text("name"), id_number: text(&self.number_claim), phone: text("phone_number") })
    }
}
