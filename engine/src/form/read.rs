//! First step of reading: every text becomes a value of its field's type, or advice. Conditions, required fields and
//! rules come after it, in [`super::settle`]. It must never stop at the first mistake.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::given::{self, Given};
use super::scalar::{self, Sound, advice};
use super::settle;
use super::{Context, Field, FieldProblem, Form, Kind, LATER, Reading, id_number, normalise};
use crate::source::closest;
use crate::text::Text;
use crate::value::Value;

impl Form {
    /// Reads the ordered pairs of a page: `heirs.1.person.name` = text. Rows of repeating groups have small numbers
    /// that are never reused; the page sends the next free one as `heirs.next`. Names that are no field are passed
    /// over (a page has tokens and buttons of its own).
    pub fn read(&self, pairs: &[(String, String)], context: &Context<'_>) -> Reading {
        let given = Given::from_pairs(pairs);
        let mut taking = Taking { context, findings: Findings::default() };
        let values = taking.fields(&self.fields, &given, "");
        settle::settle(self, context, &given, Value::Map(values), taking.findings, pairs.to_vec())
    }

    /// Reads values of the API and of stories with the same rules. Texts may stand for numbers, dates and amounts; a
    /// whole number in a field for money is yuan. Names that are no field are problems here.
    pub fn check(&self, value: &Value, context: &Context<'_>) -> Reading {
        let given = Given::from_value(value);
        let mut taking = Taking { context, findings: Findings::default() };
        let values = taking.fields(&self.fields, &given, "");
        let mut unknown = Vec::new();
        unknown_fields(&self.fields, &given, "", false, &mut unknown);
        let raw = given::pairs(value);
        let mut reading = settle::settle(self, context, &given, Value::Map(values), taking.findings, raw);
        reading.problems.extend(unknown);
        reading
    }
}

/// What was found about each field, by path. Only the fields that are asked will have it reported.
#[derive(Default)]
pub(super) struct Findings {
    pub problems: BTreeMap<String, Vec<FieldProblem>>,
    pub warnings: BTreeMap<String, Vec<FieldProblem>>,
}

impl Findings {
    pub fn problem(&mut self, path: &str, (code, message): scalar::Advice) {
        let problem = FieldProblem { path: path.to_owned(), code, message };
        self.problems.entry(path.to_owned()).or_default().push(problem);
    }

    fn warning(&mut self, path: &str, (code, message): scalar::Advice) {
        let warning = FieldProblem { path: path.to_owned(), code, message };
        self.warnings.entry(path.to_owned()).or_default().push(warning);
    }
}

/// Named values.
pub(super) type Map = BTreeMap<String, Value>;

pub(super) struct Taking<'a> {
    pub context: &'a Context<'a>,
    pub findings: Findings,
}

/// A name below another.
pub(super) fn join(path: &str, id: &str) -> String {
    if path.is_empty() { id.to_owned() } else { format!("{path}.{id}") }
}

