//! The one door in. Commands queue for a single writer, which decides about many of them in one transaction and
//! answers each only after the commit has returned. It must never change a case by any other way.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use tokio::sync::{mpsc, oneshot};

use crate::case::CaseId;
use crate::command::{Command, Receipt};
use crate::decide::{self, Facts, Loaded};
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::store::{Fate, Group, Member, Store, StoreError, wanted};

/// Commands that share one commit at most.
pub const GROUP_MAX: usize = 64;
/// How often a command alone is tried again when what it was decided on has changed meanwhile.
const TRIES: usize = 5;
/// Commands that may wait; more wait outside.
const QUEUE_MAX: usize = 4096;

/// Why a command has no answer from the process.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The store could not be reached or failed; nothing was written.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// Deciding failed inside. The case was set aside; nothing was written.
    #[error("the engine failed while deciding; the case is set aside")]
    Broken,
    /// The engine is stopping.
    #[error("the engine is stopping")]
    Stopped,
}

/// What the asker gets: a receipt, the reason why not, or no answer at all.
pub type Answer = Result<Result<Receipt, Rejection>, EngineError>;

struct Queued {
    member: Member,
    answer: oneshot::Sender<Answer>,
}

/// A running engine. Clones share it.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn Store>,
    rules: Arc<RwLock<Arc<Rulebook>>>,
    queue: mpsc::Sender<Queued>,
    groups: Arc<AtomicU64>,
}

impl Engine {
    /// Starts the writer on the current tokio runtime. It ends when the last clone is dropped.
    pub fn start(store: Arc<dyn Store>, rules: Rulebook) -> Engine {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let rules = Arc::new(RwLock::new(Arc::new(rules)));
        let groups = Arc::new(AtomicU64::new(0));
        tokio::spawn(write(store.clone(), rules.clone(), waiting, groups.clone()));
        Engine { store, rules, queue, groups }
    }

    /// The store, for reading.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// What is published now.
    pub fn rules(&self) -> Arc<Rulebook> {
        self.rules.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Puts another rulebook in force for commands decided from now on.
    pub fn replace_rules(&self, rules: Rulebook) {
        *self.rules.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(rules);
    }

    /// Groups taken from the queue so far; each was one commit, unless the database refused it.
    pub fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }

    /// An identity for a new case.
    pub fn new_case_id() -> CaseId {
        CaseId(uuid::Uuid::now_v7())
    }

    /// Carries out a command. When this returns `Ok(Ok(_))` it is committed.
    ///
    /// `key` names the request: the same actor sending the same command under it again gets the same answer.
    ///
    /// # Errors
    /// [`EngineError`] when the process could not be asked; the inner [`Rejection`] when it said no.
    pub async fn execute(&self, actor: &Actor, key: Option<&str>, command: Command) -> Answer {
        self.submit(actor, key, command).await?.wait().await
    }

    /// What other cases hold that conditions of this one may ask about, as it stands now: for pages. What is decided is
    /// looked up again, under locks.
    ///
    /// # Errors
    /// The store failed.
    pub async fn facts(&self, loaded: &Loaded) -> Result<Facts, EngineError> {
        let rules = self.rules();
        let keys = decide::current_records(&rules, loaded);
        let mut facts = Facts::default();
        if !keys.is_empty() {
            facts = Facts::new(self.store.recorded(&keys, loaded.case.id).await?);
        }
        if let Some(definition) = rules.definition(&loaded.case.definition).filter(|d| !d.quotas.is_empty()) {
            let now = self.store.legal_now().await?;
            for (_, asked) in decide::waiting_lines(definition, &loaded.case, now) {
                let found = self.store.line(&asked).await?;
                facts = facts.and_line(Some((asked, found)));
            }
        }
        Ok(facts)
    }

    /// Computes the deadlines of every open case anew: after a calendar gained a year, the provisional ones become final.
    /// Returns how many cases changed. A case whose deadlines stand is not written.
    ///
    /// # Errors
    /// The store failed; cases done before stay done, and doing it again is safe.
    pub async fn recompute_deadlines(&self) -> Result<usize, EngineError> {
        let everywhere = [String::new()];
        let mut changed = 0;
        for listed in self.store.watch(&everywhere, u32::MAX).await? {
            let before = self.store.case(listed.id).await?.map(|held| held.loaded.case.length);
            let command = Command::RecomputeDeadlines { case: listed.id };
            if let Ok(receipt) = self.execute(&Actor::system(), None, command).await? {
                changed += usize::from(before.is_some_and(|length| receipt.length > length));
            }
        }
        Ok(changed)
    }

