//! What tests that tell stories about small processes share: publishing the files, playing the steps, saying what did not
//! happen as told. Only for tests; it must never loosen what `play` finds.

use super::{Played, play, read};
use crate::rulebook::{Rulebook, assemble};
use crate::source::{Problems, Source, render};
use crate::text::Language;

/// Where the organisation stands; files that bring one of their own under this path replace the sample.
const ORGANISATION_PATH: &str = "workflows/organisation/sample.yaml";

/// One desk with one person.
pub const ORGANISATION: &str = r#"
organisation: sample
title: {zh: 示例, en: Sample}
region: "320404"
regions: {"320404": {title: {zh: 钟楼区, en: Zhonglou}}}
departments: {desk: {title: {zh: 窗口, en: Desk}, units: {front: {title: {zh: 前台, en: front}}}}}
people: {wang: {name: 王示例, units: [desk.front], roles: [clerk, head]}}
"#;

/// A form with one remark that nobody must write.
pub const NOTE: &str = "
form: note
title: {zh: 备注, en: Note}
fields:
  remark: {type: text, title: {zh: 备注, en: Remark}, required: false}
";

/// What these files give with an organisation and the calendar that ships, and their errors as an author would read them.
pub fn assembled(files: &[(&str, &str)]) -> (Rulebook, String) {
    let calendar = include_str!("../../../workflows/calendars/cn.yaml");
    let own = files.iter().any(|(path, _)| *path == ORGANISATION_PATH);
    let sample = (!own).then_some((ORGANISATION_PATH, ORGANISATION));
    let sources = files.iter().copied().chain(sample).chain([("workflows/calendars/cn.yaml", calendar)]);
    let sources: Vec<Source> = sources.map(|(path, text)| Source::new(path, text)).collect();
    let problems = Problems::new();
    let rulebook = assemble(&sources, &problems).rulebook;
    let errors = problems.into_vec().into_iter().filter(|problem| !problem.code.starts_with('W')).map(|problem| {
        let text = sources.iter().find(|source| source.path == problem.path).map_or("", |source| &source.text);
        render(&problem, text, Language::En)
    });
    (rulebook, errors.collect())
}

/// What is published from these files, which must be without errors.
pub fn published(files: &[(&str, &str)]) -> Rulebook {
    let (rulebook, errors) = assembled(files);
    assert!(errors.is_empty(), "{errors}");
    rulebook
}

/// Plays the story that `head` and `steps` make together; a story that cannot be read is told by its problems.
///
/// # Errors
/// What is wrong with the text.
pub fn played(rules: &Rulebook, head: &str, steps: &str) -> Result<Played, String> {
    let source = Source::new("s.story.yaml", format!("{head}{steps}"));
    match read(&source) {
        Ok(story) => Ok(play(rules, &story)),
        Err(problems) => Err(problems.iter().map(|problem| problem.message.en.clone()).collect()),
    }
}

/// What did not happen as told; empty when the story holds.
pub fn failures(rules: &Rulebook, head: &str, steps: &str) -> String {
    match played(rules, head, steps) {
        Ok(played) => played.problems.iter().map(|p| p.message.en.clone()).collect::<Vec<_>>().join("\n"),
        Err(unread) => unread,
    }
}
