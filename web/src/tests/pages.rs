//! What pages say and keep: headers on every answer, nothing lost on errors, and only what a viewer may see.

use axum::body::Body;
use axum::http::Method;
use onething_engine::organisation::Actor;

use super::world::{ADDRESS, NUMBER, World, report, request};
use crate::app::Mode;

#[tokio::test]
async fn every_answer_is_protected_errors_included() {
    let world = World::new(Mode::Demo).await;
    for path in ["/", "/static/style.css", "/nothing", "/desk", "/c/none", "/s/none", "/healthz"] {
        let answer = world.get(path, "").await;
        let has = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = has("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(has("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(has("referrer-policy"), "same-origin", "{path}");
        assert!(!has("x-request-id").is_empty(), "{path}");
        let inline = answer.body.replace("<script src=\"/static/", "").contains("<script");
        assert!(!inline && !answer.body.contains(" style="), "{path}: a script or style inside the page");
        if !path.starts_with("/static") {
            assert_eq!(has("cache-control"), "no-store", "{path}");
        }
    }
    let elsewhere = request(Method::GET, "/", "").header("host", "evil.example").body(Body::empty()).unwrap();
    let mut elsewhere = elsewhere;
    elsewhere.headers_mut().insert("host", "evil.example".parse().unwrap());
    assert_eq!(world.send(elsewhere).await.status.as_u16(), 403, "the demonstration answers to its own names only");
}

#[tokio::test]
async fn what_was_typed_stays_on_the_page_when_answers_are_wrong() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let mut pairs = report();
    pairs.retain(|(name, _)| *name != "deceased.id_number");
    pairs.extend([("deceased.id_number", "3204<b>"), ("_do", "send"), ("_csrf", &token)]);
    let answer = world.post("/s/after-death/all/family", &cookie, &pairs).await;
    assert_eq!(answer.status.as_u16(), 422);
    for text in ["标记甲", "标记乙", ADDRESS, "13800000001", "320404196805200026"] {
        assert!(answer.body.contains(text), "{text} was lost");
    }
    assert!(answer.body.contains("value=\"home\" checked"), "a choice was lost");
    assert!(!answer.body.contains("3204<b>"), "typed text is text, not markup");
    assert!(answer.body.contains("href=\"#f-deceased-id-number\""), "the summary leads to the field");
    assert!(answer.body.contains("逝者 · "), "the summary says in which group");
    assert!(answer.body.contains("aria-invalid=\"true\""));
    // It was kept as well: the draft brings it back, for its owner only.
    let draft = format!("/s/after-death/all/family?draft={}", answer.input("_draft"));
    assert!(world.get(&draft, &cookie).await.body.contains("标记甲"));
    let (other, _) = world.enter(&Actor::citizen("family")).await;
    assert!(!world.get(&draft, &other).await.body.contains("标记甲"));
}

#[tokio::test]
async fn a_case_goes_from_the_form_to_the_next_task_once() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let form = world.get("/s/after-death/all/family", &cookie).await;
    let (draft, key) = (form.input("_draft"), form.input("_key"));
    let mut pairs = report();
    pairs.retain(|(name, _)| *name != "deceased.id_number");
    pairs.extend([("deceased.id_number", "320404195001010014"), ("_do", "send"), ("_csrf", &token)]);
    pairs.extend([("_draft", draft.as_str()), ("_version", "0"), ("_key", key.as_str())]);
    let digit = onething_engine::form::id_number::check_character("32040419500101001").unwrap();
    let number = format!("32040419500101001{digit}");
    for pair in &mut pairs {
        if pair.0 == "deceased.id_number" {
            pair.1 = &number;
        }
    }
    let first = world.post("/s/after-death/all/family", &cookie, &pairs).await;
    assert_eq!(first.status.as_u16(), 303, "{}", first.body);
    let place = first.headers.get("location").unwrap().to_str().unwrap().to_owned();
    let page = world.get(&place, &cookie).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.body.contains("受理核对"), "the stage is named");
    // The same form again leads to the same case.
    let again = world.post("/s/after-death/all/family", &cookie, &pairs).await;
    assert_eq!(again.headers.get("location").map(|to| to.to_str().unwrap().to_owned()), Some(place.clone()));
    // Somebody else's page of it is not there.
    let (family, _) = world.enter(&Actor::citizen("family")).await;
    assert_eq!(world.get(place.split('?').next().unwrap(), &family).await.status.as_u16(), 404);
}

#[tokio::test]
async fn fields_leave_the_server_only_for_those_whom_the_form_names() {
    let world = World::new(Mode::Demo).await;
    let path = format!("/c/{}", world.case);
    let page = |actor: Actor| {
        let (world, path) = (&world, &path);
        async move {
            let (cookie, _) = world.enter(&actor).await;
            world.get(path, &cookie).await.body
        }
    };
    let grouped = "320404 19410312 0014";
    let window = page(world.staff("gu_ping")).await;
    assert!(window.contains(ADDRESS), "who works on it sees what they work with");
    let pension = page(world.staff("jiang_hua")).await;
    assert!(pension.contains("标"), "the office knows the case");
    assert!(!pension.contains(ADDRESS) && !pension.contains("示例一街道标"), "the address is not for this office");
    for seen in [window, pension, page(world.staff("sun_zheng")).await, page(Actor::citizen("family")).await] {
        assert!(!seen.contains(grouped) && !seen.contains(NUMBER), "numbers are masked for everybody");
    }
}

#[tokio::test]
async fn a_second_application_for_the_same_matter_shows_the_way_on_and_keeps_what_was_typed() {
    let world = World::new(Mode::Demo).await;
    let case = world.case.parse().map(onething_engine::case::CaseId).expect("an id");
    let held = world.app.store().case(case).await.expect("a store that answers").expect("the case");
    let (number, link) = (held.loaded.case.number, format!("href=\"/c/{case}\""));
    for (who, knows) in [("family", true), ("neighbour", false)] {
        let (cookie, token) = world.enter(&Actor::citizen(who)).await;
        let form = world.get("/s/after-death/all/family", &cookie).await;
        let (draft, key) = (form.input("_draft"), form.input("_key"));
        let mut pairs = report();
        pairs.extend([("_do", "send"), ("_csrf", &token), ("_draft", &draft), ("_version", "0"), ("_key", &key)]);
        let answer = world.post("/s/after-death/all/family", &cookie, &pairs).await;
        assert_eq!(answer.status.as_u16(), 409, "{who}");
        assert!(answer.body.contains("同一事项已有在办的办件"), "{who}: it says what happened");
        assert!(knows || answer.body.contains("请向受理窗口查询进度"), "{who}: it says what to do");
        assert_eq!(answer.body.contains(&number), knows, "{who}: only who may see the case learns its number");
        assert_eq!(answer.body.contains(&link), knows, "{who}: and gets there");
        assert!(answer.body.contains("标记甲"), "{who}: what was typed is on the page");
        let kept = format!("/s/after-death/all/family?draft={}", answer.input("_draft"));
        assert!(world.get(&kept, &cookie).await.body.contains("标记甲"), "{who}: and in the draft");
    }
}
