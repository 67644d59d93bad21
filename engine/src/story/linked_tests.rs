//! Cases that begin and tell each other, told by stories about two small processes.

use super::told::{self, NOTE, published};
use crate::rulebook::Rulebook;
use crate::source::{Problems, Source};

const ASKING: &str = r#"
process: asking
title: {zh: 申请, en: Asking}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start:
  front: {by: applicant, form: wish, to: checking}
  monthly: {schedule: {every: month, day: 5, time: '09:00'}, to: running}
links:
  giving: {process: giving, door: granted, title: {zh: 发放, en: Giving}, region: answers.wish.place, parties: [applicant]}
messages:
  giving_closed: {}
  moved_on: {from: [process]}
variables: {told: 0, ends: 0, last: none}
on:
  giving_closed: {do: [{set: {ends: ends + 1}}, {set: {last: event.result}}]}
  moved_on: {do: [{set: {told: told + 1}}]}
states:
  checking:
    title: {zh: 审核, en: Checking}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes:
      give:
        to: running
        start: {link: giving, with: {what: answers.wish.what, person.name: answers.wish.who}, when: answers.wish.count > 0}
      each:
        to: running
        start: {link: giving, each: answers.wish.parts, with: {what: each.what, person.name: answers.wish.who}}
      broken: {to: running, start: {link: giving, with: {what: '"x" + answers.note.remark', person.name: answers.wish.who}}}
  running:
    title: {zh: 进行中, en: Running}
    actions:
      stop: {by: desk.front, ask: note, title: {zh: 停止, en: Stop}, tell: {link: giving, message: stop, with: {why: answers.note.remark}}}
      warn: {by: desk.front, title: {zh: 通知领取人所在办件, en: Warn}, tell: {process: giving, record: gift, key: [answers.wish.what], message: stop, with: {why: '"warned"'}}}
    always: [{when: ends >= 1, to: over}]
  over:
    type: rest
    title: {zh: 结束, en: Over}
    result: success
    actions:
      again: {by: desk.front, to: checking, title: {zh: 再来, en: Again}}
      poke: {by: desk.front, title: {zh: 再停止, en: Again}, tell: {link: giving, message: stop, with: {why: '"again"'}}}
"#;

const GIVING: &str = r#"
process: giving
title: {zh: 发放, en: Giving}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
unique: {key: answers.gift.what}
records: {gift: {key: [answers.gift.what], lasts: open}}
messages: {stop: {from: [asking], form: stop}}
start:
  granted: {by: process, form: gift, to: paying, record: gift}
  counter: {by: desk.front, form: gift, to: paying, record: gift}
on: {stop: {to: stopped}}
states:
  paying:
    title: {zh: 发放中, en: Paying}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes: {pay: {to: paid, tell: {link: parent, message: moved_on}}}
    actions: {decline: {by: applicant, to: declined, title: {zh: 放弃, en: Decline}}}
  paid: {type: final, result: success, title: {zh: 已发, en: Paid}}
  stopped: {type: final, result: failure, title: {zh: 停发, en: Stopped}}
  declined: {type: final, result: none, title: {zh: 放弃, en: Declined}}
"#;

const WISH: &str = "
form: wish
title: {zh: 心愿, en: Wish}
fields:
  count: {type: number, title: {zh: 数量, en: Count}}
  what: {type: text, title: {zh: 物品, en: What}}
  who: {type: name, title: {zh: 姓名, en: Who}}
  place: {type: region, required: false, title: {zh: 地点, en: Where}}
  parts: {title: {zh: 部分, en: Parts}, repeat: {min: 0, max: 5}, row: {zh: 份, en: Part}, fields: {what: {type: text, title: {zh: 物品, en: What}}}}
";

const GIFT: &str = "
form: gift
title: {zh: 发放, en: Gift}
fields:
  what: {type: text, title: {zh: 物品, en: What}}
  person: {type: person, parts: [name], title: {zh: 何人, en: Who}}
";

const STOP: &str = "
form: stop
title: {zh: 停止, en: Stop}
fields: {why: {type: text, title: {zh: 原因, en: Why}}}
";

fn rules() -> Rulebook {
    published(&[
        ("workflows/asking/process.yaml", ASKING),
        ("workflows/giving/process.yaml", GIVING),
        ("forms/wish.yaml", WISH),
        ("forms/gift.yaml", GIFT),
        ("forms/stop.yaml", STOP),
        ("forms/note.yaml", NOTE),
    ])
}

