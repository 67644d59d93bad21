//! Agents, guardians and substitutes: scope, days, taking back, with effect on the next request.

use super::*;
use onething_engine::store::{
    AccountRow, Assurance, AuthorityKind, AuthorityRow, Idle, Known, SessionRow, Stage, SubstituteRow,
};
use onething_engine::value::{DAY_MS, Instant};

const LIMIT: Idle = Idle { citizen_ms: 60_000, staff_ms: 60_000 };

async fn people(store: &dyn Store) {
    for id in ["c-mother", "c-son", "c-other"] {
        let row = AccountRow::citizen(id, Assurance::Phone, Known::default());
        assert!(store.add_account(&row).await.expect("an account"));
        let (token_hash, account) = (format!("session of {id}"), id.to_owned());
        let session = SessionRow { token_hash, account, stage: Stage::Full, lives_ms: 60_000 };
        store.begin_session(&session).await.expect("a session");
    }
}

fn authority(id: &str, agent: Option<&str>, from_at: Instant, days: i64) -> AuthorityRow {
    AuthorityRow {
        id: id.into(),
        kind: AuthorityKind::Agent,
        principal: "c-mother".into(),
        agent: agent.map(str::to_owned),
        processes: vec!["permit".into()],
        basis: "委托书".into(),
        recorded_by: "c-mother".into(),
        from_at,
        until_at: from_at.plus(days * DAY_MS),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_acts_within_days_until_it_is_taken_back() {
    for site in both().await {
        let store = site.open().await;
        people(&*store).await;
        let now = store.legal_now().await.expect("the time");
        store.record_authority(&authority("a1", None, now, 10), Some("word")).await.expect("an offer");
        assert!(store.accept_authority("word", "c-mother").await.expect("the database").is_none(), "{}", site.name);
        assert!(store.accept_authority("other", "c-son").await.expect("the database").is_none(), "{}", site.name);
        let taken = store.accept_authority("word", "c-son").await.expect("the database");
        assert_eq!(taken.as_deref(), Some("a1"), "{}", site.name);
        assert!(
            store.accept_authority("word", "c-other").await.expect("the database").is_none(),
            "{}: twice",
            site.name
        );
        let act = |who: &'static str, authority: Option<&'static str>| {
            let store = store.clone();
            async move { store.act_by(&format!("session of {who}"), authority).await.expect("the database") }
        };
        let seen = |who: &'static str| {
            let store = store.clone();
            async move { store.session(&format!("session of {who}"), LIMIT).await.expect("the database") }
        };
        assert!(!act("c-other", Some("a1")).await, "{}: not theirs", site.name);
        assert!(!act("c-son", Some("a2")).await, "{}: there is none", site.name);
        assert!(act("c-son", Some("a1")).await, "{}", site.name);
        let acting = seen("c-son").await.expect("a session").acting.expect("an authority");
        assert_eq!((acting.principal.as_str(), acting.processes), ("c-mother", vec!["permit".to_owned()]));
        assert!(act("c-son", None).await, "{}", site.name);
        assert!(seen("c-son").await.expect("a session").acting.is_none(), "{}: for themselves again", site.name);
        assert!(act("c-son", Some("a1")).await, "{}", site.name);
        assert!(!store.revoke_authority("a1", "c-other").await.expect("the database"), "{}", site.name);
        assert!(store.authorities_of("c-son").await.expect("authorities")[0].in_force, "{}", site.name);
        assert!(store.revoke_authority("a1", "c-mother").await.expect("the database"), "{}", site.name);
        assert!(seen("c-son").await.is_none(), "{}: out with the next request", site.name);
        let listed = store.authorities_of("c-mother").await.expect("authorities");
        assert!(listed[0].revoked && !listed[0].in_force && listed[0].authority.basis == "委托书", "{}", site.name);
        assert!(store.authorities_of("c-other").await.expect("authorities").is_empty(), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_and_substitutes_begin_and_end_on_their_days() {
    for site in both().await {
        let store = site.open().await;
        people(&*store).await;
        let now = store.legal_now().await.expect("the time");
        let later = now.plus(2 * DAY_MS);
        store.record_authority(&authority("a1", Some("c-son"), later, 5), None).await.expect("an authority");
        store.add_account(&AccountRow::staff("xu")).await.expect("an account");
        let session =
            SessionRow { token_hash: "xu".into(), account: "xu".into(), stage: Stage::Full, lives_ms: 60_000 };
        store.begin_session(&session).await.expect("a session");
        let row = SubstituteRow {
            id: "s1".into(),
            person: "xu".into(),
            instead_of: "gu".into(),
            units: vec!["community.window".into()],
            from_at: later,
            until_at: later.plus(5 * DAY_MS),
        };
        store.add_substitute(&row).await.expect("a substitute");
        let mut backwards = authority("a2", Some("c-son"), later, 5);
        backwards.until_at = now;
        assert!(store.record_authority(&backwards, None).await.is_err(), "{}: it ends before it begins", site.name);
        let state = || {
            let store = store.clone();
            async move {
                let acts = store.act_by("session of c-son", Some("a1")).await.expect("the database");
                let does = store.session("xu", LIMIT).await.expect("the database").expect("a session").substituting;
                (acts, does.len())
            }
        };
        assert_eq!(state().await, (false, 0), "{}: too early", site.name);
        store.move_clock(later.plus(1000)).await.expect("a clock that turns");
        assert_eq!(state().await, (true, 1), "{}", site.name);
        assert_eq!(store.substitutes().await.expect("substitutes"), std::slice::from_ref(&row), "{}", site.name);
        store.move_clock(later.plus(6 * DAY_MS)).await.expect("a clock that turns");
        assert!(store.session("session of c-son", LIMIT).await.expect("the database").is_none(), "{}: over", site.name);
        assert!(store.substituting("xu").await.expect("substitutes").is_empty(), "{}: over", site.name);
        assert!(store.end_substitute("s1").await.expect("the database"), "{}", site.name);
        assert!(!store.end_substitute("s1").await.expect("the database"), "{}: ended", site.name);
    }
}
