//! Signing in with a ticket, against a portal that checks what it is sent as a real one does.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use onething_engine::event::hexadecimal;
use onething_engine::store::{AccountKind, Assurance};
use serde_json::{Value, json};
use sha2::Sha256;

use super::phone::cookie_of;
use super::world::{Answer, World};
use crate::app::Mode;
use crate::identity::Settings;
use crate::identity::outward::Outward;
use crate::identity::ticket::Ticket;

const SECRET: &str = "a secret of the portal";

/// Tickets that were not exchanged yet, with who they stand for.
#[derive(Clone, Default)]
struct Portal(Arc<Mutex<Vec<(String, Value)>>>);

fn signed(body: &Value, what: &str) -> bool {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    let signed = format!("{}\n{}\n{}", text("app"), body["time"], text(what));
    text("sign") == hexadecimal(&mac.chain_update(signed.as_bytes()).finalize().into_bytes())
}

async fn token(State(portal): State<Portal>, Json(body): Json<Value>) -> Result<Json<Value>, StatusCode> {
    let mut tickets = portal.0.lock().expect("tickets");
    let place = tickets.iter().position(|(ticket, _)| body["ticket"] == *ticket);
    let (true, Some(place)) = (signed(&body, "ticket"), place) else { return Err(StatusCode::FORBIDDEN) };
    let (_, user) = tickets.remove(place);
    tickets.push(("token of the portal".to_owned(), user));
    Ok(Json(json!({"token": "token of the portal"})))
}

async fn user(State(portal): State<Portal>, Json(body): Json<Value>) -> Result<Json<Value>, StatusCode> {
    let tickets = portal.0.lock().expect("tickets");
    let found = tickets.iter().find(|(token, _)| body["token"] == *token).filter(|_| signed(&body, "token"));
    found.map(|(_, user)| Json(user.clone())).ok_or(StatusCode::FORBIDDEN)
}

impl Portal {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let router = Router::new().route("/token", post(token)).route("/user", post(user)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn give(&self, ticket: &str, user: Value) {
        self.0.lock().expect("tickets").push((ticket.to_owned(), user));
    }
}

async fn world(portal: &Portal) -> World {
    let base = portal.start().await;
    let ticket = Ticket {
        login: format!("{base}/login?app=onething"),
        token: format!("{base}/token"),
        user: format!("{base}/user"),
        application: "onething".to_owned(),
        secret: SECRET.to_owned(),
        back: "https://onething.example/signin/ticket/back".to_owned(),
        outward: Outward::new(&base).expect("a way there"),
    };
    let settings = Settings { ticket: Some(Arc::new(ticket)), ..Settings::default() };
    World::with(Mode::Serve { tls: true }, settings).await
}

fn location(answer: &Answer) -> String {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Begins; the cookie and the way back that the portal is told, with its state.
async fn begun(world: &World) -> (String, String) {
    let answer = world.get("/signin/ticket?next=%2Fme", "").await;
    assert_eq!(answer.status.as_u16(), 303);
    let to = location(&answer);
    let (login, goto) = to.split_once("&goto=").expect("where to come back to");
    assert!(login.ends_with("/login?app=onething"), "{login}");
    let decoded = crate::sent::Sent::parse(format!("goto={goto}").as_bytes()).expect("an address");
    let back = decoded.get("goto").expect("an address").to_owned();
    let path = back.strip_prefix("https://onething.example").expect("the configured address").to_owned();
    (cookie_of(&answer), path)
}

#[tokio::test]
async fn a_ticket_opens_a_session_once_for_who_asked_for_it() {
    let portal = Portal::default();
    let world = world(&portal).await;
    let person =
        json!({"userId": "u-1", "realName": "张三", "idNumber": "110101199001010015", "mobile": "13800000001"});
    let (cookie, back) = begun(&world).await;
    portal.give("t-1", person.clone());
    // The ticket of one is no use in the browser of another, whose sign-in was not begun with this state.
    let (other, _) = begun(&world).await;
    let mixed = world.get(&format!("{back}&ticket=t-1"), &other).await;
    assert_eq!((mixed.status.as_u16(), cookie_of(&mixed)), (422, String::new()));
    let entered = world.get(&format!("{back}&ticket=t-1"), &cookie).await;
    assert_eq!((entered.status.as_u16(), location(&entered)), (303, "/me".to_owned()), "{}", entered.body);
    assert_eq!(world.get("/me", &cookie_of(&entered)).await.status.as_u16(), 200);
    assert_eq!(world.get(&format!("{back}&ticket=t-1"), &cookie).await.status.as_u16(), 422, "once");
    let accounts = world.app.store().accounts(AccountKind::Citizen, 10).await.expect("accounts");
    let found: Vec<_> = accounts.iter().filter(|account| !account.known.name.is_empty()).collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].known.name.as_str(), found[0].assurance), ("张三", Assurance::RealName));
    // Again, with another number: the same account, because the subject is the same; a wrong number is not taken over.
    let (cookie, back) = begun(&world).await;
    portal.give("t-2", json!({"userId": "u-1", "realName": "张三", "idNumber": "110101199001010016"}));
    assert_eq!(world.get(&format!("{back}&ticket=t-2"), &cookie).await.status.as_u16(), 303);
    let again = world.app.store().account(&found[0].id).await.expect("the database").expect("the account");
    assert_eq!(again.known.id_number, "110101199001010015");
}

#[tokio::test]
async fn what_the_portal_does_not_confirm_opens_nothing() {
    let portal = Portal::default();
    let world = world(&portal).await;
    for query in ["&ticket=unknown", "&ticket=", "", "&ticket=t&userId=u-1"] {
        let (cookie, back) = begun(&world).await;
        let answer = world.get(&format!("{back}{query}"), &cookie).await;
        assert_eq!((answer.status.as_u16(), cookie_of(&answer)), (422, String::new()), "{query}");
        assert!(answer.body.contains("没有登录成功"), "it says what to do");
    }
    portal.give("nobody", json!({"userId": ""}));
    let (cookie, back) = begun(&world).await;
    assert_eq!(world.get(&format!("{back}&ticket=nobody"), &cookie).await.status.as_u16(), 422);
}
