//! Words that belong to one place only, or to none. It must never hold an exception without its reason.

use super::layering::{PURE, module_of};
use super::{Finding, SourceFile};

/// A call that may panic and is right to: (file, a part of its line, why).
const REVIEWED_PANICS: &[(&str, &str, &str)] = &[];

/// A word and what to do instead.
type Rule = (&'static str, &'static str);

/// Never in code.
const LEFTOVERS: &[Rule] = &[
    ("dbg!", "remove it"),
    ("todo!", "do it"),
    ("unimplemented!", "do it"),
    ("#[ignore", "a test that does not run is no test"),
    ("allow(dead_code)", "remove what nobody uses"),
    ("allow(unused", "remove what nobody uses"),
];

/// Only `time` reads the clock.
const CLOCK: &[Rule] = &[
    ("SystemTime::now", "only `time` reads the clock"),
    ("Instant::now", "only `time` reads the clock"),
    ("Utc::now", "only `time` reads the clock"),
    ("Timestamp::now", "only `time` reads the clock"),
    ("Zoned::now", "only `time` reads the clock"),
    ("ZonedDateTime::now", "only `time` reads the clock"),
];

/// Never in the pure core.
const IMPURE: &[Rule] = &[
    ("async fn", "the core does not wait"),
    (".await", "the core does not wait"),
    ("tokio::", "the core does not wait"),
    ("sqlx::", "the core knows no database"),
    ("tracing::", "the core does not log"),
    ("println!", "the core does not print"),
    ("std::fs", "the core reads no files"),
    ("std::net", "the core knows no network"),
    ("std::env", "the core knows no environment"),
    ("std::process", "the core starts nothing"),
    ("std::thread", "the core is one thread"),
    ("getrandom", "the core has no randomness"),
    ("thread_rng", "the core has no randomness"),
    ("now_v7", "the shell makes identifiers and passes them in"),
    ("new_v4", "the shell makes identifiers and passes them in"),
    ("HashMap", "its order differs from run to run; use BTreeMap"),
    ("HashSet", "its order differs from run to run; use BTreeSet"),
    ("TimeZone::get", "looks up a time zone; the core knows +08:00 only"),
    ("TimeZone::system", "looks up a time zone; the core knows +08:00 only"),
];

/// A crate that one place knows: (its path in code, where it may stand, what to say).
const HOMES: &[(&str, &[&str], &str)] = &[
    ("serde_yaml", &["engine/src/source.rs", "engine/src/source/"], "only `source` knows YAML"),
    ("sqlx", &["engine/src/store.rs", "engine/src/store/", "tests/"], "only `store` knows SQL"),
    ("lettre", &["engine/src/notify.rs", "engine/src/notify/"], "only `notify` sends mail"),
    ("axum", &["web/src/"], "only `web` knows HTTP"),
    ("tower_http", &["web/src/"], "only `web` knows HTTP"),
    ("fantoccini", &["tests/"], "only tests drive a browser"),
];

/// What a statement of SQL looks like, in lower case: its first words and a word that must follow.
const SQL: &[(&str, &str)] = &[
    ("select ", " from "),
    ("insert into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table", ""),
    ("create index", ""),
    ("create unique index", ""),
    ("alter table", ""),
    ("drop table", ""),
    ("pragma ", ""),
];

/// Business words that the engine must not know; the files in `workflows/` and `forms/` do.
const DOMAIN: &[&str] = &[
    "marriage",
    "funeral",
    "pension",
    "subsidy",
    "deceased",
    "cremation",
    "补正",
    "结婚",
    "身后",
    "殡葬",
    "抚恤",
    "丧葬",
    "民政",
];

