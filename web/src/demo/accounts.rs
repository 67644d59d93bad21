//! The accounts of the demonstration: a family member, and everybody of the sample organisation.

use onething_engine::organisation::{Actor, Organisation, Person, role};
use onething_engine::text::Language;

/// Id of the citizen's account.
pub const FAMILY: &str = "family";
/// Id of the account of somebody who has nothing to do with the family.
pub const STRANGER: &str = "neighbour";

/// One account on the page for signing in.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it works as.
    pub position: String,
    /// What can be tried with it.
    pub hint: String,
}

/// Offices whose clerks are shown first, in this order.
const FIRST: &[(&str, &str, &str)] = &[
    ("community.window", "受理申报、联系家属", "Takes in reports and calls families"),
    ("police.household", "核验亲属关系、注销户口", "Checks kinship and cancels the registration"),
    ("hrss.pension", "停发养老金、核发丧葬抚恤", "Stops pensions and pays survivors"),
];

/// The accounts to show first, and all others.
pub fn all(organisation: &Organisation, language: Language) -> (Vec<Account>, Vec<Account>) {
    let t = |zh: &str, en: &str| (if language == Language::Zh { zh } else { en }).to_owned();
    let mut main = vec![Account {
        id: FAMILY.to_owned(),
        name: t("陈晓（家属）", "Chen Xiao (family)"),
        position: t("申请人", "applicant"),
        hint: t("申报、查进度、选择申领事项", "Reports a death, follows the case, chooses claims"),
    }];
    for (office, zh, en) in FIRST {
        if let Some(person) = organisation.people.values().find(|person| first_of(person, office)) {
            main.push(account(organisation, person, language, t(zh, en)));
        }
    }
    if let Some(person) = organisation.people.values().find(|person| person.roles.contains(role::SUPERVISOR)) {
        main.push(account(organisation, person, language, t("查看超期和临期办件", "Sees what is late or soon late")));
    }
    let known: Vec<String> = main.iter().map(|account| account.id.clone()).collect();
    let rest = organisation.people.values().filter(|person| !known.contains(&person.id));
    let mut others: Vec<Account> = rest.map(|person| account(organisation, person, language, String::new())).collect();
    others.sort_by(|a, b| a.position.cmp(&b.position));
    others.push(Account {
        id: STRANGER.to_owned(),
        name: t("另一位群众", "Another citizen"),
        position: t("与这些办件无关", "has no part in these cases"),
        hint: String::new(),
    });
    (main, others)
}

fn first_of(person: &Person, office: &str) -> bool {
    person.units.first().is_some_and(|unit| unit == office)
}

fn account(organisation: &Organisation, person: &Person, language: Language, hint: String) -> Account {
    let offices: Vec<String> =
        person.units.iter().map(|unit| organisation.office_title(unit).get(language).to_owned()).collect();
    let position = if offices.is_empty() {
        let watches = person.roles.contains(role::SUPERVISOR);
        match (language, watches) {
            (Language::Zh, true) => "督查".to_owned(),
            (Language::En, true) => "supervisor".to_owned(),
            (Language::Zh, false) => "管理员".to_owned(),
            (Language::En, false) => "administrator".to_owned(),
        }
    } else {
        offices.join(if language == Language::Zh { "、" } else { "; " })
    };
    Account { id: person.id.clone(), name: person.name.get(language).to_owned(), position, hint }
}

/// The actor behind an account.
pub fn actor(organisation: &Organisation, id: &str) -> Option<Actor> {
    match id {
        FAMILY | STRANGER => Some(Actor::citizen(id)),
        other => organisation.actor(other),
    }
}
