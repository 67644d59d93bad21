//! Lowers a story from its file. It must never look at the process: names are resolved when the story is played.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Deed, Due, Expect, Part, Step, Story};
use crate::source::{Content, File, Node, Problem, Problems, Reader, Source};
use crate::text::Text;
use crate::value::{HOUR_MS, Instant, MINUTE_MS, Value};

/// Reads a story file.
///
/// # Errors
/// Every problem of the file.
pub fn read(source: &Source) -> Result<Story, Vec<Problem>> {
    let problems = Problems::new();
    let file = File { source, problems: &problems };
    let story = file.parse().and_then(|tree| lower(file, &tree));
    match story {
        Some(story) if !problems.has_errors() => Ok(story),
        _ => Err(problems.into_vec()),
    }
}

fn lower(file: File<'_>, tree: &Node) -> Option<Story> {
    let root = file.map(tree, Text::new("故事文件", "story file"))?;
    root.require(&["story", "process", "begin", "steps"]);
    let begin = root.optional("begin").and_then(|node| instant(file, node));
    let mut regions = BTreeMap::new();
    let people = root.entries_of("people").iter().filter_map(|entry| {
        let part = file.map(&entry.value, Text::new("人物", "person"))?;
        if let Some(region) = part.text("region") {
            regions.insert(entry.key.clone(), region.to_owned());
        }
        let found = match (part.text("party"), part.text("office"), part.text("role")) {
            (Some(party), None, None) => Some(Part::Party(party.to_owned())),
            (None, Some(office), None) => Some(Part::Office(office.to_owned())),
            (None, None, Some(role)) => Some(Part::Role(role.to_owned())),
            _ => {
                wrong(
                    file,
                    &entry.value,
                    "这里写一个：party、office 或 role",
                    "one of party, office or role is expected",
                );
                None
            }
        };
        part.finish();
        Some((entry.key.clone(), found?))
    });
    let people: BTreeMap<String, Part> = people.collect();
    let steps = root.list("steps").iter().filter_map(|node| step(file, node, &people)).collect();
    let story = Story {
        name: root.text("story")?.to_owned(),
        title: root.localized("title").unwrap_or_default(),
        path: file.source.path.clone(),
        process: root.text("process")?.to_owned(),
        begin: begin?,
        region: root.text("region").map(str::to_owned),
        people,
        regions,
        steps,
    };
    root.finish();
    Some(story)
}

fn step(file: File<'_>, node: &Node, people: &BTreeMap<String, Part>) -> Option<Step> {
    let step = file.map(node, Text::new("步骤", "step"))?;
    let at = step.optional("at").and_then(|node| instant(file, node));
    let expect = step.optional("expect").and_then(|node| expect(file, node));
    let refused = step.text("refused").map(str::to_owned);
    let from = step.text("from").map(str::to_owned);
    let word = |key: &'static str| step.text(key).map(str::to_owned);
    let (case, process, naming) = (word("case"), word("process"), word("as"));
    let with = step.entries_of("with").iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect();
    let who = step.entries().iter().find(|entry| entry.key == "system" || people.contains_key(&entry.key));
    let deed = match who {
        Some(entry) => {
            let what = file.text(&entry.value)?.to_owned();
            Some(Deed { who: entry.key.clone(), what, with, from, refused })
        }
        None => {
            let known = ["at", "expect", "refused", "from", "with", "case", "process", "as"];
            for entry in step.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
                let message = Text::new(
                    format!("“{}”不在 people 里", entry.key),
                    format!("`{}` is nobody of `people`", entry.key),
                );
                let problem = Problem::error("E0801", file.source, entry.key_span, message);
                let near = crate::source::closest(&entry.key, people.keys().map(String::as_str));
                file.push(
                    problem
                        .cure(
                            "在 people 里写明这个人，或改正名字。",
                            "Name the person under `people`, or mend the name.",
                        )
                        .suggest(near),
                );
            }
            None
        }
    };
    Some(Step { span: node.span, at, case, process, naming, deed, expect })
}

