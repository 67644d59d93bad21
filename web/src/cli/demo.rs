//! `onething demo`: made-up cases in every state, on the loopback address only. It must never listen anywhere else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use onething_engine::engine::Engine;
use onething_engine::rulebook::Rulebook;
use onething_engine::store::{Kind, Store, StoreError, open};
use onething_engine::text::Language;
use onething_engine::value::{HOUR_MS, Instant};
use onething_engine::vault::Scanner;

use super::serve::{failed, refused};
use crate::app::{App, Mode};
use crate::demo::{accounts, seed};
use crate::files::Uploads;
use crate::identity::Settings;
use crate::publish::publish;
use crate::serve::Letters;
use crate::{embedded, serve};

/// Where to listen and what to keep.
#[derive(Debug, Args)]
pub struct Demo {
    /// The port on the loopback address
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the cases here instead of in a throw-away file: `sqlite:PATH` or `postgres://…`
    #[arg(long)]
    store: Option<String>,
    #[command(flatten)]
    post: super::post::Post,
}

/// Runs the demonstration until it is asked to end.
pub fn run(arguments: &Demo) -> ExitCode {
    super::on_runtime(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let listener = match serve::listen(address).await {
            Ok(listener) => listener,
            Err(error) => return failed(&error),
        };
        let folder = Folder::new();
        let url = arguments.store.clone().unwrap_or_else(|| format!("sqlite:{}", folder.file().display()));
        let uploads = match Uploads::open(&folder.files(), Scanner::Off) {
            Ok(uploads) => Arc::new(uploads),
            Err(error) => return failed(&error),
        };
        let app = match prepare(&url, uploads).await {
            Ok(app) => app,
            Err(code) => return code,
        };
        let address = listener.local_addr().unwrap_or(address);
        let outbox = match arguments.post.outbox(&app.engine, true, &format!("http://{address}")) {
            Ok(outbox) => outbox,
            Err(error) => return failed(&error),
        };
        let codes = match arguments.post.codes(&app.engine) {
            Ok(codes) => codes,
            Err(error) => return failed(&error),
        };
        announce(&app, address);
        match serve::run(app, listener, Letters { outbox, codes }).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        }
    })
}

async fn prepare(url: &str, uploads: Arc<Uploads>) -> Result<App, ExitCode> {
    let sources = embedded::sources().map_err(|problem| failed(&Unfit(problem.path.to_string())))?;
    let store = open(url, Kind::Demo).await.map_err(|error| failed(&error))?;
    let assembled = publish(&*store, &sources).await.map_err(|error| refused(&error, &sources))?;
    let (store, rulebook) = (store, assembled.rulebook);
    let stories = assembled.stories;
    into_force(&store, &rulebook).await.map_err(|error| failed(&error))?;
    let empty = store.outbox(1).await.map_err(|error| failed(&error))?.is_empty();
    let engine = Engine::start(store, rulebook);
    let identity = Arc::new(Settings { phone: true, ..Settings::default() });
    let app = App { engine, mode: Mode::Demo, identity, uploads: Some(uploads) };
    if empty {
        let seeded = seed::plant(&app, &stories).await.map_err(|error| failed(&error))?;
        tracing::info!(cases = seeded.cases, steps = seeded.steps, "seeded");
    }
    Ok(app)
}

/// A definition that cannot be read from the binary.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no definition")]
struct Unfit(String);

/// Turns the clock to a day on which every process has a version in force.
async fn into_force(store: &Arc<dyn Store>, rules: &Rulebook) -> Result<(), StoreError> {
    let now = store.legal_now().await?;
    let missing = rules.published.keys().filter(|name| rules.choose(name, now.date()).is_none());
    let begins = missing.filter_map(|name| {
        let versions = rules.published.get(name)?.iter().filter_map(|hash| rules.processes.get(hash));
        versions.filter_map(|definition| definition.effective.from).max()
    });
    match begins.max().map(|day| Instant::start_of(day).plus(9 * HOUR_MS)).filter(|day| *day > now) {
        Some(day) => store.move_clock(day).await,
        None => Ok(()),
    }
}

fn announce(app: &App, address: SocketAddr) {
    println!("\n  一件事演示 / demonstration\n\n    http://{address}\n");
    println!("  打开后点右上角“登录”，选择一个账号 / choose an account at “Sign in”:\n");
    let (main, _) = accounts::all(&app.rules().organisation, Language::Zh);
    for account in main {
        println!("    {:<12} {} · {}", account.id, account.name, account.position);
    }
    println!("\n  按 Ctrl+C 结束，数据随之删除 / Ctrl+C ends it and deletes its data\n");
}

/// A throw-away folder of this process; gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(std::env::temp_dir().join(format!("onething-demo-{}", uuid::Uuid::now_v7())))
    }

    fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    fn file(&self) -> PathBuf {
        if let Err(error) = std::fs::create_dir_all(&self.0) {
            tracing::warn!(%error, "the throw-away folder cannot be made");
        }
        self.0.join("demo.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.0.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.0)
        {
            tracing::warn!(%error, "the throw-away folder stays");
        }
    }
}
