//! What is left of a limit while its history is being written: it grows only where something was recorded.

use super::cn;
use super::random::{History, QUARTERS, Random, random_calendar, random_history};
use crate::clock::*;
use crate::value::{DAY_MS, Instant, date_of_epoch_day, epoch_day};
use jiff::civil::date;

/// The run as it was known at an instant: later pauses are not there, and one that ends later is open.
fn known_at(run: &ClockRun, now: Instant) -> ClockRun {
    let begun = run.pauses.list().iter().filter(|pause| pause.from <= now);
    let list = begun.map(|pause| Pause { to: pause.to.filter(|to| *to <= now), ..pause.clone() });
    ClockRun { pauses: Pauses::new(list.collect()).unwrap(), ..run.clone() }
}

#[test]
fn what_is_left_grows_only_where_a_pause_begins() {
    let mut random = Random(0x5eed_0003);
    let mut grown = 0;
    for _ in 0..60 {
        let (plain, calendar) = random_calendar(&mut random);
        for _ in 0..25 {
            let history = random_history(&mut random, &plain);
            let (rule, run) = (history.rule(), history.run());
            let mut before: Option<(Instant, i64)> = None;
            for step in 0..40 {
                let now = History::instant(history.start + step * random.range(1, 40));
                if before.is_some_and(|(then, _)| now < then) {
                    continue;
                }
                let left_ms = deadline(&rule, &known_at(&run, now), &calendar).progress(now).left_ms;
                if let Some((then, left_then)) = before
                    && left_ms > left_then
                {
                    // A clock of days had counted a part of the day on which the pause began; that day no longer
                    // counts. Months that run after a standstill are as long as where they begin: its end tells.
                    let passed = |at: Instant| then < at && at <= now;
                    let begun = run.pauses.list().iter().filter(|pause| passed(pause.from)).count();
                    let ended = run.pauses.list().iter().filter(|pause| pause.to.is_some_and(passed)).count();
                    let by_months = history.extensions.iter().any(|by| by.unit() == Unit::Months);
                    let most = i64::try_from(begun).unwrap() * DAY_MS;
                    let allowed = if by_months { begun + ended > 0 } else { begun > 0 && left_ms - left_then <= most };
                    assert!(allowed, "{rule:?} {run:?} {then} {now}");
                    grown += 1;
                }
                before = Some((now, left_ms));
            }
        }
    }
    assert!(grown > 0, "no pause ever began in the middle of a counted day");
}

#[test]
fn a_run_written_step_by_step_is_the_run_written_at_once() {
    let mut random = Random(0x5eed_0004);
    for _ in 0..40 {
        let (plain, calendar) = random_calendar(&mut random);
        for _ in 0..25 {
            let history = random_history(&mut random, &plain);
            let whole = history.run();
            let mut written = ClockRun { extensions: whole.extensions.clone(), ..ClockRun::new(whole.started_at) };
            for pause in whole.pauses.list() {
                written.pause_is(Some(&pause.kind), pause.from).unwrap();
                if let Some(to) = pause.to {
                    written.pause_is(None, to).unwrap();
                }
            }
            let stored: ClockRun = serde_json::from_str(&serde_json::to_string(&written).unwrap()).unwrap();
            let rule = history.rule();
            assert_eq!(deadline(&rule, &stored, &calendar), deadline(&rule, &whole, &calendar));
        }
    }
}

#[test]
fn loading_the_next_year_moves_only_provisional_deadlines() {
    let mut random = Random(0x5eed_0005);
    let full = cn();
    // The same data as they were known before the last year was published.
    let mut years = full.years().to_vec();
    years.pop();
    let covered = (full.first_covered().unwrap(), date(2025, 12, 31));
    let hours = full.office_hours().clone();
    let earlier = crate::calendar::Calendar::new("cn", full.title().clone(), Some(covered), years, hours);
    assert_ne!(earlier.version(), full.version());
    let (mut moved, mut stayed) = (0, 0);
    for _ in 0..2_000 {
        let start = epoch_day(date(2025, 10, 1)) + random.range(0, 91);
        let limit = Limit::Span(Span::new(u64::try_from(random.range(1, 40)).unwrap(), Unit::Workdays).unwrap());
        let rule = ClockRule { limit, roll: Roll::RestDay };
        let run = ClockRun::new(History::instant(start * QUARTERS));
        let (before, after) = (deadline(&rule, &run, &earlier), deadline(&rule, &run, &full));
        assert!(!after.provisional);
        if before.due_at() == after.due_at() {
            stayed += 1;
        } else {
            assert!(before.provisional);
            moved += 1;
        }
    }
    assert!(moved > 100 && stayed > 100, "{moved} moved, {stayed} stayed");
}

#[test]
fn every_civil_date_of_two_centuries_comes_back_as_it_went_in() {
    let first = epoch_day(date(1900, 1, 1));
    let last = epoch_day(date(2100, 12, 31));
    assert_eq!(last - first + 1, 73_414);
    for day in first..=last {
        let date = date_of_epoch_day(day);
        assert_eq!(epoch_day(date), day);
        assert_eq!(Instant::start_of(date).date(), date);
        assert_eq!(Instant::start_of(date).plus(DAY_MS - 1).date(), date);
    }
}
