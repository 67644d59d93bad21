//! A case: one running instance of a process, as its row holds it. It changes only by [`Case::apply`];
//! nothing here may decide, read a clock or hold a value somebody typed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::{ClockRun, Limit, Roll};
use crate::definition::{ClockId, DefinitionHash, ItemId, Outcome};
use crate::event::{CardLevel, Event, Holder, Offer, TimerKind};
use crate::kernel::{Configuration, StateId};
use crate::value::{Instant, Value};

pub use crate::event::CaseId;

/// One running instance of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its identity.
    pub id: CaseId,
    /// Its number on paper.
    pub number: String,
    /// Name of the process.
    pub process: String,
    /// The version it keeps.
    pub definition: DefinitionHash,
    /// Number of events so far; the version that writers compare.
    pub length: u64,
    /// Region whose offices handle it.
    pub region: String,
    /// The door it came through.
    pub door: String,
    /// First event.
    pub opened_at: Instant,
    /// Latest event; time never goes back behind it.
    pub last_at: Instant,
    /// Where the statechart stands.
    pub configuration: Configuration,
    /// Accounts by party.
    pub parties: BTreeMap<String, BTreeSet<String>>,
    /// Latest version of each form's answers.
    pub answers: Vec<AnswersVersion>,
    /// All tasks, also ended ones, by number.
    pub tasks: BTreeMap<u32, Task>,
    /// Clocks that ever ran.
    pub clocks: BTreeMap<ClockId, ClockState>,
    /// Wake-ups still to come.
    pub timers: BTreeMap<u32, Timer>,
    /// Ends of items.
    pub items: BTreeMap<ItemId, ItemEnd>,
    /// Reminders and findings of lateness.
    pub cards: Vec<Card>,
    /// Documents issued.
    pub documents: Vec<Document>,
    /// Who sent which message, by name of the message.
    pub messages: BTreeMap<String, BTreeSet<String>>,
    /// Notices so far.
    pub notices: u32,
    /// Timers so far; numbers are never reused.
    pub timers_made: u32,
    /// Set while the case rests in a closing state.
    pub closed: Option<Closed>,
}

/// Which version of a form's answers a case holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersVersion {
    /// Whose form.
    pub holder: Holder,
    /// Its name.
    pub form: String,
    /// The exact form.
    pub form_hash: String,
    /// 1, 2, 3 …
    pub version: u32,
    /// When.
    pub at: Instant,
}

/// Work offered to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number in the case.
    pub number: u32,
    /// The state it belongs to.
    pub state: StateId,
    /// To whom it was offered.
    pub offers: Vec<Offer>,
    /// When.
    pub offered_at: Instant,
    /// Who holds it.
    pub holder: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// How it ended.
    pub outcome: Option<String>,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Waiting for somebody.
    Open,
    /// Interrupted by a hold.
    Aside,
    /// Ended with an outcome.
    Done,
    /// Its state was left otherwise.
    Cancelled,
}

/// The runs of a clock, latest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockState {
    /// How much the latest run allows.
    pub limit: Limit,
    /// How its last day rolls.
    pub roll: Roll,
    /// Start, pauses and extensions of the latest run.
    pub run: ClockRun,
    /// Runs before it, for the proof.
    pub earlier: Vec<ClockRun>,
    /// Counting (perhaps paused), not stopped.
    pub running: bool,
    /// When the latest run stopped.
    pub stopped_at: Option<Instant>,
    /// Exclusive end; `None` while a pause is open.
    pub due_at: Option<Instant>,
    /// Computed past the last covered day of the calendar.
    pub provisional: bool,
    /// It ran out while it was running.
    pub late: bool,
}

/// A wake-up still to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Its number in the case.
    pub number: u32,
    /// Not before.
    pub at: Instant,
    /// Why.
    pub why: TimerKind,
}

/// The end of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemEnd {
    /// How it counts.
    pub outcome: Outcome,
    /// The final state, last part of its path.
    pub end: String,
    /// When.
    pub at: Instant,
}

/// A reminder or a finding of lateness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its number in the case.
    pub number: u32,
    /// The clock.
    pub clock: ClockId,
    /// How loud.
    pub level: CardLevel,
    /// Per cent of the limit used.
    pub percent: u8,
    /// The deadline it was measured against.
    pub due_at: Instant,
    /// When it was raised.
    pub at: Instant,
}

/// A document issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number in the case.
    pub number: u32,
    /// `W02`.
    pub code: String,
    /// The item it speaks of.
    pub item: Option<ItemId>,
    /// When.
    pub at: Instant,
}

/// A closed case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How.
    pub outcome: Outcome,
    /// Where it rests.
    pub state: StateId,
    /// When.
    pub at: Instant,
}

