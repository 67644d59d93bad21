//! `onething diagram`: draws a process, or one level of it. It must never draw anything but the definition that runs.

mod gallery;

use super::{Lang, check, usage};
use clap::{Args, ValueEnum};
use onething_engine::diagram::{diagram, mermaid, svg};
use onething_engine::kernel::Statechart;
use onething_engine::rulebook::assemble;
use onething_engine::source::Problems;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to draw and how.
#[derive(Debug, Args)]
pub struct Diagram {
    /// Name of the process
    #[arg(required_unless_present = "all")]
    process: Option<String>,
    /// Files and folders; `workflows` and `forms` if none are named
    paths: Vec<PathBuf>,
    /// Draw every process with every level inside it, and every fragment, as pictures in both languages into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["process", "open", "on", "format", "lang"])]
    all: Option<PathBuf>,
    /// Open this state or item instead of the whole: a dotted path, or its end
    #[arg(long)]
    open: Option<String>,
    /// Draw the version in force on this day; the latest if none is named
    #[arg(long)]
    on: Option<jiff::civil::Date>,
    /// As a picture or as Mermaid text
    #[arg(long, value_enum, default_value = "svg")]
    format: Picture,
    /// The language of the words in it
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// How a diagram is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Picture {
    /// A self-contained SVG document.
    Svg,
    /// A Mermaid flow chart.
    Mermaid,
}

/// Draws; 2 if there is no such process or state.
pub fn run(wanted: &Diagram) -> ExitCode {
    let paths = if wanted.paths.is_empty() { vec!["workflows".into(), "forms".into()] } else { wanted.paths.clone() };
    let problems = Problems::new();
    let sources = match check::sources(&paths, &problems) {
        Ok(sources) => sources,
        Err(message) => return usage(&message),
    };
    let rules = assemble(&sources, &problems).rulebook;
    if let Some(folder) = &wanted.all {
        return match gallery::draw(&rules, &sources, folder) {
            Ok(count) => {
                println!("{count}");
                ExitCode::SUCCESS
            }
            Err(error) => usage(&format!("expected to write into {}: {error}", folder.display())),
        };
    }
    let process = wanted.process.as_deref().unwrap_or_default();
    let day = wanted.on.unwrap_or(jiff::civil::Date::MAX);
    let Some(definition) = rules.choose(process, day) else {
        let known: Vec<&str> = rules.published.keys().map(String::as_str).collect();
        return usage(&format!("expected one of the processes {}, but got `{process}`", known.join(", ")));
    };
    let inside = match &wanted.open {
        None => Statechart::ROOT,
        Some(path) => {
            let ends = |state: &&onething_engine::kernel::StateId| {
                let own = &definition.state(**state).path;
                own == path || own.strip_suffix(path.as_str()).is_some_and(|rest| rest.ends_with('.'))
            };
            let states: Vec<_> = definition.chart.ids().collect();
            match states.iter().find(ends) {
                Some(state) => *state,
                None => return usage(&format!("expected a state of {}, but there is no `{path}`", definition.name)),
            }
        }
    };
    let drawn = diagram(definition, &rules.organisation, inside, &BTreeSet::new(), wanted.lang.language());
    match wanted.format {
        Picture::Svg => print!("{}", svg(&drawn)),
        Picture::Mermaid => print!("{}", mermaid(&drawn)),
    }
    ExitCode::SUCCESS
}
