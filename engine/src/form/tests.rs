//! Tests of whole forms: lowering, reading, round trips, visibility.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::expression::Type;
use crate::organisation::Actor;
use crate::source::{Problems, Source};

mod broken;
mod numbers;
mod papers;

const TODAY: Date = date(2026, 3, 30);
const NOTHING: Value = Value::Null;

fn form(name: &str, yaml: &str) -> Form {
    let (source, problems) = (Source::new(format!("forms/{name}.yaml"), yaml), Problems::new());
    let form = lower(&source, &problems);
    form.unwrap_or_else(|| panic!("{:#?}", problems.into_vec()))
}

fn report() -> Form {
    form("report", include_str!("tests/report.yaml"))
}

fn context() -> Context<'static> {
    Context { today: TODAY, answers: &NOTHING, staff: false, organisation: None, files: None }
}

fn pairs_of(text: &[(&str, &str)]) -> Vec<(String, String)> {
    text.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn found(problems: &[FieldProblem]) -> Vec<(&str, &str)> {
    problems.iter().map(|problem| (problem.path.as_str(), problem.code)).collect()
}

/// What a family types, with the habits of many keyboards.
const TYPED: &[(&str, &str)] = &[
    ("csrf", "not a field"),
    ("deceased.name", " 王　某 "),
    ("deceased.id_kind", "resident_id"),
    ("deceased.id_number", "１１０１０５ 19491231 002x"),
    ("deceased.death_date", "2026年3月1日"),
    ("deceased.death_place", "home"),
    ("deceased.pension", "employee"),
    ("deceased.hukou", "320404002001"),
    ("applicant.name", "买买提.吐尔逊"),
    ("applicant.id_number", "440524188001010014"),
    ("applicant.phone", "+86 138-0000-0000"),
    ("applicant.email", ""),
    ("applicant.relation", "子女"),
    ("certificate", "old.pdf"),
    ("heirs.next", "5"),
    ("heirs.4.person.name", "王乙"),
    ("heirs.4.agrees", "no"),
    ("heirs.4.reason", "第一行\r\n第二行 "),
    ("heirs.2.person.name", "王甲"),
    ("heirs.2.agrees", "yes"),
    ("heirs.2.reason", "被隐藏"),
    ("heirs.3.person.name", "  "),
    ("account", "6217 9900 0000 0000 006"),
];

#[test]
fn a_page_is_read_as_people_type() {
    let reading = report().read(&pairs_of(TYPED), &context());
    assert_eq!(found(&reading.problems), []);
    assert_eq!(
        reading.values.to_json(),
        json!({
            "deceased": {
                "name": "王某", "id_kind": "resident_id", "id_number": "11010519491231002X", "birth_date": "1949-12-31",
                "sex": "female", "death_date": "2026-03-01", "death_place": "home", "pension": "employee",
                "hukou": "320404002001",
            },
            "applicant": {
                "name": "买买提·吐尔逊", "id_number": "440524188001010014", "birth_date": "1880-01-01", "sex": "male",
                "phone": "13800000000", "relation": "child",
            },
            "heirs": [
                {"row": 2, "person": {"name": "王甲"}, "agrees": "yes"},
                {"row": 4, "person": {"name": "王乙"}, "agrees": "no", "reason": "第一行\n第二行"},
            ],
            "heirs.next": 5,
            "account": "6217990000000000006",
        })
    );
    assert_eq!(reading.dropped, ["certificate", "heirs.2.reason"]);
    assert_eq!(reading.raw, pairs_of(TYPED));
}

#[test]
fn what_was_read_reads_the_same_again() {
    let form = report();
    let values = form.read(&pairs_of(TYPED), &context()).values;
    let again = form.check(&values, &context());
    assert_eq!((found(&again.problems), &again.values), (vec![], &values));
    let page = form.read(&pairs(&values), &context());
    assert_eq!((found(&page.problems), &page.values), (vec![], &values));
    let json = form.check(&Value::from_json(&values.to_json()).unwrap(), &context());
    assert_eq!((found(&json.problems), &json.values), (vec![], &values));
}

#[test]
fn problems_come_at_once_in_the_order_of_the_page_and_hold_no_value() {
    let mut typed = pairs_of(TYPED);
    let mut put = |name: &str, text: &str| {
        typed.retain(|(known, _)| known != name);
        typed.push((name.to_owned(), text.to_owned()));
    };
    put("applicant.id_number", "11010519491231002X");
    put("applicant.phone", "138000");
    put("deceased.death_date", "1930-01-01");
    put("deceased.pension", "gold");
    put("heirs.4.person.name", "王7");
    put("heirs.2.agrees", "");
    put("account", "6217");
    let reading = report().read(&typed, &context());
    assert_eq!(
        found(&reading.problems),
        [
            ("deceased", "rule"),
            ("deceased.pension", "choice.unknown"),
            ("applicant.id_number", "rule"),
            ("applicant.phone", "phone"),
            ("heirs.2.agrees", "required"),
            ("heirs.4.person.name", "name.characters"),
            ("account", "bank_account.length"),
        ]
    );
    for problem in &reading.problems {
        for words in [&problem.message.zh, &problem.message.en] {
            assert!(!words.is_empty(), "{problem:?}");
            for value in ["11010519491231002X", "138000", "1930", "gold", "王7", "6217"] {
                assert!(!words.contains(value), "{words} holds {value}");
            }
            for blame in ["非法", "无效", "请输入正确的", "invalid", "illegal"] {
                assert!(!words.contains(blame), "{words} blames");
            }
        }
    }
}

#[test]
fn nothing_sent_asks_for_what_is_required_and_only_that() {
    let reading = report().read(&[], &context());
    let paths: Vec<&str> = reading.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "deceased.name",
            "deceased.id_kind",
            "deceased.id_number",
            "deceased.death_date",
            "deceased.death_place",
            "deceased.pension",
            "deceased.hukou",
            "applicant.name",
            "applicant.id_number",
            "applicant.phone",
            "applicant.relation",
        ]
    );
    assert!(reading.problems.iter().all(|problem| problem.code == "required"));
    assert_eq!(reading.values.to_json(), json!({"heirs": [], "heirs.next": 1}));
}

