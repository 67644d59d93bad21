//! A second calculation that walks day by day and quarter of an hour by quarter, on random calendars and histories.
//! It must share nothing with the first: own sets of days, own months, no legs, no intervals.

use super::random::{History, Plain, QUARTERS, Random, random_calendar, random_history};
use crate::calendar::Calendar;
use crate::clock::*;
use crate::value::{DAY_MS, HOUR_MS, date_of_epoch_day};

/// How a day or a quarter stands.
#[derive(PartialEq)]
enum Standing {
    Runs,
    Paused,
    Forever,
}

/// The naive walk: the last day used, the end in quarters, and whether a day outside the calendar was looked at.
struct Walk<'a> {
    plain: &'a Plain,
    history: &'a History,
    day: i64,
    end: i64,
    provisional: bool,
}

impl Walk<'_> {
    fn day_stands(&self, day: i64) -> Standing {
        for (from, to) in &self.history.pauses {
            let from = from.div_euclid(QUARTERS);
            match to.map(|to| to.div_euclid(QUARTERS)) {
                Some(to) if from <= day && day < to => return Standing::Paused,
                None if from <= day => return Standing::Forever,
                _ => {}
            }
        }
        Standing::Runs
    }

    fn quarter_stands(&self, quarter: i64) -> Standing {
        for (from, to) in &self.history.pauses {
            match to {
                Some(to) if *from <= quarter && quarter < *to => return Standing::Paused,
                None if *from <= quarter => return Standing::Forever,
                _ => {}
            }
        }
        Standing::Runs
    }

    fn whole_day_paused(&self, day: i64) -> bool {
        let (morning, night) = (day * QUARTERS, (day + 1) * QUARTERS);
        self.history.pauses.iter().any(|(from, to)| *from <= morning && to.is_some_and(|to| night <= to))
    }

    /// Walks days; `None` when it meets a pause without an end.
    fn days(&mut self, mut left: i64, workdays_only: bool) -> Option<()> {
        while left > 0 {
            self.day += 1;
            match self.day_stands(self.day) {
                Standing::Forever => return None,
                Standing::Paused => continue,
                Standing::Runs => {}
            }
            if workdays_only {
                self.provisional |= !self.plain.covers(self.day);
            }
            if !workdays_only || self.plain.is_workday(self.day) {
                left -= 1;
            }
        }
        self.end = (self.day + 1) * QUARTERS;
        Some(())
    }

    fn quarters(&mut self, mut left: i64, office_only: bool) -> Option<()> {
        let begun = self.end;
        while left > 0 {
            let day = self.end.div_euclid(QUARTERS);
            let time = self.end.rem_euclid(QUARTERS);
            if office_only {
                self.provisional |= !self.plain.covers(day) && !self.whole_day_paused(day);
            }
            let open = self.plain.office.iter().any(|(open, close)| *open <= time && time < *close);
            let wanted = !office_only || (open && self.plain.is_workday(day));
            match self.quarter_stands(self.end) {
                Standing::Forever => return None,
                Standing::Runs if wanted => left -= 1,
                Standing::Runs | Standing::Paused => {}
            }
            self.end += 1;
        }
        if self.end > begun {
            self.day = (self.end - 1).div_euclid(QUARTERS);
        }
        Some(())
    }

    fn roll(&mut self) -> Option<()> {
        loop {
            let moves = match self.history.roll {
                Roll::RestDay => !self.plain.is_workday(self.day),
                Roll::Holiday => self.plain.holidays.contains(&self.day),
                Roll::None => return Some(()),
            };
            self.provisional |= !self.plain.covers(self.day);
            if !moves {
                self.end = (self.day + 1) * QUARTERS;
                return Some(());
            }
            self.day += 1;
            while self.day_stands(self.day) == Standing::Paused {
                self.day += 1;
            }
            if self.day_stands(self.day) == Standing::Forever {
                return None;
            }
        }
    }

    fn span(&mut self, amount: i64, unit: Unit) -> Option<()> {
        match unit {
            Unit::Workdays => self.days(amount, true),
            Unit::Days => self.days(amount, false),
            Unit::Months => self.days(same_number(self.day, amount) - self.day, false),
            Unit::Workhours => self.quarters(amount * 4, true),
            Unit::Hours => self.quarters(amount * 4, false),
            Unit::Minutes => self.quarters(amount / 15, false),
            Unit::Seconds | Unit::Milliseconds => unreachable!("not generated"),
        }
    }

    fn all(&mut self) -> Option<()> {
        let mut spans: Vec<(i64, Unit)> = Vec::new();
        let first = match self.history.limit {
            Limit::Span(span) => Some(span),
            Limit::BeforeDay { day } => {
                let (year, month, _) = civil(self.day);
                let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let last = (i64::from(day) - 1).min(month_length(year, month));
                self.day = day_number(year, month, 1) + last - 1;
                self.end = (self.day + 1) * QUARTERS;
                None
            }
        };
        for span in first.into_iter().chain(self.history.extensions.iter().copied()) {
            let amount = i64::try_from(span.amount()).unwrap();
            match spans.last_mut() {
                // Months are not the sum of single months: 31 January + 2 months is 31 March.
                Some((sum, Unit::Months)) if span.unit() == Unit::Months => *sum += amount,
                _ => spans.push((amount, span.unit())),
            }
        }
        for (amount, unit) in &spans {
            self.span(*amount, *unit)?;
        }
        match spans.last() {
            Some((_, Unit::Days | Unit::Months)) => self.roll(),
            _ => Some(()),
        }
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, by adding up years and months.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
    years + (1..month).map(|month| month_length(year, month)).sum::<i64>() + day - 1
}

