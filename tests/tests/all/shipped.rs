//! The processes that are shipped: clean, told by stories from end to end, and drawn the same way every time.

use std::process::{Command, Stdio};

fn onething(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(onething_tests::product())
        .args(arguments)
        .current_dir(onething_tests::repository())
        .stdin(Stdio::null())
        .output()
        .expect("the product");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_shipped_definitions_are_clean() {
    let (exit, out) = onething(&["check", "workflows", "forms", "--lang", "en"]);
    assert_eq!(exit, Some(0), "{out}");
    assert!(out.contains("0 errors"), "{out}");
}

#[test]
fn every_story_holds_and_every_transition_is_told() {
    let (exit, out) = onething(&["test", "workflows", "forms", "--coverage", "--lang", "en"]);
    assert_eq!(exit, Some(0), "{out}");
    assert!(out.contains("(100 %)"), "{out}");
    // A run that found no story would hold as well.
    let told = out.lines().find_map(|line| line.split_once(" stories, ")?.0.parse::<u32>().ok()).unwrap_or(0);
    assert!(told >= 9, "only {told} stories: {out}");
}

#[test]
fn a_diagram_has_the_same_bytes_every_time_and_speaks_chinese() {
    for arguments in [
        &["diagram", "after-death"][..],
        &["diagram", "after-death", "--open", "running"],
        &["diagram", "marriage", "--format", "mermaid"],
    ] {
        let (exit, first) = onething(arguments);
        let (_, second) = onething(arguments);
        assert_eq!(exit, Some(0), "{arguments:?}");
        assert_eq!(first, second, "{arguments:?}");
        assert!(
            first.contains("工作日") || first.contains("注销户口") || first.contains("婚姻"),
            "{arguments:?}: {first}"
        );
    }
    let (exit, out) = onething(&["diagram", "no-such-process"]);
    assert_eq!((exit, out.as_str()), (Some(2), ""));
}
