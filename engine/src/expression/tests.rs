//! The language as authors meet it: what expressions give, what is refused and with which advice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::date;
use serde_json::json;

use super::*;

mod document;
mod hostile;
mod messages;
mod random;

/// A scope and its values for tests.
pub(super) struct World {
    roots: BTreeMap<String, (Type, Value)>,
    active: Vec<&'static str>,
}

impl World {
    /// Variables of any type, as a bare statechart has them.
    pub(super) fn bare(values: serde_json::Value) -> World {
        let Value::Map(values) = Value::from_json(&values).unwrap() else { panic!("not a map") };
        let roots = values.into_iter().map(|(name, value)| (name, (Type::Any, value))).collect();
        World { roots, active: vec!["a1"] }
    }

    /// A form with one field of each type.
    pub(super) fn form(values: &[(&str, Value)]) -> World {
        let fields = Type::map([
            ("status", Type::choice(["employed", "resident", "none"])),
            ("age", Type::Int),
            ("amount", Type::Money),
            ("died_on", Type::Date),
            ("born_on", Type::Date),
            ("happened_on", Type::Date),
            ("name", Type::Text),
            ("note", Type::Text),
            ("agree", Type::Bool),
            ("heirs", Type::list(Type::map([("name", Type::Text), ("share", Type::Int)]))),
            ("kinds", Type::list(Type::choice(["a", "b"]))),
        ]);
        let report = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let answers = Value::Map(BTreeMap::from([("report".to_owned(), Value::Map(report))]));
        let roots = BTreeMap::from([("answers".to_owned(), (Type::map([("report", fields)]), answers))]);
        World { roots, active: vec!["correcting"] }
    }
}

impl Scope for World {
    fn root(&self, name: &str) -> Option<Type> {
        self.roots.get(name).map(|(of, _)| of.clone())
    }

    fn roots(&self) -> Vec<String> {
        self.roots.keys().cloned().collect()
    }

    fn function(&self, name: &str) -> Option<Signature> {
        match name {
            "visits" => Some(Signature::new(vec![Parameter::State], Type::Int)),
            "parameter" => {
                let keys = [("cap", Type::Money), ("years", Type::Int)];
                let keys = keys.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
                Some(Signature::new(vec![Parameter::Key(keys)], Type::Any))
            }
            _ => None,
        }
    }

    fn functions(&self) -> Vec<String> {
        vec!["visits".into(), "parameter".into()]
    }

    fn state(&self, path: &str) -> Result<(), StateProblem> {
        match path {
            "a1" | "correcting" | "item.open" => Ok(()),
            "open" => Err(StateProblem::Ambiguous { paths: vec!["item.open".into(), "other.open".into()] }),
            _ => Err(StateProblem::Unknown { suggestion: Some("correcting".into()) }),
        }
    }
}

impl Names for World {
    fn value(&self, root: &str) -> Option<Cow<'_, Value>> {
        self.roots.get(root).map(|(_, value)| Cow::Borrowed(value))
    }

    fn active(&self, state: &str) -> bool {
        self.active.contains(&state)
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, Fault> {
        match (function, arguments) {
            ("visits", [Value::Text(_)]) => Ok(Value::Int(2)),
            ("parameter", [Value::Text(name)]) if name == "cap" => Ok(Value::Money(50_000)),
            _ => Err(Fault::Function { function: function.into(), reason: "no value today".into() }),
        }
    }
}

/// The value of `text` in `world`.
pub(super) fn value(world: &World, text: &str) -> Result<Value, Fault> {
    match Expression::parse(text, world, &Type::Any) {
        Ok(expression) => expression.evaluate(world),
        Err(problems) => panic!("{text}: {problems:#?}"),
    }
}

fn holds(world: &World, text: &str) -> bool {
    value(world, text) == Ok(Value::Bool(true))
}

#[test]
fn a_bare_statechart_reads_variables_and_event_data() {
    let world = World::bare(json!({"count": 3, "event": {"name": "go", "data": {"ok": true, "list": [1, 2]}}}));
    assert_eq!(value(&world, "count + 1"), Ok(Value::Int(4)));
    assert!(holds(&world, "active(\"a1\") && event.data.ok"));
    assert!(holds(&world, "event.name == 'go' && event.data.list[1] == 2 && event.data.list.size() == 2"));
    assert_eq!(value(&world, "event.data.missing.deeper"), Ok(Value::Null));
    assert_eq!(value(&world, "event.data.list[2]"), Err(Fault::Index(2)));
    assert_eq!(value(&world, "count > 'x'").map_err(|fault| fault.text().zh), {
        Err("应为同类且有先后的值，实为文字".to_owned())
    });
}

