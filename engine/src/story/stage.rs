//! The stage: every case of a story, as the store would hold it, and the one that is talked about. Commands come to a
//! case only by [`Stage::send`], as they do everywhere, and after each the log is folded and compared with the case.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

use super::errands::Turned;
use super::{Coverage, Step, Story, listed};
use crate::case::CaseId;
use crate::command::{Command, Errand, Receipt};
use crate::decide::{self, Context, Decision, Facts, Ledger, Loaded, MemberWritten};
use crate::definition::ProcessDefinition;
use crate::event::Event;
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::source::Problem;
use crate::text::Text;
use crate::value::Instant;

/// One case of a story.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the story calls it.
    pub name: String,
    /// The version it runs on.
    pub definition: Arc<ProcessDefinition>,
    /// The case with its answers.
    pub loaded: Loaded,
    /// Its log.
    pub log: Vec<(Event, Instant)>,
    /// Events before this one were looked at by an earlier `expect`.
    pub(super) looked: usize,
    /// The key that only one open case of its process may have.
    unique: Option<String>,
    /// The last day that each notice names, by its number.
    pub(super) named: BTreeMap<u32, Date>,
}

pub(super) struct Stage<'a> {
    pub rules: &'a Rulebook,
    pub story: &'a Story,
    pub now: Instant,
    /// In the order in which they were opened.
    pub cases: Vec<Told>,
    /// The one that is talked about.
    pub current: usize,
    pub problems: Vec<Problem>,
    pub coverage: Coverage,
    /// Errands that wait, with the case that sends each.
    pub errands: VecDeque<(CaseId, Errand)>,
    /// Errands that were refused, and that no `expect` has named yet.
    pub turned: Vec<Turned>,
    /// The list that was written down last.
    pub frozen: Vec<MemberWritten>,
    /// Records of all cases.
    pub ledger: Ledger,
    commands: u64,
}

