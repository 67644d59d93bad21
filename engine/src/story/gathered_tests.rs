//! Lists that are gathered and samples that are drawn, told by stories about two small processes.

use super::told::{self, NOTE, published};
use crate::case::Case;
use crate::decide;
use crate::event::Event;
use crate::rulebook::Rulebook;
use crate::sample;

const LISTING: &str = r#"
process: listing
title: {zh: 汇总, en: Listing}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start:
  front: {by: desk.front, to: collecting}
  some: {by: desk.front, form: note, to: drawing}
fixed: {month: month_start(start.on)}
states:
  collecting:
    title: {zh: 汇总, en: Collecting}
    gather: {process: standing, in: [paying, waiting.long], message: listed, with: {month: fixed.month}, sum: due}
    on_gathered:
      - {when: gathered.of == 0, to: nobody}
      - {when: gathered.refused > 0 || gathered.sum > yuan(1000), to: checking}
      - over
    actions: {skip: {by: desk.front, to: over, title: {zh: 跳过, en: Skip}}}
  checking:
    title: {zh: 核对, en: Checking}
    task: {by: desk.front, form: note, limit: none, basis: 示例}
    outcomes:
      again: {to: collecting, title: {zh: 重来, en: Again}}
      done: {to: over, title: {zh: 完成, en: Done}, refuse: [{when: gathered.count < 2, message: {zh: 少于两件, en: fewer than two}}]}
  drawing:
    title: {zh: 抽取, en: Drawing}
    gather: {process: standing, in: [paying], message: sampled, sum: [due, months], sample: {percent: 30, least: 1}}
    on_gathered: over
  over: {type: final, result: success, title: {zh: 完成, en: Over}}
  nobody: {type: final, result: none, title: {zh: 无人, en: Nobody}}
"#;

const STANDING: &str = r#"
process: standing
title: {zh: 在享, en: Standing}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start:
  front: {by: desk.front, form: person, to: paying}
  later: {by: desk.front, form: person, to: waiting}
messages:
  listed: {from: [process], form: month}
  sampled: {from: [listing]}
variables: {due: {type: money}, months: 0, place: none}
states:
  paying:
    title: {zh: 发放, en: Paying}
    entry: [{set: {due: yuan(0)}}]
    on:
      listed: {do: [{set: {due: 'yuan(answers.person.amount)', months: months + 1}}]}
      sampled: visited
    actions:
      stop: {by: desk.front, to: stopped, title: {zh: 停, en: Stop}}
  visited:
    title: {zh: 入户, en: Visited}
    actions: {back: {by: desk.front, to: paying, title: {zh: 回, en: Back}}}
  waiting:
    title: {zh: 等待, en: Waiting}
    initial: short
    states:
      short: {title: {zh: 不久, en: Not long}, actions: {longer: {by: desk.front, to: long, title: {zh: 更久, en: Longer}}}}
      long:
        title: {zh: 很久, en: Long}
        actions: {stop: {by: desk.front, to: stopped, title: {zh: 停, en: Stop}}}
        # It answers by the door, so what it says is never known before.
        on: {listed: {when: answers.person.amount > 500, do: [{set: {due: 'yuan(answers.person.amount)'}}]}}
  stopped: {type: final, result: none, title: {zh: 停, en: Stopped}}
"#;

const PERSON: &str = "
form: person
title: {zh: 人, en: Person}
fields: {amount: {type: number, title: {zh: 金额, en: Amount}}}
";

const MONTH: &str = "
form: month
title: {zh: 月份, en: Month}
fields: {month: {type: date, not_after: 2025-10-31, title: {zh: 月份, en: Month}}}
";

fn files() -> [(&'static str, &'static str); 5] {
    [
        ("workflows/listing/process.yaml", LISTING),
        ("workflows/standing/process.yaml", STANDING),
        ("forms/person.yaml", PERSON),
        ("forms/month.yaml", MONTH),
        ("forms/note.yaml", NOTE),
    ]
}

fn rules() -> Rulebook {
    published(&files())
}

const HEAD: &str = "
story: s
process: standing
begin: 2025-09-22 09:00
people: {ann: {office: desk.front}}
steps:
  - {ann: start.front, with: {person: {amount: 100}}}
  - {ann: start.front, as: second, with: {person: {amount: 160}}}
  - {ann: start.later, as: third, with: {person: {amount: 900}}}
";

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

#[test]
fn who_stands_there_is_told_and_added_up() {
    holds(
        "
  - {ann: start.front, process: listing, as: list}
  - expect: {in: [over], result: success, gathered: {of: 2, count: 2, refused: 0, sum: 260}}
  - expect: {case: third, in: [waiting.short]}
  - {case: third, ann: waiting.short.longer}
  - {ann: start.front, process: listing, as: more}
  - expect: {in: [checking], gathered: {of: 3, count: 3, sum: 1160.00}}
  - {ann: checking.done}
",
    );
}

#[test]
fn who_closed_is_no_member_and_of_nobody_nothing_is_added_up() {
    holds(
        "
  - {case: first, ann: paying.stop}
  - {case: second, ann: paying.stop}
  - {ann: start.front, process: listing, as: list}
  - expect: {in: [nobody], gathered: {of: 0, count: 0}}
",
    );
}

#[test]
fn who_refuses_is_counted_and_a_list_is_asked_for_anew() {
    // The form of the message allows no month after October.
    holds(
        "
  - at: 2025-11-03 09:00
    ann: start.front
    process: listing
    as: list
  - expect: {in: [checking], gathered: {of: 2, count: 0, refused: 2}, refused: {listed: answers_invalid}}
  - expect: {refused: {listed: answers_invalid}}
  - {ann: checking.done, refused: refused_by_process}
  - {case: first, ann: paying.stop}
  - {case: list, ann: checking.again}
  - expect: {in: [checking], gathered: {of: 1, count: 0, refused: 1}, refused: {listed: answers_invalid}}
",
    );
}

