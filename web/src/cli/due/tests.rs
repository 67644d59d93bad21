//! The command from its arguments to what it prints.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    due: Due,
}

fn due(arguments: &[&str]) -> Result<String, String> {
    let line = Line::try_parse_from([&["due"], arguments].concat()).map_err(|error| error.to_string())?;
    let language = line.due.lang.language();
    answer(&line.due).map_err(|refusal| match refusal {
        Refusal::Usage(message) => message.get(language).to_owned(),
        Refusal::Calendar(problems) => problems,
    })
}

fn json_of(arguments: &[&str]) -> Json {
    let text = due(&[arguments, &["--format", "json", "--lang", "en"]].concat()).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn json_names_the_last_day_the_instant_after_it_and_the_proof() {
    let answer = json_of(&["--from", "2025-09-30", "--limit", "3 workdays"]);
    assert_eq!(answer["due_on"], "2025-10-11");
    assert_eq!(answer["due_at"], "2025-10-12T00:00:00+08:00");
    assert_eq!(answer["provisional"], false);
    let proof = answer["proof"].as_array().unwrap();
    assert_eq!(proof.len(), 12);
    assert_eq!(proof[11]["text"], "2025-10-11 (Sat): make-up working day for National Day, counted (3 days so far)");
    assert_eq!(proof.iter().filter(|line| line["counted"] == true).count(), 3);
}

#[test]
fn dates_local_times_and_instants_are_starts() {
    let at = |from: &str| json_of(&["--from", from, "--limit", "24 hours"])["due_at"].clone();
    assert_eq!(at("2025-09-30"), "2025-10-01T00:00:00+08:00");
    assert_eq!(at("2025-09-30T16:50"), "2025-10-01T16:50:00+08:00");
    assert_eq!(at("2025-09-30 16:50:30"), "2025-10-01T16:50:30+08:00");
    assert_eq!(at("2025-09-30T16:50:00Z"), "2025-10-02T00:50:00+08:00");
    assert_eq!(at("2025-09-30T16:50:00.250+09:00"), "2025-10-01T15:50:00.250+08:00");
    // The day of an instant is its day at +08:00.
    let days = |from: &str| json_of(&["--from", from, "--limit", "1 workday"])["due_on"].clone();
    assert_eq!(
        (days("2025-09-25T15:59:59Z"), days("2025-09-25T16:00:00Z")),
        ("2025-09-26".into(), "2025-09-28".into())
    );
}

#[test]
fn pauses_rolls_and_coverage_show() {
    let paused = ["--from", "2025-09-22", "--limit", "5 workdays", "--pause", "2025-09-25..2025-09-28"];
    assert_eq!(json_of(&paused)["due_on"], "2025-09-30");
    let twice = [&paused[..], &["--pause", "2025-09-29..2025-09-30"]].concat();
    assert_eq!(json_of(&twice)["due_on"], "2025-10-09");
    let open = json_of(&["--from", "2025-09-22", "--limit", "5 workdays", "--pause", "2025-09-25.."]);
    assert_eq!((&open["due_on"], &open["due_at"]), (&Json::Null, &Json::Null));
    assert_eq!(open["paused"]["left_ms"], 3 * 86_400_000);
    for (roll, last) in [("rest_day", "2023-10-07"), ("holiday", "2023-10-07"), ("none", "2023-09-29")] {
        let answer = json_of(&["--from", "2023-09-22", "--limit", "7 days", "--roll", roll]);
        assert_eq!(answer["due_on"], last, "{roll}");
    }
    assert_eq!(json_of(&["--from", "2026-12-30", "--limit", "3 workdays"])["provisional"], true);
}

#[test]
fn text_is_for_people_in_both_languages() {
    let arguments = ["--from", "2026-12-31", "--limit", "1 workday", "--explain"];
    let text = due(&arguments).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "最后一日为 2027-01-01（周五）（暂定，待日历公布后重算）");
    assert_eq!(lines[1], "自 2027-01-02T00:00:00+08:00 起逾期");
    assert!(lines[3].contains("暂按周一至周五推算"));
    assert_eq!(lines.len(), 5);
    let english = due(&[&arguments[..4], &["--lang", "en"]].concat()).unwrap();
    assert_eq!(english.lines().count(), 2);
    assert!(english.starts_with("the last day is 2027-01-01 (Fri) (provisional"));
}

#[test]
fn wrong_arguments_are_refused_with_advice() {
    for (arguments, advice) in [
        (vec!["--from", "2025-09-30", "--limit", "3"], "3 workdays"),
        (vec!["--from", "2025-09-31", "--limit", "3 days"], "2025-09-31"),
        (vec!["--from", "2025-09-30T25:00", "--limit", "3 days"], "T25:00"),
        (vec!["--from", "2025-09-30T10:00[Asia/Shanghai]", "--limit", "3 days"], "Shanghai"),
        (vec!["--from", "0001-01-01", "--limit", "3 days"], "0001"),
        (vec!["--from", "2025-09-30", "--limit", "3 days", "--pause", "2025-10-01"], "A..B"),
        (vec!["--from", "2025-09-30", "--limit", "3 days", "--pause", "2025-10-02..2025-10-01"], "before it begins"),
        (
            vec!["--from", "2025-09-30", "--limit", "3 days", "--pause", "2025-10-01..", "--pause", "2025-10-03.."],
            "overlap",
        ),
        (vec!["--from", "2025-09-30", "--limit", "3 days", "--calendar", "no-such-file.yaml"], "no-such-file.yaml"),
        (vec!["--from", "2025-09-30", "--limit", "3 days", "--roll", "weekend"], "rest_day"),
        (vec!["--from", "2025-09-30"], "--limit"),
    ] {
        let refusal = due(&[&arguments[..], &["--lang", "en"]].concat()).unwrap_err();
        assert!(refusal.contains(advice), "{arguments:?}: {refusal}");
    }
}
