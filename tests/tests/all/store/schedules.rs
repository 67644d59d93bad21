//! Doors that open by themselves: once for each period, also when several workers look, and not for a period long past.

use super::*;
use onething_engine::value::DAY_MS;
use onething_engine::worker::Schedules;
use onething_tests::shipped;

#[tokio::test(flavor = "multi_thread")]
async fn a_period_opens_one_case_whoever_looks() {
    for site in both().await {
        let engine = Engine::start(site.open().await, shipped::rulebook());
        let store = engine.store();
        let begun = Schedules::new(engine.clone()).run_once().await.expect("the database");
        assert!(begun >= 1, "{}: the month's list", site.name);
        // Another worker, as another node has one, finds them there.
        assert_eq!(Schedules::new(engine.clone()).run_once().await.expect("the database"), 0, "{}", site.name);

        let now = store.legal_now().await.expect("the time");
        store.move_clock(now.plus(31 * DAY_MS)).await.expect("a clock that turns");
        let next = Schedules::new(engine.clone()).run_once().await.expect("the database");
        assert!(next >= 1, "{}: a month later", site.name);
        let listed = store.watch(&["320404".to_owned()], 100).await.expect("a list");
        assert_eq!(listed.len(), begun + next, "{}: each is a case of its own", site.name);
        let now = store.legal_now().await.expect("the time");
        for case in listed {
            assert!(now.0 - case.opened_at.0 < 40 * DAY_MS, "{}: {}", site.name, case.process);
        }
    }
}
