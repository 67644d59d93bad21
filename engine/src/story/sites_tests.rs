//! Two places in one case, told by stories: any window accepts, the place of registration decides, the place changes, or
//! nobody knows it; and who may see what.

use super::told::{self, NOTE, published};
use crate::rulebook::Rulebook;

const PROCESS: &str = r#"
process: subsidy
title: {zh: 补贴, en: Subsidy}
effective: {from: 2020-01-01}
basis: 示例
time: {calendar: none, roll: none}
late: head_then_supervisor
sites:
  accept: {title: {zh: 受理地, en: Where it was handed in}, level: street}
  home: {title: {zh: 户籍地, en: Registered residence}, is: answers.wish.hukou, level: street, unknown: street.window}
fixed: {standard: 'parameter("standard", site.home)'}
notices: {decided: {subject: {zh: 已决定, en: Decided}, body: {zh: '{link}', en: '{link}'}}}
start:
  counter: {by: accept.street.window, form: wish, to: pushing}
  blank: {by: street.window, form: note, to: deciding}
states:
  pushing:
    title: {zh: 推送, en: Pushing}
    task: {by: accept.street.window, form: note, limit: 3 days, basis: 示例}
    outcomes: {push: {to: deciding, when: site.home != site.accept}, keep: {to: deciding, unless: site.home != site.accept}}
  deciding:
    title: {zh: 审定, en: Deciding}
    task: {by: home.street.review, form: note, limit: 10 days, basis: 示例}
    outcomes:
      grant: {to: granted, when: fixed.standard == yuan(500), notify: accept.street.window.decided}
      refuse: {to: refused}
      return: {to: pushing, ask: moved, do: [{site: {home: answers.moved.to_region}}]}
  granted: {type: final, title: {zh: 准予, en: Granted}, result: success}
  refused: {type: final, title: {zh: 不予, en: Refused}, result: failure}
"#;

const WISH: &str = "
form: wish
title: {zh: 申请, en: Request}
fields:
  hukou: {type: region, title: {zh: 户籍地, en: Registered in}, required: false}
";

const MOVED: &str = "
form: moved
title: {zh: 户籍已迁, en: Moved}
fields:
  to_region: {type: region, title: {zh: 迁往, en: Moved to}, required: false}
";

const ORGANISATION: &str = r#"
organisation: sample
title: {zh: 示例, en: Sample}
region: "320404"
regions:
  "32": {title: {zh: 江苏, en: Jiangsu}}
  "320404": {title: {zh: 钟楼区, en: Zhonglou}}
  "320404001": {title: {zh: 一街道, en: Street One}}
  "321003": {title: {zh: 邗江区, en: Hanjiang}}
  "321003007": {title: {zh: 七街道, en: Street Seven}}
  "321003007002": {title: {zh: 二社区, en: Community Two}}
  "340104": {title: {zh: 蜀山区, en: Shushan}}
  "340104005": {title: {zh: 五街道, en: Street Five}}
departments:
  street:
    title: {zh: 街道, en: Street}
    units: {window: {title: {zh: 窗口, en: window}}, review: {title: {zh: 审核岗, en: review}}}
people:
  wang: {name: 王示例, units: [street.window, street.review], roles: [clerk], region: "320404001"}
  zhao: {name: 赵示例, units: [street.review], roles: [clerk, head], region: "321003007"}
"#;

const FIGURES: &str = r#"
parameters:
  standard:
    type: money
    title: {zh: 标准, en: Standard}
    values:
      - {from: 2020-01-01, region: "3210", value: "500", basis: 示例}
      - {from: 2020-01-01, region: "3204", value: "400", basis: 示例}
      - {from: 2020-01-01, region: "34", value: "300", basis: 示例}
"#;

const HEAD: &str = r#"story: s
process: subsidy
begin: 2025-11-03 09:00
region: "320404001"
people:
  here: {office: street.window}
  own: {office: street.review}
  there: {office: street.review, region: "321003007"}
  window_there: {office: street.window, region: "321003007"}
  far: {office: street.review, region: "340104005"}
  watch_there: {role: supervisor, region: "3210"}
  watch_far: {role: supervisor, region: "34"}
steps:
"#;

fn rules() -> Rulebook {
    published(&[
        ("workflows/subsidy/process.yaml", PROCESS),
        ("forms/wish.yaml", WISH),
        ("forms/moved.yaml", MOVED),
        ("forms/note.yaml", NOTE),
        ("workflows/organisation/sample.yaml", ORGANISATION),
        ("workflows/parameters/sample.yaml", FIGURES),
    ])
}

