//! How people sign in to a live installation: the flags for it. It must never print a secret.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use onething_engine::store::Idle;

use crate::identity::Settings;
use crate::identity::oidc::Oidc;
use crate::identity::outward::Outward;
use crate::identity::ticket::Ticket;

/// Limits of sessions, and what is connected.
#[derive(Debug, Args)]
pub struct Identity {
    /// Minutes without a request after which a citizen's session ends
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=240))]
    citizen_idle: u16,
    /// Minutes without a request after which a session of the staff ends
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=30))]
    staff_idle: u16,
    /// The address of the proxy before this server; what it says last in X-Forwarded-For is where a request came from
    #[arg(long, env = "ONETHING_PROXY")]
    proxy: Option<std::net::IpAddr>,
    /// OpenID Connect: the issuer, exactly as it names itself
    #[arg(long, env = "ONETHING_OIDC_ISSUER", requires = "oidc_client")]
    oidc_issuer: Option<String>,
    /// OpenID Connect: this server's name there
    #[arg(long, env = "ONETHING_OIDC_CLIENT", requires = "oidc_issuer")]
    oidc_client: Option<String>,
    /// OpenID Connect: a file with this server's secret there
    #[arg(long, env = "ONETHING_OIDC_SECRET_FILE")]
    oidc_secret_file: Option<PathBuf>,
    /// OpenID Connect: the claim that holds the identity number
    #[arg(long, default_value = "id_number")]
    oidc_number_claim: String,
    /// Tickets: the page people sign in at
    #[arg(long, env = "ONETHING_TICKET_LOGIN", requires = "ticket_token", requires = "ticket_user")]
    #[arg(requires = "ticket_app", requires = "ticket_secret_file")]
    ticket_login: Option<String>,
    /// Tickets: the address that exchanges a ticket for a token
    #[arg(long, env = "ONETHING_TICKET_TOKEN")]
    ticket_token: Option<String>,
    /// Tickets: the address that exchanges a token for who it is, on the same host
    #[arg(long, env = "ONETHING_TICKET_USER")]
    ticket_user: Option<String>,
    /// Tickets: this server's name there
    #[arg(long, env = "ONETHING_TICKET_APP")]
    ticket_app: Option<String>,
    /// Tickets: a file with this server's secret there
    #[arg(long, env = "ONETHING_TICKET_SECRET_FILE")]
    ticket_secret_file: Option<PathBuf>,
}

/// Why the flags cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A secret cannot be read.
    #[error("{path} cannot be read: {source}")]
    Secret {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address cannot be used.
    #[error("{address}: expected https://…, or http://127.0.0.1:… for tests")]
    Address {
        /// As given.
        address: String,
    },
}

impl Identity {
    /// As the server needs it. `phone` says that codes can be sent, `base` is where people reach it, `named` that this was
    /// said and not guessed.
    ///
    /// # Errors
    /// A secret cannot be read, or an address cannot be used.
    pub fn settings(&self, phone: bool, base: &str, named: bool) -> Result<Settings, IdentityError> {
        let ms = |minutes: u16| i64::from(minutes) * 60_000;
        let idle = Idle { citizen_ms: ms(self.citizen_idle), staff_ms: ms(self.staff_idle) };
        let host = base.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned());
        let (oidc, ticket) = (self.oidc(base)?.map(Arc::new), self.ticket(base)?.map(Arc::new));
        Ok(Settings { idle, phone, oidc, ticket, proxy: self.proxy, host: host.filter(|_| named) })
    }

    fn oidc(&self, base: &str) -> Result<Option<Oidc>, IdentityError> {
        let (Some(issuer), Some(client)) = (&self.oidc_issuer, &self.oidc_client) else { return Ok(None) };
        Ok(Some(Oidc {
            issuer: issuer.clone(),
            client: client.clone(),
            secret: self.oidc_secret_file.as_deref().map(secret).transpose()?.unwrap_or_default(),
            back: format!("{base}/signin/oidc/back"),
            number_claim: self.oidc_number_claim.clone(),
            outward: outward(issuer)?,
        }))
    }

    fn ticket(&self, base: &str) -> Result<Option<Ticket>, IdentityError> {
        let all =
            (&self.ticket_login, &self.ticket_token, &self.ticket_user, &self.ticket_app, &self.ticket_secret_file);
        let (Some(login), Some(token), Some(user), Some(application), Some(file)) = all else { return Ok(None) };
        Ok(Some(Ticket {
            login: login.clone(),
            token: token.clone(),
            user: user.clone(),
            application: application.clone(),
            secret: secret(file)?,
            back: format!("{base}/signin/ticket/back"),
            outward: outward(token)?,
        }))
    }
}

fn outward(address: &str) -> Result<Outward, IdentityError> {
    Outward::new(address).map_err(|_| IdentityError::Address { address: address.to_owned() })
}

fn secret(path: &Path) -> Result<String, IdentityError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| IdentityError::Secret { path: path.to_owned(), source })?;
    Ok(text.trim().to_owned())
}
