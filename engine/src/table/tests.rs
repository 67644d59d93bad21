//! Tests of decision tables: answers, and what the proof finds. A second, naive check tries every combination.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::source::{Problems, Source};

const AGES: &str = r#"
tables:
  marriage_age:
    title: {zh: 法定婚龄, en: Legal age}
    inputs: {sex: [male, female], age: {type: number, min: 0, max: 150}, soldier: yes_no}
    results: {allowed: yes_no}
    rows:
      - {when: {sex: male, age: ">= 22"}, allowed: true}
      - {when: {sex: male, age: "< 22"}, allowed: false}
      - {when: {sex: female, age: ">= 20"}, allowed: true}
      - {when: {sex: female, age: "0..19"}, allowed: false}
"#;

/// The five tiers of a subsidy, as one district sets them.
const TIERS: &str = r#"
tables:
  tier:
    title: 档次
    hit: first
    inputs: {low_income: yes_no, grade: {type: number, min: 1, max: 4}, paid: {type: money, min: 0}, from: date}
    results: {percent: number, name: [full, half, none]}
    rows:
      - {when: {low_income: true, grade: [1, 2]}, percent: 35, name: full}
      - {when: {low_income: true, grade: 3..4, paid: "<= 1,000.00"}, percent: 25, name: half}
      - {when: {low_income: false, from: ">= 2025-07-01"}, percent: 60, name: full}
      - {percent: 0, name: none}
"#;