impl Case {
    /// A case before its first event.
    pub fn new(id: CaseId, definition: DefinitionHash, configuration: Configuration, at: Instant) -> Case {
        Case {
            id,
            number: String::new(),
            process: String::new(),
            definition,
            length: 0,
            region: String::new(),
            door: String::new(),
            opened_at: at,
            last_at: at,
            configuration,
            parties: BTreeMap::new(),
            answers: Vec::new(),
            tasks: BTreeMap::new(),
            clocks: BTreeMap::new(),
            timers: BTreeMap::new(),
            items: BTreeMap::new(),
            cards: Vec::new(),
            documents: Vec::new(),
            messages: BTreeMap::new(),
            notices: 0,
            timers_made: 0,
            closed: None,
        }
    }

    /// The task with this number.
    pub fn task(&self, number: u32) -> Option<&Task> {
        self.tasks.get(&number)
    }

    /// Tasks that wait for somebody.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(|task| task.status == TaskStatus::Open)
    }

    /// The latest answers of a form.
    pub fn answers_version(&self, holder: &Holder, form: &str) -> Option<&AnswersVersion> {
        self.answers.iter().find(|a| a.holder == *holder && a.form == form)
    }

    /// Is `actor` one of a party's accounts?
    pub fn is_party(&self, party: &str, actor: &str) -> bool {
        self.parties.get(party).is_some_and(|accounts| accounts.contains(actor))
    }

    /// Changes the case by one event. The only place where a case changes; folding a log through it gives the row.
    pub fn apply(&mut self, event: &Event, at: Instant) {
        self.length += 1;
        self.last_at = at;
        match event {
            Event::CaseOpened { process, number, door, region } => {
                self.process.clone_from(process);
                self.number.clone_from(number);
                self.door.clone_from(door);
                self.region.clone_from(region);
                self.opened_at = at;
            }
            Event::Answered { holder, form, form_hash, version, .. } => {
                self.answers.retain(|a| a.holder != *holder || a.form != *form);
                self.answers.push(AnswersVersion {
                    holder: holder.clone(),
                    form: form.clone(),
                    form_hash: form_hash.clone(),
                    version: *version,
                    at,
                });
            }
            Event::PartyJoined { party, actor } => {
                self.parties.entry(party.clone()).or_default().insert(actor.clone());
            }
            Event::Moved { .. } => self.apply_move(event),
            Event::ItemEnded { item, outcome, end } => {
                match outcome {
                    Some(outcome) => self.items.insert(*item, ItemEnd { outcome: *outcome, end: end.clone(), at }),
                    None => self.items.remove(item),
                };
            }
            Event::CaseClosed { outcome, state } => {
                self.closed = Some(Closed { outcome: *outcome, state: *state, at });
            }
            Event::CaseReopened => self.closed = None,
            Event::MessageReceived { message, sender } => {
                self.messages.entry(message.clone()).or_default().insert(sender.clone());
            }
            Event::Notified { notice, .. } => self.notices = *notice,
            Event::DocumentIssued { document, code, item } => {
                self.documents.push(Document { number: *document, code: code.clone(), item: *item, at });
            }
            Event::CardRaised { card, clock, level, percent, due_at, .. } => {
                if let (CardLevel::Red, Some(state)) = (level, self.clocks.get_mut(clock)) {
                    state.late = true;
                }
                self.cards.push(Card {
                    number: *card,
                    clock: *clock,
                    level: *level,
                    percent: *percent,
                    due_at: *due_at,
                    at,
                });
            }
            Event::TimerSet { timer, at, why } => {
                self.timers_made = *timer;
                self.timers.insert(*timer, Timer { number: *timer, at: *at, why: why.clone() });
            }
            Event::TimerCancelled { timer } | Event::TimerFired { timer } => {
                self.timers.remove(timer);
            }
            Event::TaskOffered { .. }
            | Event::TaskClaimed { .. }
            | Event::TaskReleased { .. }
            | Event::TaskCompleted { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskPutAside { .. }
            | Event::TaskTakenUp { .. } => self.apply_task(event, at),
            Event::ClockStarted { .. }
            | Event::ClockPaused { .. }
            | Event::ClockResumed { .. }
            | Event::ClockExtended { .. }
            | Event::ClockContinued { .. }
            | Event::ClockStopped { .. }
            | Event::DueSet { .. } => self.apply_clock(event, at),
        }
    }

    fn apply_move(&mut self, event: &Event) {
        let Event::Moved { left, entered, visits, history, variables, running, .. } = event else { return };
        let configuration = &mut self.configuration;
        for state in left {
            configuration.active.remove(state);
        }
        configuration.active.extend(entered.iter().copied());
        for (state, count) in visits {
            *configuration.visits.entry(*state).or_default() += count;
        }
        for (state, value) in history {
            configuration.history.insert(*state, value.clone());
        }
        for (name, value) in variables {
            configuration.variables.insert(name.clone(), value.clone());
        }
        configuration.running = *running;
    }

    fn apply_task(&mut self, event: &Event, at: Instant) {
        if let Event::TaskOffered { task, state, offers } = event {
            let task = Task {
                number: *task,
                state: *state,
                offers: offers.clone(),
                offered_at: at,
                holder: None,
                status: TaskStatus::Open,
                outcome: None,
                ended_at: None,
            };
            self.tasks.insert(task.number, task);
            return;
        }
        let number = match event {
            Event::TaskClaimed { task, .. }
            | Event::TaskReleased { task }
            | Event::TaskCompleted { task, .. }
            | Event::TaskCancelled { task }
            | Event::TaskPutAside { task }
            | Event::TaskTakenUp { task } => *task,
            _ => return,
        };
        let Some(task) = self.tasks.get_mut(&number) else { return };
        match event {
            Event::TaskClaimed { holder, .. } => task.holder = Some(holder.clone()),
            Event::TaskReleased { .. } => task.holder = None,
            Event::TaskCompleted { outcome, .. } => {
                (task.status, task.outcome, task.ended_at) = (TaskStatus::Done, Some(outcome.clone()), Some(at));
            }
            Event::TaskCancelled { .. } => (task.status, task.ended_at) = (TaskStatus::Cancelled, Some(at)),
            Event::TaskPutAside { .. } => task.status = TaskStatus::Aside,
            _ => task.status = TaskStatus::Open,
        }
    }

    fn apply_clock(&mut self, event: &Event, at: Instant) {
        let id = match event {
            Event::ClockStarted { clock, .. }
            | Event::ClockPaused { clock, .. }
            | Event::ClockResumed { clock }
            | Event::ClockExtended { clock, .. }
            | Event::ClockContinued { clock }
            | Event::ClockStopped { clock }
            | Event::DueSet { clock, .. } => *clock,
            _ => return,
        };
        if let Event::ClockStarted { from, limit, roll, .. } = event {
            let earlier = self.clocks.remove(&id).map_or_else(Vec::new, |mut state| {
                state.earlier.push(state.run);
                state.earlier
            });
            self.clocks.insert(id, ClockState::new(ClockRun::new(*from), *limit, *roll, earlier));
            return;
        }
        let Some(state) = self.clocks.get_mut(&id) else { return };
        match event {
            // Time of a case never goes back, so an interval can always be closed and opened here.
            Event::ClockPaused { kind, .. } => {
                let _ = state.run.pause_is(Some(kind), at);
            }
            Event::ClockResumed { .. } => {
                let _ = state.run.pause_is(None, at);
            }
            Event::ClockContinued { .. } => {
                if let Some(stopped_at) = state.stopped_at.take() {
                    let _ = state.run.pause_is(Some("outside"), stopped_at);
                    let _ = state.run.pause_is(None, at);
                }
                state.running = true;
            }
            Event::ClockExtended { add, .. } => state.run.extend(*add, at),
            Event::ClockStopped { .. } => (state.running, state.stopped_at) = (false, Some(at)),
            Event::DueSet { due_at, provisional, .. } => (state.due_at, state.provisional) = (*due_at, *provisional),
            _ => {}
        }
    }
}