#[test]
fn precedence_and_ternary_follow_cel() {
    let world = World::bare(json!({"x": 7}));
    assert_eq!(value(&world, "1 + 2 * 3 - 8 / 4 % 3"), Ok(Value::Int(5)));
    assert_eq!(value(&world, "x > 5 ? 'big' : x > 2 ? 'middle' : 'small'"), Ok(Value::Text("big".into())));
    assert_eq!(value(&world, "-x + -7 / 2"), Ok(Value::Int(-10)));
    assert!(holds(&world, "!(x < 0) && x in [1, 7] && 'a' in {'a': 1}"));
}

#[test]
fn arithmetic_never_wraps() {
    let world = World::bare(json!({"most": i64::MAX, "zero": 0}));
    assert_eq!(value(&world, "most + 1"), Err(Fault::Overflow));
    assert_eq!(value(&world, "most * most"), Err(Fault::Overflow));
    assert_eq!(value(&world, "1 / zero"), Err(Fault::DivisionByZero));
    assert_eq!(value(&world, "1 % zero"), Err(Fault::DivisionByZero));
    assert_eq!(value(&world, "(-9223372036854775807 - 1) / -1"), Err(Fault::Overflow));
}

#[test]
fn and_or_absorb_faults_on_either_side() {
    let world = World::bare(json!({"zero": 0}));
    for text in ["zero == 1 && 1 / zero == 1", "1 / zero == 1 && zero == 1", "[0, 1].all(x, 1 / x == 1 && x != 1)"] {
        assert_eq!(value(&world, text), Ok(Value::Bool(false)), "{text}");
    }
    for text in ["zero == 0 || 1 / zero == 1", "1 / zero == 1 || zero == 0", "[0, 1].exists(x, 1 / x == 1)"] {
        assert_eq!(value(&world, text), Ok(Value::Bool(true)), "{text}");
    }
    assert_eq!(value(&world, "1 / zero == 1 && zero == 0"), Err(Fault::DivisionByZero));
}

#[test]
fn an_unanswered_field_is_null_and_decides_nothing_silently() {
    let world = World::form(&[]);
    assert!(holds(&world, "answers.report.status != 'none'"));
    assert!(holds(&world, "answers.report.status == null && !has(answers.report.status)"));
    assert!(holds(&world, "size(answers.report.heirs) == 0 && answers.report.heirs.all(h, h.share > 0)"));
    for text in ["answers.report.age > 18", "answers.report.agree", "answers.report.name.contains('x')"] {
        let fault = Expression::parse(text, &world, &Type::Bool).unwrap().truth(&world);
        assert!(matches!(fault, Err(Fault::Unanswered(ref path)) if path.starts_with("answers.report.")), "{text}");
    }
    assert!(!holds(&World::form(&[("name", Value::Text(String::new()))]), "has(answers.report.name)"));
}

#[test]
fn money_and_dates_keep_their_units() {
    let world = World::form(&[
        ("amount", Value::Money(1250)),
        ("died_on", Value::Date(date(2024, 1, 31))),
        ("age", Value::Int(3)),
    ]);
    assert!(holds(&world, "answers.report.amount == money('12.50') && answers.report.amount * 2 == yuan(25)"));
    assert!(holds(&world, "answers.report.amount <= parameter('cap')"));
    assert!(holds(&world, "answers.report.died_on + months(1) == date('2024-02-29')"));
    assert!(holds(&world, "answers.report.died_on - days(31) == date('2023-12-31')"));
    assert!(holds(&world, "days_between(date('2024-02-28'), date('2024-03-01')) == 2"));
    assert!(holds(
        &world,
        "age(date('2004-02-29'), date('2023-02-28')) == 18 && age(date('2004-02-29'), date('2023-03-01')) == 19"
    ));
    assert!(holds(&world, "string(answers.report.amount) + '元' == '12.50元'"));
    assert!(holds(&world, "min(answers.report.amount, yuan(3)) == yuan(3) && sum([1, 2, 3]) == 6"));
}

#[test]
fn loops_read_lists_and_names_of_maps() {
    let world = World::bare(json!({"rows": [{"n": 1}, {"n": 2}, {"n": 3}], "items": {"a": {"result": "success"}}}));
    assert!(holds(&world, "rows.exists(r, r.n == 2) && rows.all(r, r.n > 0) && rows.exists_one(r, r.n > 2)"));
    assert_eq!(value(&world, "rows.filter(r, r.n > 1).map(r, r.n * 10)"), {
        Ok(Value::List(vec![Value::Int(20), Value::Int(30)]))
    });
    assert!(holds(&world, "rows.exists(r, rows.exists(s, r.n == s.n + 2))"));
    assert!(holds(&world, "items.all(i, items[i].result == 'success')"));
}

