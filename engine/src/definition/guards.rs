//! Guards: CEL text as a file writes it becomes CEL text whose names mean the same everywhere (inputs put in, states by
//! full path, an item's own answers by the item), and then an expression checked against the types of forms and items.
//! It must never evaluate anything.

use std::collections::BTreeMap;

use super::draft::{Draft, InputKind, Place, Placed, StateIndex};
use crate::expression::{Expression, Parameter, Scope, Signature, StateProblem, Type};
use crate::source::Span;
use crate::value::Value;

impl<'a> Draft<'a> {
    /// The text of an expression with global names. `None` when something in it is unknown; that was reported.
    pub fn global_text(&self, placed: Placed<'a>) -> Option<String> {
        let text = placed.node.as_text()?;
        let place = Place { env: placed.env, span: placed.node.span };
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // After a dot a word is a field, not a root.
        let mut field = false;
        while let Some(first) = rest.chars().next() {
            if first == '"' || first == '\'' {
                let length = literal_length(rest, first);
                out.push_str(&rest[..length]);
                rest = &rest[length..];
                field = false;
            } else if first.is_ascii_alphabetic() || first == '_' {
                let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let length = if field { length } else { chain_length(rest, length) };
                let (chain, after) = rest.split_at(length);
                rest = after;
                if field {
                    out.push_str(chain);
                } else if matches!(chain, "active" | "visits") {
                    rest = self.state_call(chain, after, place, &mut out)?;
                } else if chain == "place" && after.trim_start().starts_with('(') {
                    self.place_in_a_condition(place);
                    return None;
                } else if chain == "due" && after.trim_start().starts_with('(') {
                    rest = self.clock_call(after, place, &mut out)?;
                } else {
                    self.global_chain(chain, place, &mut out)?;
                }
                field = false;
            } else {
                field = if first.is_whitespace() { field } else { first == '.' };
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        Some(out)
    }

    fn global_chain(&self, chain: &str, place: Place, out: &mut String) -> Option<()> {
        let mut words = chain.split('.');
        let (root, second, third) = (words.next(), words.next(), words.next());
        let item = self.envs[place.env].item;
        match (root, second, third) {
            (Some("input"), Some(name), _) => {
                let (kind, value) = self.input(place.env, name, place.span)?;
                out.push_str(&self.input_text(kind, value?)?);
                out.push_str(chain.strip_prefix("input.").and_then(|rest| rest.strip_prefix(name)).unwrap_or_default());
            }
            (Some("answers"), Some(form), _) => {
                let own = item.filter(|_| self.forms.contains_key(&(form.to_owned(), item)));
                match own {
                    Some(item) => {
                        out.push_str("item_answers.");
                        out.push_str(&self.items[item].name);
                        out.push_str(chain.strip_prefix("answers").unwrap_or_default());
                    }
                    None => out.push_str(chain),
                }
            }
            (Some("each"), _, _) if self.envs[place.env].row.is_some() => {
                let row = self.envs[place.env].row.as_ref()?;
                out.push_str(&row.text);
                out.push_str(chain.strip_prefix("each").unwrap_or_default());
            }
            // How a linked case ended is what its message carries.
            (Some("event"), Some("result"), None) => out.push_str("event.data.result"),
            (Some("items"), Some(name), Some("answers")) => {
                out.push_str("item_answers.");
                out.push_str(name);
                out.push_str(chain.strip_prefix(&format!("items.{name}.answers")).unwrap_or_default());
            }
            _ => out.push_str(chain),
        }
        Some(())
    }

    /// A bound input as text of an expression.
    fn input_text(&self, kind: InputKind, value: Placed<'a>) -> Option<String> {
        let value = self.value(value.env, value.node)?;
        let text = value.node.as_text()?;
        Some(match kind {
            InputKind::Condition => format!("({})", self.global_text(value)?),
            InputKind::YesNo | InputKind::Number | InputKind::Parameter => text.to_owned(),
            InputKind::Office
            | InputKind::Party
            | InputKind::Limit
            | InputKind::Form
            | InputKind::Document
            | InputKind::Choice
            | InputKind::Text => format!("{text:?}"),
        })
    }

    /// `("name")` behind `active` or `visits`, with the full path; gives what follows it.
    fn state_call<'t>(&self, function: &str, after: &'t str, place: Place, out: &mut String) -> Option<&'t str> {
        out.push_str(function);
        let inner = after.trim_start().strip_prefix('(').map(str::trim_start);
        let quote = inner.and_then(|inner| inner.chars().next()).filter(|c| matches!(c, '"' | '\''));
        let (Some(inner), Some(quote)) = (inner, quote) else { return Some(after) };
        let length = literal_length(inner, quote);
        let name = inner.get(1..length.saturating_sub(1)).unwrap_or_default();
        let path = self.guard_state(name, place)?;
        out.push_str(&format!("(\"{path}\""));
        Some(&inner[length..])
    }

