//! Worked examples from law, published tables and offices, by hand or by others; none was made by this code.

use jiff::civil::{Date, date};

use super::cn;
use crate::clock::*;
use crate::value::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00"));
    let (hour, minute) = time.split_once(':').unwrap();
    let (hour, minute): (i64, i64) = (hour.parse().unwrap(), minute.parse().unwrap());
    Instant::start_of(day.parse().unwrap()).plus(hour * HOUR_MS + minute * MINUTE_MS)
}

fn rule(limit: &str, roll: Roll) -> ClockRule {
    ClockRule { limit: Limit::parse(limit).unwrap(), roll }
}

fn due(from: &str, limit: &str, roll: Roll) -> Deadline {
    deadline(&rule(limit, roll), &ClockRun::new(at(from)), &cn())
}

fn pauses(list: &[(&str, Option<&str>)]) -> Pauses {
    let pause = |(from, to): &(&str, Option<&str>)| Pause { kind: "supplement".into(), from: at(from), to: to.map(at) };
    Pauses::new(list.iter().map(pause).collect()).unwrap()
}

fn paused(from: &str, limit: &str, list: &[(&str, Option<&str>)]) -> Deadline {
    let run = ClockRun { pauses: pauses(list), ..ClockRun::new(at(from)) };
    deadline(&rule(limit, Roll::RestDay), &run, &cn())
}

fn on(text: &str) -> Option<Date> {
    Some(day(text))
}

#[test]
fn cooling_off_and_collection_periods() {
    // Accepted, last day of the cooling-off, last day to collect. The first was confirmed by the press in 2021.
    for (accepted, cooling, collect) in [
        ("2021-01-04", "2021-02-03", "2021-03-05"),
        ("2025-04-01", "2025-05-06", "2025-06-05"),
        ("2025-06-05", "2025-07-07", "2025-08-06"),
        ("2025-08-04", "2025-09-03", "2025-10-09"),
        ("2025-09-02", "2025-10-09", "2025-11-10"),
        ("2023-08-31", "2023-10-07", "2023-11-06"),
    ] {
        let first = due(accepted, "30 days", Roll::RestDay);
        assert_eq!(first.due_on(), on(cooling), "{accepted}");
        assert_eq!(first.due_at(), Some(Instant::start_of(day(cooling)).plus(DAY_MS)));
        assert_eq!(due(cooling, "30 days", Roll::RestDay).due_on(), on(collect), "{accepted}");
    }
    for (accepted, raw) in [("2025-04-01", "2025-05-01"), ("2025-06-05", "2025-07-05"), ("2023-08-31", "2023-09-30")] {
        assert_eq!(due(accepted, "30 days", Roll::None).due_on(), on(raw));
    }
}

