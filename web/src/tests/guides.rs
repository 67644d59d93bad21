//! Finding a service and getting one's own list, as a visitor without an account does it.

use onething_engine::text::Language;

use super::world::World;
use crate::app::Mode;

/// The address an answer leads to.
fn location(answer: &super::world::Answer) -> String {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn everyday_words_and_initials_find_a_service() {
    let world = World::new(Mode::Demo).await;
    for (asked, service) in [
        ("销户口", "after-death"),
        ("%E4%B8%A7%E8%91%AC%E8%B4%B9", "after-death"),
        ("lz", "marriage"),
        ("jiehun", "marriage"),
        ("护理补贴", "disability-subsidy"),
        ("没钱看病", "urgent-assistance"),
    ] {
        let answer = world.get(&format!("/s?q={}", crate::gate::encode(asked).replace("%25", "%")), "").await;
        let first = answer.body.split("<li><a href=\"/s/").nth(1).unwrap_or_default();
        assert!(first.starts_with(service), "{asked} finds {first:.40}");
    }
    let nothing = world.get("/s?q=zzzz", "").await;
    assert!(nothing.body.contains("没有找到") && nothing.body.contains("12345"));
    let hostile = world.get("/s?q=%3Cscript%3E%22", "").await;
    assert!(!hostile.body.contains("<script>\""), "what was typed is text");
}

#[tokio::test]
async fn a_few_questions_lead_to_a_list_of_ones_own() {
    let world = World::new(Mode::Demo).await;
    let mut page = world.get("/s/marriage/check", "").await;
    assert!(page.body.contains("第 1 题") && page.body.contains("不清楚"));
    let empty = world.get("/s/marriage/check?go=1", "").await;
    assert_eq!(empty.status.as_u16(), 422, "nothing chosen is no answer");
    assert!(empty.body.contains("请选一项"));
    // Single, single, not related, the household status along with it, nothing else.
    for picked in ["a=0", "a=0", "a=0", "a=1", "a=nothing"] {
        let at = page.input("at");
        let answer = world.get(&format!("/s/marriage/check?at={at}&{picked}&go=1"), "").await;
        assert_eq!(answer.status.as_u16(), 303, "{picked}: {}", answer.body);
        page = world.get(&location(&answer), "").await;
    }
    let list = world.get(&location(&page), "").await;
    assert_eq!(list.status.as_u16(), 200);
    for text in ["我的一次告知单", "双方居民身份证原件", "户口婚姻状况变更", "公安分局", "<svg", "最迟 "]
    {
        assert!(list.body.contains(text), "{text} is missing");
    }
    assert!(!list.body.contains("离婚证或者"), "nobody was divorced");
    // The number leads back to it, however it is typed.
    let code = location(&page).rsplit('/').next().unwrap_or_default().to_owned();
    let typed = code.to_lowercase().replace('-', "");
    assert_eq!(location(&world.get(&format!("/checklist?code={typed}"), "").await), location(&page));
    let wrong = world.get("/s/marriage/checklist/ZZZZ-Z", "").await;
    assert_eq!(wrong.status.as_u16(), 404);
    assert!(wrong.body.contains("重新回答"), "says what to do");
}

#[tokio::test]
async fn a_situation_for_which_something_else_is_right_says_so_at_once() {
    let world = World::new(Mode::Demo).await;
    let mut page = world.get("/s/marriage/check", "").await;
    for picked in ["a=0", "a=0", "a=1"] {
        let at = page.input("at");
        let answer = world.get(&format!("/s/marriage/check?at={at}&{picked}&go=1"), "").await;
        page = world.get(&location(&answer), "").await;
    }
    let list = world.get(&location(&page), "").await;
    assert!(list.body.contains("不能登记结婚"), "related people are not asked further");
    assert!(!list.body.contains("请您准备"), "and nothing is asked of them");
}

#[tokio::test]
async fn every_service_for_applicants_has_a_guide_with_its_words() {
    let world = World::new(Mode::Demo).await;
    let services = world.app.services(world.app.now().await.expect("time"));
    let for_applicants = services.iter().filter(|one| one.doors.values().any(|door| door.party.is_some()));
    let without: Vec<&str> = for_applicants
        .filter(|one| {
            one.guide.as_ref().is_none_or(|guide| guide.aliases.len() < 3 || guide.about.get(Language::En).is_empty())
        })
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(without, Vec::<&str>::new());
}
