//! Who sees which answers, and how personal ones look to those who need not know them. The only place where the
//! visibility of fields is applied; it must never let a field through that it does not know.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Form, Kind};
use crate::organisation::{Actor, ActorKind};
use crate::value::Value;

/// Somebody who looks at answers, by all the names a form may call them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Offices, roles and parties of the case.
    pub names: BTreeSet<String>,
    /// Sees everything: whoever filled the form, while they look at what they typed.
    pub author: bool,
}

impl Viewer {
    /// An actor with the parties of the case that he or she is.
    pub fn of<'p>(actor: &Actor, parties: impl IntoIterator<Item = &'p str>) -> Viewer {
        let mut names: BTreeSet<String> = parties.into_iter().map(str::to_owned).collect();
        match &actor.kind {
            ActorKind::Staff { units, roles, .. } => names.extend(units.iter().chain(roles).cloned()),
            ActorKind::Connector { name } => names.extend([name.clone()]),
            ActorKind::Citizen | ActorKind::Agent { .. } | ActorKind::System | ActorKind::Process { .. } => {}
        }
        Viewer { names, author: false }
    }

    /// Whoever filled the form.
    pub fn author() -> Viewer {
        Viewer { names: BTreeSet::new(), author: true }
    }

    /// Whether this viewer goes by the name: `police` covers all its units, `police.household` only that.
    pub fn is(&self, name: &str) -> bool {
        let below = |own: &String| own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.names.iter().any(below)
    }

    /// Whether this viewer may see a field (its groups are asked apart).
    pub fn may_see(&self, field: &Field) -> bool {
        self.author || field.visible_to.is_empty() || field.visible_to.iter().any(|name| self.is(name))
    }
}

impl Form {
    /// The answers without the fields that the viewer may not see. What is no field of this form is left out.
    pub fn visible(&self, values: &Value, viewer: &Viewer) -> Value {
        match values {
            Value::Map(map) => Value::Map(filter(&self.fields, map, viewer, false)),
            _ => Value::Null,
        }
    }

    /// The answers with every personal field masked, for lists and public notices.
    pub fn masked(&self, values: &Value) -> Value {
        masked(&self.fields, values, false, Veil::Personal)
    }

    /// The answers with the numbers of people masked ([`Kind::is_number_of_a_person`]) and all else as it is, for those
    /// who work with the answers. A number in full is asked for apart.
    pub fn numbers_masked(&self, values: &Value) -> Value {
        masked(&self.fields, values, false, Veil::Numbers)
    }

    /// A number of a person in full ([`Kind::is_number_of_a_person`]), by its path with the places of rows counted from 0
    /// (`heirs.1.id_number`): only where this viewer may see the field and the groups around it.
    pub fn number_in_full(&self, values: &Value, viewer: &Viewer, path: &str) -> Option<(&Field, Value)> {
        let seen = self.visible(values, viewer);
        let steps: Vec<&str> = path.split('.').collect();
        number_at(&self.fields, &seen, &steps)
    }

    /// Paths of the personal fields, without row numbers; derived facts of a person among them.
    pub fn personal_paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (path, field) in self.all_fields() {
            if field.personal {
                paths.push(path.clone());
            }
            if field.kind == Kind::Person && field.part("birth_date").is_none() {
                paths.push(format!("{path}.birth_date"));
            }
        }
        paths
    }
}

impl Kind {
    /// Is it a number by which a person, a telephone or an account is found elsewhere? Whoever works on a case seldom needs
    /// more of it than its ends.
    pub fn is_number_of_a_person(&self) -> bool {
        match self {
            Kind::IdNumber | Kind::DisabilityCertificate | Kind::Phone | Kind::BankAccount => true,
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Number { .. }
            | Kind::Money { .. }
            | Kind::Date(_)
            | Kind::Choice { .. }
            | Kind::YesNo
            | Kind::Region { .. }
            | Kind::Uscc
            | Kind::Email
            | Kind::File { .. }
            | Kind::Person
            | Kind::Group => false,
        }
    }
}

/// How much is masked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Veil {
    /// Every personal field.
    Personal,
    /// Numbers of people.
    Numbers,
}

impl Veil {
    fn covers(self, field: &Field) -> bool {
        match self {
            Veil::Personal => field.personal,
            Veil::Numbers => field.kind.is_number_of_a_person(),
        }
    }
}

type Map = BTreeMap<String, Value>;

fn filter(fields: &[Field], map: &Map, viewer: &Viewer, in_row: bool) -> Map {
    let mut out = Map::new();
    if in_row {
        out.extend(map.get_key_value("row").map(|(key, value)| (key.clone(), value.clone())));
    }
    for field in fields.iter().filter(|field| viewer.may_see(field)) {
        let Some(value) = map.get(&field.id) else { continue };
        out.insert(field.id.clone(), inside(field, value, viewer));
        let next = format!("{}.next", field.id);
        if let Some(value) = map.get(&next).filter(|_| field.repeat.is_some()) {
            out.insert(next, value.clone());
        }
    }
    out
}