#[test]
fn working_days() {
    for (from, days, last) in [
        ("2025-09-26", 2, "2025-09-29"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-09-18", 15, "2025-10-15"),
        ("2023-04-27", 3, "2023-05-05"),
        ("2023-09-25", 10, "2023-10-13"),
        ("2023-09-28", 3, "2023-10-09"),
        ("2023-01-18", 10, "2023-02-06"),
        ("2024-02-06", 10, "2024-02-26"),
        ("2025-09-28", 10, "2025-10-17"),
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-09-24", 10, "2026-10-15"),
        // 3 + 10 + 3 working days, each used fully.
        ("2023-09-25", 3, "2023-09-28"),
        ("2023-09-28", 10, "2023-10-18"),
        ("2023-10-18", 3, "2023-10-23"),
    ] {
        let answer = due(from, &format!("{days} workdays"), Roll::None);
        assert_eq!(answer.due_on(), on(last), "{from} + {days}");
        assert!(!answer.provisional);
        assert_eq!(answer.lines.iter().filter(|line| line.is_counted()).count(), days);
    }
    // The hour of the event does not matter: its day is day 0.
    assert_eq!(due("2025-09-26 23:59", "2 workdays", Roll::None).due_on(), on("2025-09-29"));
}

#[test]
fn calendar_days_roll_as_they_are_told() {
    for (from, days, roll, last) in [
        ("2023-09-22", 7, Roll::RestDay, "2023-10-07"),
        ("2026-01-20", 30, Roll::RestDay, "2026-02-24"),
        ("2023-08-02", 60, Roll::RestDay, "2023-10-07"),
        ("2023-08-02", 60, Roll::Holiday, "2023-10-07"),
        ("2023-08-02", 60, Roll::None, "2023-10-01"),
        // 2025-07-05 is an ordinary Saturday.
        ("2025-06-05", 30, Roll::Holiday, "2025-07-05"),
        // A make-up Saturday is a working day and stays.
        ("2025-10-10", 1, Roll::RestDay, "2025-10-11"),
        // 2025-10-04 is a Saturday inside a holiday.
        ("2025-10-01", 3, Roll::Holiday, "2025-10-09"),
    ] {
        assert_eq!(due(from, &format!("{days} days"), roll).due_on(), on(last), "{from} + {days} {roll:?}");
    }
}

#[test]
fn hours_run_at_once_and_through_holidays() {
    let answer = due("2025-10-01 22:15", "24 hours", Roll::RestDay);
    assert_eq!((answer.due_at(), answer.due_on()), (Some(at("2025-10-02 22:15")), on("2025-10-02")));
    let answer = due("2025-10-01", "24 hours", Roll::RestDay);
    assert_eq!((answer.due_at(), answer.due_on()), (Some(at("2025-10-02")), on("2025-10-01")));
    assert_eq!(due("2025-10-01 22:15", "90 minutes", Roll::None).due_at(), Some(at("2025-10-01 23:45")));
    assert_eq!(due("2031-10-01 22:15", "72 hours", Roll::None).due_at(), Some(at("2031-10-04 22:15")));
    assert!(!due("2031-10-01 22:15", "72 hours", Roll::RestDay).provisional);
}

#[test]
fn working_hours_run_in_office_hours() {
    // 09:00–12:00 and 13:00–17:00.
    for (from, hours, end) in [
        ("2025-09-26 11:00", 4, "2025-09-26 16:00"),
        ("2025-09-26 16:00", 4, "2025-09-28 12:00"),
        ("2025-09-30 16:30", 1, "2025-10-09 09:30"),
        ("2025-09-27 10:00", 7, "2025-09-28 17:00"),
        ("2025-09-26 12:30", 4, "2025-09-26 17:00"),
        ("2025-09-26 20:00", 8, "2025-09-29 10:00"),
    ] {
        let answer = due(from, &format!("{hours} workhours"), Roll::RestDay);
        assert_eq!(answer.due_at(), Some(at(end)), "{from} + {hours}");
        assert_eq!(answer.total_ms, hours * HOUR_MS);
    }
}

#[test]
fn months_end_on_the_same_number_or_the_last_day() {
    for (from, months, roll, last) in [
        ("2025-01-31", 1, Roll::None, "2025-02-28"),
        ("2024-01-31", 1, Roll::None, "2024-02-29"),
        ("2024-11-30", 3, Roll::None, "2025-02-28"),
        ("2025-03-15", 6, Roll::None, "2025-09-15"),
        // 2025-05-31 is the first day of the Dragon Boat Festival.
        ("2025-03-31", 2, Roll::RestDay, "2025-06-03"),
        // Clamped to 30 April, not rolled on: a working day.
        ("2025-03-31", 1, Roll::RestDay, "2025-04-30"),
    ] {
        assert_eq!(due(from, &format!("{months} months"), roll).due_on(), on(last), "{from} + {months}");
    }
}

#[test]
fn a_fixed_day_of_next_month_is_moved_by_nothing() {
    for (from, before, last) in [
        ("2025-09-15", 10, "2025-10-09"),
        ("2025-09-30 23:00", 5, "2025-10-04"),
        ("2025-12-01", 1, "2025-12-31"),
        ("2025-12-31", 1, "2025-12-31"),
        ("2025-01-31", 31, "2025-02-28"),
        ("2025-01-01", 29, "2025-02-28"),
        ("2024-01-01", 29, "2024-02-28"),
    ] {
        let limit = format!("{{before_day: {before}, of: next_month}}");
        assert_eq!(due(from, &limit, Roll::RestDay).due_on(), on(last), "{from} before {before}");
        let stopped = paused(from, &limit, &[(from, None)]);
        assert_eq!(stopped.due_on(), on(last));
    }
}

#[test]
fn a_pause_takes_its_first_day_and_gives_back_its_last() {
    // 2025-09-22 is a Monday: 23, 24 | 25, 26 not counted | 28 (make-up), 29, 30.
    let answer = paused("2025-09-22", "5 workdays", &[("2025-09-25 15:00", Some("2025-09-28 09:00"))]);
    assert_eq!(answer.due_on(), on("2025-09-30"));
    assert_eq!(paused("2025-09-22", "5 workdays", &[]).due_on(), on("2025-09-28"));
    // Begun and ended on one day takes nothing from a clock that counts days.
    let same_day = [("2025-09-25 09:00", Some("2025-09-25 17:00"))];
    assert_eq!(paused("2025-09-22", "5 workdays", &same_day).due_on(), on("2025-09-28"));
    // Hours stand still to the minute.
    let hours = paused("2025-09-22 08:00", "24 hours", &[("2025-09-22 10:00", Some("2025-09-23 11:30"))]);
    assert_eq!(hours.due_at(), Some(at("2025-09-24 09:30")));
    let hours = paused("2025-09-22 09:00", "8 workhours", &[("2025-09-22 11:30", Some("2025-09-22 13:30"))]);
    assert_eq!(hours.due_at(), Some(at("2025-09-23 11:00")));
    // Calendar days and months count around the pause; a long pause costs no time to compute.
    let days = paused("2025-09-01", "10 days", &[("2025-09-05", Some("2025-09-08"))]);
    assert_eq!(days.due_on(), on("2025-09-15"));
    let months = paused("2025-01-31", "1 months", &[("2025-02-03", Some("2025-02-08"))]);
    assert_eq!(months.due_on(), on("2025-03-05"));
    let long = paused("2025-09-22", "2 workdays", &[("2025-09-23", Some("9000-01-01"))]);
    assert_eq!((long.due_on(), long.lines.len()), (on("9000-01-02"), 4));
    // Nor does a rolled last day fall into a pause: 2025-09-06 is a Saturday.
    let rolled = paused("2025-09-01", "5 days", &[("2025-09-07", Some("2025-09-10"))]);
    assert_eq!(rolled.due_on(), on("2025-09-10"));
}

#[test]
fn while_a_pause_is_open_nobody_knows_the_deadline() {
    let answer = paused("2025-09-22", "5 workdays", &[("2025-09-25 15:00", None)]);
    assert_eq!((answer.due_at(), answer.due_on(), answer.total_ms), (None, None, 5 * DAY_MS));
    let expected = Due::Paused {
        kind: "supplement".into(),
        since: at("2025-09-25 15:00"),
        left_ms: 3 * DAY_MS,
        at_the_latest: None,
    };
    assert_eq!(answer.due, expected);
    assert_eq!(answer.instant_at_percent(20), Some(at("2025-09-24")));
    assert_eq!(answer.instant_at_percent(50), None);
    assert!(!answer.is_overdue(at("2030-01-01")));
    // Opened when the time was already over: the clock had run out before.
    assert_eq!(paused("2025-09-22", "2 workdays", &[("2025-09-25", None)]).due_on(), on("2025-09-24"));
    let hours = paused("2025-09-22 08:00", "24 hours", &[("2025-09-22 10:00", None)]);
    assert!(matches!(hours.due, Due::Paused { left_ms, .. } if left_ms == 22 * HOUR_MS));
}

#[test]
fn extensions_add_time() {
    let extended = |limit: &str, by: &[&str], roll: Roll| {
        let mut run = ClockRun::new(at("2025-09-18"));
        by.iter().for_each(|by| run.extend(by.parse().unwrap(), at("2025-09-20")));
        deadline(&rule(limit, roll), &run, &cn()).due_on()
    };
    assert_eq!(extended("5 workdays", &["10 workdays"], Roll::None), on("2025-10-15"));
    // 2025-09-28 + 10 days = 2025-10-08 is a holiday: only the very last day rolls.
    assert_eq!(extended("10 days", &["10 days"], Roll::RestDay), on("2025-10-09"));
    assert_eq!(extended("10 days", &["3 workdays"], Roll::RestDay), on("2025-10-09"));
    assert_eq!(extended("{before_day: 5, of: next_month}", &["2 days"], Roll::RestDay), on("2025-10-09"));
    assert_eq!(extended("{before_day: 5, of: next_month}", &["2 days"], Roll::None), on("2025-10-06"));
}

#[test]
fn past_the_covered_days_a_deadline_is_provisional() {
    let answer = due("2026-12-30", "3 workdays", Roll::None);
    assert_eq!((answer.due_on(), answer.provisional), (on("2027-01-04"), true));
    assert_eq!(answer.lines.iter().filter(|line| line.assumed).count(), 4);
    assert!(!due("2026-12-30", "1 workday", Roll::None).provisional);
    assert!(due("2026-12-30", "4 workhours", Roll::None).lines.iter().all(|line| !line.assumed));
    assert!(due("2026-12-31 16:00", "2 workhours", Roll::None).provisional);
    // Where the calendar is not asked, nothing can change.
    assert!(!due("2026-12-30", "30 days", Roll::None).provisional);
    assert!(due("2026-12-30", "30 days", Roll::RestDay).provisional);
}

#[test]
fn cards_fall_on_shares_of_the_counted_time() {
    let answer = due("2025-09-26", "10 workdays", Roll::None);
    assert_eq!(answer.due_on(), on("2025-10-16"));
    // 28, 29, 30 September, 9 and 10 October are half of it.
    assert_eq!(answer.instant_at_percent(50), Some(at("2025-10-11")));
    assert_eq!(answer.instant_at_percent(45), Some(at("2025-10-10 12:00")));
    assert_eq!(answer.instant_at_percent(100), Some(at("2025-10-17")));
    assert_eq!(answer.instant_at_left(DAY_MS), Some(at("2025-10-16")));
    let progress = answer.progress(at("2025-10-05"));
    assert_eq!((progress.percent, progress.left_days, progress.overdue), (30, 7, false));
    assert!(answer.progress(at("2025-10-17")).overdue);
    assert!(!answer.progress(at("2025-10-16 23:59")).overdue);
    assert_eq!(due("2025-09-26 10:00", "24 hours", Roll::None).instant_at_percent(50), Some(at("2025-09-26 22:00")));
}

#[test]
fn a_clock_that_may_not_outlast_another_ends_with_it() {
    // Internal steps of 3 + 3 + 4 inside an absolute 10.
    let total = due("2023-09-25", "10 workdays", Roll::None);
    let last_step = due("2023-10-10", "4 workdays", Roll::None);
    assert_eq!(last_step.due_on(), on("2023-10-16"));
    let bounded = last_step.clone().not_after(&total);
    assert_eq!((bounded.due_at(), bounded.due_on()), (total.due_at(), on("2023-10-13")));
    assert_eq!(bounded.instant_at_percent(100), total.due_at());
    assert_eq!(bounded.lines.last().map(|line| line.reason.clone()), Some(Reason::NotAfter));
    let first_step = due("2023-09-25", "3 workdays", Roll::None);
    assert_eq!(first_step.clone().not_after(&total), first_step);
    // Standing still, it still ends with the other one at the latest.
    let stopped = paused("2023-10-10", "4 workdays", &[("2023-10-11", None)]).not_after(&total);
    assert_eq!((stopped.due_at(), stopped.wake_at()), (None, total.due_at()));
    assert!(stopped.is_overdue(total.due_at().unwrap()));
}

#[test]
fn the_proof_says_every_day_and_why() {
    let answer = due("2025-09-26", "2 workdays", Roll::None);
    let zh: Vec<String> = answer.lines.iter().map(|line| line.text().zh).collect();
    let expected = [
        "2025-09-26（周五） 起算当日，不计",
        "2025-09-27（周六） 周末，不计",
        "2025-09-28（周日） 国庆节调休上班，计入（累计 1 日）",
        "2025-09-29（周一） 工作日，计入（累计 2 日）",
    ];
    assert_eq!(zh, expected);
    assert_eq!(answer.text().en, "the last day is 2025-09-29 (Mon)");
    let rolled = due("2023-09-22", "7 days", Roll::RestDay);
    let en: Vec<String> = rolled.lines.iter().map(|line| line.text().en).collect();
    assert_eq!(en[1], "2023-09-23 (Sat) to 2023-09-29 (Fri): calendar days, counted (7 days so far)");
    assert_eq!(en[2], "2023-09-29 (Fri): the last day falls on Mid-Autumn Festival and moves on, not counted");
    assert_eq!(en.last().map(String::as_str), Some("2023-10-07 (Sat): moved on to here, the last day"));
    let open = paused("2025-09-22 08:00", "30 hours", &[("2025-09-22 10:30", None)]);
    assert_eq!(open.text().zh, "自 2025-09-22 10:30 起中止，尚余 27 小时 30 分");
}

#[test]
fn civil_dates_of_1986_to_1991_come_back_as_they_went_in() {
    // Shanghai had daylight saving in these years; a fixed offset never shifts a date by it.
    let (mut date, last) = (date(1986, 1, 1), date(1991, 12, 31));
    while date <= last {
        for ms in [0, HOUR_MS, 23 * HOUR_MS + 59 * MINUTE_MS] {
            assert_eq!(Instant::start_of(date).plus(ms).date(), date);
        }
        let midnight = Instant::start_of(date).to_string();
        assert_eq!(midnight, format!("{date}T00:00:00+08:00"));
        date = date.tomorrow().unwrap();
    }
}