const HEAD: &str = "story: s\nprocess: asking\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n  - {me: start.front, with: {wish: {count: 1, what: 书, who: 王示例, place: '320404', parts: [{what: 甲}, {what: 乙}]}}}\n";

fn failures(steps: &str) -> String {
    told::failures(&rules(), HEAD, steps)
}

fn holds(steps: &str) {
    assert_eq!(failures(steps), "");
}

#[test]
fn a_case_begins_another_and_hears_how_it_ends() {
    holds(
        "
  - {ann: checking.give}
  - expect: {in: [running], linked: {giving: 1}}
  - expect: {case: giving, in: [paying], may: {me: [paying.decline], ann: [paying.pay]}}
  - {case: giving, ann: paying.pay}
  - expect: {in: [paid], result: success}
  - expect: {case: first, in: [over], result: success}
",
    );
}

#[test]
fn the_other_case_is_told_with_values_of_this_one() {
    holds(
        "
  - {ann: checking.give}
  - {ann: running.stop, with: {note: {remark: 查实}}}
  - expect: {case: giving, in: [stopped], result: failure}
  - expect: {case: first, in: [over]}
  - {ann: over.poke}
  - expect: {case: giving, in: [stopped]}
",
    );
}

#[test]
fn whoever_holds_the_record_is_told_and_nobody_else() {
    holds(
        "
  - {ann: start.counter, process: giving, as: same, with: {gift: {what: 书, person: {name: 李示例}}}}
  - {ann: start.counter, process: giving, as: other, with: {gift: {what: 画, person: {name: 李示例}}}}
  - {case: first, ann: checking.each}
  - {case: first, ann: running.warn}
  - expect: {case: same, in: [stopped]}
  - expect: {case: other, in: [paying]}
  - expect: {case: giving, in: [paying]}
  - {case: first, ann: running.warn}
",
    );
}

#[test]
fn each_element_of_a_list_begins_a_case_of_its_own() {
    holds(
        "
  - {ann: checking.each}
  - expect: {linked: {giving: 2}}
  - {case: giving#2, ann: paying.pay}
  - expect: {case: giving, in: [paying]}
  - expect: {case: first, in: [over]}
",
    );
}

#[test]
fn what_is_refused_is_recorded_and_must_be_told() {
    let steps = "
  - {ann: checking.give}
  - {ann: running.stop}
";
    assert!(failures(steps).contains("the errand to `stop` was refused (answers_invalid)"), "{}", failures(steps));
    holds(&format!("{steps}  - expect: {{in: [running], refused: {{stop: answers_invalid}}}}\n"));
    let other = failures(&format!("{steps}  - expect: {{refused: {{stop: duplicate}}}}\n"));
    assert!(other.contains("there was stop: answers_invalid"), "{other}");
}

#[test]
fn a_key_that_only_one_open_case_may_have_holds_among_the_cases_of_a_story() {
    let second = "
  - {ann: checking.give}
  - {me: start.front, as: other, with: {wish: {count: 1, what: 书, who: 王示例, place: '320404', parts: [{what: 甲}, {what: 乙}]}}}
  - {ann: checking.give}
";
    assert!(failures(second).contains("the errand to `giving` was refused (duplicate)"), "{}", failures(second));
    holds(&format!("{second}  - expect: {{case: other, refused: {{giving: duplicate}}}}\n"));
    // Once the first has ended, the key is free again.
    let after = second.replace("  - {me: start", "  - {case: giving, ann: paying.pay}\n  - {me: start");
    holds(&format!("{after}  - expect: {{case: other, linked: {{giving: 1}}}}\n"));
}

#[test]
fn a_value_that_cannot_be_computed_stops_the_step_and_not_the_other_case() {
    holds(
        "
  - {ann: checking.broken, refused: process_fault}
  - expect: {in: [checking], linked: {giving: 0}}
  - {ann: checking.broken, with: {note: {remark: y}}}
  - expect: {linked: {giving: 1}}
",
    );
}

#[test]
fn a_door_for_processes_is_closed_to_people() {
    let story = "
story: s
process: giving
begin: 2025-09-22 09:00
people: {ann: {office: desk.front}, me: {party: applicant}}
steps:
  - {ann: start.granted, with: {gift: {what: 书, person: {name: 王示例}}}, refused: not_permitted}
  - {me: start.granted, with: {gift: {what: 书, person: {name: 王示例}}}, refused: not_permitted}
  - {ann: start.counter, with: {gift: {what: 书, person: {name: 王示例}}}}
  - {system: stop, from: asking, with: {stop: {why: 其他}}}
";
    assert_eq!(told::failures(&rules(), story, ""), "");
}

#[test]
fn the_engine_opens_a_door_that_has_a_schedule_and_nobody_else_does() {
    holds(
        "
  - {ann: start.monthly, refused: not_permitted}
  - {system: start.monthly, as: batch}
  - expect: {in: [running]}
",
    );
    assert_eq!(problems_with("day: 5", "day: 32"), ["E0670"]);
    assert_eq!(problems_with("'09:00'", "'9 o-clock'"), ["E0670"]);
}

#[test]
fn a_linked_case_has_the_same_identity_however_often_it_is_begun() {
    use crate::case::CaseId;
    use crate::command::linked_case_id;
    let first = CaseId(uuid::Uuid::from_u128(7));
    assert_eq!(linked_case_id(first, 1), linked_case_id(first, 1));
    assert_ne!(linked_case_id(first, 1), linked_case_id(first, 2));
    assert_ne!(linked_case_id(first, 1), linked_case_id(CaseId(uuid::Uuid::from_u128(8)), 1));
    assert_eq!(linked_case_id(first, 1).0.get_version_num(), 8);
}

/// Codes of the problems of `asking`, with `from` replaced by `to`.
fn problems_with(from: &str, to: &str) -> Vec<&'static str> {
    assert!(ASKING.contains(from), "{from}");
    let asking = ASKING.replace(from, to);
    let files = [("a.yaml", asking.as_str()), ("g.yaml", GIVING), ("wish.yaml", WISH), ("gift.yaml", GIFT)];
    let files = files.into_iter().chain([("stop.yaml", STOP), ("note.yaml", NOTE), ("o.yaml", told::ORGANISATION)]);
    let sources: Vec<Source> = files.map(|(path, text)| Source::new(path, text)).collect();
    let problems = Problems::new();
    crate::rulebook::assemble(&sources, &problems);
    let codes = problems.into_vec();
    codes.iter().map(|problem| problem.code).filter(|code| code.starts_with('E')).collect()
}

