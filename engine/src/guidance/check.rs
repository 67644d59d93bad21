//! Proves that every way through the questions of a guide ends somewhere. It must never sample: ways that are too many to
//! be walked are a mistake of their own.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Answer, Bundle, SEVERAL_MAX, Situation, bundle, elsewhere, next};
use crate::definition::{Guidance, GuideQuestion, ProcessDefinition, QuestionKind};
use crate::source::{Problem, Problems, Severity};
use crate::text::Text;

/// Most questions that one person is asked.
pub const QUESTIONS_MAX: usize = 8;
/// Most ways through the questions of one guide.
pub const PATHS_MAX: usize = 50_000;

/// Walks every way through the questions; reports those that lead nowhere. Conditions that ask for today are asked on the
/// first day of the version.
pub fn check(definition: &ProcessDefinition, problems: &Problems) {
    let Some(guide) = &definition.guide else { return };
    let wide =
        |question: &&GuideQuestion| question.kind == QuestionKind::Several && question.options.len() > SEVERAL_MAX;
    if let Some(question) = guide.questions.iter().find(wide) {
        let message = Text::new(
            format!("引导问题 `{}` 的选项超过 {SEVERAL_MAX} 个", question.name),
            format!("the question `{}` has more than {SEVERAL_MAX} options", question.name),
        );
        let problem = report("E0756", Severity::Error, guide, message);
        problems
            .push(problem.cure("分成两个问题，或者减少选项。", "Make two questions of it, or offer fewer options."));
        return;
    }
    let today = definition.effective.from.unwrap_or(Date::constant(2000, 1, 1));
    let mut walk = Walk { definition, guide, today, ways: 0, matters: BTreeSet::new() };
    match walk.from(&Situation::blank(guide)) {
        Ok(()) => problems.extend(walk.idle()),
        Err(problem) => problems.push(*problem),
    }
}

struct Walk<'a> {
    definition: &'a ProcessDefinition,
    guide: &'a Guidance,
    today: Date,
    ways: usize,
    /// Questions of which some answer changed something.
    matters: BTreeSet<usize>,
}

impl Walk<'_> {
    fn from(&mut self, situation: &Situation) -> Result<(), Box<Problem>> {
        let Some((at, question)) = next(self.guide, situation, self.today) else { return self.end(situation) };
        if situation.answered() >= QUESTIONS_MAX {
            let message = Text::new(
                format!("有人会被问到超过 {QUESTIONS_MAX} 个引导问题"),
                format!("somebody would be asked more than {QUESTIONS_MAX} questions"),
            );
            let problem = told(self.guide, situation, report("E0753", Severity::Error, self.guide, message));
            return Err(Box::new(
                problem.cure("减少问题，或用 when 跳过不相关的。", "Ask fewer, or skip some with `when`."),
            ));
        }
        let further: Vec<Situation> = answers(question).into_iter().map(|answer| situation.with(at, answer)).collect();
        if !self.matters.contains(&at) {
            let first = further.first().map(|situation| self.outlook(situation));
            if further.iter().any(|situation| Some(self.outlook(situation)) != first) {
                self.matters.insert(at);
            }
        }
        further.iter().try_for_each(|situation| self.from(situation))
    }

    /// Everything that an answer may change.
    fn outlook(&self, situation: &Situation) -> (Bundle, Option<Text>, Option<usize>) {
        let elsewhere = elsewhere(self.guide, situation, self.today).map(|way| way.text.clone());
        let next = next(self.guide, situation, self.today).map(|(at, _)| at);
        (bundle(self.definition, situation, self.today), elsewhere, next)
    }

    fn end(&mut self, situation: &Situation) -> Result<(), Box<Problem>> {
        self.ways += 1;
        if self.ways > PATHS_MAX {
            let message = Text::new(
                format!("引导问题有超过 {PATHS_MAX} 种走法，无法逐一核对"),
                format!("there are more than {PATHS_MAX} ways through the questions, too many to walk each"),
            );
            let problem = report("E0757", Severity::Error, self.guide, message);
            return Err(Box::new(problem.cure("减少问题或选项。", "Ask fewer questions, or offer fewer options.")));
        }
        if elsewhere(self.guide, situation, self.today).is_some() {
            return Ok(());
        }
        let bundle = bundle(self.definition, situation, self.today);
        let empty = if self.definition.items.is_empty() { bundle.papers.is_empty() } else { bundle.items.is_empty() };
        if !empty {
            return Ok(());
        }
        let message = Text::new("有一种情形引导不出任何事项或材料", "one situation leads to no matter and to no paper");
        let problem = told(self.guide, situation, report("E0754", Severity::Error, self.guide, message));
        Err(Box::new(problem.cure(
            "在 elsewhere 中写明这种情形该找谁，或者核对事项和材料的条件。",
            "Say under `elsewhere` what is right then, or check the conditions of matters and papers.",
        )))
    }

    /// Questions that change nothing: a burden for who answers.
    fn idle(&self) -> Vec<Problem> {
        let idle = self.guide.questions.iter().enumerate().filter(|(at, _)| !self.matters.contains(at));
        let problems = idle.map(|(_, question)| {
            let message = Text::new(
                format!("引导问题 `{}` 怎么回答，结果都一样", question.name),
                format!("whatever is answered to `{}`, the result is the same", question.name),
            );
            report("W0755", Severity::Warning, self.guide, message)
                .cure("删去它，或者让事项、材料的条件用到它。", "Delete it, or let a matter or a paper depend on it.")
        });
        problems.collect()
    }
}

/// Answers that stand for all: 不清楚, each option; and where several may be chosen, none and all of them.
fn answers(question: &GuideQuestion) -> Vec<Answer> {
    let alone = (0..question.options.len()).map(|at| Answer::Picked(vec![at]));
    let mut answers: Vec<Answer> = std::iter::once(Answer::Unknown).chain(alone).collect();
    if question.kind == QuestionKind::Several {
        answers.push(Answer::Picked(Vec::new()));
        answers.push(Answer::Picked((0..question.options.len()).collect()));
    }
    answers
}

/// With the answers that lead there.
fn told(guide: &Guidance, situation: &Situation, problem: Problem) -> Problem {
    let answered = guide.questions.iter().zip(&situation.0).filter_map(|(question, answer)| {
        let (zh, en) = match answer {
            Answer::Open => return None,
            Answer::Unknown => ("不清楚".to_owned(), "not known".to_owned()),
            Answer::Picked(options) => {
                let ids = options.iter().filter_map(|at| Some(question.options.get(*at)?.0.as_str()));
                let ids = ids.collect::<Vec<_>>().join(" + ");
                (ids.clone(), ids)
            }
        };
        Some((format!("{}: {zh}", question.name), format!("{}: {en}", question.name)))
    });
    let (zh, en): (Vec<String>, Vec<String>) = answered.unzip();
    problem.cause(format!("依次回答 {}", zh.join("，")), format!("The answers are {}", en.join(", ")))
}

fn report(code: &'static str, severity: Severity, guide: &Guidance, message: Text) -> Problem {
    Problem::at(code, severity, guide.place.file.clone(), guide.place.span, message)
}
