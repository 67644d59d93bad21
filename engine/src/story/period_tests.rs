//! Periods that follow each other, and parties who must not be written to, told by stories about a small process.

use super::told::{self, assembled};
use crate::rulebook::Rulebook;

/// Thirty days to think it over, thirty days to come; nobody is told anything once there was an alert. Both the piece and
/// the process call their end `over`.
const PROCESS: &str = r#"
process: errand
title: {zh: 小事, en: Errand}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
parties: {applicant: {title: {zh: 申请人, en: applicant}, is: answers.wish, silent_while: has(answers.alert)}}
notices: {news: {subject: {zh: 有进展, en: News}, body: {zh: '{link}', en: 'See {link}'}}}
start: {front: {by: applicant, form: wish, to: both}}
states:
  both: {title: {zh: 两段, en: Both}, use: periods, with: {office: desk.front}, on_done: {over: over, came: came}}
  over: {type: final, title: {zh: 过期, en: Over}, result: none}
  came: {type: final, title: {zh: 已来, en: Came}, result: success}
"#;

const FRAGMENT: &str = r#"
fragment: periods
title: {zh: 两段期间, en: Two periods}
inputs: {office: {type: office}}
clocks:
  think: {kind: statutory, limit: 30 days, runs_in: thinking, pauses: never, again: continue, basis: 示例}
  shown: {kind: shown, limit: 30 days, from: think, runs_in: thinking, pauses: never, again: continue}
  soon:  {kind: shown, limit: 19 days, from: think, runs_in: coming, pauses: never, again: continue}
  come:  {kind: statutory, limit: 30 days, from: think, runs_in: coming, pauses: never, again: continue, basis: 示例}
initial: thinking
states:
  thinking:
    title: {zh: 考虑, en: Thinking}
    actions: {alert: {by: input.office, ask: alert, title: {zh: 标记, en: Mark}}}
    after: {think: {to: coming, notify: applicant.news}}
  coming:
    title: {zh: 到场, en: Coming}
    actions:
      come: {by: input.office, ask: visit, when: 'answers.visit.day <= due("come")', to: came, title: {zh: 到场, en: Came}}
    after: {come: {to: over, notify: applicant.news}}
  came: {type: final}
  over: {type: final}
"#;

const FORMS: [(&str, &str); 3] = [
    (
        "forms/wish.yaml",
        "form: wish\ntitle: {zh: 心愿, en: Wish}\nfields:\n  count: {type: number, title: {zh: 数量, en: Count}}\n",
    ),
    (
        "forms/alert.yaml",
        "form: alert\ntitle: {zh: 标记, en: Mark}\nfields:\n  seen: {type: yes_no, title: {zh: 已见, en: Seen}}\n",
    ),
    (
        "forms/visit.yaml",
        "form: visit\ntitle: {zh: 到场, en: Visit}\nfields:\n  day: {type: date, title: {zh: 日期, en: Day}}\n",
    ),
];

const HEAD: &str = "story: s\nprocess: errand\nbegin: 2025-09-02 09:00\npeople: {me: {party: applicant}, ann: {office: desk.front}}\nsteps:\n  - {me: start.front, with: {wish: {count: 1}}}\n";

fn problems_of(process: &str, fragment: &str) -> (Rulebook, String) {
    let own = [("workflows/errand/process.yaml", process), ("workflows/fragments/periods.yaml", fragment)];
    assembled(&own.into_iter().chain(FORMS).collect::<Vec<_>>())
}

fn holds(steps: &str) {
    let (rules, errors) = problems_of(PROCESS, FRAGMENT);
    assert_eq!(errors, "");
    assert_eq!(told::failures(&rules, HEAD, steps), "");
}

#[test]
fn a_period_begins_with_the_last_day_of_the_one_before_it() {
    // 2 October is a holiday, so the first ends on the 9th; 8 November is a Saturday, so the second ends on the 10th.
    holds(
        "
  - expect: {in: [thinking], due: {think: 2025-10-09, shown: 2025-11-10}}
  - {at: 2025-10-09 23:59}
  - expect: {in: [thinking]}
  - {at: 2025-10-10 00:01}
  - expect: {in: [coming], due: {come: 2025-11-10}, told: [applicant.news by 2025-11-10]}
  - {at: 2025-11-10 12:00, ann: coming.come, with: {visit: {day: 2025-11-11}}, refused: not_offered_now}
  - {ann: coming.come, with: {visit: {day: 2025-11-10}}}
  - expect: {in: [came], result: success}
",
    );
}

#[test]
fn a_fragment_and_its_process_may_call_their_ends_alike() {
    holds("  - {at: 2025-11-11 00:01}\n  - expect: {in: [over], result: none, told: [applicant.news]}\n");
}

#[test]
fn nobody_writes_to_a_party_that_must_not_be_written_to() {
    holds(
        "
  - {ann: thinking.alert, with: {alert: {seen: true}}}
  - {at: 2025-11-11 00:01}
  - expect: {in: [over], not_told: [applicant.news]}
",
    );
}

#[test]
fn what_is_counted_from_must_stand_above() {
    let circle = FRAGMENT.replace("limit: 30 days, runs_in: thinking", "limit: 30 days, from: come, runs_in: thinking");
    assert!(problems_of(PROCESS, &circle).1.contains("E0558"));
    let unknown = FRAGMENT.replace("due(\"come\")", "due(\"comes\")");
    assert!(problems_of(PROCESS, &unknown).1.contains("E0538"));
}
