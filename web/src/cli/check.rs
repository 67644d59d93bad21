//! `onething check`: every problem of every file at once. It must never stop at the first problem, and never read more
//! of a file than a definition may have.

use super::{Format, Lang, usage};
use clap::Args;
use onething_engine::catalog;
use onething_engine::explore;
use onething_engine::guidance;
use onething_engine::rulebook::assemble;
use onething_engine::source::{Problem, Problems, Severity, Source, problem_json, render};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What to check and how to say it.
#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders; `workflows` and `forms` if none are named
    paths: Vec<PathBuf>,
    /// `json`: one object with the number of files and the list of problems
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The language of the text
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Checks and prints; 1 if anything is wrong, 2 if a path cannot be read.
pub fn run(check: &Check) -> ExitCode {
    let problems = Problems::new();
    let sources = match sources(&paths(check), &problems) {
        Ok(sources) => sources,
        Err(message) => return usage(&message),
    };
    let assembled = assemble(&sources, &problems);
    for built in &assembled.built {
        explore::check(&built.definition, &problems);
        guidance::check(&built.definition, &problems);
    }
    let problems = problems.into_vec();
    let wrong = problems.iter().any(|problem| problem.severity == Severity::Error);
    match print(check, sources.len(), &sources, &problems) {
        // Nobody reads on: what was found still counts.
        Ok(()) | Err(_) if wrong => ExitCode::from(1),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => usage(&error.to_string()),
    }
}

fn paths(check: &Check) -> Vec<PathBuf> {
    if check.paths.is_empty() { vec!["workflows".into(), "forms".into()] } else { check.paths.clone() }
}

/// Every file below the paths. One that is no text is a problem; one that cannot be read is a wrong call.
pub fn sources(paths: &[PathBuf], problems: &Problems) -> Result<Vec<Source>, String> {
    let files = catalog::read(paths).map_err(|error| error.to_string())?;
    problems.extend(files.problems);
    Ok(files.sources)
}

fn print(check: &Check, files: usize, sources: &[Source], problems: &[Problem]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if check.format == Format::Json {
        let list: Vec<_> = problems.iter().map(problem_json).collect();
        return writeln!(out, "{}", json!({ "files": files, "problems": list }));
    }
    let texts: BTreeMap<&str, &str> = sources.iter().map(|source| (&*source.path, &*source.text)).collect();
    for problem in problems {
        let text = texts.get(&*problem.path).copied().unwrap_or("");
        writeln!(out, "{}", render(problem, text, check.lang.language()))?;
    }
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    match check.lang {
        Lang::Zh => writeln!(out, "检查了 {files} 个文件：{errors} 个错误，{warnings} 个警告。"),
        Lang::En => writeln!(out, "{files} files checked: {errors} errors, {warnings} warnings."),
    }
}
