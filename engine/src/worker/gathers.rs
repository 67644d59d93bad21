//! Carries out what a state gathers: finds the cases, has the list written down, tells them a piece at a time, and notes
//! each piece. Whoever dies on the way leaves a list that another goes on with: a case that was told is not told again,
//! since its message has a key of its own, and no piece is noted twice.

use std::collections::BTreeMap;

use super::errands::Errands;
use crate::case::add_figure;
use crate::command::{Command, Gathering};
use crate::decide;
use crate::engine::EngineError;
use crate::event::Missed;
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::store::{ErrandClaimed, ErrandKey, GatheredRow, Held};
use crate::value::Value;

/// Cases told at once; then others have their turn.
const MEMBERS_AT_ONCE: u32 = 256;

impl Errands {
    /// One piece of a list; it is claimed again until all is done.
    pub(super) async fn gather(&self, claimed: &ErrandClaimed, gathering: &Gathering) -> Result<(), EngineError> {
        let (case, errand) = (claimed.case_id, claimed.errand.number);
        let list = ErrandKey { case_id: case, errand };
        let store = self.engine.store();
        let rules = self.engine.rules();
        let Some(from) = store.case(case).await? else { return Ok(()) };
        let Some(definition) = rules.definition(&from.loaded.case.definition) else { return Ok(()) };
        let Some(gather) = decide::gathering(definition, &from.loaded.case, errand).cloned() else {
            return self.done(&list).await;
        };
        if !gather.frozen {
            let states = decide::states_asked(&rules, gathering);
            let members = store.members(&gathering.process, &gathering.region, &states).await?;
            let sample = gathering.sample;
            self.by_the_system(Command::FreezeMembers { case, errand, members, sample }).await?;
        } else if !gather.is_complete() {
            let page = store.gathered(list.clone(), gather.upto, MEMBERS_AT_ONCE, false).await?;
            if page.is_empty() {
                tracing::error!(%case, errand, "a list has fewer places than its case says; it is left to the operator");
                return Ok(());
            }
            self.tell(claimed, gathering, &from, gather.upto, page).await?;
        } else {
            return self.done(&list).await;
        }
        Ok(store.release_errand(list).await?)
    }

    async fn done(&self, list: &ErrandKey) -> Result<(), EngineError> {
        let end = Command::EndErrand { case: list.case_id, errand: list.errand, reached: 0, refused: Vec::new() };
        self.by_the_system(end).await
    }

    /// What another worker has done meanwhile is refused, and no fault.
    async fn by_the_system(&self, command: Command) -> Result<(), EngineError> {
        let case = command.case();
        if let Err(rejection) = self.engine.execute(&Actor::system(), None, command).await? {
            tracing::debug!(%case, code = rejection.code(), "another worker has been here");
        }
        Ok(())
    }

    /// Tells a piece of the list, together, so that they share commits, and notes what came of it.
    async fn tell(
        &self,
        claimed: &ErrandClaimed,
        gathering: &Gathering,
        from: &Held,
        after: u32,
        page: Vec<GatheredRow>,
    ) -> Result<(), EngineError> {
        let Some(upto) = page.last().map(|row| row.place) else { return Ok(()) };
        let actor = claimed.errand.actor(&from.loaded.case);
        let mut told = Vec::with_capacity(page.len());
        for row in page {
            let key = claimed.errand.key(row.member);
            told.push((row.number, self.engine.submit(&actor, Some(&key), gathering.command(row.member)).await?));
        }
        let (mut reached, mut refused, mut sums) = (0, Vec::new(), BTreeMap::<String, Value>::new());
        for (number, answer) in told {
            let code = match answer.wait().await {
                Ok(Ok(receipt)) => {
                    reached += 1;
                    for (name, figure) in &receipt.figures {
                        add_figure(sums.entry(name.clone()).or_default(), figure);
                    }
                    continue;
                }
                Ok(Err(rejection)) => rejection.code(),
                // It was set aside; the list goes on without it and says so.
                Err(EngineError::Broken) => Rejection::Quarantined.code(),
                Err(error) => return Err(error),
            };
            refused.push(Missed { number, code: code.to_owned() });
        }
        let (case, errand) = (claimed.case_id, claimed.errand.number);
        self.by_the_system(Command::NoteMembers { case, errand, after, upto, reached, refused, sums }).await
    }
}
