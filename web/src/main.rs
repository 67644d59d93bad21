//! The binary `onething`: reads the command line and hands over. It must never start a runtime, open a database or bind
//! a port before the command is known: `check` runs in very little memory.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
