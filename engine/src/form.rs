//! Forms: what is asked, read and checked in one place for pages, the API and stories. A form knows its fields, not
//! the process that asks it; it must never store anything and never put a value into a message.
//!
//! A form is read from `forms/<form>.yaml` by [`lower`]; what people send is read by [`Form::read`] (ordered pairs of
//! a page) or [`Form::check`] (values of the API and of stories), with the same rules. [`Form::visible`] is the one
//! place where the visibility of fields is applied, [`Form::masked`] the one where personal fields are masked.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::expression::Expression;
use crate::organisation::{Level, Organisation};
use crate::text::Text;
use crate::value::Value;

mod fields;
mod given;
mod hints;
pub mod id_number;
mod lower;
mod names;
pub mod normalise;
pub mod number;
mod pages;
mod paper;
mod read;
mod scalar;
mod settle;
mod visible;

pub use given::pairs;
pub use hints::Hints;
pub use lower::{check_viewers, lower, lower_tree};
pub use pages::Page;
pub use paper::{Uploads, file_ids};
pub use visible::{Viewer, mask};

/// Most fields of one form, with all groups.
pub const MAX_FIELDS: usize = 300;
/// Deepest nesting of groups.
pub const MAX_DEPTH: usize = 6;
/// Most rows a repeating group may ask for.
pub const MAX_ROWS: u32 = 200;

/// A checked form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Its name; the name of its file and of its answers.
    pub name: String,
    /// Title.
    pub title: Text,
    /// What people should know before they begin; may be empty.
    pub intro: Text,
    /// The law it rests on, if given.
    pub basis: Option<String>,
    /// SHA-256 (hexadecimal) of its source. Answers keep it, so that they are shown with the form they were given to.
    pub hash: String,
    /// The fields in the order of the page.
    pub fields: Vec<Field>,
    /// Fields that are asked together where the form is shown one thing at a time; any other field has a page of its own.
    pub together: Vec<Page>,
    /// Rules about several fields.
    pub rules: Vec<Rule>,
}

/// One question, or a group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name inside its group, `[a-z][a-z0-9_]*`.
    pub id: String,
    /// What is asked for.
    pub kind: Kind,
    /// Label.
    pub title: Text,
    /// Help below the label; may be empty.
    pub hint: Text,
    /// Whether an answer must be given (while the field is asked at all).
    pub required: bool,
    /// Asked only while this holds.
    pub when: Option<Expression>,
    /// The fields of a group or person; empty for others.
    pub fields: Vec<Field>,
    /// Set for a group of which there may be several rows.
    pub repeat: Option<Repeat>,
    /// Why it is asked; may be empty.
    pub purpose: Text,
    /// The law that lets us ask, if given.
    pub basis: Option<String>,
    /// Departments, offices, roles and parties that may see the answer; empty = everybody who may see the case.
    pub visible_to: Vec<String>,
    /// Whether the answer says something about a person that must be masked and never logged.
    pub personal: bool,
    /// Path of another answer that this one corrects, `answers.<form>.<field>`.
    pub corrects: Option<String>,
    /// Rules shown beside this field.
    pub rules: Vec<Rule>,
    /// Token for the browser's `autocomplete`, where the form says one.
    pub autofill: Option<String>,
}

/// What a field asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Free text.
    Text {
        /// Most characters.
        max: usize,
        /// Lines of the input; more than 1 keeps line breaks.
        lines: u32,
    },
    /// A person's name, 1–50 characters.
    Name,
    /// A postal address in one line.
    Address {
        /// Most characters.
        max: usize,
    },
    /// A whole number.
    Number {
        /// Smallest allowed.
        min: Option<i64>,
        /// Largest allowed.
        max: Option<i64>,
        /// Unit shown behind the input; may be empty.
        unit: Text,
    },
    /// An amount of money, in fen.
    Money {
        /// Smallest allowed, in fen.
        min: Option<i64>,
        /// Largest allowed, in fen.
        max: Option<i64>,
    },
    /// A civil date.
    Date(Window),
    /// One or several of some options.
    Choice {
        /// The options in the order of the page.
        options: Vec<Choice>,
        /// Whether several may be chosen.
        several: bool,
    },
    /// Yes or no.
    YesNo,
    /// Code of a region.
    Region {
        /// The code must be at least this fine.
        level: Option<Level>,
    },
    /// Some facts about a person; the parts are fields of their own.
    Person,
    /// 公民身份号码, GB 11643.
    IdNumber,
    /// 残疾人证: an identity number, a digit for the kind and one for the grade.
    DisabilityCertificate,
    /// Telephone number.
    Phone,
    /// Mail address.
    Email,
    /// Account or card number, 12–21 digits.
    BankAccount,
    /// 统一社会信用代码, GB 32100.
    Uscc,
    /// A paper: uploaded, shown at the counter, fetched or promised.
    File {
        /// The lowest grade of trust that will do.
        trust: Trust,
        /// File name endings that are accepted, lower case.
        media: Vec<String>,
        /// Most pages.
        pages: u32,
        /// It may follow after the request was accepted (容缺受理); the process says by when.
        later: bool,
    },
    /// Fields that belong together.
    Group,
}

