//! Who looked at a case: numbers are masked until a reason is recorded, and the applicant reads who it was.

use onething_engine::organisation::Actor;

use super::world::{NUMBER, World};
use crate::app::Mode;
use crate::reads::REVEALS_MAX;

const PHONE: &str = "13800000001";

fn place(world: &World, path: &str) -> String {
    format!("/c/{}/reveal/~report~{path}", world.case)
}

/// The body without the spaces that make numbers easier to read.
fn closed(body: &str) -> String {
    body.replace(' ', "")
}

#[tokio::test]
async fn numbers_are_masked_on_every_page_of_a_case_for_everybody() {
    let world = World::new(Mode::Demo).await;
    let actors = ["gu_ping", "jiang_hua", "sun_zheng"].map(|id| world.staff(id));
    for actor in actors.into_iter().chain([Actor::citizen("family")]) {
        let (cookie, _) = world.enter(&actor).await;
        for path in
            [format!("/c/{}", world.case), format!("/desk/t/{}/1", world.case), format!("/c/{}/t/1", world.case)]
        {
            let body = closed(&world.get(&path, &cookie).await.body);
            for full in [NUMBER, PHONE, "320404196805200026"] {
                assert!(!body.contains(full), "{full} on {path} for {}", actor.id);
            }
        }
    }
}

#[tokio::test]
async fn a_number_in_full_takes_a_reason_that_the_applicant_reads() {
    let world = World::new(Mode::Demo).await;
    let (window, token) = world.enter(&world.staff("gu_ping")).await;
    let (family, _) = world.enter(&Actor::citizen("family")).await;
    let case = format!("/c/{}", world.case);
    let id = place(&world, "deceased.id_number");
    assert!(world.get(&case, &window).await.body.contains(&id), "the page leads there");
    let before = world.get(&id, &window).await;
    assert_eq!(before.status.as_u16(), 200);
    assert!(!closed(&before.body).contains(NUMBER), "asking shows nothing");
    let long = "长".repeat(201);
    let refused: [&[(&str, &str)]; 5] = [
        &[],
        &[("reason", "curiosity")],
        &[("reason", "other")],
        &[("reason", "other"), ("note", "  ")],
        &[("reason", "contact"), ("note", &long)],
    ];
    for pairs in refused {
        let pairs: Vec<(&str, &str)> = pairs.iter().copied().chain([("_csrf", token.as_str())]).collect();
        let answer = world.post(&id, &window, &pairs).await;
        assert_eq!(answer.status.as_u16(), 422, "{pairs:?}");
        assert!(!closed(&answer.body).contains(NUMBER), "{pairs:?}");
    }
    assert!(
        !world.get(&case, &family).await.body.contains("查看了完整号码："),
        "nothing was shown, nothing is recorded"
    );
    let answer = world.post(&id, &window, &[("_csrf", &token), ("reason", "other"), ("note", "核对墓穴登记")]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert!(closed(&answer.body).contains(NUMBER), "shown once");
    let page = world.get(&case, &family).await.body;
    let record = page.split("id=\"readers\"").nth(1).expect("the record").split("</section>").next().unwrap();
    for text in ["街道综合窗口", "科室负责人", "查看了完整号码：", "身份证号", "核对墓穴登记", "打开了办件页面"]
    {
        assert!(record.contains(text), "{text} is missing: {record}");
    }
    assert!(!record.contains("顾萍") && !record.contains("gu_ping"), "no name of a clerk");
    let again = closed(&world.get(&case, &window).await.body);
    assert!(!again.contains(NUMBER), "it is masked again");
    assert!(!again.contains("谁看过我的材料"), "the record is for the applicant");
}

#[tokio::test]
async fn only_numbers_that_one_may_see_and_works_with_are_shown() {
    let world = World::new(Mode::Demo).await;
    let (window, token) = world.enter(&world.staff("gu_ping")).await;
    let form = [("_csrf", token.as_str()), ("reason", "identity")];
    for path in ["deceased.address", "deceased.name", "deceased", "nothing", "applicant.id_number.x"] {
        assert_eq!(world.get(&place(&world, path), &window).await.status.as_u16(), 404, "{path}");
        assert_eq!(world.post(&place(&world, path), &window, &form).await.status.as_u16(), 404, "{path}");
    }
    for id in ["jiang_hua", "sun_zheng"] {
        let (cookie, token) = world.enter(&world.staff(id)).await;
        let form = [("_csrf", token.as_str()), ("reason", "identity")];
        let answer = world.post(&place(&world, "deceased.id_number"), &cookie, &form).await;
        assert_eq!(answer.status.as_u16(), 404, "{id} has no work in it");
    }
}

#[tokio::test]
async fn a_person_sees_so_many_numbers_in_an_hour_and_no_more() {
    let world = World::new(Mode::Demo).await;
    let (window, token) = world.enter(&world.staff("gu_ping")).await;
    let form = [("_csrf", token.as_str()), ("reason", "contact")];
    let phone = place(&world, "applicant.phone");
    for n in 1..=REVEALS_MAX {
        assert_eq!(world.post(&phone, &window, &form).await.status.as_u16(), 200, "number {n}");
    }
    let answer = world.post(&phone, &window, &form).await;
    assert_eq!(answer.status.as_u16(), 429);
    assert!(!closed(&answer.body).contains(PHONE));
}
