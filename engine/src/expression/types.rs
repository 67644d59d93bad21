//! The types of the expression language, and what an author's file declares for it: names, functions, states.
//! Holds no values and never evaluates anything.

use std::collections::BTreeMap;

use super::Expression;
use crate::text::Text;

/// What a value may be, as a file declares it and the checker proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Not declared: anything. Checked when the expression is evaluated.
    Any,
    /// Only `null`.
    Null,
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// An amount of money.
    Money,
    /// Text.
    Text,
    /// Text that is one of these.
    Choice(Vec<String>),
    /// A civil date.
    Date,
    /// A point in time.
    Instant,
    /// A list of values of one type.
    List(Box<Type>),
    /// Named values, each with its own type; no other name exists.
    Map(BTreeMap<String, Type>),
    /// Values of one type under names that are not known when the file is checked.
    Table(Box<Type>),
}

impl Type {
    /// A group of named values.
    pub fn map<const N: usize>(fields: [(&str, Type); N]) -> Type {
        Type::Map(fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect())
    }

    /// A list.
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// A choice.
    pub fn choice<const N: usize>(names: [&str; N]) -> Type {
        Type::Choice(names.into_iter().map(str::to_owned).collect())
    }

    /// What people call this type.
    pub fn describe(&self) -> Text {
        match self {
            Type::Any => Text::new("任意值", "any value"),
            Type::Null => Text::new("空值", "nothing"),
            Type::Bool => Text::new("是/否", "yes/no"),
            Type::Int => Text::new("整数", "a whole number"),
            Type::Money => Text::new("金额", "an amount of money"),
            Type::Text => Text::new("文字", "text"),
            Type::Choice(names) => Text::new(
                format!("选项（{}）", shortened(names, "、")),
                format!("a choice ({})", shortened(names, ", ")),
            ),
            Type::Date => Text::new("日期", "a date"),
            Type::Instant => Text::new("时刻", "a point in time"),
            Type::List(of) => {
                let of = of.describe();
                Text::new(format!("列表（每项为{}）", of.zh), format!("a list (each element {})", of.en))
            }
            Type::Map(_) => Text::new("一组字段", "a group of fields"),
            Type::Table(_) => Text::new("按名称排列的一组值", "values by name"),
        }
    }

    /// Is every value of `actual` allowed where this type is declared? `null` (not answered) always is;
    /// what is declared `Any` is checked later.
    pub fn accepts(&self, actual: &Type) -> bool {
        match (self, actual) {
            (Type::Any, _) | (_, Type::Any | Type::Null) | (Type::Text, Type::Choice(_)) => true,
            (Type::Choice(allowed), Type::Choice(given)) => given.iter().all(|name| allowed.contains(name)),
            (Type::List(expected), Type::List(given)) | (Type::Table(expected), Type::Table(given)) => {
                expected.accepts(given)
            }
            (Type::Table(expected), Type::Map(given)) => given.values().all(|of| expected.accepts(of)),
            (Type::Map(expected), Type::Map(given)) => {
                given.iter().all(|(name, of)| expected.get(name).is_some_and(|declared| declared.accepts(of)))
            }
            (expected, given) => expected == given,
        }
    }

    /// Can values of these two types ever be equal in a way an author means?
    pub(super) fn comparable(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => true,
            (Type::Text, Type::Choice(_)) | (Type::Choice(_), Type::Text) => true,
            (Type::Choice(left), Type::Choice(right)) => left.iter().any(|name| right.contains(name)),
            (Type::List(left), Type::List(right)) => left.comparable(right),
            (Type::Map(_) | Type::Table(_), Type::Map(_) | Type::Table(_)) => true,
            (left, right) => left == right,
        }
    }

    /// The type of a value that is of one type or the other; `None` where the two have nothing in common.
    pub(super) fn join(&self, other: &Type) -> Option<Type> {
        Some(match (self, other) {
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (Type::Null, of) | (of, Type::Null) => of.clone(),
            (Type::Text, Type::Choice(_)) | (Type::Choice(_), Type::Text) => Type::Text,
            (Type::Choice(left), Type::Choice(right)) => {
                let more = right.iter().filter(|name| !left.contains(name));
                Type::Choice(left.iter().chain(more).cloned().collect())
            }
            (Type::List(left), Type::List(right)) => Type::List(Box::new(left.join(right)?)),
            (left, right) if left == right => left.clone(),
            (Type::Map(_) | Type::Table(_), Type::Map(_) | Type::Table(_)) => Type::Table(Box::new(Type::Any)),
            (_, _) => return None,
        })
    }
}

/// The first names, and how many more there are.
fn shortened(names: &[String], between: &str) -> String {
    const SHOWN: usize = 6;
    let mut words = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(between);
    if names.len() > SHOWN {
        words.push_str(between);
        words.push('…');
    }
    words
}

/// What one parameter of a declared function takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A value of this type.
    Of(Type),
    /// A state, written as a text literal; [`Scope::state`] must know it.
    State,
    /// One of these names, written as a text literal; the call has the type that stands under the name.
    Key(BTreeMap<String, Type>),
    /// Named values, all of them and of these types: the group that stands under the name given as [`Parameter::Key`].
    Inputs(BTreeMap<String, Type>),
}

/// A function that the work layer adds to the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What it takes, in order.
    pub parameters: Vec<Parameter>,
    /// What may follow them, in order.
    pub optional: Vec<Parameter>,
    /// What it answers; a [`Parameter::Key`] overrides it.
    pub returns: Type,
}

impl Signature {
    /// A function of plain values.
    pub fn new(parameters: Vec<Parameter>, returns: Type) -> Signature {
        Signature { parameters, optional: Vec::new(), returns }
    }

    /// The same with arguments that may be left out.
    #[must_use]
    pub fn or_with(self, optional: Vec<Parameter>) -> Signature {
        Signature { optional, ..self }
    }
}

/// Why a state named in `active("…")` or `visits("…")` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateProblem {
    /// No state has this name; perhaps this one was meant.
    Unknown {
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// More than one state has this name.
    Ambiguous {
        /// Paths that tell them apart.
        paths: Vec<String>,
    },
}

/// The names an expression may use where it is written.
pub trait Scope {
    /// The type of a root name (`answers`, `event`, a variable).
    fn root(&self, name: &str) -> Option<Type>;

    /// All root names, for suggestions.
    fn roots(&self) -> Vec<String>;

    /// A function of the work layer.
    fn function(&self, _name: &str) -> Option<Signature> {
        None
    }

    /// All functions of the work layer, for suggestions.
    fn functions(&self) -> Vec<String> {
        Vec::new()
    }

    /// Is this the name (or an unambiguous path suffix) of one state?
    ///
    /// # Errors
    /// No such state, or more than one.
    fn state(&self, path: &str) -> Result<(), StateProblem>;

    /// What the state is called when the expression is evaluated; the name as it is written, unless a scope (a
    /// fragment that is used in several places) knows a longer one.
    ///
    /// # Errors
    /// No such state, or more than one.
    fn state_path(&self, path: &str) -> Result<String, StateProblem> {
        self.state(path).map(|()| path.to_owned())
    }

    /// What a path means where the expression is used, if it is not to be read as it is written: an input of a
    /// fragment (its value or condition), or a name that is short for a longer path. Asked for every root name and
    /// every field after it, from left to right; places in the text stay those of the author.
    fn stands_for(&self, _path: &[String]) -> Option<(Expression, Type)> {
        None
    }
}
