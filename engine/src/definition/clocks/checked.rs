//! Clocks of the draft as the checked model has them: names resolved, expressions compiled. It must never compute a date.

use std::collections::BTreeSet;

use crate::definition::build::{clock_id, item_id};
use crate::definition::draft::{Draft, DraftClock, DraftLimit, DraftTrigger, Placed};
use crate::definition::emit::Emitted;
use crate::definition::guards::GlobalScope;
use crate::definition::model::{Again, ClockDefinition, ClockStart, LimitSource};
use crate::definition::words::both;
use crate::expression::Type;

impl<'a> Draft<'a> {
    pub fn clock_definitions(&mut self, emitted: &Emitted, scope: &GlobalScope) -> Vec<ClockDefinition> {
        let awaited: BTreeSet<usize> = self
            .transitions
            .iter()
            .filter_map(|transition| match transition.trigger {
                DraftTrigger::Clock(name) => self.find_clock(transition.env, name),
                _ => None,
            })
            .collect();
        for clock in awaited {
            self.clocks[clock].awaited = true;
        }
        let clocks = self.clocks.iter().enumerate();
        clocks.map(|(index, clock)| self.clock_definition(index, clock, emitted, scope)).collect()
    }

    fn clock_definition(
        &self,
        index: usize,
        clock: &DraftClock<'a>,
        emitted: &Emitted,
        scope: &GlobalScope,
    ) -> ClockDefinition {
        let base = clock.task.unwrap_or(self.envs[clock.env].base);
        let runs_in = clock.runs_in.iter().filter_map(|target| self.resolve_target(base, target));
        let not_after = clock.not_after.and_then(|placed| {
            let (name, place) = self.text(placed.env, placed.node)?;
            let found = self.find_clock(place.env, name);
            if found.is_none() {
                self.unknown_clock(place.env, name, place.span);
            }
            found
        });
        ClockDefinition {
            id: clock_id(index),
            name: clock.name.clone(),
            title: clock.title.clone(),
            kind: clock.kind,
            limit: match &clock.limit {
                DraftLimit::Fixed(limit) => LimitSource::Fixed(*limit),
                DraftLimit::Parameter(name, site) => LimitSource::Parameter(name.clone(), site.clone()),
                // Reported; the process is refused.
                DraftLimit::Broken => LimitSource::Parameter(String::new(), None),
            },
            roll: clock.roll,
            calendar: clock.calendar.clone().unwrap_or_else(|| self.frame.calendar.clone()),
            runs_in: runs_in.map(|state| emitted.states[state]).collect(),
            again: clock.again.unwrap_or(Again::Restart),
            pauses: clock.pauses.clone(),
            from: clock.from.and_then(|placed| self.clock_start(index, placed, scope)),
            not_after: not_after.map(clock_id),
            extend: clock.extend.clone(),
            remind: clock.remind.clone(),
            late: clock.late,
            event: clock.awaited.then(|| format!("due.{}", clock.name)),
            item: clock.item.map(item_id),
            basis: clock.basis.clone(),
        }
    }

    /// `from:` of a clock: another clock by its name, else a date.
    fn clock_start(&self, clock: usize, placed: Placed<'a>, scope: &GlobalScope) -> Option<ClockStart> {
        let other = self.text(placed.env, placed.node).and_then(|(name, place)| self.find_clock(place.env, name));
        let Some(other) = other else {
            return self.expression(placed, &Type::Date, scope).map(ClockStart::Date);
        };
        if other >= clock {
            let (own, other) = (self.clocks[clock].local, self.clocks[other].local);
            let message = both(
                format!("时限 `{own}` 从 `{other}` 的末日起算，但 `{other}` 写在它后面"),
                format!("the clock `{own}` counts from the end of `{other}`, which does not stand before it"),
            );
            let problem = self.error("E0558", placed.env, placed.node.span, message);
            self.problems
                .push(problem.cure("把先走的时限写在前面。", "Write the one that runs first above the other."));
            return None;
        }
        Some(ClockStart::EndOf(clock_id(other)))
    }
}
