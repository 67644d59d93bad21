//! The page about the language says only what is so: its files are loaded together, its parts inside a frame that the
//! comment before them names, and its story is played. It must never let a block pass unread.

use onething_engine::rulebook::{Assembled, assemble};
use onething_engine::source::{Problem, Problems, Severity, Source, render};
use onething_engine::story;
use onething_engine::text::Language;

/// One block of YAML, with what its comment says about where it belongs.
struct Block {
    within: Option<String>,
    line: usize,
    text: String,
}

fn page() -> String {
    read("docs/definitions.md")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(onething_tests::repository().join(path)).expect("a file of the repository")
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut open, mut within) = (Vec::new(), None::<Block>, None);
    for (at, line) in page.lines().enumerate() {
        match &mut open {
            Some(block) if line == "```" => {
                assert!(!block.text.is_empty(), "line {}: an empty block", block.line);
                found.extend(open.take());
            }
            Some(block) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if line == "```yaml" => {
                open = Some(Block { within: within.take(), line: at + 2, text: String::new() });
            }
            None => {
                let marked = line.strip_prefix("<!-- in: ").and_then(|rest| rest.strip_suffix(" -->"));
                within = marked.map(str::to_owned);
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

/// A part of a file completed to a whole one.
fn framed(block: &Block) -> String {
    let first = || block.text.split(':').next().expect("a first key");
    let (states, keys) = match block.within.as_deref() {
        None => return block.text.clone(),
        Some("form") => return format!("form: part\ntitle: 部分\nfields:\n{}", indented(&block.text, 2)),
        Some("states") => (indented(&block.text, 2), String::new()),
        Some("process") => (String::new(), block.text.clone()),
        Some(other) => panic!("line {}: nothing is known of `{other}`", block.line),
    };
    let go = if states.is_empty() { String::new() } else { format!("go: {{to: {}, title: 继续}}, ", first()) };
    format!(
        "process: part\n\
         title: 部分\n\
         effective: {{from: 2026-01-01}}\n\
         lead: hall.window\n\
         basis: 样例\n\
         time: {{calendar: cn, roll: rest_day}}\n\
         late: card_only\n\
         notices: {{accepted: {{subject: 已受理, body: 请查看}}}}\n\
         start: {{online: {{by: applicant, form: request, to: begin, title: 申请}}}}\n\
         {keys}\
         states:\n\
         \x20 begin:\n\
         \x20   title: 开始\n\
         \x20   task: {{by: hall.window, form: intake, limit: 1 workday}}\n\
         \x20   outcomes: {{{go}finish: {{to: finished, title: 完成}}, give_up: {{to: given_up, title: 放弃}}}}\n\
         {states}\
         \x20 finished: {{type: final, result: success}}\n\
         \x20 given_up: {{type: final, result: none}}\n"
    )
}

/// What is wrong with these files, drawn as an author would see it.
fn load(sources: &[Source]) -> (Assembled, Vec<String>) {
    let problems = Problems::new();
    let assembled = assemble(sources, &problems);
    let errors = problems.into_vec();
    (assembled, drawn(errors.iter().filter(|problem| problem.severity == Severity::Error), sources))
}

fn drawn<'a>(problems: impl Iterator<Item = &'a Problem>, sources: &[Source]) -> Vec<String> {
    let text = |path: &str| sources.iter().find(|source| &*source.path == path).map_or("", |source| &*source.text);
    problems.map(|problem| render(problem, text(&problem.path), Language::En)).collect()
}

/// A path that tells the line on the page; a form wants its file called as itself.
fn path_of(line: usize, text: &str) -> String {
    let name = text.lines().next().and_then(|first| first.split_once(": ")).map_or("", |(_, name)| name.trim());
    format!("page:{line}/{name}.yaml")
}

/// The whole files of the page, and the calendar that ships.
fn whole(blocks: &[Block]) -> Vec<Source> {
    let calendar = onething_tests::repository().join("workflows/calendars/cn.yaml");
    let calendar = std::fs::read_to_string(calendar).expect("the calendar");
    let mut sources = vec![Source::new("cn.yaml", calendar)];
    let files = blocks.iter().filter(|block| block.within.is_none());
    sources.extend(files.map(|block| Source::new(path_of(block.line, &block.text), block.text.clone())));
    sources
}

/// How many files are of a kind, by their first key.
fn files_of(sources: &[Source], key: &str) -> usize {
    sources.iter().filter(|source| source.text.starts_with(key)).count()
}

#[test]
fn every_file_of_the_page_is_sound_and_its_story_holds() {
    let sources = whole(&blocks(&page()));
    let (assembled, errors) = load(&sources);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let (processes, stories) = (files_of(&sources, "process: "), files_of(&sources, "story: "));
    assert!(processes > 0 && stories > 1, "whole processes and their stories stand on the page");
    assert_eq!((assembled.built.len(), assembled.stories.len()), (processes, stories), "the files of the page");
    for source in &assembled.stories {
        let story = story::read(source).unwrap_or_else(|problems| panic!("{:#?}", drawn(problems.iter(), &sources)));
        let played = story::play(&assembled.rulebook, &story);
        assert!(played.problems.is_empty(), "{}", drawn(played.problems.iter(), &sources).join("\n"));
    }
}

#[test]
fn every_part_on_the_page_is_sound_in_its_frame() {
    let blocks = blocks(&page());
    let (files, parts): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.within.is_none());
    assert!(parts.len() >= 5, "only {} parts", parts.len());
    for part in &parts {
        let mut sources = whole(&files);
        let text = framed(part);
        sources.push(Source::new(path_of(part.line, &text), text));
        let (assembled, errors) = load(&sources);
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert_eq!(
            assembled.built.len(),
            files_of(&sources, "process: "),
            "line {}: nothing was made of it",
            part.line
        );
    }
}

#[test]
fn a_mistake_on_the_page_would_be_found() {
    let text = page().replace("to: handling, title", "to: handlign, title");
    let (_, errors) = load(&whole(&blocks(&text)));
    assert!(errors.iter().any(|error| error.contains("handling")), "{errors:?}");
}

/// Everything that ships but its stories.
fn shipped() -> Vec<Source> {
    fn walk(path: &str, sources: &mut Vec<Source>) {
        let entries = std::fs::read_dir(onething_tests::repository().join(path)).expect("a folder of the repository");
        for entry in entries {
            let entry = entry.expect("a file");
            let path = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&path, sources);
            } else if path.ends_with(".yaml") && !path.ends_with(".story.yaml") {
                sources.push(Source::new(path.clone(), read(&path)));
            }
        }
    }
    let mut sources = Vec::new();
    walk("forms", &mut sources);
    walk("workflows", &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[test]
fn every_pattern_is_sound_with_what_ships_and_its_stories_hold() {
    let blocks = blocks(&read("docs/patterns.md"));
    assert!(blocks.iter().all(|block| block.within.is_none()), "every block is a whole file");
    let mut sources = shipped();
    sources.extend(blocks.iter().map(|block| Source::new(path_of(block.line, &block.text), block.text.clone())));
    let (assembled, errors) = load(&sources);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert_eq!(assembled.stories.len(), 2, "the stories of the page");
    for source in &assembled.stories {
        let story = story::read(source).unwrap_or_else(|problems| panic!("{:#?}", drawn(problems.iter(), &sources)));
        let played = story::play(&assembled.rulebook, &story);
        assert!(played.problems.is_empty(), "{}", drawn(played.problems.iter(), &sources).join("\n"));
    }
}
