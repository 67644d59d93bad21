//! `Recuse`: an official steps back from a case. It must never say why: the reason may be somebody's private life.

use super::claim_task::open_task;
use super::draft::Draft;
use crate::case::TaskStatus;
use crate::definition::RECUSED;
use crate::event::Event;
use crate::kernel;
use crate::organisation::ActorKind;
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>, number: u32) -> Result<(), Rejection> {
    let task = open_task(draft, number)?;
    if !matches!(draft.context.actor.kind, ActorKind::Staff { .. }) {
        return Err(Rejection::NotPermitted { what: draft.definition.chart.state(task.state).name.clone() });
    }
    let person = draft.context.actor.id.clone();
    let waiting = |status| matches!(status, TaskStatus::Open | TaskStatus::Aside);
    let tasks = draft.case.tasks.values();
    let held: Vec<u32> = tasks
        .filter(|task| waiting(task.status) && task.holder.as_deref() == Some(&person))
        .map(|task| task.number)
        .collect();
    for task in held {
        draft.emit(Event::TaskReleased { task });
    }
    draft.emit(Event::Recused { task: number, person });
    draft.move_by(kernel::Event::announced(RECUSED))?;
    Ok(())
}
