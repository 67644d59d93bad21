//! `onething due` from outside: what scripts rely on. It must never compute a date by itself.

use onething_tests::folder::Folder;
use serde_json::Value;
use std::process::{Command, Output, Stdio};

fn due(arguments: &[&str]) -> Output {
    let mut command = Command::new(onething_tests::product());
    command.arg("due").args(arguments).current_dir(onething_tests::repository()).stdin(Stdio::null());
    // The answer must not depend on where the machine stands.
    command.env("TZ", "America/New_York").output().expect("the product")
}

fn json(arguments: &[&str]) -> Value {
    let output = due(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn scripts_get_the_last_day_the_instant_after_it_and_the_proof() {
    let answer = json(&["--from", "2025-09-26", "--limit", "2 workdays"]);
    assert_eq!((&answer["due_on"], &answer["due_at"]), (&"2025-09-29".into(), &"2025-09-30T00:00:00+08:00".into()));
    assert_eq!(answer["provisional"], false);
    assert_eq!(answer["proof"].as_array().map(Vec::len), Some(4));
    let cut_off = json(&["--from", "2025-09-15", "--limit", "{before_day: 10, of: next_month}"]);
    assert_eq!(cut_off["due_on"], "2025-10-09");
    let paused = ["--from", "2025-09-22", "--limit", "5 workdays", "--pause", "2025-09-25..2025-09-28"];
    assert_eq!(json(&paused)["due_on"], "2025-09-30");
}

#[test]
fn another_calendar_is_another_answer() {
    let shipped = onething_tests::repository().join("workflows/calendars/cn.yaml");
    let text = std::fs::read_to_string(shipped).expect("the shipped calendar");
    // As it was before the notice for 2026.
    let (earlier, _) = text.split_once("  2026:\n").expect("a year 2026");
    let earlier = earlier.replace("last_covered: 2026-12-31", "last_covered: 2025-12-31");
    let folder = Folder::new("calendar").expect("a folder");
    let path = folder.path().join("earlier.yaml");
    std::fs::write(&path, &earlier).expect("a file");
    let named = path.to_str().expect("a plain path");
    let arguments = ["--from", "2025-12-31", "--limit", "1 workday"];
    let answer = json(&[&arguments[..], &["--calendar", named]].concat());
    assert_eq!((&answer["due_on"], &answer["provisional"]), (&"2026-01-01".into(), &true.into()));
    let answer = json(&arguments);
    assert_eq!((&answer["due_on"], &answer["provisional"]), (&"2026-01-04".into(), &false.into()));

    std::fs::write(&path, earlier.replace("    notice:", "    note:")).expect("a file");
    let refused = due(&[&arguments[..], &["--calendar", named]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(errors.matches("E0701").count(), 8, "one for each year: {errors}");
}

#[test]
fn what_is_called_wrongly_exits_with_two_and_says_nothing_on_standard_output() {
    let calls: [&[&str]; 8] = [
        &[],
        &["--from", "2025-09-30"],
        &["--from", "2025-09-30", "--limit", "3"],
        &["--from", "yesterday", "--limit", "3 days"],
        &["--from", "2025-09-30", "--limit", "3 days", "--roll", "weekend"],
        &["--from", "2025-09-30", "--limit", "3 days", "--pause", "2025-10-05..2025-10-01"],
        &["--from", "2025-09-30", "--limit", "3 days", "--calendar", "no/such/file.yaml"],
        &["--from", "2025-09-30", "--limit", "3 days", "--calender", "x"],
    ];
    for call in calls {
        let output = due(call);
        assert_eq!(output.status.code(), Some(2), "{call:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{call:?}");
    }
}
