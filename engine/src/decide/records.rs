//! Facts across cases: under which keys a command may ask or write, what is held there, and what `recorded()` answers.
//! A decision never looks for itself: whoever calls it asks [`asked_records`] first and brings [`Facts`] along.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::names::CaseNames;
use super::places::{LineAsked, LineFound};
use super::start_case::{self, Opening};
use super::{Context, Loaded, act};
use crate::case::CaseId;
use crate::command::{Command, Errand, Order};
use crate::definition::{Lasts, ProcessDefinition, unique_record};
use crate::event::{Event, Holder};
use crate::expression::{Expression, Fault};
use crate::kernel::{Configuration, View};
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::value::{Instant, Value, date_of_epoch_day, epoch_day};

/// Where records of one name about one matter are kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey {
    /// Name of the record.
    pub record: String,
    /// Canonical text of the key's parts. Personal: stored only as a keyed hash.
    pub key: String,
}

/// A record that a decision writes. A case holds a record once: written again it replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordWritten {
    /// Its name.
    pub record: String,
    /// Its keys: any of them finds it. At least one.
    pub keys: Vec<RecordKey>,
    /// How long it counts.
    pub lasts: Lasts,
}

impl RecordWritten {
    /// The first instant at which a record written at `at` counts no more; `None` where no day ends it.
    pub fn until(&self, at: Instant) -> Option<Instant> {
        match self.lasts {
            Lasts::Open | Lasts::Ever => None,
            Lasts::Days(days) => Some(Instant::start_of(date_of_epoch_day(epoch_day(at.date()) + i64::from(days) + 1))),
        }
    }
}

/// A record that a case holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The case that wrote it.
    pub case: CaseId,
    /// It counts only while that case is open.
    pub while_open: bool,
    /// It counts before this instant only.
    pub until: Option<Instant>,
}

/// What is held under one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Cases with live records that nobody is deciding about here.
    pub others: BTreeSet<CaseId>,
    /// Records of the cases at hand, live or not.
    pub here: Vec<Holding>,
}

/// What is held under the keys that were looked up, kept up to date while several commands are decided in turn.
#[derive(Clone, Debug, Default)]
pub struct Ledger(pub BTreeMap<RecordKey, Found>);

/// Which other cases hold live records, by key, and how a waiting list stands: all that a decision may know of other
/// cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    records: BTreeMap<RecordKey, BTreeSet<CaseId>>,
    lines: BTreeMap<LineAsked, LineFound>,
}

impl Ledger {
    /// What the case `own` may know under `keys`. `open` says whether a case at hand is open.
    pub fn facts(&self, keys: &BTreeSet<RecordKey>, own: CaseId, now: Instant, open: &dyn Fn(CaseId) -> bool) -> Facts {
        let holders = |key: &RecordKey| {
            let Some(found) = self.0.get(key) else { return BTreeSet::new() };
            let here = found.here.iter().filter(|held| held.case != own && held.counts(now, open));
            found.others.iter().copied().chain(here.map(|held| held.case)).collect()
        };
        Facts::new(keys.iter().map(|key| (key.clone(), holders(key))).collect())
    }

    /// Notes a record that a case at hand wrote at `at`.
    pub fn write(&mut self, case: CaseId, at: Instant, written: &RecordWritten) {
        for (key, found) in &mut self.0 {
            if key.record == written.record {
                found.here.retain(|held| held.case != case);
            }
        }
        let held = Holding { case, while_open: written.lasts == Lasts::Open, until: written.until(at) };
        for key in &written.keys {
            self.0.entry(key.clone()).or_default().here.push(held);
        }
    }

    /// The cases at hand that hold a live record under a key, in the order in which they wrote it.
    pub fn holders(&self, key: &RecordKey, now: Instant, open: &dyn Fn(CaseId) -> bool) -> Vec<CaseId> {
        let here = self.0.get(key).map_or(&[][..], |found| &found.here);
        here.iter().filter(|held| held.counts(now, open)).map(|held| held.case).collect()
    }
}

impl Holding {
    fn counts(&self, now: Instant, open: &dyn Fn(CaseId) -> bool) -> bool {
        self.until.is_none_or(|until| now < until) && (!self.while_open || open(self.case))
    }
}

impl Facts {
    /// Facts from the holders by key.
    pub fn new(holders: BTreeMap<RecordKey, BTreeSet<CaseId>>) -> Facts {
        Facts { records: holders, lines: BTreeMap::new() }
    }

