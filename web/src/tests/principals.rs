//! The matrix for everybody else: fifteen kinds of visitors, each of whom must be answered like one of the six columns.
//! Who has lost a right is answered like somebody who never had it.

use axum::body::Body;
use axum::http::Method;
use onething_engine::organisation::Actor;
use onething_engine::store::{AccountRow, AuthorityKind, AuthorityRow, SessionRow, Stage, SubstituteRow};
use onething_engine::value::DAY_MS;
use sha2::{Digest, Sha256};

use super::policies::{MATRIX, address};
use super::world::{World, request};
use crate::app::Mode;
use crate::routes;

/// A visitor: what they are called, what they send, and the column whose answers they must get.
struct Principal {
    name: &'static str,
    cookie: String,
    header: Option<(&'static str, String)>,
    column: usize,
}

fn token_hash(cookie: &str) -> String {
    let token = cookie.split_once('=').map(|(_, token)| token).unwrap_or_default();
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Somebody who acts for the family, within a scope.
async fn agent(world: &World, id: &str, processes: &[&str], days: i64) -> (String, String) {
    crate::identity::known(&world.app, &Actor::citizen("family")).await.expect("an account");
    let (cookie, _) = world.enter(&Actor::citizen(id)).await;
    let now = world.app.now().await.expect("the time");
    let row = AuthorityRow {
        id: format!("authority of {id}"),
        kind: AuthorityKind::Agent,
        principal: "family".to_owned(),
        agent: Some(id.to_owned()),
        processes: processes.iter().map(|name| (*name).to_owned()).collect(),
        basis: "委托书".to_owned(),
        recorded_by: "gu_ping".to_owned(),
        from_at: now.plus(-1),
        until_at: now.plus(days * DAY_MS),
    };
    world.app.store().record_authority(&row, None).await.expect("an authority");
    assert!(world.app.store().act_by(&token_hash(&cookie), Some(&row.id)).await.expect("the database"));
    (cookie, row.id)
}

async fn principals(world: &World) -> Vec<Principal> {
    let store = world.app.store();
    let mut all = Vec::new();
    let mut add = |name, cookie, column| all.push(Principal { name, cookie, header: None, column });
    add("anonymous", String::new(), 0);
    add("applicant P", world.enter(&Actor::citizen("family")).await.0, 1);
    add("applicant Q", world.enter(&Actor::citizen("neighbour")).await.0, 2);
    add("agent of P", agent(world, "agent-1", &["after-death"], 1).await.0, 1);
    add("agent of P for another matter", agent(world, "agent-2", &["home-adaptation"], 1).await.0, 2);
    let (cookie, authority) = agent(world, "agent-3", &[], 1).await;
    assert!(store.revoke_authority(&authority, "family").await.expect("the database"));
    add("agent whose authority was taken back", cookie, 0);
    add("clerk of the street", world.enter(&world.staff("lu_min")).await.0, 3);
    add("head of the street", world.enter(&world.staff("gu_ping")).await.0, 3);
    add("clerk of another office", world.enter(&world.staff("he_yun")).await.0, 4);
    add("supervisor", world.enter(&world.staff("sun_zheng")).await.0, 5);
    let (cookie, _) = world.enter(&world.staff("he_yun")).await;
    add("head of another office", cookie, 4);
    let now = world.app.now().await.expect("the time");
    let row = SubstituteRow {
        id: "over".to_owned(),
        person: "he_yun".to_owned(),
        instead_of: "gu_ping".to_owned(),
        units: vec!["community.window".to_owned()],
        from_at: now.plus(-2 * DAY_MS),
        until_at: now.plus(-DAY_MS),
    };
    store.add_substitute(&row).await.expect("a substitute whose days are over");
    let (cookie, _) = world.enter(&world.staff("jiang_hua")).await;
    assert!(store.disable_account("jiang_hua", true).await.expect("the database"));
    add("disabled", cookie, 0);
    let expired = SessionRow {
        token_hash: token_hash(&format!("x={}", "e".repeat(64))),
        account: "gu_ping".to_owned(),
        stage: Stage::Full,
        lives_ms: 0,
    };
    store.begin_session(&expired).await.expect("a row");
    add("expired session", format!("onething={}", "e".repeat(64)), 0);
    let enrolling = SessionRow {
        token_hash: token_hash(&format!("x={}", "f".repeat(64))),
        stage: Stage::Enrol,
        lives_ms: 60_000,
        ..expired
    };
    store.begin_session(&enrolling).await.expect("a row");
    add("second factor still to be set up", format!("onething={}", "f".repeat(64)), 0);
    store.add_account(&AccountRow::staff("left")).await.expect("an account");
    let gone = SessionRow {
        token_hash: token_hash(&format!("x={}", "d".repeat(64))),
        account: "left".to_owned(),
        stage: Stage::Full,
        lives_ms: 60_000,
    };
    store.begin_session(&gone).await.expect("a row");
    add("left the organisation", format!("onething={}", "d".repeat(64)), 0);
    all.push(Principal {
        name: "another system",
        cookie: String::new(),
        header: Some(("authorization", "Bearer gu_ping".to_owned())),
        column: 0,
    });
    all
}

/// What the column cannot say: the route, the visitor, the status.
const EXCEPTIONS: &[(&str, &str, &str, u16)] = &[("GET", "/signin/enrol", "second factor still to be set up", 200)];

#[tokio::test]
async fn fifteen_kinds_of_visitors_are_answered_as_one_of_the_six() {
    let world = World::new(Mode::Demo).await;
    let principals = principals(&world).await;
    assert!(principals.len() >= 15);
    let (mut wrong, mut cells) = (Vec::new(), 0);
    for route in routes::table() {
        let row = MATRIX.iter().find(|(method, path, _)| *method == route.method.as_str() && *path == route.path);
        let Some((method, path, expected)) = row else {
            panic!("{} {} is not in the matrix", route.method, route.path)
        };
        for principal in &principals {
            let mut builder = request(route.method.clone(), &address(&world, route.path), &principal.cookie);
            if let Some((name, value)) = &principal.header {
                builder = builder.header(*name, value);
            }
            let status = world.send(builder.body(Body::empty()).expect("a request")).await.status.as_u16();
            let exception = EXCEPTIONS.iter().find(|e| (e.0, e.1, e.2) == (*method, *path, principal.name));
            let expected = exception.map_or(expected[principal.column], |exception| exception.3);
            cells += 1;
            if status != expected {
                wrong.push(format!("{method} {path} {}: {status} instead of {expected}", principal.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{cells} cells: {wrong:#?}");
}

#[tokio::test]
async fn a_substitute_works_in_the_offices_and_days_named_and_an_agent_leaves_their_own_name() {
    let world = World::new(Mode::Demo).await;
    let path = format!("/desk/t/{}/1", world.case);
    let (cookie, _) = world.enter(&world.staff("he_yun")).await;
    let status = |cookie: String, path: String| {
        let world = &world;
        async move { world.get(&path, &cookie).await.status.as_u16() }
    };
    assert_eq!(status(cookie.clone(), path.clone()).await, 404);
    let now = world.app.now().await.expect("the time");
    let row = |id: &str, units: &[&str]| SubstituteRow {
        id: id.to_owned(),
        person: "he_yun".to_owned(),
        instead_of: "gu_ping".to_owned(),
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        from_at: now.plus(-1),
        until_at: now.plus(DAY_MS),
    };
    // An office in which the other does not work is not taken over.
    world.app.store().add_substitute(&row("none", &["hrss.pension", "community.grid"])).await.expect("a row");
    assert_eq!(status(cookie.clone(), path.clone()).await, 404);
    world.app.store().add_substitute(&row("right", &["community.window"])).await.expect("a row");
    assert_eq!(status(cookie.clone(), path.clone()).await, 200);
    assert!(world.app.store().end_substitute("right").await.expect("the database"));
    assert_eq!(status(cookie, path).await, 404, "out with the next request");
    // What an agent does stands in the history under the agent's id, and the case is the principal's.
    let (cookie, _) = agent(&world, "agent-1", &[], 1).await;
    assert_eq!(status(cookie.clone(), format!("/c/{}", world.case)).await, 200);
    let request = request(Method::GET, "/me", &cookie).body(Body::empty()).expect("a request");
    assert!(world.send(request).await.body.contains(&format!("/c/{}", world.case)), "the principal's cases");
    let (other, _) = agent(&world, "agent-2", &["home-adaptation"], 1).await;
    let page = world.get("/me", &other).await;
    assert_eq!(page.status.as_u16(), 200);
    for hidden in [format!("/c/{}", world.case), format!("/apply/{}", world.draft)] {
        assert!(!page.body.contains(&hidden), "{hidden} is outside the scope");
    }
    assert_eq!(status(other, format!("/apply/{}", world.draft)).await, 404);
}
