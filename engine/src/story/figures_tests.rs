//! Figures of a case told by a story: what is fixed when it opens, months and money that are counted later, the day of
//! today, and what is refused at once.

use super::told::{self, NOTE, published};
use crate::rulebook::Rulebook;

const PROCESS: &str = r#"
process: benefit
title: {zh: 补贴, en: Benefit}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: none, roll: none}
late: card_only
variables: {owed: {type: money}, stop_from: {type: date}}
fixed: {submitted_on: start.on, month: 'next_month(answers.wish.since)', door: start.door}
start:
  front:
    by: applicant
    form: wish
    to: counting
    refuse:
      - {when: answers.wish.since > today, message: {zh: 不能早于开始。, en: Not before it began.}}
      - {when: answers.wish.amount > yuan(1000), message: {zh: 金额过大。, en: Too much.}}
  desk: {by: desk.front, form: note, to: counting}
states:
  counting:
    title: {zh: 核算, en: Counting}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes:
      count:
        to: paying
        refuse: [{when: 'months_between(fixed.submitted_on, today) < 1', message: {zh: 下个月再算。, en: Count next month.}}]
        do:
          - set: {owed: 'round_yuan(percent(answers.wish.amount, 35)) * months_between(fixed.submitted_on, today)'}
          - set: {stop_from: next_month(today)}
  paying:
    title: {zh: 发放, en: Paying}
    actions:
      pay: {by: desk.front, to: done, when: owed == money("652.00") && today < stop_from}
      stop:
        by: desk.front
        to: stopped
        refuse: [{when: today < stop_from, message: {zh: 本月照发。, en: This month is still paid.}}]
  done: {type: final, title: {zh: 办结, en: Done}, result: success}
  stopped: {type: final, title: {zh: 停发, en: Stopped}, result: none}
"#;

const WISH: &str = "
form: wish
title: {zh: 申请, en: Request}
fields:
  amount: {type: money, title: {zh: 标准, en: Standard}}
  since: {type: date, title: {zh: 何时起, en: Since}}
";

const HEAD: &str = "story: s\nprocess: benefit\nbegin: 2025-11-30 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n";

fn rules() -> Rulebook {
    published(&[("workflows/benefit/process.yaml", PROCESS), ("forms/wish.yaml", WISH), ("forms/note.yaml", NOTE)])
}

fn played(steps: &str) -> super::Played {
    told::played(&rules(), HEAD, steps).expect("a story")
}

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

const OPENED: &str = "  - {me: start.front, with: {wish: {amount: '930', since: 2025-10-31}}}\n";

#[test]
fn what_is_owed_is_counted_in_months_from_what_was_fixed() {
    holds(&format!(
        "{OPENED}
  - {{ann: counting.count, refused: refused_by_process}}
  - {{at: 2026-01-01 09:00, ann: counting.count}}
  - {{ann: paying.stop, refused: refused_by_process}}
  - {{ann: paying.pay}}
  - expect: {{result: success}}
"
    ));
}

#[test]
fn the_day_is_that_of_the_request_even_if_nothing_happened_since() {
    holds(&format!(
        "{OPENED}
  - {{at: 2026-01-31 09:00, ann: counting.count}}
  - {{at: 2026-02-01 09:00, ann: paying.pay, refused: not_offered_now}}
  - {{ann: paying.stop}}
  - expect: {{in: [stopped]}}
"
    ));
}

#[test]
fn the_first_refusal_that_holds_speaks_and_nothing_is_written() {
    let steps = "  - {me: start.front, with: {wish: {amount: '2000', since: 2025-12-01}}}\n";
    let played = played(steps);
    assert!(played.problems.iter().any(|problem| problem.message.en.contains("Not before it began.")));
    assert!(played.cases.is_empty());
    holds("  - {me: start.front, with: {wish: {amount: '1000.01', since: 2025-11-30}}, refused: refused_by_process}\n");
}

#[test]
fn what_the_door_did_not_ask_is_fixed_as_not_answered() {
    let played = played("  - {ann: start.desk}\n");
    assert_eq!(played.problems.len(), 0);
    let fixed = &played.cases[0].loaded.case.fixed;
    assert_eq!(fixed["month"], crate::value::Value::Null);
    assert_eq!(fixed["submitted_on"], crate::value::Value::Date(jiff::civil::date(2025, 11, 30)));
}
