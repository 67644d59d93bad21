//! Cases in every state, made by commands through the engine like everybody's: the stories that ship beside the
//! processes are begun and left at different steps. It must never write to the store by itself.

use std::collections::BTreeMap;

use onething_engine::case::{CaseId, TaskStatus};
use onething_engine::command::Command;
use onething_engine::decide::{self, Loaded};
use onething_engine::definition::ProcessDefinition;
use onething_engine::engine::{Engine, EngineError};
use onething_engine::form::id_number::check_character;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::source::Source;
use onething_engine::story::{self, Deed, Part, Story, path_matches};
use onething_engine::value::{DAY_MS, Value};
use onething_engine::worker;

use super::accounts::FAMILY;
use super::papers;
use crate::app::App;

/// A case to make: which story, how many of its deeds, and who it is about.
struct Seed {
    story: &'static str,
    deeds: usize,
    names: &'static [(&'static str, &'static str)],
    serial: u32,
    /// Began before the clock was turned, so that some of its time is used up.
    older: bool,
}

/// Days between the older cases and the others.
const AGE_DAYS: i64 = 3;

/// From just reported to closed. Names and numbers are made up.
const SEEDS: &[Seed] = &[
    Seed {
        story: "home-death-in-the-holiday",
        deeds: 1,
        names: &[("逝者甲", "陈永昌"), ("家属乙", "陈晓")],
        serial: 11,
        older: false,
    },
    Seed {
        story: "home-death-in-the-holiday",
        deeds: 2,
        names: &[("逝者甲", "周桂兰"), ("家属乙", "周明")],
        serial: 21,
        older: true,
    },
    Seed {
        story: "home-death-in-the-holiday",
        deeds: 3,
        names: &[("逝者甲", "吴德福"), ("家属乙", "吴静")],
        serial: 31,
        older: true,
    },
    Seed {
        story: "home-death-in-the-holiday",
        deeds: 6,
        names: &[("逝者甲", "郑秀英"), ("家属乙", "郑海")],
        serial: 41,
        older: false,
    },
    Seed {
        story: "home-death-in-the-holiday",
        deeds: 99,
        names: &[("逝者甲", "钱学礼"), ("家属乙", "钱芸")],
        serial: 51,
        older: false,
    },
    Seed { story: "correction-is-not-answered", deeds: 2, names: &[], serial: 61, older: true },
    Seed { story: "abnormal-death", deeds: 3, names: &[], serial: 71, older: true },
    Seed { story: "one-heir-objects", deeds: 12, names: &[], serial: 81, older: false },
    Seed { story: "one-heir-objects", deeds: 99, names: &[], serial: 91, older: false },
    Seed {
        story: "couple-from-outside-the-province",
        deeds: 1,
        names: &[("新人甲", "林悦"), ("新人乙", "高远")],
        serial: 101,
        older: false,
    },
    Seed {
        story: "everything-along-with-it",
        deeds: 3,
        names: &[("新人甲", "沈月"), ("新人乙", "韩冰")],
        serial: 111,
        older: true,
    },
    Seed {
        story: "everything-along-with-it",
        deeds: 8,
        names: &[("新人甲", "许诺"), ("新人乙", "江帆")],
        serial: 121,
        older: false,
    },
    Seed { story: "accepted-2025-09-02", deeds: 2, names: &[], serial: 131, older: true },
    Seed { story: "low-income-and-severe", deeds: 99, names: &[("申请人甲", "蒋文")], serial: 0, older: false },
    Seed { story: "fire-at-night", deeds: 2, names: &[("求助人甲", "冯春")], serial: 151, older: false },
    Seed { story: "objection-is-true", deeds: 5, names: &[("求助人甲", "唐秋")], serial: 161, older: true },
    Seed { story: "a-citizen-tells-us", deeds: 2, names: &[], serial: 171, older: false },
];

/// What became of the seeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seeded {
    /// Cases made.
    pub cases: u32,
    /// Steps taken in all.
    pub steps: u32,
}