/// What a Rust file must not say.
#[must_use]
pub fn in_rust(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if name == "mod.rs" || name.starts_with("util") || name.starts_with("helper") || name == "common.rs" {
        found.push(file.finding(1, "a file is named after the one thing it holds"));
    }
    found.extend(scan(file, &file.layers.code, LEFTOVERS));
    for word in ["TODO", "FIXME", "XXX"] {
        found.extend(scan(file, &file.layers.comments, &[(word, "do it, or say what is so")]));
    }
    for (word, homes, say) in HOMES {
        if !homes.iter().any(|home| file.path.starts_with(home)) {
            let path = format!("{word}::");
            found.extend(scan(file, &file.layers.code, &[(path.as_str(), *say)]));
        }
    }
    if file.is_test {
        let sleeps = [("sleep(", "a test turns the clock or waits for the event")];
        found.extend(scan(file, &file.layers.code, &sleeps));
        return found;
    }
    let module = module_of(&file.path);
    if module != Some("time") {
        found.extend(scan(file, &file.code, CLOCK));
    }
    if module.is_some_and(|module| PURE.contains(&module)) {
        found.extend(scan(file, &file.code, IMPURE));
    }
    if module.is_some() {
        found.extend(domain_words(file));
    }
    if !file.path.starts_with("engine/src/store") {
        found.extend(sql(file));
    }
    found.extend(panics(file));
    found
}

/// `unwrap` and `expect` outside tests: what comes from outside is an error value, what cannot be is `unreachable!`
/// with its reason.
fn panics(file: &SourceFile) -> Vec<Finding> {
    let rules = [(".unwrap()", "an error is a value, not a panic"), (".expect(", "an error is a value, not a panic")];
    let text: Vec<&str> = file.text.lines().collect();
    scan(file, &file.code, &rules)
        .into_iter()
        .filter(|finding| {
            let line = text.get(finding.line - 1).copied().unwrap_or_default();
            !REVIEWED_PANICS.iter().any(|(known, part, _)| file.path == *known && line.contains(part))
        })
        .collect()
}

fn domain_words(file: &SourceFile) -> Vec<Finding> {
    let rules = DOMAIN.iter().map(|word| (*word, "the engine knows no business; say it in workflows/ or forms/"));
    let rules: Vec<Rule> = rules.collect();
    let mut found = scan(file, &file.code.to_lowercase(), &rules);
    found.extend(scan(file, &file.strings.to_lowercase(), &rules));
    found
}

/// Statements of SQL in string literals.
fn sql(file: &SourceFile) -> Vec<Finding> {
    let lines: Vec<String> = file.strings.lines().map(|line| line.trim().to_lowercase()).collect();
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        // A statement may go over a few lines.
        let ahead = lines[n..lines.len().min(n + 8)].join(" ");
        if SQL.iter().any(|(first, then)| line.starts_with(first) && ahead.contains(then)) {
            found.push(file.finding(n + 1, "SQL: only `store` knows SQL"));
        }
    }
    found
}

/// What no text file may say: machine paths, names of places outside the repository.
#[must_use]
pub fn in_any_file(file: &SourceFile) -> Vec<Finding> {
    // In two pieces, so that this file does not find itself.
    let places = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/Us", "ers/"),
        concat!("/tmp/", "wt"),
        concat!("../sha", "red"),
        concat!("crates", ".io"),
        concat!("npmjs", ".org"),
        concat!("rsproxy", ".cn"),
    ];
    let rules: Vec<Rule> = places.iter().map(|place| (*place, "a place outside this repository")).collect();
    scan(file, &file.text, &rules)
}

/// Each dependency of the workspace has a sentence above it saying why it is here; panics unwind.
#[must_use]
pub fn in_workspace_table(file: &SourceFile) -> Vec<Finding> {
    let mut found = scan(file, &file.text, &[("panic = \"abort\"", "a panic in one request must not end the others")]);
    let (mut inside, mut explained) = (false, false);
    for (n, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if line.starts_with('#') {
            explained = true;
            continue;
        } else if inside && line.contains('=') && !explained {
            found.push(file.finding(n + 1, "a dependency needs one sentence above it saying why"));
        }
        explained = false;
    }
    found
}

fn scan(file: &SourceFile, layer: &str, rules: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, line) in layer.lines().enumerate() {
        for (word, instead) in rules {
            let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
            let method = word.starts_with('.') && !word.ends_with('(');
            if line.match_indices(word).any(|(at, _)| !method || ends(&line[at + word.len()..])) {
                found.push(file.finding(n + 1, format!("`{word}`: {instead}")));
            }
        }
    }
    found
}
