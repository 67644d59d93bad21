//! Mail over SMTP. It must never log an address, a subject or a body.

use async_trait::async_trait;
use lettre::address::Envelope;
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// Where mail goes and whom it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// `smtp://host:25`, `smtp://user:password@host:587?tls=required` (STARTTLS) or `smtps://…` (TLS from the start).
    pub server: String,
    /// Sender, `一件事 <noreply@example.gov.cn>`.
    pub from: String,
    /// Domain of the addresses of the staff: the person's id stands before it.
    pub staff_domain: String,
    /// Domain of the addresses of citizens' accounts. Only a demonstration has one; otherwise an account without an
    /// address of its own is not written to.
    pub account_domain: Option<String>,
}

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same on every try, so that a second delivery is recognised as a repeat.
    pub message_id: String,
    /// Addresses.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why a mail did not leave.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SendError {
    /// The server is away or asks to come again.
    #[error("try again: {0}")]
    Transient(String),
    /// It will never be taken.
    #[error("refused for good: {0}")]
    Permanent(String),
}

/// Something that takes mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands over one mail.
    ///
    /// # Errors
    /// It was not taken.
    async fn send(&self, mail: &Mail) -> Result<(), SendError>;
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl MailConfig {
    /// A connection pool to the server.
    ///
    /// # Errors
    /// The address of the server or the sender cannot be read.
    pub fn connect(&self) -> Result<Smtp, SendError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.server)
            .map_err(|error| SendError::Permanent(error.to_string()))?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        let from = self.from.parse().map_err(|_| SendError::Permanent("the sender is no mail address".to_owned()))?;
        Ok(Smtp { transport, from })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let permanent = |what: &str| SendError::Permanent(what.to_owned());
        let to: Vec<Address> = mail.to.iter().filter_map(|to| to.parse().ok()).collect();
        if to.len() != mail.to.len() {
            return Err(permanent("a recipient is no mail address"));
        }
        let envelope =
            Envelope::new(Some(self.from.email.clone()), to.clone()).map_err(|_| permanent("there is no recipient"))?;
        // Several people of an office do not learn each other's addresses from the header.
        let header = if let [one] = to.as_slice() { Mailbox::new(None, one.clone()) } else { self.from.clone() };
        let message = Message::builder()
            .message_id(Some(mail.message_id.clone()))
            .from(self.from.clone())
            .to(header)
            .subject(&mail.subject)
            .envelope(envelope)
            .singlepart(SinglePart::plain(mail.body.clone()))
            .map_err(|error| SendError::Permanent(error.to_string()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(SendError::Permanent(error.status().map_or_else(|| "5xx".to_owned(), |code| code.to_string())))
            }
            Err(error) => Err(SendError::Transient(
                error.status().map_or_else(|| "the server does not answer".to_owned(), |code| code.to_string()),
            )),
        }
    }
}