    /// `("name")` behind `due`: the clock by its number, because a name means another clock in every fragment.
    fn clock_call<'t>(&self, after: &'t str, place: Place, out: &mut String) -> Option<&'t str> {
        out.push_str("due");
        let inner = after.trim_start().strip_prefix('(').map(str::trim_start);
        let quote = inner.and_then(|inner| inner.chars().next()).filter(|c| matches!(c, '"' | '\''));
        let (Some(inner), Some(quote)) = (inner, quote) else { return Some(after) };
        let length = literal_length(inner, quote);
        let name = inner.get(1..length.saturating_sub(1)).unwrap_or_default();
        let Some(clock) = self.find_clock(place.env, name) else {
            self.unknown_clock(place.env, name, place.span);
            return None;
        };
        out.push_str(&format!("({clock}"));
        Some(&inner[length..])
    }

    /// An expression of the file, checked; problems are reported at its place.
    pub fn expression(&self, placed: Placed<'a>, expected: &Type, scope: &GlobalScope) -> Option<Expression> {
        let text = self.global_text(placed)?;
        let written = placed.node.as_text().unwrap_or_default();
        match Expression::parse(&text, scope, expected) {
            Ok(expression) => Some(expression),
            Err(problems) => {
                for problem in problems {
                    let span = placed.node.span;
                    // A place inside the text is known only where the text was not rewritten.
                    let plain = text == written && span.length as usize == written.chars().count();
                    let span = if plain {
                        let column = u32::try_from(problem.column).unwrap_or(0);
                        let length = u32::try_from(problem.length).unwrap_or(1);
                        Span { column: span.column + column, length, ..span }
                    } else {
                        span
                    };
                    let report = self.error(problem.code, placed.env, span, problem.message);
                    let report = report.cure(problem.cure.zh, problem.cure.en);
                    self.problems.push(report.suggest(problem.suggestion.as_deref()));
                }
                None
            }
        }
    }

    /// A guard made by the compiler.
    pub fn made_expression(&self, text: &str, of: &Type, scope: &GlobalScope, state: StateIndex) -> Option<Expression> {
        match Expression::parse(text, scope, of) {
            Ok(expression) => Some(expression),
            Err(found) => {
                let state = &self.states[state];
                for problem in found {
                    let report = self.error(problem.code, state.env, state.span, problem.message);
                    self.problems.push(report.cure(problem.cure.zh, problem.cure.en));
                }
                None
            }
        }
    }

    /// The names every expression of the process may use.
    pub fn global_scope(&self) -> GlobalScope {
        let mut answers = BTreeMap::new();
        let mut item_answers: BTreeMap<String, BTreeMap<String, Type>> = BTreeMap::new();
        for (form, item) in self.forms.keys() {
            let of = self.library.form(form).map_or(Type::Any, |form| form.type_of());
            match item {
                None => {
                    answers.insert(form.clone(), of);
                }
                Some(item) => {
                    item_answers.entry(self.items[*item].name.clone()).or_default().insert(form.clone(), of);
                }
            }
        }
        let mut roots = BTreeMap::new();
        roots.insert("answers".to_owned(), Type::Map(answers));
        let item_answers = item_answers.into_iter().map(|(item, forms)| (item, Type::Map(forms))).collect();
        roots.insert("item_answers".to_owned(), Type::Map(item_answers));
        let items = self.items.iter().map(|item| (item.name.clone(), self.item_type(item.state)));
        let groups = self.groups.keys().map(|group| (group.clone(), super::each::group_type()));
        roots.insert("items".to_owned(), Type::Map(items.chain(groups).collect()));
        let doors = self.doors.iter().map(|door| door.name.clone()).collect();
        let start = [("at", Type::Instant), ("on", Type::Date), ("door", Type::Choice(doors))];
        roots.insert("start".to_owned(), Type::map(start));
        roots.insert("event".to_owned(), Type::map([("name", Type::Text), ("data", Type::Any)]));
        for name in self.frame.variables.keys().filter(|name| !name.contains('.')) {
            roots.insert(name.clone(), self.variable_type(name));
        }
        roots.insert("today".to_owned(), Type::Date);
        let sites = self.sites.keys().map(|site| (site.clone(), Type::Text)).collect();
        roots.insert("site".to_owned(), Type::Map(sites));
        let parameters = match &self.library.parameters {
            Some(known) => Parameter::Key(known.types()),
            None => Parameter::Of(Type::Text),
        };
        let states = self.within(super::draft::ROOT).into_iter().map(|state| self.kernel_path(state)).collect();
        // A process is built again from its own files alone, without the figures: what was checked then is not now.
        let (tables, table_inputs) = match &self.library.tables {
            Some(known) => (Parameter::Key(known.types()), Parameter::Inputs(known.input_types())),
            None => (Parameter::Of(Type::Text), Parameter::Of(Type::Any)),
        };
        let records = Parameter::Key(self.records.keys().map(|name| (name.clone(), Type::Int)).collect());
        if let Some(of) = self.gathered_type() {
            roots.insert("gathered".to_owned(), of);
        }
        let mut scope = GlobalScope { roots, parameters, tables, table_inputs, records, states };
        // A fixed value may read everything but the other fixed values.
        let fixed = self.fixed.iter().filter_map(|(name, placed)| {
            let text = self.global_text(*placed)?;
            let found = Expression::typed(&text, &scope, &Type::Any).map_or(Type::Any, |(_, of)| of);
            Some((name.clone(), found))
        });
        let fixed = Type::Map(fixed.collect());
        scope.roots.insert("fixed".to_owned(), fixed);
        scope
    }

    /// What a variable may hold: as it is declared, or as its first value is.
    pub fn variable_type(&self, name: &str) -> Type {
        let declared = self.frame.types.get(name).cloned();
        declared.unwrap_or_else(|| self.frame.variables.get(name).map_or(Type::Any, value_type))
    }

    fn item_type(&self, state: StateIndex) -> Type {
        let names = self.finals_of(state).map(|end| self.states[end].name.clone());
        let status = names.chain([String::new()]).collect();
        let result = Type::choice(["success", "partial", "failure", "none", ""]);
        Type::map([("result", result), ("status", Type::Choice(status))])
    }
}