impl Taking<'_> {
    fn fields(&mut self, fields: &[Field], given: &Given, path: &str) -> Map {
        let mut values = Map::new();
        let nothing = Given::default();
        for field in fields {
            let given = given.below.get(&field.id).unwrap_or(&nothing);
            let path = join(path, &field.id);
            if let Some(repeat) = &field.repeat {
                let (rows, next) = self.rows(field, given, &path, repeat.max);
                values.insert(field.id.clone(), Value::List(rows));
                values.insert(format!("{}.next", field.id), Value::Int(next.into()));
            } else if let Some(value) = self.field(field, given, &path) {
                values.insert(field.id.clone(), value);
            }
        }
        values
    }

    /// Rows in the order of their numbers. Rows in which nothing stands are left out, down to the fewest asked for.
    fn rows(&mut self, field: &Field, given: &Given, path: &str, max: u32) -> (Vec<Value>, u32) {
        if !given.texts.is_empty() && given.text().is_some() {
            self.findings.problem(path, scalar::shape(&field.title));
        }
        let (rows, next) = given.rows();
        let filled = rows.iter().filter(|(_, row)| !row.is_blank()).count();
        let min = field.repeat.as_ref().map_or(0, |repeat| repeat.min) as usize;
        let mut blanks_kept = min.saturating_sub(filled);
        if filled > max as usize {
            let zh = format!("最多 {max} 项，现在有 {filled} 项，请减少");
            let en = format!("may have at most {max} rows and has {filled}; remove some");
            self.findings.problem(path, advice("rows.max", &field.title, &zh, &en));
        }
        let mut values = Vec::new();
        for (number, row) in rows {
            if row.is_blank() {
                if blanks_kept == 0 {
                    continue;
                }
                blanks_kept -= 1;
            }
            if values.len() == max as usize {
                break;
            }
            let mut map = self.fields(&field.fields, row, &format!("{path}.{number}"));
            map.insert("row".to_owned(), Value::Int(number.into()));
            values.push(Value::Map(map));
        }
        (values, next)
    }

    fn field(&mut self, field: &Field, given: &Given, path: &str) -> Option<Value> {
        match &field.kind {
            Kind::Group => self.group(field, given, path),
            Kind::Person => self.person(field, given, path),
            Kind::File { later: true, .. } if follows(given) => Some(later()),
            Kind::File { trust, media, pages, .. } => self.file(field, (*trust, media, *pages), given, path),
            Kind::Choice { options, several: true } => {
                let chosen: Vec<&String> = given.texts.iter().filter(|text| !given::says_nothing(text)).collect();
                let mut ids = Vec::new();
                for text in chosen {
                    match scalar::option(&field.title, text, options) {
                        Ok(id) => ids.push(id),
                        Err(advice) => self.findings.problem(path, advice),
                    }
                }
                // The order of the options, each once: the same choice is always the same value.
                let ordered = options.iter().map(|option| Value::Text(option.id.clone()));
                let ordered: Vec<Value> = ordered.filter(|option| ids.contains(option)).collect();
                (!ordered.is_empty()).then_some(Value::List(ordered))
            }
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Number { .. }
            | Kind::Money { .. }
            | Kind::Date(_)
            | Kind::Choice { several: false, .. }
            | Kind::YesNo
            | Kind::Region { .. }
            | Kind::IdNumber
            | Kind::DisabilityCertificate
            | Kind::Phone
            | Kind::Email
            | Kind::BankAccount
            | Kind::Uscc => self.single(field, given, path),
        }
    }

    fn single(&mut self, field: &Field, given: &Given, path: &str) -> Option<Value> {
        let inner = given.below.get("number").filter(|_| given::is_compound(&field.kind));
        let Some(text) = given.text().or_else(|| inner.and_then(Given::text)) else {
            if inner.is_none() && !given.below.is_empty() && !given.is_blank() {
                self.findings.problem(path, scalar::shape(&field.title));
            }
            return None;
        };
        match scalar::read(field, text, self.context) {
            Ok(Sound { value, warning }) => {
                warning.into_iter().for_each(|advice| self.findings.warning(path, advice));
                // Only invisible characters were sent.
                (!value.is_blank()).then_some(value)
            }
            Err(advice) => {
                self.findings.problem(path, advice);
                None
            }
        }
    }

    fn group(&mut self, field: &Field, given: &Given, path: &str) -> Option<Value> {
        if given.text().is_some() {
            self.findings.problem(path, scalar::shape(&field.title));
        }
        let values = self.fields(&field.fields, given, path);
        (!values.is_empty()).then_some(Value::Map(values))
    }

    /// A group whose birth date and sex follow from an identity number.
    fn person(&mut self, field: &Field, given: &Given, path: &str) -> Option<Value> {
        let kind = given.below.get("id_kind").and_then(Given::text).map(normalise::line);
        let kind = kind.unwrap_or_else(|| "resident_id".to_owned());
        if field.part("id_kind").is_none() || kind == "resident_id" {
            let value = self.group(field, given, path)?;
            let Value::Map(mut values) = value else { return Some(value) };
            if let Some(Value::Text(number)) = values.get("id_number")
                && let Ok(id) = id_number::read(number, self.context.today)
            {
                self.derive(field, given, path, &mut values, &id);
            } else {
                self.typed_facts(given, path, &mut values);
            }
            return Some(Value::Map(values));
        }
        // Another document: its number has no rule of ours, so only its characters are looked at.
        let Value::Map(mut values) = self.group(field, given, path)? else { return None };
        let path = join(path, "id_number");
        self.findings.problems.remove(&path);
        self.findings.warnings.remove(&path);
        values.remove("id_number");
        let number = given.below.get("id_number").and_then(Given::text).filter(|_| kind != "none");
        if let (Some(text), Some(part)) = (number, field.part("id_number")) {
            let text = normalise::compact(text);
            if (4..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                values.insert("id_number".to_owned(), Value::Text(text));
            } else {
                let zh = "应为证件上的 4 至 20 位字母和数字，请对照证件填写";
                let en = "should be the 4 to 20 letters and digits of the document; copy them from it";
                self.findings.problem(&path, advice("document_number", &part.title, zh, en));
            }
        }
        Some(Value::Map(values))
    }

    /// Birth date and sex from the number; what was typed besides must agree with it.
    fn derive(&mut self, field: &Field, given: &Given, path: &str, values: &mut Map, id: &id_number::IdNumber) {
        let facts = [("birth_date", Value::Date(id.birth)), ("sex", Value::Text(id.sex.word().to_owned()))];
        for (part, value) in facts {
            let typed = given.below.get(part).and_then(Given::text);
            let typed = values.get(part).cloned().or_else(|| typed.and_then(|text| fact(part, text)));
            if let Some(shown) = field.part(part)
                && typed.is_some_and(|typed| typed != value)
            {
                let zh = "与身份证号中的不一致，请核对这两项";
                let en = "does not agree with the identity number; check both";
                self.findings.problem(&join(path, part), advice("person.disagrees", &shown.title, zh, en));
            }
            values.insert(part.to_owned(), value);
        }
    }

    /// Birth date and sex of stored answers that are read again, where the form has no input for them.
    fn typed_facts(&mut self, given: &Given, path: &str, values: &mut Map) {
        if self.findings.problems.contains_key(&join(path, "id_number")) {
            return;
        }
        for part in ["birth_date", "sex"] {
            if let Some(value) = given.below.get(part).and_then(Given::text).and_then(|text| fact(part, text)) {
                values.entry(part.to_owned()).or_insert(value);
            }
        }
    }
}

