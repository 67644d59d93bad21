//! What the checker explores is all there is: wherever a case comes to, told by a story or by chance, exploring has been
//! there. It must never walk by other rules than those of `decide`.

use std::collections::BTreeMap;

use onething_engine::case::{Case, TaskStatus};
use onething_engine::command::Command;
use onething_engine::decide::{self, Context, Facts, Loaded};
use onething_engine::definition::{DefinitionHash, ProcessDefinition};
use onething_engine::event::Event;
use onething_engine::explore::{Bounds, Explored, explore};
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::rulebook::{Assembled, assemble};
use onething_engine::source::Problems;
use onething_engine::story::{self, Story, Told};
use onething_engine::value::Value;

/// Walks by chance; `ONETHING_WALKS` sets another number.
const WALKS: u64 = 150;
/// Steps of a walk.
const STEPS: u64 = 30;

/// Numbers that depend on the seed alone (`SplitMix64`, public domain).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        let many = u64::try_from(of.len()).ok().filter(|many| *many > 0)?;
        of.get(usize::try_from(self.next() % many).ok()?)
    }
}

struct World {
    assembled: Assembled,
    stories: Vec<Story>,
    explored: BTreeMap<DefinitionHash, Explored>,
}

fn world() -> World {
    let assembled = assemble(&onething_tests::shipped::sources(), &Problems::new());
    let stories = assembled.stories.iter().map(|source| story::read(source).expect("a story")).collect();
    let built = assembled.built.iter().map(|built| &built.definition);
    let explored = built.map(|definition| (definition.hash.clone(), explore(definition, Bounds::default()))).collect();
    World { assembled, stories, explored }
}

impl World {
    /// Panics where exploring has not been.
    fn must_know(&self, definition: &ProcessDefinition, case: &Case, how: &dyn Fn() -> String) {
        let known = self.explored[&definition.hash].knows(definition, &case.configuration);
        let leaves = case.configuration.leaves(&definition.chart).into_iter();
        let place: Vec<&str> = leaves.map(|state| definition.chart.state(state).path.as_str()).collect();
        assert!(known, "exploring {} has not been at {place:?}; {}", definition.name, how());
    }
}

#[test]
fn no_story_comes_to_a_place_that_exploring_has_not_been_to() {
    let world = world();
    let mut places = 0;
    for story in &world.stories {
        for told in story::play(&world.assembled.rulebook, story).cases {
            let mut case: Option<Case> = None;
            for (n, (event, at)) in told.log.iter().enumerate() {
                match &mut case {
                    None => case = decide::fold(&told.definition, told.loaded.case.id, &told.log[..=n]),
                    Some(case) => case.apply(event, *at),
                }
                if let (Event::Moved { .. }, Some(case)) = (event, &case) {
                    world.must_know(&told.definition, case, &|| format!("story {}", story.name));
                    places += 1;
                }
            }
        }
    }
    assert!(places > 300, "only {places} places were looked at");
}

/// A walk that goes on by chance where a story was left.
struct Wanderer<'w> {
    world: &'w World,
    random: Random,
    told: Told,
    /// Answers that stories give, by form.
    pool: &'w BTreeMap<String, Vec<Value>>,
    trail: Vec<String>,
}