#[test]
fn a_condition_opens_and_closes_fields() {
    let form = report();
    let place = |place: &str, file: &str| {
        let mut pairs = pairs_of(TYPED);
        pairs.retain(|(name, _)| name != "deceased.death_place" && name != "certificate");
        pairs.push(("deceased.death_place".into(), place.into()));
        if !file.is_empty() {
            pairs.push(("certificate.how".into(), "upload".into()));
            pairs.push(("certificate.name".into(), file.into()));
        }
        let reading = form.read(&pairs, &context());
        let problems: Vec<String> = reading.problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect();
        (problems, reading.values.at("certificate.trust").cloned())
    };
    assert_eq!(place("hospital", "scan.PDF"), (vec![], Some(Value::Text("c".into()))));
    assert_eq!(place("hospital", ""), (vec!["certificate required".into()], None));
    assert_eq!(place("hospital", "scan.exe"), (vec!["certificate file.media".into()], None));
    assert_eq!(place("home", ""), (vec![], None));
}

#[test]
fn a_person_without_an_identity_card_types_the_facts() {
    let form = report();
    let with = |changes: &[(&str, &str)]| {
        let mut typed = pairs_of(TYPED);
        typed.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        typed.extend(pairs_of(changes));
        form.read(&typed, &context())
    };
    let passport = with(&[
        ("deceased.id_kind", "passport"),
        ("deceased.id_number", "e1234 5678"),
        ("deceased.birth_date", "1950/1/2"),
        ("deceased.sex", "male"),
    ]);
    assert_eq!(found(&passport.problems), []);
    assert_eq!(passport.values.at("deceased.id_number"), Some(&Value::Text("E12345678".into())));
    assert_eq!(passport.values.at("deceased.birth_date"), Some(&Value::Date(date(1950, 1, 2))));
    let unknown = with(&[("deceased.id_kind", "none"), ("deceased.id_number", "")]);
    assert_eq!(found(&unknown.problems), []);
    assert_eq!(unknown.values.at("deceased.birth_date"), None);
    let differs = with(&[("deceased.birth_date", "1950-01-02"), ("deceased.sex", "female")]);
    assert_eq!(found(&differs.problems), [("deceased.birth_date", "person.disagrees")]);
    let bad = with(&[("deceased.id_kind", "passport"), ("deceased.id_number", "号")]);
    assert_eq!(found(&bad.problems), [("deceased.id_number", "document_number")]);
}

