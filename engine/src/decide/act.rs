//! `Act`: a person does something the process allows without a task, or begins or ends a hold.

use super::draft::Draft;
use crate::definition::{Assignee, Choice, ProcessDefinition};
use crate::kernel::StateId;
use crate::rejection::Rejection;
use crate::value::Value;

pub(super) fn decide(draft: &mut Draft<'_>, action: &str, answers: &Value) -> Result<(), Rejection> {
    let definition = draft.definition.clone();
    let organisation = &draft.context.rules.organisation;
    if !super::may_see(organisation, &definition, draft.context.actor, &draft.case) {
        return Err(Rejection::CaseNotFound);
    }
    let Some((state, choice, by)) = find(&definition, action) else {
        return Err(Rejection::NotActive { what: action.to_owned() });
    };
    if !super::may_do(organisation, draft.context.actor, &draft.case, by) {
        return Err(Rejection::NotPermitted { what: choice.name.clone() });
    }
    if !draft.case.configuration.is_active(state) {
        return Err(Rejection::NotActive { what: choice.name.clone() });
    }
    if !draft.offered(choice) {
        return Err(Rejection::NotOfferedNow { what: choice.name.clone() });
    }
    let mut given = Vec::new();
    if let Some(form) = &choice.ask {
        given.push((form.as_str(), draft.answer(draft.holder_of(state), form, answers)?));
    }
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

/// The choice behind an addressed event: the one whose state is named by it; a hold's end has a state per kind.
fn find<'d>(definition: &'d ProcessDefinition, event: &str) -> Option<(StateId, &'d Choice, &'d [Assignee])> {
    choices(definition).into_iter().find(|(_, choice, _)| choice.event == event)
}