#[test]
fn references_say_what_is_read_and_what_is_guarded() {
    let world = World::form(&[]);
    let read = |text: &str| -> Vec<(String, bool)> {
        let expression = Expression::parse(text, &world, &Type::Any).unwrap();
        expression.references().into_iter().map(|one| (one.path, one.guarded)).collect()
    };
    assert_eq!(read("answers.report.age > 1"), [("answers.report.age".into(), false)]);
    assert_eq!(read("has(answers.report.age) && answers.report.age > 1"), [("answers.report.age".into(), true)]);
    assert_eq!(read("answers.report.age == null || answers.report.age > 1"), [("answers.report.age".into(), true)]);
    assert_eq!(read("answers.report.age != null ? answers.report.age : 0"), [("answers.report.age".into(), true)]);
    assert_eq!(
        read("has(answers.report.age) || answers.report.age > 1"),
        [("answers.report.age".into(), true), ("answers.report.age".into(), false)]
    );
    assert_eq!(read("!has(answers.report.age) || answers.report.age > 1"), [("answers.report.age".into(), true)]);
}

#[test]
fn expressions_combine_and_keep_their_words() {
    let world = World::bare(json!({"x": 1}));
    let parse = |text: &str| Expression::parse(text, &world, &Type::Bool).unwrap();
    let both = parse("x == 1").and(parse("x < 5 && x > 0"));
    assert_eq!(both.to_string(), "(x == 1) && (x < 5 && x > 0)");
    assert_eq!(both.truth(&world), Ok(true));
    assert_eq!(both.clone().negated().truth(&world), Ok(false));
    assert_eq!(both.clone().negated().negated().truth(&world), Ok(true));
    assert_eq!(parse("x == 2").or(both).truth(&world), Ok(true));
    assert_eq!(Expression::constant(Value::Money(-1205)).to_string(), "money(\"-12.05\")");
    assert_eq!(parse("active('a1') || visits('a1') > 1").states(), ["a1"]);
}

/// A fragment: its inputs stand for something else, its states have longer paths.
struct Fragment(World);

impl Scope for Fragment {
    fn root(&self, name: &str) -> Option<Type> {
        match name {
            "input" => Some(Type::map([("held_while", Type::Bool), ("rounds", Type::Int)])),
            other => self.0.root(other),
        }
    }

    fn roots(&self) -> Vec<String> {
        vec!["answers".into(), "input".into()]
    }

    fn state(&self, path: &str) -> Result<(), StateProblem> {
        self.0.state(path)
    }

    fn state_path(&self, path: &str) -> Result<String, StateProblem> {
        self.0.state(path).map(|()| format!("handling.item.{path}"))
    }

    fn stands_for(&self, path: &[String]) -> Option<(Expression, Type)> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["input", "held_while"] => {
                let condition = "answers.report.heirs.exists(x, x.share > 60)";
                Some((Expression::parse(condition, &self.0, &Type::Bool).unwrap(), Type::Bool))
            }
            ["input", "rounds"] => Some((Expression::constant(Value::Int(2)), Type::Int)),
            ["answers", "own"] => Some((Expression::path(&["answers", "report"]), Type::map([("age", Type::Int)]))),
            _ => None,
        }
    }
}

#[test]
fn a_fragment_puts_its_inputs_and_paths_into_the_tree() {
    let heir = |share| Value::Map(BTreeMap::from([("share".to_owned(), Value::Int(share))]));
    let heirs = Value::List(vec![heir(30), heir(70)]);
    let fragment = Fragment(World::form(&[("heirs", heirs), ("age", Value::Int(2))]));
    let parse = |text: &str| Expression::parse(text, &fragment, &Type::Bool);
    let held = parse("[1, 2].exists(n, n == input.rounds && input.held_while)").unwrap();
    assert_eq!(held.truth(&fragment.0), Ok(true));
    assert_eq!(held.references()[0].path, "answers.report.heirs");
    assert_eq!(parse("active('a1')").unwrap().states(), ["handling.item.a1"]);
    let problems = parse("input.held_while && input.round > 1").unwrap_err();
    assert_eq!((problems[0].code, problems[0].column), ("E0206", 26));
}
