//! Finding fields, and the types their answers have for the checker of guards. It must never look at an answer.

use std::collections::BTreeMap;

use super::{Field, Form, Kind};
use crate::expression::Type;

impl Form {
    /// A field of the first level.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field at a path such as `deceased.death_date`, `heirs.reason` or `heirs.2.reason`.
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        let is_row = |step: &&str| !step.bytes().all(|byte| byte.is_ascii_digit());
        let mut steps = path.split('.').filter(is_row);
        let first = self.field(steps.next()?)?;
        steps.try_fold(first, |field, step| field.part(step))
    }

    /// Every field with its path, in the order of the page; a group before what it holds.
    pub fn all_fields(&self) -> Vec<(String, &Field)> {
        let mut found = Vec::new();
        walk(&self.fields, "", &mut found);
        found
    }

    /// The type of the answers: a map of all fields. An answer may also be missing.
    pub fn type_of(&self) -> Type {
        Type::Map(types(&self.fields))
    }
}

fn walk<'f>(fields: &'f [Field], path: &str, found: &mut Vec<(String, &'f Field)>) {
    for field in fields {
        let path = super::read::join(path, &field.id);
        found.push((path.clone(), field));
        walk(&field.fields, &path, found);
    }
}

fn types(fields: &[Field]) -> BTreeMap<String, Type> {
    fields.iter().map(|field| (field.id.clone(), field.type_of())).collect()
}

impl Field {
    /// A field of this group or person.
    pub fn part(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The type of its answer; a list for a group with rows.
    pub fn type_of(&self) -> Type {
        match &self.repeat {
            Some(_) => Type::list(self.row_type()),
            None => self.row_type(),
        }
    }

    /// The type of one row, or of the answer where there are no rows.
    pub(super) fn row_type(&self) -> Type {
        match &self.kind {
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Region { .. }
            | Kind::IdNumber
            | Kind::Phone
            | Kind::Email
            | Kind::BankAccount
            | Kind::Uscc => Type::Text,
            Kind::Number { .. } => Type::Int,
            Kind::Money { .. } => Type::Money,
            Kind::Date(_) => Type::Date,
            Kind::YesNo => Type::Bool,
            Kind::Choice { options, several } => {
                let one = Type::Choice(options.iter().map(|option| option.id.clone()).collect());
                if *several { Type::list(one) } else { one }
            }
            Kind::DisabilityCertificate => Type::map([
                ("number", Type::Text),
                ("id_number", Type::Text),
                ("kind", Type::Int),
                ("grade", Type::Int),
            ]),
            Kind::File { .. } => Type::map([
                ("how", Type::choice(["share", "counter", "upload", "promise", "later"])),
                ("trust", Type::choice(["a", "b", "c", "d"])),
                ("name", Type::Text),
                ("pages", Type::Int),
                ("files", Type::list(Type::Text)),
                ("hashes", Type::list(Type::Text)),
            ]),
            Kind::Person | Kind::Group => {
                let mut map = types(&self.fields);
                if self.kind == Kind::Person {
                    map.insert("birth_date".to_owned(), Type::Date);
                    map.insert("sex".to_owned(), Type::choice(["male", "female"]));
                }
                if self.repeat.is_some() {
                    map.insert("row".to_owned(), Type::Int);
                }
                Type::Map(map)
            }
        }
    }
}
