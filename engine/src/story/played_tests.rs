//! What `decide` does, told by stories about a small process: holds, clocks, lateness, maker and checker, rest.

use super::told::{self, NOTE, published};
use crate::rulebook::Rulebook;

const PROCESS: &str = r#"
process: errand
title: {zh: 小事, en: Errand}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: head_then_supervisor
parties: {applicant: {title: {zh: 申请人, en: applicant}, is: answers.wish}}
notices:
  waiting: {subject: {zh: 请补充, en: Please complete}, body: {zh: '{link}', en: 'See {link}'}}
  done: {subject: {zh: 办好了, en: Done}, body: {zh: '{link}', en: 'See {link}'}}
documents: {W02: {zh: 受理通知书, en: Acceptance}, W05: {zh: 中止通知, en: Notice of a pause}}
start: {front: {by: applicant, form: wish, to: checking}}
clocks:
  total: {kind: promised, limit: 20 workdays, runs_in: [checking, asking, approving], again: continue, pauses: [review], basis: 承诺}
  answer: {kind: applicant, limit: 10 workdays, runs_in: asking, again: restart, pauses: never, extend: {add: 5 workdays, times: 1, by: desk.front}, basis: 承诺}
states:
  checking:
    title: {zh: 审核, en: Checking}
    hold: [{kinds: [review], by: desk.front, document: W05}]
    task: {by: desk.front, form: note, limit: 2 workdays, basis: 承诺}
    outcomes:
      pass: {to: approving, document: W02}
      ask: {to: asking}
  asking:
    title: {zh: 补充, en: Completing}
    task: {by: applicant, form: note, limit: answer, notify: applicant.waiting}
    outcomes: {answer: checking}
    after: {answer: {to: lapsed, notify: applicant.done}}
  approving:
    title: {zh: 批准, en: Approving}
    task: {by: desk.front, form: note, limit: 1 workday, not_same_as: [checking], basis: 承诺}
    outcomes: {approve: {to: done, notify: applicant.done}}
  done:
    type: rest
    title: {zh: 办结, en: Done}
    result: success
    actions: {again: {by: applicant, to: checking}}
  lapsed: {type: final, title: {zh: 逾期, en: Lapsed}, result: failure}
"#;

const WISH: &str = "
form: wish
title: {zh: 心愿, en: Wish}
fields:
  count: {type: number, title: {zh: 数量, en: Count}}
";

fn rules() -> Rulebook {
    published(&[("workflows/errand/process.yaml", PROCESS), ("forms/wish.yaml", WISH), ("forms/note.yaml", NOTE)])
}

const HEAD: &str = "story: s\nprocess: errand\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}, bob: {office: desk.front}}\nsteps:\n  - {me: start.front, with: {wish: {count: 1}}}\n";

/// Plays steps; what did not happen as told.
fn failures(steps: &str) -> String {
    told::failures(&rules(), HEAD, steps)
}

fn holds(steps: &str) {
    assert_eq!(failures(steps), "");
}

#[test]
fn a_hold_stops_the_clocks_and_keeps_the_task() {
    holds(
        "
  - expect: {in: [checking], due: {task.checking: 2025-09-24, total: 2025-10-24}}
  - {at: 2025-09-23 10:00, ann: checking.hold_review}
  - expect: {due: {task.checking: paused, total: paused}, document: [W05], may_not: {ann: [checking.pass]}}
  - {ann: checking.pass, refused: task_not_open}
  - {at: 2025-09-26 10:00, ann: checking.resume}
  - expect: {due: {task.checking: 2025-09-28}, may: {ann: [checking.pass]}, not_document: [W05]}
",
    );
}

#[test]
fn a_reminder_comes_before_the_end_and_lateness_moves_nothing() {
    holds(
        "
  - {at: 2025-09-25 00:00}
  - expect: {in: [checking], late: [task.checking], told: [desk.front.reminder, desk.front.late, supervisor.late]}
",
    );
}

#[test]
fn a_clock_that_runs_out_moves_the_case_only_where_the_file_says_so() {
    holds(
        "
  - {ann: checking.ask}
  - expect: {in: [asking], told: [applicant.waiting], due: {answer: 2025-10-11}}
  - {at: 2025-10-11 23:59}
  - expect: {in: [asking]}
  - {at: 2025-10-12 00:00}
  - expect: {in: [lapsed], told: [applicant.done], result: failure}
",
    );
}

