//! `onething fragments`: the page that lists the fragments, with what each asks for and how each ends. It must never say
//! anything that does not stand in their files.

use super::{check, usage};
use clap::Args;
use onething_engine::source::{Node, Problems, Source, parse_into};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which files.
#[derive(Debug, Args)]
pub struct Fragments {
    /// Files and folders; `workflows/fragments` if none are named
    paths: Vec<PathBuf>,
}

const HEAD: &str = "# Fragments\n\n\
    Pieces that several services share. `use: NAME` puts one into a state or an item, `with` gives it its inputs, and its ends\n\
    are mapped by name (see [definitions.md](definitions.md#fragments)). This page is printed by `onething fragments`.\n";

/// Prints the page; 1 if a file cannot be read, 2 if there is none.
pub fn run(wanted: &Fragments) -> ExitCode {
    let paths = if wanted.paths.is_empty() { vec!["workflows/fragments".into()] } else { wanted.paths.clone() };
    let problems = Problems::new();
    let sources = match check::sources(&paths, &problems) {
        Ok(sources) => sources,
        Err(message) => return usage(&message),
    };
    let mut pieces = BTreeMap::new();
    for source in &sources {
        let Some(node) = parse_into(source, &problems) else { continue };
        if let Some(name) = word(&node, "fragment") {
            pieces.insert(name.to_owned(), piece(name, &node, source));
        }
    }
    if problems.has_errors() {
        eprintln!("onething: some files cannot be read; `onething check` says why");
        return ExitCode::FAILURE;
    }
    print!("{HEAD}{}", pieces.into_values().collect::<String>());
    ExitCode::SUCCESS
}

fn word<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_text)
}

/// A title in both languages; one text where it has only one.
fn title(node: &Node) -> String {
    let Some(title) = node.get("title") else { return String::new() };
    match (word(title, "zh"), word(title, "en")) {
        (Some(zh), Some(en)) => format!("{zh} · {en}"),
        _ => title.as_text().unwrap_or_default().to_owned(),
    }
}

fn piece(name: &str, node: &Node, source: &Source) -> String {
    let mut page = format!("\n## {name}\n\n{}\n", title(node));
    let about = source.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let about = about.collect::<Vec<_>>().join("\n");
    // Writing to a text cannot fail.
    if !about.is_empty() {
        writeln!(page, "\n{about}").unwrap_or_default();
    }
    if let Some(other) = word(node, "use") {
        writeln!(page, "\nIt is [{other}](#{other}) with some of its inputs set, and ends as that does.")
            .unwrap_or_default();
    }
    let inputs = node.get("inputs").map(Node::entries).unwrap_or_default();
    if !inputs.is_empty() {
        page += "\n| input | type | if it is not given |\n|---|---|---|\n";
    }
    for input in inputs {
        let kind = word(&input.value, "type").unwrap_or_default();
        let default = match word(&input.value, "default") {
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{}`", default.replace('|', "\\|")),
            None => "must be given".to_owned(),
        };
        writeln!(page, "| `{}` | {kind} | {default} |", input.key).unwrap_or_default();
    }
    let states = node.get("states").map(Node::entries).unwrap_or_default();
    let ends: Vec<String> = states
        .iter()
        .filter(|state| matches!(word(&state.value, "type"), Some("final" | "rest")))
        .map(|state| {
            let title = title(&state.value);
            let said = [word(&state.value, "result").unwrap_or_default(), &title];
            let said: Vec<&str> = said.into_iter().filter(|word| !word.is_empty()).collect();
            if said.is_empty() { format!("`{}`", state.key) } else { format!("`{}` ({})", state.key, said.join(", ")) }
        })
        .collect();
    if !ends.is_empty() {
        writeln!(page, "\nEnds: {}.", ends.join("; ")).unwrap_or_default();
    }
    page
}
