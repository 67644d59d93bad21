//! What every request can reach. It must never hold anything about one visitor.

use std::sync::Arc;

use onething_engine::definition::ProcessDefinition;
use onething_engine::engine::Engine;
use onething_engine::rulebook::Rulebook;
use onething_engine::store::{Store, StoreError};
use onething_engine::value::Instant;

use crate::files::Uploads;
use crate::identity::Settings;

/// How this server was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Made-up cases on the loopback address: one-click sign-in, mailbox and a movable clock.
    Demo,
    /// Real cases. `tls` says that browsers reach it by https, so cookies are bound to that.
    Serve {
        /// Behind a proxy that speaks TLS.
        tls: bool,
    },
}

/// The state of the server. Clones share it.
#[derive(Clone)]
pub struct App {
    /// The door to all cases.
    pub engine: Engine,
    /// How it was started.
    pub mode: Mode,
    /// Where files go that people send; `None`: nothing can be uploaded.
    pub uploads: Option<Arc<Uploads>>,
    /// How people may sign in.
    pub identity: Arc<Settings>,
}

impl App {
    /// For reading lists and cases.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.engine.store()
    }

    /// What is published now.
    pub fn rules(&self) -> Arc<Rulebook> {
        self.engine.rules()
    }

    /// Is this the demonstration?
    pub fn is_demo(&self) -> bool {
        self.mode == Mode::Demo
    }

    /// Do browsers reach it by https?
    pub fn is_tls(&self) -> bool {
        self.mode == Mode::Serve { tls: true }
    }

    /// Legal time.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn now(&self) -> Result<Instant, StoreError> {
        self.store().legal_now().await
    }

    /// Every process that a case may begin with on the day of `now`, in the order of their names.
    pub fn services(&self, now: Instant) -> Vec<Arc<ProcessDefinition>> {
        let rules = self.rules();
        rules.published.keys().filter_map(|name| rules.choose(name, now.date()).cloned()).collect()
    }
}
