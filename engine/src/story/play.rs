//! Plays a story: commands through `decide`, time turned by hand, timers woken on the way. It must never make a case
//! other than by a command.

use super::commands::Stuck;
use super::stage::Stage;
use super::{Coverage, Deed, Step, Story, Told};
use crate::command::Command;
use crate::organisation::Actor;
use crate::rejection::Rejection;
use crate::rulebook::Rulebook;
use crate::source::Problem;
use crate::text::{Language, Text};
use crate::value::Instant;

/// A step may wake so many timers before the story is called a run-away.
const WAKES_MAX: usize = 1000;

/// What came of a story.
#[derive(Clone, Debug)]
pub struct Played {
    /// What did not happen as told; empty when the story holds.
    pub problems: Vec<Problem>,
    /// What it went through.
    pub coverage: Coverage,
    /// Its cases at its end, in the order in which they were opened.
    pub cases: Vec<Told>,
}

/// Plays a story on what is published.
pub fn play(rules: &Rulebook, story: &Story) -> Played {
    let mut stage = Stage::new(rules, story);
    for step in &story.steps {
        stage.step(step);
        // After a failure what follows would only repeat it in other words.
        if !stage.problems.is_empty() {
            break;
        }
    }
    if stage.problems.is_empty() {
        stage.report_turned();
    }
    Played { problems: stage.problems, coverage: stage.coverage, cases: stage.cases }
}

impl Stage<'_> {
    fn step(&mut self, step: &Step) {
        if let Some(at) = step.at {
            self.pass_until(step, at);
        }
        if !self.turn(step, step.case.as_deref()) {
            return;
        }
        if let Some(deed) = &step.deed {
            self.deed(step, deed);
            self.carry_out(step);
            self.give_places(step);
        }
        if let Some(expect) = &step.expect {
            if !self.turn(step, expect.case.as_deref()) {
                return;
            }
            // Whether somebody may do a thing is asked of one who has a part in the case.
            for (who, _) in expect.may.iter().chain(&expect.may_not) {
                self.join(who);
            }
            self.look(step, expect);
            if let Some(told) = self.cases.get_mut(self.current) {
                told.looked = told.log.len();
            }
        }
    }

    /// Turns to the case that is named, if one is; reports a name that no case has.
    fn turn(&mut self, step: &Step, name: Option<&str>) -> bool {
        let Some(name) = name else { return true };
        let found = self.turn_to(name);
        if !found {
            let known = self.names();
            self.fail(
                step,
                format!("没有名为“{name}”的办件；有：{known}"),
                format!("there is no case `{name}`; there are {known}"),
            );
        }
        found
    }

    /// What a case is called that this step opens: the first of a story `first`, one of another process after it.
    fn name_of(&self, step: &Step) -> String {
        match &step.process {
            _ if self.cases.is_empty() => "first".to_owned(),
            Some(process) => process.clone(),
            None => self.story.process.clone(),
        }
    }

    fn pass_until(&mut self, step: &Step, at: Instant) {
        if at < self.now {
            self.fail(
                step,
                format!("时间倒退：现在是 {}", self.now),
                format!("time goes back: it is {} now", self.now),
            );
            return;
        }
        let mut wakes = 0;
        while wakes < WAKES_MAX {
            let timer = self.next_timer(at);
            // A day may bring new places: those of a year, or of a figure that changes.
            if let Some(midnight) = self.next_giving(timer.map_or(at, |(wake, _, _)| wake)) {
                self.now = midnight;
                self.give_places(step);
                continue;
            }
            let Some((wake, case, timer)) = timer else {
                self.now = at;
                return;
            };
            wakes += 1;
            self.now = self.now.max(wake);
            if let Err(rejection) = self.send(&Actor::system(), &Command::FireTimer { case, timer }, "") {
                self.fail(step, rejection.text().zh, rejection.text().en);
                return;
            }
            self.carry_out(step);
            self.give_places(step);
        }
        self.fail(step, "定时不断触发，没有尽头", "timers wake without end");
    }

    fn deed(&mut self, step: &Step, deed: &Deed) {
        let outcome = self.command(step, deed).and_then(|(actor, command)| {
            if !matches!(command, Command::StartCase { .. }) {
                self.join(&deed.who);
            }
            let name = step.naming.clone().unwrap_or_else(|| self.name_of(step));
            let before = self.cases.len();
            self.send(&actor, &command, &name).map_err(Stuck::Rejected)?;
            if self.cases.len() > before {
                self.current = before;
            }
            Ok(())
        });
        match (outcome, &deed.refused) {
            (Ok(()), None) => {}
            (Ok(()), Some(code)) => self.fail(
                step,
                format!("“{}”应被拒绝（{code}），却被接受了", deed.what),
                format!("`{}` should be refused with {code}, but it was accepted", deed.what),
            ),
            (Err(Stuck::Rejected(rejection)), Some(code)) if rejection.code() == code => {}
            (Err(Stuck::Rejected(rejection)), _) => {
                let (text, code) = (rejection.text(), rejection.code());
                let fields = fields(&rejection);
                let where_zh =
                    format!("“{}”被拒绝（{code}）：{}{}；{}", deed.what, text.zh, fields.zh, self.whereabouts());
                let where_en =
                    format!("`{}` was refused ({code}): {}{}; {}", deed.what, text.en, fields.en, self.whereabouts());
                self.fail(step, where_zh, where_en);
            }
            (Err(Stuck::Unknown(text)), _) => {
                let zh = format!("{}；{}", text.zh, self.whereabouts());
                let en = format!("{}; {}", text.en, self.whereabouts());
                self.fail(step, zh, en);
            }
        }
    }
}

/// What is wrong with which field, in each language.
fn fields(rejection: &Rejection) -> Text {
    let Rejection::AnswersInvalid { form, problems } = rejection else { return Text::default() };
    let told = |language: Language| {
        let fields = problems.iter().map(|found| format!("{form}.{}: {}", found.path, found.message.get(language)));
        format!(" [{}]", fields.collect::<Vec<String>>().join("; "))
    };
    Text::new(told(Language::Zh), told(Language::En))
}
