//! Places given in turn, told by stories about a small process: standing places and places of a year.

use super::told::{self, NOTE, assembled, published};
use crate::rulebook::Rulebook;

const PROCESS: &str = r#"
process: helping
title: {zh: 帮助, en: Helping}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
quotas:
  bed: {title: {zh: 床位, en: Bed}, limit: 'parameter("beds")', per: none}
  grant: {title: {zh: 年度名额, en: Grant}, limit: '1', per: year}
variables: {urgent: 0}
start: {front: {by: applicant, form: wish, to: choosing}}
states:
  choosing:
    title: {zh: 选择, en: Choosing}
    always:
      - {when: 'answers.wish.what == "bed"', to: queue}
      - yearly
  queue:
    title: {zh: 等床位, en: Waiting for a bed}
    quota: bed
    priority: answers.wish.points + urgent
    on_place: {to: inside}
    actions:
      press: {by: desk.front, title: {zh: 加急, en: Press}, do: [{set: {urgent: urgent + 100}}]}
      leave: {by: applicant, to: away, title: {zh: 不等了, en: Leave}}
  inside:
    title: {zh: 入住, en: Inside}
    actions:
      back: {by: desk.front, to: home, release: bed, title: {zh: 回家, en: Home}}
      end: {by: desk.front, to: done, title: {zh: 结束, en: End}}
      anew: {by: desk.front, to: queue, title: {zh: 重新排队, en: Anew}}
  home:
    title: {zh: 回家, en: At home}
    actions: {end: {by: desk.front, to: done, title: {zh: 结束, en: End}}}
  yearly:
    title: {zh: 等年度名额, en: Waiting for a grant}
    quota: grant
    on_place: {to: granted}
    actions: {leave: {by: applicant, to: away, title: {zh: 不等了, en: Leave}}}
  granted:
    title: {zh: 已获名额, en: Granted}
    actions:
      used: {by: desk.front, to: done, title: {zh: 用掉, en: Used}}
      unused: {by: desk.front, to: away, release: grant, title: {zh: 没用, en: Not used}}
  done: {type: final, title: {zh: 完成, en: Done}, result: success}
  away: {type: final, title: {zh: 离开, en: Away}, result: none}
"#;

const WISH: &str = "
form: wish
title: {zh: 心愿, en: Wish}
fields:
  what: {options: {bed: {zh: 床位, en: Bed}, grant: {zh: 名额, en: Grant}}, title: {zh: 什么, en: What}}
  points: {type: number, title: {zh: 分数, en: Points}}
";

const FIGURES: &str = r#"
parameters:
  beds:
    type: number
    title: {zh: 床位, en: Beds}
    values:
      - {from: 2020-01-01, to: 2026-03-31, value: 1, basis: 示例}
      - {from: 2026-04-01, to: 2026-04-30, value: 2, basis: 示例}
      - {from: 2026-05-01, value: 1, basis: 示例}
"#;

const HEAD: &str = "story: s
process: helping
begin: 2026-03-02 09:00
people: {me: {party: applicant}, desk: {office: desk.front}}
steps:
";

fn rules() -> Rulebook {
    published(&[
        ("workflows/helping/process.yaml", PROCESS),
        ("forms/wish.yaml", WISH),
        ("forms/note.yaml", NOTE),
        ("workflows/parameters/sample.yaml", FIGURES),
    ])
}

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

fn wish(name: &str, what: &str, points: u32) -> String {
    format!("  - {{me: start.front, as: {name}, with: {{wish: {{what: {what}, points: {points}}}}}}}\n")
}

fn three_beds() -> String {
    [("first", 5), ("second", 1), ("third", 3), ("fourth", 3)].map(|(name, points)| wish(name, "bed", points)).concat()
}

#[test]
fn whoever_has_more_points_comes_first_and_then_whoever_has_waited_longer() {
    holds(&format!(
        "{}
  - expect: {{case: first, in: [inside], place: 0}}
  - expect: {{case: second, in: [queue], place: 3}}
  - expect: {{case: third, place: 1}}
  - expect: {{case: fourth, place: 2}}
  - {{case: first, desk: inside.end}}
  - expect: {{case: third, in: [inside]}}
  - expect: {{case: second, place: 2}}
",
        three_beds()
    ));
}