impl ClockState {
    fn new(run: ClockRun, limit: Limit, roll: Roll, earlier: Vec<ClockRun>) -> ClockState {
        ClockState {
            limit,
            roll,
            run,
            earlier,
            running: true,
            stopped_at: None,
            due_at: None,
            provisional: false,
            late: false,
        }
    }
}

/// Latest values of every form of a case; loaded beside it, never part of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<(Holder, String), Value>);

impl Answers {
    /// The values of one form.
    pub fn get(&self, holder: &Holder, form: &str) -> Option<&Value> {
        self.0.get(&(holder.clone(), form.to_owned()))
    }

    /// What guards call `answers`: the forms of the case, by name.
    pub fn of_case(&self) -> Value {
        Value::Map(
            self.0
                .iter()
                .filter(|((holder, _), _)| *holder == Holder::Case)
                .map(|((_, form), value)| (form.clone(), value.clone()))
                .collect(),
        )
    }

    /// What guards call `item_answers`: the forms of every item, by item and form.
    pub fn of_items(&self) -> Value {
        let mut items: BTreeMap<String, Value> = BTreeMap::new();
        for ((holder, form), value) in &self.0 {
            let Holder::Item(name) = holder else { continue };
            let entry = items.entry(name.clone()).or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(forms) = entry {
                forms.insert(form.clone(), value.clone());
            }
        }
        Value::Map(items)
    }
}
