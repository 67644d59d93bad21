//! Single commands: repeats, refusals, keys that only one open case may have, cases set aside.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_same_answer_and_happens_once() {
    for site in both().await {
        let engine = site.engine().await;
        let first = Engine::new_case_id();
        let receipt = accepted(engine.execute(&citizen(), Some("k1"), start(first, "a")).await);
        // The page makes a new identity each time it is sent; the asker means the same.
        let again = engine.execute(&citizen(), Some("k1"), start(Engine::new_case_id(), "a")).await;
        assert_eq!(accepted(again), receipt, "{}", site.name);
        assert_eq!(receipt.case, first);

        let clerk = errand::clerk(WINDOW);
        let receipt = accepted(engine.execute(&clerk, Some("k1"), claim(first, 1)).await);
        let done = accepted(engine.execute(&clerk, Some("k2"), complete(first, 1, "accept")).await);
        assert!(done.length > receipt.length);
        assert_eq!(accepted(engine.execute(&clerk, Some("k1"), claim(first, 1)).await), receipt, "another asker's key");
        assert_eq!(accepted(engine.execute(&clerk, Some("k2"), complete(first, 1, "accept")).await), done);
        let length = case(&**engine.store(), first).await.length;
        assert_eq!(length, done.length, "{}: a repeat wrote something", site.name);

        // After a restart too.
        let other = site.engine().await;
        assert_eq!(accepted(other.execute(&clerk, Some("k2"), complete(first, 1, "accept")).await), done);
        sound(&**engine.store(), &engine.rules(), [first]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_command_under_a_used_key_is_refused_with_what_was_done() {
    for site in both().await {
        let engine = site.engine().await;
        let id = Engine::new_case_id();
        let receipt = accepted(engine.execute(&citizen(), Some("key"), start(id, "a")).await);
        let other = engine.execute(&citizen(), Some("key"), start(Engine::new_case_id(), "b")).await;
        assert_eq!(refused(other), Rejection::KeyReused { number: receipt.number }, "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_writes_nothing_and_its_key_stays_free() {
    for site in both().await {
        let engine = site.engine().await;
        let store = engine.store();
        let id = opened(&engine, "a").await;
        let clerk = errand::clerk(WINDOW);
        accepted(engine.execute(&clerk, None, claim(id, 1)).await);
        let before = (case(&**store, id).await, store.history(id).await.expect("a log"));
        let ask = Value::Null;
        let blank = Command::CompleteTask { case: id, task: 1, outcome: "accept".into(), answers: Value::Null, ask };
        assert_eq!(refused(engine.execute(&clerk, Some("k"), blank).await).code(), "answers_invalid");
        assert_eq!(
            refused(engine.execute(&clerk, Some("k"), complete(id, 1, "no_such")).await).code(),
            "outcome_unknown"
        );
        let stranger = Actor::citizen("somebody");
        assert_eq!(refused(engine.execute(&stranger, Some("k"), claim(id, 1)).await), Rejection::CaseNotFound);
        assert_eq!(refused(engine.execute(&errand::clerk(POLICE), None, claim(id, 1)).await).code(), "case_not_found");
        let after = (case(&**store, id).await, store.history(id).await.expect("a log"));
        assert_eq!(before, after, "{}", site.name);
        // Mended and sent again under the same key.
        accepted(engine.execute(&clerk, Some("k"), complete(id, 1, "accept")).await);
        sound(&**store, &engine.rules(), [id]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_open_cases_with_one_key_the_second_is_refused_until_the_first_is_closed() {
    for site in both().await {
        let engine = site.engine().await;
        let first = opened(&engine, "same").await;
        let second = Engine::new_case_id();
        let refusal = refused(engine.execute(&citizen(), Some("second"), start(second, "same")).await);
        assert_eq!(refusal.code(), "duplicate", "{}", site.name);
        assert!(engine.store().case(second).await.expect("the database").is_none());
        assert!(engine.store().history(second).await.expect("the database").is_empty());
        let withdraw = onething_engine::decide::choices(&*definition(&engine, first).await)
            .into_iter()
            .find(|(_, choice, _)| choice.name == "withdraw")
            .map(|(_, choice, _)| choice.event.clone())
            .expect("a way out");
        accepted(
            engine
                .execute(&citizen(), None, Command::Act { case: first, action: withdraw, answers: Value::Null })
                .await,
        );
        assert!(case(&**engine.store(), first).await.closed.is_some());
        accepted(engine.execute(&citizen(), Some("second"), start(second, "same")).await);
        sound(&**engine.store(), &engine.rules(), [first, second]).await;
    }
}

async fn definition(engine: &Engine, id: CaseId) -> Arc<onething_engine::definition::ProcessDefinition> {
    let hash = case(&**engine.store(), id).await.definition;
    engine.rules().definition(&hash).expect("a published process").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_is_taken_opens_no_second_case() {
    for site in both().await {
        let engine = site.engine().await;
        let id = handled(&engine, "").await;
        let before = case(&**engine.store(), id).await;
        assert_eq!(refused(engine.execute(&citizen(), None, start(id, "")).await).code(), "duplicate");
        assert_eq!(case(&**engine.store(), id).await, before, "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_set_aside_rests_and_the_others_go_on() {
    for site in both().await {
        let engine = site.engine().await;
        let (aside, other) = (opened(&engine, "a").await, opened(&engine, "b").await);
        engine.store().quarantine(aside).await.expect("the database");
        let clerk = errand::clerk(WINDOW);
        assert_eq!(refused(engine.execute(&clerk, None, claim(aside, 1)).await), Rejection::Quarantined);
        accepted(engine.execute(&clerk, None, claim(other, 1)).await);
        assert!(engine.store().case(aside).await.expect("the database").is_some_and(|held| held.quarantined));
        sound(&**engine.store(), &engine.rules(), [other]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_its_number() {
    for site in both().await {
        let engine = site.engine().await;
        let id = opened(&engine, "a").await;
        let number = case(&**engine.store(), id).await.number;
        assert_eq!(engine.store().case_by_number(&number).await.expect("the database"), Some(id), "{}", site.name);
        assert_eq!(engine.store().case_by_number("none").await.expect("the database"), None);
    }
}