/// When a date may lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Not after today.
    pub past: bool,
    /// Not before today.
    pub future: bool,
    /// First allowed day.
    pub not_before: Option<Date>,
    /// Last allowed day.
    pub not_after: Option<Date>,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is stored and compared.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// Help; may be empty.
    pub hint: Text,
    /// Offered only while this holds.
    pub when: Option<Expression>,
}

/// How often a group may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Fewest rows.
    pub min: u32,
    /// Most rows, at most [`MAX_ROWS`].
    pub max: u32,
    /// What one row is called; the group's title where the form does not say.
    pub row: Text,
}

/// Something that must be true of the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What must hold. Not asked while a value that it needs is missing.
    pub expect: Expression,
    /// What is wrong and how to mend it.
    pub message: Text,
    /// Path of the field that the message stands beside, from the field (or form) that holds the rule; empty for
    /// that field itself.
    pub at: String,
}

/// How far a paper can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Issued by the agency and fetched from it.
    A,
    /// The original was checked at the counter.
    B,
    /// Uploaded, to be checked.
    C,
    /// The person's own promise.
    D,
}

/// The way of giving a paper that says: it follows. No grade of trust, and only where the form allows it.
pub const LATER: &str = "later";

impl Trust {
    /// The grades with the words of forms and answers.
    pub const ALL: [(&'static str, Trust); 4] = [("a", Trust::A), ("b", Trust::B), ("c", Trust::C), ("d", Trust::D)];

    /// How a paper can be given, and how far it is then trusted. Only the staff sees originals and fetches from offices.
    pub const WAYS: [(&'static str, Trust); 4] =
        [("upload", Trust::C), ("counter", Trust::B), ("share", Trust::A), ("promise", Trust::D)];

    /// What a way of giving a paper is worth; `None` if it is no way, or not one for who is filling in the form.
    pub fn of(way: &str, staff: bool) -> Option<Trust> {
        let (_, grade) = Trust::WAYS.into_iter().find(|(known, _)| *known == way)?;
        (staff || grade >= Trust::C).then_some(grade)
    }

    /// The word of forms and answers.
    pub fn word(self) -> &'static str {
        match self {
            Trust::A => "a",
            Trust::B => "b",
            Trust::C => "c",
            Trust::D => "d",
        }
    }
}

/// What a form may look at while answers are read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The legal day.
    pub today: Date,
    /// Answers of the other forms of the case, a map by form; [`Value::Null`] where there are none.
    pub answers: &'a Value,
    /// Whether the staff fills it: only the staff may say that an original was seen at the counter.
    pub staff: bool,
    /// The organisation, to know regions; without it every well-formed code passes.
    pub organisation: Option<&'a Organisation>,
    /// Uploaded files by id that whoever answers may use here. `None`: a file's name is taken as given (stories).
    pub files: Option<&'a BTreeMap<String, Upload>>,
}

/// A stored file, as the upload found it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// Name given by the browser, without what a name should not hold.
    pub name: String,
    /// File name ending that fits its content, lower case, without a dot.
    pub media: String,
    /// Pages, at least 1.
    pub pages: u32,
    /// Bytes of what is kept.
    pub bytes: u64,
    /// SHA-256 of what is kept, hexadecimal.
    pub hash: String,
}

/// What was made of what people sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The typed answers, a map; fields without a sound answer are absent. Repeating groups are lists of maps with
    /// their number under `row`; beside a group `heirs` stands `heirs.next`, the first number never used yet.
    pub values: Value,
    /// What must be mended, in the order of the page. Empty: the answers may be stored.
    pub problems: Vec<FieldProblem>,
    /// What should be looked at but does not hinder.
    pub warnings: Vec<FieldProblem>,
    /// Paths of fields that were sent but are not asked here, and were dropped.
    pub dropped: Vec<String>,
    /// Exactly what was typed, to fill the page again.
    pub raw: Vec<(String, String)>,
}

/// Something to mend in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field: `heirs.2.person.name`.
    pub path: String,
    /// Stable code, such as `required` or `id_number.check_digit`.
    pub code: &'static str,
    /// What was expected and how to mend it; never holds the value.
    pub message: Text,
}

#[cfg(test)]
mod tests;