#[test]
fn values_of_the_api_must_fit_the_form() {
    let form = report();
    let mut json = form.read(&pairs_of(TYPED), &context()).values.to_json();
    json["deceased"]["nmae"] = json!("x");
    json["surprise"] = json!({"a": 1});
    json["applicant"] = json!("a text");
    json["heirs"][0]["agrees"] = json!(["yes"]);
    let reading = form.check(&Value::from_json(&json).unwrap(), &context());
    let codes = found(&reading.problems);
    assert!(codes.contains(&("deceased.nmae", "unknown_field")), "{codes:?}");
    assert!(codes.contains(&("surprise", "unknown_field")), "{codes:?}");
    assert!(codes.contains(&("applicant", "shape")), "{codes:?}");
    let near = reading.problems.iter().find(|problem| problem.path == "deceased.nmae").unwrap();
    assert!(near.message.en.contains("was name meant?"), "{}", near.message.en);
}

#[test]
fn money_numbers_dates_and_choices_keep_their_bounds() {
    let form = form(
        "bounds",
        "form: bounds\ntitle: 界限\nfields:\n  cost: {type: money, title: 费用, min: 0.01, max: 5000}\n  age: {type: number, title: 年龄, min: 0, max: 150}\n  \
         day: {type: date, title: 日期, not_before: 2026-01-01, past: true}\n  kinds: {several: true, title: 种类, options: {a: 甲, b: 乙, c: {title: 丙, when: 'age >= 18'}}}\n  \
         ok: {type: yes_no, title: 同意, rules: [{expect: ok, message: {zh: 请勾选, en: Tick it}}]}\n",
    );
    let read = |pairs: &[(&str, &str)]| {
        let reading = form.read(&pairs_of(pairs), &context());
        (reading.problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect::<Vec<_>>(), reading.values)
    };
    let (problems, values) = read(&[
        ("cost", "1,234.50 元"),
        ("age", "１８"),
        ("day", "20260330"),
        ("kinds", "c"),
        ("kinds", "a"),
        ("kinds", "c"),
        ("ok", "on"),
    ]);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(values.at("cost"), Some(&Value::Money(123_450)));
    assert_eq!(values.at("kinds").unwrap().to_json(), json!(["a", "c"]));
    let (problems, _) =
        read(&[("cost", "5000.01"), ("age", "-1"), ("day", "2026-03-31"), ("kinds", "c"), ("ok", "否")]);
    assert_eq!(
        problems,
        ["cost number.max", "age number.min", "day date.too_late", "kinds choice.not_offered", "ok rule"]
    );
    let (problems, _) = read(&[("cost", "0"), ("age", "17"), ("day", "2025-12-31"), ("kinds", "c"), ("ok", "true")]);
    assert_eq!(problems, ["cost number.min", "day date.too_early", "kinds choice.not_offered"]);
    let typed = form.type_of();
    let Type::Map(types) = typed else { panic!("{typed:?}") };
    assert_eq!(types["cost"], Type::Money);
    assert_eq!(types["kinds"], Type::list(Type::choice(["a", "b", "c"])));
}