    /// Queues a command and returns at once; commands of one asker are decided in the order they were queued.
    ///
    /// # Errors
    /// [`EngineError::Stopped`].
    pub async fn submit(&self, actor: &Actor, key: Option<&str>, command: Command) -> Result<Pending, EngineError> {
        let mut entropy = [0; 32];
        getrandom::fill(&mut entropy).map_err(|_| EngineError::Stopped)?;
        let member = Member { actor: actor.clone(), key: key.map(str::to_owned), command, entropy };
        let (answer, answered) = oneshot::channel();
        self.queue.send(Queued { member, answer }).await.map_err(|_| EngineError::Stopped)?;
        Ok(Pending(answered))
    }
}

/// An answer that is still to come.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Answer>);

impl Pending {
    /// Waits for it. When this returns `Ok(Ok(_))` the command is committed.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn wait(self) -> Answer {
        self.0.await.map_err(|_| EngineError::Stopped)?
    }
}

/// Takes whatever waits, up to a group, and commits it.
async fn write(
    store: Arc<dyn Store>,
    rules: Arc<RwLock<Arc<Rulebook>>>,
    mut waiting: mpsc::Receiver<Queued>,
    groups: Arc<AtomicU64>,
) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
        let rules = rules.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let (members, answers): (Vec<Member>, Vec<_>) =
            group.drain(..).map(|queued| (queued.member, queued.answer)).unzip();
        groups.fetch_add(1, Ordering::Relaxed);
        for (answer, outcome) in answers.into_iter().zip(commit(&*store, &rules, &members).await) {
            // Whoever asked may have gone; what was committed stands.
            drop(answer.send(outcome));
        }
    }
}

/// Commits a group; if the database refuses it, its members one by one, so that a bad one costs only itself.
/// Returns one answer per member, in order. [`Engine`] calls it for what waits in its queue.
pub async fn commit(store: &dyn Store, rules: &Rulebook, members: &[Member]) -> Vec<Answer> {
    if members.len() > 1 {
        match together(store, rules, members).await {
            Ok(answers) => return answers,
            // They would fail one by one just the same.
            Err(error) if error.is_unavailable() => {
                return members.iter().map(|member| refusal(member, error.clone())).collect();
            }
            Err(error) => tracing::info!(members = members.len(), %error, "a group is redone one by one"),
        }
    }
    let mut answers = Vec::with_capacity(members.len());
    for member in members {
        answers.push(alone(store, rules, member).await);
    }
    answers
}

/// A command on its own, tried again while another node keeps changing what it is decided on.
async fn alone(store: &dyn Store, rules: &Rulebook, member: &Member) -> Answer {
    let mut tries = 0;
    loop {
        tries += 1;
        match together(store, rules, std::slice::from_ref(member)).await {
            Ok(mut answers) => return answers.pop().unwrap_or(Err(EngineError::Stopped)),
            Err(StoreError::Conflict(_)) if tries < TRIES => {}
            Err(StoreError::Duplicate(Some(rival))) => {
                return Ok(Err(Rejection::Duplicate { number: visible(store, rules, member, rival).await }));
            }
            Err(error) => return refusal(member, error),
        }
    }
}

async fn together(store: &dyn Store, rules: &Rulebook, members: &[Member]) -> Result<Vec<Answer>, StoreError> {
    let fates = store.write(&wanted(members), &mut Group { rules, members }).await?;
    let mut answers = Vec::with_capacity(fates.len());
    for fate in fates {
        answers.push(match fate {
            Fate::Accepted(receipt) | Fate::Repeated(receipt) => Ok(Ok(receipt)),
            Fate::Rejected(rejection) => Ok(Err(rejection)),
            Fate::Broken(case) => {
                tracing::error!(%case, "deciding failed; the case is set aside");
                // The others are committed and must hear so, whether or not this succeeds.
                if let Err(error) = store.quarantine(case).await {
                    tracing::error!(%case, %error, "the case could not be set aside");
                }
                Err(EngineError::Broken)
            }
        });
    }
    Ok(answers)
}

/// The number of a rival case; empty where the asker may not know of it, or it cannot be read now.
async fn visible(store: &dyn Store, rules: &Rulebook, member: &Member, rival: CaseId) -> String {
    let Ok(Some(held)) = store.case(rival).await else { return String::new() };
    let case = held.loaded.case;
    let seen = rules
        .definition(&case.definition)
        .is_some_and(|definition| decide::may_see(&rules.organisation, definition, &member.actor, &case));
    if seen { case.number } else { String::new() }
}

fn refusal(member: &Member, error: StoreError) -> Answer {
    match error {
        StoreError::Duplicate(_) => Ok(Err(Rejection::Duplicate { number: String::new() })),
        StoreError::DraftUsed => Ok(Err(Rejection::DraftUsed)),
        error => {
            tracing::error!(case = %member.command.case(), %error, "the store refused a command");
            Err(EngineError::Store(error))
        }
    }
}
