//! Random texts never panic and never outgrow a small stack; on small expressions our evaluator and the parser
//! crate's own one agree wherever both have an answer.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Bytes of stack in which every text must be read: half of what a worker thread has.
const STACK: usize = 1 << 20;

fn world() -> World {
    World::bare(json!({
        "x": 3, "y": -2, "zero": 0, "most": i64::MAX, "yes": true, "no": false, "word": "abc", "empty": "",
        "rows": [1, 2, 3], "table": {"a": 1, "b": {"c": "d"}}
    }))
}

/// Reads and evaluates in a thread of its own with a small stack; an overflow would end the whole test run.
fn survive(texts: Vec<String>) {
    let reading = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let world = world();
        for text in texts {
            if let Ok(expression) = Expression::parse(&text, &world, &Type::Any) {
                let _ = expression.evaluate(&world);
                let again = Expression::parse(&expression.to_string(), &world, &Type::Any);
                assert_eq!(again, Ok(expression));
            }
        }
    });
    reading.unwrap().join().unwrap();
}

#[test]
fn the_deepest_texts_that_are_let_through_fit_a_small_stack() {
    let wrap = |open: &str, close: &str, inner: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut texts = Vec::new();
    for times in 1..16 {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("!(", ")"),
            ("-(", ")"),
            ("size([", "])"),
            ("{'a': ", "}"),
            ("rows[", "]"),
            ("(1 + ", " + 1)"),
            ("(yes ? 1 : ", ")"),
            ("(1 + 1 + 1 + ", ")"),
        ] {
            texts.push(wrap(open, close, "1", times));
        }
    }
    for times in 1..70 {
        for (first, more) in
            [("1", "+1"), ("x", ".x"), ("x", "[0]"), ("yes", "?1:yes"), ("yes", " == yes"), ("1", " in 1")]
        {
            texts.push(format!("{first}{}", more.repeat(times)));
        }
    }
    texts.push(vec!["yes"; 100].join("&&"));
    texts.push(format!("[{}]", vec!["1"; 400].join(",")));
    survive(texts);
}

/// A word of the language, or nearly.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "x", "y", "yes", "no", "word", "rows", "table", "1", "0", "'a'", "\"b\"", "true", "false", "null",
        ]),
        8 => prop::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "?", ":", ",", ".", " in ",
            "(", ")", "[", "]", "{", "}",
        ]),
        2 => prop::sample::select(vec![
            "size", "has", "exists", "all", "map", "filter", "active", "visits", "parameter", "date", "money", "days",
            "'", "\"", "\\", "=", "。", "（", "#", "`", "@", "$", "\u{0}", "\n", "1.5", "0x1", "r'", "'''", ".?", "[?",
        ]),
    ]
    .prop_map(str::to_owned)
}

/// Small expressions of three kinds: numbers, conditions, texts. Every part has the type that its place needs.
type Kinds = [BoxedStrategy<String>; 3];

fn leaves() -> Kinds {
    let of = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned).boxed();
    [
        of(&["0", "1", "2", "7", "x", "y", "zero", "most", "table.a", "rows[1]", "rows[9]"]),
        of(&["true", "false", "yes", "no", "has(table.a)", "has(table.z)", "('a' in table)", "(3 in rows)"]),
        of(&["''", "'a'", "'abc'", "'文'", "word", "empty", "table.b.c"]),
    ]
}

