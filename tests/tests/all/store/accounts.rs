//! Accounts, sessions, codes and guesses: on machine time, found by keyed hashes, and exact when many ask at once.

use super::*;
use onething_engine::store::{
    AccountKind, AccountRow, Assurance, CODE_TRIES_MAX, Idle, Known, SessionRow, Stage, StoreError,
};

const MINUTE: i64 = 60_000;
const LIMIT: Idle = Idle { citizen_ms: MINUTE, staff_ms: MINUTE };

fn known(phone: &str) -> Known {
    Known { name: "张三".into(), phone: phone.into(), ..Known::default() }
}

fn session(hash: &str, account: &str, lives_ms: i64) -> SessionRow {
    SessionRow { token_hash: hash.into(), account: account.into(), stage: Stage::Full, lives_ms }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_its_age_by_rest_or_when_it_is_ended() {
    for site in both().await {
        let store = site.open().await;
        let unknown = store.begin_session(&session("none", "nobody", MINUTE)).await;
        assert!(unknown.is_err(), "{}: a session without an account", site.name);
        assert!(store.add_account(&AccountRow::staff("gu")).await.expect("the database"));
        assert!(!store.add_account(&AccountRow::staff("gu")).await.expect("the database"), "{}", site.name);
        store.begin_session(&session("long", "gu", MINUTE)).await.expect("a session");
        store.begin_session(&session("over", "gu", 0)).await.expect("a session");
        let seen = store.session("long", LIMIT).await.expect("the database").expect("the session");
        assert_eq!((seen.account.as_str(), seen.kind, seen.stage), ("gu", AccountKind::Staff, Stage::Full));
        assert_eq!(store.session("over", LIMIT).await.expect("the database"), None, "{}", site.name);
        let idle = Idle { staff_ms: -1, ..LIMIT };
        assert_eq!(store.session("long", idle).await.expect("the database"), None, "{}: idle too long", site.name);
        let other = Idle { citizen_ms: -1, ..LIMIT };
        assert!(store.session("long", other).await.expect("the database").is_some(), "{}: another's limit", site.name);
        // Turning the legal clock does not end them, and one that ran out still says whose it was.
        let later = store.legal_now().await.expect("the time").plus(86_400_000);
        store.move_clock(later).await.expect("a clock that turns");
        assert!(store.session("long", LIMIT).await.expect("the database").is_some(), "{}", site.name);
        store.sweep().await.expect("the database");
        assert_eq!(store.session_owner("over").await.expect("the database").as_deref(), Some("gu"));
        store.end_session("long").await.expect("the database");
        assert_eq!(store.session("long", LIMIT).await.expect("the database"), None, "{}", site.name);
        assert_eq!(store.session_owner("long").await.expect("the database"), None, "{}: it was left", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_any_more_is_out_on_every_node_at_once() {
    for site in both().await {
        let (one, two) = (site.open().await, site.open().await);
        one.add_account(&AccountRow::citizen("c-1", Assurance::Phone, known(""))).await.expect("an account");
        for hash in ["a".repeat(64), "b".repeat(64)] {
            one.begin_session(&session(&hash, "c-1", MINUTE)).await.expect("a session");
        }
        let listed = two.sessions_of("c-1").await.expect("sessions");
        assert_eq!(listed.len(), 2, "{}", site.name);
        assert!(!two.end_session_of("c-2", &"a".repeat(16)).await.expect("the database"), "{}: not theirs", site.name);
        assert!(two.end_session_of("c-1", &"a".repeat(16)).await.expect("the database"));
        assert_eq!(one.session(&"a".repeat(64), LIMIT).await.expect("the database"), None, "{}", site.name);
        assert!(one.session(&"b".repeat(64), LIMIT).await.expect("the database").is_some());
        assert!(two.disable_account("c-1", true).await.expect("the database"));
        assert_eq!(one.session(&"b".repeat(64), LIMIT).await.expect("the database"), None, "{}", site.name);
        one.begin_session(&session("new", "c-1", MINUTE)).await.expect("a row");
        assert_eq!(one.session("new", LIMIT).await.expect("the database"), None, "{}: still forbidden", site.name);
        assert!(one.account("c-1").await.expect("the database").expect("the account").disabled);
        assert!(one.disable_account("c-1", false).await.expect("the database"));
        assert_eq!(one.session("new", LIMIT).await.expect("the database"), None, "{}: ended for good", site.name);
        assert!(!one.disable_account("c-9", true).await.expect("the database"), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_visits_one_makes_the_account_and_what_is_known_grows() {
    for site in both().await {
        let store = site.open().await;
        let visits = (0..8).map(|n| {
            let store = store.clone();
            let fresh = AccountRow::citizen(format!("c-{n}"), Assurance::Phone, known("13800000001"));
            tokio::spawn(async move { store.admit("phone", "13800000001", &fresh).await.expect("an account") })
        });
        let mut ids = BTreeSet::new();
        for visit in visits.collect::<Vec<_>>() {
            ids.insert(visit.await.expect("a visit"));
        }
        assert_eq!(ids.len(), 1, "{}: {ids:?}", site.name);
        let id = ids.into_iter().next().expect("an id");
        assert_eq!(store.accounts(AccountKind::Citizen, 10).await.expect("accounts").len(), 1, "{}", site.name);
        assert_eq!(store.identity("phone", "13800000001").await.expect("the database"), Some(id.clone()));
        assert_eq!(store.identity("oidc", "13800000001").await.expect("the database"), None);
        let sure = Known { id_number: "110101199001010015".into(), ..Known::default() };
        let fresh = AccountRow::citizen("unused", Assurance::RealName, sure);
        assert_eq!(store.admit("phone", "13800000001", &fresh).await.expect("the account"), id);
        let row = store.account(&id).await.expect("the database").expect("the account");
        assert_eq!((row.assurance, row.known.phone.as_str()), (Assurance::RealName, "13800000001"), "{}", site.name);
        assert_eq!(row.known.id_number, "110101199001010015");
        assert!(!format!("{row:?}").contains("138"), "a phone in a log");
        assert!(store.link("oidc", "iss sub", &id).await.expect("the database"));
        assert!(!store.link("oidc", "iss sub", &id).await.expect("the database"), "{}: twice", site.name);
        assert!(store.link("oidc", "other", "c-nobody").await.is_err(), "{}: no such account", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_counted_exactly_also_when_they_come_at_once() {
    for site in both().await {
        let stores = [site.open().await, site.open().await];
        let guesses = (0..24).map(|n| {
            let store = stores[n % 2].clone();
            tokio::spawn(async move { store.attempt("account:gu", 5, MINUTE).await.expect("the database") })
        });
        let mut allowed = 0;
        for guess in guesses.collect::<Vec<_>>() {
            allowed += usize::from(guess.await.expect("a guess"));
        }
        assert_eq!(allowed, 5, "{}", site.name);
        assert!(stores[0].attempt("account:xu", 5, MINUTE).await.expect("the database"), "{}: another's", site.name);
        assert!(stores[0].attempt("account:gu", 5, -1).await.expect("the database"), "{}: long ago", site.name);
        stores[1].forgive("account:gu").await.expect("the database");
        assert!(stores[0].attempt("account:gu", 5, MINUTE).await.expect("the database"), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_for_its_phone_and_purpose_and_survives_few_guesses() {
    const PHONE: &str = "13800000001";
    for site in both().await {
        let store = site.open().await;
        let right = |purpose: &'static str, code: &'static str| {
            let store = store.clone();
            async move { store.redeem_code(PHONE, purpose, code).await.expect("the database") }
        };
        store.make_code(PHONE, "sign_in", "111111", MINUTE).await.expect("a code");
        assert!(!right("resume", "111111").await, "{}: another purpose", site.name);
        assert!(!store.redeem_code("13800000002", "sign_in", "111111").await.expect("the database"));
        let tries = (0..6).map(|_| tokio::spawn(right("sign_in", "111111"))).collect::<Vec<_>>();
        let mut worked = 0;
        for guess in tries {
            worked += usize::from(guess.await.expect("a guess"));
        }
        assert_eq!(worked, 1, "{}: used more than once", site.name);
        store.make_code(PHONE, "sign_in", "222222", MINUTE).await.expect("a code");
        for _ in 0..CODE_TRIES_MAX {
            assert!(!right("sign_in", "111111").await);
        }
        assert!(!right("sign_in", "222222").await, "{}: guessed at for too long", site.name);
        store.make_code(PHONE, "sign_in", "333333", 0).await.expect("a code");
        assert!(!right("sign_in", "333333").await, "{}: it ended", site.name);
        store.make_code(PHONE, "sign_in", "444444", MINUTE).await.expect("a code");
        store.make_code(PHONE, "sign_in", "555555", MINUTE).await.expect("a code");
        assert!(!right("sign_in", "444444").await, "{}: replaced by a newer one", site.name);
        assert!(right("sign_in", "555555").await, "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_claimed_under_a_lease_and_forgotten_once_it_was_sent() {
    for site in both().await {
        let store = site.open().await;
        store.make_code("13800000001", "sign_in", "111111", MINUTE).await.expect("a code");
        assert_eq!(store.waiting_codes(10).await.expect("codes").len(), 1, "{}", site.name);
        let claimed = store.claim_codes(10, MINUTE).await.expect("codes");
        let [code] = claimed.as_slice() else { panic!("{}: {claimed:?}", site.name) };
        assert_eq!((code.phone.as_str(), code.code.as_str(), code.attempts), ("13800000001", "111111", 0));
        assert!(!format!("{code:?}").contains("1111"), "a code in a log");
        assert!(store.claim_codes(10, MINUTE).await.expect("codes").is_empty(), "{}: leased", site.name);
        assert!(!store.finish_code(code.id, code.token + 1, None).await.expect("the database"), "{}", site.name);
        assert!(store.finish_code(code.id, code.token, Some(0)).await.expect("the database"));
        let again = store.claim_codes(10, MINUTE).await.expect("codes");
        assert_eq!(again.first().map(|code| code.attempts), Some(1), "{}: tried again", site.name);
        assert!(!store.finish_code(code.id, code.token, None).await.expect("the database"), "{}: stale", site.name);
        assert!(store.finish_code(again[0].id, again[0].token, None).await.expect("the database"));
        assert!(store.waiting_codes(10).await.expect("codes").is_empty(), "{}", site.name);
        assert!(store.redeem_code("13800000001", "sign_in", "111111").await.expect("the database"), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_keep_between_them_is_taken_once() {
    for site in both().await {
        let store = site.open().await;
        let hash = "c".repeat(64);
        store.keep_step(&hash, "one", MINUTE).await.expect("a step");
        store.keep_step(&hash, "two", MINUTE).await.expect("a step");
        assert_eq!(store.step(&hash).await.expect("the database").as_deref(), Some("two"), "{}", site.name);
        assert_eq!(store.take_step(&hash).await.expect("the database").as_deref(), Some("two"));
        assert_eq!(store.take_step(&hash).await.expect("the database"), None, "{}: twice", site.name);
        store.keep_step(&hash, "three", 0).await.expect("a step");
        assert_eq!(store.step(&hash).await.expect("the database"), None, "{}: it ended", site.name);
        let short = store.keep_step("short", "x", MINUTE).await.expect_err("no hash");
        assert!(matches!(short, StoreError::Refused(_)), "{}: {short}", site.name);
    }
}