fn inside(field: &Field, value: &Value, viewer: &Viewer) -> Value {
    let group = |map: &Map, in_row| {
        let mut out = filter(&field.fields, map, viewer, in_row);
        if field.kind == Kind::Person && field.part("id_number").is_none_or(|number| viewer.may_see(number)) {
            for key in ["birth_date", "sex"].into_iter().filter(|key| field.part(key).is_none()) {
                out.extend(map.get_key_value(key).map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        Value::Map(out)
    };
    match (&field.kind, value) {
        (Kind::Group | Kind::Person, Value::Map(map)) => group(map, false),
        (Kind::Group | Kind::Person, Value::List(rows)) => {
            let rows = rows.iter().filter_map(|row| match row {
                Value::Map(map) => Some(group(map, true)),
                _ => None,
            });
            Value::List(rows.collect())
        }
        (_, value) => value.clone(),
    }
}

fn number_at<'f>(fields: &'f [Field], values: &Value, steps: &[&str]) -> Option<(&'f Field, Value)> {
    let (step, rest) = steps.split_first()?;
    let field = fields.iter().find(|field| field.id == *step)?;
    let value = values.at(step)?;
    if !matches!(field.kind, Kind::Group | Kind::Person) {
        let found = rest.is_empty() && field.kind.is_number_of_a_person() && !value.is_blank();
        return found.then(|| (field, value.clone()));
    }
    match value {
        Value::List(rows) => {
            let (row, rest) = rest.split_first()?;
            number_at(&field.fields, rows.get(row.parse::<usize>().ok()?)?, rest)
        }
        value => number_at(&field.fields, value, rest),
    }
}

fn masked(fields: &[Field], value: &Value, person: bool, veil: Veil) -> Value {
    match value {
        Value::Map(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let value = match fields.iter().find(|field| field.id == *key) {
                    Some(field) if matches!(field.kind, Kind::Group | Kind::Person) => {
                        masked(&field.fields, value, field.kind == Kind::Person, veil)
                    }
                    Some(field) if veil.covers(field) => masked_value(field, value),
                    Some(_) => value.clone(),
                    None if person && key == "birth_date" && veil == Veil::Personal => masked_date(value),
                    None if person && key == "birth_date" => value.clone(),
                    None if person && key == "sex" => value.clone(),
                    None if key == "row" || key.ends_with(".next") => value.clone(),
                    None => continue,
                };
                out.insert(key.clone(), value);
            }
            Value::Map(out)
        }
        Value::List(rows) => Value::List(rows.iter().map(|row| masked(fields, row, person, veil)).collect()),
        _ => Value::Null,
    }
}

fn masked_value(field: &Field, value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(mask(&field.kind, text)),
        Value::Date(_) => masked_date(value),
        Value::Map(map) => Value::Map(
            map.iter()
                // Who may not read a name may not open the file either.
                .filter(|(key, _)| !["files", "hashes"].contains(&key.as_str()))
                .map(|(key, value)| {
                    let value = match (key.as_str(), value) {
                        ("number" | "id_number", Value::Text(text)) => Value::Text(mask(&Kind::IdNumber, text)),
                        ("name", Value::Text(_)) => Value::Text("***".to_owned()),
                        (_, value) => value.clone(),
                    };
                    (key.clone(), value)
                })
                .collect(),
        ),
        Value::Null => Value::Null,
        Value::Bool(_) | Value::Int(_) | Value::Money(_) | Value::Instant(_) | Value::List(_) => {
            Value::Text("***".to_owned())
        }
    }
}

/// Of a date, the year stays.
fn masked_date(value: &Value) -> Value {
    match value {
        Value::Date(date) => Value::Text(format!("{:04}-**-**", date.year())),
        _ => Value::Null,
    }
}

/// A personal text as those may see it who only need to tell one person from another.
///
/// Identity number `310***********1234`, mobile `138****5678`, account the last four digits, name `王*`, mail
/// `l***@example.cn`, address at most its first six characters; anything else `***`.
pub fn mask(kind: &Kind, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let keep = |first: usize, last: usize| {
        if chars.len() <= first + last {
            return "*".repeat(chars.len().max(3));
        }
        let hidden = "*".repeat(chars.len() - first - last);
        let head: String = chars[..first].iter().collect();
        let tail: String = chars[chars.len() - last..].iter().collect();
        format!("{head}{hidden}{tail}")
    };
    match kind {
        Kind::IdNumber | Kind::DisabilityCertificate | Kind::Uscc => keep(3, 4),
        Kind::Phone => keep(3, 4),
        Kind::BankAccount => keep(0, 4),
        Kind::Name => match chars.split_first() {
            Some((first, rest)) => format!("{first}{}", "*".repeat(rest.len().clamp(1, 3))),
            None => String::new(),
        },
        Kind::Email => match text.split_once('@') {
            Some((local, domain)) => format!("{}***@{domain}", local.chars().take(1).collect::<String>()),
            None => "***".to_owned(),
        },
        Kind::Address { .. } => format!("{}***", chars.iter().take((chars.len() / 2).min(6)).collect::<String>()),
        Kind::Text { .. }
        | Kind::Number { .. }
        | Kind::Money { .. }
        | Kind::Date(_)
        | Kind::Choice { .. }
        | Kind::YesNo
        | Kind::Region { .. }
        | Kind::File { .. }
        | Kind::Person
        | Kind::Group => "***".to_owned(),
    }
}