fn played(steps: &str) -> super::Played {
    told::played(&rules(), HEAD, steps).expect("a story")
}

fn holds(steps: &str) {
    assert_eq!(told::failures(&rules(), HEAD, steps), "");
}

const ELSEWHERE: &str = "  - {here: start.counter, with: {wish: {hukou: '321003007002'}}}\n";

#[test]
fn the_place_of_registration_decides_and_learns_of_it() {
    holds(&format!(
        "{ELSEWHERE}
  - expect: {{may: {{here: [pushing.push]}}, may_not: {{there: [pushing.push], own: [deciding.grant]}}, told: [street.window.task_offered]}}
  - {{here: pushing.push}}
  - expect:
      may: {{there: [deciding.grant]}}
      may_not: {{own: [deciding.grant], far: [deciding.grant], window_there: [deciding.grant]}}
      told: [street.review.task_offered, 'street.review@321003007.task_offered']
  - {{there: deciding.grant}}
  - expect: {{result: success, told: [street.window.decided]}}
"
    ));
}

#[test]
fn another_place_sees_a_case_only_when_it_has_or_had_work_in_it() {
    let seen = |steps: &str, who: &str| {
        let played = played(steps);
        assert!(played.problems.is_empty(), "{:?}", played.problems);
        let told = &played.cases[0];
        let actor = |office: &str, role: &str, region: &str| crate::organisation::Actor {
            id: who.to_owned(),
            kind: crate::organisation::ActorKind::Staff {
                units: vec![office.to_owned()],
                roles: [role.to_owned()].into(),
                region: region.to_owned(),
            },
        };
        let actor = match who {
            "there" => actor("street.review", "clerk", "321003007"),
            "far" => actor("street.review", "clerk", "340104005"),
            "watch_there" => actor("", "supervisor", "3210"),
            "watch_far" => actor("", "supervisor", "34"),
            other => panic!("{other}"),
        };
        crate::decide::may_see(&rules().organisation, &told.definition, &actor, &told.loaded.case)
    };
    let pushed = format!("{ELSEWHERE}  - {{here: pushing.push}}\n");
    let returned = format!("{pushed}  - {{there: deciding.return, with: {{moved: {{to_region: '340104005'}}}}}}\n");
    let pushed_again = format!("{returned}  - {{here: pushing.push}}\n");
    for who in ["there", "far", "watch_there", "watch_far"] {
        assert!(!seen(ELSEWHERE, who), "{who} has no work in it yet");
    }
    assert!(seen(&pushed, "there") && seen(&pushed, "watch_there"));
    assert!(!seen(&pushed, "far") && !seen(&pushed, "watch_far"));
    assert!(seen(&returned, "there") && !seen(&returned, "far"), "who had work in it still sees it");
    assert!(seen(&pushed_again, "there") && seen(&pushed_again, "far") && seen(&pushed_again, "watch_far"));
}

#[test]
fn work_that_begins_after_a_move_goes_to_the_new_place_and_what_was_fixed_stays() {
    holds(&format!(
        "{ELSEWHERE}
  - {{here: pushing.push}}
  - {{there: deciding.return, with: {{moved: {{to_region: '340104005'}}}}}}
  - {{here: pushing.push}}
  - expect: {{may: {{far: [deciding.grant]}}, may_not: {{there: [deciding.grant]}}}}
  - {{far: deciding.grant}}
  - expect: {{in: [granted]}}
"
    ));
}

#[test]
fn work_of_a_place_that_nobody_knows_stays_where_the_case_is() {
    holds(
        "  - {here: start.counter, with: {wish: {}}}
  - {here: pushing.push}
  - expect: {may: {here: [deciding.refuse]}, may_not: {own: [deciding.refuse], here: [deciding.grant]}}
  - {here: deciding.refuse}
",
    );
    holds(
        "  - {here: start.blank}
  - expect: {may: {here: [deciding.refuse]}}
",
    );
}

#[test]
fn lateness_is_told_to_those_who_hold_the_work() {
    holds(&format!(
        "{ELSEWHERE}
  - {{here: pushing.push}}
  - {{at: 2025-11-20 09:00}}
  - expect: {{late: [task.deciding], told: ['street.review@321003007.late', supervisor.late]}}
"
    ));
}

#[test]
fn the_same_place_twice_is_one_place() {
    holds(
        "  - {here: start.counter, with: {wish: {hukou: '320404001'}}}
  - {here: pushing.push, refused: not_offered_now}
  - {here: pushing.keep}
  - expect: {may: {own: [deciding.refuse]}, told: [street.review.task_offered]}
",
    );
}
