//! Signing in with a code: from the page to the session, and what guessing gets.

use axum::http::header;

use super::world::{Answer, World};
use crate::app::Mode;

/// The cookie that an answer sets.
pub fn cookie_of(answer: &Answer) -> String {
    let set = answer.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    set.split(';').next().unwrap_or_default().to_owned()
}

fn location(answer: &Answer) -> &str {
    answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Asks for a code; the cookie of the visitor, the token of the forms and the page that follows.
async fn asked(world: &World, phone: &str) -> (String, String, Answer) {
    let page = world.get("/signin/phone?next=%2Fc%2Fx", "").await;
    let (cookie, token) = (cookie_of(&page), page.input("_csrf"));
    let pairs = [("_csrf", token.as_str()), ("phone", phone), ("next", &page.input("next"))];
    let answer = world.post("/signin/phone", &cookie, &pairs).await;
    (cookie, token, answer)
}

async fn code(world: &World) -> String {
    world.app.store().waiting_codes(1).await.expect("codes").first().expect("a code").code.clone()
}

#[tokio::test]
async fn a_code_opens_a_new_session_and_leads_back() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let (cookie, token, answer) = asked(&world, "+86 138 0000 0001").await;
    assert_eq!((answer.status.as_u16(), location(&answer)), (303, "/signin/phone/code"));
    let page = world.get("/signin/phone/code", &cookie).await;
    assert!(page.body.contains("138 **** 0001") && !page.body.contains("13800000001"), "the phone is masked");
    let right = code(&world).await;
    // Another browser cannot use it.
    let stranger = world.get("/signin/phone", "").await;
    let (theirs, their_token) = (cookie_of(&stranger), stranger.input("_csrf"));
    let stolen = world.post("/signin/phone/code", &theirs, &[("_csrf", &their_token), ("code", &right)]).await;
    assert_eq!((stolen.status.as_u16(), location(&stolen)), (303, "/signin/phone"));
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let refused = world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", wrong)]).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.body.contains("验证码不对"));
    let entered = world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", &right)]).await;
    assert_eq!((entered.status.as_u16(), location(&entered)), (303, "/c/x"), "{}", entered.body);
    let set = entered.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    for part in ["__Host-onething=", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(set.contains(part), "{set}");
    }
    let session = cookie_of(&entered);
    assert_ne!(session, cookie, "the token from before signing in is no session");
    assert_eq!(world.get("/me", &cookie).await.status.as_u16(), 303);
    assert_eq!(world.get("/me", &session).await.status.as_u16(), 200);
    // The same phone is the same account; the code is used up.
    let again = world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", &right)]).await;
    assert_eq!(location(&again), "/signin/phone");
    let accounts = world.app.store().accounts(onething_engine::store::AccountKind::Citizen, 10).await.unwrap();
    let found: Vec<_> = accounts.iter().filter(|account| account.known.phone == "13800000001").collect();
    assert_eq!(found.len(), 1);
    // Who may not sign in any more is out with the next request, and cannot come back.
    world.app.store().disable_account(&found[0].id, true).await.unwrap();
    assert_eq!(world.get("/me", &session).await.status.as_u16(), 303);
    let (cookie, token, _) = asked(&world, "13800000001").await;
    let right = code(&world).await;
    let out = world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", &right)]).await;
    assert_eq!(out.status.as_u16(), 403);
}

#[tokio::test]
async fn pages_do_not_tell_known_phones_from_others_and_guessing_ends() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let (cookie, token, _) = asked(&world, "13800000001").await;
    let right = code(&world).await;
    world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", &right)]).await;
    let (_, _, known) = asked(&world, "13800000001").await;
    let (cookie, token, unknown) = asked(&world, "13800000002").await;
    assert_eq!((known.status, location(&known), &known.body), (unknown.status, location(&unknown), &unknown.body));
    let mut answers = Vec::new();
    for _ in 0..7 {
        answers.push(world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", "x")]).await);
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
    // The right code does not help any more.
    let right = code(&world).await;
    let late = world.post("/signin/phone/code", &cookie, &[("_csrf", &token), ("code", &right)]).await;
    assert_eq!(late.status.as_u16(), 429);
    // Nor do new codes for the same phone: five within a quarter of an hour.
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(asked(&world, "13800000003").await.2.status.as_u16());
    }
    assert_eq!(codes, [303, 303, 303, 303, 303, 429]);
    let (_, _, odd) = asked(&world, "1380000").await;
    assert_eq!(odd.status.as_u16(), 422);
    assert!(odd.body.contains("value=\"1380000\""), "what was typed stays");
}
