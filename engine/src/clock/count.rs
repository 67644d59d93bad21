//! The count itself: legs of days, working days, months or exact time, one after the other, around the pauses. It must
//! take time in proportion to the limit, never to the length of a pause.

use jiff::civil::Date;

use super::deadline::{Deadline, Due, ProofLine, Reason, Stretch, last_day};
use super::limit::{Limit, Span, Unit};
use super::run::{ClockRule, ClockRun, Pause, Roll};
use crate::calendar::{Calendar, Day, DayKind};
use crate::value::{DAY_MS, HOUR_MS, Instant, date_of_epoch_day, epoch_day};

/// When the clock ends, with its proof.
pub fn deadline(rule: &ClockRule, run: &ClockRun, calendar: &Calendar) -> Deadline {
    let mut counter = Counter::new(run, calendar);
    let legs = legs(rule, run);
    if !matches!(legs.first(), Some(Leg::Exact(_) | Leg::Office(_))) {
        counter.days_line(counter.day, counter.day, 0, Reason::DayZero, false);
    }
    for extension in &run.extensions {
        let day = epoch_day(extension.at.date());
        counter.days_line(day, day, 0, Reason::Extended(extension.by), false);
    }
    let mut standstill = None;
    for leg in &legs {
        standstill = match standstill {
            None => counter.leg(*leg),
            Some(mut standstill @ Standstill { .. }) => {
                standstill.left_ms += leg.length_ms(counter.day);
                Some(standstill)
            }
        };
    }
    if standstill.is_none() && matches!(legs.last(), Some(Leg::Days(_) | Leg::Months(_))) {
        standstill = counter.roll(rule.roll);
    }
    let due = match standstill {
        None => Due::At { on: date_of_epoch_day(counter.day), at: counter.at },
        Some(Standstill { pause, left_ms }) => {
            Due::Paused { kind: pause.kind.clone(), since: pause.from, left_ms, at_the_latest: None }
        }
    };
    let left_ms = if let Due::Paused { left_ms, .. } = due { left_ms } else { 0 };
    let Counter { lines, sum_ms, provisional, .. } = counter;
    Deadline { due, total_ms: sum_ms + left_ms, provisional, calendar: calendar.version().to_owned(), lines }
}

/// A stretch of the limit in one way of counting.
#[derive(Clone, Copy)]
pub(super) enum Leg {
    Workdays(i64),
    Days(i64),
    Months(i64),
    /// Milliseconds, day and night.
    Exact(i64),
    /// Milliseconds of office hours.
    Office(i64),
    BeforeDay(u8),
}

impl Leg {
    fn of(span: Span) -> Leg {
        let amount = i64::try_from(span.amount()).unwrap_or(i64::MAX);
        match span.unit() {
            Unit::Workdays => Leg::Workdays(amount),
            Unit::Days => Leg::Days(amount),
            Unit::Months => Leg::Months(amount),
            Unit::Workhours => Leg::Office(amount.saturating_mul(HOUR_MS)),
            Unit::Hours | Unit::Minutes | Unit::Seconds | Unit::Milliseconds => {
                Leg::Exact(span.exact_ms().unwrap_or(i64::MAX))
            }
        }
    }

    /// Both in one, where they count alike.
    fn join(self, next: Leg) -> Option<Leg> {
        match (self, next) {
            (Leg::Workdays(a), Leg::Workdays(b)) => Some(Leg::Workdays(a.saturating_add(b))),
            (Leg::Days(a), Leg::Days(b)) => Some(Leg::Days(a.saturating_add(b))),
            (Leg::Months(a), Leg::Months(b)) => Some(Leg::Months(a.saturating_add(b))),
            (Leg::Exact(a), Leg::Exact(b)) => Some(Leg::Exact(a.saturating_add(b))),
            (Leg::Office(a), Leg::Office(b)) => Some(Leg::Office(a.saturating_add(b))),
            _ => None,
        }
    }

    /// Counted time, if it began after `day`.
    fn length_ms(self, day: i64) -> i64 {
        match self {
            Leg::Workdays(days) | Leg::Days(days) => days.saturating_mul(DAY_MS),
            Leg::Months(months) => (months_after(day, months) - day) * DAY_MS,
            Leg::Exact(ms) | Leg::Office(ms) => ms,
            Leg::BeforeDay(before) => (day_before(day, before) - day) * DAY_MS,
        }
    }
}

/// The limit and its extensions as legs.
fn legs(rule: &ClockRule, run: &ClockRun) -> Vec<Leg> {
    let first = match rule.limit {
        Limit::Span(span) => Leg::of(span),
        Limit::BeforeDay { day } => Leg::BeforeDay(day),
    };
    let mut legs = vec![first];
    for extension in &run.extensions {
        let next = Leg::of(extension.by);
        match legs.last_mut().and_then(|last| last.join(next).map(|joined| (last, joined))) {
            Some((last, joined)) => *last = joined,
            None => legs.push(next),
        }
    }
    legs
}