#[test]
fn a_story_that_expects_another_sum_fails() {
    let steps = "\n  - {ann: start.front, process: listing}\n  - expect: {gathered: {sum: 261}}\n";
    assert!(told::failures(&rules(), HEAD, steps).contains("should be 261, but is 260.00"));
    let early = "\n  - expect: {gathered: {sum: 261}}\n";
    assert!(told::failures(&rules(), HEAD, early).contains("nothing was gathered yet"));
}

#[test]
fn a_sample_is_drawn_from_the_list_and_can_be_drawn_again() {
    let mut steps = String::new();
    for n in 4..=11 {
        steps.push_str(&format!("  - {{ann: start.front, as: n{n}, with: {{person: {{amount: {n}}}}}}}\n"));
    }
    steps.push_str("  - {ann: start.some, process: listing, as: list}\n");
    steps.push_str("  - expect: {in: [over], gathered: {of: 10, count: 3, refused: 0, sum: {due: 0, months: 0}}}\n");
    let played = told::played(&rules(), HEAD, &steps).expect("a story that can be read");
    let failures: Vec<&str> = played.problems.iter().map(|problem| problem.message.en.as_str()).collect();
    assert_eq!(failures, Vec::<&str>::new());
    let number = |case: &Case| case.number.clone();
    let standing = |process: &str, path: &str| {
        let cases = played.cases.iter().filter(move |told| told.definition.name == process);
        let inside = cases.filter(|told| {
            let active = &told.loaded.case.configuration.active;
            told.definition.states_named(path).iter().any(|state| active.contains(state))
        });
        inside.map(|told| number(&told.loaded.case)).collect::<Vec<String>>()
    };
    let visited = standing("standing", "visited");
    let mut all = standing("standing", "paying");
    all.extend(visited.clone());
    all.sort();
    let list = played.cases.iter().find(|told| told.name == "list").expect("the list");
    let frozen = list.log.iter().find_map(|(event, _)| match event {
        Event::MembersFrozen { of, list, chosen, draw, .. } => Some((*of, list.clone(), *chosen, draw.clone()?)),
        _ => None,
    });
    let (of, checksum, chosen, draw) = frozen.expect("a list that was written down");
    let numbers: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!((of, chosen, draw.seed.len()), (10, 3, 64));
    assert_eq!(checksum, sample::checksum(numbers.iter().copied()));
    let again: Vec<&str> = sample::draw(&draw.seed, &numbers, draw.share).into_iter().map(|at| numbers[at]).collect();
    assert_eq!(again, visited, "whoever has the list and the seed draws the same");
    let log = serde_json::to_string(&list.log).expect("a log");
    assert!(numbers.iter().all(|number| !log.contains(number)), "the log names nobody on the list");
}

#[test]
fn the_end_of_a_list_that_nobody_waits_for_moves_nothing() {
    let rules = rules();
    let steps = "  - {ann: start.front, process: listing, as: list}\n";
    let played = told::played(&rules, HEAD, steps).expect("a story that can be read");
    let told = played.cases.last().expect("the list");
    let mut case = told.loaded.case.clone();
    assert!(decide::gathering(&told.definition, &case, 1).is_none(), "it has ended");
    let gather = case.gathers.get_mut(&1).expect("what was gathered last is kept");
    (gather.ended, gather.frozen) = (false, false);
    assert!(decide::gathering(&told.definition, &case, 1).is_none(), "its state was left");
    case.configuration.active.extend(told.definition.states_named("collecting"));
    assert!(decide::gathering(&told.definition, &case, 1).is_some());
    let later = case.gathers[&1].clone();
    case.gathers.insert(2, later);
    assert!(decide::gathering(&told.definition, &case, 1).is_none(), "the state has asked anew");
}

/// Codes of the problems of `listing`, with `from` replaced by `to`.
fn problems_with(from: &str, to: &str) -> String {
    assert!(LISTING.contains(from), "{from}");
    let listing = LISTING.replacen(from, to, 1);
    let files = files().map(|(path, text)| (path, if path.contains("listing") { listing.as_str() } else { text }));
    told::assembled(&files).1
}

#[test]
fn what_does_not_fit_the_other_process_is_found_when_the_file_is_read() {
    let found = |from: &str, to: &str, code: &str| {
        let problems = problems_with(from, to);
        assert!(problems.contains(code), "{to}: expected {code}, found {problems}");
    };
    found("gather: {process: standing", "gather: {process: standin", "E0664");
    found("waiting.long]", "waiting.lang]", "E0672");
    found("message: listed", "message: listd", "E0666");
    found("{month: fixed.month}", "{day: fixed.month}", "E0667");
    found(", with: {month: fixed.month}", "", "E0668");
    found("sum: due}", "sum: place}", "E0673");
    found("sum: due}", "sum: dew}", "E0673");
    found("      - over\n", "", "E0674");
    found(
        "    on_gathered: over\n",
        "    actions: {go: {by: desk.front, to: over, title: {zh: 去, en: Go}}}\n",
        "E0671",
    );
    found("sample: {percent: 30, least: 1}", "sample: {percent: '\"x\"'}", "E0");
    found("least: 1}", "least: -1}", "E0676");
    found("gathered.sum > yuan(1000)", "gathered.total > yuan(1000)", "E0");
    assert_eq!(problems_with("percent: 30", "percent: 31"), "");
}
