//! Tasks follow the stay in their state: offered when it begins, put aside by a hold, cancelled when it ends otherwise.

use super::draft::Draft;
use super::permit;
use super::settle::Stay;
use crate::case::{Task, TaskStatus};
use crate::event::Event;
use crate::kernel::StateId;

impl Draft<'_> {
    /// Cancels, puts aside or takes up the tasks that were there before the run.
    pub fn end_tasks(&mut self, stay: &Stay) {
        let waiting: Vec<Task> = self
            .case
            .tasks
            .values()
            .filter(|t| matches!(t.status, TaskStatus::Open | TaskStatus::Aside))
            .cloned()
            .collect();
        for task in waiting {
            let active = self.case.configuration.active.contains(&task.state);
            let again = stay.left.contains(&task.state) && task.status == TaskStatus::Open;
            let number = task.number;
            match (active, task.status) {
                (true, TaskStatus::Aside) => self.emit(Event::TaskTakenUp { task: number }),
                (true, _) if !again => {}
                (false, TaskStatus::Open) if stay.is.contains(&task.state) => {
                    self.emit(Event::TaskPutAside { task: number });
                }
                (false, TaskStatus::Aside) if stay.is.contains(&task.state) => {}
                _ => self.emit(Event::TaskCancelled { task: number }),
            }
        }
    }

    /// Offers the tasks of the stays that began. Returns their states and numbers.
    pub fn begin_tasks(&mut self, stay: &Stay) -> Vec<(StateId, u32)> {
        let definition = self.definition.clone();
        let mut begun = Vec::new();
        for state in self.case.configuration.in_order(&definition.chart) {
            let Some(task) = &definition.state(state).task else { continue };
            let waits = self
                .case
                .tasks
                .values()
                .any(|t| t.state == state && matches!(t.status, TaskStatus::Open | TaskStatus::Aside));
            if !stay.entered.contains(&state) || waits {
                continue;
            }
            let number = self.case.tasks.keys().next_back().map_or(1, |last| last + 1);
            let organisation = &self.context.rules.organisation;
            let offers = task.by.iter().map(|by| permit::offer(organisation, by, &self.case)).collect();
            self.emit(Event::TaskOffered { task: number, state, offers });
            begun.push((state, number));
        }
        begun
    }

    /// Sets a wake-up.
    pub fn set_timer(&mut self, at: crate::value::Instant, why: crate::event::TimerKind) {
        let timer = self.case.timers_made + 1;
        self.emit(Event::TimerSet { timer, at, why });
    }

    /// Cancels the wake-ups that `which` picks.
    pub fn cancel_timers(&mut self, which: impl Fn(&crate::event::TimerKind) -> bool) {
        let gone: Vec<u32> =
            self.case.timers.values().filter(|timer| which(&timer.why)).map(|timer| timer.number).collect();
        for timer in gone {
            self.emit(Event::TimerCancelled { timer });
        }
    }
}
