//! The thinking part of a group commit: several commands, each decided on its own, in order, on what the group before
//! it left. Pure; a rejection writes nothing and hurts nobody.

mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::batch::DraftUsed;
use super::{
    Answered, AnsweredRow, Batch, ErrandKey, ErrandRow, FileUseRow, Held, OfferRow, OutboxRow, PartyRow, RecordRow,
    RefusalRow, RequestKey, Snapshot, StoreError, TaskRow, Think, TimerKey, TimerRow, Wanted,
};
use crate::case::{CaseId, TaskStatus};
use crate::command::{Command, Receipt};
use crate::decide::{
    self, Context, Decision, Facts, Ledger, LineAsked, LineFound, Loaded, RecordKey, RecordWritten, StoredFile,
};
use crate::definition::{Lasts, ProcessDefinition};
use crate::event::{Envelope, Event, GENESIS};
use crate::form::file_ids;
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::value::Instant;

use rows::{answers_row, case_row, gathered_row, place_rows, posted_row, task_row};

/// One command of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who asks.
    pub actor: Actor,
    /// The asker's key; `None` for the engine's own commands, which are guarded by what they consume.
    pub key: Option<String>,
    /// What is asked.
    pub command: Command,
    /// Random bytes for it alone.
    pub entropy: [u8; 32],
}

impl Member {
    /// The key under which an accepted request is remembered.
    pub fn request(&self) -> Option<RequestKey> {
        self.key.clone().map(|key| RequestKey { actor: self.actor.id.clone(), key })
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// Its events are in the batch.
    Accepted(Receipt),
    /// It was accepted before; nothing is written.
    Repeated(Receipt),
    /// Why not.
    Rejected(Rejection),
    /// Deciding failed inside; the case must be set aside.
    Broken(CaseId),
}

/// What a group writes, and what became of each member.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// To be written.
    pub batch: Batch,
    /// One per member, in order.
    pub fates: Vec<Fate>,
}

/// What a group must see before it is decided about.
pub fn wanted(members: &[Member]) -> Wanted {
    let mut cases: Vec<CaseId> = members.iter().map(|member| member.command.case()).collect();
    cases.sort_unstable();
    cases.dedup();
    let starts = members.iter().filter(|member| matches!(member.command, Command::StartCase { .. })).count();
    Wanted {
        cases,
        keys: members.iter().filter_map(Member::request).collect(),
        files: members.iter().flat_map(|member| member.command.files()).collect(),
        numbers: u32::try_from(starts).unwrap_or(u32::MAX),
    }
}

/// A group as the store lets it think.
pub struct Group<'a> {
    /// What is published.
    pub rules: &'a Rulebook,
    /// The commands, in order.
    pub members: &'a [Member],
}

impl Think for Group<'_> {
    fn asks(&self, snapshot: &Snapshot) -> BTreeSet<RecordKey> {
        asked(self.rules, snapshot, self.members)
    }

    fn lines(&self, snapshot: &Snapshot) -> BTreeSet<LineAsked> {
        lines(self.rules, snapshot, self.members)
    }

    fn plan(&mut self, snapshot: Snapshot) -> Result<Planned, StoreError> {
        plan(self.rules, snapshot, self.members)
    }
}

/// The records that a group may ask for or write.
pub fn asked(rules: &Rulebook, snapshot: &Snapshot, members: &[Member]) -> BTreeSet<RecordKey> {
    foreseen(rules, snapshot, members, decide::asked_records)
}

/// The waiting lists whose places a group gives.
pub fn lines(rules: &Rulebook, snapshot: &Snapshot, members: &[Member]) -> BTreeSet<LineAsked> {
    foreseen(rules, snapshot, members, decide::asked_line)
}

