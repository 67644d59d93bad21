//! What stands beside the cases: the legal clock, drafts, published definitions, lists.

use super::*;
use onething_engine::store::{BundleRow, DraftRow, ParkedRow, StoreError, TaskCursor, TaskQuery};
use onething_engine::value::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn legal_time_only_moves_forward_and_never_in_a_live_installation() {
    for site in both().await {
        let store = site.open().await;
        let now = store.legal_now().await.expect("the time");
        let later = now.plus(86_400_000);
        store.move_clock(later).await.expect("a clock that turns");
        assert!(store.legal_now().await.expect("the time") >= later, "{}", site.name);
        store.move_clock(now).await.expect("nothing happens");
        assert!(store.legal_now().await.expect("the time") >= later, "{}: it went back", site.name);
        assert!(store::open(&site.url, Kind::Live).await.is_err(), "{}: a turned clock for real cases", site.name);
    }
    for site in both().await {
        let live = store::open(&site.url, Kind::Live).await.expect("a store");
        let later = live.legal_now().await.expect("the time").plus(60_000);
        let refused = live.move_clock(later).await.expect_err("a live clock");
        assert!(matches!(refused, StoreError::Refused(_)), "{}: {refused}", site.name);
        // It is never opened for play, nor a store made for play as a live one.
        assert!(store::open(&site.url, Kind::Demo).await.is_err(), "{}", site.name);
        store::open(&site.url, Kind::Live).await.expect("a live store, again");
    }
}

