//! Where mail goes: the same flags for `serve` and `demo`. It must never print them, a server may need a password.

use std::sync::Arc;

use clap::Args;
use onething_engine::engine::Engine;
use onething_engine::notify::{MailConfig, Mailer, Outbox, SendError};

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
        let config = MailConfig {
            server: self.mail.clone().unwrap_or_default(),
            from: self.mail_from.clone(),
            staff_domain: self.mail_domain.clone(),
            account_domain: demo.then(|| self.mail_domain.clone()),
        };
        let mailer: Option<Arc<dyn Mailer>> = match self.mail {
            Some(_) => Some(Arc::new(config.connect()?)),
            None => None,
        };
        Ok(Some(Outbox::new(engine.clone(), config, mailer, base)))
    }
}
