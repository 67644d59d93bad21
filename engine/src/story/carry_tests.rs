//! What is held when everything else is over goes on as a case of its own, told by stories about a small process.

use super::told::{self, NOTE, assembled, published};
use crate::rulebook::Rulebook;

const ESTATE: &str = r#"
process: estate
title: {zh: 遗留事项, en: Estate}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
links: {later: {process: later, door: carried, title: {zh: 续办, en: Later}}}
start: {front: {by: applicant, form: note, to: working}}
states:
  working:
    title: {zh: 办理, en: Working}
    items:
      money:
        title: {zh: 钱款, en: Money}
        use: paper
        held_while: active("quarrel.open")
        carry_on: {kinds: [quarrel], link: later, with: {what: '"money"'}}
      house:
        title: {zh: 房屋, en: House}
        use: house
        held_while: active("quarrel.open")
      stop: {title: {zh: 停发, en: Stop}, use: paper}
    states:
      quarrel:
        initial: none
        states:
          none:
            type: rest
            title: {zh: 无, en: None}
            actions: {object: {by: applicant, to: open, title: {zh: 异议, en: Object}}}
          open:
            type: rest
            title: {zh: 异议, en: Quarrel}
            task: {by: desk.front, form: note, limit: none, basis: 示例}
            outcomes: {settled: {to: none, title: {zh: 解决, en: Settled}}}
      choice:
        initial: open
        states:
          open: {title: {zh: 选择, en: Choose}, actions: {enough: {by: applicant, to: closed, title: {zh: 完, en: Enough}}}, on: {never: closed}}
          closed: {type: final, title: {zh: 完, en: Closed}}
    on_done: {all: whole, some: partly, none: nothing}
  whole: {type: final, result: success, title: {zh: 全部, en: Whole}}
  partly: {type: final, result: partial, title: {zh: 部分, en: Partly}}
  nothing: {type: final, result: failure, title: {zh: 无, en: Nothing}}
"#;

const PAPER: &str = r#"
fragment: paper
kind: item
title: {zh: 事项, en: Item}
inputs: {held_while: {type: condition, default: 'false'}}
states:
  open:
    title: {zh: 办理, en: Open}
    hold: [{kinds: [quarrel], while: input.held_while}]
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes: {finish: {to: ready, title: {zh: 完, en: Finish}}}
  ready: {type: final, result: success, title: {zh: 完, en: Ready}}
"#;

const HOUSE: &str = r#"
fragment: house
kind: item
title: {zh: 房屋, en: House}
inputs: {held_while: {type: condition}}
states:
  open:
    title: {zh: 办理, en: Open}
    hold: [{kinds: [quarrel], while: input.held_while, carry_on: none}]
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes: {finish: {to: ready, title: {zh: 完, en: Finish}}}
  ready: {type: final, result: success, title: {zh: 完, en: Ready}}
"#;

const LATER: &str = r#"
process: later
title: {zh: 续办, en: Later}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start: {carried: {by: process, form: what, to: open}}
states:
  open:
    title: {zh: 续办, en: Open}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes: {finish: {to: over, title: {zh: 完, en: Finish}}}
  over: {type: final, result: success, title: {zh: 完, en: Over}}
"#;

const WHAT: &str = "
form: what
title: {zh: 何事, en: What}
fields: {what: {type: text, title: {zh: 何事, en: What}}}
";

fn files<'a>(estate: &'a str, paper: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("workflows/estate/process.yaml", estate),
        ("workflows/later/process.yaml", LATER),
        ("workflows/fragments/paper.yaml", paper),
        ("workflows/fragments/house.yaml", HOUSE),
        ("forms/what.yaml", WHAT),
        ("forms/note.yaml", NOTE),
    ]
}

fn rules() -> Rulebook {
    published(&files(ESTATE, PAPER))
}

const HEAD: &str = "story: s\nprocess: estate\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n  - {me: start.front}\n";

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

#[test]
fn what_is_held_goes_on_elsewhere_as_soon_as_all_else_is_over_and_not_before() {
    holds(
        "
  - {me: none.object}
  - expect: {in: [money.held_quarrel, house.held_quarrel, stop.open], linked: {later: 0}, may: {ann: [quarrel.open.settled]}}
  - {me: choice.open.enough}
  - expect: {in: [money.held_quarrel, house.held_quarrel, stop.open], linked: {later: 0}}
  - {ann: stop.open.finish}
  - expect: {in: [partly], result: partial, linked: {later: 1}, items: {money: partial, house: partial, stop: success}}
  - expect: {case: later, in: [open]}
",
    );
}

#[test]
fn what_the_last_step_holds_is_carried_on_in_that_step() {
    holds(
        "
  - {me: choice.open.enough}
  - {ann: stop.open.finish}
  - {ann: house.open.finish}
  - expect: {in: [money.open, house.ready], linked: {later: 0}}
  - {me: none.object}
  - expect: {in: [partly], linked: {later: 1}, items: {money: partial, house: success}}
",
    );
}

#[test]
fn a_quarrel_that_ends_in_time_carries_nothing_on() {
    holds(
        "
  - {me: none.object}
  - {me: choice.open.enough}
  - {ann: quarrel.open.settled}
  - {ann: stop.open.finish}
  - {ann: house.open.finish}
  - expect: {in: [money.open], linked: {later: 0}}
  - {ann: money.open.finish}
  - expect: {in: [whole], linked: {later: 0}}
",
    );
}

#[test]
fn only_a_hold_of_an_item_carries_on_and_only_a_kind_that_it_has() {
    let outside = ESTATE.replace(
        "  working:\n    title: {zh: 办理, en: Working}\n",
        "  working:\n    title: {zh: 办理, en: Working}\n    hold: [{kinds: [pause], by: desk.front, carry_on: later}]\n",
    );
    let found = |estate: &str| assembled(&files(estate, PAPER)).1;
    assert!(found(&outside).contains("E0688"), "{}", found(&outside));
    let unknown = ESTATE.replace("kinds: [quarrel]", "kinds: [quarel]");
    let told = found(&unknown);
    assert!(told.contains("E0689") && told.contains("quarrel"), "{told}");
    let nowhere =
        ESTATE.replace("carry_on: {kinds: [quarrel], link: later,", "carry_on: {kinds: [quarrel], link: latter,");
    assert!(found(&nowhere).contains("E0663"), "{}", found(&nowhere));
    let without = ESTATE.replace(", with: {what: '\"money\"'}", "");
    assert!(found(&without).contains("E0668"), "{}", found(&without));
}
