//! Tasks of a case: how each event about one changes it. It must never decide who may take it.

use super::{Case, Task, TaskStatus};
use crate::event::Event;
use crate::value::Instant;

impl Case {
    pub(super) fn apply_task(&mut self, event: &Event, at: Instant) {
        if let Event::TaskOffered { task, state, offers } = event {
            let task = Task {
                number: *task,
                state: *state,
                offers: offers.clone(),
                offered_at: at,
                holder: None,
                status: TaskStatus::Open,
                outcome: None,
                ended_at: None,
            };
            self.tasks.insert(task.number, task);
            return;
        }
        let number = match event {
            Event::TaskClaimed { task, .. }
            | Event::TaskReleased { task }
            | Event::TaskCompleted { task, .. }
            | Event::TaskCancelled { task }
            | Event::TaskPutAside { task }
            | Event::TaskTakenUp { task } => *task,
            _ => return,
        };
        let Some(task) = self.tasks.get_mut(&number) else { return };
        match event {
            Event::TaskClaimed { holder, .. } => task.holder = Some(holder.clone()),
            Event::TaskReleased { .. } => task.holder = None,
            Event::TaskCompleted { outcome, .. } => {
                (task.status, task.outcome, task.ended_at) = (TaskStatus::Done, Some(outcome.clone()), Some(at));
            }
            Event::TaskCancelled { .. } => (task.status, task.ended_at) = (TaskStatus::Cancelled, Some(at)),
            Event::TaskPutAside { .. } => task.status = TaskStatus::Aside,
            _ => task.status = TaskStatus::Open,
        }
    }
}