fn expect(file: File<'_>, node: &Node) -> Option<Expect> {
    let reader = file.map(node, Text::new("期望", "expectation"))?;
    let words =
        |key: &'static str| -> Vec<String> { reader.texts(key).into_iter().map(|(t, _)| t.to_owned()).collect() };
    let expect = Expect {
        case: reader.text("case").map(str::to_owned),
        within: words("in"),
        not_within: words("not_in"),
        late: words("late"),
        told: words("told"),
        not_told: words("not_told"),
        document: words("document"),
        not_document: words("not_document"),
        due: reader
            .entries_of("due")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), due(file, &entry.value)?)))
            .collect(),
        may: by_person(file, &reader, "may"),
        may_not: by_person(file, &reader, "may_not"),
        items: reader
            .entries_of("items")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), file.text(&entry.value)?.to_owned())))
            .collect(),
        linked: reader
            .entries_of("linked")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), count(file, &entry.value)?)))
            .collect(),
        place: reader.optional("place").and_then(|node| count(file, node)),
        refused: reader
            .entries_of("refused")
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), file.text(&entry.value)?.to_owned())))
            .collect(),
        gathered: gathered(file, &reader),
        result: reader.text("result").map(str::to_owned),
        why: reader
            .entries_of("why")
            .iter()
            .map(|entry| {
                let lines = file.one_or_many(&entry.value).into_iter().filter_map(|node| file.text(node));
                (entry.key.clone(), lines.map(str::to_owned).collect())
            })
            .collect(),
    };
    reader.finish();
    Some(expect)
}

fn by_person(file: File<'_>, reader: &Reader<'_>, key: &'static str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in reader.entries_of(key) {
        for node in file.one_or_many(&entry.value) {
            if let Some(what) = file.text(node) {
                found.push((entry.key.clone(), what.to_owned()));
            }
        }
    }
    found
}

/// `gathered: {count: 2, sum: 260}`; of several sums each by `sum.name`.
fn gathered(file: File<'_>, reader: &Reader<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in reader.entries_of("gathered") {
        let several = entry.value.entries();
        if several.is_empty() {
            found.extend(file.text(&entry.value).map(|text| (entry.key.clone(), text.to_owned())));
        }
        let inside =
            several.iter().filter_map(|one| Some((format!("{}.{}", entry.key, one.key), file.text(&one.value)?)));
        found.extend(inside.map(|(word, text)| (word, text.to_owned())));
    }
    found
}

/// How many.
fn count(file: File<'_>, node: &Node) -> Option<usize> {
    let found = file.text(node)?.parse().ok();
    if found.is_none() {
        wrong(file, node, "这里写个数，例如 1", "a number of cases is expected, such as 1");
    }
    found
}

fn due(file: File<'_>, node: &Node) -> Option<Due> {
    let text = file.text(node)?;
    if text == "paused" {
        return Some(Due::Paused);
    }
    match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => Some(Due::On(date)),
        _ => instant(file, node).map(Due::At),
    }
}

/// `2026-04-01 09:00` or a date, which is its midnight; +08:00.
fn instant(file: File<'_>, node: &Node) -> Option<Instant> {
    let text = file.text(node)?;
    let parsed = parse_instant(text);
    if parsed.is_none() {
        wrong(file, node, "这里写时间，例如 2026-04-01 09:00", "a time is expected, such as 2026-04-01 09:00");
    }
    parsed
}

fn parse_instant(text: &str) -> Option<Instant> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let date: Date = date.parse().ok()?;
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    valid.then(|| Instant::start_of(date).plus(hour * HOUR_MS + minute * MINUTE_MS + second * 1000))
}

/// Answers as a page would send them: text, except for `true` and `false`.
fn value(node: &Node) -> Value {
    match &node.content {
        Content::Null => Value::Null,
        Content::Scalar { text, plain } => match (text.as_str(), plain) {
            ("true", true) => Value::Bool(true),
            ("false", true) => Value::Bool(false),
            _ => Value::Text(text.clone()),
        },
        Content::List(items) => Value::List(items.iter().map(value).collect()),
        Content::Map(entries) => {
            Value::Map(entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect())
        }
    }
}

fn wrong(file: File<'_>, node: &Node, zh: &str, en: &str) {
    let problem = Problem::error("E0802", file.source, node.span, Text::new(zh, en));
    file.push(
        problem.cure("见 docs/definitions.md 的“故事”一章。", "See the chapter on stories in docs/definitions.md."),
    );
}