/// The day with the same number `months` later, or the last day of a shorter month (Civil Code 202).
fn months_after(day: i64, months: i64) -> i64 {
    let span = jiff::Span::new().try_months(months);
    let date = date_of_epoch_day(day);
    epoch_day(span.map_or(Date::MAX, |span| date.saturating_add(span)))
}

/// The last day before day `before` of the month after that of `day`; in a month that is too short, its last day.
fn day_before(day: i64, before: u8) -> i64 {
    let next = date_of_epoch_day(months_after(day, 1));
    let days_in_month = i64::from(next.days_in_month());
    epoch_day(next.first_of_month()) - 1 + i64::from(before - 1).min(days_in_month)
}

/// The clock stands still with this much counted time left.
pub(super) struct Standstill<'a> {
    pub pause: &'a Pause,
    pub left_ms: i64,
}

/// The state of one count.
pub(super) struct Counter<'a> {
    pub calendar: &'a Calendar,
    /// Pauses that take at least one millisecond.
    pub pauses: Vec<&'a Pause>,
    /// The same as days: (first day taken, first day counted again, pause), only those that take a day.
    pub day_pauses: Vec<(i64, Option<i64>, &'a Pause)>,
    /// The last day used so far: day 0 of what follows.
    pub day: i64,
    /// The end so far, exclusive.
    pub at: Instant,
    pub sum_ms: i64,
    pub provisional: bool,
    pub lines: Vec<ProofLine>,
}