impl Wanderer<'_> {
    fn answers(&mut self, form: Option<&String>) -> Value {
        let known = form.and_then(|form| self.pool.get(form)).map(Vec::as_slice).unwrap_or_default();
        self.random.pick(known).cloned().unwrap_or_default()
    }

    /// Everything that might be asked now, whether or not it will be refused.
    fn ideas(&mut self) -> Vec<(Actor, Command)> {
        let definition = self.told.definition.clone();
        let case = self.told.loaded.case.clone();
        let rules = &self.world.assembled.rulebook;
        let units = rules.organisation.units.keys().cloned().collect();
        let roles = onething_engine::organisation::role::ALL.iter().map(|role| (*role).to_owned()).collect();
        let region = rules.organisation.region.clone();
        // Somebody else each time, so that maker and checker are not the same.
        let id = format!("staff-{}", self.trail.len());
        let staff = Actor { id, kind: ActorKind::Staff { units, roles, region } };
        let mut ideas = Vec::new();
        for task in case.tasks.values().filter(|task| matches!(task.status, TaskStatus::Open | TaskStatus::Aside)) {
            let Some(work) = &definition.state(task.state).task else { continue };
            for choice in &work.outcomes {
                let (answers, ask) = (self.answers(work.form.as_ref()), self.answers(choice.ask.as_ref()));
                let outcome = choice.name.clone();
                let command = Command::CompleteTask { case: case.id, task: task.number, outcome, answers, ask };
                ideas.push((staff.clone(), command.clone()));
                ideas.push((Actor::citizen("party"), command));
            }
        }
        for (state, choice, _) in decide::choices(&definition) {
            if case.configuration.is_active(state) {
                let (action, answers) = (choice.event.clone(), self.answers(choice.ask.as_ref()));
                let command = Command::Act { case: case.id, action, answers };
                ideas.push((staff.clone(), command.clone()));
                ideas.push((Actor::citizen("party"), command));
            }
        }
        for (name, message) in &definition.messages {
            let connector = message.from.first().cloned().unwrap_or_default();
            let actor = Actor { id: connector.clone(), kind: ActorKind::Connector { name: connector } };
            let answers = self.answers(message.form.as_ref());
            ideas.push((actor, Command::DeliverMessage { case: case.id, message: name.clone(), answers }));
        }
        if let Some(timer) = case.timers.values().min_by_key(|timer| (timer.at, timer.number)) {
            ideas.push((Actor::system(), Command::FireTimer { case: case.id, timer: timer.number }));
        }
        ideas
    }

    /// One command by chance; refusals are no steps. Returns whether anything happened.
    fn step(&mut self) -> bool {
        let ideas = self.ideas();
        let Some((actor, command)) = self.random.pick(&ideas).cloned() else { return false };
        let case = &self.told.loaded.case;
        let wake = match &command {
            Command::FireTimer { timer, .. } => case.timers.get(timer).map(|timer| timer.at),
            _ => None,
        };
        let now = wake.map_or(case.last_at, |wake| wake.max(case.last_at));
        let Some(decision) = self.decided(&actor, now, &command) else { return false };
        self.trail.push(format!("{command:?}").chars().take(120).collect());
        let loaded = &mut self.told.loaded;
        loaded.case = decision.case;
        for written in decision.answers {
            loaded.answers.0.insert((written.holder, written.form), written.values);
        }
        self.world.must_know(&self.told.definition, &self.told.loaded.case, &|| self.trail.join("\n"));
        true
    }

    fn decided(
        &mut self,
        actor: &Actor,
        now: onething_engine::value::Instant,
        command: &Command,
    ) -> Option<decide::Decision> {
        let rules = &self.world.assembled.rulebook;
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.random.next().to_be_bytes());
        let context =
            Context { rules, actor, now, entropy, number: "20260302-000001", facts: &Facts::default(), files: None };
        decide::decide(context, Some(&self.told.loaded), command).ok()
    }

    /// The citizen of the walk is every party there is.
    fn join(&mut self) {
        for party in self.told.definition.parties.keys().cloned().collect::<Vec<_>>() {
            let case = self.told.loaded.case.id;
            let join = Command::JoinParty { case, party, account: "party".to_owned() };
            let now = self.told.loaded.case.last_at;
            if let Some(decision) = self.decided(&Actor::system(), now, &join) {
                self.told.loaded = Loaded { case: decision.case, answers: self.told.loaded.answers.clone() };
            }
        }
    }
}

#[test]
fn no_walk_comes_to_a_place_that_exploring_has_not_been_to() {
    let world = world();
    let walks = std::env::var("ONETHING_WALKS").ok().and_then(|walks| walks.parse().ok()).unwrap_or(WALKS);
    let mut pool: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for deed in world.stories.iter().flat_map(|story| &story.steps).filter_map(|step| step.deed.as_ref()) {
        for (form, answers) in &deed.with {
            pool.entry(form.clone()).or_default().push(answers.clone());
        }
    }
    let mut taken = 0;
    for seed in 0..walks {
        let mut random = Random(seed);
        let Some(story) = random.pick(&world.stories).cloned() else { continue };
        let length = random.next() as usize % story.steps.len().max(1) + 1;
        let begun = Story { steps: story.steps.into_iter().take(length).collect(), ..story };
        let Some(told) = story::play(&world.assembled.rulebook, &begun).cases.pop() else { continue };
        let trail = vec![format!("seed {seed}, {length} steps of {}", begun.name)];
        let mut wanderer = Wanderer { world: &world, random, told, pool: &pool, trail };
        wanderer.join();
        for _ in 0..STEPS {
            taken += u64::from(wanderer.step());
        }
    }
    assert!(taken > walks, "only {taken} steps were taken in {walks} walks");
}

#[test]
fn a_place_that_exploring_has_not_been_to_is_noticed() {
    let assembled = assemble(&onething_tests::shipped::sources(), &Problems::new());
    let story = assembled.stories.iter().map(|source| story::read(source).expect("a story"));
    let story = story.into_iter().find(|story| story.process == "marriage").expect("a story");
    let told = story::play(&assembled.rulebook, &story).cases.pop().expect("a case");
    let short = explore(&told.definition, Bounds { points: 1, ..Bounds::default() });
    assert!(!short.knows(&told.definition, &told.loaded.case.configuration));
    assert!(short.problems.iter().any(|problem| problem.code == "W0697"), "{:?}", short.problems);
}