fn read(yaml: &str) -> (Option<Tables>, Vec<(&'static str, String)>) {
    let problems = Problems::new();
    let tables = lower(&[Source::new("workflows/parameters/a.yaml", yaml)], &problems);
    (tables, problems.into_vec().into_iter().map(|problem| (problem.code, problem.message.en)).collect())
}

fn ask(tables: &Tables, name: &str, inputs: &[(&str, Value)]) -> Result<Answer, NoAnswer> {
    tables.ask(name, &inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

#[test]
fn the_row_that_fits_answers() {
    let (tables, problems) = read(AGES);
    assert_eq!(problems, []);
    let tables = tables.expect("sound");
    let allowed = |sex: &str, age| {
        let answer = ask(&tables, "marriage_age", &[("sex", Value::Text(sex.into())), ("age", Value::Int(age))]);
        answer.map(|answer| (answer.row, answer.values.at("allowed").cloned()))
    };
    assert_eq!(allowed("male", 22), Ok((1, Some(Value::Bool(true)))));
    assert_eq!(allowed("male", 21), Ok((2, Some(Value::Bool(false)))));
    assert_eq!(allowed("female", 19), Ok((4, Some(Value::Bool(false)))));
    assert_eq!(allowed("other", 19), Err(NoAnswer::Mistyped { table: "marriage_age".into(), input: "sex".into() }));
    assert_eq!(allowed("female", -1), Err(NoAnswer::Outside { table: "marriage_age".into(), input: "age".into() }));
    assert_eq!(ask(&tables, "marriage_age", &[]), Err(NoAnswer::NoRow { table: "marriage_age".into() }));
    assert_eq!(ask(&tables, "age", &[]), Err(NoAnswer::Unknown("age".into())));
    assert_eq!(tables.types()["marriage_age"], Type::map([("allowed", Type::Bool)]));
}

#[test]
fn the_first_row_answers_where_the_table_says_so() {
    let (tables, problems) = read(TIERS);
    assert_eq!(problems, []);
    let tables = tables.expect("sound");
    let row = |low, grade, paid, from| {
        let inputs = [
            ("low_income", Value::Bool(low)),
            ("grade", Value::Int(grade)),
            ("paid", Value::Money(paid)),
            ("from", Value::Date(from)),
        ];
        ask(&tables, "tier", &inputs).map(|answer| answer.row)
    };
    let day = date(2025, 7, 1);
    assert_eq!(row(true, 2, 0, day), Ok(1));
    assert_eq!(row(true, 3, 100_000, day), Ok(2));
    assert_eq!(row(true, 3, 100_001, day), Ok(4));
    assert_eq!(row(false, 3, 0, day), Ok(3));
    assert_eq!(row(false, 3, 0, date(2025, 6, 30)), Ok(4));
}

#[test]
fn what_is_wrong_is_shown_with_an_example() {
    for (from, to, expected) in [
        ("age: \"< 22\"", "age: \"< 21\"", vec![("E0754", "no row answers for sex = male, age = 21, soldier = true")]),
        (
            "age: \"< 22\"",
            "age: \"<= 22\"",
            vec![("E0755", "rows 1 and 2 both answer for sex = male, age = 22, soldier = true")],
        ),
        (
            "age: \"0..19\"",
            "age: \"-5..-1\"",
            vec![
                ("E0754", "no row answers for sex = female, age = 0, soldier = true"),
                ("E0756", "row 4 never answers"),
            ],
        ),
        (
            "sex: female, age: \">= 20\"",
            "sex: femal, age: \">= 20\"",
            vec![("E0753", "the condition `femal` cannot be read")],
        ),
        ("age: \"0..19\"", "age: \"19..0\"", vec![("E0753", "the condition `19..0` cannot be read")]),
        (
            "{sex: male, age: \">= 22\"}, allowed: true",
            "{sexx: male, age: \">= 22\"}, allowed: true",
            vec![("E0751", "the table has no column `sexx`")],
        ),
        ("\">= 22\"}, allowed: true", "\">= 22\"}", vec![("E0752", "the row has no `allowed`")]),
        (
            "\">= 22\"}, allowed: true",
            "\">= 22\"}, allowed: maybe",
            vec![("E0744", "`maybe` is not a value of this type")],
        ),
        ("soldier: yes_no", "soldier: bool", vec![("E0753", "there is no type `bool`")]),
        ("results: {allowed: yes_no}", "results: {}", vec![("E0758", "a table needs inputs, results and rows")]),
    ] {
        assert!(AGES.contains(from), "{from}");
        let (tables, problems) = read(&AGES.replace(from, to));
        let problems: Vec<(&str, &str)> = problems.iter().map(|(code, text)| (*code, text.as_str())).collect();
        assert_eq!((tables, problems), (None, expected), "{to}");
    }
    let hidden = TIERS.replace(
        "      - {percent: 0, name: none}\n",
        "      - {percent: 0, name: none}\n      - {when: {grade: 1}, percent: 1, name: half}\n",
    );
    assert_eq!(read(&hidden).1, [("E0756", "row 5 never answers".to_owned())]);
}

#[test]
fn a_table_too_large_to_prove_is_refused() {
    let inputs: Vec<String> = (0..13).map(|at| format!("i{at}: yes_no")).collect();
    let yaml = format!(
        "tables:\n  t:\n    title: 大\n    inputs: {{{}}}\n    results: {{r: yes_no}}\n    rows: [{{r: true}}]\n",
        inputs.join(", ")
    );
    assert_eq!(read(&yaml).1.first().map(|problem| problem.0), Some("E0757"));
}

/// A condition on a number from 0 to 9.
fn condition() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("any".to_owned()),
        (0..10i64).prop_map(|n| n.to_string()),
        (0..10i64).prop_map(|n| format!(">= {n}")),
        (0..10i64).prop_map(|n| format!("< {n}")),
        (0..10i64, 0..10i64).prop_map(|(a, b)| format!("{}..{}", a.min(b), a.max(b))),
    ]
}

proptest! {
    #[test]
    fn the_proof_agrees_with_trying_everything(
        rows in proptest::collection::vec((condition(), condition(), prop_oneof![Just("true"), Just("false"), Just("any")]), 1..6),
        first in any::<bool>(),
    ) {
        let lines: Vec<String> = rows.iter().map(|(a, b, c)| format!("      - {{when: {{a: \"{a}\", b: \"{b}\", c: {c}}}, r: true}}\n")).collect();
        let hit = if first { "first" } else { "unique" };
        let number = "{type: number, min: 0, max: 9}";
        let yaml = format!("tables:\n  t:\n    title: 表\n    hit: {hit}\n    inputs: {{a: {number}, b: {number}, c: yes_no}}\n    results: {{r: yes_no}}\n    rows:\n{}", lines.concat());
        let found: std::collections::BTreeSet<&str> = read(&yaml).1.into_iter().map(|(code, _)| code).collect();

        let holds = |text: &str, n: i64| match text {
            "any" => true,
            text => match (text.strip_prefix(">= "), text.strip_prefix("< "), text.split_once("..")) {
                (Some(from), _, _) => n >= from.parse().unwrap(),
                (_, Some(to), _) => n < to.parse().unwrap(),
                (_, _, Some((from, to))) => (from.parse().unwrap()..=to.parse().unwrap()).contains(&n),
                (None, None, None) => n == text.parse::<i64>().unwrap(),
            },
        };
        let mut expected = std::collections::BTreeSet::new();
        let mut answered = vec![false; rows.len()];
        for (a, b, c) in (0..10).flat_map(|a| (0..10).flat_map(move |b| [true, false].map(|c| (a, b, c)))) {
            let fits = |(x, y, z): &(String, String, &str)| holds(x, a) && holds(y, b) && (*z == "any" || *z == c.to_string());
            let fitting: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| fits(row)).map(|(at, _)| at).collect();
            match fitting.as_slice() {
                [] => { expected.insert("E0754"); }
                [_, _, ..] if !first => {
                    expected.insert("E0755");
                    fitting.iter().for_each(|row| answered[*row] = true);
                }
                [row, ..] => answered[*row] = true,
            }
        }
        if answered.contains(&false) {
            expected.insert("E0756");
        }
        prop_assert_eq!(found, expected);
    }
}
