//! Tests of parameters: which value is in force, and what files are refused.

use jiff::civil::date;

use super::*;
use crate::source::{Problems, Source};

const SOUND: &str = r#"
parameters:
  cap:
    type: money
    title: {zh: 上限, en: Cap}
    values:
      - {from: 2025-07-01, value: 2200.00, region: "320404", basis: 二}
      - {from: 2024-07-01, to: 2025-06-30, region: "320404", value: 2000.00, basis: 一, mark: example}
      - {from: 2024-01-01, value: 1500, basis: 省}
      - {from: 2024-01-01, region: "320404001", value: "3,000", basis: 街道}
  stop:
    type: limit
    title: 停发
    values: [{from: 2020-01-01, value: '{before_day: 10, of: next_month}', basis: 规程}]
"#;

fn read(yaml: &str) -> (Option<Parameters>, Vec<&'static str>) {
    let problems = Problems::new();
    let read = lower(&[Source::new("workflows/parameters/a.yaml", yaml)], &problems);
    (read, problems.into_vec().into_iter().map(|problem| problem.code).collect())
}

#[test]
fn the_day_and_the_nearest_place_decide() {
    let (parameters, problems) = read(SOUND);
    assert_eq!(problems, Vec::<&str>::new());
    let (parameters, organisation) = (parameters.expect("sound"), Organisation::default());
    let at = |day, region: &str| parameters.value("cap", day, region, &organisation).map(|found| found.value.clone());
    assert_eq!(at(date(2025, 6, 30), "320404"), Some(Value::Money(200_000)));
    assert_eq!(at(date(2025, 7, 1), "320404002"), Some(Value::Money(220_000)));
    assert_eq!(at(date(2025, 7, 1), "320404001003"), Some(Value::Money(300_000)));
    assert_eq!(at(date(2025, 7, 1), "320411"), Some(Value::Money(150_000)));
    assert_eq!(at(date(2024, 3, 1), "320404"), Some(Value::Money(150_000)));
    assert_eq!(at(date(2023, 12, 31), "320404"), None);
    let found = parameters.value("cap", date(2025, 1, 1), "320404", &organisation).expect("in force");
    assert_eq!((found.basis.as_str(), found.mark.as_str(), found.version.len()), ("一", "example", 64));
    assert_eq!(parameters.value("cup", date(2025, 1, 1), "320404", &organisation), None);
    assert_eq!(parameters.types()["cap"], Type::Money);
    assert_eq!(parameters.types()["stop"], Type::Text);
}

#[test]
fn the_version_is_of_the_content() {
    let first = read(SOUND).0.expect("sound");
    assert_eq!(first.version(), read(&format!("# a remark\n{SOUND}")).0.expect("sound").version());
    assert_ne!(first.version(), read(&SOUND.replace("2200.00", "2201.00")).0.expect("sound").version());
}

#[test]
fn each_mistake_has_its_code() {
    for (from, to, expected) in [
        ("to: 2025-06-30", "to: 2025-07-01", &["E0741"][..]),
        ("to: 2025-06-30, ", "", &["E0741"]),
        ("to: 2025-06-30", "to: 2025-06-29", &["E0742"]),
        ("to: 2025-06-30", "to: 2024-06-30", &["E0742", "E0743"]),
        ("value: 1500", "value: 三千", &["E0744"]),
        ("value: 1500, ", "", &["E0132"]),
        (", basis: 省", "", &["E0132"]),
        ("region: \"320404001\"", "region: 1路", &["E0746"]),
        ("  stop:", "  cap:", &["E0112"]),
        ("before_day: 10", "before_day: 32", &["E0744"]),
        ("type: limit", "type: span", &["E0143"]),
        ("[{from: 2020-01-01, value: '{before_day: 10, of: next_month}', basis: 规程}]", "[]", &["E0747"]),
    ] {
        assert!(SOUND.contains(from), "{from}");
        let (parameters, mut found) = read(&SOUND.replace(from, to));
        found.sort_unstable();
        assert_eq!(found, expected, "{to}");
        assert_eq!(parameters, None, "{to}");
    }
    let problems = Problems::new();
    let files = [Source::new("a.yaml", SOUND), Source::new("b.yaml", SOUND)];
    assert_eq!(lower(&files, &problems), None);
    assert!(problems.into_vec().iter().all(|problem| problem.code == "E0745"));
}
