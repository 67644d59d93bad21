//! Tests of guided questions on a process of their own.

use std::sync::Arc;

use super::*;
use crate::rulebook::assemble;
use crate::source::{Problems, Source};

const FORM: &str = "
form: ask
title: {zh: 申请, en: Application}
fields:
  kind: {title: {zh: 类型, en: Kind}, options: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
  has: {title: {zh: 有什么, en: What}, several: true, options: {x: {zh: 一, en: X}, y: {zh: 二, en: Y}, z: {zh: 三, en: Z}}}
  sure: {type: yes_no, title: {zh: 确定, en: Sure}}
  idle: {type: yes_no, title: {zh: 无关, en: Idle}}
  paper: {type: file, trust: c, when: 'kind == \"b\"', title: {zh: 证明, en: Proof}}
";

fn process(guide: &str) -> String {
    let head = "
process: sample
title: {zh: 样例, en: Sample}
lead: sample.window
basis: test
time: {calendar: none, roll: none}
start: {online: {by: applicant, form: ask, to: work, title: {zh: 网上, en: Online}}}
states:
  work:
    title: {zh: 办理, en: Work}
    items:
      first: {title: {zh: 甲事, en: First}, use: duty, office: sample.window, when: answers.ask.kind == \"a\", basis: test}
      second: {title: {zh: 一事, en: Second}, use: duty, office: sample.window, when: '\"x\" in answers.ask.has && answers.ask.sure', basis: test}
      third: {title: {zh: 总要办, en: Always}, use: duty, office: sample.window, basis: test}
    on_done: {any: done}
  done: {type: final, result: success, title: {zh: 办结, en: Done}}
";
    format!("{head}{guide}")
}

const DUTY: &str = "
fragment: duty
kind: item
title: {zh: 工作, en: Duty}
inputs: {office: {type: office}}
initial: doing
states:
  doing:
    title: {zh: 办理, en: To be done}
    task: {by: input.office, limit: none, form: note, basis: test}
    outcomes: {complete: {to: done, title: {zh: 完成, en: Done}}}
  done: {type: final, result: success, title: {zh: 已完成, en: Done}}
";

const NOTE: &str = "
form: note
title: {zh: 记录, en: Note}
fields: {text: {title: {zh: 内容, en: Text}}}
";

const GUIDE: &str = "
guide:
  aliases: [样例]
  about: {zh: 说明, en: About}
  door: online
  questions:
    kind: {asks: ask.kind}
    has: {asks: ask.has}
    sure: {asks: ask.sure, when: 'answers.ask.kind == \"a\"'}
  papers:
    - {title: {zh: 身份证, en: Card}}
";

fn sample(guide: &str) -> (Arc<ProcessDefinition>, Vec<crate::source::Problem>) {
    checked(&process(guide))
}

fn checked(text: &str) -> (Arc<ProcessDefinition>, Vec<crate::source::Problem>) {
    let sources = [("p.yaml", text), ("ask.yaml", FORM), ("duty.yaml", DUTY), ("note.yaml", NOTE)];
    let sources: Vec<Source> = sources.iter().map(|(path, text)| Source::new(*path, *text)).collect();
    let problems = Problems::new();
    let assembled = assemble(&sources, &problems);
    let definition = assembled.built.first().map(|built| built.definition.clone());
    if let Some(definition) = &definition {
        check(definition, &problems);
    }
    let problems = problems.into_vec();
    (definition.unwrap_or_else(|| panic!("{problems:#?}")), problems)
}

fn today() -> Date {
    Date::constant(2026, 4, 1)
}

fn items(definition: &ProcessDefinition, situation: &Situation) -> Vec<(String, Applies)> {
    let bundle = bundle(definition, situation, today());
    bundle.items.iter().map(|(id, applies)| (definition.item(*id).name.clone(), *applies)).collect()
}

#[test]
fn what_is_not_known_stays_open() {
    let (definition, problems) = sample(GUIDE);
    assert!(problems.is_empty(), "{problems:#?}");
    let guide = definition.guide.as_ref().expect("a guide");
    let blank = Situation::blank(guide);
    let always = ("third".to_owned(), Applies::Yes);
    let perhaps = |name: &str| (name.to_owned(), Applies::Perhaps);
    assert_eq!(items(&definition, &blank), [perhaps("first"), perhaps("second"), always.clone()]);
    let a = blank.with(0, Answer::Picked(vec![0]));
    assert_eq!(items(&definition, &a), [("first".to_owned(), Applies::Yes), perhaps("second"), always.clone()]);
    let b = blank.with(0, Answer::Picked(vec![1])).with(1, Answer::Picked(vec![1, 2]));
    assert_eq!(items(&definition, &b), [always], "no X, so that it is sure does not matter");
    let paper = |situation: &Situation| {
        let papers = bundle(&definition, situation, today()).papers;
        papers.iter().find(|paper| paper.title.en == "Proof").map(|paper| paper.applies)
    };
    assert_eq!((paper(&blank), paper(&a), paper(&b)), (Some(Applies::Perhaps), None, Some(Applies::Yes)));
}

#[test]
fn a_question_is_asked_where_it_may_matter() {
    let (definition, _) = sample(GUIDE);
    let guide = definition.guide.as_ref().expect("a guide");
    let at = |situation: &Situation| next(guide, situation, today()).map(|(at, _)| at);
    let blank = Situation::blank(guide);
    assert_eq!(at(&blank), Some(0));
    let b = blank.with(0, Answer::Picked(vec![1])).with(1, Answer::Unknown);
    assert_eq!(at(&b), None, "only asked of kind A");
    let unknown = blank.with(0, Answer::Unknown).with(1, Answer::Unknown);
    assert_eq!(at(&unknown), Some(2), "it may be kind A");
}

#[test]
fn a_code_says_exactly_what_was_answered() {
    let (definition, _) = sample(GUIDE);
    let all = |kind| match kind {
        QuestionKind::Several => vec![vec![], vec![0], vec![1, 2], vec![0, 1, 2]],
        QuestionKind::One | QuestionKind::YesNo => vec![vec![0], vec![1]],
    };
    let guide = definition.guide.as_ref().expect("a guide");
    let options = |question: &GuideQuestion| {
        let picked = all(question.kind).into_iter().map(Answer::Picked);
        [Answer::Open, Answer::Unknown].into_iter().chain(picked).collect::<Vec<_>>()
    };
    let mut seen = std::collections::BTreeSet::new();
    for one in options(&guide.questions[0]) {
        for two in options(&guide.questions[1]) {
            for three in options(&guide.questions[2]) {
                let situation = Situation(vec![one.clone(), two.clone(), three]);
                let code = encode(&definition, &situation);
                assert_eq!(decode(&definition, &code), Some(situation), "{code}");
                let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
                assert_eq!(decode(&definition, &typed), decode(&definition, &code), "{typed}");
                assert!(seen.insert(code));
            }
        }
    }
    let (other, _) = sample(
        &GUIDE.replace("sure: {asks: ask.sure", "really: {asks: ask.sure").replace("    has: {asks: ask.has}\n", ""),
    );
    let found = seen.iter().filter(|code| decode(&other, code).is_some()).count();
    assert_eq!(found, 0, "codes of other questions are found out");
    assert_eq!(decode(&definition, ""), None);
    assert_eq!(decode(&definition, &"9".repeat(60)), None);
}

#[test]
fn answers_fill_in_the_form() {
    let (definition, _) = sample(GUIDE);
    let guide = definition.guide.as_ref().expect("a guide");
    let situation = Situation(vec![Answer::Picked(vec![1]), Answer::Picked(vec![0, 2]), Answer::Unknown]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(filled(guide, &situation, "ask"), [pair("kind", "b"), pair("has", "x"), pair("has", "z")]);
    assert_eq!(filled(guide, &situation, "other"), []);
}

fn codes(text: &str) -> Vec<&'static str> {
    checked(text).1.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_way_that_leads_nowhere_is_found() {
    let third = "      third: {title: {zh: 总要办, en: Always}, use: duty, office: sample.window, basis: test}\n";
    let without = process(GUIDE).replace(third, "");
    let problems = checked(&without).1;
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["E0754"]);
    assert_eq!(problems[0].cause.en, "The answers are kind: b, has: y", "the first way that leads nowhere");
    let elsewhere = "  elsewhere: [{when: 'answers.ask.kind == \"b\"', text: {zh: 请到别处, en: Go elsewhere}}]\n";
    let still = "[]";
    assert_eq!(format!("{:?}", codes(&format!("{without}{elsewhere}"))), still, "B is told where to go");
}

#[test]
fn a_question_that_changes_nothing_is_found() {
    let idle = GUIDE.replace("  papers:", "    idle: {asks: ask.idle}\n  papers:");
    assert_eq!(codes(&process(&idle)), ["W0755"]);
}
