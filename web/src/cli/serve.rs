//! `onething serve`: real cases. It must never offer anything of the demonstration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use onething_engine::catalog;
use onething_engine::engine::Engine;
use onething_engine::source::{Problem, Source, render};
use onething_engine::store::{Kind, open};
use onething_engine::text::Language;
use onething_engine::vault::{Scanner, VaultError};

use super::usage;
use crate::app::{App, Mode};
use crate::files::Uploads;
use crate::publish::{PublishError, publish};
use crate::serve::Letters;
use crate::{embedded, serve};

/// Where to listen and what to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// The database: `sqlite:PATH` or `postgres://…`
    #[arg(long, env = "ONETHING_STORE")]
    store: String,
    /// The address to listen on; put a proxy that speaks TLS before it
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folders of definitions to publish at the start; the shipped ones if none is named
    #[arg(long)]
    publish: Vec<PathBuf>,
    /// Browsers reach this server by https: cookies are bound to that
    #[arg(long)]
    tls: bool,
    /// The address that people reach this server by, for links in mails; `--listen` if none is named
    #[arg(long, env = "ONETHING_BASE_URL")]
    base_url: Option<String>,
    /// The folder for files that people send, outside of everything that a web server reads; without it nothing can be
    /// uploaded
    #[arg(long, env = "ONETHING_FILES", requires = "scan")]
    files: Option<PathBuf>,
    /// Who looks through them for viruses: `clamd:/path/of/its/socket`, `clamd:host:port`, or `off`
    #[arg(long, env = "ONETHING_SCAN")]
    scan: Option<Scanner>,
    #[command(flatten)]
    post: super::post::Post,
    #[command(flatten)]
    identity: super::identity::Identity,
}

/// Serves until it is asked to end.
pub fn run(arguments: &Serve) -> ExitCode {
    let sources = match sources(&arguments.publish) {
        Ok(sources) => sources,
        Err(code) => return code,
    };
    super::on_runtime(async {
        let store = match open(&arguments.store, Kind::Live).await {
            Ok(store) => store,
            Err(error) => return failed(&error),
        };
        let assembled = match publish(&*store, &sources).await {
            Ok(assembled) => assembled,
            Err(error) => return refused(&error, &sources),
        };
        let engine = Engine::start(store, assembled.rulebook);
        let uploads = match arguments.uploads() {
            Ok(uploads) => uploads,
            Err(error) => return failed(&error),
        };
        let codes = match arguments.post.codes(&engine) {
            Ok(codes) => codes,
            Err(error) => return failed(&error),
        };
        let scheme = if arguments.tls { "https" } else { "http" };
        let base = arguments.base_url.clone().unwrap_or_else(|| format!("{scheme}://{}", arguments.listen));
        let base = base.trim_end_matches('/');
        let identity = match arguments.identity.settings(codes.is_some(), base, arguments.base_url.is_some()) {
            Ok(settings) => Arc::new(settings),
            Err(error) => return failed(&error),
        };
        let app = App { engine, mode: Mode::Serve { tls: arguments.tls }, identity, uploads };
        let listener = match serve::listen(arguments.listen).await {
            Ok(listener) => listener,
            Err(error) => return failed(&error),
        };
        println!("onething: http://{}", arguments.listen);
        let outbox = match arguments.post.outbox(&app.engine, false, base) {
            Ok(outbox) => outbox,
            Err(error) => return failed(&error),
        };
        match serve::run(app, listener, Letters { outbox, codes }).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        }
    })
}

impl Serve {
    fn uploads(&self) -> Result<Option<Arc<Uploads>>, VaultError> {
        let (Some(folder), Some(scanner)) = (&self.files, &self.scan) else {
            tracing::warn!("nothing can be uploaded: --files names no folder");
            return Ok(None);
        };
        if *scanner == Scanner::Off {
            tracing::warn!("nobody looks through uploaded files for viruses: --scan off");
        }
        Ok(Some(Arc::new(Uploads::open(folder, scanner.clone())?)))
    }
}

fn sources(folders: &[PathBuf]) -> Result<Vec<Source>, ExitCode> {
    if folders.is_empty() {
        return embedded::sources().map_err(|problem| problems(&[*problem], &[]));
    }
    let files = catalog::read(folders).map_err(|error| usage(&error.to_string()))?;
    if files.problems.is_empty() { Ok(files.sources) } else { Err(problems(&files.problems, &files.sources)) }
}

/// Says why publishing was refused.
pub fn refused(error: &PublishError, sources: &[Source]) -> ExitCode {
    match error {
        PublishError::Problems(found) => problems(found, sources),
        PublishError::Store(error) => failed(error),
    }
}

fn problems(found: &[Problem], sources: &[Source]) -> ExitCode {
    for problem in found {
        let text = sources.iter().find(|source| source.path == problem.path).map_or("", |source| &*source.text);
        eprintln!("{}", render(problem, text, Language::Zh));
    }
    ExitCode::from(1)
}

/// Says what went wrong.
pub fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("onething: {error}");
    ExitCode::from(1)
}
