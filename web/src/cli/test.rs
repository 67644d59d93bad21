//! `onething test`: plays the stories of a folder and counts which transitions they took. It must never skip a story.

use super::{Lang, check, usage};
use clap::Args;
use onething_engine::rulebook::{Assembled, assemble};
use onething_engine::source::{Problem, Problems, Severity, Source, render};
use onething_engine::story::{self, Coverage};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which stories, and what to say about them.
#[derive(Debug, Args)]
pub struct Test {
    /// Files and folders; `workflows` and `forms` if none are named. Forms are read from `forms` beside a folder
    paths: Vec<PathBuf>,
    /// Say which transitions no story took; 1 if any
    #[arg(long)]
    coverage: bool,
    /// The language of the text
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Plays every story; 1 if one does not hold (or, with `--coverage`, if a transition is missing), 2 if a path is not there.
pub fn run(test: &Test) -> ExitCode {
    let problems = Problems::new();
    let sources = match sources(&test.paths, &problems) {
        Ok(sources) => sources,
        Err(message) => return usage(&message),
    };
    let assembled = assemble(&sources, &problems);
    let mut found: Vec<Problem> =
        problems.into_vec().into_iter().filter(|problem| problem.severity == Severity::Error).collect();
    let mut coverage = Coverage::default();
    let mut held = 0;
    for source in &assembled.stories {
        match story::read(source) {
            Err(problems) => found.extend(problems),
            Ok(story) => {
                let played = story::play(&assembled.rulebook, &story);
                coverage.add(&played.coverage);
                held += usize::from(played.problems.is_empty());
                found.extend(played.problems);
            }
        }
    }
    let texts: BTreeMap<&str, &str> = sources.iter().map(|source| (&*source.path, &*source.text)).collect();
    for problem in &found {
        let text = texts.get(&*problem.path).copied().unwrap_or("");
        println!("{}", render(problem, text, test.lang.language()));
    }
    match test.lang {
        Lang::Zh => println!("{} 个故事，{held} 个成立。", assembled.stories.len()),
        Lang::En => println!("{} stories, {held} hold.", assembled.stories.len()),
    }
    let complete = !test.coverage || covered(&assembled, &coverage, test.lang);
    if found.is_empty() && complete { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// The files named, and the forms and definitions that stories need beside them.
fn sources(paths: &[PathBuf], problems: &Problems) -> Result<Vec<Source>, String> {
    let mut paths = paths.to_vec();
    for beside in ["workflows", "forms"].map(PathBuf::from) {
        if !paths.contains(&beside) && beside.is_dir() {
            paths.push(beside);
        }
    }
    check::sources(&paths, problems)
}

/// Prints what no story took: ways, rows of tables, items. A fragment counts once; each use of an item must have begun and
/// ended.
fn covered(assembled: &Assembled, coverage: &Coverage, lang: Lang) -> bool {
    let definitions = || assembled.built.iter().map(|built| &*built.definition);
    let (taken, all, missing) = coverage.lines(definitions());
    for line in &missing {
        println!("  {}:{}  {}", line.file, line.line, line.label);
    }
    let mut items = 0;
    for definition in definitions() {
        for item in coverage.items_missing(definition) {
            items += 1;
            match lang {
                Lang::Zh => println!("  {}：事项 {item} 没有从头到尾办过", definition.name),
                Lang::En => println!("  {}: item {item} was not begun and ended", definition.name),
            }
        }
    }
    let (answered, rows, silent) = coverage.rows(&assembled.rulebook.tables);
    for line in &silent {
        println!("  {}:{}  {}", line.file, line.line, line.label);
    }
    let percent = ((taken + answered) * 100).checked_div(all + rows).unwrap_or(100);
    match lang {
        Lang::Zh => println!("覆盖：转移 {taken}/{all}，决策表的行 {answered}/{rows}（{percent} %）"),
        Lang::En => {
            println!(
                "Transitions taken: {taken} of {all}, rows of tables that answered: {answered} of {rows} ({percent} %)"
            );
        }
    }
    missing.is_empty() && silent.is_empty() && items == 0
}
