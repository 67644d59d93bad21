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

/// Texts that some template or expression language would evaluate: every opening and closing with every payload.
fn polyglots() -> Vec<String> {
    let marks = [
        ("${", "}"),
        ("#{", "}"),
        ("{{", "}}"),
        ("*{", "}"),
        ("@{", "}"),
        ("~{", "}"),
        ("<%= ", " %>"),
        ("__${", "}__::.x"),
        ("$(", ")"),
        ("`", "`"),
        ("{%", "%}"),
        ("[[${", "}]]"),
        ("${{", "}}"),
        ("<#assign x=", ">"),
        ("#set($x=", ")"),
        ("=", ""),
        ("'+", "+'"),
        ("\" + ", " + \""),
        ("\\u0024{", "}"),
        ("", ""),
    ];
    let payloads = [
        "7*7",
        "1+1",
        "x == 1",
        "active(\"a1\")",
        "true || true",
        "T(java.lang.Runtime).getRuntime().exec(\"id\")",
        "money(\"1.00\")",
        "answers.report.name",
        "'a'.constructor.constructor('return 1')()",
        "{\"a\": 1}",
    ];
    marks.iter().flat_map(|(open, close)| payloads.iter().map(move |inner| format!("{open}{inner}{close}"))).collect()
}

#[test]
fn data_is_never_evaluated() {
    let polyglots = polyglots();
    assert_eq!(polyglots.len(), 200);
    for data in polyglots {
        let world = World::bare(json!({"x": data, "rows": [{"n": data}], "event": {"data": {"n": data}}}));
        let same = Ok(Value::Text(data.clone()));
        for text in ["x", "x + ''", "rows[0].n", "rows.map(r, r.n)[0]", "event.data['n']", "true ? x : ''", "string(x)"]
        {
            assert_eq!(value(&world, text), same, "{text} on {data}");
        }
        for text in ["x == event.data.n", "x in [event.data.n]", "x.contains(event.data.n)", "{'k': x}.k == x"] {
            assert_eq!(value(&world, text), Ok(Value::Bool(true)), "{text} on {data}");
        }
        assert_eq!(value(&world, "date(x)"), Err(Fault::Malformed("a date")), "{data}");
        assert_eq!(value(&world, "money(x)"), Err(Fault::Malformed("an amount of money")), "{data}");
        assert!(matches!(value(&world, "x && true"), Err(Fault::Mismatch { .. })), "{data}");
        // Written into an expression as a literal it is still only text.
        let literal = Expression::constant(Value::Text(data.clone())).to_string();
        assert_eq!(value(&world, &literal), same, "{literal}");
    }
}