fn draft(version: i64) -> DraftRow {
    DraftRow {
        id: "draft-1".into(),
        owner: "citizen-1".into(),
        process: "permit".into(),
        door: "counter".into(),
        form_hash: "f".repeat(64),
        version,
        typed: r#"[["applicant.name","张三"]]"#.into(),
        expires_at: Instant(4_000_000_000_000),
        case: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_by_version_and_consumed_by_its_case() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        let over = DraftRow { id: "over".into(), expires_at: Instant(1), ..draft(1) };
        store.save_draft(&over).await.expect("a draft");
        store.save_draft(&draft(1)).await.expect("a new draft");
        assert_eq!(store.sweep().await.expect("the database"), 1, "{}: the expired one", site.name);
        store.save_draft(&draft(2)).await.expect("its next version");
        let stale = store.save_draft(&draft(2)).await.expect_err("somebody else saved it");
        assert!(matches!(stale, StoreError::Conflict(_)), "{}: {stale}", site.name);
        let stolen = DraftRow { owner: "somebody".into(), ..draft(3) };
        assert!(store.save_draft(&stolen).await.is_err(), "{}: another owner", site.name);
        assert_eq!(store.draft("draft-1").await.expect("the database"), Some(draft(2)));
        let id = Engine::new_case_id();
        let Command::StartCase { case, process, door, region, answers, .. } = start(id, "") else { unreachable!() };
        let start = Command::StartCase { case, process, door, region, answers, draft: Some("draft-1".into()) };
        accepted(engine.execute(&citizen(), Some("k"), start.clone()).await);
        let used = DraftRow { typed: String::new(), case: Some(id), ..draft(2) };
        assert_eq!(store.draft("draft-1").await.expect("the database"), Some(used), "{}: it leads on", site.name);
        assert!(store.save_draft(&draft(3)).await.is_err(), "{}: nothing is typed into it any more", site.name);
        assert!(!store.drop_draft("draft-1", "citizen-1").await.expect("the database"), "{}", site.name);
        // The draft is used: nothing can be opened from it twice, even under another key.
        let Command::StartCase { process, door, region, answers, draft, .. } = start else { unreachable!() };
        let second = Engine::new_case_id();
        let start = Command::StartCase { case: second, process, door, region, answers, draft };
        let again = engine.execute(&citizen(), Some("other"), start).await.expect("an answer");
        assert_eq!(again.expect_err("a used draft").code(), "draft_used", "{}", site.name);
        assert!(store.case(second).await.expect("the database").is_none());
        sound(&**store, &engine.rules(), [id]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_under_a_hash_stays_as_it_was() {
    for site in both().await {
        let store = site.open().await;
        let bundle =
            |sources: &str| BundleRow { hash: "a".repeat(64), process: "permit".into(), sources: sources.into() };
        store.publish(&bundle(r#"{"a.yaml":"one"}"#)).await.expect("a bundle");
        store.publish(&bundle(r#"{"a.yaml":"two"}"#)).await.expect("nothing happens");
        assert_eq!(store.published().await.expect("bundles"), [bundle(r#"{"a.yaml":"one"}"#)], "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_show_what_waits_page_by_page() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        let mut cases = BTreeSet::new();
        for n in 0..7 {
            cases.insert(if n < 3 { opened(&engine, "").await } else { handled(&engine, "").await });
        }
        let window = TaskQuery { units: vec![WINDOW.into()], ..TaskQuery::default() };
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = store.tasks(&window, after, 2).await.expect("tasks");
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            let due_at = last.due_at.map_or(i64::MAX, |at| at.0);
            after = Some(TaskCursor { due_at, case_id: last.case_id, task: last.task });
            seen.extend(page);
        }
        let keys: BTreeSet<_> = seen.iter().map(|task| (task.case_id, task.task)).collect();
        assert_eq!((seen.len(), keys.len()), (7, 7), "{}: a page lost or repeated a task", site.name);
        assert!(seen.is_sorted_by_key(|task| (task.due_at, task.case_id, task.task)), "{}: soonest first", site.name);
        assert!(seen.iter().all(|task| task.warn_at < task.due_at && task.holder.is_none()));
        assert_eq!(seen[0].title.zh, "受理");

        let of = |query: TaskQuery| async move { store.tasks(&query, None, 100).await.expect("tasks").len() };
        assert_eq!(of(TaskQuery { units: vec![POLICE.into()], ..TaskQuery::default() }).await, 4);
        let here = TaskQuery { units: vec![POLICE.into()], regions: vec!["320404".into()], ..TaskQuery::default() };
        assert_eq!(of(here).await, 4, "{}", site.name);
        let away = TaskQuery { units: vec![POLICE.into()], regions: vec!["110000".into()], ..TaskQuery::default() };
        assert_eq!(of(away).await, 0, "{}", site.name);
        assert_eq!(of(TaskQuery { account: Some("citizen-1".into()), ..TaskQuery::default() }).await, 0);

        let mine = store.cases_of("citizen-1", 100).await.expect("cases");
        assert_eq!(mine.iter().map(|case| case.id).collect::<BTreeSet<_>>(), cases, "{}", site.name);
        assert!(store.cases_of("somebody", 100).await.expect("cases").is_empty());
        assert_eq!(
            store.watch(&["320400".into()], 100).await.expect("cases").len(),
            7,
            "{}: the city around",
            site.name
        );
        assert!(store.watch(&["110000".into()], 100).await.expect("cases").is_empty());
        assert!(store.size().await.expect("a size") > 10_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_found_again_by_telephone_and_code_once() {
    for site in both().await {
        let store = site.open().await;
        let other = DraftRow { id: "draft-2".into(), owner: "citizen-2".into(), ..draft(1) };
        for row in [draft(1), other] {
            store.save_draft(&row).await.expect("a draft");
        }
        let of = |owner: &'static str| {
            let store = store.clone();
            async move {
                let rows = store.drafts_of(owner, 10).await.expect("the database");
                rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
            }
        };
        assert!(!store.set_retrieval("draft-1", "citizen-2", "13800000001", "k").await.expect("the database"));
        assert!(store.set_retrieval("draft-1", "citizen-1", "13800000001", "k3pw").await.expect("the database"));
        for (phone, code) in [("13800000001", "k3px"), ("13800000002", "k3pw"), ("", "")] {
            let found = store.retrieve_draft(phone, code, "clerk").await.expect("the database");
            assert_eq!(found, None, "{}: {phone} {code}", site.name);
        }
        let found = store.retrieve_draft("13800000001", "k3pw", "clerk").await.expect("the database");
        assert_eq!(found.as_deref(), Some("draft-1"), "{}", site.name);
        assert_eq!(of("citizen-1").await, Vec::<String>::new(), "{}: it has changed hands", site.name);
        assert_eq!(of("clerk").await, ["draft-1"], "{}", site.name);
        let again = store.retrieve_draft("13800000001", "k3pw", "citizen-2").await.expect("the database");
        assert_eq!(again, None, "{}: a code works once", site.name);
        assert!(!store.drop_draft("draft-2", "clerk").await.expect("the database"), "{}: not theirs", site.name);
        assert!(store.drop_draft("draft-2", "citizen-2").await.expect("the database"), "{}", site.name);
        assert_eq!(of("citizen-2").await, Vec::<String>::new(), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_after_a_session_is_kept_for_a_while() {
    for site in both().await {
        let store = site.open().await;
        let (owner, address) = ("citizen-1".to_owned(), "/apply/d/q/p".to_owned());
        let row = ParkedRow { owner, address, typed: r#"[["name","𠮷"]]"#.into() };
        let (kept, over) = ("a".repeat(64), "b".repeat(64));
        store.park(&kept, &row, 60_000).await.expect("a place");
        store.park(&over, &row, -1).await.expect("a place");
        assert_eq!(store.parked(&kept).await.expect("the database"), Some(row), "{}", site.name);
        assert_eq!(store.parked(&over).await.expect("the database"), None, "{}: its time is over", site.name);
        assert_eq!(store.sweep().await.expect("the database"), 1, "{}", site.name);
        store.unpark(&kept).await.expect("the database");
        assert_eq!(store.parked(&kept).await.expect("the database"), None, "{}", site.name);
    }
}
