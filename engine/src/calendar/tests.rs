//! The shipped calendar against published figures, and wrong calendars against the problems they must have.

use jiff::civil::{Date, date};

use super::{Calendar, DayKind, read};
use crate::source::{File, Problems, Source};
use crate::value::HOUR_MS;

fn load(text: &str) -> (Option<Calendar>, Vec<(&'static str, u32)>) {
    let source = Source::new("calendar.yaml", text);
    let problems = Problems::new();
    let calendar = read(File { source: &source, problems: &problems });
    let found = problems.into_vec().iter().map(|problem| (problem.code, problem.span.line)).collect();
    (calendar, found)
}

fn shipped() -> Calendar {
    let (calendar, problems) = load(include_str!("../../../workflows/calendars/cn.yaml"));
    assert_eq!(problems, []);
    calendar.unwrap()
}

#[test]
fn the_shipped_calendar_has_the_published_working_days_per_year() {
    let calendar = shipped();
    assert_eq!((calendar.name(), calendar.version().len()), ("cn", 16));
    assert_eq!(calendar.first_covered(), Some(date(2018, 1, 1)));
    assert_eq!(calendar.last_covered(), Some(date(2026, 12, 31)));
    // Counted from the notices by others; 2023 and later also from a second public table.
    for (year, workdays) in [(2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        assert_eq!(calendar.workdays_between(date(year, 1, 1), date(year, 12, 31)), workdays, "{year}");
    }
    let years: Vec<i16> = calendar.years().iter().map(|year| year.year).collect();
    assert_eq!(years, Vec::from_iter(2018..=2026));
    assert!(calendar.years().iter().all(|year| year.notice.contains("国办发明电")));
    assert_eq!(calendar.office_hours().windows().iter().map(|(open, close)| close - open).sum::<i64>(), 7 * HOUR_MS);
}

#[test]
fn make_up_days_are_weekend_days_that_are_worked() {
    let calendar = shipped();
    let listed = [
        "2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08",
        "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12",
        "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
        "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10",
    ];
    let listed: Vec<Date> = listed.iter().flat_map(|year| year.split(' ')).map(|day| day.parse().unwrap()).collect();
    let mut found = Vec::new();
    for year in calendar.years().iter().filter(|year| year.year >= 2023) {
        let mut days: Vec<Date> = year.make_up.iter().flat_map(|(_, days)| days.clone()).collect();
        days.sort();
        found.extend(days);
    }
    assert_eq!(found, listed);
    for day in listed {
        let answer = calendar.day(day);
        assert!(matches!(answer.kind, DayKind::MakeUp(_)) && answer.covered, "{day}");
    }
}

#[test]
fn days_outside_the_data_are_monday_to_friday_and_not_covered() {
    let calendar = shipped();
    let national_day = calendar.day(date(2025, 10, 6));
    assert!(matches!(national_day.kind, DayKind::Holiday(name) if name.en == "Mid-Autumn Festival"));
    for (day, workday) in [(date(2027, 1, 1), true), (date(2027, 1, 2), false), (date(2017, 12, 31), false)] {
        let answer = calendar.day(day);
        assert_eq!((answer.covered, answer.kind.is_workday()), (false, workday), "{day}");
    }
    // The weekday of every covered day that is not listed, against jiff's.
    for offset in 0..3_000 {
        let day = crate::value::date_of_epoch_day(17_532 + offset);
        let weekend = day.weekday().to_monday_zero_offset() >= 5;
        match calendar.day(day).kind {
            DayKind::Workday => assert!(!weekend, "{day}"),
            DayKind::Weekend | DayKind::MakeUp(_) => assert!(weekend, "{day}"),
            DayKind::Holiday(_) => {}
        }
    }
}

#[test]
fn the_version_follows_the_days_and_not_the_words() {
    let text = include_str!("../../../workflows/calendars/cn.yaml");
    let version = |text: &str| load(text).0.unwrap().version().to_owned();
    assert_eq!(version(text), version(&text.replace("State Council", "the State Council")));
    assert_ne!(version(text), version(&text.replace("[2026-09-20, 2026-10-10]", "[2026-10-10]")));
    assert_ne!(version(text), version(&text.replace("13:00-17:00", "13:30-17:30")));
}

const FRAME: &str = "calendar: x
first_covered: 2025-01-01
last_covered: 2025-12-31
holiday_names: {元旦: New Year's Day}
years:
";

#[test]
fn wrong_years_are_refused_with_all_their_problems_at_once() {
    let year = "  2025:
    notice: n
    holidays: {元旦: [2025-01-01]}
    make_up: {元旦: [2025-01-04]}
";
    assert_eq!(load(&format!("{FRAME}{year}")).1, []);
    let wrong = "  2025:
    holidays:
      元旦: [2025-01-01, 2025-01-02, 2026-01-01]
      除夕: [2025-01-28]
    make_up:
      元旦: [2025-01-01, 2025-01-06]
  25: {notice: n, holidays: {}, make_up: {}}
";
    let (calendar, mut problems) = load(&format!("{FRAME}{wrong}"));
    problems.sort_unstable();
    assert_eq!(calendar, None);
    let expected =
        [("E0701", 6), ("E0702", 11), ("E0702", 11), ("E0703", 11), ("E0704", 8), ("E0707", 9), ("E0709", 12)];
    assert_eq!(problems, expected);
}

#[test]
fn gaps_coverage_and_office_hours_are_checked() {
    let year = "  2025: {notice: n, holidays: {}, make_up: {}}\n";
    let frame = FRAME.replace("2025-12-31", "2027-06-30");
    assert_eq!(load(&format!("{frame}{year}")).1, [("E0705", 5), ("E0705", 5)]);
    let frame = FRAME.replace("2025-12-31", "2024-12-31");
    assert_eq!(load(&format!("{frame}{year}")).1, [("E0706", 3)]);
    let hours = |windows: &str| load(&format!("{FRAME}{year}office_hours: {{windows: {windows}, basis: b}}\n")).1;
    assert_eq!(hours("[\"09:00-12:00\", \"13:00-17:00\"]"), []);
    assert_eq!(hours("[\"09:00-12:00\", \"11:00-17:00\"]"), [("E0708", 7)]);
    assert_eq!(hours("[\"9-12\"]"), [("E0708", 7)]);
    assert_eq!(hours("[]"), [("E0708", 7)]);
    assert_eq!(load("calendar: x\n").1.len(), 4);
}
