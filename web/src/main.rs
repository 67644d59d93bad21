//! The binary `onething`: reads the command line and hands over. It must never start a runtime, open a database or bind
//! a port before the command is known: `check` runs in very little memory.

mod act;
mod app;
mod cli;
mod connections;
mod demo;
mod desk;
mod display;
mod embedded;
mod failure;
mod fields;
mod files;
mod filling;
mod gate;
mod identity;
mod language;
mod page;
mod parked;
mod policy;
mod public;
mod publish;
mod reads;
mod routes;
mod sent;
mod serve;
mod session;
mod shell;
mod statics;
#[cfg(test)]
mod tests;
mod view;
mod watch;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