/// Makes all cases. A step that the process refuses on this day ends its story there.
///
/// # Errors
/// The store failed.
pub async fn plant(app: &App, stories: &[Source]) -> Result<Seeded, EngineError> {
    let engine = &app.engine;
    let mut seeded = Seeded::default();
    let known: Vec<Story> = stories.iter().filter_map(|source| story::read(source).ok()).collect();
    let (older, fresh): (Vec<&Seed>, Vec<&Seed>) = SEEDS.iter().partition(|seed| seed.older);
    let turn = older.len();
    for (at, seed) in older.into_iter().chain(fresh).enumerate() {
        if at == turn {
            let now = engine.store().legal_now().await?;
            engine.store().move_clock(now.plus(AGE_DAYS * DAY_MS)).await?;
            worker::run_until_quiet(engine).await?;
        }
        let Some(story) = known.iter().find(|story| story.name == seed.story) else { continue };
        let steps = Planting { app, engine, story, seed, case: None }.grow().await?;
        seeded.steps += steps;
        seeded.cases += u32::from(steps > 0);
    }
    // What the cases began and told each other is there before the first visitor.
    worker::run_until_quiet(engine).await?;
    Ok(seeded)
}

struct Planting<'a> {
    app: &'a App,
    engine: &'a Engine,
    story: &'a Story,
    seed: &'a Seed,
    case: Option<CaseId>,
}

