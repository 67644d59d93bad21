//! Decision tables in a running case, told by stories: a value outside what a table covers is refused in plain words, and
//! every row that answers is counted.

use super::told::{self, published};

const PROCESS: &str = r#"
process: asking
title: {zh: 询问, en: Asking}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
variables: {percent: {type: number}}
start: {front: {by: applicant, form: wish, to: checking}}
states:
  checking:
    title: {zh: 审核, en: Checking}
    task: {by: desk.front, form: wish, limit: none, basis: 示例}
    outcomes:
      pass: {to: done, when: 'table("tier", {"count": answers.wish.count}).percent > 10'}
      count: {do: [{set: {percent: 'table("tier", {"count": answers.wish.count}).percent'}}]}
      drop: {to: dropped}
  done: {type: final, result: success}
  dropped: {type: final, result: none}
"#;

const WISH: &str = "
form: wish
title: {zh: 心愿, en: Wish}
fields:
  count: {type: number, required: false, title: {zh: 数量, en: Count}}
";

const TABLES: &str = r#"
tables:
  tier:
    title: {zh: 档次, en: Tier}
    inputs: {count: {type: number, min: 0, max: 9, title: {zh: 数量, en: Number of copies}}}
    results: {percent: number}
    rows:
      - {when: {count: "< 3"}, percent: 10}
      - {when: {count: "3..6"}, percent: 20}
      - {when: {count: "> 6"}, percent: 30}
"#;

fn asked(steps: &str) -> (String, (usize, usize, Vec<super::Line>)) {
    let files = [
        ("workflows/asking/process.yaml", PROCESS),
        ("forms/wish.yaml", WISH),
        ("workflows/parameters/asking.yaml", TABLES),
    ];
    let rules = published(&files);
    let head = "story: s\nprocess: asking\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n  - {me: start.front, with: {wish: {count: 1}}}\n";
    let played = told::played(&rules, head, steps).expect("a story");
    let problems: Vec<String> = played.problems.iter().map(|problem| problem.message.en.clone()).collect();
    let rows = played.coverage.rows(&rules.tables);
    (problems.join("\n"), rows)
}

#[test]
fn what_a_table_does_not_cover_is_refused_by_the_name_of_the_field() {
    let (failures, _) = asked("  - {ann: checking.pass, with: {wish: {count: 10}}}\n");
    assert!(failures.contains("table_silent"), "{failures}");
    assert!(failures.contains("“Number of copies” is outside what the table “Tier” covers (0–9)"), "{failures}");
    assert!(failures.contains("is kept"), "{failures}");
    // A figure that is computed is no other matter: nothing happens silently.
    let (failures, _) = asked(
        "  - {ann: checking.count, with: {wish: {count: -1}}, refused: table_silent}\n  - expect: {in: [checking]}\n",
    );
    assert_eq!(failures, "");
    let (failures, _) = asked("  - {ann: checking.pass, with: {wish: {}}}\n");
    assert!(failures.contains("Something that the table “Tier” needs was not answered"), "{failures}");
}

#[test]
fn a_condition_that_simply_does_not_hold_is_refused_as_before() {
    let (failures, _) = asked("  - {ann: checking.pass, with: {wish: {count: 2}}, refused: not_offered_now}\n");
    assert_eq!(failures, "");
}

#[test]
fn rows_that_no_story_asks_are_listed_with_their_line() {
    let (failures, (answered, all, missing)) = asked("  - {ann: checking.pass, with: {wish: {count: 5}}}\n");
    assert_eq!((failures.as_str(), answered, all), ("", 1, 3));
    let lines: Vec<(u32, &str)> = missing.iter().map(|line| (line.line, line.label.as_str())).collect();
    assert_eq!(lines, [(8, "tier (1)"), (10, "tier (3)")]);
    assert_eq!(missing[0].file, "workflows/parameters/asking.yaml");
}