/// A birth date or sex as it is stored.
fn fact(part: &str, text: &str) -> Option<Value> {
    match part {
        "birth_date" => normalise::date(text).ok().filter(|date| *date > Date::constant(1800, 1, 1)).map(Value::Date),
        _ => ["male", "female"].contains(&text).then(|| Value::Text(text.to_owned())),
    }
}

/// Names that were sent and are no field of the form.
fn unknown_fields(fields: &[Field], given: &Given, path: &str, in_person: bool, out: &mut Vec<FieldProblem>) {
    for (id, node) in &given.below {
        let path = join(path, id);
        match fields.iter().find(|field| field.id == *id) {
            Some(field) if field.repeat.is_some() => {
                for (number, row) in node.rows().0 {
                    let person = field.kind == Kind::Person;
                    unknown_fields(&field.fields, row, &format!("{path}.{number}"), person, out);
                }
            }
            Some(field) if matches!(field.kind, Kind::Group | Kind::Person) => {
                unknown_fields(&field.fields, node, &path, field.kind == Kind::Person, out);
            }
            Some(_) => {}
            None if in_person && ["birth_date", "sex"].contains(&id.as_str()) => {}
            None => {
                // A field's name is no personal value, but a sender's mistake may be anything: only near names are said.
                let meant = closest(id, fields.iter().map(|field| field.id.as_str()));
                let zh = meant.map(|meant| format!("，是否应为 {meant}")).unwrap_or_default();
                let en = meant.map(|meant| format!("; was {meant} meant?")).unwrap_or_default();
                let message = Text::new(format!("表单没有这个字段{zh}。"), format!("The form has no such field{en}."));
                out.push(FieldProblem { path, code: "unknown_field", message });
            }
        }
    }
}

/// Is the paper said to follow?
fn follows(given: &Given) -> bool {
    given.below.get("how").and_then(Given::text).is_some_and(|how| normalise::line(how) == LATER)
}

/// The answer of a paper that follows: nothing is there that could be trusted.
fn later() -> Value {
    Value::Map(Map::from([("how".to_owned(), Value::Text(LATER.to_owned()))]))
}
