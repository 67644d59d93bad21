//! Groups: many commands in one commit, each with a fate of its own.

use super::*;
use onething_engine::engine::{GROUP_MAX, commit};
use onething_engine::store::Member;

fn member(actor: Actor, key: Option<&str>, command: Command) -> Member {
    Member { actor, key: key.map(str::to_owned), command, entropy: [7; 32] }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_member_of_a_full_group_costs_only_itself() {
    for site in both().await {
        let engine = site.engine().await;
        let (store, rules) = (engine.store(), engine.rules());
        let standing = opened(&engine, "taken").await;
        let ids: Vec<CaseId> = (0..GROUP_MAX).map(|_| Engine::new_case_id()).collect();
        // Only the database can know that the key is taken: it refuses the whole group.
        let note = |n: usize| if n == 17 { "taken".to_owned() } else { format!("note {n}") };
        let members: Vec<Member> = ids
            .iter()
            .enumerate()
            .map(|(n, id)| member(citizen(), Some(&format!("key-{n}")), start(*id, &note(n))))
            .collect();
        let answers = commit(&**store, &rules, &members).await;
        assert_eq!(answers.len(), GROUP_MAX);
        for (n, (answer, id)) in answers.into_iter().zip(&ids).enumerate() {
            if n == 17 {
                assert_eq!(refused(answer).code(), "duplicate", "{}", site.name);
                assert!(store.history(*id).await.expect("a log").is_empty());
            } else {
                assert_eq!(accepted(answer).case, *id, "{}", site.name);
            }
        }
        let good = ids.iter().copied().enumerate().filter(|(n, _)| *n != 17).map(|(_, id)| id);
        sound(&**store, &rules, good.chain([standing])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_one_case_in_one_group_are_decided_in_order() {
    for site in both().await {
        let engine = site.engine().await;
        let (store, rules) = (engine.store(), engine.rules());
        let (id, clerk) = (Engine::new_case_id(), errand::clerk(WINDOW));
        let group = [
            member(clerk.clone(), None, claim(id, 1)),
            member(citizen(), Some("s"), start(id, "a")),
            member(citizen(), Some("s"), start(Engine::new_case_id(), "a")),
            member(citizen(), Some("s"), start(Engine::new_case_id(), "other")),
            member(clerk.clone(), Some("c"), claim(id, 1)),
            member(clerk.clone(), None, complete(id, 1, "accept")),
            member(clerk.clone(), None, complete(id, 1, "accept")),
            member(clerk.clone(), None, claim(id, 2)),
            member(clerk, None, complete(id, 2, "finish")),
        ];
        let codes: Vec<&str> = commit(&**store, &rules, &group)
            .await
            .into_iter()
            .map(|answer| answer.expect("an answer").map_or_else(|rejection| rejection.code(), |_| "ok"))
            .collect();
        let expected = ["case_not_found", "ok", "ok", "key_reused", "ok", "ok", "task_not_open", "ok", "ok"];
        assert_eq!(codes, expected, "{}", site.name);
        sound(&**store, &rules, [id]).await;
        assert_eq!(store.tasks(&police(), None, 10).await.expect("tasks").len(), 1);
    }
}

fn police() -> onething_engine::store::TaskQuery {
    onething_engine::store::TaskQuery { units: vec![POLICE.to_owned()], ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_askers_share_commits() {
    for site in both().await {
        let engine = site.engine().await;
        let mut pending = Vec::new();
        for n in 0..200 {
            let (actor, key) = (citizen(), format!("key-{n}"));
            let command = start(Engine::new_case_id(), "");
            pending.push(engine.submit(&actor, Some(&key), command).await.expect("a running engine"));
        }
        let mut cases = Vec::new();
        let mut numbers = BTreeSet::new();
        for answer in pending {
            let receipt = accepted(answer.wait().await);
            assert!(numbers.insert(receipt.number), "a number twice");
            cases.push(receipt.case);
        }
        assert!(engine.groups() < 100, "{}: 200 commands in {} groups", site.name, engine.groups());
        sound(&**engine.store(), &engine.rules(), cases).await;
    }
}
