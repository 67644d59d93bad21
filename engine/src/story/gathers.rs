//! What a state gathers, in a story: found, written down, told and noted at once, by the commands that a worker sends.

use std::collections::BTreeMap;

use super::Step;
use super::errands::{Turned, what};
use super::stage::Stage;
use crate::case::{CaseId, add_figure};
use crate::command::{Command, Errand, Gathering, Member};
use crate::decide;
use crate::event::Missed;
use crate::organisation::Actor;
use crate::organisation::region::significant;
use crate::value::Value;

impl Stage<'_> {
    /// Carries out a list from its beginning to its end.
    pub(super) fn gather(&mut self, step: &Step, from: CaseId, errand: &Errand, gathering: &Gathering) {
        let Some(sender) = self.cases.iter().find(|told| told.loaded.case.id == from) else { return };
        let actor = errand.actor(&sender.loaded.case);
        let number = errand.number;
        let waited_for = decide::gathering(&sender.definition, &sender.loaded.case, number).is_some();
        if waited_for {
            let (members, sample) = (self.members(gathering), gathering.sample);
            self.frozen.clear();
            self.by_the_system(step, Command::FreezeMembers { case: from, errand: number, members, sample });
            let chosen: Vec<Member> =
                self.frozen.iter().filter(|written| written.chosen).map(|written| written.member.clone()).collect();
            let upto = self.frozen.last().map_or(0, |written| written.place);
            let (mut reached, mut refused, mut sums) = (0, Vec::new(), BTreeMap::<String, Value>::new());
            for member in chosen {
                match self.send(&actor, &gathering.command(member.case), "") {
                    Ok(receipt) => {
                        reached += 1;
                        for (name, figure) in &receipt.figures {
                            add_figure(sums.entry(name.clone()).or_default(), figure);
                        }
                    }
                    Err(rejection) => {
                        let code = rejection.code().to_owned();
                        let what = what(errand, member.case);
                        self.turned.push(Turned { step: step.clone(), from, what, code: code.clone() });
                        refused.push(Missed { number: member.number, code });
                    }
                }
            }
            if upto > 0 {
                let case = from;
                let note = Command::NoteMembers { case, errand: number, after: 0, upto, reached, refused, sums };
                self.by_the_system(step, note);
            }
        }
        self.by_the_system(step, Command::EndErrand { case: from, errand: number, reached: 0, refused: Vec::new() });
    }

    fn by_the_system(&mut self, step: &Step, command: Command) {
        if let Err(rejection) = self.send(&Actor::system(), &command, "") {
            self.fail(step, rejection.text().zh, rejection.text().en);
        }
    }

    /// Cases of the story that stand where a list asks for them.
    fn members(&self, gathering: &Gathering) -> Vec<Member> {
        let states = decide::states_asked(self.rules, gathering);
        let region = significant(&gathering.region);
        let stands = |told: &&super::Told| {
            let case = &told.loaded.case;
            let active = states
                .get(&case.definition)
                .is_some_and(|states| states.iter().any(|state| case.configuration.active.contains(state)));
            active && case.closed.is_none() && case.region.starts_with(region)
        };
        let found = self.cases.iter().filter(stands);
        found.map(|told| Member { number: told.loaded.case.number.clone(), case: told.loaded.case.id }).collect()
    }

    /// Compares what the list that was gathered last came to.
    pub(super) fn look_at_gathered(&mut self, step: &Step, asked: &[(String, String)]) {
        let Some(told) = self.told().filter(|_| !asked.is_empty()) else { return };
        let Some(gather) = told.loaded.case.gathered().cloned() else {
            return self.fail(step, "还没有汇集过", "nothing was gathered yet");
        };
        for (word, asked) in asked {
            let found = match word.split_once('.') {
                None if word == "count" => gather.reached.to_string(),
                None if word == "of" => gather.of.to_string(),
                None if word == "refused" => gather.refused.to_string(),
                None if word == "sum" => written(gather.sums.values().next()),
                Some(("sum", name)) => written(gather.sums.get(name)),
                None | Some(_) => "–".to_owned(),
            };
            if found != *asked && found.strip_suffix(".00") != Some(asked) {
                self.fail(
                    step,
                    format!("汇集的 {word} 应为 {asked}，实际 {found}"),
                    format!("`{word}` of what was gathered should be {asked}, but is {found}"),
                );
            }
        }
    }
}

/// A sum as people write it: 260.00 or 12; a dash for none.
fn written(sum: Option<&Value>) -> String {
    match sum {
        Some(Value::Money(fen)) => {
            let sign = if *fen < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
        }
        Some(Value::Int(number)) => number.to_string(),
        Some(_) | None => "–".to_owned(),
    }
}
