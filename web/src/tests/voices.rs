//! What applicants say: complaints are heard and answered by supervisors, ratings come after the end, and late in grief.

use onething_engine::organisation::Actor;
use onething_engine::store::{Said, VoiceRow};

use super::world::World;
use crate::app::Mode;

#[tokio::test]
async fn a_complaint_is_answered_by_a_supervisor_and_read_by_nobody_who_works_on_the_case() {
    let world = World::new(Mode::Demo).await;
    let (family, token) = world.enter(&Actor::citizen("family")).await;
    let (watch, watching) = world.enter(&world.staff("sun_zheng")).await;
    let (window, _) = world.enter(&world.staff("gu_ping")).await;
    let case = format!("/c/{}", world.case);
    let path = format!("{case}/complain");
    assert!(world.get(&case, &family).await.body.contains(&path), "the page of the case leads there");
    assert!(world.get(&path, &family).await.body.contains("行政复议"), "with what else one may do");
    for pairs in [vec![], vec![("choice", "time")], vec![("choice", "nothing"), ("text", "太慢了")]] {
        let pairs: Vec<(&str, &str)> = pairs.into_iter().chain([("_csrf", token.as_str())]).collect();
        let answer = world.post(&path, &family, &pairs).await;
        assert_eq!(answer.status.as_u16(), 422);
        let kept = pairs.iter().all(|(name, text)| *name != "text" || answer.body.contains(text));
        assert!(kept, "what was typed is on the page");
    }
    let form = [("_csrf", token.as_str()), ("choice", "privacy"), ("text", "标记丙说的话")];
    assert_eq!(world.post(&path, &family, &form).await.status.as_u16(), 303);
    assert!(world.get(&case, &family).await.body.contains("还没有答复"));
    assert!(!world.get(&case, &window).await.body.contains("标记丙"), "not for those who work on it");
    assert_eq!(world.get(&path, &window).await.status.as_u16(), 404);
    let list = world.get("/watch/voices", &watch).await;
    assert!(list.body.contains("标记丙说的话") && list.body.contains(&case), "the supervisor finds the case");
    let form = list.body.split("action=\"/watch/voices/").nth(1).expect("a form");
    let to = format!("/watch/voices/{}", form.split('"').next().unwrap_or_default());
    let pairs = [("_csrf", watching.as_str()), ("answer", "已核查并致歉")];
    assert_eq!(world.post(&to, &watch, &pairs).await.status.as_u16(), 303);
    assert_eq!(world.post(&to, &watch, &pairs).await.status.as_u16(), 404, "once");
    assert!(world.get(&case, &family).await.body.contains("已核查并致歉"));
}

#[tokio::test]
async fn a_case_that_runs_is_not_rated_and_a_rating_names_nobody() {
    let world = World::new(Mode::Demo).await;
    let (family, token) = world.enter(&Actor::citizen("family")).await;
    let (watch, _) = world.enter(&world.staff("sun_zheng")).await;
    let path = format!("/c/{}/rate", world.case);
    let page = world.get(&path, &family).await;
    assert!(page.status.is_success() && page.body.contains("办结以后可以评价"));
    let form = [("_csrf", token.as_str()), ("choice", "5"), ("text", "")];
    assert_eq!(world.post(&path, &family, &form).await.status.as_u16(), 409);
    let case = world.case.parse().map(onething_engine::case::CaseId).expect("an id");
    let said = VoiceRow {
        id: "r".into(),
        case,
        who: "family".into(),
        said: Said::Rating(2),
        about: String::new(),
        text: "标记丁等了很久".into(),
    };
    assert!(world.app.store().speak(&said).await.expect("a store"));
    let number = world.app.store().case(case).await.expect("a store").expect("the case").loaded.case.number;
    let list = world.get("/watch/voices", &watch).await.body;
    assert!(list.contains("标记丁等了很久") && list.contains("不满意"));
    assert!(!list.contains(&number) && !list.contains(&world.case) && !list.contains("family"));
}
