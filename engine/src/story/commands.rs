//! What a deed asks: who acts, on which case, with which command. It must never send anything.

use std::collections::{BTreeMap, BTreeSet};

use super::stage::Stage;
use super::{Deed, Part, Step, listed, path_matches};
use crate::case::TaskStatus;
use crate::command::Command;
use crate::decide::{self, Loaded};
use crate::definition::ProcessDefinition;
use crate::organisation::{Actor, ActorKind};
use crate::rejection::Rejection;
use crate::text::Text;
use crate::value::Value;

/// Why a deed could not even be sent, or was refused.
pub(super) enum Stuck {
    Unknown(Text),
    Rejected(Rejection),
}

impl Stuck {
    pub fn unknown(zh: impl Into<String>, en: impl Into<String>) -> Stuck {
        Stuck::Unknown(Text::new(zh, en))
    }
}

impl Stage<'_> {
    /// The actor that somebody of the story is.
    pub fn actor(&self, who: &str) -> Actor {
        let staff = |units: Vec<String>, roles: BTreeSet<String>| Actor {
            id: who.to_owned(),
            kind: ActorKind::Staff {
                units,
                roles,
                region: self.story.regions.get(who).cloned().unwrap_or_else(|| self.region()),
            },
        };
        match self.story.people.get(who) {
            Some(Part::Office(office)) => staff(vec![office.clone()], BTreeSet::new()),
            Some(Part::Role(role)) => staff(Vec::new(), BTreeSet::from([role.clone()])),
            Some(Part::Party(_)) | None => Actor::citizen(who),
        }
    }

    /// Somebody who plays a party has an account in it, as the shell would have seen to.
    pub fn join(&mut self, who: &str) {
        let (Some(Part::Party(party)), Some(told)) = (self.story.people.get(who), self.told()) else { return };
        if told.loaded.case.is_party(party, who) {
            return;
        }
        let join = Command::JoinParty { case: self.case_id(), party: party.clone(), account: who.to_owned() };
        // A party the process does not know makes the deed itself fail, with a better message.
        drop(self.send(&Actor::system(), &join, ""));
    }

    /// Who acts and what is asked.
    ///
    /// # Errors
    /// The deed names nothing, or more than one thing.
    pub fn command(&self, step: &Step, deed: &Deed) -> Result<(Actor, Command), Stuck> {
        let actor = self.actor(&deed.who);
        if let Some(door) = deed.what.strip_prefix("start.") {
            return self.start(step, deed, actor, door);
        }
        let Some(told) = self.told() else {
            return Err(Stuck::unknown(
                "还没有办件：先用 start.<入口> 开始",
                "there is no case yet: begin with start.<door>",
            ));
        };
        let (definition, loaded) = (&told.definition, &told.loaded);
        let case = loaded.case.id;
        if deed.who == "system" {
            let from = deed.from.clone().or_else(|| definition.messages.get(&deed.what)?.from.first().cloned());
            let name = from.unwrap_or_default();
            let answers = deed.with.values().next().cloned().unwrap_or_default();
            let actor = Actor { id: format!("connector:{name}"), kind: ActorKind::Connector { name } };
            return Ok((actor, Command::DeliverMessage { case, message: deed.what.clone(), answers }));
        }
        if let Some(asked) = deed.what.strip_prefix("extend.") {
            let clock = definition.clocks.iter().find(|clock| path_matches(&clock.name, asked));
            // One that the process does not know is refused like one that cannot be prolonged.
            let clock = clock.map_or_else(|| asked.to_owned(), |clock| clock.name.clone());
            return Ok((actor, Command::ExtendClock { case, clock }));
        }
        if let Some(task) = recusal(definition, loaded, &deed.what) {
            return Ok((actor, Command::Recuse { case, task }));
        }
        let outcomes = outcomes(definition, loaded).filter(|(_, path)| path_matches(path, &deed.what));
        let outcomes: BTreeMap<String, u32> = outcomes.map(|(task, path)| (path, task)).collect();
        let actions = actions(definition, loaded).into_iter().filter(|(_, path)| path_matches(path, &deed.what));
        let actions: BTreeMap<String, String> = actions.map(|(event, path)| (path, event)).collect();
        let mut all = outcomes.keys().chain(actions.keys());
        let (Some(path), None) = (all.next(), all.next()) else {
            let found = listed(outcomes.keys().chain(actions.keys()).cloned());
            return Err(Stuck::unknown(
                format!("“{}”应恰好指一件能做的事，实际：{found}", deed.what),
                format!("`{}` must name exactly one thing that can be done; found {found}", deed.what),
            ));
        };
        if let Some(event) = actions.get(path) {
            let answers = self.answers_of(definition, deed, event);
            return Ok((actor, Command::Act { case, action: event.clone(), answers }));
        }
        let task = outcomes.get(path).copied().unwrap_or_default();
        Ok((actor, self.completion(definition, loaded, deed, task)))
    }

    fn start(&self, step: &Step, deed: &Deed, actor: Actor, door: &str) -> Result<(Actor, Command), Stuck> {
        let process = step.process.as_ref().unwrap_or(&self.story.process);
        let definition = self.rules.choose(process, self.now.date());
        let known = definition.and_then(|definition| definition.doors.get(door).map(|door| (definition, door)));
        let actor = match known {
            Some((definition, door)) if door.message.is_some() => {
                let message = door.message.as_ref().and_then(|message| definition.messages.get(message));
                let first = message.and_then(|message| message.from.first().cloned());
                let name = deed.from.clone().or(first).unwrap_or_default();
                Actor { id: format!("connector:{name}"), kind: ActorKind::Connector { name } }
            }
            Some((_, door)) if door.schedule.is_some() && deed.who == "system" => Actor::system(),
            _ => actor,
        };
        let command = Command::StartCase {
            case: self.new_case_id(),
            process: process.clone(),
            door: door.to_owned(),
            region: self.region(),
            answers: deed.with.values().next().cloned().unwrap_or_default(),
            draft: None,
        };
        Ok((actor, command))
    }

    fn answers_of(&self, definition: &ProcessDefinition, deed: &Deed, event: &str) -> Value {
        let choices = decide::choices(definition);
        let form =
            choices.iter().find(|(_, choice, _)| choice.event == event).and_then(|(_, choice, _)| choice.ask.clone());
        form.and_then(|form| deed.with.get(&form).cloned()).unwrap_or_default()
    }

    fn completion(&self, definition: &ProcessDefinition, loaded: &Loaded, deed: &Deed, task: u32) -> Command {
        let outcome = deed.what.rsplit('.').next().unwrap_or_default().to_owned();
        let work = loaded.case.task(task).and_then(|task| definition.state(task.state).task.as_ref());
        let of = |form: Option<&String>| form.and_then(|form| deed.with.get(form).cloned()).unwrap_or_default();
        let ask = work.and_then(|work| work.outcomes.iter().find(|choice| choice.name == outcome)?.ask.as_ref());
        Command::CompleteTask {
            case: loaded.case.id,
            task,
            answers: of(work.and_then(|work| work.form.as_ref())),
            ask: of(ask),
            outcome,
        }
    }
}

