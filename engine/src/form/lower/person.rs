//! The standard facts about a person: each part is a field of its own with its usual title, so that every form asks
//! them in the same words.

use super::Lowering;
use crate::form::{Choice, Field, Kind, Window};
use crate::source::Reader;
use crate::text::Text;

const PARTS: &[&str] = &["name", "id_kind", "id_number", "birth_date", "sex", "phone", "email", "address"];

impl<'a> Lowering<'a> {
    /// The fields that `parts` of a person stand for; empty for other kinds.
    pub(super) fn parts(&mut self, reader: &Reader<'a>, kind: &Kind) -> Vec<Field> {
        if *kind != Kind::Person {
            return Vec::new();
        }
        let listed = reader.texts("parts");
        if !reader.has("parts") {
            return ["name", "id_number"].into_iter().map(|part| field(part, true, false)).collect();
        }
        let other_documents = listed.iter().any(|(part, _)| part.trim_end_matches('?') == "id_kind");
        let mut fields: Vec<Field> = Vec::new();
        for (word, span) in listed {
            let part = word.trim_end_matches('?');
            let Some(part) = PARTS.iter().find(|known| **known == part) else {
                let message = (format!("人员没有 `{word}` 这一项"), format!("a person has no part `{word}`"));
                self.unknown("E0411", span, part, PARTS, (&message.0, &message.1));
                continue;
            };
            if fields.iter().any(|field| field.id == *part) {
                let message = (format!("`{part}` 写了两次"), format!("`{part}` is given twice"));
                self.error("E0403", span, (&message.0, &message.1), ("去掉一个。", "Leave one out."));
                continue;
            }
            fields.push(field(part, !word.ends_with('?'), other_documents));
        }
        if fields.is_empty() {
            let message = ("`parts` 里没有可用的项", "`parts` has nothing to ask");
            let cure = ("写 `parts: [name, id_number]`。", "Write `parts: [name, id_number]`.");
            self.error("E0402", reader.key_span("parts"), message, cure);
        }
        fields
    }
}

fn field(part: &str, required: bool, other_documents: bool) -> Field {
    let empty = Text::default();
    let (kind, title, hint, autofill) = match part {
        "name" => (Kind::Name, Text::new("姓名", "Name"), empty, "name"),
        "id_kind" => (id_kinds(), Text::new("证件类型", "Kind of document"), empty, ""),
        "id_number" if other_documents => (
            Kind::IdNumber,
            Text::new("证件号码", "Number of the document"),
            Text::new("身份证为 18 位", "18 characters on an identity card"),
            "",
        ),
        "id_number" => (Kind::IdNumber, Text::new("身份证号", "ID number"), Text::new("18 位", "18 characters"), ""),
        "birth_date" => (
            Kind::Date(Window { past: true, ..Window::default() }),
            Text::new("出生日期", "Date of birth"),
            Text::new("填了身份证号可以不填；例如 1949-12-31", "Not needed with an ID number; for example 1949-12-31"),
            "bday",
        ),
        "sex" => {
            let options = [("male", "男", "Male"), ("female", "女", "Female")];
            let hint = Text::new("填了身份证号可以不选", "Not needed with an ID number");
            (Kind::Choice { options: choices(&options), several: false }, Text::new("性别", "Sex"), hint, "")
        }
        "phone" => (Kind::Phone, Text::new("联系电话", "Phone"), empty, "tel"),
        "email" => (
            Kind::Email,
            Text::new("电子邮箱", "E-mail"),
            Text::new("办理进度会发到这里", "We send news of your case here"),
            "email",
        ),
        _ => (Kind::Address { max: 200 }, Text::new("住址", "Address"), empty, "street-address"),
    };
    Field {
        id: part.to_owned(),
        title,
        hint,
        required,
        when: None,
        fields: Vec::new(),
        repeat: None,
        purpose: Text::default(),
        basis: None,
        visible_to: Vec::new(),
        // A date of birth tells one person from another; the kind of document and the sex do not.
        personal: kind.is_personal() || part == "birth_date",
        corrects: None,
        rules: Vec::new(),
        autofill: (!autofill.is_empty()).then(|| autofill.to_owned()),
        kind,
    }
}

fn id_kinds() -> Kind {
    let options = [
        ("resident_id", "居民身份证", "Resident identity card"),
        ("hmt_permit", "港澳台居民证件", "Permit of a resident of Hong Kong, Macao or Taiwan"),
        ("passport", "护照", "Passport"),
        ("foreign_permit", "外国人永久居留身份证", "Foreign permanent resident card"),
        ("none", "没有证件", "No document"),
    ];
    Kind::Choice { options: choices(&options), several: false }
}

fn choices(options: &[(&str, &str, &str)]) -> Vec<Choice> {
    let choice = |(id, zh, en): &(&str, &str, &str)| Choice {
        id: (*id).to_owned(),
        title: Text::new(*zh, *en),
        hint: Text::default(),
        when: None,
    };
    options.iter().map(choice).collect()
}
