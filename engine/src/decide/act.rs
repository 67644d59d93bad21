//! `Act`: a person does something the process allows without a task, or begins or ends a hold.

use super::draft::Draft;
use crate::definition::{Assignee, Choice, ProcessDefinition};
use crate::kernel::{Configuration, StateId};
use crate::rejection::Rejection;
use crate::value::Value;

pub(super) fn decide(draft: &mut Draft<'_>, action: &str, answers: &Value) -> Result<(), Rejection> {
    let definition = draft.definition.clone();
    let organisation = &draft.context.rules.organisation;
    if !super::may_see(organisation, &definition, draft.context.actor, &draft.case) {
        return Err(Rejection::CaseNotFound);
    }
    let Some((state, choice, by)) = find(&definition, &draft.case.configuration, action) else {
        return Err(Rejection::NotActive { what: action.to_owned() });
    };
    if !super::may_do(organisation, draft.context.actor, &draft.case, by) {
        return Err(Rejection::NotPermitted { what: choice.name.clone() });
    }
    if super::permit::is_recused(draft.context.actor, &draft.case) {
        return Err(Rejection::Recused);
    }
    if !draft.case.configuration.is_active(state) {
        return Err(Rejection::NotActive { what: choice.name.clone() });
    }
    draft.forget_silence();
    if !draft.offered(choice) {
        return Err(draft.not_offered(&choice.name));
    }
    let mut given = Vec::new();
    if let Some(form) = &choice.ask {
        given.push((form.as_str(), draft.answer(draft.holder_of(state), form, answers)?));
    }
    draft.refuse(&choice.refuse)?;
    draft.choose(choice, &given)
}

/// Every choice that needs no task, with the state that must be active and those who may do it.
pub fn choices(definition: &ProcessDefinition) -> Vec<(StateId, &Choice, &[Assignee])> {
    let states = (0u32..).zip(&definition.states);
    let actions = states
        .flat_map(|(id, state)| state.actions.iter().map(move |choice| (StateId(id), choice, choice.by.as_slice())));
    let holds = definition.holds.iter().flat_map(|hold| {
        let begin = hold.begin.values().map(|choice| (hold.work, choice, hold.by.as_slice()));
        let end = hold.held.values().filter_map(|held| Some((*held, hold.end.as_ref()?, hold.by.as_slice())));
        begin.chain(end)
    });
    actions.chain(holds).collect()
}

/// The choice behind an addressed event. A hold's end is one choice in a state for each kind, so an active one is
/// looked for first.
fn find<'d>(
    definition: &'d ProcessDefinition,
    configuration: &Configuration,
    event: &str,
) -> Option<(StateId, &'d Choice, &'d [Assignee])> {
    let found: Vec<_> = choices(definition).into_iter().filter(|(_, choice, _)| choice.event == event).collect();
    found.iter().find(|(state, _, _)| configuration.is_active(*state)).or(found.first()).copied()
}
