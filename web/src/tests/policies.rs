//! The matrix of routes and visitors. A route that is not in it fails the test, and so does any other answer.

use axum::body::Body;
use axum::http::{Method, header};
use onething_engine::organisation::Actor;

use super::world::{World, request};
use crate::app::Mode;
use crate::routes;

/// Visitors in the order of the columns: stranger, applicant, another citizen, the office whose turn it is, an office
/// without any part in the process, the supervisor. Forms are sent without their token, so 403 is the best they get.
pub const MATRIX: &[(&str, &str, [u16; 6])] = &[
    ("GET", "/", [200, 200, 200, 200, 200, 200]),
    ("GET", "/s", [200, 200, 200, 200, 200, 200]),
    ("GET", "/s/{process}", [200, 200, 200, 200, 200, 200]),
    ("GET", "/s/{process}/check", [200, 200, 200, 200, 200, 200]),
    ("GET", "/s/{process}/checklist/{code}", [404, 404, 404, 404, 404, 404]),
    ("GET", "/checklist", [303, 303, 303, 303, 303, 303]),
    ("GET", "/track", [200, 200, 200, 200, 200, 200]),
    ("POST", "/track", [403, 403, 403, 403, 403, 403]),
    ("GET", "/signin", [200, 200, 200, 200, 200, 200]),
    ("GET", "/help", [200, 200, 200, 200, 200, 200]),
    ("GET", "/display", [200, 200, 200, 200, 200, 200]),
    ("GET", "/accessibility", [200, 200, 200, 200, 200, 200]),
    ("GET", "/privacy", [200, 200, 200, 200, 200, 200]),
    ("GET", "/signin/phone", [200, 200, 200, 200, 200, 200]),
    ("POST", "/signin/phone", [403, 403, 403, 403, 403, 403]),
    ("GET", "/signin/phone/code", [303, 303, 303, 303, 303, 303]),
    ("POST", "/signin/phone/code", [403, 403, 403, 403, 403, 403]),
    ("GET", "/me/sessions", [303, 200, 200, 200, 200, 200]),
    ("POST", "/me/sessions", [401, 403, 403, 403, 403, 403]),
    ("GET", "/me/proxies", [303, 200, 200, 403, 403, 403]),
    ("POST", "/me/proxies", [401, 403, 403, 403, 403, 403]),
    // Connected nowhere in these tests.
    ("GET", "/signin/oidc", [404, 404, 404, 404, 404, 404]),
    ("GET", "/signin/oidc/back", [404, 404, 404, 404, 404, 404]),
    ("GET", "/signin/ticket", [404, 404, 404, 404, 404, 404]),
    ("GET", "/signin/ticket/back", [404, 404, 404, 404, 404, 404]),
    ("GET", "/signin/password", [200, 200, 200, 200, 200, 200]),
    ("POST", "/signin/password", [403, 403, 403, 403, 403, 403]),
    ("GET", "/signin/recovery", [200, 200, 200, 200, 200, 200]),
    ("POST", "/signin/recovery", [403, 403, 403, 403, 403, 403]),
    ("GET", "/signin/enrol", [303, 303, 303, 303, 303, 303]),
    ("POST", "/signin/enrol", [403, 403, 403, 403, 403, 403]),
    ("GET", "/healthz", [200, 200, 200, 200, 200, 200]),
    ("GET", "/static/style.css", [200, 200, 200, 200, 200, 200]),
    ("GET", "/static/comfort.js", [200, 200, 200, 200, 200, 200]),
    ("GET", "/static/icon.svg", [200, 200, 200, 200, 200, 200]),
    ("POST", "/signout", [401, 403, 403, 403, 403, 403]),
    ("GET", "/me", [303, 200, 200, 200, 200, 200]),
    ("GET", "/s/{process}/start/{door}", [200, 200, 200, 403, 403, 403]),
    ("POST", "/s/{process}/start/{door}", [401, 403, 403, 403, 403, 403]),
    ("GET", "/s/{process}/all/{door}", [303, 200, 200, 403, 403, 403]),
    ("POST", "/s/{process}/all/{door}", [401, 403, 403, 403, 403, 403]),
    ("GET", "/apply/{draft}", [303, 200, 404, 404, 404, 404]),
    ("GET", "/apply/{draft}/drop", [303, 200, 404, 404, 404, 404]),
    ("POST", "/apply/{draft}/drop", [401, 403, 404, 404, 404, 404]),
    ("GET", "/apply/{draft}/code", [303, 200, 404, 404, 404, 404]),
    ("POST", "/apply/{draft}/code", [401, 403, 404, 404, 404, 404]),
    ("GET", "/resume", [303, 200, 200, 200, 200, 200]),
    ("POST", "/resume", [401, 403, 403, 403, 403, 403]),
    ("GET", "/apply/{draft}/q/{page}", [303, 200, 404, 404, 404, 404]),
    ("POST", "/apply/{draft}/q/{page}", [401, 403, 404, 404, 404, 404]),
    ("GET", "/apply/{draft}/review", [303, 200, 404, 404, 404, 404]),
    ("GET", "/apply/{draft}/declare", [303, 303, 404, 404, 404, 404]),
    ("POST", "/apply/{draft}/declare", [401, 403, 404, 404, 404, 404]),
    ("GET", "/c/{case}", [303, 200, 404, 200, 404, 200]),
    ("GET", "/c/{case}/live", [303, 200, 404, 200, 404, 200]),
    ("GET", "/c/{case}/why/{clock}", [303, 200, 404, 200, 404, 200]),
    ("GET", "/c/{case}/do/{action}", [303, 404, 404, 404, 404, 404]),
    ("POST", "/c/{case}/do/{action}", [401, 403, 404, 403, 404, 403]),
    ("POST", "/c/{case}/extend/{clock}", [401, 403, 404, 403, 404, 403]),
    ("GET", "/c/{case}/complain", [303, 200, 404, 404, 404, 404]),
    ("POST", "/c/{case}/complain", [401, 403, 404, 403, 404, 403]),
    ("GET", "/c/{case}/rate", [303, 200, 404, 404, 404, 404]),
    ("POST", "/c/{case}/rate", [401, 403, 404, 403, 404, 403]),
    ("GET", "/c/{case}/t/{task}", [303, 404, 404, 200, 404, 404]),
    ("POST", "/c/{case}/t/{task}", [401, 404, 404, 403, 404, 404]),
    ("GET", "/files/{file}/{part}", [303, 404, 404, 404, 404, 404]),
    ("GET", "/c/{case}/files/{file}/{part}", [303, 404, 404, 404, 404, 404]),
    ("GET", "/f/{file}/{part}", [303, 404, 404, 404, 404, 404]),
    ("GET", "/desk", [303, 403, 403, 200, 200, 200]),
    ("GET", "/desk/t/{case}/{task}", [303, 403, 403, 200, 404, 404]),
    ("POST", "/desk/t/{case}/{task}", [401, 403, 403, 403, 404, 404]),
    ("POST", "/desk/t/{case}/{task}/claim", [401, 403, 403, 403, 404, 404]),
    ("POST", "/desk/t/{case}/{task}/release", [401, 403, 403, 403, 404, 404]),
    ("POST", "/desk/t/{case}/{task}/recuse", [401, 403, 403, 403, 404, 404]),
    ("GET", "/c/{case}/reveal/{place}", [303, 403, 403, 200, 404, 404]),
    ("POST", "/c/{case}/reveal/{place}", [401, 403, 403, 403, 404, 403]),
    ("GET", "/watch", [303, 403, 403, 403, 403, 200]),
    ("GET", "/watch/voices", [303, 403, 403, 403, 403, 200]),
    ("POST", "/watch/voices/{voice}", [401, 403, 403, 403, 403, 403]),
    ("POST", "/demo/signin", [403, 403, 403, 403, 403, 403]),
    ("GET", "/notices", [200, 200, 200, 200, 200, 200]),
    ("GET", "/demo/mail", [200, 200, 200, 200, 200, 200]),
    ("GET", "/demo/clock", [200, 200, 200, 200, 200, 200]),
    ("POST", "/demo/clock", [403, 403, 403, 403, 403, 403]),
];

