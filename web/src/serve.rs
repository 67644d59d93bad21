//! Listening: a socket, the service, the workers beside it, and a quiet end. It must never listen before everything that
//! a request needs is there.

use std::net::SocketAddr;

use onething_engine::notify::{Codes, Outbox};
use onething_engine::worker::{self, Errands, Places, Schedules, Sweeper, Timers};
use tokio::net::TcpListener;

use crate::app::App;
use crate::connections::{self, Limits};
use crate::shell;

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// As asked.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The socket failed while it was served.
    #[error("the server failed: {0}")]
    Socket(#[from] std::io::Error),
}

/// The workers that tell the world, as far as there is a way out.
pub struct Letters {
    /// Notices of cases.
    pub outbox: Option<Outbox>,
    /// Codes for phones.
    pub codes: Option<Codes>,
}

/// Opens the socket.
///
/// # Errors
/// The address is taken or may not be used.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

/// Serves until the process is asked to end; requests that have begun are finished.
///
/// # Errors
/// The socket failed.
pub async fn run(app: App, listener: TcpListener, letters: Letters) -> Result<(), ServeError> {
    let mut workers = vec![
        worker::spawn(Timers::new(app.engine.clone())),
        worker::spawn(Errands::new(app.engine.clone())),
        worker::spawn(Schedules::new(app.engine.clone())),
        worker::spawn(Places::new(app.engine.clone())),
        worker::spawn(Sweeper::new(app.engine.clone())),
    ];
    workers.extend(letters.outbox.map(worker::spawn));
    workers.extend(letters.codes.map(worker::spawn));
    let served = connections::accept(listener, shell::service(&app), Limits::default(), asked_to_end()).await;
    for worker in workers {
        worker.stop().await;
    }
    Ok(served?)
}

async fn asked_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