    /// The same, and what was found of a waiting list.
    #[must_use]
    pub fn and_line(mut self, line: Option<(LineAsked, LineFound)>) -> Facts {
        self.lines.extend(line);
        self
    }

    /// What was found of a waiting list; `None` where nobody looked.
    pub fn line(&self, asked: &LineAsked) -> Option<LineFound> {
        self.lines.get(asked).copied()
    }
}

/// The place of a record whose key has these parts; `None` where one of them is not answered.
pub fn record_key(record: &str, parts: Vec<Value>) -> Option<RecordKey> {
    if parts.iter().any(Value::is_blank) {
        return None;
    }
    let key = serde_json::to_string(&Value::List(parts)).ok()?;
    Some(RecordKey { record: record.to_owned(), key })
}

/// For an errand to whoever holds a record: the process whose cases are meant, and the place where they are found. `None`
/// for an errand that names its case.
pub fn holders_asked(errand: &Errand) -> Option<(&str, RecordKey)> {
    match &errand.order {
        Order::TellHolders { process, record, key, .. } => Some((process, record_key(record, key.clone())?)),
        Order::Start { .. } | Order::Tell { .. } | Order::Gather(_) => None,
    }
}

/// Every place where a command may look for records or write one: those of the answers there are and of the answers it
/// brings. They are looked up (and locked) before it is decided about.
pub fn asked_records(context: Context<'_>, loaded: Option<&Loaded>, command: &Command) -> BTreeSet<RecordKey> {
    if let Command::StartCase { case, process, door, region, answers, draft } = command {
        let opening = Opening { process, door, region, answers, draft };
        return start_case::open(context, *case, opening).map(|(draft, _)| draft.record_keys()).unwrap_or_default();
    }
    let definition = loaded.and_then(|loaded| context.rules.definition(&loaded.case.definition));
    let (Some(loaded), Some(definition)) = (loaded, definition) else { return BTreeSet::new() };
    if definition.records.is_empty() {
        return BTreeSet::new();
    }
    let mut draft = Draft::open(context, definition.clone(), loaded);
    let mut keys = draft.record_keys();
    draft.merge(command);
    keys.extend(draft.record_keys());
    keys
}

/// The open case for which a new one is a duplicate, where the process keeps it from being opened under any of several
/// keys.
pub fn rival(context: Context<'_>, command: &Command) -> Option<CaseId> {
    let Command::StartCase { case, process, door, region, answers, draft } = command else { return None };
    let opening = Opening { process, door, region, answers, draft };
    let (draft, _) = start_case::open(context, *case, opening).ok()?;
    let name = unique_record(&draft.definition.name);
    let keys = draft.names().record_keys(&draft.definition, &draft.case.configuration, &name);
    keys.iter().filter_map(|key| context.facts.records.get(key)?.first().copied()).next()
}

/// The places where a case as it stands may look for records, for pages.
pub fn current_records(rules: &Rulebook, loaded: &Loaded) -> BTreeSet<RecordKey> {
    let (actor, facts) = (Actor::system(), Facts::default());
    let (now, number) = (loaded.case.last_at, &loaded.case.number);
    let context = Context { rules, actor: &actor, now, entropy: [0; 32], number, facts: &facts, files: None };
    match rules.definition(&loaded.case.definition) {
        Some(definition) if !definition.records.is_empty() => {
            Draft::open(context, definition.clone(), loaded).record_keys()
        }
        Some(_) | None => BTreeSet::new(),
    }
}

