//! Requests that must not be believed: forms from elsewhere, hosts that are not ours, identities in headers and bodies,
//! paths written in odd ways.

use axum::body::Body;
use axum::http::{Method, Request, header};
use onething_engine::organisation::Actor;

use super::policies::address;
use super::world::{World, request};
use crate::app::Mode;
use crate::identity::Settings;
use crate::policy::Who;
use crate::routes;

/// What is tried, the type of the body, the body, and one more header.
type Attempt<'a> = (&'a str, &'a str, String, Option<(&'a str, &'a str)>);

#[tokio::test]
async fn no_form_is_believed_without_its_token_from_our_own_page() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&world.staff("gu_ping")).await;
    let (_, foreign) = world.enter(&Actor::citizen("family")).await;
    let form = "application/x-www-form-urlencoded";
    let mut wrong = Vec::new();
    for route in routes::table().into_iter().filter(|route| route.method == Method::POST) {
        let path = address(&world, route.path);
        let cases: [Attempt<'_>; 11] = [
            ("no token", form, String::new(), None),
            ("an empty token", form, "_csrf=".to_owned(), None),
            ("a foreign token", form, format!("_csrf={foreign}"), None),
            ("a shortened token", form, format!("_csrf={}", &token[..63]), None),
            ("another site", form, format!("_csrf={token}"), Some(("sec-fetch-site", "cross-site"))),
            ("a sister site", form, format!("_csrf={token}"), Some(("sec-fetch-site", "same-site"))),
            ("no site", form, format!("_csrf={token}"), Some(("sec-fetch-site", "none"))),
            ("a foreign origin", form, format!("_csrf={token}"), Some(("origin", "https://evil.example"))),
            ("a null origin", form, format!("_csrf={token}"), Some(("origin", "null"))),
            ("JSON", "application/json", format!("{{\"_csrf\":\"{token}\"}}"), None),
            ("plain text", "text/plain", format!("x={{\"_csrf\":\"{token}\"}}"), None),
        ];
        for (what, kind, body, extra) in cases {
            let mut builder = request(Method::POST, &path, &cookie).header(header::CONTENT_TYPE, kind);
            if let Some((name, value)) = extra {
                builder = builder.header(name, value);
            }
            let answer = world.send(builder.body(Body::from(body)).expect("a request")).await;
            if ![400, 401, 403, 404, 415].contains(&answer.status.as_u16()) {
                wrong.push(format!("{} with {what}: {}", route.path, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(world.get("/desk", &cookie).await.status.as_u16(), 200, "and the session is still there");
}

#[tokio::test]
async fn a_live_server_answers_to_its_own_name_only() {
    let settings = Settings { phone: true, host: Some("onething.example".to_owned()), ..Settings::default() };
    let world = World::with(Mode::Serve { tls: true }, settings).await;
    let status = async |hosts: &[&str], extra: Option<(&str, &str)>| {
        let mut builder = Request::builder().uri("/signin/phone");
        for host in hosts {
            builder = builder.header(header::HOST, *host);
        }
        if let Some((name, value)) = extra {
            builder = builder.header(name, value);
        }
        let answer = world.send(builder.body(Body::empty()).expect("a request")).await;
        let told = format!("{:?} {}", answer.headers, answer.body);
        assert!(!told.contains("evil.example"), "{hosts:?} {extra:?} is in the answer");
        answer.status.as_u16()
    };
    for own in ["onething.example", "ONETHING.example", "127.0.0.1:8080", "localhost"] {
        assert_eq!(status(&[own], None).await, 200, "{own}");
    }
    for other in [
        "evil.example",
        "onething.example.evil.example",
        "evil.example:443",
        "onething.example@evil.example",
        "onething.example, evil.example",
        "onething.example.",
        "xonething.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "[::1].evil.example",
        "0.0.0.0",
        "2130706433",
        "",
    ] {
        assert_eq!(status(&[other], None).await, 403, "{other}");
    }
    assert_eq!(status(&["onething.example", "evil.example"], None).await, 403, "two hosts");
    for name in ["x-forwarded-host", "x-host", "x-original-host", "forwarded", "x-forwarded-server", "x-rewrite-url"] {
        assert_eq!(status(&["onething.example"], Some((name, "evil.example"))).await, 200, "{name} has no effect");
    }
}

#[tokio::test]
async fn nothing_but_the_session_says_who_it_is() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
    let case = format!("/c/{}", world.case);
    for name in [
        "x-user-id",
        "x-forwarded-user",
        "x-remote-user",
        "remote-user",
        "x-role",
        "x-dept-id",
        "x-tenant",
        "authorization",
    ] {
        for value in ["gu_ping", "family", "supervisor", "Bearer gu_ping"] {
            for path in [case.as_str(), "/desk", "/watch"] {
                let plain = world.get(path, &cookie).await.status;
                let request = request(Method::GET, path, &cookie).header(name, value).body(Body::empty());
                assert_eq!(world.send(request.expect("a request")).await.status, plain, "{name}: {value} at {path}");
            }
        }
    }
    for query in
        ["userId=family", "actor=gu_ping", "deptId=community", "role=supervisor", "account=family", "as=family"]
    {
        assert_eq!(world.get(&format!("{case}?{query}"), &cookie).await.status.as_u16(), 404, "{query}");
        assert_eq!(world.get(&format!("/desk?{query}"), &cookie).await.status.as_u16(), 403, "{query}");
    }
    let posted = [("_csrf", token.as_str()), ("actor", "gu_ping"), ("userId", "gu_ping"), ("role", "clerk")];
    let path = format!("/desk/t/{}/1/claim", world.case);
    assert_eq!(world.post(&path, &cookie, &posted).await.status.as_u16(), 403);
}

#[tokio::test]
async fn odd_spellings_of_a_path_do_not_open_it() {
    let world = World::new(Mode::Demo).await;
    let (cookie, _) = world.enter(&Actor::citizen("neighbour")).await;
    let mut tried = 0;
    for route in
        routes::table().into_iter().filter(|route| route.method == Method::GET && route.policy.who != Who::Anyone)
    {
        let path = address(&world, route.path);
        let (head, tail) = path.rsplit_once('/').expect("a path");
        let slashed = path.replace('/', "//");
        let upper = path.to_uppercase();
        let coded: String = tail.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for odd in [
            format!("{path}/"),
            format!("{path};x"),
            format!("{path};jsessionid=1"),
            format!("{path}%00"),
            format!("{path}%2f"),
            format!("{path}/."),
            format!("{path}/../{tail}"),
            format!("{path}."),
            format!("{path}%20"),
            format!("/static/..{path}"),
            format!("/static/%2e%2e{path}"),
            format!("/notices/..{path}"),
            format!("/notices;{path}"),
            format!("/.{path}"),
            format!("{head}/{coded}"),
            slashed,
            upper,
        ] {
            let answer = world.get(&odd, "").await;
            assert_ne!(answer.status.as_u16(), 200, "a stranger at {odd}");
            if !matches!(route.policy.who, Who::SignedIn) {
                assert_ne!(world.get(&odd, &cookie).await.status.as_u16(), 200, "a citizen at {odd}");
            }
            tried += 1;
        }
        for name in ["x-http-method-override", "x-original-url", "x-rewrite-url", "x-method-override"] {
            let request = request(Method::GET, "/notices", &cookie).header(name, &path).body(Body::empty());
            let answer = world.send(request.expect("a request")).await;
            assert_eq!(answer.status.as_u16(), 200, "{name} leads elsewhere");
            assert!(answer.body.contains("<title>公示"), "{name} leads elsewhere");
            tried += 1;
        }
    }
    assert!(tried >= 200, "{tried}");
}
