//! The command line: one variant per command, one file per command below this folder. It must never hold what a command
//! does.
//!
//! Exit codes: 0 done; 1 the command found something wrong; 2 it was called wrongly (unknown flags, missing files).

mod account;
mod bench;
mod check;
mod demo;
mod diagram;
mod due;
mod fragments;
mod identity;
mod post;
mod sample;
mod serve;
mod test;
mod trace;

use clap::{Parser, Subcommand, ValueEnum};
use onething_engine::text::Language;
use std::process::ExitCode;

/// One request, every department, every legal deadline.
#[derive(Debug, Parser)]
#[command(name = "onething", version, about, long_about = None)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says who of the staff may sign in: adds, resets, disables, lists
    Account(account::Account),
    /// Measures how much an engine does on this machine and this database
    Bench(bench::Bench),
    /// Checks processes, forms and what belongs to them; prints every problem of every file at once
    Check(check::Check),
    /// Runs the demonstration on this machine: made-up cases in every state, one-click sign-in, a movable clock
    Demo(demo::Demo),
    /// Says when a period ends, and why
    Due(due::Due),
    /// Draws a process, or one level of it
    Diagram(diagram::Diagram),
    /// Draws a random sample again from its list and seed, or proves one from the log of a case
    Sample(sample::Sample),
    /// Prints the page that lists the fragments with their inputs and ends
    Fragments(fragments::Fragments),
    /// Serves real cases
    Serve(Box<serve::Serve>),
    /// Plays the stories of processes and counts which transitions they took
    Test(test::Test),
    /// Plays events and time on a bare statechart and prints one line per macrostep
    Trace(trace::Trace),
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// As the engine says it.
    pub fn language(self) -> Language {
        match self {
            Lang::Zh => Language::Zh,
            Lang::En => Language::En,
        }
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Command::Account(account) => account::run(&account),
        Command::Bench(bench) => bench::run(&bench),
        Command::Check(check) => check::run(&check),
        Command::Demo(demo) => demo::run(&demo),
        Command::Due(due) => due::run(&due),
        Command::Diagram(wanted) => diagram::run(&wanted),
        Command::Sample(asked) => sample::run(&asked),
        Command::Fragments(fragments) => fragments::run(&fragments),
        Command::Test(test) => test::run(&test),
        Command::Serve(serve) => serve::run(&serve),
        Command::Trace(trace) => trace::run(&trace),
    }
}

/// Says on standard error how the command was called wrongly.
pub fn usage(message: &str) -> ExitCode {
    eprintln!("onething: {message}");
    ExitCode::from(2)
}

/// Runs what needs sockets and a database. Made here and not in `main`, so that `check` starts no threads.
pub fn on_runtime<F: std::future::Future<Output = ExitCode>>(work: F) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => usage(&format!("no runtime: {error}")),
    }
}
