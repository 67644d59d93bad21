//! What an actor may do now: the same checks that a command meets, asked before it is sent.

use std::sync::Arc;

use super::act;
use super::claim_task::open_task;
use super::draft::Draft;
use super::permit::is_recused;
use super::{Context, Loaded, may_do};
use crate::definition::{Choice, ProcessDefinition};
use crate::rejection::Rejection;

/// What an actor may do with a case now.
#[derive(Clone, Debug, Default)]
pub struct Possible {
    /// Tasks the actor may take or complete.
    pub tasks: Vec<PossibleTask>,
    /// Choices without a task.
    pub actions: Vec<Choice>,
    /// Names of clocks the actor may prolong.
    pub extensions: Vec<String>,
}

/// What an actor may do with a task now.
#[derive(Clone, Debug)]
pub struct PossibleTask {
    /// Its number.
    pub number: u32,
    /// Nobody holds it.
    pub free: bool,
    /// The actor holds it.
    pub held: bool,
    /// Outcomes whose condition holds.
    pub outcomes: Vec<Choice>,
}

/// What the actor of `context` may do with a case now.
pub fn possible(context: Context<'_>, definition: &Arc<ProcessDefinition>, loaded: &Loaded) -> Possible {
    let draft = Draft::open(context, definition.clone(), loaded);
    let organisation = &context.rules.organisation;
    let tasks = draft.case.open_tasks().filter_map(|task| {
        let found = match open_task(&draft, task.number) {
            Ok(found) => found,
            Err(Rejection::SamePerson { .. }) | Err(_) => return None,
        };
        let held = found.holder.as_deref() == Some(&context.actor.id);
        let free = found.holder.is_none();
        let work = definition.state(found.state).task.as_ref()?;
        let offered = work.outcomes.iter().filter(|choice| (held || free) && draft.offered(choice));
        Some(PossibleTask { number: found.number, free, held, outcomes: offered.cloned().collect() })
    });
    let tasks = tasks.collect();
    let actions = act::choices(definition)
        .into_iter()
        .filter(|(state, choice, by)| {
            draft.case.configuration.is_active(*state)
                && may_do(organisation, context.actor, &draft.case, by)
                && !is_recused(context.actor, &draft.case)
                && draft.offered(choice)
        })
        .map(|(_, choice, _)| choice.clone())
        .collect();
    let extensions =
        definition.clocks.iter().filter(|clock| extensible(&draft, clock)).map(|c| c.name.clone()).collect();
    Possible { tasks, actions, extensions }
}

fn extensible(draft: &Draft<'_>, clock: &crate::definition::ClockDefinition) -> bool {
    let Some(extension) = &clock.extend else { return false };
    let by = if extension.approved_by.is_empty() { &extension.by } else { &extension.approved_by };
    let running = draft.case.clocks.get(&clock.id).filter(|state| state.running && !state.late);
    running.is_some_and(|state| state.run.extensions.len() < extension.times as usize)
        && may_do(&draft.context.rules.organisation, draft.context.actor, &draft.case, by)
        && !is_recused(draft.context.actor, &draft.case)
}