impl Draft<'_> {
    /// The places of all records of the process under the present answers.
    fn record_keys(&self) -> BTreeSet<RecordKey> {
        let names = self.names();
        let of = |name: &String| names.record_keys(&self.definition, &self.case.configuration, name);
        self.definition.records.keys().flat_map(of).collect()
    }

    /// Takes the answers of a command as far as they can be read; what is wrong with them is told when it is decided.
    fn merge(&mut self, command: &Command) {
        let definition = self.definition.clone();
        let mut given = Vec::new();
        match command {
            Command::CompleteTask { task, outcome, answers, ask, .. } => {
                let Some(state) = self.case.task(*task).map(|task| task.state) else { return };
                let Some(work) = &definition.state(state).task else { return };
                let choice = work.outcomes.iter().find(|choice| choice.name == *outcome);
                let holder = self.holder_of(state);
                given.extend(work.form.as_ref().map(|form| (holder.clone(), form, answers)));
                given.extend(choice.and_then(|choice| choice.ask.as_ref()).map(|form| (holder, form, ask)));
            }
            Command::Act { action, answers, .. } => {
                let choices = act::choices(&definition);
                let found = choices.iter().find(|(_, choice, _)| choice.event == *action);
                let Some((state, Some(form))) = found.map(|(state, choice, _)| (*state, choice.ask.as_ref())) else {
                    return;
                };
                let form = definition.forms.get_key_value(form).map(|(form, _)| form);
                given.extend(form.map(|form| (self.holder_of(state), form, answers)));
            }
            Command::DeliverMessage { message, answers, .. }
            | Command::TellMember { message: Some(message), answers, .. } => {
                let form = definition.messages.get(message).and_then(|message| message.form.as_ref());
                given.extend(form.map(|form| (Holder::Case, form, answers)));
            }
            Command::StartCase { .. }
            | Command::TellMember { .. }
            | Command::ClaimTask { .. }
            | Command::ReleaseTask { .. }
            | Command::ExtendClock { .. }
            | Command::FireTimer { .. }
            | Command::JoinParty { .. }
            | Command::EndErrand { .. }
            | Command::FreezeMembers { .. }
            | Command::NoteMembers { .. }
            | Command::Recuse { .. }
            | Command::GivePlace { .. }
            | Command::RecomputeDeadlines { .. } => {}
        }
        for (holder, form, answers) in given {
            drop(self.answer(holder, form, answers));
        }
    }

    /// Writes a record under its present keys; without any there is nothing to be found by, and nothing is written.
    pub fn record(&mut self, name: &str) {
        let definition = self.definition.clone();
        let Some(record) = definition.records.get(name) else { return };
        let keys = self.names().record_keys(&definition, &self.case.configuration, name);
        if keys.is_empty() {
            return;
        }
        self.emit(Event::Recorded { record: name.to_owned() });
        self.records.retain(|written| written.record != name);
        self.records.push(RecordWritten { record: name.to_owned(), keys, lasts: record.lasts });
    }

    /// Refuses a case that is a duplicate under any of several keys, and lets others find this one by each of them. The
    /// keys are looked up and locked before it is decided, as those of every record.
    ///
    /// # Errors
    /// [`Rejection::Duplicate`] without a number: whether the asker may see the other case is not known here.
    pub fn only_one(&mut self) -> Result<(), Rejection> {
        let name = unique_record(&self.definition.name);
        if !self.definition.records.contains_key(&name) {
            return Ok(());
        }
        let found = self.names().recorded(&name, &self.case.configuration);
        match found.map_err(|fault| Rejection::ProcessFault { fault: fault.to_string() })? {
            Value::Int(0) => {}
            _ => return Err(Rejection::Duplicate { number: String::new() }),
        }
        self.record(&name);
        Ok(())
    }
}

impl CaseNames<'_> {
    /// `recorded("name")`: other cases that hold a live record under one of this case's present keys.
    pub fn recorded(&self, name: &str, configuration: &Configuration) -> Result<Value, Fault> {
        let fault = |reason: &str| Fault::Function { function: "recorded".to_owned(), reason: reason.to_owned() };
        let definition = self.rules.definition(&self.case.definition).ok_or_else(|| fault("no definition"))?;
        if !definition.records.contains_key(name) {
            return Err(fault("no such record"));
        }
        let mut holders: BTreeSet<CaseId> = BTreeSet::new();
        for key in self.record_keys(definition, configuration, name) {
            // Silence is not "none": a key that nobody looked up has no answer.
            holders.extend(self.facts.records.get(&key).ok_or_else(|| fault("it was not looked up"))?);
        }
        Ok(Value::Int(i64::try_from(holders.len()).unwrap_or(i64::MAX)))
    }

    /// The places of a record: one for each of its keys that is answered, the same one once.
    fn record_keys(&self, definition: &ProcessDefinition, configuration: &Configuration, name: &str) -> Vec<RecordKey> {
        let view = View { chart: &definition.chart, configuration, event: None, outside: self };
        // A part that cannot be computed from what was not answered is not answered.
        let place = |key: &Vec<Expression>| {
            record_key(name, key.iter().map(|part| view.evaluate(part).ok()).collect::<Option<Vec<Value>>>()?)
        };
        let keys = definition.records.get(name).map_or(&[][..], |record| &record.keys);
        keys.iter().filter_map(place).collect::<BTreeSet<RecordKey>>().into_iter().collect()
    }
}
