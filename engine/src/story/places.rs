//! Waiting lists of a story: places are given at once after each step, and at the beginning of a day, as the worker does
//! it. It must never give one otherwise than by a command.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Step;
use super::stage::Stage;
use crate::case::Place;
use crate::command::Command;
use crate::decide::{self, LineAsked, LineFound};
use crate::organisation::Actor;
use crate::value::{Instant, date_of_epoch_day, epoch_day};

/// So many places may be given after one step before the story is called a run-away.
const GIVEN_MAX: usize = 1000;

impl Stage<'_> {
    /// How a waiting list stands, from the cases of the story.
    pub fn line(&self, asked: &LineAsked) -> LineFound {
        let mut found = LineFound::default();
        for told in &self.cases {
            let case = &told.loaded.case;
            let place = case.places.get(&asked.quota).filter(|place| place.region == asked.region);
            let Some(Place { priority, since, given_at, .. }) = place else { continue };
            match given_at {
                Some(at) => found.given += u32::from(asked.year.is_none_or(|year| at.date().year() == year)),
                None => {
                    let order =
                        |priority: i64, since: Instant, number: &str| (Reverse(priority), since, number.to_owned());
                    let own = order(asked.priority, asked.since, &asked.number);
                    found.ahead += u32::from(order(*priority, *since, &case.number) < own);
                }
            }
        }
        found
    }

    /// Gives every place that is free to who is next.
    pub fn give_places(&mut self, step: &Step) {
        for _ in 0..GIVEN_MAX {
            let Some(command) = self.next_place(step) else { return };
            if let Err(rejection) = self.send(&Actor::system(), &command, "") {
                self.fail(step, rejection.text().zh, rejection.text().en);
                return;
            }
            self.carry_out(step);
        }
        self.fail(step, "名额不断给出又退回，没有尽头", "places are given and given back without end");
    }

    /// The first in line of some list in which a place is free.
    fn next_place(&mut self, step: &Step) -> Option<Command> {
        let mut first = BTreeMap::new();
        for told in &self.cases {
            for (quota, asked) in decide::waiting_lines(&told.definition, &told.loaded.case, self.now) {
                if self.line(&asked).ahead == 0 {
                    first.insert((asked.quota.clone(), asked.region.clone()), (told, quota, asked));
                }
            }
        }
        let mut problem = None;
        let free = first.values().find(|(told, quota, asked)| {
            let date = self.now.date();
            match decide::places_in(self.rules, &told.definition, quota, &asked.region, date) {
                Ok(limit) => self.line(asked).given < limit,
                Err(fault) => {
                    problem = Some(fault.to_string());
                    false
                }
            }
        });
        let command = free.map(|(_, _, asked)| Command::GivePlace { case: asked.case, quota: asked.quota.clone() });
        if let Some(problem) = problem {
            self.fail(step, format!("名额数量算不出来：{problem}"), format!("the limit of a quota: {problem}"));
        }
        command
    }

    /// The beginning of the next day, if it comes before `until` and somebody waits.
    pub fn next_giving(&self, until: Instant) -> Option<Instant> {
        let waits = |place: &Place| place.given_at.is_none();
        let waiting = self.cases.iter().any(|told| told.loaded.case.places.values().any(waits));
        let midnight = Instant::start_of(date_of_epoch_day(epoch_day(self.now.date()) + 1));
        (waiting && midnight <= until).then_some(midnight)
    }

    /// Compares where the case stands in its waiting list.
    pub(super) fn look_at_place(&mut self, step: &Step, asked: usize) {
        let Some(told) = self.told() else { return };
        let lines = decide::waiting_lines(&told.definition, &told.loaded.case, self.now);
        let found = lines.first().map_or(0, |(_, line)| self.line(line).ahead as usize + 1);
        if found != asked {
            self.fail(
                step,
                format!("应排在第 {asked} 位，实际第 {found} 位（0 表示没有在等候）"),
                format!("expected place {asked} in the waiting list, but it is {found} (0: it waits in none)"),
            );
        }
    }
}
