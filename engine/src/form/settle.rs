//! Second step of reading: in the order of the page, drop what is not asked, ask for what is missing, then ask the
//! rules. A condition looks only at earlier fields (the checker sees to it), so one pass is exact.

use std::collections::BTreeMap;

use super::given::Given;
use super::names::FormNames;
use super::read::{Findings, join};
use super::scalar::advice;
use super::{Context, Field, FieldProblem, Form, Kind, Reading, Rule};
use crate::expression::{Expression, Fault};
use crate::value::Value;

/// One step from the root of the values.
#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Position(usize),
}

struct Settling<'a> {
    context: &'a Context<'a>,
    findings: Findings,
    values: Value,
    problems: Vec<FieldProblem>,
    warnings: Vec<FieldProblem>,
    dropped: Vec<String>,
    /// Paths in the order they are asked, to list problems as the page does.
    order: BTreeMap<String, usize>,
}

/// Where in the values, as a path for people, and in which row.
#[derive(Clone)]
struct Place {
    steps: Vec<Step>,
    path: String,
    /// How many steps lead to the innermost row.
    row: Option<usize>,
}

pub(super) fn settle(
    form: &Form,
    context: &Context<'_>,
    given: &Given,
    values: Value,
    findings: Findings,
    raw: Vec<(String, String)>,
) -> Reading {
    let (problems, warnings, dropped) = (Vec::new(), Vec::new(), Vec::new());
    let order = BTreeMap::new();
    let mut settling = Settling { context, findings, values, problems, warnings, dropped, order };
    let root = Place { steps: Vec::new(), path: String::new(), row: None };
    settling.fields(&form.fields, given, &root, true);
    settling.rules(&form.rules, &root);
    settling.field_rules(&form.fields, &root);
    let Settling { values, mut problems, warnings, dropped, order, .. } = settling;
    problems.sort_by_key(|problem| order.get(&problem.path).copied().unwrap_or(usize::MAX));
    Reading { values, problems, warnings, dropped, raw }
}