#[test]
fn what_the_other_side_does_not_have_is_found_when_the_file_is_read() {
    assert_eq!(problems_with("limit: none", "limit: none"), Vec::<&str>::new());
    assert_eq!(problems_with("door: granted", "door: counter"), ["E0665"]);
    assert_eq!(problems_with("{process: giving,", "{process: gving,"), ["E0664", "E0664", "E0664", "E0664"]);
    assert_eq!(problems_with("parties: [applicant]", "parties: [heirs]"), ["E0661"]);
    assert_eq!(problems_with("start: {link: giving, each", "start: {link: given, each"), ["E0663"]);
    assert_eq!(problems_with("message: stop, with: {why: answers.note.remark}", "message: halt"), ["E0666"]);
    assert_eq!(problems_with("{why: '\"again\"'}", "{reason: '\"again\"'}"), ["E0668", "E0667"]);
    assert_eq!(
        problems_with("with: {what: each.what, person.name: answers.wish.who}", "with: {what: each.what}"),
        ["E0668"]
    );
    assert_eq!(
        problems_with("tell: {link: giving, message: stop, with: {why: '\"again\"'}}", "tell: {message: stop}"),
        ["E0662"]
    );
}

#[test]
fn cases_that_begin_each_other_come_to_an_end() {
    let ring = ASKING
        .replace("links:\n", "links:\n  next: {process: asking, door: passed, title: {zh: 下一个, en: Next}}\n")
        .replace("start:\n", "start:\n  passed: {by: process, to: running, start: next}\n");
    let ring = ring.replace("    outcomes:\n", "    outcomes:\n      go: {to: running, start: next}\n");
    let files = [("a.yaml", ring.as_str()), ("g.yaml", GIVING), ("wish.yaml", WISH), ("gift.yaml", GIFT)];
    let files: Vec<_> = files.into_iter().chain([("stop.yaml", STOP), ("note.yaml", NOTE)]).collect();
    let failures = told::failures(&published(&files), HEAD, "  - {ann: checking.go}\n");
    assert!(failures.starts_with("the errand to `next` was refused (errands_without_end)"), "{failures}");
    assert_eq!(failures.lines().count(), 1, "{failures}");
}
