//! All pictures at once: every process, every level inside it, every fragment as its first use shows it. It must never
//! draw what no definition runs.

use onething_engine::definition::ProcessDefinition;
use onething_engine::diagram::{Diagram, diagram, svg};
use onething_engine::kernel::{StateId, Statechart};
use onething_engine::rulebook::Rulebook;
use onething_engine::source::Source;
use onething_engine::text::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A level with fewer boxes says nothing that its surroundings do not say.
const BOXES_MIN: usize = 2;

/// Writes `NAME.svg` and `NAME.en.svg` for everything; gives the number of files.
pub fn draw(rules: &Rulebook, sources: &[Source], folder: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let mut pictures: BTreeMap<String, String> = BTreeMap::new();
    let latest = rules.published.keys().filter_map(|name| rules.choose(name, jiff::civil::Date::MAX));
    let definitions: Vec<&Arc<ProcessDefinition>> = latest.collect();
    for (ending, language) in [("svg", Language::Zh), ("en.svg", Language::En)] {
        for definition in &definitions {
            for (name, drawn) in levels(rules, definition, language) {
                pictures.insert(format!("{name}.{ending}"), svg(&drawn));
            }
        }
        for source in sources.iter().filter(|source| source.path.contains("/fragments/")) {
            for (name, drawn) in fragment(rules, &definitions, source, language) {
                pictures.insert(format!("{name}.{ending}"), svg(&drawn));
            }
        }
    }
    for (name, picture) in &pictures {
        std::fs::write(folder.join(name), picture)?;
    }
    Ok(pictures.len())
}

/// The process, and each level inside it that its own file wrote.
fn levels(rules: &Rulebook, definition: &ProcessDefinition, language: Language) -> Vec<(String, Diagram)> {
    let own = &definition.state(Statechart::ROOT).place.file;
    let mut found = vec![(definition.name.clone(), level(rules, definition, Statechart::ROOT, language))];
    for state in definition.chart.ids().skip(1).filter(|state| !definition.state(*state).generated) {
        let inside: Vec<StateId> = definition.chart.real_children(state).collect();
        if inside.is_empty() || inside.iter().any(|child| definition.state(*child).place.file != *own) {
            continue;
        }
        if definition.items.iter().any(|item| item.state == state) {
            continue;
        }
        let drawn = level(rules, definition, state, language);
        if drawn.nodes.len() >= BOXES_MIN {
            found.push((format!("{}.{}", definition.name, definition.state(state).path), drawn));
        }
    }
    found
}

/// A fragment as the first process uses it that does, with the levels inside.
fn fragment(
    rules: &Rulebook,
    definitions: &[&Arc<ProcessDefinition>],
    source: &Source,
    language: Language,
) -> Vec<(String, Diagram)> {
    let file = source.path.rsplit('/').next().unwrap_or(&source.path).trim_end_matches(".yaml");
    for definition in definitions {
        let wrote = |state: StateId| definition.state(state).place.file == source.path;
        let inside = |state: StateId| definition.chart.real_children(state).any(wrote);
        let Some(first) = definition.chart.ids().skip(1).find(|state| inside(*state) && !wrote(*state)) else {
            continue;
        };
        let mut found = Vec::new();
        let mut names = BTreeSet::new();
        for state in std::iter::once(first).chain(definition.chart.ids()) {
            let below = state == first || (definition.chart.is_inside(state, first) && wrote(state));
            if !below || !inside(state) || definition.state(state).generated {
                continue;
            }
            let path = definition.state(state).path.strip_prefix(&definition.state(first).path).unwrap_or_default();
            let name = format!("fragment-{file}{path}");
            let drawn = level(rules, definition, state, language);
            if drawn.nodes.len() >= BOXES_MIN && names.insert(name.clone()) {
                found.push((name, drawn));
            }
        }
        return found;
    }
    Vec::new()
}

fn level(rules: &Rulebook, definition: &ProcessDefinition, inside: StateId, language: Language) -> Diagram {
    diagram(definition, &rules.organisation, inside, &BTreeSet::new(), language)
}
