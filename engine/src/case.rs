//! A case: one running instance of a process, as its row holds it. It changes only by [`Case::apply`];
//! nothing here may decide, read a clock or hold a value somebody typed.

mod answers;
mod clocks;
mod gathers;
mod links;
mod places;
mod rows;
mod tasks;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::definition::{ClockId, DefinitionHash, ItemId};
use crate::event::{CardLevel, Event, Holder};
use crate::kernel::Configuration;
use crate::value::{Instant, Value};

pub use crate::event::CaseId;
pub use answers::Answers;
pub use gathers::{Gather, add_figure};
pub use links::{Linked, Parent};
pub use places::Place;
pub use rows::{AnswersVersion, Card, ClockState, Closed, Document, ItemEnd, Task, TaskStatus, Timer};

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
    /// Values written once when the case opened.
    #[serde(default)]
    pub fixed: BTreeMap<String, Value>,
    /// Codes of the places of the case when it opened, by site; empty where it was not known.
    #[serde(default)]
    pub sites: BTreeMap<String, String>,
    /// Officials who have stepped back from the case.
    #[serde(default)]
    pub recused: BTreeSet<String>,
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
    /// Facts that other cases may ask for, and when each was recorded last.
    #[serde(default)]
    pub records: BTreeMap<String, Instant>,
    /// Places of quotas that it waits for or holds.
    #[serde(default)]
    pub places: BTreeMap<String, Place>,
    /// Notices so far.
    pub notices: u32,
    /// Timers so far; numbers are never reused.
    pub timers_made: u32,
    /// The case that began this one.
    pub parent: Option<Parent>,
    /// Cases that this one began, in their order.
    pub linked: Vec<Linked>,
    /// Errands on the way.
    pub errands: BTreeSet<u32>,
    /// Errands so far; numbers are never reused.
    pub errands_made: u32,
    /// Lists on the way, and the one that was gathered last, by errand.
    #[serde(default)]
    pub gathers: BTreeMap<u32, Gather>,
    /// Set while the case rests in a closing state.
    pub closed: Option<Closed>,
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
            fixed: BTreeMap::new(),
            sites: BTreeMap::new(),
            recused: BTreeSet::new(),
            clocks: BTreeMap::new(),
            timers: BTreeMap::new(),
            items: BTreeMap::new(),
            cards: Vec::new(),
            documents: Vec::new(),
            messages: BTreeMap::new(),
            records: BTreeMap::new(),
            places: BTreeMap::new(),
            notices: 0,
            timers_made: 0,
            parent: None,
            linked: Vec::new(),
            errands: BTreeSet::new(),
            errands_made: 0,
            gathers: BTreeMap::new(),
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

    /// The code of a place of the case as it is now; `None` while it is not known.
    pub fn site(&self, name: &str) -> Option<&str> {
        self.site_in(&self.configuration, name)
    }

    /// The same in the midst of a move.
    pub fn site_in<'a>(&'a self, configuration: &'a Configuration, name: &str) -> Option<&'a str> {
        let changed = configuration.variables.get(&format!("site.{name}")).and_then(Value::as_text);
        changed.or_else(|| self.sites.get(name).map(String::as_str)).filter(|code| !code.is_empty())
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
            Event::Recused { person, .. } => {
                self.recused.insert(person.clone());
            }
            Event::SitesSet { sites } => self.sites.extend(sites.clone()),
            Event::ValuesFixed { values } => self.fixed.extend(values.clone()),
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
            Event::Recorded { record } => {
                self.records.insert(record.clone(), at);
            }
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
            Event::PlaceAwaited { .. }
            | Event::PlaceGiven { .. }
            | Event::PlaceReturned { .. }
            | Event::WaitEnded { .. } => self.apply_place(event, at),
            Event::BegunBy { .. } => self.apply_link(event, at),
            Event::ErrandSet { .. } | Event::ErrandEnded { .. } => {
                self.apply_link(event, at);
                self.apply_gather(event);
            }
            Event::MembersFrozen { .. } | Event::MembersTold { .. } => self.apply_gather(event),
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
}