impl<'a> Stage<'a> {
    pub fn new(rules: &'a Rulebook, story: &'a Story) -> Stage<'a> {
        Stage {
            rules,
            story,
            now: story.begin,
            cases: Vec::new(),
            current: 0,
            problems: Vec::new(),
            coverage: Coverage::default(),
            errands: VecDeque::new(),
            turned: Vec::new(),
            frozen: Vec::new(),
            ledger: Ledger::default(),
            commands: 0,
        }
    }

    /// The case that is talked about; `None` before the first was opened.
    pub fn told(&self) -> Option<&Told> {
        self.cases.get(self.current)
    }

    /// The identity of the case that is talked about.
    pub fn case_id(&self) -> CaseId {
        self.told().map_or(CaseId(uuid::Uuid::nil()), |told| told.loaded.case.id)
    }

    /// An identity that no case of the story has.
    pub fn new_case_id(&self) -> CaseId {
        CaseId(uuid::Uuid::from_u128(self.cases.len() as u128 + 1))
    }

    pub fn region(&self) -> String {
        self.story.region.clone().unwrap_or_else(|| self.rules.organisation.region.clone())
    }

    /// Makes another case the one that is talked about. Returns whether there is one of that name.
    pub fn turn_to(&mut self, name: &str) -> bool {
        let found = self.cases.iter().position(|told| told.name == name);
        self.current = found.unwrap_or(self.current);
        found.is_some()
    }

    /// `enrolment`, or `enrolment#2` where there is one already.
    pub fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.cases.iter().any(|told| told.name == name);
        let mut name = wanted.to_owned();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{wanted}#{number}");
        }
        name
    }

    /// Where the case is, for messages.
    pub fn whereabouts(&self) -> String {
        let Some(told) = self.told() else { return "no case".to_owned() };
        let leaves = told.loaded.case.configuration.leaves(&told.definition.chart);
        listed(leaves.into_iter().map(|state| told.definition.state(state).path.clone()))
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

    /// Sends a command as the engine does. A case that it opens gets the name `name`.
    ///
    /// # Errors
    /// The rejection of the process; nothing has changed.
    pub fn send(&mut self, actor: &Actor, command: &Command, name: &str) -> Result<Receipt, Rejection> {
        self.commands += 1;
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.commands.to_be_bytes());
        let number = format!("{}-{:06}", self.story.begin.date().strftime("%Y%m%d"), self.cases.len() + 1);
        let nothing = Facts::default();
        let context =
            Context { rules: self.rules, actor, now: self.now, entropy, number: &number, facts: &nothing, files: None };
        let known = self.cases.iter().position(|told| told.loaded.case.id == command.case());
        let loaded = known.map(|at| &self.cases[at].loaded);
        let facts = self.facts(&decide::asked_records(context, loaded, command), command.case());
        let line = decide::asked_line(context, loaded, command);
        let facts = facts.and_line(line.map(|asked| (asked.clone(), self.line(&asked))));
        let context = Context { facts: &facts, ..context };
        let decision = match decide::decide(context, loaded, command) {
            Err(Rejection::Duplicate { .. }) => {
                let rival = decide::rival(context, command);
                let told = self.cases.iter().find(|told| Some(told.loaded.case.id) == rival);
                return Err(self.duplicate(actor, told));
            }
            decided => decided?,
        };
        self.rival(actor, decision.unique_key.as_deref())?;
        let receipt = decision.receipt.clone();
        self.take(known, decision, name);
        Ok(receipt)
    }

    /// An open case of the story that has the key already, as the store would find it.
    fn rival(&self, actor: &Actor, key: Option<&str>) -> Result<(), Rejection> {
        let Some(key) = key else { return Ok(()) };
        let open = self.cases.iter().filter(|told| told.loaded.case.closed.is_none());
        match open.into_iter().find(|told| told.unique.as_deref() == Some(key)) {
            Some(told) => Err(self.duplicate(actor, Some(told))),
            None => Ok(()),
        }
    }

    /// A duplicate of a case, whose number is told to those who may see it.
    fn duplicate(&self, actor: &Actor, told: Option<&Told>) -> Rejection {
        let seen = |told: &&Told| decide::may_see(&self.rules.organisation, &told.definition, actor, &told.loaded.case);
        let number = told.filter(seen).map(|told| told.loaded.case.number.clone());
        Rejection::Duplicate { number: number.unwrap_or_default() }
    }

    fn take(&mut self, known: Option<usize>, decision: Decision, name: &str) {
        let Some(definition) = self.rules.definition(&decision.case.definition).cloned() else { return };
        self.coverage.note(&definition, &decision);
        let at = known.unwrap_or_else(|| {
            let name = self.free_name(name);
            let loaded = Loaded { case: decision.case.clone(), answers: Default::default() };
            self.cases.push(Told {
                name,
                definition: definition.clone(),
                loaded,
                log: Vec::new(),
                looked: 0,
                unique: decision.unique_key.clone(),
                named: BTreeMap::new(),
            });
            self.cases.len() - 1
        });
        if !decision.members.is_empty() {
            self.frozen = decision.members.clone();
        }
        for written in &decision.records {
            self.ledger.write(decision.case.id, self.now, written);
        }
        let case = decision.case.id;
        self.errands.extend(decision.errands.into_iter().map(|errand| (case, errand)));
        let told = &mut self.cases[at];
        let named = decision.outbox.iter().filter_map(|out| Some((out.notice, out.due_at?.plus(-1).date())));
        told.named.extend(named);
        told.log.extend(decision.events.into_iter().map(|event| (event, self.now)));
        for written in decision.answers {
            told.loaded.answers.0.insert((written.holder, written.form), written.values);
        }
        let folded = decide::fold(&definition, decision.case.id, &told.log);
        assert!(folded.as_ref() == Some(&decision.case), "folding the log must give the case");
        told.loaded.case = decision.case;
    }

    /// The timer that wakes first, of all cases, if it does so until `at`.
    pub fn next_timer(&self, at: Instant) -> Option<(Instant, CaseId, u32)> {
        let timers = self.cases.iter().flat_map(|told| {
            let case = &told.loaded.case;
            case.timers.values().map(move |timer| (timer.at, case.id, timer.number))
        });
        timers.filter(|(wake, _, _)| *wake <= at).min()
    }

    /// Names of the cases, for messages.
    pub fn names(&self) -> String {
        listed(self.cases.iter().map(|told| told.name.clone()))
    }
}
