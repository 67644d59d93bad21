//! `ClaimTask` and `ReleaseTask`: somebody takes an open task, or gives it back.

use super::draft::Draft;
use crate::case::{Task, TaskStatus};
use crate::event::Event;
use crate::rejection::Rejection;

pub(super) fn claim(draft: &mut Draft<'_>, number: u32) -> Result<(), Rejection> {
    let task = open_task(draft, number)?;
    let actor = draft.context.actor.id.clone();
    match task.holder {
        Some(holder) if holder == actor => Ok(()),
        Some(_) => Err(Rejection::TaskHeld { task: number }),
        None => {
            draft.emit(Event::TaskClaimed { task: number, holder: actor });
            Ok(())
        }
    }
}

pub(super) fn release(draft: &mut Draft<'_>, number: u32) -> Result<(), Rejection> {
    let task = open_task(draft, number)?;
    match task.holder {
        Some(holder) if holder == draft.context.actor.id => {
            draft.emit(Event::TaskReleased { task: number });
            Ok(())
        }
        Some(_) => Err(Rejection::TaskHeld { task: number }),
        None => Ok(()),
    }
}

/// The task, if the actor may know of it, it waits, and maker and checker differ.
///
/// # Errors
/// In this order: not there (or not theirs, which looks the same), not open, the same person as before.
pub(super) fn open_task(draft: &Draft<'_>, number: u32) -> Result<Task, Rejection> {
    let context = &draft.context;
    let task = draft.case.task(number).ok_or(Rejection::TaskNotFound { task: number })?;
    let organisation = &context.rules.organisation;
    if !super::may_take(organisation, context.actor, &draft.case, task) {
        return Err(match super::may_see(organisation, &draft.definition, context.actor, &draft.case) {
            true => Rejection::NotPermitted { what: draft.definition.chart.state(task.state).name.clone() },
            false => Rejection::CaseNotFound,
        });
    }
    if super::permit::is_recused(context.actor, &draft.case) {
        return Err(Rejection::Recused);
    }
    let status = match task.status {
        TaskStatus::Open => return not_the_same_person(draft, task).map(|()| task.clone()),
        TaskStatus::Aside => "aside",
        TaskStatus::Done => "done",
        TaskStatus::Cancelled => "cancelled",
    };
    Err(Rejection::TaskNotOpen { task: number, status, outcome: task.outcome.clone() })
}

fn not_the_same_person(draft: &Draft<'_>, task: &Task) -> Result<(), Rejection> {
    let Some(definition) = &draft.definition.state(task.state).task else { return Ok(()) };
    // The task of a state with a hold lies in the part that the hold interrupts.
    let made_in = |state| {
        let hold = draft.definition.holds.iter().find(|hold| hold.work == state);
        definition.not_same_as.contains(&state) || hold.is_some_and(|hold| definition.not_same_as.contains(&hold.state))
    };
    let same = draft.case.tasks.values().any(|other| {
        other.status == TaskStatus::Done
            && made_in(other.state)
            && other.holder.as_deref() == Some(&draft.context.actor.id)
    });
    if same { Err(Rejection::SamePerson { task: task.number }) } else { Ok(()) }
}
