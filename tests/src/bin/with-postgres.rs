//! `with-postgres COMMAND…` runs a command with a private PostgreSQL cluster whose address is in
//! `ONETHING_TEST_POSTGRES`, and stops it afterwards. It must never leave the cluster behind.

use onething_tests::postgres::{ADDRESS, Cluster, Durability};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with-postgres COMMAND…");
        return ExitCode::from(2);
    };
    let cluster = match Cluster::start(Durability::None) {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("with-postgres: {error}");
            return ExitCode::FAILURE;
        }
    };
    match Command::new(program).args(arguments).env(ADDRESS, cluster.url()).status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("with-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}