#[test]
fn maker_is_not_checker() {
    holds(
        "
  - {ann: checking.pass}
  - expect: {in: [approving], document: [W02], may_not: {ann: [approving.approve]}, may: {bob: [approving.approve]}}
  - {ann: approving.approve, refused: same_person}
  - {bob: approving.approve}
  - expect: {in: [done], result: success}
",
    );
}

#[test]
fn a_case_at_rest_is_closed_and_may_be_left() {
    holds(
        "
  - {ann: checking.pass}
  - {bob: approving.approve}
  - expect: {result: success, may: {me: [done.again]}, may_not: {ann: [done.again]}}
  - {me: done.again}
  - expect: {in: [checking], result: open}
",
    );
}

#[test]
fn a_clock_is_prolonged_by_its_name() {
    holds(
        "
  - {ann: checking.ask}
  - {ann: extend.answer}
  - expect: {due: {answer: 2025-10-17}}
  - {ann: extend.answer, refused: clock_not_extensible}
  - {ann: extend.total, refused: clock_not_extensible}
",
    );
}

#[test]
fn a_second_case_stands_beside_the_first() {
    holds(
        "
  - {ann: checking.ask}
  - {at: 2025-09-23 09:00, me: start.front, as: second, with: {wish: {count: 2}}}
  - expect: {in: [checking], due: {task.checking: 2025-09-25}}
  - expect: {case: first, in: [asking], told: [applicant.waiting]}
  - {case: second, ann: checking.pass}
  - expect: {in: [approving], not_told: [applicant.waiting]}
  - {at: 2025-10-12 00:00}
  - expect: {case: first, in: [lapsed], told: [applicant.done], result: failure}
  - expect: {case: second, in: [approving], late: [task.approving]}
",
    );
    assert!(
        failures("  - expect: {case: other, in: [checking]}\n").contains("there is no case `other`; there are first")
    );
    assert!(failures("  - {case: other, ann: checking.pass}\n").contains("there is no case `other`"));
}

#[test]
fn a_story_that_is_not_true_is_told_so() {
    assert!(failures("  - expect: {in: [done]}\n").contains("expected in `done`"));
    assert!(failures("  - expect: {due: {total: 2025-10-28}}\n").contains("2025-10-24"));
    assert!(failures("  - {me: checking.pass}\n").contains("not_permitted"));
    assert!(failures("  - {ann: checking.pass, refused: not_active}\n").contains("accepted"));
    assert!(failures("  - {zoe: checking.pass}\n").contains("zoe"));
}

const SIDES: &str = r#"
process: sides
title: {zh: 两边, en: Sides}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start: {front: {by: applicant, form: wish, to: both}}
states:
  both:
    type: parallel
    states:
      left:
        initial: quiet
        states:
          quiet: {type: rest, on: {woken: {to: awake}}}
          awake: {task: {by: desk.front, form: note, limit: 2 workdays, basis: 承诺}, outcomes: {calm: {to: quiet}}}
      right:
        initial: first
        states:
          first: {task: {by: desk.front, form: note, limit: 2 workdays, basis: 承诺}, outcomes: {go: {to: second, do: [{raise: woken}]}}}
          second: {task: {by: desk.front, form: note, limit: 2 workdays, basis: 承诺}, outcomes: {end: {to: over}}}
          over: {type: final}
    on_done: {to: done}
  done: {type: final, title: {zh: 办结, en: Done}, result: success}
"#;

#[test]
fn what_wakes_a_rest_leaves_the_other_side_alone() {
    let rules =
        published(&[("workflows/sides/process.yaml", SIDES), ("forms/wish.yaml", WISH), ("forms/note.yaml", NOTE)]);
    let head = "story: s\nprocess: sides\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n";
    let steps = "  - {me: start.front, with: {wish: {count: 1}}}
  - expect: {in: [left.quiet, right.first]}
  - {ann: first.go, with: {note: {}}}
  - expect: {in: [left.awake, right.second], not_in: [right.first]}
";
    assert_eq!(told::failures(&rules, head, steps), "");
}