#[test]
fn a_place_is_free_again_when_it_is_given_back_or_its_case_ends() {
    holds(&format!(
        "{}
  - {{case: first, desk: inside.back}}
  - expect: {{case: first, in: [home]}}
  - expect: {{case: third, in: [inside]}}
  - {{case: first, desk: home.end}}
  - expect: {{case: fourth, in: [queue], place: 1}}
  - {{at: 2026-03-03 09:00, case: third, desk: inside.anew}}
  - expect: {{case: third, in: [queue], place: 1}}
  - expect: {{case: fourth, in: [inside]}}
",
        three_beds()
    ));
}

#[test]
fn a_priority_follows_the_case_and_whoever_leaves_is_off_the_list() {
    holds(&format!(
        "{}
  - {{case: second, desk: queue.press}}
  - expect: {{case: second, place: 1}}
  - {{case: third, me: queue.leave}}
  - expect: {{case: third, in: [away], place: 0}}
  - expect: {{case: fourth, place: 2}}
",
        three_beds()
    ));
}

#[test]
fn more_places_from_a_day_on_are_given_on_that_day_and_fewer_take_none_away() {
    holds(&format!(
        "{}
  - {{at: 2026-04-15 09:00}}
  - expect: {{case: third, in: [inside]}}
  - {{at: 2026-05-04 09:00, case: first, desk: inside.end}}
  - expect: {{case: third, in: [inside]}}
  - expect: {{case: fourth, in: [queue], place: 1}}
  - {{case: third, desk: inside.end}}
  - expect: {{case: fourth, in: [inside]}}
",
        three_beds()
    ));
}

#[test]
fn a_place_of_a_year_stays_used_until_the_year_ends_unless_it_is_given_back() {
    holds(&format!(
        "{}{}{}
  - {{case: first, desk: granted.unused}}
  - expect: {{case: second, in: [granted]}}
  - {{case: second, desk: granted.used}}
  - expect: {{case: third, in: [yearly], place: 1}}
  - {{at: 2027-01-04 09:00}}
  - expect: {{case: third, in: [granted]}}
",
        wish("first", "grant", 0),
        wish("second", "grant", 0),
        wish("third", "grant", 0)
    ));
}

#[test]
fn a_wrong_place_is_found() {
    let told = told::failures(&rules(), HEAD, &format!("{}  - expect: {{case: second, place: 2}}\n", three_beds()));
    assert!(told.contains("place 2") && told.contains("it is 3"), "{told}");
}

/// The codes of a process that was changed in one place.
fn codes(from: &str, to: &str) -> String {
    assert!(PROCESS.contains(from), "{from}");
    let process = PROCESS.replacen(from, to, 1);
    let files = [
        ("workflows/helping/process.yaml", process.as_str()),
        ("forms/wish.yaml", WISH),
        ("workflows/parameters/sample.yaml", FIGURES),
    ];
    assembled(&files).1
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (from, to, code) in [
        ("quota: bed\n", "quota: bad\n", "E0731"),
        ("    on_place: {to: inside}\n", "", "E0732"),
        ("on_place: {to: inside}", "on_place: {when: urgent > 3, to: inside}", "E0734"),
        ("on_place: {to: inside}", "on_place: {do: [{set: {urgent: '1'}}]}", "E0734"),
        (
            "    on_place: {to: inside}\n",
            "    on_place: {to: inside}\n    hold: [{kinds: [ill], by: desk.front}]\n",
            "E0735",
        ),
        ("when: 'answers.wish.what == \"bed\"'", "when: 'place(\"bed\") == 1'", "E0736"),
        ("limit: '1'", "limit: urgent", "E0737"),
        ("priority: answers.wish.points + urgent", "priority: answers.wish.points + day(today)", "E0562"),
        ("release: grant", "release: grants", "E0731"),
    ] {
        let found = codes(from, to);
        assert!(found.contains(code), "{to}: {found}");
    }
}
