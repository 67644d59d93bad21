//! Where mail goes: the same flags for `serve` and `demo`. It must never print them, a server may need a password.

use std::sync::Arc;

use clap::Args;
use onething_engine::engine::Engine;
use onething_engine::notify::{Codes, MailConfig, Mailer, Outbox, SendError};

/// How messages leave.
#[derive(Debug, Args)]
pub struct Post {
    /// The mail server: `smtp://host:25`, `smtps://user:password@host`
    #[arg(long, env = "ONETHING_MAIL", hide_env_values = true)]
    mail: Option<String>,
    /// The sender of mails
    #[arg(long, default_value = "一件事 <noreply@onething.invalid>")]
    mail_from: String,
    /// Mail addresses of the staff are ID@DOMAIN
    #[arg(long, default_value = "onething.invalid")]
    mail_domain: String,
    /// Codes for phones go as mail to PHONE@DOMAIN, the short-message gateway; applicants can sign in by phone then
    #[arg(long, env = "ONETHING_SMS_DOMAIN", requires = "mail")]
    sms_domain: Option<String>,
}

impl Post {
    /// The worker of the outbox; `None` where nothing can leave and everything shall wait for a server.
    ///
    /// # Errors
    /// The address of the server or the sender cannot be read.
    pub fn outbox(&self, engine: &Engine, demo: bool, base: &str) -> Result<Option<Outbox>, SendError> {
        if self.mail.is_none() && !demo {
            return Ok(None);
        }
        let config = MailConfig { account_domain: demo.then(|| self.mail_domain.clone()), ..self.config() };
        let mailer: Option<Arc<dyn Mailer>> = match self.mail {
            Some(_) => Some(Arc::new(config.connect()?)),
            None => None,
        };
        Ok(Some(Outbox::new(engine.clone(), config, mailer, base)))
    }

    /// The worker of codes for phones; `None` where there is no gateway.
    ///
    /// # Errors
    /// The address of the server or the sender cannot be read.
    pub fn codes(&self, engine: &Engine) -> Result<Option<Codes>, SendError> {
        let Some(domain) = &self.sms_domain else { return Ok(None) };
        Ok(Some(Codes::new(engine.clone(), Arc::new(self.config().connect()?), domain)))
    }

    fn config(&self) -> MailConfig {
        MailConfig {
            server: self.mail.clone().unwrap_or_default(),
            from: self.mail_from.clone(),
            staff_domain: self.mail_domain.clone(),
            account_domain: None,
        }
    }
}
