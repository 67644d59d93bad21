//! A session that ends while somebody fills in a form: on every page of every application nothing that was typed is lost,
//! and nobody else gets to see it.

use onething_engine::organisation::Actor;

use super::applying::{begin, to};
use super::world::{Answer, World};
use crate::app::Mode;
use crate::session;

/// The attribute of a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// The tags of one kind that take an answer, in the order of the page.
fn inputs(page: &str) -> Vec<&str> {
    let starts = ["<input ", "<select ", "<textarea "];
    let tags = page.split('<').map(|tag| tag.split('>').next().unwrap_or_default());
    tags.filter(|tag| starts.iter().any(|start| format!("<{tag}").starts_with(start)))
        .filter(|tag| attribute(tag, "type") != Some("hidden") && attribute(tag, "type") != Some("file"))
        .filter(|tag| attribute(tag, "name").is_some_and(|name| !name.starts_with('_')))
        .collect()
}

/// Something for every question of a page; texts that no other page has.
fn typed(page: &Answer, number: usize) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (at, tag) in inputs(&page.body).into_iter().enumerate() {
        let name = attribute(tag, "name").unwrap_or_default().to_owned();
        match attribute(tag, "type") {
            Some("radio" | "checkbox") => {
                if pairs.iter().all(|(known, _)| *known != name) {
                    pairs.push((name, attribute(tag, "value").unwrap_or_default().to_owned()));
                }
            }
            Some(_) | None if tag.starts_with("select") => pairs.push((name, "320404001".to_owned())),
            Some(_) | None => pairs.push((name, format!("{number}-{at}𠮷·<䶮>"))),
        }
    }
    pairs
}

/// Is every answer on the page again?
fn missing(page: &Answer, pairs: &[(String, String)]) -> Vec<String> {
    let escaped = |text: &str| text.replace('<', "&#60;").replace('>', "&#62;");
    let gone = pairs.iter().filter(|(name, text)| {
        let shown = escaped(text);
        let by_tag = inputs(&page.body).into_iter().any(|tag| {
            attribute(tag, "name") == Some(name)
                && attribute(tag, "value") == Some(&shown)
                && (!tag.contains("type=\"radio\"") && !tag.contains("type=\"checkbox\"") || tag.ends_with(" checked"))
        });
        let inside = page.body.contains(&format!("\n{shown}</textarea>"));
        let selected = page.body.contains(&format!("<option value=\"{shown}\" selected>"));
        !by_tag && !inside && !selected
    });
    gone.map(|(name, _)| name.clone()).collect()
}

async fn kill(world: &World, cookie: &str) {
    let token = cookie.split_once('=').map_or("", |(_, token)| token);
    world.app.store().end_session(&session::digest(token)).await.expect("a store");
}

#[tokio::test]
async fn on_every_page_of_every_application_a_dead_session_loses_nothing() {
    let world = World::new(Mode::Demo).await;
    let (mut cookie, mut token) = world.enter(&Actor::citizen("neighbour")).await;
    let now = world.app.now().await.expect("a time");
    let (mut pages, mut longest) = (0, 0);
    for definition in world.app.services(now) {
        for door in definition.doors.values().filter(|door| door.party.is_some()) {
            let Some(form) = door.form.as_ref().and_then(|form| definition.forms.get(form)) else { continue };
            let hub = begin(&world, &cookie, &token, &definition.name, &door.name).await;
            longest = longest.max(form.pages().len());
            let mut all: Vec<(String, String)> = Vec::new();
            for (number, page) in form.pages().into_iter().enumerate() {
                let address = format!("{hub}/q/{}", page.id);
                let pairs = typed(&world.get(&address, &cookie).await, number);
                if pairs.is_empty() {
                    continue;
                }
                pages += 1;
                kill(&world, &cookie).await;
                let mut sent: Vec<(&str, &str)> = pairs.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
                sent.extend([("_csrf", token.as_str()), ("_do", "save")]);
                let answer = world.post(&address, &cookie, &sent).await;
                let path = crate::gate::encode(&address);
                assert_eq!(to(&answer), format!("/signin?next={path}"), "{address}");
                let set = answer.headers.get("set-cookie").and_then(|set| set.to_str().ok()).expect("a cookie");
                assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
                let kept = set.split(';').next().unwrap_or_default().to_owned();

                let (other, _) = world.enter(&Actor::citizen("family")).await;
                let foreign = world.get(&address, &format!("{other}; {kept}")).await;
                assert_eq!(foreign.status.as_u16(), 404, "whoever signs in instead does not get it");
                assert!(!foreign.body.contains("𠮷"));

                (cookie, token) = world.enter(&Actor::citizen("neighbour")).await;
                let again = world.get(&address, &format!("{cookie}; {kept}")).await;
                assert!(again.body.contains("登录超时前"), "{address}");
                assert_eq!(missing(&again, &pairs), Vec::<String>::new(), "{address}");
                let mut sent: Vec<(&str, &str)> = pairs.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
                sent.extend([("_csrf", token.as_str()), ("_do", "save")]);
                let saved = world.post(&address, &format!("{cookie}; {kept}"), &sent).await;
                assert_eq!(to(&saved), hub);
                let gone = saved.headers.get("set-cookie").and_then(|set| set.to_str().ok()).unwrap_or_default();
                assert!(gone.contains("Max-Age=0"), "what was kept is forgotten once it is saved: {gone}");
                assert!(!world.get(&address, &format!("{cookie}; {kept}")).await.body.contains("登录超时前"));
                all.extend(pairs.into_iter().filter(|(name, _)| page.holds(name)));
            }
            // All of it is in the draft, exactly as it was typed.
            let id = hub.trim_start_matches("/apply/");
            let row = world.app.store().draft(id).await.expect("a store").expect("the draft");
            let held: Vec<(String, String)> = serde_json::from_str(&row.typed).expect("pairs");
            let lost: Vec<&(String, String)> = all.iter().filter(|pair| !held.contains(pair)).collect();
            assert!(lost.is_empty(), "{hub}: {lost:?}");
        }
    }
    assert!(longest >= 10 && pages >= 30, "{pages} pages, {longest} in the longest form");
}

#[tokio::test]
async fn what_a_stranger_posts_to_a_draft_is_not_kept() {
    let world = World::new(Mode::Demo).await;
    let address = format!("/apply/{}/q/deceased", world.draft);
    let answer = world.post(&address, "", &[("deceased.name", "标记丙"), ("_csrf", "")]).await;
    assert_eq!(answer.status.as_u16(), 401);
    let (cookie, _) = world.enter(&Actor::citizen("family")).await;
    kill(&world, &cookie).await;
    let forged = world.post(&address, &cookie, &[("deceased.name", "标记丙"), ("_csrf", "0")]).await;
    assert_eq!(forged.status.as_u16(), 401);
    assert!(forged.headers.get("set-cookie").is_none());
}
