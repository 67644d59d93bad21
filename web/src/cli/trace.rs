//! `onething trace`: plays events and time on a bare statechart and prints one line per macrostep. It must never decide
//! anything about a chart, and never read the clock: time is what `--advance` says.

mod input;
mod play;

use super::{Format, Lang, usage};
use clap::Args;
use input::{Input, Inputs};
use onething_engine::definition::chart::lower_chart;
use onething_engine::kernel::Statechart;
use onething_engine::source::{File, MAX_BYTES, Problems, Source, problem_json, render};
use play::{Line, Play};
use serde_json::json;
use std::fs;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to play on which file.
#[derive(Debug, Args)]
pub struct Trace {
    /// A process file that is a bare statechart
    file: PathBuf,
    #[command(flatten)]
    inputs: Inputs,
    /// `json`: one object per line
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The language of problems
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Plays and prints; 1 if the file has problems, 2 if it cannot be read or an input cannot be understood.
pub fn run(trace: &Trace) -> ExitCode {
    let source = match read(trace) {
        Ok(source) => source,
        Err(code) => return code,
    };
    let mut out = io::stdout().lock();
    let chart = match load(trace, &source, &mut out) {
        Ok(Some(chart)) => chart,
        Ok(None) => return ExitCode::from(1),
        Err(error) => return closed(&error),
    };
    match play(trace, &chart, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Closed(error)) => closed(&error),
        Err(Stop::Input(message)) => usage(&message),
    }
}

/// Why playing ended early.
enum Stop {
    /// Nobody reads on, or standard input broke.
    Closed(io::Error),
    /// An input that is none.
    Input(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Closed(error)
    }
}

/// Who closes the pipe has seen enough; that is no failure.
fn closed(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe { ExitCode::SUCCESS } else { usage(&error.to_string()) }
}

fn read(trace: &Trace) -> Result<Source, ExitCode> {
    let name = trace.file.display().to_string();
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let file = fs::File::open(&trace.file);
    if let Err(error) = file.and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        return Err(usage(&format!("{name}: {error}")));
    }
    match Source::from_bytes(name, &bytes) {
        Ok(source) => Ok(source),
        Err(problem) => {
            println!("{}", render(&problem, "", trace.lang.language()));
            Err(ExitCode::from(1))
        }
    }
}

/// The chart, or its problems on `out`.
fn load(trace: &Trace, source: &Source, out: &mut impl Write) -> io::Result<Option<Statechart>> {
    let problems = Problems::new();
    let file = File { source, problems: &problems };
    let tree = file.parse();
    let chart = tree.as_ref().and_then(|tree| lower_chart(file, tree)).filter(|_| !problems.has_errors());
    if chart.is_some() {
        return Ok(chart);
    }
    let problems = problems.into_vec();
    match trace.format {
        Format::Json => {
            let list: Vec<_> = problems.iter().map(problem_json).collect();
            writeln!(out, "{}", json!({ "problems": list }))?;
        }
        Format::Text => {
            for problem in &problems {
                writeln!(out, "{}", render(problem, &source.text, trace.lang.language()))?;
            }
        }
    }
    Ok(None)
}

fn play(trace: &Trace, chart: &Statechart, out: &mut impl Write) -> Result<(), Stop> {
    let mut play = Play::new(chart);
    print(trace, &play.start(), out)?;
    for input in &trace.inputs.list {
        match input {
            Input::Event(_) | Input::Advance(_) => print(trace, &play.take(input), out)?,
            Input::Stream => {
                for line in io::stdin().lock().lines() {
                    let line = line?;
                    if let Some(input) = Input::of_line(&line).map_err(Stop::Input)? {
                        print(trace, &play.take(&input), out)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn print(trace: &Trace, lines: &[Line], out: &mut impl Write) -> io::Result<()> {
    for line in lines {
        match trace.format {
            Format::Json => writeln!(out, "{}", line.json())?,
            Format::Text => writeln!(out, "{line}")?,
        }
    }
    // Whoever drives the process through a pipe waits for the answer to each line.
    out.flush()
}
