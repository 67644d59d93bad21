//! A deadline past the last covered day of the calendar is provisional, and becomes final by an event when the year is
//! loaded.

use jiff::civil::date;
use onething_engine::case::CaseId;
use onething_engine::command::Command;
use onething_engine::engine::Engine;
use onething_engine::event::Event;
use onething_engine::organisation::Actor;
use onething_engine::rulebook::{Rulebook, assemble};
use onething_engine::source::{Problems, Severity, Source};
use onething_engine::store::{self, Kind};
use onething_engine::value::{HOUR_MS, Instant, Value};
use onething_tests::folder::Folder;
use serde_json::json;

const PROCESS: &str = "
process: year-end
title: {zh: 年末, en: Year end}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start: {front: {by: applicant, form: wish, to: working}}
states:
  working:
    title: {zh: 办理, en: Working}
    task: {by: desk.front, form: wish, limit: 5 workdays, basis: 承诺}
    outcomes: {finish: done}
  done: {type: final, title: {zh: 办结, en: Done}, result: success}
";
const WISH: &str =
    "form: wish\ntitle: {zh: 心愿, en: Wish}\nfields:\n  count: {type: number, title: {zh: 数量, en: Count}}\n";
const ORGANISATION: &str = "
organisation: sample
title: {zh: 示例, en: Sample}
region: '320404'
regions: {'320404': {title: {zh: 钟楼区, en: Zhonglou}}}
departments: {desk: {title: {zh: 窗口, en: Desk}, units: {front: {title: {zh: 前台, en: front}}}}}
people: {wang: {name: 王示例, units: [desk.front], roles: [clerk]}}
";

/// A calendar far from today, so that the legal clock only ever has to be moved forward.
const CALENDAR: &str = "
calendar: cn
title: {zh: 试验日历, en: Test calendar}
first_covered: 2099-01-01
last_covered: 2099-12-31
holiday_names: {元旦: New Year's Day}
office_hours: {windows: ['09:00-12:00', '13:00-17:00'], basis: 示例}
years:
  2099: {notice: 示例, holidays: {元旦: [2099-01-01]}, make_up: {}}
";

/// What is published before and after the next year has been added to the calendar.
fn rules(next_year: bool) -> Rulebook {
    let mut text = CALENDAR.to_owned();
    if next_year {
        text = text.replace("last_covered: 2099-12-31", "last_covered: 2100-12-31");
        text.push_str("  2100: {notice: 示例, holidays: {元旦: [2100-01-01, 2100-01-02, 2100-01-03]}, make_up: {}}\n");
    }
    let sources = [
        Source::new("workflows/year-end/process.yaml", PROCESS),
        Source::new("forms/wish.yaml", WISH),
        Source::new("workflows/organisation/sample.yaml", ORGANISATION),
        Source::new("workflows/calendars/cn.yaml", text),
    ];
    let problems = Problems::new();
    let rules = assemble(&sources, &problems).rulebook;
    let errors: Vec<_> = problems.into_vec().into_iter().filter(|p| p.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    rules
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provisional_deadline_becomes_final_when_the_year_is_loaded() {
    let folder = Folder::new("year").expect("a folder");
    let store = store::open(&folder.sqlite_url(), Kind::Test).await.expect("a store");
    store.move_clock(Instant::start_of(date(2099, 12, 30)).plus(9 * HOUR_MS)).await.expect("the clock");
    let engine = Engine::start(store, rules(false));
    let case = Engine::new_case_id();
    let answers = Value::from_json(&json!({"count": 1})).expect("answers");
    let (process, door, region) = ("year-end".to_owned(), "front".to_owned(), "320404".to_owned());
    let start = Command::StartCase { case, process, door, region, answers, draft: None };
    engine.execute(&Actor::citizen("me"), None, start).await.expect("the engine").expect("accepted");

    let (due_at, provisional) = due(&engine, case).await;
    assert_eq!((due_at.plus(-1).date(), provisional), (date(2100, 1, 6), true));

    assert_eq!(engine.recompute_deadlines().await.expect("the engine"), 0, "nothing new, nothing written");
    engine.replace_rules(rules(true));
    assert_eq!(engine.recompute_deadlines().await.expect("the engine"), 1);
    let (due_at, provisional) = due(&engine, case).await;
    assert_eq!((due_at.plus(-1).date(), provisional), (date(2100, 1, 7), false));

    let history = engine.store().history(case).await.expect("the log");
    let set: Vec<_> = history.iter().filter(|e| matches!(e.event(), Some(Event::DueSet { .. }))).collect();
    assert_eq!(set.len(), 2, "the new deadline is an event of its own");
    assert_ne!(set[0].body, set[1].body);
}

async fn due(engine: &Engine, case: CaseId) -> (Instant, bool) {
    let held = engine.store().case(case).await.expect("the store").expect("the case");
    let clock = held.loaded.case.clocks.values().next().expect("a clock");
    (clock.due_at.expect("a deadline"), clock.provisional)
}