#[test]
fn rows_have_bounds() {
    let form = form(
        "rows",
        "form: rows\ntitle: 行\nfields: {p: {type: person, parts: [name], title: 人, repeat: {min: 1, max: 2}}}\n",
    );
    let codes = |pairs: &[(&str, &str)]| {
        let reading = form.read(&pairs_of(pairs), &context());
        reading.problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["p rows.min"]);
    assert_eq!(codes(&[("p.3.name", "")]), ["p.3.name required"]);
    assert_eq!(codes(&[("p.3.name", ""), ("p.7.name", "甲")]), Vec::<String>::new());
    assert_eq!(codes(&[("p.1.name", "甲"), ("p.2.name", "乙"), ("p.03.name", "丙")]), Vec::<String>::new());
    assert_eq!(codes(&[("p.1.name", "甲"), ("p.2.name", "乙"), ("p.9.name", "丙")]), ["p rows.max"]);
}

#[test]
fn a_rule_inside_a_row_is_asked_of_each_row() {
    let form = form(
        "shares",
        "form: shares\ntitle: 份额\nfields:\n  total: {type: number, title: 合计}\n  s:\n    title: 份\n    repeat: {max: 5}\n    fields:\n      \
         from: {type: number, title: 起}\n      to: {type: number, title: 止, rules: [{expect: row.from < row.to, message: {zh: 请核对, en: Check}}]}\n\
         rules: [{expect: 's.all(x, x.to <= total)', at: total, message: {zh: 超出, en: Beyond}}]\n",
    );
    let sent = [
        ("total", "9"),
        ("s.1.from", "1"),
        ("s.1.to", "2"),
        ("s.3.from", "4"),
        ("s.3.to", "3"),
        ("s.4.from", "5"),
        ("s.4.to", "10"),
    ];
    assert_eq!(found(&form.read(&pairs_of(&sent), &context()).problems), [("total", "rule"), ("s.3.to", "rule")]);
    // Without the total, the rule about it is not asked; that it is missing is said once.
    assert_eq!(
        found(&form.read(&pairs_of(&sent[1..]), &context()).problems),
        [("total", "required"), ("s.3.to", "rule")]
    );
}

#[test]
fn only_the_named_see_a_field() {
    let form = report();
    let values = form.read(&pairs_of(TYPED), &context()).values;
    let organisation = Organisation::default();
    assert!(organisation.units.is_empty());
    let staff = |unit: &str| Actor {
        id: "x".into(),
        kind: crate::organisation::ActorKind::Staff {
            units: vec![unit.into()],
            roles: Default::default(),
            region: "320404".into(),
        },
    };
    let sees = |viewer: &Viewer| {
        let seen = form.visible(&values, viewer);
        (seen.at("account").is_some(), seen.at("deceased.pension").is_some(), seen.at("deceased.birth_date").is_some())
    };
    assert_eq!(sees(&Viewer::of(&staff("hrss.pension"), [])), (true, true, true));
    assert_eq!(sees(&Viewer::of(&staff("police.household"), [])), (false, false, true));
    assert_eq!(sees(&Viewer::of(&Actor::citizen("c"), ["applicant"])), (true, true, true));
    assert_eq!(sees(&Viewer::of(&Actor::citizen("c"), [])), (false, false, true));
    assert_eq!(sees(&Viewer::author()), (true, true, true));
    assert_eq!(form.visible(&values, &Viewer::author()), values);
    let seen = form.visible(&Value::from_json(&json!({"smuggled": 1})).unwrap(), &Viewer::author());
    assert_eq!(seen.to_json(), json!({}));
}

#[test]
fn personal_fields_are_masked() {
    let form = report();
    let masked = form.masked(&form.read(&pairs_of(TYPED), &context()).values);
    let text = |path: &str| masked.at(path).and_then(Value::as_text).unwrap_or_default().to_owned();
    assert_eq!(text("deceased.id_number"), "110***********002X");
    assert_eq!(text("deceased.name"), "王*");
    assert_eq!(text("deceased.birth_date"), "1949-**-**");
    assert_eq!(text("deceased.pension"), "employee");
    assert_eq!(text("applicant.phone"), "138****0000");
    assert_eq!(text("account"), "***************0006");
    assert!(!format!("{masked:?}").contains("吐尔逊"));
    assert!(form.personal_paths().contains(&"deceased.birth_date".to_owned()));
    assert!(!form.personal_paths().contains(&"deceased.pension".to_owned()));
}