/// Outcomes of waiting tasks, each under the path of its state.
pub(super) fn outcomes<'d>(
    definition: &'d ProcessDefinition,
    loaded: &'d Loaded,
) -> impl Iterator<Item = (u32, String)> + 'd {
    let waiting = loaded.case.tasks.values().filter(|task| matches!(task.status, TaskStatus::Open | TaskStatus::Aside));
    waiting.flat_map(|task| {
        let path = &definition.state(task.state).path;
        let outcomes = definition.state(task.state).task.iter().flat_map(|work| &work.outcomes);
        outcomes.map(move |choice| (task.number, format!("{path}.{}", choice.name)))
    })
}

/// Choices without a task, each under the path of its state (`case` for the root), whether active or not.
pub(super) fn actions(definition: &ProcessDefinition, _loaded: &Loaded) -> Vec<(String, String)> {
    let choices = decide::choices(definition).into_iter();
    let named = choices.map(|(state, choice, _)| {
        let path = &definition.state(state).path;
        let path = if path.is_empty() { "case" } else { path };
        (choice.event.clone(), format!("{path}.{}", choice.name))
    });
    named.collect()
}

/// The task of `state.recuse`: the newest that waits there, else the newest there was.
fn recusal(definition: &ProcessDefinition, loaded: &Loaded, what: &str) -> Option<u32> {
    let asked = what.strip_suffix(".recuse")?;
    let there = |task: &&crate::case::Task| path_matches(&definition.state(task.state).path, asked);
    let tasks = || loaded.case.tasks.values().rev().filter(there);
    let waiting = tasks().find(|task| matches!(task.status, TaskStatus::Open | TaskStatus::Aside));
    waiting.or_else(|| tasks().next()).map(|task| task.number)
}
