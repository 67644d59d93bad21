//! An item for every row of a list, told by stories: copies without a row are left out, each row's person sees and
//! answers only what is theirs, and what comes after needs all of them.

use super::told::{self, published};
use crate::source::{Problems, Source};

const PROCESS: &str = r#"
process: sale
title: {zh: 出售, en: Sale}
effective: {from: 2020-01-01}
lead: desk.front
basis: 示例
time: {calendar: cn, roll: rest_day}
late: card_only
start: {front: {by: applicant, form: offer, to: asking}}
states:
  asking:
    title: {zh: 征求同意, en: Consents}
    items:
      consent:
        title: {zh: 共有人同意, en: Consent of an owner}
        use: consent
        each: {of: answers.offer.owners, party: owner, is: each.person}
        unless: each.absent
        who: each.party
      sale: {title: {zh: 过户, en: Transfer}, use: consent, who: desk.front, needs: [consent]}
    on_done: {all: sold, some: kept, none: kept}
  sold: {type: final, result: success, title: {zh: 已售, en: Sold}}
  kept:
    title: {zh: 未售, en: Kept}
    always: [{when: 'items.consent.result == "partial"', to: partly}, {to: refused}]
  partly: {type: final, result: partial, title: {zh: 部分同意, en: In part}}
  refused: {type: final, result: failure, title: {zh: 不同意, en: Refused}}
"#;

const CONSENT: &str = "
fragment: consent
kind: item
inputs: {who: {type: party}}
states:
  asked:
    title: {zh: 请确认, en: Asked}
    task: {by: input.who, form: say, limit: 3 workdays, basis: 承诺}
    outcomes: {agree: {to: agreed}, deny: {to: denied}}
  agreed: {type: final, result: success, title: {zh: 同意, en: Agreed}}
  denied: {type: final, result: failure, title: {zh: 不同意, en: Denied}}
";

const OFFER: &str = "
form: offer
title: {zh: 出售, en: Offer}
fields:
  owners:
    title: {zh: 共有人, en: Owners}
    repeat: {min: 0, max: 3}
    row: {zh: 共有人, en: Owner}
    fields:
      person: {type: person, parts: [name], title: {zh: 姓名, en: Name}}
      absent: {type: yes_no, title: {zh: 联系不上, en: Cannot be reached}}
";

const SAY: &str = "
form: say
title: {zh: 意见, en: Answer}
fields: {remark: {type: text, required: false, title: {zh: 备注, en: Remark}}}
";

const FILES: [(&str, &str); 4] = [
    ("workflows/sale/process.yaml", PROCESS),
    ("workflows/fragments/consent.yaml", CONSENT),
    ("forms/offer.yaml", OFFER),
    ("forms/say.yaml", SAY),
];

/// Plays steps after a sale by some owners was begun; what did not happen as told.
fn failures(owners: &[(&str, bool)], steps: &str) -> String {
    let rows: Vec<String> =
        owners.iter().map(|(name, absent)| format!("{{person: {{name: {name}}}, absent: {absent}}}")).collect();
    let head = format!(
        "story: s\nprocess: sale\nbegin: 2025-09-22 09:00\npeople: {{me: {{party: applicant}}, ann: {{office: desk.front}}, \
         one: {{party: owner_1}}, two: {{party: owner_2}}}}\nsteps:\n  - {{me: start.front, with: {{offer: {{owners: [{}]}}}}}}\n",
        rows.join(", ")
    );
    told::failures(&published(&FILES), &head, steps)
}

#[test]
fn every_row_has_its_item_and_what_needs_them_waits_for_all() {
    let steps = "
  - expect:
      in: [consent_1.asked, consent_2.asked, consent_3.not_needed, sale.waiting]
      may: {one: [consent_1.asked.agree], two: [consent_2.asked.agree]}
      may_not: {one: [consent_2.asked.agree], two: [consent_1.asked.agree]}
  - {one: consent_2.asked.agree, with: {say: {}}, refused: not_permitted}
  - {one: consent_1.asked.agree, with: {say: {}}}
  - expect: {in: [sale.waiting], items: {consent_1: success, consent_2: open}}
  - {two: consent_2.asked.agree, with: {say: {}}}
  - expect: {in: [sale.asked]}
  - {ann: sale.asked.agree, with: {say: {}}}
  - expect: {in: [sold], result: success}
";
    assert_eq!(failures(&[("甲", false), ("乙", false)], steps), "");
}

#[test]
fn a_row_may_be_left_out_by_what_it_says() {
    let steps = "
  - expect: {in: [consent_1.not_needed, consent_2.asked]}
  - {two: consent_2.asked.agree, with: {say: {}}}
  - {ann: sale.asked.deny, with: {say: {}}}
  - expect: {in: [refused]}
";
    assert_eq!(failures(&[("甲", true), ("乙", false)], steps), "");
    assert_eq!(failures(&[], "  - expect: {in: [sale.asked], items: {consent_1: none, consent_3: none}}\n"), "");
}

#[test]
fn one_who_denies_fails_what_needs_all_and_the_whole_is_partial() {
    let steps = "
  - {one: consent_1.asked.agree, with: {say: {}}}
  - {two: consent_2.asked.deny, with: {say: {}}}
  - expect: {in: [partly], items: {sale: failure}, result: partial}
";
    assert_eq!(failures(&[("甲", false), ("乙", false)], steps), "");
}

#[test]
fn a_list_without_a_bound_is_refused_with_its_cure() {
    let offer = OFFER.replace("max: 3", "max: 21");
    let files = FILES.map(|(path, text)| Source::new(path, if text == OFFER { offer.as_str() } else { text }));
    let problems = Problems::new();
    let _ = crate::rulebook::assemble(&files, &problems);
    let found: Vec<_> = problems.into_vec().into_iter().filter(|problem| problem.code == "E0575").collect();
    assert_eq!(found.len(), 1);
    assert!(found[0].message.en.contains("at most 20 rows"), "{}", found[0].message.en);
}
