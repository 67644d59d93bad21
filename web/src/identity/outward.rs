//! Requests that this server makes itself: to the systems that vouch for people, and to no other host. It must never
//! follow a redirect, send a secret to a host that was not configured, or log what it sends or gets.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

/// A system that does not answer by then is away.
const WAIT: Duration = Duration::from_secs(10);
/// Largest answer in bytes.
const ANSWER_MAX: usize = 256 * 1024;

/// Why another system gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum OutwardError {
    /// It cannot be asked: the address is not one of the configured host, or not https.
    #[error("an address outside the configured host was refused")]
    Elsewhere,
    /// It is away, too slow, or its certificate is wrong.
    #[error("the other system does not answer: {0}")]
    Away(#[from] reqwest::Error),
    /// It answered something else than expected.
    #[error("the other system answered with status {0}")]
    Status(u16),
    /// The answer is too large or cannot be read.
    #[error("the answer of the other system cannot be read")]
    Unreadable,
    /// TLS could not be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// A client bound to one host.
#[derive(Clone, Debug)]
pub struct Outward {
    client: Client,
    base: Url,
}

impl Outward {
    /// A client that speaks to the host of `base` only: by https, or to this machine.
    ///
    /// # Errors
    /// The address is neither, or TLS cannot be set up.
    pub fn new(base: &str) -> Result<Outward, OutwardError> {
        let base = Url::parse(base).map_err(|_| OutwardError::Elsewhere)?;
        let here = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if base.scheme() != "https" && !(here && base.scheme() == "http") {
            return Err(OutwardError::Elsewhere);
        }
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .timeout(WAIT)
            .no_proxy()
            .build()?;
        Ok(Outward { client, base })
    }

    /// Is this an address of the configured host, by the same scheme and port?
    pub fn is_own(&self, address: &Url) -> bool {
        address.scheme() == self.base.scheme()
            && address.host_str() == self.base.host_str()
            && address.port_or_known_default() == self.base.port_or_known_default()
            && address.username().is_empty()
            && address.password().is_none()
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// # Errors
    /// The address is of another host, the system is away, or its answer is too large.
    pub async fn send(
        &self,
        request: axum::http::Request<Vec<u8>>,
    ) -> Result<axum::http::Response<Vec<u8>>, OutwardError> {
        let (parts, body) = request.into_parts();
        let address = Url::parse(&parts.uri.to_string()).map_err(|_| OutwardError::Elsewhere)?;
        if !self.is_own(&address) {
            return Err(OutwardError::Elsewhere);
        }
        let mut answer = self.client.request(parts.method, address).headers(parts.headers).body(body).send().await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > ANSWER_MAX {
                return Err(OutwardError::Unreadable);
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut response = axum::http::Response::new(bytes);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }

    /// Sends a request whose answer is JSON with status 200.
    ///
    /// # Errors
    /// As [`Outward::send`], or the answer is something else.
    pub async fn json<T: serde::de::DeserializeOwned>(
        &self,
        request: axum::http::Request<Vec<u8>>,
    ) -> Result<T, OutwardError> {
        let answer = self.send(request).await?;
        if answer.status() != axum::http::StatusCode::OK {
            return Err(OutwardError::Status(answer.status().as_u16()));
        }
        serde_json::from_slice(answer.body()).map_err(|_| OutwardError::Unreadable)
    }
}

/// The same for the library that speaks OpenID Connect.
impl<'c> AsyncHttpClient<'c> for Outward {
    type Error = OutwardError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutwardError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_to_the_configured_host_and_nowhere_else() {
        for refused in
            ["http://example.com", "ftp://example.com", "file:///etc/passwd", "nonsense", "http://169.254.1.1"]
        {
            assert!(Outward::new(refused).is_err(), "{refused}");
        }
        let outward = Outward::new("https://id.example.com/realm").expect("a client");
        let own = |text: &str| Url::parse(text).is_ok_and(|url| outward.is_own(&url));
        assert!(own("https://id.example.com/token") && own("https://ID.example.com:443/x"));
        for other in [
            "http://id.example.com/token",
            "https://id.example.com:8443/token",
            "https://id.example.com.evil.example/token",
            "https://id.example.com@evil.example/token",
            "https://user@id.example.com/token",
            "https://127.0.0.1/token",
            "https://[::ffff:127.0.0.1]/token",
            "https://2130706433/token",
            "gopher://id.example.com/",
        ] {
            assert!(!own(other), "{other}");
        }
    }
}