/// Year, month and day of a day since 1970-01-01, by taking years and months away.
fn civil(day: i64) -> (i64, i64, i64) {
    let (mut left, mut year, mut month) = (day, 1970, 1);
    while left >= 365 + i64::from(is_leap(year)) {
        left -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    while left >= month_length(year, month) {
        left -= month_length(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn same_number(day: i64, months: i64) -> i64 {
    let (year, month, number) = civil(day);
    let index = year * 12 + month - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    day_number(year, month, number.min(month_length(year, month)))
}

/// Compares both calculations, and what must hold of the first.
fn compare(random: &mut Random, plain: &Plain, calendar: &Calendar) -> bool {
    let history = random_history(random, plain);
    let told = || format!("{:?} {:?} {:?}", history.rule(), history.run(), (plain.first, plain.last));
    let answer = deadline(&history.rule(), &history.run(), calendar);
    let day = history.start.div_euclid(QUARTERS);
    let mut walk = Walk { plain, history: &history, day, end: history.start, provisional: false };
    let known = walk.all().is_some();
    if known {
        assert_eq!(answer.due_at(), Some(History::instant(walk.end)), "{}", told());
        assert_eq!(answer.due_on(), Some(date_of_epoch_day(walk.day)), "{}", told());
        assert_eq!(answer.provisional, walk.provisional, "{}", told());
        let counted: i64 = answer.lines.iter().map(|line| line.counted_ms).sum();
        assert_eq!(counted, answer.total_ms, "{}", told());
    } else {
        assert_eq!(answer.due_at(), None, "{}", told());
    }
    properties(random, &history, &answer, calendar, &told);
    known
}

/// What must hold of every answer.
fn properties(
    random: &mut Random,
    history: &History,
    answer: &Deadline,
    calendar: &Calendar,
    told: &dyn Fn() -> String,
) {
    // What is left never grows while nothing is recorded, and is nothing at the deadline.
    let mut left_ms = answer.total_ms;
    for step in 0..6 {
        let now = History::instant(history.start).plus(step * random.range(0, 9) * 7 * HOUR_MS);
        let progress = answer.progress(now);
        if step > 0 && now < History::instant(history.start) {
            continue;
        }
        assert_eq!(progress.used_ms + progress.left_ms, answer.total_ms, "{}", told());
        let earlier = answer.progress(now.plus(-HOUR_MS));
        assert!(progress.left_ms <= earlier.left_ms, "{}", told());
        left_ms = left_ms.min(progress.left_ms);
    }
    if let Some(at) = answer.due_at() {
        assert_eq!(answer.progress(at).left_ms, 0, "{}", told());
        assert!(left_ms >= 0);
        let used = if answer.total_ms == 0 { 0 } else { random.range(0, answer.total_ms - 1) };
        let reached = answer.instant_at_used(used).unwrap();
        assert!(reached <= at && answer.progress(reached).used_ms == used, "{}", told());
    }
    // More time, or a longer standstill, never makes a deadline earlier.
    let mut longer = history.run();
    longer.extend(Span::new(1, Unit::Workdays).unwrap(), longer.started_at);
    let extended = deadline(&history.rule(), &longer, calendar);
    assert!(extended.due_at() >= answer.due_at() || extended.due_at().is_none(), "{}", told());
    let mut later = history.run();
    let last_end = later.pauses.list().last().and_then(|pause| pause.to);
    if let Some(to) = last_end {
        let mut list = later.pauses.list().to_vec();
        if let Some(last) = list.last_mut() {
            last.to = Some(to.plus(random.range(0, 5) * DAY_MS));
        }
        later.pauses = Pauses::new(list).unwrap();
        let resumed = deadline(&history.rule(), &later, calendar);
        assert!(resumed.due_at() >= answer.due_at(), "{}", told());
    }
}

fn histories(seed: u64, calendars: u64, each: u64) {
    let mut random = Random(seed);
    let mut known = 0;
    for _ in 0..calendars {
        let (plain, calendar) = random_calendar(&mut random);
        for _ in 0..each {
            known += u64::from(compare(&mut random, &plain, &calendar));
        }
    }
    // Both kinds of answers were really met.
    let all = calendars * each;
    assert!(known > all / 2 && known < all - all / 20, "{known} of {all}");
}

#[test]
fn both_calculations_agree_on_random_histories_first_half() {
    histories(0x5eed_0001, 250, 204);
}

#[test]
fn both_calculations_agree_on_random_histories_second_half() {
    histories(0x5eed_0002, 250, 204);
}

#[test]
fn own_months_are_right_where_they_can_be_checked_by_hand() {
    assert_eq!(civil(0), (1970, 1, 1));
    assert_eq!(civil(day_number(2024, 2, 29)), (2024, 2, 29));
    assert_eq!(same_number(day_number(2024, 1, 31), 1), day_number(2024, 2, 29));
    assert_eq!(same_number(day_number(2024, 11, 30), 3), day_number(2025, 2, 28));
}
