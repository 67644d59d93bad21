//! The record of who looked: once an hour for pages, every time for numbers, and no more of those than the limit.

use super::*;
use onething_engine::store::{ReadOf, ReadRow};

fn look(case: CaseId, who: &str, what: ReadOf) -> ReadRow {
    let number = what == ReadOf::Number;
    ReadRow {
        case,
        who: who.into(),
        office: WINDOW.into(),
        position: "clerk".into(),
        what,
        place: if number { "~report~applicant.phone".into() } else { String::new() },
        reason: if number { "contact".into() } else { String::new() },
        note: if number { "打电话".into() } else { String::new() },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_noted_once_an_hour_and_a_number_every_time_up_to_the_limit() {
    for site in both().await {
        let store = site.open().await;
        let (case, other) = (Engine::new_case_id(), Engine::new_case_id());
        let page = look(case, "clerk-1", ReadOf::Page);
        for _ in 0..3 {
            store.note_read(&page).await.expect("the database");
        }
        store.note_read(&look(case, "clerk-2", ReadOf::Page)).await.expect("the database");
        store.note_read(&look(other, "clerk-1", ReadOf::Page)).await.expect("the database");
        assert_eq!(store.reads_of(case, 10).await.expect("the database").len(), 2, "{}", site.name);
        let later = store.legal_now().await.expect("the time").plus(3_600_000);
        store.move_clock(later).await.expect("a clock that turns");
        store.note_read(&page).await.expect("the database");
        assert_eq!(store.reads_of(case, 10).await.expect("the database").len(), 3, "{}: another hour", site.name);
        let number = look(case, "clerk-1", ReadOf::Number);
        for n in 1..=3 {
            assert!(store.note_reveal(&number, 3).await.expect("the database"), "{}: {n}", site.name);
        }
        assert!(!store.note_reveal(&number, 3).await.expect("the database"), "{}: the limit", site.name);
        let elsewhere = look(other, "clerk-1", ReadOf::Number);
        assert!(!store.note_reveal(&elsewhere, 3).await.expect("the database"), "{}: in all cases", site.name);
        let colleague = look(case, "clerk-2", ReadOf::Number);
        assert!(store.note_reveal(&colleague, 3).await.expect("the database"), "{}: each their own", site.name);
        let listed = store.reads_of(case, 10).await.expect("the database");
        assert_eq!(listed.len(), 7, "{}: what was refused is not there", site.name);
        assert_eq!(listed.first().map(|read| &read.row), Some(&colleague), "{}: latest first", site.name);
        let later = store.legal_now().await.expect("the time").plus(3_600_001);
        store.move_clock(later).await.expect("a clock that turns");
        assert!(store.note_reveal(&number, 3).await.expect("the database"), "{}: an hour later", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_when_many_ask_at_once() {
    for site in both().await {
        let stores = [site.open().await, site.open().await];
        let case = Engine::new_case_id();
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..20 {
            let store = stores[n % 2].clone();
            asked.spawn(async move { store.note_reveal(&look(case, "clerk-1", ReadOf::Number), 5).await });
        }
        let answers = asked.join_all().await;
        let shown = answers.into_iter().filter(|answer| *answer.as_ref().expect("the database")).count();
        assert_eq!(shown, 5, "{}", site.name);
    }
}