#[test]
fn hints_leave_room_for_what_reading_tolerates() {
    let form = report();
    let hints = form.field_at("deceased.id_number").unwrap().hints();
    assert_eq!((hints.inputmode, hints.maxlength), ("text", Some(40)));
    assert_eq!(form.field_at("applicant.email").unwrap().hints().autocomplete, "email");
    assert_eq!(form.field_at("certificate").unwrap().hints().accept, ".jpg,.png,.heic,.pdf");
    assert_eq!(form.field_at("heirs.2.reason").unwrap().hints().lines, 3);
}

#[test]
fn the_hash_is_of_the_source() {
    let yaml = "form: a\ntitle: 甲\nfields: {x: {title: 乙}}\n";
    assert_eq!(form("a", yaml).hash, form("a", &yaml.replace('\n', "\r\n")).hash);
    assert_ne!(form("a", yaml).hash, form("a", &yaml.replace("乙", "丙")).hash);
    assert_eq!(form("a", yaml).hash.len(), 64);
}

#[test]
fn texts_that_look_like_something_else_stay_text() {
    let form = form("a", "form: a\ntitle: 甲\nfields: {x: {title: 乙, max: 400}}\n");
    for text in
        ["' or 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "=1+1", "true", "2026-01-01", "${x}", "%00", "row.x"]
    {
        let reading = form.read(&pairs_of(&[("x", text)]), &context());
        assert_eq!(reading.values.at("x"), Some(&Value::Text(text.to_owned())));
    }
}

fn any_name() -> impl Strategy<Value = String> {
    let names =
        report().all_fields().into_iter().map(|(path, _)| path.replace("heirs.", "heirs.1.")).collect::<Vec<_>>();
    prop_oneof![proptest::sample::select(names), "[a-z.0-9]{0,20}", "heirs\\.(next|[0-9]{1,9})(\\.[a-z_.]{0,12})?"]
}

/// The sound answers of [`TYPED`] with some of them in other spellings.
fn spelled() -> impl Strategy<Value = Vec<(String, String)>> {
    let spellings: &[fn(&str) -> String] = &[
        str::to_owned,
        |text| format!(" {text}\u{3000}"),
        |text| {
            text.chars()
                .map(|c| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c })
                .collect()
        },
        |text| format!("\u{200b}{text}\u{feff}"),
    ];
    let spelling = proptest::sample::select(spellings);
    proptest::collection::vec(spelling, TYPED.len()).prop_map(|spellings| {
        let row = |name: &str| name == "heirs.next" || name.ends_with("id_kind") || name.ends_with(".agrees");
        let typed = TYPED.iter().zip(spellings);
        typed
            .map(|((name, text), spell)| ((*name).to_owned(), if row(name) { (*text).to_owned() } else { spell(text) }))
            .collect()
    })
}

proptest! {
    #[test]
    fn spelling_does_not_change_the_answers(pairs_sent in spelled()) {
        let form = report();
        let expected = form.read(&pairs_of(TYPED), &context()).values;
        let reading = form.read(&pairs_sent, &context());
        prop_assert_eq!(reading.problems, vec![]);
        prop_assert_eq!(&reading.values, &expected);
        prop_assert_eq!(form.check(&expected, &context()).values, expected);
    }

    #[test]
    fn arbitrary_pairs_never_panic_and_sound_answers_read_the_same_again(
        pairs_sent in proptest::collection::vec((any_name(), prop_oneof!["\\PC{0,30}", "[0-9X]{1,20}", "20[0-9]{2}-[01][0-9]-[0-3][0-9]"]), 0..40)
    ) {
        let form = report();
        let reading = form.read(&pairs_sent, &context());
        prop_assert_eq!(&reading.raw, &pairs_sent);
        let again = form.check(&reading.values, &context());
        if reading.problems.is_empty() {
            prop_assert_eq!(&again.values, &reading.values);
        }
        let _ = (form.visible(&reading.values, &Viewer::default()), form.masked(&reading.values));
    }
}
