//! Applying one thing at a time: every shipped door to its declaration, drafts that lose nothing, and one case for what is
//! sent twice.

use onething_engine::organisation::Actor;

use super::world::{Answer, World, report};
use crate::app::Mode;

/// Where an answer sends on.
pub fn to(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    answer.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned()
}

/// Begins an application; the address of its hub.
pub async fn begin(world: &World, cookie: &str, token: &str, process: &str, door: &str) -> String {
    to(&world.post(&format!("/s/{process}/start/{door}"), cookie, &[("_csrf", token)]).await)
}

/// The answers of the sample report that stand on a page, with the token.
fn of_page<'a>(page: &str, token: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut pairs: Vec<(&str, &str)> =
        report().into_iter().filter(|(name, _)| name.split('.').next() == Some(page)).collect();
    pairs.extend([("_csrf", token), ("_do", "send")]);
    pairs
}

#[tokio::test]
async fn a_report_goes_page_by_page_to_one_case() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let hub = begin(&world, &cookie, &token, "after-death", "family").await;
    let page = world.get(&hub, &cookie).await.body;
    assert!(page.contains("未开始") && page.contains("还差 2 项"), "{page}");
    assert_eq!(to(&world.get(&format!("{hub}/declare"), &cookie).await), format!("{hub}/review"), "not yet");

    // The place of death decides whether an address is asked; the page comes again with that question, nothing lost.
    let deceased = format!("{hub}/q/deceased");
    assert!(!world.get(&deceased, &cookie).await.body.contains("deceased.address"));
    let mut first = of_page("deceased", &token);
    first.retain(|(name, _)| *name != "deceased.address");
    let more = to(&world.post(&deceased, &cookie, &first).await);
    assert!(more.starts_with(&format!("{deceased}?more=1")), "{more}");
    let again = world.get(&more, &cookie).await.body;
    assert!(again.contains("deceased.address") && again.contains("标记甲") && again.contains("还有几项要填"));
    assert!(world.get(&hub, &cookie).await.body.contains("已完成"), "an optional question keeps nobody");

    let next = to(&world.post(&deceased, &cookie, &of_page("deceased", &token)).await);
    assert_eq!(next, format!("{hub}/q/applicant"));
    let mut wrong = of_page("applicant", &token);
    wrong.retain(|(name, _)| *name != "applicant.phone");
    let answer = world.post(&next, &cookie, &wrong).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.body.contains("<title>需要修改：") && answer.body.contains("href=\"#f-applicant-phone\""));
    assert!(answer.body.contains("标记乙"), "what was typed is on the page");
    assert!(world.get(&hub, &cookie).await.body.contains("填写中"));
    let review = world.get(&format!("{hub}/review"), &cookie).await.body;
    assert!(
        review.contains(&format!("{hub}/q/applicant?from=review#f-applicant-phone")),
        "what is missing comes first"
    );

    let next = to(&world.post(&next, &cookie, &of_page("applicant", &token)).await);
    assert_eq!(next, format!("{hub}/q/certificate"));
    let next = to(&world.post(&next, &cookie, &[("_csrf", &token), ("_do", "send")]).await);
    assert_eq!(next, format!("{hub}/review"));
    let review = world.get(&next, &cookie).await.body;
    assert!(
        review.contains("138 0000 0001") && review.contains("您自己填写") && review.contains("只有这些部门和人能看到")
    );
    let changed = to(&world
        .post(&format!("{hub}/q/applicant"), &cookie, &{
            let mut pairs = of_page("applicant", &token);
            pairs.push(("_from", "review"));
            pairs
        })
        .await);
    assert_eq!(changed, format!("{hub}/review"), "a change comes back to the overview");

    let declare = format!("{hub}/declare");
    let page = world.get(&declare, &cookie).await.body;
    assert!(page.contains("我确认属实，提交给 ") && page.contains(" 个部门</button>"), "{page}");
    let sent = world.post(&declare, &cookie, &[("_csrf", &token)]).await;
    // The sample world has an open case for this person already.
    assert_eq!(sent.status.as_u16(), 409, "{}", sent.body);
    assert!(sent.body.contains("所填内容都还在草稿里"));
    let number = "320404195001010015";
    let digit = onething_engine::form::id_number::check_character(&number[..17]).expect("a check digit");
    let number = format!("{}{digit}", &number[..17]);
    let mut other = of_page("deceased", &token);
    other.retain(|(name, _)| *name != "deceased.id_number");
    other.push(("deceased.id_number", &number));
    to(&world.post(&deceased, &cookie, &other).await);
    let case = to(&world.post(&declare, &cookie, &[("_csrf", &token)]).await);
    assert!(case.starts_with("/c/"), "{case}");
    // Sent twice, or any page of it opened again: the same case.
    assert_eq!(to(&world.post(&declare, &cookie, &[("_csrf", &token)]).await), case);
    assert_eq!(to(&world.post(&deceased, &cookie, &other).await), case);
    assert_eq!(Some(to(&world.get(&hub, &cookie).await).as_str()), case.split('?').next());
}

