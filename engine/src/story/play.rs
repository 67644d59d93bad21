//! Plays a story: commands through `decide`, time turned by hand, timers woken on the way, and after every step the log
//! folded and compared with the case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Coverage, Deed, Part, Step, Story, listed, path_matches};
use crate::case::{CaseId, TaskStatus};
use crate::command::Command;
use crate::decide::{self, Context, Decision, Loaded};
use crate::definition::ProcessDefinition;
use crate::event::Event;
use crate::organisation::{Actor, ActorKind};
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::source::Problem;
use crate::text::Text;
use crate::value::{Instant, Value};

/// A step may wake so many timers before the story is called a run-away.
const WAKES_MAX: usize = 1000;

/// What came of a story.
#[derive(Clone, Debug)]
pub struct Played {
    /// What did not happen as told; empty when the story holds.
    pub problems: Vec<Problem>,
    /// What it went through.
    pub coverage: Coverage,
    /// The case at its end.
    pub loaded: Option<Loaded>,
    /// Its log.
    pub log: Vec<(Event, Instant)>,
}

/// Plays a story on what is published.
pub fn play(rules: &Rulebook, story: &Story) -> Played {
    let mut stage = Stage::new(rules, story);
    for step in &story.steps {
        stage.step(step);
        // After a failure what follows would only repeat it in other words.
        if !stage.problems.is_empty() {
            break;
        }
    }
    Played { problems: stage.problems, coverage: stage.coverage, loaded: stage.loaded, log: stage.log }
}

pub(super) struct Stage<'a> {
    pub rules: &'a Rulebook,
    pub story: &'a Story,
    pub now: Instant,
    pub definition: Option<Arc<ProcessDefinition>>,
    pub loaded: Option<Loaded>,
    pub log: Vec<(Event, Instant)>,
    /// Events before this one were looked at by an earlier `expect`.
    pub looked: usize,
    pub problems: Vec<Problem>,
    pub coverage: Coverage,
    commands: u64,
}

impl<'a> Stage<'a> {
    fn new(rules: &'a Rulebook, story: &'a Story) -> Stage<'a> {
        Stage {
            rules,
            story,
            now: story.begin,
            definition: None,
            loaded: None,
            log: Vec::new(),
            looked: 0,
            problems: Vec::new(),
            coverage: Coverage::default(),
            commands: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        if let Some(at) = step.at {
            self.pass_until(step, at);
        }
        if let Some(deed) = &step.deed {
            self.deed(step, deed);
        }
        if let Some(expect) = &step.expect {
            // Whether somebody may do a thing is asked of one who has a part in the case.
            for (who, _) in expect.may.iter().chain(&expect.may_not) {
                self.join(who);
            }
            self.look(step, expect);
            self.looked = self.log.len();
        }
    }

    /// Records what did not happen as told.
    pub fn fail(&mut self, step: &Step, zh: impl Into<String>, en: impl Into<String>) {
        let message = Text::new(zh, en);
        let problem = Problem::at("E0810", crate::source::Severity::Error, self.story.path.clone(), step.span, message);
        self.problems.push(
            problem.cure(
                "改正故事，或者改正流程：两者必须一致。",
                "Mend the story or the process: both must say the same.",
            ),
        );
    }

    fn pass_until(&mut self, step: &Step, at: Instant) {
        if at < self.now {
            self.fail(
                step,
                format!("时间倒退：现在是 {}", self.now),
                format!("time goes back: it is {} now", self.now),
            );
            return;
        }
        for _ in 0..WAKES_MAX {
            let next = self.loaded.as_ref().and_then(|loaded| {
                loaded
                    .case
                    .timers
                    .values()
                    .filter(|t| t.at <= at)
                    .min_by_key(|t| (t.at, t.number))
                    .map(|t| (t.at, t.number))
            });
            let Some((wake, timer)) = next else {
                self.now = at;
                return;
            };
            self.now = self.now.max(wake);
            let case = self.case_id();
            if let Err(rejection) = self.send(&Actor::system(), &Command::FireTimer { case, timer }) {
                self.fail(step, rejection.text().zh, rejection.text().en);
                return;
            }
        }
        self.fail(step, "定时不断触发，没有尽头", "timers wake without end");
    }

    fn deed(&mut self, step: &Step, deed: &Deed) {
        let outcome = self.command(deed).and_then(|(actor, command)| {
            if !matches!(command, Command::StartCase { .. }) {
                self.join(&deed.who);
            }
            self.send(&actor, &command).map_err(Stuck::Rejected)
        });
        match (outcome, &deed.refused) {
            (Ok(()), None) => {}
            (Ok(()), Some(code)) => self.fail(
                step,
                format!("“{}”应被拒绝（{code}），却被接受了", deed.what),
                format!("`{}` should be refused with {code}, but it was accepted", deed.what),
            ),
            (Err(Stuck::Rejected(rejection)), Some(code)) if rejection.code() == code => {}
            (Err(Stuck::Rejected(rejection)), _) => {
                let (text, code) = (rejection.text(), rejection.code());
                let fields = fields(&rejection);
                let where_zh = format!("“{}”被拒绝（{code}）：{}{fields}；{}", deed.what, text.zh, self.whereabouts());
                let where_en =
                    format!("`{}` was refused ({code}): {}{fields}; {}", deed.what, text.en, self.whereabouts());
                self.fail(step, where_zh, where_en);
            }
            (Err(Stuck::Unknown(text)), _) => {
                let zh = format!("{}；{}", text.zh, self.whereabouts());
                let en = format!("{}; {}", text.en, self.whereabouts());
                self.fail(step, zh, en);
            }
        }
    }

