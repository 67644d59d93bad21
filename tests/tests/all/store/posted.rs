//! Public notices: what the process declares is there for everybody while its state is active, masked, and then gone.

use super::*;
use onething_engine::store::PostedListed;
use onething_engine::worker::Timers;

fn posting(case: CaseId, kind: &str) -> Command {
    let Command::StartCase { door, region, answers, draft, .. } = errand::start(case) else { unreachable!() };
    let Value::Map(mut answers) = answers else { unreachable!() };
    answers.insert("kind".to_owned(), Value::Text(kind.to_owned()));
    Command::StartCase { case, process: "posting".into(), door, region, answers: Value::Map(answers), draft }
}

async fn posted(engine: &Engine) -> Vec<PostedListed> {
    engine.store().public_notices(10).await.expect("the database")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_public_and_masked_while_its_state_lasts() {
    for site in both().await {
        let engine = site.engine().await;
        let (objected, quiet, hidden) = (Engine::new_case_id(), Engine::new_case_id(), Engine::new_case_id());
        for (case, kind) in [(objected, "first"), (quiet, "first"), (hidden, "again")] {
            let started = engine.execute(&citizen(), None, posting(case, kind)).await;
            started.expect("an engine").expect("a case");
        }
        let both = posted(&engine).await;
        assert_eq!(both.len(), 2, "{}: the third says it is not to be published", site.name);
        let first = &both[0];
        assert_eq!((first.who.as_str(), first.what.en.as_str()), ("张*", "A sample matter"), "{}", site.name);
        assert_eq!((first.objections.as_str(), first.region.as_str()), (WINDOW, "320404"), "{}", site.name);
        assert_eq!(first.until_at.0 - first.posted_at.0, 4 * 3_600_000, "{}", site.name);

        let object = Command::Act { case: objected, action: "action.posted.object".into(), answers: Value::Null };
        engine.execute(&errand::clerk(WINDOW), None, object).await.expect("an engine").expect("an objection");
        assert_eq!(posted(&engine).await.len(), 1, "{}: one is taken down", site.name);

        // Over its days it is no longer shown, even before the timer was woken; and then it is not there at all.
        let store = engine.store();
        store.move_clock(first.until_at.plus(60_000)).await.expect("a clock that turns");
        assert_eq!(posted(&engine).await, [], "{}", site.name);
        Timers::new(engine.clone()).run_until_quiet().await.expect("the database");
        let case = store.case(quiet).await.expect("the database").expect("a case").loaded.case;
        assert!(case.closed.is_some(), "{}", site.name);
    }
}