/// What every member asks for, as far as it can be said before the group is decided.
fn foreseen<T: Ord, I: IntoIterator<Item = T> + Default>(
    rules: &Rulebook,
    snapshot: &Snapshot,
    members: &[Member],
    asks: fn(Context<'_>, Option<&Loaded>, &Command) -> I,
) -> BTreeSet<T> {
    let facts = Facts::default();
    let of = |member: &Member| {
        let held = snapshot.cases.get(&member.command.case());
        let context = Context {
            rules,
            actor: &member.actor,
            now: held.map_or(snapshot.now, |held| snapshot.now.max(held.loaded.case.last_at)),
            entropy: member.entropy,
            number: "",
            facts: &facts,
            files: None,
        };
        asks(context, held.map(|held| &held.loaded), &member.command)
    };
    // A fault of ours is found again, and answered for, when the member is decided about.
    let safely = |member| catch_unwind(AssertUnwindSafe(|| of(member))).unwrap_or_default();
    members.iter().flat_map(safely).collect()
}

/// Decides about every member of a group.
///
/// # Errors
/// [`StoreError::Conflict`] when a member asks about records that could not be foreseen, because an earlier one changed
/// its case; alone it can be decided. [`StoreError::Duplicate`] when a member opens a case that another open one excludes.
pub fn plan(rules: &Rulebook, snapshot: Snapshot, members: &[Member]) -> Result<Planned, StoreError> {
    let mut group = Deciding {
        rules,
        now: snapshot.now,
        cases: snapshot.cases,
        answered: snapshot.answered,
        numbers: snapshot.numbers,
        files: snapshot.files,
        expected: BTreeMap::new(),
        unique: BTreeMap::new(),
        ledger: Ledger(snapshot.records),
        lines: snapshot.lines,
        placed: BTreeSet::new(),
        unforeseen: false,
        rival: None,
        batch: Batch::default(),
        tasks: BTreeMap::new(),
    };
    let fates = members.iter().map(|member| group.member(member)).collect();
    if group.unforeseen {
        return Err(StoreError::Conflict("a member asks about records that an earlier one changed".to_owned()));
    }
    // Alone, the member is told which case it is, if it may see it; the others must not wait for that.
    if let Some(rival) = group.rival {
        return Err(StoreError::Duplicate(Some(rival)));
    }
    Ok(Planned { batch: group.finish(), fates })
}

struct Deciding<'a> {
    rules: &'a Rulebook,
    now: Instant,
    cases: BTreeMap<CaseId, Held>,
    answered: BTreeMap<RequestKey, Answered>,
    numbers: (u64, u64),
    /// Stored files that the answers at hand name.
    files: BTreeMap<String, StoredFile>,
    /// Length of each changed case before the group.
    expected: BTreeMap<CaseId, u64>,
    unique: BTreeMap<CaseId, String>,
    /// Records of other cases, with those that members wrote.
    ledger: Ledger,
    /// How the waiting lists stood before the group. Of each list one case is the first, so a group gives one place of it.
    lines: BTreeMap<LineAsked, LineFound>,
    /// Cases whose places have changed.
    placed: BTreeSet<CaseId>,
    /// A member asked about records that were not looked up.
    unforeseen: bool,
    /// An open case for which a member's new one is a duplicate.
    rival: Option<CaseId>,
    batch: Batch,
    tasks: BTreeMap<(CaseId, u32), TaskRow>,
}

