//! Text that wants to hurt: too long, too deep, never ending; and data that looks like code.

use serde_json::json;

use super::*;

fn refused(text: &str) -> &'static str {
    let world = World::bare(json!({"x": 1, "rows": [1]}));
    Expression::parse(text, &world, &Type::Any).expect_err(text).first().map_or("", |problem| problem.code)
}

#[test]
fn nesting_and_chains_are_refused_before_the_parser_runs() {
    assert_eq!(refused(&"(".repeat(500)), "E0202");
    assert_eq!(refused(&format!("{}x{}", "(".repeat(400), ")".repeat(400))), "E0202");
    assert_eq!(refused(&"[".repeat(1000)), "E0202");
    assert_eq!(refused(&format!("x{}", "[0]".repeat(300))), "E0202");
    assert_eq!(refused(&format!("x{}", ".x".repeat(500))), "E0202");
    assert_eq!(refused(&format!("1{}", "+1".repeat(59))), "E0202");
    assert_eq!(refused(&format!("x{}", "?x:x".repeat(200))), "E0202");
    assert_eq!(refused(&format!("x{}", " in x".repeat(150))), "E0202");
    assert_eq!(refused(&"!!(".repeat(42)), "E0203");
    assert_eq!(refused(&"!(".repeat(42)), "E0202");
    assert_eq!(refused(&"-(-(".repeat(42)), "E0202");
    assert_eq!(refused(&"!".repeat(1000)), "E0203");
    assert_eq!(refused(&"- ".repeat(500)), "E0203");
    assert_eq!(refused(&"x".repeat(1025)), "E0201");
    assert_eq!(refused("rows.all(a, rows.all(b, rows.all(c, true)))"), "E0216");
}

#[test]
fn escapes_and_strings_outside_the_small_grammar_are_refused() {
    for text in
        ["r'x'", "b'x'", "'''x'''", "'\\x41'", "'\\q((('", "'a\nb'", "\"x", "`x`", "1u", "0x1F", "1e9", "1.0", "x//y"]
    {
        let code = refused(text);
        assert!(["E0203", "E0204", "E0218"].contains(&code), "{text}: {code}");
    }
    assert_eq!(refused("Foo{a: 1}"), "E0218");
    assert_eq!(refused("x.?y"), "E0203");
}

#[test]
fn a_long_chain_of_conditions_is_allowed() {
    let world = World::bare(json!({"x": 1}));
    let text = vec!["x == 1"; 90].join(" && ");
    assert_eq!(value(&world, &text), Ok(Value::Bool(true)));
}

#[test]
fn a_used_up_budget_stops_the_evaluation() {
    let rows: Vec<i64> = (0..400).collect();
    let world = World::bare(json!({"rows": rows}));
    assert_eq!(value(&world, "rows.exists(a, rows.exists(b, a < b - 1000))"), Err(Fault::Exhausted));
    assert_eq!(value(&world, "true || rows.exists(a, rows.exists(b, a < b - 1000))"), Ok(Value::Bool(true)));
    assert_eq!(value(&world, "rows.exists(a, rows.exists(b, a < b - 1000)) || true"), Err(Fault::Exhausted));
}