impl Settling<'_> {
    fn fields(&mut self, fields: &[Field], given: &Given, place: &Place, wanted: bool) {
        let nothing = Given::default();
        for field in fields {
            let given = given.below.get(&field.id).unwrap_or(&nothing);
            let at = place.field(&field.id);
            self.order.insert(at.path.clone(), self.order.len());
            if field.when.as_ref().is_some_and(|when| !self.holds(when, place)) {
                self.drop(field, given, &at);
            } else {
                self.field(field, given, &at, wanted);
            }
        }
    }

    fn field(&mut self, field: &Field, given: &Given, at: &Place, wanted: bool) {
        let known = self.problems.len();
        self.problems.extend(self.findings.problems.remove(&at.path).unwrap_or_default());
        self.warnings.extend(self.findings.warnings.remove(&at.path).unwrap_or_default());
        if let Some(repeat) = &field.repeat {
            let rows: Vec<u32> = self.list(at).iter().filter_map(row_number).collect();
            if rows.len() < repeat.min as usize && self.problems.len() == known {
                let min = repeat.min;
                let zh = format!("请至少填写 {min} 项");
                let en = format!("needs at least {min} {}", if min == 1 { "row" } else { "rows" });
                self.problem(at, advice("rows.min", &field.title, &zh, &en));
            }
            let nothing = Given::default();
            for (position, number) in rows.into_iter().enumerate() {
                let row = given.below.get(&number.to_string()).unwrap_or(&nothing);
                self.fields(&field.fields, row, &at.row(position, number), true);
            }
            return;
        }
        match &field.kind {
            Kind::Group | Kind::Person => {
                // An optional group is asked as a whole: all of it or nothing.
                let wanted = wanted && (field.required || !given.is_blank());
                self.fields(&field.fields, given, at, wanted);
                if field.kind == Kind::Person && !wanted && given.is_blank() {
                    self.remove(at);
                }
            }
            Kind::Choice { options, .. } => {
                for option in options {
                    let offered = option.when.as_ref().is_none_or(|when| self.holds(when, at));
                    if !offered && self.chosen(at, &option.id) {
                        self.remove(at);
                        let zh = "所选的选项在当前情形下不适用，请重新选择";
                        let en = "has an option that does not apply here; choose again";
                        self.problem(at, advice("choice.not_offered", &field.title, zh, en));
                    }
                }
                self.require(field, at, wanted, known);
            }
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Number { .. }
            | Kind::Money { .. }
            | Kind::Date(_)
            | Kind::YesNo
            | Kind::Region { .. }
            | Kind::IdNumber
            | Kind::DisabilityCertificate
            | Kind::Phone
            | Kind::Email
            | Kind::BankAccount
            | Kind::Uscc
            | Kind::File { .. } => self.require(field, at, wanted, known),
        }
    }

    /// A missing answer, unless something else was found about this field already.
    fn require(&mut self, field: &Field, at: &Place, wanted: bool, known: usize) {
        let answered = self.value(at).is_some_and(|value| !value.is_blank());
        if answered || !wanted || !field.required || self.problems.len() > known || self.excused(field, at) {
            return;
        }
        let message = match &field.kind {
            Kind::Choice { .. } | Kind::YesNo | Kind::Region { .. } => {
                advice("required", &field.title, "还没有选择，请选择", "has no answer yet; choose one")
            }
            Kind::File { .. } => advice(
                "required",
                &field.title,
                "还没有提交，请上传或在窗口核对",
                "is missing; upload it or show it at the counter",
            ),
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Number { .. }
            | Kind::Money { .. }
            | Kind::Date(_)
            | Kind::IdNumber
            | Kind::DisabilityCertificate
            | Kind::Phone
            | Kind::Email
            | Kind::BankAccount
            | Kind::Uscc
            | Kind::Person
            | Kind::Group => advice("required", &field.title, "还没有填写，请填写", "has no answer yet; fill it in"),
        };
        self.problem(at, message);
    }

    /// Nobody who has no document can give its number.
    fn excused(&self, field: &Field, at: &Place) -> bool {
        field.id == "id_number" && {
            let mut kind = at.clone();
            kind.steps.pop();
            kind.steps.push(Step::Field("id_kind".to_owned()));
            self.value(&kind).and_then(Value::as_text) == Some("none")
        }
    }

    /// Not asked: nothing of it stays, and whoever sent something is told so.
    fn drop(&mut self, field: &Field, given: &Given, at: &Place) {
        self.remove(at);
        if field.repeat.is_some() {
            let mut next = at.clone();
            next.steps.pop();
            next.steps.push(Step::Field(format!("{}.next", field.id)));
            self.remove(&next);
        }
        if !given.is_blank() {
            self.dropped.push(at.path.clone());
        }
    }

    /// Whether a condition holds; one that cannot be decided does not.
    fn holds(&self, condition: &Expression, place: &Place) -> bool {
        condition.truth(&self.names(place)).unwrap_or(false)
    }

    fn names(&self, place: &Place) -> FormNames<'_> {
        FormNames {
            values: &self.values,
            row: place.row.and_then(|steps| at(&self.values, &place.steps[..steps])),
            answers: self.context.answers,
            today: Value::Date(self.context.today),
        }
    }

    fn field_rules(&mut self, fields: &[Field], place: &Place) {
        for field in fields {
            let at = place.field(&field.id);
            let Some(value) = self.value(&at) else { continue };
            let rows: Vec<u32> = match (&field.repeat, value) {
                (Some(_), Value::List(list)) => list.iter().filter_map(row_number).collect(),
                (Some(_), _) | (None, _) => Vec::new(),
            };
            self.rules(&field.rules, &at);
            if field.repeat.is_none() {
                self.field_rules(&field.fields, &at);
            }
            for (position, number) in rows.into_iter().enumerate() {
                self.field_rules(&field.fields, &at.row(position, number));
            }
        }
    }

    fn rules(&mut self, rules: &[Rule], place: &Place) {
        for rule in rules {
            let names = self.names(place);
            let unanswered = rule.expect.references().into_iter().any(|reference| {
                !reference.guarded && {
                    let path: Vec<String> = reference.path.split('.').map(str::to_owned).collect();
                    crate::expression::Names::at(&names, &path).is_none_or(|value| *value == Value::Null)
                }
            });
            let broken = match rule.expect.truth(&names) {
                _ if unanswered => false,
                Ok(holds) => !holds,
                Err(Fault::Unanswered(_)) => false,
                Err(_) => true,
            };
            if broken {
                let path = if rule.at.is_empty() { place.path.clone() } else { join(&place.path, &rule.at) };
                self.problems.push(FieldProblem { path, code: "rule", message: rule.message.clone() });
            }
        }
    }

    fn problem(&mut self, at: &Place, (code, message): super::scalar::Advice) {
        self.problems.push(FieldProblem { path: at.path.clone(), code, message });
    }

    fn value(&self, place: &Place) -> Option<&Value> {
        at(&self.values, &place.steps)
    }

    fn list(&self, place: &Place) -> &[Value] {
        match self.value(place) {
            Some(Value::List(list)) => list,
            Some(_) | None => &[],
        }
    }

    fn chosen(&self, place: &Place, option: &str) -> bool {
        let is = |value: &Value| value.as_text() == Some(option);
        self.value(place).is_some_and(is) || self.list(place).iter().any(is)
    }

    fn remove(&mut self, place: &Place) {
        let Some((Step::Field(last), before)) = place.steps.split_last() else { return };
        if let Some(Value::Map(map)) = at_mut(&mut self.values, before) {
            map.remove(last);
        }
    }
}

impl Place {
    fn field(&self, id: &str) -> Place {
        let mut steps = self.steps.clone();
        steps.push(Step::Field(id.to_owned()));
        Place { steps, path: join(&self.path, id), row: self.row }
    }

    fn row(&self, position: usize, number: u32) -> Place {
        let mut steps = self.steps.clone();
        steps.push(Step::Position(position));
        Place { row: Some(steps.len()), steps, path: join(&self.path, &number.to_string()) }
    }
}

fn row_number(row: &Value) -> Option<u32> {
    match row.at("row") {
        Some(Value::Int(number)) => u32::try_from(*number).ok(),
        Some(_) | None => None,
    }
}

fn at<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match (step, value) {
        (Step::Field(id), Value::Map(map)) => map.get(id),
        (Step::Position(at), Value::List(list)) => list.get(*at),
        (Step::Field(_) | Step::Position(_), _) => None,
    })
}

fn at_mut<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match (step, value) {
        (Step::Field(id), Value::Map(map)) => BTreeMap::get_mut(map, id),
        (Step::Position(at), Value::List(list)) => list.get_mut(*at),
        (Step::Field(_) | Step::Position(_), _) => None,
    })
}