#[tokio::test]
async fn every_door_has_a_start_page_a_hub_and_pages_that_hold_each_question_once() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let rules = world.app.rules();
    let now = world.app.now().await.expect("a time");
    let mut doors = 0;
    for definition in world.app.services(now) {
        for door in definition.doors.values().filter(|door| door.party.is_some()) {
            let Some(form) = door.form.as_ref().and_then(|form| definition.forms.get(form)) else { continue };
            doors += 1;
            let address = format!("/s/{}/start/{}", definition.name, door.name);
            assert_eq!(world.get(&address, "").await.status.as_u16(), 200, "{address} for a stranger");
            let hub = begin(&world, &cookie, &token, &definition.name, &door.name).await;
            assert_eq!(world.get(&hub, &cookie).await.status.as_u16(), 200, "{address}");
            let pages = form.pages();
            let held: Vec<&String> = pages.iter().flat_map(|page| &page.fields).collect();
            let fields: Vec<&String> = form.fields.iter().map(|field| &field.id).collect();
            assert_eq!(held, fields, "{address}: the pages ask every field once, in the order of the form");
            for page in &pages {
                let answer = world.get(&format!("{hub}/q/{}", page.id), &cookie).await;
                assert_eq!(answer.status.as_u16(), 200, "{address} {}", page.id);
                let saved = [("_csrf", token.as_str()), ("_do", "save")];
                assert_eq!(to(&world.post(&format!("{hub}/q/{}", page.id), &cookie, &saved).await), hub);
            }
            let review = world.get(&format!("{hub}/review"), &cookie).await;
            assert!(review.body.contains("还要补上"), "{address}: nothing was filled in");
            assert_eq!(
                to(&world.post(&format!("{hub}/declare"), &cookie, &[("_csrf", &token)]).await),
                format!("{hub}/review")
            );
        }
    }
    assert!(doors >= 6, "{doors} doors for applicants among {} processes", rules.published.len());
}

#[tokio::test]
async fn two_pages_saved_at_once_lose_nothing_and_drafts_are_found_and_dropped() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let hub = begin(&world, &cookie, &token, "after-death", "family").await;
    let (deceased, applicant) = (format!("{hub}/q/deceased"), format!("{hub}/q/applicant"));
    let (first, second) = (of_page("deceased", &token), of_page("applicant", &token));
    tokio::join!(world.post(&deceased, &cookie, &first), world.post(&applicant, &cookie, &second));
    let review = world.get(&format!("{hub}/review"), &cookie).await.body;
    assert!(review.contains("标记甲") && review.contains("标记乙"), "{review}");
    // The dense form shows the same draft.
    let id = hub.trim_start_matches("/apply/");
    let dense = world.get(&format!("/s/after-death/all/family?draft={id}"), &cookie).await.body;
    assert!(dense.contains("标记甲") && dense.contains("标记乙"));
    assert!(world.get("/me", &cookie).await.body.contains(&format!("href=\"{hub}\"")));
    let (family, foreign) = world.enter(&Actor::citizen("family")).await;
    assert!(!world.get("/me", &family).await.body.contains(&hub), "nobody else's");
    let drop = format!("{hub}/drop");
    assert_eq!(world.post(&drop, &family, &[("_csrf", &foreign)]).await.status.as_u16(), 404);
    assert_eq!(to(&world.post(&drop, &cookie, &[("_csrf", &token)]).await), "/me");
    assert_eq!(world.get(&hub, &cookie).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_code_hands_an_application_over_once_and_nobody_guesses_for_long() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let hub = begin(&world, &cookie, &token, "after-death", "family").await;
    world.post(&format!("{hub}/q/deceased"), &cookie, &of_page("deceased", &token)).await;
    let ask = format!("{hub}/code");
    let wrong = world.post(&ask, &cookie, &[("_csrf", &token), ("phone", "12")]).await;
    assert_eq!(wrong.status.as_u16(), 422, "a number that is none");
    let page = world.post(&ask, &cookie, &[("_csrf", &token), ("phone", "１３８ 0000-0009")]).await.body;
    let code = page.split("<dd><strong>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
    assert_eq!(code.len(), 11, "{code}");
    let (family, foreign) = world.enter(&Actor::citizen("family")).await;
    let lower = code.to_lowercase();
    let guess =
        world.post("/resume", &family, &[("_csrf", &foreign), ("phone", "13800000008"), ("code", &lower)]).await;
    assert_eq!(guess.status.as_u16(), 422);
    assert!(guess.body.contains("没有找到") && !guess.body.contains("标记甲"));
    let found =
        world.post("/resume", &family, &[("_csrf", &foreign), ("phone", "13800000009"), ("code", &lower)]).await;
    assert_eq!(to(&found), hub);
    assert!(world.get(&format!("{hub}/review"), &family).await.body.contains("标记甲"), "with everything typed so far");
    assert_eq!(world.get(&hub, &cookie).await.status.as_u16(), 404, "it has changed hands");
    for _ in 0..5 {
        world.post("/resume", &cookie, &[("_csrf", &token), ("phone", "13800000007"), ("code", "AAAAAAAAAA")]).await;
    }
    let last = world.post("/resume", &cookie, &[("_csrf", &token), ("phone", "13800000007"), ("code", "B")]).await;
    assert_eq!(last.status.as_u16(), 429, "five guesses, then a while of nothing");
}
