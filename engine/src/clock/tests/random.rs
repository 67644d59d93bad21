//! Random calendars and histories from a seed, in whole quarters of an hour. It must never depend on the count it tests.

use std::collections::BTreeSet;

use crate::calendar::{Calendar, CalendarYear, OfficeHours};
use crate::clock::*;
use crate::text::Text;
use crate::value::{Instant, OFFSET_MS, date_of_epoch_day};

const QUARTER_MS: i64 = 15 * 60_000;
pub const QUARTERS: i64 = 96;

/// A small deterministic generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % u64::try_from(high - low + 1).unwrap()).unwrap()
    }

    pub fn one_in(&mut self, n: i64) -> bool {
        self.range(1, n) == 1
    }
}

/// What the naive calculation knows of a calendar.
pub struct Plain {
    pub first: i64,
    pub last: i64,
    pub holidays: BTreeSet<i64>,
    pub make_up: BTreeSet<i64>,
    /// In quarters of an hour from midnight.
    pub office: Vec<(i64, i64)>,
}

impl Plain {
    /// 1970-01-01 was a Thursday.
    pub fn is_weekend(&self, day: i64) -> bool {
        (day + 3).rem_euclid(7) > 4
    }

    pub fn is_workday(&self, day: i64) -> bool {
        self.make_up.contains(&day) || (!self.is_weekend(day) && !self.holidays.contains(&day))
    }

    pub fn covers(&self, day: i64) -> bool {
        self.first <= day && day <= self.last
    }
}

pub fn random_calendar(random: &mut Random) -> (Plain, Calendar) {
    let first = random.range(17_500, 20_500);
    let last = first + random.range(30, 500);
    let office = match random.range(1, 3) {
        1 => vec![(36, 48), (52, 68)],
        2 => vec![(34, 47), (54, 70)],
        _ => vec![(0, 20), (40, 41), (90, 96)],
    };
    let mut plain = Plain { first, last, holidays: BTreeSet::new(), make_up: BTreeSet::new(), office };
    let mut day = first;
    while day <= last {
        if random.one_in(20) {
            let end = (day + random.range(0, 8)).min(last);
            plain.holidays.extend(day..=end);
            day = end;
        } else if plain.is_weekend(day) && random.one_in(8) {
            plain.make_up.insert(day);
        }
        day += 1;
    }
    let dates =
        |days: &BTreeSet<i64>| vec![(Text::same("x"), days.iter().map(|day| date_of_epoch_day(*day)).collect())];
    let year = CalendarYear {
        year: 2020,
        notice: "random".into(),
        holidays: dates(&plain.holidays),
        make_up: dates(&plain.make_up),
    };
    let windows = plain.office.iter().map(|(open, close)| (open * QUARTER_MS, close * QUARTER_MS)).collect();
    let covered = Some((date_of_epoch_day(first), date_of_epoch_day(last)));
    let hours = OfficeHours::new(windows, "").unwrap();
    let calendar = Calendar::new("random", Text::default(), covered, vec![year], hours);
    (plain, calendar)
}

/// Everything in quarters of an hour of local time since 1970.
pub struct History {
    pub start: i64,
    pub limit: Limit,
    pub roll: Roll,
    pub pauses: Vec<(i64, Option<i64>)>,
    pub extensions: Vec<Span>,
}

pub fn random_span(random: &mut Random) -> Span {
    let (amount, unit) = match random.range(1, 8) {
        1 | 2 => (random.range(1, 25), Unit::Workdays),
        3 => (random.range(1, 60), Unit::Days),
        4 => (random.range(1, 5), Unit::Months),
        5 => (random.range(1, 72), Unit::Hours),
        6 | 7 => (random.range(1, 20), Unit::Workhours),
        _ => (15 * random.range(0, 40), Unit::Minutes),
    };
    Span::new(u64::try_from(amount).unwrap(), unit).unwrap()
}

pub fn random_history(random: &mut Random, plain: &Plain) -> History {
    let start = random.range(plain.first, plain.last) * QUARTERS + random.range(0, QUARTERS - 1);
    let limit = if random.one_in(9) {
        Limit::before_day(random.range(1, 31)).unwrap()
    } else {
        Limit::Span(random_span(random))
    };
    let roll = [Roll::RestDay, Roll::Holiday, Roll::None][usize::try_from(random.range(0, 2)).unwrap()];
    let (mut pauses, mut free_from) = (Vec::new(), start - 50);
    for _ in 0..random.range(0, 3) {
        let from = free_from + random.range(0, 500);
        let to = from + if random.one_in(3) { random.range(0, 30) } else { random.range(0, 900) };
        let open = random.one_in(9);
        pauses.push((from, (!open).then_some(to)));
        if open {
            break;
        }
        free_from = to;
    }
    let extensions = (0..random.range(-2, 2)).map(|_| random_span(random)).collect();
    History { start, limit, roll, pauses, extensions }
}

impl History {
    pub fn instant(quarter: i64) -> Instant {
        Instant(quarter * QUARTER_MS - OFFSET_MS)
    }

    pub fn run(&self) -> ClockRun {
        let pause = |(from, to): &(i64, Option<i64>)| Pause {
            kind: "k".into(),
            from: History::instant(*from),
            to: to.map(History::instant),
        };
        let started_at = History::instant(self.start);
        let mut run = ClockRun::new(started_at);
        run.pauses = Pauses::new(self.pauses.iter().map(pause).collect()).unwrap();
        self.extensions.iter().for_each(|by| run.extend(*by, started_at));
        run
    }

    pub fn rule(&self) -> ClockRule {
        ClockRule { limit: self.limit, roll: self.roll }
    }
}
