//! Records and uniqueness under any of several keys, told by stories about a small process for two people.

use super::told::{self, NOTE, assembled, published};
use crate::rulebook::Rulebook;

const PAIR: &str = r#"
process: pair
title: {zh: 双方办理, en: A matter of two}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
records: {missed: {keys: [[answers.couple.one], [answers.couple.other]], lasts: 30 days}}
unique: {keys: [[answers.couple.one], [answers.couple.other]]}
start:
  front:
    by: applicant
    form: couple
    to: waiting
    refuse: [{when: 'recorded("missed") > 1', message: {zh: 两次未到场。, en: Twice not come.}}]
states:
  waiting:
    title: {zh: 等待, en: Waiting}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes:
      came: {to: over, title: {zh: 已到, en: Came}}
      missed: {to: over, record: missed, title: {zh: 未到, en: Missed}}
  over: {type: final, result: success, title: {zh: 完, en: Over}}
"#;

const COUPLE: &str = "
form: couple
title: {zh: 双方, en: Couple}
fields:
  one: {type: text, title: {zh: 一方, en: One}}
  other: {type: text, required: false, title: {zh: 另一方, en: Other}}
";

fn files(pair: &str) -> [(&str, &str); 3] {
    [("workflows/pair/process.yaml", pair), ("forms/couple.yaml", COUPLE), ("forms/note.yaml", NOTE)]
}

fn rules() -> Rulebook {
    published(&files(PAIR))
}

const HEAD: &str = "story: s\nprocess: pair\nbegin: 2025-09-22 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n  - {me: start.front, with: {couple: {one: 甲, other: 乙}}}\n";

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

#[test]
fn either_of_two_is_found() {
    holds(
        "
  - {ann: waiting.missed}
  - {me: start.front, as: turned, with: {couple: {one: 丙, other: 甲}}}
  - {ann: waiting.missed}
  - {me: start.front, as: third, with: {couple: {one: 甲, other: 丁}}, refused: refused_by_process}
  - {me: start.front, as: fourth, with: {couple: {one: 丁, other: 甲}}, refused: refused_by_process}
  - {me: start.front, as: fifth, with: {couple: {one: 乙, other: 丁}}}
",
    );
}

#[test]
fn a_case_that_is_found_by_both_keys_counts_once() {
    holds(
        "
  - {ann: waiting.missed}
  - {me: start.front, as: again, with: {couple: {one: 乙, other: 甲}}}
  - {ann: waiting.came}
",
    );
}

#[test]
fn a_duplicate_is_one_for_either_person_and_only_while_the_first_is_open() {
    holds(
        "
  - {me: start.front, as: same, with: {couple: {one: 甲, other: 丙}}, refused: duplicate}
  - {me: start.front, as: turned, with: {couple: {one: 丙, other: 甲}}, refused: duplicate}
  - {me: start.front, as: partner, with: {couple: {one: 乙}}, refused: duplicate}
  - {me: start.front, as: others, with: {couple: {one: 丙}}}
  - {case: first, ann: waiting.came}
  - {me: start.front, as: later, with: {couple: {one: 甲, other: 乙}}}
",
    );
}

#[test]
fn keys_of_different_length_are_refused() {
    let uneven = PAIR.replacen(
        "[[answers.couple.one], [answers.couple.other]]",
        "[[answers.couple.one], [answers.couple.other, '\"x\"']]",
        1,
    );
    assert!(assembled(&files(&uneven)).1.contains("E0645"));
    let both = PAIR.replacen("{keys: [[", "{key: answers.couple.one, keys: [[", 1);
    assert!(assembled(&files(&both)).1.contains("E0645"));
}