/// One level more around each kind.
fn grown([number, condition, text]: &Kinds) -> Kinds {
    let pair = |of: &BoxedStrategy<String>, signs: &'static [&'static str]| {
        (of.clone(), prop::sample::select(signs), of.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})"))
    };
    let choice = |of: &BoxedStrategy<String>| {
        (condition.clone(), of.clone(), of.clone()).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})"))
    };
    let with = |of: &BoxedStrategy<String>, before: &'static str, after: &'static str| {
        of.clone().prop_map(move |inner| format!("{before}{inner}{after}"))
    };
    let loops = (number.clone(), prop::sample::select(vec!["exists", "all", "exists_one"]));
    [
        prop_oneof![
            2 => number.clone(),
            6 => pair(number, &["+", "-", "*", "/", "%"]),
            1 => with(number, "-(", ")"),
            1 => with(text, "size(", ")"),
            1 => with(condition, "[1, 2, 3].filter(e, e > 1 && ", ").size()"),
            1 => with(number, "[1, 2].map(e, e + ", ")[1]"),
            1 => choice(number),
        ]
        .boxed(),
        prop_oneof![
            2 => condition.clone(),
            3 => pair(number, &["==", "!=", "<", "<=", ">", ">="]),
            4 => pair(condition, &["&&", "||", "==", "!="]),
            2 => pair(text, &["==", "!=", "<", "<=", ">", ">="]),
            2 => with(condition, "!(", ")"),
            1 => with(number, "(", " in [1, x, 2])"),
            2 => loops.prop_map(|(a, name)| format!("[{a}, 2, y].{name}(e, 6 / e > 1)")),
            1 => with(text, "('a' + ", " in ['a', 'aa', word])"),
            1 => (text.clone(), text.clone()).prop_map(|(a, b)| format!("({a}.contains({b}) && {b}.startsWith({a}))")),
            1 => choice(condition),
        ]
        .boxed(),
        prop_oneof![2 => text.clone(), 3 => pair(text, &["+"]), 1 => choice(text)].boxed(),
    ]
}

fn sound() -> impl Strategy<Value = String> {
    let [number, condition, text] = grown(&grown(&grown(&leaves())));
    prop_oneof![number, condition, text]
}

/// The parser crate's own opinion.
fn second_opinion(text: &str) -> Option<Value> {
    let program = cel::Program::compile(text).unwrap();
    let mut context = cel::Context::default();
    for (name, (_, value)) in world().roots {
        context.add_variable_from_value(name, theirs(&value));
    }
    ours(&program.execute(&context).ok()?)
}

fn theirs(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => list.iter().map(theirs).collect::<Vec<_>>().into(),
        Value::Map(map) => {
            let map = map.iter().map(|(name, value)| (name.clone(), theirs(value)));
            map.collect::<std::collections::HashMap<String, cel::Value>>().into()
        }
        Value::Money(_) | Value::Date(_) | Value::Instant(_) => panic!("not in these tests"),
    }
}

fn ours(value: &cel::Value) -> Option<Value> {
    match value {
        cel::Value::Null => Some(Value::Null),
        cel::Value::Bool(yes) => Some(Value::Bool(*yes)),
        cel::Value::Int(number) => Some(Value::Int(*number)),
        cel::Value::UInt(number) => i64::try_from(*number).ok().map(Value::Int),
        cel::Value::String(text) => Some(Value::Text(text.to_string())),
        cel::Value::List(list) => list.iter().map(ours).collect::<Option<Vec<_>>>().map(Value::List),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_texts_never_panic(texts in prop::collection::vec(any::<String>(), 20)) {
        survive(texts);
    }

    #[test]
    fn arbitrary_words_never_panic(texts in prop::collection::vec(prop::collection::vec(word(), 0..40), 20)) {
        survive(texts.into_iter().map(|words| words.concat()).collect());
    }

    #[test]
    fn two_evaluators_agree_on_small_expressions(text in sound()) {
        let world = world();
        match Expression::parse(&text, &world, &Type::Any) {
            Ok(expression) => prop_assert_eq!(expression.evaluate(&world).ok(), second_opinion(&text), "{}", text),
            // Too deep, too dear, or a loop's name used twice: no answer to compare.
            Err(problems) => {
                let bound = ["E0201", "E0202", "E0208", "E0216", "E0217"];
                prop_assert!(problems.iter().all(|problem| bound.contains(&problem.code)), "{}: {:?}", text, problems);
            }
        }
    }
}
