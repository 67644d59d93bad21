//! Looking up a stage without signing in: only with both number and digits, only a few times, and nothing but the stage.

use onething_engine::case::CaseId;

use super::world::{Answer, NUMBER, World};
use crate::app::Mode;

async fn number(world: &World) -> String {
    let id = world.case.parse().map(CaseId).expect("an id");
    world.app.store().case(id).await.expect("a store").expect("the case").loaded.case.number
}

/// A stranger with a page of the form.
async fn stranger(world: &World) -> (String, String) {
    let page = world.get("/track", "").await;
    let set = page.headers.get("set-cookie").expect("a cookie").to_str().expect("ASCII");
    (set.split(';').next().unwrap_or_default().to_owned(), page.input("_csrf"))
}

async fn ask(world: &World, (cookie, token): &(String, String), number: &str, digits: &str) -> Answer {
    world.post("/track", cookie, &[("_csrf", token), ("number", number), ("digits", digits)]).await
}

/// What the page says, without what was typed.
fn said(answer: &Answer, number: &str) -> String {
    let main = answer.body.split("<main").nth(1).unwrap_or_default();
    main.split("</main>").next().unwrap_or_default().replace(number, "NUMBER")
}

#[tokio::test]
async fn number_and_digits_show_the_stage_and_nothing_else() {
    let world = World::new(Mode::Demo).await;
    let (who, number) = (stranger(&world).await, number(&world).await);
    for digits in ["0001", "0026", "００２６"] {
        let answer = ask(&world, &who, &number.to_lowercase(), digits).await;
        assert_eq!(answer.status.as_u16(), 200, "{digits}: {}", answer.body);
        let main = said(&answer, &number);
        assert!(main.contains("受理核对"), "the stage: {main}");
        for text in ["标记甲", "标记乙", "身后", NUMBER, &world.case, "街道综合窗口"] {
            assert!(!main.contains(text), "{text} is not for strangers");
        }
    }
}

#[tokio::test]
async fn a_number_that_does_not_exist_looks_like_wrong_digits() {
    let world = World::new(Mode::Demo).await;
    let (who, number) = (stranger(&world).await, number(&world).await);
    let wrong = ask(&world, &who, &number, "9999").await;
    // Of the person who died everybody may know the number; it opens nothing.
    let silent = ask(&world, &who, &number, "0014").await;
    let last = if number.ends_with('9') { "8" } else { "9" };
    let none = format!("{}{last}", &number[..number.len() - 1]);
    let unknown = ask(&world, &who, &none, "0001").await;
    for answer in [&wrong, &silent, &unknown] {
        assert_eq!(answer.status.as_u16(), 422);
    }
    assert_eq!(said(&wrong, &number), said(&unknown, &none));
    assert_eq!(said(&wrong, &number), said(&silent, &number));
}

#[tokio::test]
async fn few_guesses_at_one_number_and_few_numbers_from_one_address() {
    let world = World::new(Mode::Demo).await;
    let (who, number) = (stranger(&world).await, number(&world).await);
    for n in 0..5 {
        assert_eq!(ask(&world, &who, &number, &format!("900{n}")).await.status.as_u16(), 422, "{n}");
    }
    let right = ask(&world, &who, &number, "0001").await;
    assert_eq!(right.status.as_u16(), 429, "also the right digits, and it does not say so");
    for n in 6..20 {
        assert_eq!(ask(&world, &who, &format!("NONE-{n}"), "0001").await.status.as_u16(), 422, "{n}");
    }
    assert_eq!(ask(&world, &who, "NONE-20", "0001").await.status.as_u16(), 429, "twenty from one address");
    let nothing = ask(&world, &who, "", "").await;
    assert_eq!(nothing.status.as_u16(), 422, "an empty form says what is missing and is not counted");
}
