//! A private PostgreSQL cluster on a Unix socket, and a fresh database for every test that asks. It must never touch
//! a cluster that it did not make.
//!
//! A test program takes the cluster of `ONETHING_TEST_POSTGRES` if `with-postgres` has started one for all of them,
//! else it starts its own on first use. PostgreSQL refuses to run as root; then it runs as the user `postgres`.

use crate::folder::random_name;
use crate::leash::{Leash, Leashed};
use sqlx::{Connection, PgConnection};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The variable that holds the address of a cluster that is already running.
pub const ADDRESS: &str = "ONETHING_TEST_POSTGRES";

/// What a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// No flush at all: quick, for tests that kill nothing below the database.
    None,
    /// As in production.
    Kept,
}

/// A running cluster; it stops and its data folder goes when this value is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Leashed,
    folder: PathBuf,
}

impl Cluster {
    /// Makes and starts a cluster and waits until it answers.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start(durability: Durability) -> io::Result<Self> {
        let programs = programs()?;
        let user = run_as();
        // Short, because a socket path has at most 107 bytes; in /tmp, because `postgres` must be able to enter.
        let folder = PathBuf::from(format!("/tmp/onething-pg-{}", random_name()));
        let data = folder.join("data");
        run(user, "mkdir", &["-m", "700", &text(&folder)])?;
        let initdb = text(&programs.join("initdb"));
        let made = run(
            user,
            &initdb,
            &["-D", &text(&data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        );
        if let Err(error) = made {
            run(user, "rm", &["-rf", &text(&folder)])?;
            return Err(error);
        }
        let mut arguments: Vec<String> = vec!["-D".into(), text(&data), "-k".into(), text(&folder)];
        // The socket folder is readable by its owner only, so nobody else reaches a cluster that trusts everyone.
        let mut settings = vec!["listen_addresses=", "max_connections=200", "shared_buffers=64MB", "lc_messages=C"];
        if durability == Durability::None {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }
        arguments.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting.to_owned()]));
        let leash = Leash { signal: Some("QUIT"), user, folder: Some(text(&folder)), ..Leash::default() };
        let mut server = leash.start(&text(&programs.join("postgres")), &arguments)?;
        server.wait_for(|line| line.contains("ready to accept connections").then_some(()))?;
        Ok(Self { server, folder })
    }

    /// The address of its first database, as its superuser.
    #[must_use]
    pub fn url(&self) -> String {
        let folder = text(&self.folder).replace('/', "%2F");
        format!("postgres://postgres@localhost/postgres?host={folder}")
    }

    /// The process id of the server.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.server.process()
    }
}

/// The address of the cluster that the tests of this process share.
///
/// # Panics
/// When PostgreSQL cannot be started.
pub fn shared() -> &'static str {
    static SHARED: OnceLock<(String, Option<Cluster>)> = OnceLock::new();
    let (url, _) = SHARED.get_or_init(|| match std::env::var(ADDRESS) {
        Ok(url) if !url.is_empty() => (url, None),
        Ok(_) | Err(_) => {
            let cluster = Cluster::start(Durability::None).expect("a PostgreSQL cluster");
            (cluster.url(), Some(cluster))
        }
    });
    url
}

/// A new, empty database in the shared cluster; its address.
///
/// # Panics
/// When PostgreSQL cannot be started or refuses.
pub async fn fresh_database() -> String {
    fresh_database_in(shared()).await
}

/// A new, empty database in the cluster at `url`; its address.
///
/// # Panics
/// When PostgreSQL refuses.
pub async fn fresh_database_in(url: &str) -> String {
    let name = format!("test_{}", random_name());
    let mut connection = PgConnection::connect(url).await.expect("the test cluster");
    let statement = sqlx::AssertSqlSafe(format!("create database {name} template template0"));
    sqlx::raw_sql(statement).execute(&mut connection).await.expect("a fresh database");
    connection.close().await.expect("a clean end");
    url.replacen("/postgres?", &format!("/{name}?"), 1)
}

/// The user that PostgreSQL runs as, if not ours.
fn run_as() -> Option<&'static str> {
    let ours = Command::new("id").arg("-u").output().map(|output| output.stdout);
    ours.is_ok_and(|id| id.trim_ascii() == b"0").then_some("postgres")
}

/// The folder of PostgreSQL's programs: the newest below Debian's versioned folder, else where `initdb` is found.
fn programs() -> io::Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    if let Some((_, folder)) = versions.pop() {
        return Ok(folder);
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths)
        .find(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "PostgreSQL (initdb) is not installed"))
}

fn run(user: Option<&str>, program: &str, arguments: &[&str]) -> io::Result<()> {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--", program]);
            command
        }
        None => Command::new(program),
    };
    let output = command.args(arguments).current_dir("/").output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program}: {}", String::from_utf8_lossy(&output.stderr))))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
