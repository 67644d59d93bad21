//! Errands of a story: carried out at once after each step, as the worker does it, at the same instant.

use super::stage::Stage;
use super::{Step, listed};
use crate::case::CaseId;
use crate::command::{Command, Errand, Order};
use crate::decide;
use crate::event::Refused;
use crate::organisation::Actor;

/// So many errands may follow one step before the story is called a run-away.
const ERRANDS_MAX: usize = 1000;

/// An errand that some case refused.
#[derive(Clone, Debug)]
pub(super) struct Turned {
    /// The step after which it was carried out.
    pub step: Step,
    /// The case that sent it.
    pub from: CaseId,
    /// The link, or the message where it has none.
    pub what: String,
    /// Code of the rejection.
    pub code: String,
}

impl Stage<'_> {
    /// Carries out every errand that waits, and those that follow from them.
    pub fn carry_out(&mut self, step: &Step) {
        for _ in 0..ERRANDS_MAX {
            let Some((from, errand)) = self.errands.pop_front() else { return };
            self.carry_out_one(step, from, &errand);
        }
        self.fail(step, "办件之间不断互相通知，没有尽头", "cases tell each other without end");
    }

    fn carry_out_one(&mut self, step: &Step, from: CaseId, errand: &Errand) {
        if let Order::Gather(gathering) = &errand.order {
            return self.gather(step, from, errand, gathering);
        }
        let Some(sender) = self.cases.iter().find(|told| told.loaded.case.id == from) else { return };
        let actor = errand.actor(&sender.loaded.case);
        let (mut reached, mut refused) = (0, Vec::new());
        for to in self.targets(errand) {
            match self.send(&actor, &errand.command(to), &errand.link) {
                Ok(_) => reached += 1,
                Err(rejection) => {
                    let code = rejection.code().to_owned();
                    self.turned.push(Turned { step: step.clone(), from, what: what(errand, to), code: code.clone() });
                    refused.push(Refused { case: to, code });
                }
            }
        }
        for join in errand.joining() {
            // A party that the other process does not know is left out, as the worker does.
            drop(self.send(&Actor::system(), &join, ""));
        }
        let end = Command::EndErrand { case: from, errand: errand.number, reached, refused };
        if let Err(rejection) = self.send(&Actor::system(), &end, "") {
            self.fail(step, rejection.text().zh, rejection.text().en);
        }
    }

    fn targets(&self, errand: &Errand) -> Vec<CaseId> {
        match decide::holders_asked(errand) {
            Some((process, key)) => self.holders(process, &key),
            None => errand.target().into_iter().collect(),
        }
    }

    /// Reports errands that were refused though no `expect` said so.
    pub fn report_turned(&mut self) {
        for turned in std::mem::take(&mut self.turned) {
            let (what, code) = (&turned.what, &turned.code);
            self.fail(
                &turned.step,
                format!("给“{what}”的事务被拒绝（{code}），故事没有提到"),
                format!(
                    "the errand to `{what}` was refused ({code}), and no `expect` says `refused: {{{what}: {code}}}`"
                ),
            );
        }
    }

    /// Compares the errands that were refused with those that should be.
    pub(super) fn look_at_turned(&mut self, step: &Step, asked: &[(String, String)]) {
        let case = self.case_id();
        for (what, code) in asked {
            let found = self.turned.iter().position(|t| t.from == case && t.what == *what && t.code == *code);
            if let Some(at) = found {
                self.turned.remove(at);
                continue;
            }
            let known = listed(self.turned.iter().map(|turned| format!("{}: {}", turned.what, turned.code)));
            self.fail(
                step,
                format!("给“{what}”的事务应被拒绝（{code}），实际：{known}"),
                format!("an errand to `{what}` should be refused with {code}; there was {known}"),
            );
        }
    }

    /// Compares how many cases were begun under each link, refused ones not counted.
    pub(super) fn look_at_linked(&mut self, step: &Step, asked: &[(String, usize)]) {
        let Some(told) = self.told() else { return };
        let linked = told.loaded.case.linked.clone();
        for (name, count) in asked {
            let found = linked.iter().filter(|linked| linked.link == *name && linked.refused.is_none()).count();
            if found != *count {
                self.fail(
                    step,
                    format!("关联“{name}”应有 {count} 个办件，实际 {found} 个"),
                    format!("expected {count} cases under the link `{name}`, but there are {found}"),
                );
            }
        }
    }
}

/// What a story calls an errand: its link, or its message.
pub(super) fn what(errand: &Errand, to: CaseId) -> String {
    match errand.command(to) {
        Command::DeliverMessage { message, .. } | Command::TellMember { message: Some(message), .. } => message,
        Command::TellMember { message: None, .. } => "gather".to_owned(),
        _ => errand.link.clone(),
    }
}
