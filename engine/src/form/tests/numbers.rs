//! Numbers of people: masked for those who work with the answers, one at a time in full for those who may see the field.

use super::*;

const FORM: &str = "form: claim
title: {zh: 申领, en: Claim}
fields:
  payee:
    title: {zh: 收款人, en: Payee}
    type: person
    parts: [name, id_number, phone]
  account: {type: bank_account, title: {zh: 账号, en: Account}, visible_to: [finance, applicant]}
  note: {type: text, title: {zh: 说明, en: Note}}
  heirs:
    title: {zh: 继承人, en: Heirs}
    repeat: {min: 0, max: 5}
    visible_to: [estate]
    fields:
      phone: {type: phone, title: {zh: 电话, en: Phone}}
";

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn values() -> Value {
    let heir = |row, phone| map([("row", Value::Int(row)), ("phone", text(phone))]);
    let payee = [
        ("name", text("标记甲")),
        ("id_number", text("320404194103120014")),
        ("phone", text("13800000001")),
        ("birth_date", Value::Date(date(1941, 3, 12))),
    ];
    map([
        ("payee", map(payee)),
        ("account", text("6222020000000000009")),
        ("note", text("标记乙")),
        ("heirs", Value::List(vec![heir(1, "13800000002"), heir(2, "13800000003")])),
    ])
}

fn viewer(name: &str) -> Viewer {
    Viewer { names: [name.to_owned()].into(), author: false }
}

#[test]
fn numbers_are_masked_and_nothing_else() {
    let masked = form("claim", FORM).numbers_masked(&values());
    assert_eq!(masked.at("payee.birth_date"), Some(&Value::Date(date(1941, 3, 12))));
    let text = |path: &str| masked.at(path).and_then(Value::as_text).unwrap_or_default().to_owned();
    assert_eq!(text("payee.name"), "标记甲");
    assert_eq!(text("note"), "标记乙");
    assert_eq!(text("payee.id_number"), "320***********0014");
    assert_eq!(text("payee.phone"), "138****0001");
    assert_eq!(text("account"), "***************0009");
    let all = format!("{masked:?}");
    assert!(!all.contains("13800000002") && !all.contains("13800000003"), "rows of a list as well: {all}");
}

#[test]
fn a_number_in_full_is_only_for_those_who_may_see_its_field_and_the_groups_around() {
    let form = form("claim", FORM);
    let full = |name: &str, path: &str| {
        form.number_in_full(&values(), &viewer(name), path).and_then(|(_, value)| value.as_text().map(str::to_owned))
    };
    assert_eq!(full("finance", "account").as_deref(), Some("6222020000000000009"));
    assert_eq!(full("police", "account"), None, "hidden from this office");
    assert_eq!(full("police", "payee.id_number").as_deref(), Some("320404194103120014"));
    assert_eq!(full("estate", "heirs.1.phone").as_deref(), Some("13800000003"));
    assert_eq!(full("finance", "heirs.1.phone"), None, "the group is hidden");
    for path in ["note", "payee.name", "payee", "heirs", "heirs.9.phone", "heirs.phone", "payee.id_number.x", "", "."] {
        assert_eq!(full("estate", path), None, "{path} is no number");
    }
}
