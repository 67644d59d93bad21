//! The one door in. Commands queue for a single writer, which decides about many of them in one transaction and
//! answers each only after the commit has returned. It must never change a case by any other way.

use std::sync::{Arc, RwLock};

use tokio::sync::{mpsc, oneshot};

use crate::case::CaseId;
use crate::command::{Command, Receipt};
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::store::{Fate, Member, Store, StoreError, Wanted, plan};

/// Commands that share one commit at most.
pub const GROUP_MAX: usize = 64;
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

type Answer = Result<Result<Receipt, Rejection>, EngineError>;

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
}

impl Engine {
    /// Starts the writer on the current tokio runtime. It ends when the last clone is dropped.
    pub fn start(store: Arc<dyn Store>, rules: Rulebook) -> Engine {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let rules = Arc::new(RwLock::new(Arc::new(rules)));
        tokio::spawn(write(store.clone(), rules.clone(), waiting));
        Engine { store, rules, queue }
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
    pub async fn execute(
        &self,
        actor: &Actor,
        key: Option<&str>,
        command: Command,
    ) -> Result<Result<Receipt, Rejection>, EngineError> {
        let mut entropy = [0; 32];
        getrandom::fill(&mut entropy).map_err(|_| EngineError::Stopped)?;
        let member = Member { actor: actor.clone(), key: key.map(str::to_owned), command, entropy };
        let (answer, answered) = oneshot::channel();
        self.queue.send(Queued { member, answer }).await.map_err(|_| EngineError::Stopped)?;
        answered.await.map_err(|_| EngineError::Stopped)?
    }
}

/// Takes whatever waits, up to a group, and commits it.
async fn write(store: Arc<dyn Store>, rules: Arc<RwLock<Arc<Rulebook>>>, mut waiting: mpsc::Receiver<Queued>) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
        let rules = rules.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let (members, answers): (Vec<Member>, Vec<_>) =
            group.drain(..).map(|queued| (queued.member, queued.answer)).unzip();
        for (answer, outcome) in answers.into_iter().zip(commit(&*store, &rules, &members).await) {
            // Whoever asked may have gone; what was committed stands.
            drop(answer.send(outcome));
        }
    }
}

/// Commits a group; if the database refuses it, its members one by one, so that a bad one costs only itself.
async fn commit(store: &dyn Store, rules: &Rulebook, members: &[Member]) -> Vec<Answer> {
    match together(store, rules, members).await {
        Ok(answers) => answers,
        Err(error) if members.len() == 1 || error.is_unavailable() => {
            members.iter().map(|member| refusal(member, error.clone())).collect()
        }
        Err(_) => {
            let mut answers = Vec::with_capacity(members.len());
            for member in members {
                let single = std::slice::from_ref(member);
                let answer = match together(store, rules, single).await {
                    Ok(mut answers) => answers.remove(0),
                    Err(error) => refusal(member, error),
                };
                answers.push(answer);
            }
            answers
        }
    }
}

async fn together(store: &dyn Store, rules: &Rulebook, members: &[Member]) -> Result<Vec<Answer>, StoreError> {
    let mut cases: Vec<CaseId> = members.iter().map(|member| member.command.case()).collect();
    cases.sort_unstable();
    cases.dedup();
    let starts = members.iter().filter(|member| matches!(member.command, Command::StartCase { .. })).count();
    let wanted = Wanted {
        cases,
        keys: members.iter().filter_map(Member::request).collect(),
        numbers: u32::try_from(starts).unwrap_or(u32::MAX),
    };
    let fates = store.write(&wanted, &mut |snapshot| plan(rules, snapshot, members)).await?;
    let mut answers = Vec::with_capacity(fates.len());
    for fate in fates {
        answers.push(match fate {
            Fate::Accepted(receipt) | Fate::Repeated(receipt) => Ok(Ok(receipt)),
            Fate::Rejected(rejection) => Ok(Err(rejection)),
            Fate::Broken(case) => {
                tracing::error!(%case, "deciding failed; the case is set aside");
                store.quarantine(case).await?;
                Err(EngineError::Broken)
            }
        });
    }
    Ok(answers)
}

fn refusal(member: &Member, error: StoreError) -> Answer {
    match error {
        StoreError::Duplicate => Ok(Err(Rejection::Duplicate { number: String::new() })),
        error => {
            tracing::error!(case = %member.command.case(), %error, "the store refused a command");
            Err(EngineError::Store(error))
        }
    }
}