impl<'a> Counter<'a> {
    fn new(run: &'a ClockRun, calendar: &'a Calendar) -> Counter<'a> {
        let day_of = |at: Instant| epoch_day(at.date());
        let pauses: Vec<&Pause> = run.pauses.list().iter().filter(|pause| pause.to != Some(pause.from)).collect();
        let day_pauses = pauses.iter().map(|pause| (day_of(pause.from), pause.to.map(day_of), *pause));
        Counter {
            calendar,
            day_pauses: day_pauses.filter(|(from, to, _)| *to != Some(*from)).collect(),
            pauses,
            day: day_of(run.started_at),
            at: run.started_at,
            sum_ms: 0,
            provisional: false,
            lines: Vec::new(),
        }
    }

    fn leg(&mut self, leg: Leg) -> Option<Standstill<'a>> {
        match leg {
            Leg::Workdays(days) => self.workdays(days),
            Leg::Days(days) => self.days(days),
            Leg::Months(months) => self.days(months_after(self.day, months) - self.day),
            Leg::Exact(ms) => self.exact(ms),
            Leg::Office(ms) => self.office(ms),
            Leg::BeforeDay(before) => {
                let last = day_before(self.day, before);
                if last > self.day {
                    self.days_line(self.day + 1, last, (last - self.day) * DAY_MS, Reason::CutOff, false);
                }
                self.end_on(last);
                None
            }
        }
    }

    /// Counts working days after `self.day`.
    fn workdays(&mut self, days: i64) -> Option<Standstill<'a>> {
        let (mut day, mut left) = (self.day, days);
        while left > 0 {
            day += 1;
            match self.skip_pause(day, left * DAY_MS) {
                Skip::Nothing => {}
                Skip::To(next) => {
                    day = next - 1;
                    continue;
                }
                Skip::Forever(standstill) => return Some(standstill),
            }
            let Day { kind, covered } = self.calendar.day_number(day);
            self.provisional |= !covered;
            let (counted, reason) = match kind {
                DayKind::Workday => (DAY_MS, Reason::Workday),
                DayKind::MakeUp(name) => (DAY_MS, Reason::MakeUp(name.clone())),
                DayKind::Weekend => (0, Reason::Weekend),
                DayKind::Holiday(name) => (0, Reason::Holiday(name.clone())),
            };
            left -= i64::from(counted > 0);
            self.days_line(day, day, counted, reason, !covered);
        }
        self.end_on(day);
        None
    }

    /// Counts calendar days after `self.day`.
    fn days(&mut self, days: i64) -> Option<Standstill<'a>> {
        let (mut day, mut left) = (self.day, days);
        while left > 0 {
            match self.skip_pause(day + 1, left * DAY_MS) {
                Skip::Nothing => {}
                Skip::To(next) => {
                    day = next - 1;
                    continue;
                }
                Skip::Forever(standstill) => return Some(standstill),
            }
            let next_pause = self.day_pauses.iter().map(|(from, _, _)| *from).find(|from| *from > day + 1);
            let run = next_pause.map_or(left, |from| left.min(from - day - 1));
            self.days_line(day + 1, day + run, run * DAY_MS, Reason::CalendarDays, false);
            day += run;
            left -= run;
        }
        self.end_on(day);
        None
    }

    /// Moves the last day off rest days.
    fn roll(&mut self, roll: Roll) -> Option<Standstill<'a>> {
        if roll == Roll::None {
            return None;
        }
        let mut day = self.day;
        loop {
            let Day { kind, covered } = self.calendar.day_number(day);
            self.provisional |= !covered;
            let stays = match roll {
                Roll::RestDay => kind.is_workday(),
                Roll::Holiday => !matches!(kind, DayKind::Holiday(_)),
                Roll::None => true,
            };
            if stays {
                break;
            }
            let reason = match kind {
                DayKind::Holiday(name) => Reason::RolledHoliday(name.clone()),
                DayKind::Weekend | DayKind::Workday | DayKind::MakeUp(_) => Reason::RolledWeekend,
            };
            self.days_line(day, day, 0, reason, !covered);
            day += 1;
            loop {
                match self.skip_pause(day, 0) {
                    Skip::Nothing => break,
                    Skip::To(next) => day = next,
                    Skip::Forever(standstill) => return Some(standstill),
                }
            }
        }
        if day != self.day {
            let covered = self.calendar.day_number(day).covered;
            self.days_line(day, day, 0, Reason::RolledTo, !covered);
            self.end_on(day);
        }
        None
    }

    /// Counts milliseconds after `self.at`.
    fn exact(&mut self, ms: i64) -> Option<Standstill<'a>> {
        self.time_until(Instant(i64::MAX), ms, &Reason::Running).err()
    }

    /// Counts up to `left` milliseconds from `self.at`, not beyond `end`, and moves `self.at`. Returns what is left.
    pub(super) fn time_until(&mut self, end: Instant, mut left: i64, reason: &Reason) -> Result<i64, Standstill<'a>> {
        while left > 0 && self.at < end {
            let at = self.at;
            let inside = |pause: &&Pause| pause.from <= at && pause.to.is_none_or(|to| at < to);
            if let Some(pause) = self.pauses.iter().copied().find(inside) {
                let to = pause.to.map(|to| to.min(end));
                self.time_line(at, to, 0, Reason::Paused(pause.kind.clone()));
                let Some(to) = to else { return Err(Standstill { pause, left_ms: left }) };
                self.at = to;
                continue;
            }
            let next = self.pauses.iter().map(|pause| pause.from).find(|from| *from > at).unwrap_or(end).min(end);
            let counted = left.min(next.0.saturating_sub(at.0));
            let to = at.plus(counted);
            self.time_line(at, Some(to), counted, reason.clone());
            left -= counted;
            self.at = to;
            self.day = epoch_day(last_day(to));
        }
        Ok(left)
    }

    /// What a pause does to the count on a day.
    pub(super) fn skip_pause(&mut self, day: i64, left_ms: i64) -> Skip<'a> {
        let inside = |(from, to, _): &&(i64, Option<i64>, &Pause)| *from <= day && to.is_none_or(|to| day < to);
        match self.day_pauses.iter().find(inside).copied() {
            None => Skip::Nothing,
            Some((_, Some(to), pause)) => {
                self.days_line(day, to - 1, 0, Reason::Paused(pause.kind.clone()), false);
                Skip::To(to)
            }
            Some((_, None, pause)) => {
                self.time_line(Instant::start_of(date_of_epoch_day(day)), None, 0, Reason::Paused(pause.kind.clone()));
                Skip::Forever(Standstill { pause, left_ms })
            }
        }
    }

    fn end_on(&mut self, day: i64) {
        self.day = day;
        self.at = Instant::start_of(date_of_epoch_day(day + 1));
    }

    pub(super) fn days_line(&mut self, from: i64, to: i64, counted_ms: i64, reason: Reason, assumed: bool) {
        let stretch = Stretch::Days { from: date_of_epoch_day(from), to: date_of_epoch_day(to) };
        self.line(stretch, counted_ms, reason, assumed);
    }

    pub(super) fn time_line(&mut self, from: Instant, to: Option<Instant>, counted_ms: i64, reason: Reason) {
        self.line(Stretch::Time { from, to }, counted_ms, reason, false);
    }

    fn line(&mut self, stretch: Stretch, counted_ms: i64, reason: Reason, assumed: bool) {
        self.sum_ms += counted_ms;
        self.lines.push(ProofLine { stretch, counted_ms, sum_ms: self.sum_ms, reason, assumed });
    }
}

/// What a pause does to the count on a day.
pub(super) enum Skip<'a> {
    /// No pause.
    Nothing,
    /// The count goes on with this day.
    To(i64),
    /// The pause is open.
    Forever(Standstill<'a>),
}
