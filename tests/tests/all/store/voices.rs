//! Complaints and ratings: kept, answered once, within the region, and never more than can be answered.

use super::*;
use onething_engine::store::{COMPLAINTS_WAITING_MAX, Said, VoiceRow};

fn voice(id: &str, case: CaseId, said: Said, text: &str) -> VoiceRow {
    VoiceRow { id: id.into(), case, who: "citizen-1".into(), said, about: String::new(), text: text.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_is_replaced_and_complaints_wait_for_one_answer_each() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        let id = opened(&engine, "").await;
        let region = case(&**store, id).await.region;
        assert!(store.speak(&voice("r1", id, Said::Rating(5), "好")).await.expect("the database"));
        assert!(store.speak(&voice("r2", id, Said::Rating(2), "差")).await.expect("the database"));
        let own = store.voices_of(id, "citizen-1").await.expect("the database");
        assert_eq!(own.len(), 1, "{}: one rating for each person", site.name);
        assert_eq!((own[0].row.said, own[0].row.text.as_str()), (Said::Rating(2), "差"), "{}", site.name);
        for n in 0..COMPLAINTS_WAITING_MAX {
            let complaint = voice(&format!("c{n}"), id, Said::Complaint, "太慢");
            assert!(store.speak(&complaint).await.expect("the database"), "{}: {n}", site.name);
        }
        let more = voice("more", id, Said::Complaint, "太慢");
        assert!(!store.speak(&more).await.expect("the database"), "{}: too many wait", site.name);
        assert!(!store.answer_voice("c0", "990000", "sup", "已处理").await.expect("the database"), "another region");
        assert!(store.answer_voice("c0", &region, "sup", "已处理").await.expect("the database"), "{}", site.name);
        assert!(!store.answer_voice("c0", &region, "sup", "再答").await.expect("the database"), "{}: once", site.name);
        assert!(store.speak(&more).await.expect("the database"), "{}: one was answered", site.name);
        let heard = store.voices_in(&region, 100).await.expect("the database");
        assert_eq!(heard.len(), 7, "{}", site.name);
        let last = heard.last().expect("a voice");
        assert_eq!(last.row.id, "c0", "{}: what was answered comes last", site.name);
        assert_eq!(last.answer.as_ref().map(|(text, _)| text.as_str()), Some("已处理"), "{}", site.name);
        assert!(store.voices_in("990000", 100).await.expect("the database").is_empty(), "{}", site.name);
        assert!(store.voices_of(id, "citizen-2").await.expect("the database").is_empty(), "{}", site.name);
        assert!(store.speak(&voice("r3", id, Said::Rating(9), "")).await.is_err(), "{}: five grades", site.name);
    }
}
