//! The documents say what is so: links lead somewhere, pictures are drawn from the definitions that ship, commands and
//! tests they name exist. A document must never name what is not there.

use onething_tests::folder::Folder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn documents() -> Vec<PathBuf> {
    let root = onething_tests::repository();
    let folders = [root.join("docs"), root];
    let pages = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let mut found: Vec<PathBuf> = pages.map(|page| page.expect("a page").path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn onething(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(onething_tests::product())
        .args(arguments)
        .current_dir(onething_tests::repository())
        .stdin(Stdio::null())
        .output()
        .expect("the product");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where the links and pictures of a page lead, without those that leave the repository.
fn links(text: &str) -> Vec<&str> {
    let inside = |link: &&str| !link.contains("://") && !link.starts_with('#');
    text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).filter(inside).collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let mut dead = Vec::new();
    for page in documents() {
        let text = read(&page);
        let folder = page.parent().expect("a folder");
        dead.extend(links(&text).iter().filter(|link| !folder.join(link).exists()).map(|l| format!("{page:?}: {l}")));
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert_eq!(links("[a](docs/b.md#c) ![d](e.svg) [f](https://x)"), ["docs/b.md", "e.svg"]);
}

#[test]
fn every_diagram_is_drawn_from_the_definition_that_ships() {
    let kept = onething_tests::repository().join("docs/diagrams");
    let fresh = Folder::new("diagrams").expect("a folder");
    let (exit, _) = onething(&["diagram", "--all", &fresh.path().display().to_string()]);
    assert_eq!(exit, Some(0));
    let (kept, drawn) = (pictures(&kept), pictures(fresh.path()));
    let cure = "delete docs/diagrams and run: onething diagram --all docs/diagrams";
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&kept), names(&drawn), "{cure}");
    let stale: Vec<&String> = drawn.iter().filter(|(name, text)| kept[*name] != **text).map(|(name, _)| name).collect();
    assert!(stale.is_empty(), "{stale:?} are out of date; {cure}");
    for process in shipped() {
        assert!(drawn.contains_key(&format!("{process}.svg")), "{process} has no picture");
    }
}

/// Every file of a folder, by its name.
fn pictures(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = files.map(|file| file.expect("a file").path());
    files.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), read(&path))).collect()
}

/// Names of the shipped processes: the first key of their files.
fn shipped() -> BTreeSet<String> {
    let root = onething_tests::repository().join("workflows");
    let folders = std::fs::read_dir(root).expect("workflows").map(|folder| folder.expect("a folder").path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let texts = files.map(|file| read(&file.expect("a file").path()));
    let name = |text: String| {
        let line = text.lines().find(|line| line.starts_with("process: "))?.to_owned();
        let story = text.lines().any(|line| line.starts_with("story: "));
        (!story).then(|| line["process: ".len()..].trim().to_owned())
    };
    let names: BTreeSet<String> = texts.filter_map(name).collect();
    assert!(names.len() >= 2, "{names:?}");
    names
}

#[test]
fn the_page_of_fragments_is_printed_from_those_that_ship() {
    let (exit, printed) = onething(&["fragments"]);
    assert_eq!(exit, Some(0));
    let kept = read(&onething_tests::repository().join("docs/fragments.md"));
    assert!(printed == kept, "docs/fragments.md is out of date; run: onething fragments > docs/fragments.md");
    assert!(printed.contains("\n## item\n") && printed.contains("| `office` | office | must be given |"), "{printed}");
}

#[test]
fn every_command_that_a_page_names_exists() {
    let mut named = BTreeSet::new();
    for page in documents() {
        for line in read(&page).lines() {
            let Some(rest) = ["onething ", "cargo run --release -- "].iter().find_map(|start| line.strip_prefix(start))
            else {
                continue;
            };
            let word = rest.split_whitespace().next().unwrap_or_default();
            assert_eq!(onething(&[word, "--help"]).0, Some(0), "{}: `{line}`", page.display());
            named.insert(word.to_owned());
        }
    }
    assert!(named.len() >= 4, "{named:?}");
}

#[test]
fn the_map_names_every_module_in_reading_order() {
    let root = onething_tests::repository();
    let page = read(&root.join("docs/architecture.md"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let modules: Vec<String> = read(&root.join("engine/src/lib.rs"))
        .lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.trim_end_matches(';').to_owned()))
        .collect();
    let mapped: Vec<&str> = rows.filter(|row| modules.iter().any(|module| module == row)).collect();
    assert_eq!(mapped, modules, "the map in docs/architecture.md");
}

#[test]
fn every_test_and_file_that_the_architecture_names_exists() {
    let root = onething_tests::repository();
    let page = read(&root.join("docs/architecture.md"));
    let mut sources = String::new();
    gather(&root, &mut sources);
    let mut tests = 0;
    for name in page.split('`').skip(1).step_by(2) {
        if name.matches('_').count() >= 3 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            assert!(sources.contains(&format!("fn {name}(")), "docs/architecture.md names `{name}`, no test");
            tests += 1;
        }
        let path = name.split("::").next().unwrap_or_default();
        let is_path = path.contains('/') && Path::new(path).extension().is_some() && !path.contains(['*', '<', ' ']);
        if is_path {
            assert!(root.join(path).exists(), "docs/architecture.md names `{path}`, no file");
        }
    }
    assert!(tests >= 10, "only {tests} tests are named");
}

/// All Rust below a folder, in one text.
fn gather(folder: &Path, into: &mut String) {
    for part in ["engine", "web", "tests"] {
        let mut open = vec![folder.join(part)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push_str(&read(&path));
            }
        }
    }
}