    /// Where the case is, for messages.
    fn whereabouts(&self) -> String {
        let (Some(definition), Some(loaded)) = (&self.definition, &self.loaded) else { return "no case".to_owned() };
        let leaves = loaded.case.configuration.leaves(&definition.chart);
        listed(leaves.into_iter().map(|state| definition.state(state).path.clone()))
    }

    fn case_id(&self) -> CaseId {
        self.loaded.as_ref().map_or(CaseId(uuid::Uuid::from_u128(1)), |loaded| loaded.case.id)
    }

    pub fn region(&self) -> String {
        self.story.region.clone().unwrap_or_else(|| self.rules.organisation.region.clone())
    }

    /// The actor that somebody of the story is.
    pub fn actor(&self, who: &str) -> Actor {
        let staff = |units: Vec<String>, roles: BTreeSet<String>| Actor {
            id: who.to_owned(),
            kind: ActorKind::Staff { units, roles, region: self.region() },
        };
        match self.story.people.get(who) {
            Some(Part::Office(office)) => staff(vec![office.clone()], BTreeSet::new()),
            Some(Part::Role(role)) => staff(Vec::new(), BTreeSet::from([role.clone()])),
            Some(Part::Party(_)) | None => Actor::citizen(who),
        }
    }

    /// Somebody who plays a party has an account in it, as the shell would have seen to.
    fn join(&mut self, who: &str) {
        let (Some(Part::Party(party)), Some(loaded)) = (self.story.people.get(who), &self.loaded) else { return };
        if loaded.case.is_party(party, who) {
            return;
        }
        let join = Command::JoinParty { case: self.case_id(), party: party.clone(), account: who.to_owned() };
        // A party the process does not know makes the deed itself fail, with a better message.
        drop(self.send(&Actor::system(), &join));
    }

    fn command(&self, deed: &Deed) -> Result<(Actor, Command), Stuck> {
        let actor = self.actor(&deed.who);
        if let Some(door) = deed.what.strip_prefix("start.") {
            return self.start(deed, actor, door);
        }
        let (Some(definition), Some(loaded)) = (&self.definition, &self.loaded) else {
            return Err(Stuck::unknown(
                "还没有办件：先用 start.<入口> 开始",
                "there is no case yet: begin with start.<door>",
            ));
        };
        let case = loaded.case.id;
        if deed.who == "system" {
            let from = deed.from.clone().or_else(|| definition.messages.get(&deed.what)?.from.first().cloned());
            let name = from.unwrap_or_default();
            let answers = deed.with.values().next().cloned().unwrap_or_default();
            let actor = Actor { id: format!("connector:{name}"), kind: ActorKind::Connector { name } };
            return Ok((actor, Command::DeliverMessage { case, message: deed.what.clone(), answers }));
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

    fn start(&self, deed: &Deed, actor: Actor, door: &str) -> Result<(Actor, Command), Stuck> {
        let definition = self.rules.choose(&self.story.process, self.now.date());
        let known = definition.and_then(|definition| definition.doors.get(door).map(|door| (definition, door)));
        let actor = match known {
            Some((definition, door)) if door.message.is_some() => {
                let message = door.message.as_ref().and_then(|message| definition.messages.get(message));
                let first = message.and_then(|message| message.from.first().cloned());
                let name = deed.from.clone().or(first).unwrap_or_default();
                Actor { id: format!("connector:{name}"), kind: ActorKind::Connector { name } }
            }
            _ => actor,
        };
        let command = Command::StartCase {
            case: self.case_id(),
            process: self.story.process.clone(),
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

    /// Sends a command as the engine does, then folds the log and compares.
    fn send(&mut self, actor: &Actor, command: &Command) -> Result<(), Rejection> {
        self.commands += 1;
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.commands.to_be_bytes());
        let number = format!("{}-000001", self.story.begin.date().strftime("%Y%m%d"));
        let context = Context { rules: self.rules, actor, now: self.now, entropy, number: &number };
        let decision = decide::decide(context, self.loaded.as_ref(), command)?;
        self.take(decision);
        Ok(())
    }

    fn take(&mut self, decision: Decision) {
        let definition = self.rules.definition(&decision.case.definition).cloned();
        if let Some(definition) = &definition {
            self.coverage.note(definition, &decision);
        }
        self.log.extend(decision.events.into_iter().map(|event| (event, self.now)));
        let mut answers = self.loaded.take().map(|loaded| loaded.answers).unwrap_or_default();
        for written in decision.answers {
            answers.0.insert((written.holder, written.form), written.values);
        }
        let folded = definition.as_ref().and_then(|d| decide::fold(d, decision.case.id, &self.log));
        assert!(folded.as_ref() == Some(&decision.case), "folding the log must give the case");
        self.definition = definition;
        self.loaded = Some(Loaded { case: decision.case, answers });
    }
}

/// Why a deed could not even be sent, or was refused.
enum Stuck {
    Unknown(Text),
    Rejected(Rejection),
}

impl Stuck {
    fn unknown(zh: impl Into<String>, en: impl Into<String>) -> Stuck {
        Stuck::Unknown(Text::new(zh, en))
    }
}

fn fields(rejection: &Rejection) -> String {
    let Rejection::AnswersInvalid { form, problems } = rejection else { return String::new() };
    let fields: Vec<String> = problems.iter().map(|p| format!("{form}.{}: {}", p.path, p.message.en)).collect();
    format!(" [{}]", fields.join("; "))
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
