//! How much a phone has to load: a public page with everything it needs, compressed.

use axum::body::Body;
use axum::http::{Method, header};
use onething_engine::organisation::Actor;

use super::world::{World, request};
use crate::app::Mode;
use crate::policy::Who;
use crate::routes;

/// Bytes of one public page with style, script and icon.
const LIMIT: usize = 60 * 1024;

async fn weight(world: &World, path: &str, cookie: &str) -> usize {
    let request = request(Method::GET, path, cookie).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty());
    let answer = world.send_raw(request.expect("a request")).await;
    assert!(answer.0.is_success() || answer.0.is_redirection(), "{path}: {}", answer.0);
    answer.1.len()
}

#[tokio::test]
async fn a_public_page_weighs_at_most_sixty_kilobytes_with_everything_it_needs() {
    let world = World::new(Mode::Demo).await;
    let mut files = 0;
    for route in routes::table().iter().filter(|route| route.path.starts_with("/static/")) {
        files += weight(&world, route.path, "").await;
    }
    let public = routes::table().into_iter().filter(|route| {
        route.method == Method::GET
            && route.policy.who == Who::Anyone
            && !route.path.contains('{')
            && !route.policy.demo
            // They lead to other systems, and none is connected here.
            && !["/signin/oidc", "/signin/ticket"].iter().any(|way| route.path.starts_with(way))
    });
    let mut paths: Vec<String> = public.map(|route| route.path.to_owned()).collect();
    paths.extend(world.app.services(world.app.now().await.unwrap()).iter().map(|one| format!("/s/{}", one.name)));
    for path in paths.iter().filter(|path| !path.starts_with("/static/")) {
        let all = files + weight(&world, path, "").await;
        assert!(all <= LIMIT, "{path}: {all} bytes");
    }
    let (cookie, _) = world.enter(&Actor::citizen("family")).await;
    let case = files + weight(&world, &format!("/c/{}", world.case), &cookie).await;
    assert!(case <= LIMIT, "a case: {case} bytes");
}

#[tokio::test]
async fn a_file_is_asked_for_once_for_each_version() {
    let world = World::new(Mode::Demo).await;
    let page = world.get("/", "").await.body;
    let start = page.find("/static/style.css?v=").expect("a versioned style sheet");
    let path = page[start..].split('"').next().unwrap_or_default().to_owned();
    let kept = |answer: &super::world::Answer| answer.headers["cache-control"].to_str().unwrap().to_owned();
    assert!(kept(&world.get(&path, "").await).contains("immutable"), "{path}");
    assert!(
        !kept(&world.get("/static/style.css?v=0", "").await).contains("immutable"),
        "another version is not this one"
    );
    assert_eq!(kept(&world.get("/?v=0", "").await), "no-store");
}
