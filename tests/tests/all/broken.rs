//! Broken definitions: each folder below `tests/broken` holds a mistake and the exact problems that it must give. It
//! must never accept a problem without a cure in both languages.
//!
//! A folder holds YAML files and `expected`: one line per problem, `CODE FILE:LINE:COLUMN`, sorted. The files in
//! `tests/broken/base` (an organisation, forms) are checked along with every sample and are clean themselves.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The language is useless to an office if its mistakes are not explained; so many are.
const AT_LEAST: usize = 60;

fn folder() -> PathBuf {
    onething_tests::repository().join("tests/broken")
}

/// The problems of these folders together.
fn check(paths: &[&Path]) -> Vec<Value> {
    let mut command = Command::new(onething_tests::product());
    let output = command.args(["check", "--format", "json"]).args(paths).output().expect("the product");
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{paths:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    let problems = answer["problems"].as_array().expect("a list of problems").clone();
    let wrong = problems.iter().any(|problem| problem["severity"] == "error");
    assert_eq!(output.status.code(), Some(i32::from(wrong)), "{paths:?}");
    problems
}

/// `CODE FILE:LINE:COLUMN`, with the file as its folder names it.
fn place(problem: &Value, folder: &Path) -> String {
    let file = problem["file"].as_str().expect("a file");
    let file = Path::new(file).strip_prefix(folder).map_or(file.to_owned(), |inside| inside.display().to_string());
    format!("{} {file}:{}:{}", problem["code"].as_str().expect("a code"), problem["line"], problem["column"])
}

/// What is wrong with the advice of a problem.
fn poor_advice(problem: &Value) -> Vec<String> {
    let mut poor = Vec::new();
    for part in ["message", "cure"] {
        let (zh, en) = (problem[part]["zh"].as_str().unwrap_or(""), problem[part]["en"].as_str().unwrap_or(""));
        if zh.trim().is_empty() || en.trim().is_empty() {
            poor.push(format!("{} has no {part} in both languages", problem["code"]));
        } else if zh == en {
            poor.push(format!("{}: the {part} is the same in both languages: {zh}", problem["code"]));
        }
    }
    poor
}

fn samples() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("tests/broken");
    let mut samples: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder").path()).collect();
    samples.retain(|path| path.is_dir() && !path.ends_with("base"));
    samples.sort();
    samples
}

#[test]
fn every_broken_sample_gives_exactly_its_problems_with_advice() {
    let base = folder().join("base");
    let mut wrong = Vec::new();
    let mut codes = BTreeSet::new();
    for sample in samples() {
        let name = sample.file_name().expect("a name").to_string_lossy().into_owned();
        let expected = std::fs::read_to_string(sample.join("expected")).unwrap_or_default();
        let expected: Vec<&str> = expected.lines().filter(|line| !line.trim().is_empty()).collect();
        if expected.is_empty() {
            wrong.push(format!("{name}: nothing is expected of it"));
        }
        let problems = check(&[&base, &sample]);
        let found: Vec<String> = problems.iter().map(|problem| place(problem, &sample)).collect();
        if expected != found {
            wrong.push(format!("{name}:\n  expected {expected:#?}\n  found {found:#?}"));
        }
        for problem in &problems {
            codes.insert(problem["code"].as_str().unwrap_or("").to_owned());
            wrong.extend(poor_advice(problem).into_iter().map(|poor| format!("{name}: {poor}")));
        }
    }
    println!("{} samples show {} kinds of problems", samples().len(), codes.len());
    assert!(wrong.is_empty(), "{} of the samples are not as expected:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_enough_broken_samples() {
    let count = samples().len();
    assert!(count >= AT_LEAST, "{count} samples; at least {AT_LEAST} are wanted");
}

#[test]
fn the_base_of_the_broken_samples_is_clean() {
    let problems = check(&[&folder().join("base")]);
    assert_eq!(problems, Vec::<Value>::new());
}

#[test]
fn a_problem_without_a_cure_is_found() {
    let good =
        serde_json::json!({"code": "E0", "message": {"zh": "错", "en": "wrong"}, "cure": {"zh": "改", "en": "mend"}});
    assert_eq!(poor_advice(&good), Vec::<String>::new());
    let bad = serde_json::json!({"code": "E0", "message": {"zh": "x", "en": "x"}, "cure": {"zh": "改", "en": ""}});
    assert_eq!(poor_advice(&bad).len(), 2);
}
