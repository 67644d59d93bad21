//! `onething trace` as another program sees it: lines of JSON. It must never look inside the product.

use onething_tests::folder::Folder;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const CHART: &str = "\
process: sample
variables: {n: 0}
states:
  a:
    on:
      go: b
      add: {do: [{set: {n: n + event.data}}, {send: added}]}
      loop: {do: [{raise: loop}]}
    after: {2 hours: late}
  b: {states: {b1: {on: {end: done}}, b2: {}}}
  late: {}
  done: {type: final}
";

struct Answer {
    exit: Option<i32>,
    lines: Vec<Value>,
    out: String,
    errors: String,
}

fn trace(chart: &str, arguments: &[&str], input: &str) -> Answer {
    let folder = Folder::new("trace").expect("a folder");
    let file = folder.path().join("chart.yaml");
    std::fs::write(&file, chart).expect("a file");
    let mut child = Command::new(onething_tests::product())
        .arg("trace")
        .arg(&file)
        .args(arguments)
        .args(["--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the product");
    // A program that does not read its input may have closed it already.
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    drop(written);
    let output = child.wait_with_output().expect("an answer");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    Answer { exit: output.status.code(), lines, out, errors: String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// One key of every line.
fn column(answer: &Answer, key: &str) -> Value {
    answer.lines.iter().map(|line| line[key].clone()).collect()
}

#[test]
fn every_macrostep_is_a_line_with_all_its_keys() {
    let answer = trace(CHART, &["--event", "add=3", "--event", "nothing", "--event", "go"], "");
    assert_eq!(answer.exit, Some(0), "{}", answer.errors);
    assert_eq!(column(&answer, "input"), json!([0, 1, 1, 2, 3]));
    assert_eq!(column(&answer, "cause"), json!(["start", "event", "send", "event", "event"]));
    assert_eq!(column(&answer, "event"), json!([null, "add", "added", "nothing", "go"]));
    let expected = json!({
        "input": 3, "cause": "event", "event": "go", "active": ["b1"], "entered": ["b", "b1"], "exited": ["a"],
        "rejected": null, "variables": {"n": 3}, "tasks": [], "due": [], "outbox": [],
    });
    assert_eq!(answer.lines[4], expected);
    assert_eq!(answer.lines[0]["due"], json!([{"event": "due.a.1", "id": "due.a.1", "in_ms": 7_200_000}]));
}

#[test]
fn events_and_time_are_played_in_the_order_of_the_arguments() {
    let late = trace(CHART, &["--advance", "2 hours", "--event", "go"], "");
    assert_eq!(column(&late, "active"), json!([["a"], ["late"], ["late"]]));
    assert_eq!(column(&late, "cause"), json!(["start", "timer", "event"]));
    assert_eq!(column(&late, "input"), json!([0, 1, 2]));
    let early = trace(CHART, &["--event", "go", "--advance", "2 hours"], "");
    assert_eq!(column(&early, "active"), json!([["a"], ["b1"]]));
}

#[test]
fn standard_input_says_the_same() {
    let answer = trace(CHART, &["--event", "x", "--events", "-"], "add=4\n\n# so late\n--advance 2 hours\ngo\n");
    assert_eq!(answer.exit, Some(0), "{}", answer.errors);
    assert_eq!(column(&answer, "input"), json!([0, 1, 2, 2, 3, 4]));
    assert_eq!(answer.lines[5]["active"], json!(["late"]));
}

#[test]
fn a_refused_event_changes_nothing() {
    let answer = trace(CHART, &["--event", "add=1", "--event", "loop", "--event", "go"], "");
    assert_eq!(answer.exit, Some(0), "{}", answer.errors);
    let refused = &answer.lines[3];
    assert_eq!(refused["rejected"]["code"], "endless", "{}", answer.out);
    assert_eq!((&refused["active"], &refused["variables"]), (&json!(["a"]), &json!({"n": 1})));
    assert_eq!(answer.lines[4]["active"], json!(["b1"]));
}

#[test]
fn a_finished_chart_answers_nothing_more() {
    let answer = trace(CHART, &["--event", "go", "--event", "end", "--event", "go", "--advance", "9 hours"], "");
    assert_eq!(column(&answer, "active"), json!([["a"], ["b1"], ["done"], ["done"]]));
    assert_eq!(answer.lines[3]["entered"], json!([]));
}

#[test]
fn a_chart_that_wakes_itself_for_ever_is_stopped() {
    let chart = "process: x\nstates: {a: {after: {1 millisecond: a}}}\n";
    let answer = trace(chart, &["--advance", "9000 hours", "--event", "x"], "");
    assert_eq!(answer.exit, Some(0), "{}", answer.errors);
    let refused = answer.lines.iter().filter(|line| line["rejected"]["code"] == "too_many_timers").count();
    assert!(refused >= 1, "nothing is refused in {} lines", answer.lines.len());
}

#[test]
fn a_bad_file_gives_its_problems_and_1_and_a_bad_input_2() {
    let answer = trace("process: x\nstates: {a: {on: {e: b, f: c}}}\n", &["--event", "e"], "");
    assert_eq!(answer.exit, Some(1), "{}", answer.errors);
    let codes: Vec<&Value> =
        answer.lines[0]["problems"].as_array().expect("problems").iter().map(|p| &p["code"]).collect();
    assert_eq!(codes, ["E0301", "E0301"]);
    for wrong in [["--event", "a={"], ["--event", "a=0.5"], ["--advance", "3"], ["--events", "file"], ["--evnt", "a"]] {
        let answer = trace(CHART, &wrong, "");
        assert_eq!(answer.exit, Some(2), "{wrong:?}: {}", answer.errors);
        assert!(answer.out.is_empty() && !answer.errors.contains("panicked"), "{wrong:?}: {}", answer.errors);
    }
    assert_eq!(trace(CHART, &["--events", "-"], "two words\n").exit, Some(2));
}

#[test]
fn every_chart_of_the_documentation_can_be_played() {
    let text = std::fs::read_to_string(onething_tests::repository().join("docs/statecharts.md")).expect("the page");
    let charts: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(charts.len(), 2, "charts on the page");
    for chart in &charts {
        let answer = trace(chart, &[], "");
        assert_eq!((answer.exit, &answer.lines[0]["rejected"]), (Some(0), &Value::Null), "{chart}\n{}", answer.out);
    }
    let inputs = "sorted\nring\npause\ngo_on\nhanded_over={\"signed\": true}\n";
    let answer = trace(charts[0], &["--events", "-"], inputs);
    let expected = json!([["sorting"], ["on_road"], ["at_door"], ["held"], ["at_door"], ["end"]]);
    assert_eq!(column(&answer, "active"), expected, "{}", answer.out);
}