impl Deciding<'_> {
    fn member(&mut self, member: &Member) -> Fate {
        let digest = member.command.digest();
        if let Some(before) = member.request().and_then(|key| self.answered.get(&key)) {
            return if before.digest == digest {
                Fate::Repeated(before.receipt.clone())
            } else {
                Fate::Rejected(Rejection::KeyReused { number: before.receipt.number.clone() })
            };
        }
        let id = member.command.case();
        if self.cases.get(&id).is_some_and(|held| held.quarantined) {
            return Fate::Rejected(Rejection::Quarantined);
        }
        // The identity of a new case comes from outside; taken twice, it would replace a case and its history.
        if matches!(member.command, Command::StartCase { .. }) && self.cases.contains_key(&id) {
            return Fate::Rejected(Rejection::Duplicate { number: String::new() });
        }
        let number = self.number(&member.command);
        let held = self.cases.get(&id);
        let nothing = Facts::default();
        let context = Context {
            rules: self.rules,
            actor: &member.actor,
            now: held.map_or(self.now, |held| self.now.max(held.loaded.case.last_at)),
            entropy: member.entropy,
            number: &number,
            facts: &nothing,
            files: Some(&self.files),
        };
        let now = context.now;
        let loaded = held.map(|held| &held.loaded);
        let open = |case| self.cases.get(&case).is_some_and(|held| held.loaded.case.closed.is_none());
        // A fault of ours must cost one case its rest, not the group its commit.
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let asked = decide::asked_records(context, loaded, &member.command);
            let foreseen = asked.iter().all(|key| self.ledger.0.contains_key(key));
            let line = decide::asked_line(context, loaded, &member.command);
            let found = line.map(|asked| (self.lines.get(&asked).copied(), asked));
            let foreseen = foreseen && found.as_ref().is_none_or(|(found, _)| found.is_some());
            let facts = self.ledger.facts(&asked, id, context.now, &open);
            let facts = facts.and_line(found.and_then(|(found, asked)| Some((asked, found?))));
            let context = Context { facts: &facts, ..context };
            let decision = decide::decide(context, loaded, &member.command);
            let twice = matches!(decision, Err(Rejection::Duplicate { .. }));
            (foreseen, twice.then(|| decide::rival(context, &member.command)).flatten(), decision)
        }));
        let decided = decided.map(|(foreseen, rival, decision)| {
            self.unforeseen |= !foreseen;
            self.rival = self.rival.or(rival);
            decision
        });
        match decided {
            Err(_) => {
                if let Some(held) = self.cases.get_mut(&id) {
                    held.quarantined = true;
                }
                Fate::Broken(id)
            }
            Ok(Err(rejection)) => {
                self.audit(member, &rejection);
                Fate::Rejected(rejection)
            }
            Ok(Ok(decision)) => {
                let receipt = decision.receipt.clone();
                if let Some(key) = member.request() {
                    self.remember(key, digest, &receipt);
                }
                self.accept(&member.actor, now, decision);
                Fate::Accepted(receipt)
            }
        }
    }

    /// `ZL20260930-000123`: the day and a serial number of the installation. Gaps are allowed, repeats are not.
    fn number(&mut self, command: &Command) -> String {
        if !matches!(command, Command::StartCase { .. }) || self.numbers.0 >= self.numbers.1 {
            return String::new();
        }
        let serial = self.numbers.0;
        self.numbers.0 += 1;
        format!("{}-{serial:06}", self.now.date().strftime("%Y%m%d"))
    }

    fn audit(&mut self, member: &Member, rejection: &Rejection) {
        if !matches!(rejection, Rejection::NotPermitted { .. } | Rejection::CaseNotFound) {
            return;
        }
        let command = serde_json::to_value(&member.command).ok();
        let command = command.and_then(|value| value.get("command")?.as_str().map(str::to_owned)).unwrap_or_default();
        self.batch.refusals.push(RefusalRow {
            case_id: member.command.case(),
            actor: member.actor.id.clone(),
            command,
            code: rejection.code().to_owned(),
            at: self.now.0,
        });
    }

    fn remember(&mut self, key: RequestKey, digest: String, receipt: &Receipt) {
        self.batch.answered.push(AnsweredRow {
            actor: key.actor.clone(),
            key: key.key.clone(),
            digest: digest.clone(),
            receipt: serde_json::to_string(receipt).unwrap_or_default(),
        });
        self.answered.insert(key, Answered { digest, receipt: receipt.clone() });
    }

    fn accept(&mut self, actor: &Actor, now: Instant, decision: Decision) {
        let id = decision.case.id;
        let before = self.cases.remove(&id);
        let mut length = before.as_ref().map_or(0, |held| held.loaded.case.length);
        let mut head = before.as_ref().map_or_else(|| GENESIS.to_owned(), |held| held.head.clone());
        self.expected.entry(id).or_insert(length);
        for event in &decision.events {
            length += 1;
            let sealed = Envelope::seal(id, length, now, &actor.id, &decision.case.definition, &head, event);
            head.clone_from(&sealed.hash);
            self.batch.events.push(sealed);
            self.follow(id, &decision, event);
        }
        let definition = self.rules.definition(&decision.case.definition).cloned();
        if let Some(definition) = &definition {
            self.changed_tasks(definition, &decision);
        }
        for answers in &decision.answers {
            for file in file_ids(&answers.values) {
                if let Some(stored) = self.files.get_mut(&file) {
                    stored.cases.insert(id);
                    self.batch.file_uses.push(FileUseRow { file, case_id: id });
                }
            }
            self.batch.answers.push(answers_row(id, actor, now, answers));
        }
        for message in &decision.outbox {
            self.batch.outbox.push(OutboxRow {
                case_id: id,
                notice: message.notice,
                recipient: message.to.clone(),
                text: message.text.clone(),
                item: message.item.clone().unwrap_or_default(),
                task: message.task,
                due_at: message.due_at.map(|at| at.0),
                at: now.0,
            });
        }
        for errand in &decision.errands {
            let order = serde_json::to_string(errand).unwrap_or_default();
            self.batch.errands.push(ErrandRow { case_id: id, errand: errand.number, order, at: now.0 });
        }
        self.batch.gathered.extend(decision.members.iter().map(|written| gathered_row(id, written)));
        self.batch.drafts.extend(decision.draft.clone().map(|draft| DraftUsed { id: draft, case_id: id }));
        for written in &decision.records {
            self.record(id, now, written);
        }
        if let Some(key) = decision.unique_key {
            self.unique.insert(id, key);
        }
        let mut answers = before.map(|held| held.loaded.answers).unwrap_or_default();
        for written in decision.answers {
            answers.0.insert((written.holder, written.form), written.values);
        }
        self.cases.insert(id, Held { loaded: Loaded { case: decision.case, answers }, head, quarantined: false });
    }

    /// A case holds a record once: the rows of an earlier member give way.
    fn record(&mut self, case_id: CaseId, at: Instant, written: &RecordWritten) {
        let record = &written.record;
        self.batch.records.retain(|row| row.case_id != case_id || row.record != *record);
        self.batch.records.extend(written.keys.iter().map(|place| RecordRow {
            case_id,
            record: record.clone(),
            key: place.key.clone(),
            at: at.0,
            while_open: written.lasts == Lasts::Open,
            until_at: written.until(at).map(|until| until.0),
        }));
        self.ledger.write(case_id, at, written);
    }

    /// Tables that follow single events.
    fn follow(&mut self, case_id: CaseId, decision: &Decision, event: &Event) {
        match event {
            Event::PartyJoined { party, actor } => {
                self.batch.parties.push(PartyRow { case_id, party: party.clone(), actor: actor.clone() });
            }
            Event::TimerSet { timer, at, .. } => {
                self.batch.timers.push(TimerRow { case_id, timer: *timer, at: at.0 });
            }
            Event::TimerCancelled { timer } | Event::TimerFired { timer } => {
                let known = self.batch.timers.len();
                self.batch.timers.retain(|row| row.case_id != case_id || row.timer != *timer);
                if self.batch.timers.len() == known {
                    self.batch.timers_gone.push(TimerKey { case_id, timer: *timer });
                }
            }
            Event::ErrandEnded { errand, .. } => {
                self.batch.errands_gone.push(ErrandKey { case_id, errand: *errand });
            }
            Event::PlaceAwaited { .. }
            | Event::PlaceGiven { .. }
            | Event::PlaceReturned { .. }
            | Event::WaitEnded { .. } => {
                self.placed.insert(case_id);
            }
            Event::TaskOffered { task, .. } => {
                let offers = decision.case.task(*task).map_or(&[][..], |task| &task.offers);
                for offer in offers {
                    self.batch.offers.push(OfferRow {
                        case_id,
                        task: *task,
                        region: offer.region.clone(),
                        department: offer.department.clone(),
                        unit: offer.unit.clone(),
                        role: offer.role.clone(),
                        party: offer.party.clone(),
                    });
                }
            }
            _ => {}
        }
    }

    /// Rows of tasks that an event named, or whose clock moved.
    fn changed_tasks(&mut self, definition: &ProcessDefinition, decision: &Decision) {
        let mut numbers = BTreeSet::new();
        let mut clocks = BTreeSet::new();
        for event in &decision.events {
            match event {
                Event::TaskOffered { task, .. }
                | Event::TaskClaimed { task, .. }
                | Event::TaskReleased { task }
                | Event::TaskCompleted { task, .. }
                | Event::TaskCancelled { task }
                | Event::TaskPutAside { task }
                | Event::TaskTakenUp { task } => {
                    numbers.insert(*task);
                }
                Event::DueSet { clock, .. } => {
                    clocks.insert(*clock);
                }
                _ => {}
            }
        }
        for task in decision.case.tasks.values() {
            let limit = definition.state(task.state).task.as_ref().and_then(|work| work.limit);
            let moved = limit.is_some_and(|limit| clocks.contains(&limit)) && task.status == TaskStatus::Open;
            if numbers.contains(&task.number) || moved {
                let row = task_row(self.rules, definition, &decision.case, task);
                self.tasks.insert((decision.case.id, task.number), row);
            }
        }
    }

    fn finish(mut self) -> Batch {
        for (id, expected) in &self.expected {
            let Some(held) = self.cases.get(id) else { continue };
            self.batch.cases.push(case_row(held, *expected, self.unique.get(id).cloned()));
            let definition = self.rules.definition(&held.loaded.case.definition);
            if let Some(definition) = definition.filter(|d| d.states.iter().any(|state| state.publish.is_some())) {
                self.batch.posted_of.push(*id);
                let posted = decide::posted(self.rules, definition, &held.loaded);
                self.batch.posted.extend(posted.into_iter().map(|posted| posted_row(&held.loaded.case, posted)));
            }
        }
        for id in &self.placed {
            let Some(held) = self.cases.get(id) else { continue };
            self.batch.places_of.push(*id);
            self.batch.places.extend(place_rows(&held.loaded.case));
        }
        self.batch.tasks = self.tasks.into_values().collect();
        self.batch
    }
}