async fn visitors(world: &World) -> Vec<String> {
    let actors = [
        Actor::citizen("family"),
        Actor::citizen("neighbour"),
        world.staff("gu_ping"),
        world.staff("he_yun"),
        world.staff("sun_zheng"),
    ];
    let mut cookies = vec![String::new()];
    for actor in &actors {
        cookies.push(world.enter(actor).await.0);
    }
    cookies
}

pub fn address(world: &World, path: &str) -> String {
    let named = [
        ("{process}", "after-death"),
        ("{door}", "family"),
        ("{case}", &world.case),
        ("{clock}", &world.clock),
        ("{action}", "action.nothing"),
        ("{task}", "1"),
        ("{draft}", &world.draft),
        ("{page}", "deceased"),
        ("{place}", "~report~deceased.id_number"),
        ("{file}", "none"),
        ("{part}", "full"),
    ];
    named.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

#[tokio::test]
async fn every_route_answers_every_visitor_as_its_policy_says() {
    let world = World::new(Mode::Demo).await;
    let cookies = visitors(&world).await;
    let mut wrong = Vec::new();
    for route in routes::table() {
        let row = MATRIX.iter().find(|(method, path, _)| *method == route.method.as_str() && *path == route.path);
        let Some((_, _, expected)) = row else { panic!("{} {} is not in the matrix", route.method, route.path) };
        for (cookie, expected) in cookies.iter().zip(expected) {
            let path = address(&world, route.path);
            let request = request(route.method.clone(), &path, cookie).body(Body::empty()).unwrap();
            let answer = world.send(request).await;
            if answer.status.as_u16() != *expected {
                let who = cookies.iter().position(|known| known == cookie).unwrap_or(9);
                wrong.push(format!(
                    "{} {} visitor {who}: {} instead of {expected}",
                    route.method, route.path, answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(MATRIX.len(), routes::table().len(), "the matrix names a route that is gone");
}

#[tokio::test]
async fn a_live_server_has_nothing_of_the_demonstration() {
    let world = World::new(Mode::Serve { tls: true }).await;
    let (cookie, token) = world.enter(&world.staff("sun_zheng")).await;
    assert!(cookie.starts_with("__Host-onething="), "bound to https");
    for route in routes::table().into_iter().filter(|route| route.path.starts_with("/demo")) {
        assert!(route.policy.demo, "{} is open to a live server", route.path);
        let answer = match route.method {
            Method::GET => world.get(route.path, &cookie).await,
            _ => world.post(route.path, &cookie, &[("_csrf", &token), ("account", "family")]).await,
        };
        assert_eq!(answer.status.as_u16(), 404, "{}", route.path);
    }
}

#[tokio::test]
async fn a_form_is_believed_only_with_the_token_of_its_session_from_our_own_page() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&world.staff("gu_ping")).await;
    let (_, foreign) = world.enter(&Actor::citizen("family")).await;
    let path = format!("/desk/t/{}/1/claim", world.case);
    for wrong in ["", &foreign, &token[1..]] {
        assert_eq!(world.post(&path, &cookie, &[("_csrf", wrong)]).await.status.as_u16(), 403);
    }
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let request = request(Method::POST, &path, &cookie)
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("_csrf={token}")));
        assert_eq!(world.send(request.unwrap()).await.status.as_u16(), 403, "{name}: {value}");
    }
    assert_eq!(world.post(&path, &cookie, &[("_csrf", &token)]).await.status.as_u16(), 303);
    // Nothing but the session says who it is.
    let request = request(Method::GET, "/desk", "")
        .header("x-forwarded-user", "gu_ping")
        .header("x-user-id", "gu_ping")
        .body(Body::empty());
    assert_eq!(world.send(request.unwrap()).await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_session_ends_when_one_leaves_and_begins_with_a_new_token() {
    let world = World::new(Mode::Demo).await;
    let page = world.get("/signin", "").await;
    let set = page.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let before = set.split(';').next().unwrap().to_owned();
    let token = page.input("_csrf");
    let answer = world.post("/demo/signin", &before, &[("_csrf", &token), ("account", "sun_zheng")]).await;
    assert_eq!(answer.headers.get(header::LOCATION).unwrap(), "/watch");
    let after = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(before, after);
    assert_eq!(world.get("/watch", &before).await.status.as_u16(), 303, "the token of the stranger is no session");
    let page = world.get("/watch", &after).await;
    assert_eq!(page.status.as_u16(), 200);
    let token = page.input("_csrf");
    assert_eq!(world.post("/signout", &after, &[("_csrf", &token)]).await.status.as_u16(), 303);
    assert_eq!(world.get("/watch", &after).await.status.as_u16(), 303);
}