/// All names of a process for its expressions.
#[derive(Clone)]
pub(super) struct GlobalScope {
    roots: BTreeMap<String, Type>,
    parameters: Parameter,
    tables: Parameter,
    table_inputs: Parameter,
    records: Parameter,
    states: std::collections::BTreeSet<String>,
}

impl GlobalScope {
    /// The same names, and `each` for an element of a list.
    pub fn with_each(&self) -> GlobalScope {
        let mut scope = self.clone();
        scope.roots.insert("each".to_owned(), Type::Any);
        scope
    }
}

impl Scope for GlobalScope {
    fn root(&self, name: &str) -> Option<Type> {
        self.roots.get(name).cloned()
    }

    fn roots(&self) -> Vec<String> {
        self.roots.keys().filter(|name| *name != "item_answers").cloned().collect()
    }

    fn function(&self, name: &str) -> Option<Signature> {
        match name {
            "visits" => Some(Signature::new(vec![Parameter::State], Type::Int)),
            "due" => Some(Signature::new(vec![Parameter::Of(Type::Int)], Type::Date)),
            "parameter" => {
                let place_and_day = vec![Parameter::Of(Type::Text), Parameter::Of(Type::Date)];
                Some(Signature::new(vec![self.parameters.clone()], Type::Any).or_with(place_and_day))
            }
            "each_month" => {
                let days = vec![Parameter::Of(Type::Date), Parameter::Of(Type::Date)];
                Some(Signature::new(days, Type::List(Box::new(Type::Date))))
            }
            // Made by the compiler for `do: [{site: …}]`; authors have no use for it.
            "region_at" => Some(Signature::new(vec![Parameter::Of(Type::Text), Parameter::Of(Type::Text)], Type::Text)),
            super::carry::REST_OVER => Some(Signature::new(vec![Parameter::Of(Type::Int)], Type::Bool)),
            "table" => Some(Signature::new(vec![self.tables.clone(), self.table_inputs.clone()], Type::Any)),
            "recused" => Some(Signature::new(Vec::new(), Type::Bool)),
            "sources" => Some(Signature::new(vec![Parameter::Of(Type::Text)], Type::Int)),
            "recorded" => Some(Signature::new(vec![self.records.clone()], Type::Int)),
            _ => None,
        }
    }

    fn functions(&self) -> Vec<String> {
        ["visits", "due", "parameter", "each_month", "table", "recused", "sources", "recorded"]
            .map(str::to_owned)
            .to_vec()
    }

    fn state(&self, path: &str) -> Result<(), StateProblem> {
        if self.states.contains(path) {
            return Ok(());
        }
        let suggestion = crate::source::closest(path, self.states.iter().map(String::as_str)).map(str::to_owned);
        Err(StateProblem::Unknown { suggestion })
    }
}

/// Bytes of a quoted text with its quotes; to the end where it is not closed.
fn literal_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Bytes of `a.b.c` that begins with a word of `length` bytes.
fn chain_length(text: &str, length: usize) -> usize {
    let mut end = length;
    while let Some(rest) = text[end..].strip_prefix('.') {
        let word = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let called = rest[word..].starts_with('(');
        if word == 0 || called || !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            break;
        }
        end += 1 + word;
    }
    end
}

pub(super) fn value_type(value: &Value) -> Type {
    match value {
        Value::Null => Type::Any,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Money(_) => Type::Money,
        Value::Text(_) => Type::Text,
        Value::Date(_) => Type::Date,
        Value::Instant(_) => Type::Instant,
        Value::List(_) | Value::Map(_) => Type::Any,
    }
}
