//! Answers that a viewer may see: filtered by the form's own visibility, masked for whoever has no work in the case.

use onething_engine::case::AnswersVersion;
use onething_engine::event::Holder;
use onething_engine::form::{Field, Form, Kind, mask};
use onething_engine::organisation::Organisation;
use onething_engine::text::{Language, Text};
use onething_engine::value::Value;

use super::Look;
use crate::language;

/// The answers to one form.
#[derive(Clone, Debug)]
pub struct Section {
    /// Title of the form.
    pub title: String,
    /// The matter it belongs to; empty for the case.
    pub about: String,
    /// Which version, and when.
    pub version: String,
    /// The answers.
    pub lines: Vec<Line>,
}

/// One answer, or the head of a group.
#[derive(Clone, Debug)]
pub struct Line {
    /// The question.
    pub label: String,
    /// The answer; empty for a head.
    pub value: String,
    /// How deep in groups.
    pub depth: u8,
    /// Is a head.
    pub head: bool,
    /// Of a number of a person: its path in the form, places of rows counted from 0. Else empty.
    pub number: String,
    /// Where such a number is shown in full, for a reason; empty where it is not.
    pub reveal: String,
}

/// A number of a person that the visitor may see in full.
#[derive(Clone, Debug)]
pub struct FullNumber {
    /// The question, with the form it stands in.
    pub label: String,
    /// As it is shown by default.
    pub masked: String,
    /// In full.
    pub value: String,
}

/// What stands between the parts of a place: holder, form, path.
const JOINT: char = '~';

impl Look<'_> {
    /// Every form of the case with what the visitor may see of it.
    pub fn sections(&self) -> Vec<Section> {
        self.case_of().answers.iter().filter_map(|version| self.section(version)).collect()
    }

    pub(super) fn section(&self, version: &AnswersVersion) -> Option<Section> {
        let form = self.definition.forms.get(&version.form)?;
        let values = self.visible(&version.holder, form)?;
        let mut lines = self.written().lines(&form.fields, &values);
        if self.may_reveal() {
            let holder = version.holder.as_column();
            let to = format!("/c/{}/reveal/{holder}{JOINT}{}{JOINT}", self.case_of().id, form.name);
            let numbers = lines.iter_mut().filter(|line| !line.number.is_empty());
            numbers.for_each(|line| line.reveal = format!("{to}{}", line.number));
        }
        let about = match &version.holder {
            Holder::Case => String::new(),
            Holder::Item(name) => self.definition.item_named(name).map(|i| self.x(&i.title)).unwrap_or_default(),
        };
        let at = language::short(version.at);
        let number = version.version;
        (!lines.is_empty()).then(|| Section {
            title: self.x(&form.title),
            about,
            version: self.t(&format!("第 {number} 版，{at}"), &format!("version {number}, {at}")),
            lines,
        })
    }

    /// The values of a form that the visitor may see. Numbers of people are masked for everybody; who has no work in the
    /// case sees nothing personal.
    pub fn visible(&self, holder: &Holder, form: &Form) -> Option<Value> {
        let values = self.loaded.answers.get(holder, &form.name)?;
        let seen = form.visible(values, &self.viewer());
        Some(if self.at_work() { form.numbers_masked(&seen) } else { form.masked(&seen) })
    }

    /// A number in full, by its place: only for whoever has or had work in the case, and may see the field.
    pub fn number(&self, place: &str) -> Option<FullNumber> {
        if !self.may_reveal() {
            return None;
        }
        let (form, holder, path) = self.parts(place)?;
        let values = self.loaded.answers.get(&holder, &form.name)?;
        let (field, value) = form.number_in_full(values, &self.viewer(), path)?;
        let masked = mask_of(field, &value);
        Some(FullNumber {
            label: self.labelled(form, field),
            masked: self.written().written(field, &masked),
            value: self.written().written(field, &value),
        })
    }

    /// What a number was called that somebody saw in full, as far as the visitor may know of the field.
    pub(super) fn number_title(&self, place: &str) -> Option<String> {
        let (form, holder, path) = self.parts(place)?;
        let values = self.loaded.answers.get(&holder, &form.name)?;
        let (field, _) = form.number_in_full(values, &self.viewer(), path)?;
        Some(self.labelled(form, field))
    }

    fn written(&self) -> Written<'_> {
        Written { organisation: &self.rules.organisation, language: self.language }
    }

    fn parts<'p>(&self, place: &'p str) -> Option<(&Form, Holder, &'p str)> {
        let (holder, rest) = place.split_once(JOINT)?;
        let (form, path) = rest.split_once(JOINT)?;
        Some((self.definition.forms.get(form)?, Holder::from_column(holder), path))
    }

    fn labelled(&self, form: &Form, field: &Field) -> String {
        self.t(
            &format!("{}（{}）", self.x(&field.title), self.x(&form.title)),
            &format!("{} ({})", self.x(&field.title), self.x(&form.title)),
        )
    }

    /// What may be typed into a form again: only for those who may see all of it unmasked.
    pub fn again(&self, holder: &Holder, form: &Form) -> Option<Value> {
        let values = self.loaded.answers.get(holder, &form.name)?;
        Some(form.visible(values, &self.viewer()))
    }
}

/// Answers as people read them.
pub struct Written<'a> {
    /// For regions.
    pub organisation: &'a Organisation,
    /// Language of the page.
    pub language: Language,
}

