//! The page about expressions says only what is so.

use super::*;

const PAGE: &str = include_str!("../../../../docs/expressions.md");

/// The lines inside the fenced blocks of a kind.
fn lines(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    PAGE.split(&fence).skip(1).flat_map(|block| block.split("```").next().unwrap_or("").lines()).collect()
}

fn world() -> World {
    let row = |name: &str, share| {
        let row = [("name", Value::Text(name.into())), ("share", Value::Int(share))];
        Value::Map(row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let mut world = World::form(&[
        ("name", Value::Text("Li".into())),
        ("age", Value::Int(63)),
        ("amount", Value::Money(1250)),
        ("born_on", Value::Date(date(1962, 2, 28))),
        ("happened_on", Value::Date(date(2025, 5, 10))),
        ("status", Value::Text("resident".into())),
        ("agree", Value::Bool(true)),
        ("heirs", Value::List(vec![row("Wang", 60), row("Zhao", 40)])),
    ]);
    world.roots.insert("count".into(), (Type::Any, Value::Int(3)));
    world
}

#[test]
fn every_line_of_the_page_is_so() {
    let world = world();
    let (examples, refused) = (lines("cel"), lines("refused"));
    assert!(examples.len() > 20 && refused.len() > 10);
    for text in examples {
        let expression = Expression::parse(text, &world, &Type::Bool).expect(text);
        assert_eq!(expression.truth(&world), Ok(true), "{text}");
    }
    for text in refused {
        assert!(Expression::parse(text, &world, &Type::Bool).is_err(), "{text}");
    }
}
