//! Officials who step back from a case, states that may not be entered too early, and who sees a case because they may
//! act in it.

use super::told::{self, NOTE, published};
use crate::rulebook::Rulebook;

const PROCESS: &str = r#"
process: relief
title: {zh: 救助, en: Relief}
effective: {from: 2020-01-01}
basis: 示例
time: {calendar: none, roll: none}
late: card_only
start:
  desk: {by: desk.front, form: note, to: checking}
states:
  checking:
    title: {zh: 审核, en: Checking}
    task: {by: desk.back, form: note, limit: 3 days, basis: 示例}
    outcomes: {pass: {to: paying}, doubt: {to: papers}, stop: {to: stopped}}
    actions:
      lead: {by: desk.lead, to: stopped, when: recused()}
    always: [{when: 'recused() && visits("papers") > 0', to: stopped}]
  papers:
    title: {zh: 补手续, en: Papers}
    task: {by: desk.back, form: note, limit: 3 days, basis: 示例}
    outcomes: {filed: {to: paying}, again: {to: checking}}
    on: {recused: {to: checking}}
  paying:
    title: {zh: 发放, en: Paying}
    only_after: [papers]
    task: {by: desk.front, form: note, limit: 3 days, basis: 示例}
    outcomes: {paid: {to: done}}
  done: {type: final, title: {zh: 办结, en: Done}, result: success}
  stopped: {type: final, title: {zh: 停止, en: Stopped}, result: none}
"#;

const ORGANISATION: &str = r#"
organisation: sample
title: {zh: 示例, en: Sample}
region: "320404"
regions: {"320404": {title: {zh: 钟楼区, en: Zhonglou}}}
departments:
  desk:
    title: {zh: 窗口, en: Desk}
    units: {front: {title: {zh: 前台, en: front}}, back: {title: {zh: 后台, en: back}}, lead: {title: {zh: 负责人, en: lead}}, other: {title: {zh: 他科, en: other}}}
people: {wang: {name: 王示例, units: [desk.front, desk.back, desk.lead, desk.other], roles: [clerk, head]}}
"#;

const HEAD: &str = "story: s\nprocess: relief\nbegin: 2025-11-03 09:00\npeople: {ann: {office: desk.back}, bob: {office: desk.back}, front: {office: desk.front}, lead: {office: desk.lead}, other: {office: desk.other}}\nsteps:\n  - {front: start.desk}\n";

fn rules() -> Rulebook {
    published(&[
        ("workflows/relief/process.yaml", PROCESS),
        ("forms/note.yaml", NOTE),
        ("workflows/organisation/sample.yaml", ORGANISATION),
    ])
}

fn failures(steps: &str) -> String {
    told::failures(&rules(), HEAD, steps)
}

fn holds(steps: &str) {
    assert_eq!(failures(steps), "");
}

#[test]
fn who_steps_back_does_nothing_more_in_the_case() {
    holds(
        "
  - expect: {may: {ann: [checking.doubt]}, may_not: {lead: [checking.lead]}}
  - {ann: checking.recuse}
  - expect: {in: [checking], may: {bob: [checking.doubt], lead: [checking.lead]}, may_not: {ann: [checking.doubt]}}
  - {ann: checking.doubt, refused: recused}
  - {ann: checking.recuse, refused: recused}
  - {bob: checking.doubt}
  - expect: {in: [papers], may_not: {ann: [papers.filed]}}
  - {ann: papers.filed, refused: recused}
  - {bob: papers.filed}
  - {front: paying.paid}
  - expect: {result: success}
",
    );
}

#[test]
fn a_recusal_is_an_event_that_a_process_may_answer() {
    holds(
        "
  - {ann: checking.doubt}
  - {ann: papers.recuse}
  - expect: {in: [stopped], result: none}
",
    );
}

#[test]
fn who_could_not_take_the_task_cannot_step_back_from_it() {
    holds(
        "
  - {front: checking.recuse, refused: not_permitted}
  - {other: checking.recuse, refused: case_not_found}
  - {lead: checking.lead, refused: not_offered_now}
",
    );
}

#[test]
fn a_state_is_not_entered_before_what_must_come_first() {
    holds(
        "
  - {ann: checking.pass, refused: process_fault}
  - expect: {in: [checking]}
  - {ann: checking.doubt}
  - {ann: papers.again}
  - {ann: checking.pass}
  - expect: {in: [paying]}
",
    );
    assert!(failures("  - {ann: checking.pass}\n").contains("paying before papers"));
}

#[test]
fn who_may_act_may_see() {
    let steps =
        "  - {lead: checking.lead, refused: not_offered_now}\n  - {front: checking.pass, refused: not_permitted}\n";
    holds(steps);
    assert!(failures("  - {other: checking.pass}\n").contains("case_not_found"));
}