impl Written<'_> {
    fn x(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    fn t(&self, zh: &str, en: &str) -> String {
        (if self.language == Language::Zh { zh } else { en }).to_owned()
    }

    /// The answers to some fields, in their order.
    pub fn lines<'f>(&self, fields: impl IntoIterator<Item = &'f Field>, values: &Value) -> Vec<Line> {
        let mut lines = Vec::new();
        self.write(fields, values, 0, "", &mut lines);
        lines
    }

    fn write<'f>(
        &self,
        fields: impl IntoIterator<Item = &'f Field>,
        values: &Value,
        depth: u8,
        place: &str,
        lines: &mut Vec<Line>,
    ) {
        for field in fields {
            let Some(value) = values.at(&field.id).filter(|value| !value.is_blank()) else { continue };
            let head = |label: String| Line {
                label,
                value: String::new(),
                depth,
                head: true,
                number: String::new(),
                reveal: String::new(),
            };
            let here = format!("{place}{}", field.id);
            match (&field.kind, value) {
                (Kind::Group | Kind::Person, Value::List(rows)) => {
                    let title = field.repeat.as_ref().map(|repeat| &repeat.row).filter(|row| !row.is_empty());
                    for (at, row) in rows.iter().enumerate() {
                        lines.push(head(format!("{} {}", self.x(title.unwrap_or(&field.title)), at + 1)));
                        self.write(field.fields.as_slice(), row, depth + 1, &format!("{here}.{at}."), lines);
                    }
                }
                (Kind::Group | Kind::Person, value) => {
                    lines.push(head(self.x(&field.title)));
                    self.write(field.fields.as_slice(), value, depth + 1, &format!("{here}."), lines);
                }
                (_, value) => {
                    let label = self.x(&field.title);
                    let number = if field.kind.is_number_of_a_person() { here } else { String::new() };
                    let value = self.written(field, value);
                    lines.push(Line { label, value, depth, head: false, number, reveal: String::new() });
                }
            }
        }
    }

    /// A value as people read it.
    fn written(&self, field: &Field, value: &Value) -> String {
        match (&field.kind, value) {
            (_, Value::Null) => String::new(),
            (_, Value::Bool(yes)) => {
                if *yes {
                    self.t("是", "Yes")
                } else {
                    self.t("否", "No")
                }
            }
            (Kind::Number { unit, .. }, Value::Int(number)) => format!("{number} {}", self.x(unit)).trim().to_owned(),
            (_, Value::Int(number)) => number.to_string(),
            (_, Value::Money(fen)) => {
                let sign = if *fen < 0 { "-" } else { "" };
                let fen = fen.unsigned_abs();
                let amount = format!("{sign}{}.{:02}", fen / 100, fen % 100);
                self.t(&format!("{amount} 元"), &format!("CNY {amount}"))
            }
            (_, Value::Date(date)) => language::day(*date, self.language),
            (_, Value::Instant(at)) => language::moment(*at, self.language),
            (Kind::Choice { options, .. }, Value::Text(id)) => options
                .iter()
                .find(|option| option.id == *id)
                .map_or_else(|| id.clone(), |option| self.x(&option.title)),
            (Kind::Region { .. }, Value::Text(code)) => self.region(code),
            (Kind::Phone, Value::Text(text)) => grouped(text, &[3, 4, 4]),
            (Kind::IdNumber, Value::Text(text)) => grouped(text, &[6, 8, 4]),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::List(list)) => {
                let parts: Vec<String> = list.iter().map(|value| self.written(field, value)).collect();
                parts.join(if self.language == Language::Zh { "、" } else { ", " })
            }
            (_, Value::Map(_)) => self.compound(value),
        }
    }

    fn region(&self, code: &str) -> String {
        let organisation = self.organisation;
        let known = organisation.region_chain(code).into_iter().filter_map(|code| organisation.region(&code));
        let mut names: Vec<String> = known.map(|region| self.x(&region.title)).collect();
        names.reverse();
        if names.is_empty() {
            code.to_owned()
        } else {
            names.join(if self.language == Language::Zh { "" } else { ", " })
        }
    }

    /// A paper or a certificate.
    fn compound(&self, value: &Value) -> String {
        let text = |key: &str| value.at(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        if !text("number").is_empty() {
            return text("number");
        }
        let how = match text("how").as_str() {
            "upload" => self.t("上传", "uploaded"),
            "counter" => self.t("窗口已核对原件", "original seen at the counter"),
            "share" => self.t("部门共享数据", "fetched from the agency"),
            "promise" => self.t("书面承诺", "promised in writing"),
            "later" => self.t("稍后补交", "to be handed in later"),
            _ => String::new(),
        };
        let name = text("name");
        if name.is_empty() { how } else { self.t(&format!("{name}（{how}）"), &format!("{name} ({how})")) }
    }
}

/// A number as it is shown by default.
fn mask_of(field: &Field, value: &Value) -> Value {
    let hide = |text: &str| Value::Text(mask(&field.kind, text));
    match value {
        Value::Text(text) => hide(text),
        value => value.at("number").and_then(Value::as_text).map_or(Value::Null, hide),
    }
}

/// Digits in groups of the given sizes, where they fit exactly.
fn grouped(text: &str, sizes: &[usize]) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() != sizes.iter().sum::<usize>() {
        return text.to_owned();
    }
    let mut rest = chars.as_slice();
    let groups = sizes.iter().map(|size| {
        let (group, after) = rest.split_at(*size);
        rest = after;
        group.iter().collect::<String>()
    });
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_read_in_groups() {
        assert_eq!(grouped("13800000001", &[3, 4, 4]), "138 0000 0001");
        assert_eq!(grouped("1380000", &[3, 4, 4]), "1380000");
    }
}