impl Planting<'_> {
    async fn grow(mut self) -> Result<u32, EngineError> {
        let mut steps = 0;
        let deeds = self.story.steps.iter().filter_map(|step| step.deed.as_ref());
        for deed in deeds.filter(|deed| deed.refused.is_none()).take(self.seed.deeds) {
            let Some((actor, mut command)) = self.command(deed).await? else { break };
            if papers::attach(self.app, &actor, &mut command).await.is_err() {
                break;
            }
            match self.engine.execute(&actor, None, command).await? {
                Ok(receipt) => {
                    self.case = Some(receipt.case);
                    steps += 1;
                }
                Err(rejection) => {
                    tracing::info!(story = self.story.name, step = deed.what, code = rejection.code(), "a seed stops");
                    break;
                }
            }
        }
        Ok(steps)
    }

    /// Who does a deed: the family member of the demonstration, or the first of the office.
    fn actor(&self, who: &str) -> Option<Actor> {
        let rules = self.engine.rules();
        let organisation = &rules.organisation;
        let person = match self.story.people.get(who)? {
            Part::Party(party) if party == "applicant" => return Some(Actor::citizen(FAMILY)),
            Part::Party(party) => return Some(Actor::citizen(format!("{FAMILY}-{party}"))),
            Part::Office(office) => organisation
                .people
                .values()
                .find(|person| person.units.first() == Some(office))
                .or_else(|| organisation.people.values().find(|person| person.units.contains(office)))?,
            Part::Role(role) => organisation.people.values().find(|person| person.roles.contains(role))?,
        };
        organisation.actor(&person.id)
    }

    async fn command(&self, deed: &Deed) -> Result<Option<(Actor, Command)>, EngineError> {
        let rules = self.engine.rules();
        if let Some(door) = deed.what.strip_prefix("start.") {
            let Some(actor) = self.actor(&deed.who) else { return Ok(None) };
            let command = Command::StartCase {
                case: Engine::new_case_id(),
                process: self.story.process.clone(),
                door: door.to_owned(),
                region: self.story.region.clone().unwrap_or_else(|| rules.organisation.region.clone()),
                answers: self.renamed(deed.with.values().next()),
                draft: None,
            };
            return Ok(Some((actor, command)));
        }
        let Some(case) = self.case else { return Ok(None) };
        let Some(held) = self.engine.store().case(case).await? else { return Ok(None) };
        let Some(definition) = rules.definition(&held.loaded.case.definition) else { return Ok(None) };
        if deed.who == "system" {
            return Ok(message(definition, case, deed, self.renamed(deed.with.values().next())));
        }
        let Some(actor) = self.actor(&deed.who) else { return Ok(None) };
        self.join(deed, case, &actor, &held.loaded).await?;
        Ok(self.deed(definition, &held.loaded, deed).map(|command| (actor, command)))
    }

    /// Somebody who plays a party has an account in it, as signing in would have seen to.
    async fn join(&self, deed: &Deed, case: CaseId, actor: &Actor, loaded: &Loaded) -> Result<(), EngineError> {
        let Some(Part::Party(party)) = self.story.people.get(&deed.who) else { return Ok(()) };
        if !matches!(actor.kind, ActorKind::Citizen) || loaded.case.is_party(party, &actor.id) {
            return Ok(());
        }
        let command = Command::JoinParty { case, party: party.clone(), account: actor.id.clone() };
        if let Err(rejection) = self.engine.execute(&Actor::system(), None, command).await? {
            tracing::info!(code = rejection.code(), "a party could not be joined");
        }
        Ok(())
    }

    /// The command behind `reported.confirm`: an outcome of a waiting task, or a choice without one.
    fn deed(&self, definition: &ProcessDefinition, loaded: &Loaded, deed: &Deed) -> Option<Command> {
        let case = loaded.case.id;
        let given = |form: Option<&String>| self.renamed(form.and_then(|form| deed.with.get(form)));
        for task in loaded.case.tasks.values().filter(|task| task.status == TaskStatus::Open) {
            let state = definition.state(task.state);
            let Some(work) = &state.task else { continue };
            let named = |choice: &&onething_engine::definition::Choice| {
                path_matches(&format!("{}.{}", state.path, choice.name), &deed.what)
            };
            if let Some(choice) = work.outcomes.iter().find(named) {
                return Some(Command::CompleteTask {
                    case,
                    task: task.number,
                    outcome: choice.name.clone(),
                    answers: given(work.form.as_ref()),
                    ask: given(choice.ask.as_ref()),
                });
            }
        }
        let choices = decide::choices(definition);
        let found = choices.into_iter().find(|(state, choice, _)| {
            let path = &definition.state(*state).path;
            let active = loaded.case.configuration.is_active(*state) || path.is_empty();
            let path = if path.is_empty() { "case" } else { path };
            active && path_matches(&format!("{path}.{}", choice.name), &deed.what)
        });
        found.map(|(_, choice, _)| Command::Act {
            case,
            action: choice.event.clone(),
            answers: given(choice.ask.as_ref()),
        })
    }

    /// Answers of the story with the people of this seed.
    fn renamed(&self, value: Option<&Value>) -> Value {
        value.map(|value| self.rename(value)).unwrap_or_default()
    }

    fn rename(&self, value: &Value) -> Value {
        match value {
            Value::Map(map) => Value::Map(
                map.iter()
                    .map(|(key, value)| {
                        let value = match (key.as_str(), value) {
                            ("id_number", Value::Text(number)) => Value::Text(self.renumber(number)),
                            (_, value) => self.rename(value),
                        };
                        (key.clone(), value)
                    })
                    .collect::<BTreeMap<_, _>>(),
            ),
            Value::List(list) => Value::List(list.iter().map(|value| self.rename(value)).collect()),
            Value::Text(text) => {
                let known = self.seed.names.iter().find(|(from, _)| from == text);
                Value::Text(known.map_or_else(|| text.clone(), |(_, to)| (*to).to_owned()))
            }
            other => other.clone(),
        }
    }

    /// Another serial number of the same parity (it tells the sex), with its check digit.
    fn renumber(&self, number: &str) -> String {
        let serial = number.get(14..17).and_then(|text| text.parse::<u32>().ok());
        let (Some(head), Some(serial)) = (number.get(..14), serial) else { return number.to_owned() };
        let serial = (serial + self.seed.serial / 2 * 2) % 1000;
        let body = format!("{head}{serial:03}");
        check_character(&body).map_or_else(|| number.to_owned(), |digit| format!("{body}{digit}"))
    }
}

fn message(definition: &ProcessDefinition, case: CaseId, deed: &Deed, answers: Value) -> Option<(Actor, Command)> {
    let message = definition.messages.get(&deed.what)?;
    let name = deed.from.clone().or_else(|| message.from.first().cloned())?;
    let actor = Actor { id: format!("connector:{name}"), kind: ActorKind::Connector { name } };
    Some((actor, Command::DeliverMessage { case, message: deed.what.clone(), answers }))
}
