//! `CompleteTask`: ends an open task with one of its outcomes.

use super::claim_task::open_task;
use super::draft::Draft;
use super::event_data;
use crate::definition::{Choice, Refusal};
use crate::event::{Event, Holder};
use crate::expression::Fault;
use crate::kernel::{self, StateId};
use crate::rejection::Rejection;
use crate::value::Value;

pub(super) fn decide(
    draft: &mut Draft<'_>,
    number: u32,
    outcome: &str,
    answers: &Value,
    ask: &Value,
) -> Result<(), Rejection> {
    let task = open_task(draft, number)?;
    let actor = draft.context.actor.id.clone();
    match &task.holder {
        Some(holder) if *holder != actor => return Err(Rejection::TaskHeld { task: number }),
        Some(_) => {}
        None => draft.emit(Event::TaskClaimed { task: number, holder: actor }),
    }
    let definition = draft.definition.clone();
    let Some(work) = &definition.state(task.state).task else {
        return Err(Rejection::TaskNotFound { task: number });
    };
    let choice = work.outcomes.iter().find(|choice| choice.name == outcome).ok_or_else(|| {
        let offered = work.outcomes.iter().map(|choice| choice.name.clone()).collect();
        Rejection::OutcomeUnknown { outcome: outcome.to_owned(), offered }
    })?;
    draft.forget_silence();
    if !draft.offered(choice) {
        return Err(draft.not_offered(outcome));
    }
    let holder = draft.holder_of(task.state);
    let mut given = Vec::new();
    if let Some(form) = &work.form {
        given.push((form.as_str(), draft.answer(holder.clone(), form, answers)?));
    }
    if let Some(form) = &choice.ask {
        given.push((form.as_str(), draft.answer(holder, form, ask)?));
    }
    draft.refuse(&choice.refuse)?;
    draft.emit(Event::TaskCompleted { task: number, outcome: outcome.to_owned() });
    draft.choose(choice, &given)
}

impl Draft<'_> {
    /// Is a choice offered where the case stands now? A condition that cannot be computed does not hold.
    pub fn offered(&self, choice: &Choice) -> bool {
        choice.when.as_ref().is_none_or(|when| self.holds(when, None).unwrap_or(false))
    }

    /// The first refusal that holds. One that reads what was not answered does not hold, as every condition.
    ///
    /// # Errors
    /// [`Rejection::RefusedByProcess`] with the words of the process; [`Rejection::ProcessFault`] where it cannot be
    /// known whether it holds, since what must be refused may not slip through.
    pub fn refuse(&self, refusals: &[Refusal]) -> Result<(), Rejection> {
        self.forget_silence();
        for refusal in refusals {
            match self.holds(&refusal.when, None) {
                Ok(false) => {}
                Err(Fault::Unanswered(path)) if asked_of_people(&path) => {}
                Ok(true) => return Err(Rejection::RefusedByProcess { message: refusal.message.clone() }),
                Err(fault) => {
                    return Err(self.silent().unwrap_or(Rejection::ProcessFault { fault: fault.to_string() }));
                }
            }
        }
        Ok(())
    }

    /// Whose forms a state asks: its item's, or the case's.
    pub fn holder_of(&self, state: StateId) -> Holder {
        match self.definition.state(state).item {
            Some(item) => Holder::Item(self.definition.item(item).name.clone()),
            None => Holder::Case,
        }
    }

    /// Moves the case by a choice. One without any transition only ends its task or notes its answers.
    pub fn choose(&mut self, choice: &Choice, given: &[(&str, Value)]) -> Result<(), Rejection> {
        let data: Vec<(&str, &Value)> = given.iter().map(|(form, values)| (*form, values)).collect();
        let moved = self.move_by(kernel::Event::addressed(choice.event.clone()).with(event_data(&data)))?;
        if !moved && !choice.transitions.is_empty() {
            return Err(Rejection::NotOfferedNow { what: choice.name.clone() });
        }
        Ok(())
    }
}

/// May this be left open by whoever fills a form? What the process itself keeps (a variable, a place, a clock) is
/// another matter: if that is not known, a limit that depends on it cannot be looked at, and nothing may pass unseen.
fn asked_of_people(path: &str) -> bool {
    let root = path.split('.').next().unwrap_or_default();
    matches!(root, "answers" | "item_answers" | "fixed" | "element" | "event")
}
