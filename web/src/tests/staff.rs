//! Signing in as one of the staff: the first time, every time, with a lost phone, and what guessing gets.

use onething_engine::store::AccountRow;

use super::phone::cookie_of;
use super::world::{Answer, World};
use crate::app::Mode;
use crate::identity::secret;

const NAME: &str = "gu_ping";
const PASSWORD: &str = "correct horse battery";

fn location(answer: &Answer) -> &str {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn page(world: &World, path: &str) -> (String, String) {
    let page = world.get(path, "").await;
    (cookie_of(&page), page.input("_csrf"))
}

async fn sign_in(world: &World, name: &str, password: &str, code: &str) -> Answer {
    let (cookie, token) = page(world, "/signin/password").await;
    let pairs = [("_csrf", token.as_str()), ("name", name), ("password", password), ("code", code)];
    world.post("/signin/password", &cookie, &pairs).await
}

/// The code of a step, counted from now.
async fn code(world: &World, key: &str, steps: i64) -> String {
    let now = world.app.store().machine_now().await.expect("the time");
    let secret = secret::from_base32(key).expect("a key");
    let at = u64::try_from(now.0 / 1000 + 30 * steps).expect("a time");
    let totp = totp_rs::Builder::new().with_secret(totp_rs::Secret::from(secret)).build().expect("a key");
    totp.generate(at).to_string()
}

/// Adds an account as the command line does; its first password.
async fn added(world: &World, lives_ms: i64) -> String {
    let first = secret::new_recovery().expect("a word");
    world.app.store().add_account(&AccountRow::staff(NAME)).await.expect("an account");
    let hash = secret::hash(&first).await.expect("a hash");
    world.app.store().give_password(NAME, &hash, lives_ms).await.expect("a password");
    first
}

/// Sets everything up; the key, the recovery codes, and the code that proved the key.
async fn enrolled(world: &World) -> (String, Vec<String>, String) {
    let first = added(world, 60_000).await;
    let answer = sign_in(world, NAME, &first, "").await;
    assert_eq!((answer.status.as_u16(), location(&answer)), (303, "/signin/enrol"), "{}", answer.body);
    let cookie = cookie_of(&answer);
    // A session that has still to set up its second factor may do nothing else.
    for path in ["/desk", "/me", "/watch"] {
        assert_eq!(world.get(path, &cookie).await.status.as_u16(), 303, "{path}");
    }
    let form = world.get("/signin/enrol", &cookie).await;
    let key = form.body.split("secret=").nth(1).and_then(|rest| rest.get(..32)).expect("a key").to_owned();
    let token = form.input("_csrf");
    let code = code(world, &key, 0).await;
    let send = |password: &'static str, again: &'static str, code: String| {
        let (world, cookie, token) = (&world, cookie.clone(), token.clone());
        async move {
            let pairs = [("_csrf", token.as_str()), ("password", password), ("again", again), ("code", &code)];
            world.post("/signin/enrol", &cookie, &pairs).await
        }
    };
    for (password, again, code) in
        [("short", "short", &code), (PASSWORD, "another horse battery", &code), (PASSWORD, PASSWORD, &"x".to_owned())]
    {
        assert_eq!(send(password, again, code.clone()).await.status.as_u16(), 422, "{password}");
    }
    let done = send(PASSWORD, PASSWORD, code.clone()).await;
    assert_eq!(done.status.as_u16(), 200, "{}", done.body);
    let session = cookie_of(&done);
    assert_ne!(session, cookie, "a new session for new rights");
    assert_eq!(world.get("/desk", &session).await.status.as_u16(), 200);
    assert_eq!(world.get("/signin/enrol", &cookie).await.status.as_u16(), 303, "the old one is over");
    let codes: Vec<String> =
        done.body.split("<code>").skip(1).filter_map(|rest| Some(rest.split('<').next()?.to_owned())).collect();
    assert_eq!(codes.len(), 8);
    (key, codes, code)
}

#[tokio::test]
async fn the_first_password_leads_to_a_second_factor_and_to_nothing_else() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let (key, _, used) = enrolled(&world).await;
    // The code that proved the key is used up; so is every code after its first use.
    assert_eq!(sign_in(&world, NAME, PASSWORD, &used).await.status.as_u16(), 422, "a code works once");
    let next = code(&world, &key, 1).await;
    let answer = sign_in(&world, NAME, PASSWORD, &next).await;
    assert_eq!((answer.status.as_u16(), location(&answer)), (303, "/desk"));
    assert_eq!(sign_in(&world, NAME, PASSWORD, &next).await.status.as_u16(), 422);
    assert_eq!(sign_in(&world, NAME, PASSWORD, "").await.status.as_u16(), 422, "no way around the second factor");
    // Who left the organisation cannot sign in, and a first password ends.
    world.app.store().disable_account(NAME, true).await.expect("the account");
    assert_eq!(world.get("/desk", &cookie_of(&answer)).await.status.as_u16(), 303, "out with the next request");
}

#[tokio::test]
async fn a_first_password_ends() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let first = added(&world, 0).await;
    assert_eq!(sign_in(&world, NAME, &first, "").await.status.as_u16(), 422);
}

#[tokio::test]
async fn guessing_ends_after_five_and_the_owner_still_has_a_way_in() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let (key, recovery, _) = enrolled(&world).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(sign_in(&world, NAME, "wrong wrong wrong", "123456").await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    let next = code(&world, &key, 1).await;
    assert_eq!(sign_in(&world, NAME, PASSWORD, &next).await.status.as_u16(), 429, "the account waits");
    let (cookie, token) = page(&world, "/signin/recovery").await;
    let send = |password: &'static str, code: String| {
        let (world, cookie, token) = (&world, cookie.clone(), token.clone());
        async move {
            let pairs = [("_csrf", token.as_str()), ("name", NAME), ("password", password), ("code", &code)];
            world.post("/signin/recovery", &cookie, &pairs).await
        }
    };
    assert_eq!(send(PASSWORD, "aaaaa-aaaaa-aaaaa-aaaaa".to_owned()).await.status.as_u16(), 422);
    assert_eq!(send("wrong wrong wrong", recovery[0].clone()).await.status.as_u16(), 422, "never weaker: both");
    let answer = send(PASSWORD, recovery[1].to_uppercase().replace('-', " ")).await;
    assert_eq!((answer.status.as_u16(), location(&answer)), (303, "/signin/enrol"));
    assert_eq!(send(PASSWORD, recovery[1].clone()).await.status.as_u16(), 422, "each works once");
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let world = World::new(Mode::Serve { tls: true }).await;
    enrolled(&world).await;
    let strip = |answer: Answer, name: &str| {
        (answer.status, answer.body.replace(name, "NAME").replace(&answer.input("_csrf"), ""))
    };
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for _ in 0..6 {
        known.push(strip(sign_in(&world, NAME, "wrong wrong wrong", "123456").await, NAME));
        unknown.push(strip(sign_in(&world, "nobody_x", "wrong wrong wrong", "123456").await, "nobody_x"));
    }
    assert_eq!(known, unknown, "the sixth, too");
}
