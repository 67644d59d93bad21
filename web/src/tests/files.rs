//! Files that people send: they arrive with the rest of the form, are kept only for what they are, shown only to whom they
//! concern, and handed in only by whose they are.

use axum::body::Body;
use axum::http::{Method, header};
use onething_engine::organisation::Actor;

use super::world::{Answer, World, report, request};
use crate::app::Mode;

/// A picture of a sheet of paper.
const SHEET: &[u8] = include_bytes!("../demo/paper.png");
const FORM: &str = "/s/after-death/all/family";
const EDGE: &str = "edge-of-a-part";

/// A part of a form: a text, or a file with its name.
enum Part<'a> {
    Text(&'a str),
    File(&'a str, &'a [u8]),
}

fn body(parts: &[(&str, Part<'_>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, part) in parts {
        let (more, content) = match part {
            Part::Text(text) => (String::new(), text.as_bytes()),
            Part::File(file, content) => (format!("; filename=\"{file}\"\r\nContent-Type: image/jpeg"), *content),
        };
        let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
    bytes
}

async fn send(world: &World, path: &str, cookie: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = request(Method::POST, path, cookie).header(header::CONTENT_TYPE, kind).body(Body::from(body));
    world.send(request.expect("a request")).await
}

async fn post(world: &World, path: &str, cookie: &str, parts: &[(&str, Part<'_>)]) -> Answer {
    send(world, path, cookie, &format!("multipart/form-data; boundary={EDGE}"), body(parts)).await
}

/// A death in hospital, which asks for a certificate.
fn in_hospital<'a>(token: &'a str, wish: &'a str, draft: &'a str) -> Vec<(&'a str, Part<'a>)> {
    let mut pairs = report();
    // Another person than the one whose case is under way already.
    pairs.retain(|(name, _)| !["deceased.place", "deceased.id_number"].contains(name));
    pairs.push(("deceased.id_number", "320404194103120030"));
    pairs.extend([("deceased.place", "hospital"), ("deceased.hospital", "示例医院"), ("_do", wish), ("_draft", draft)]);
    let texts = pairs.into_iter().map(|(name, text)| (name, Part::Text(text)));
    [("_csrf", Part::Text(token))].into_iter().chain(texts).collect()
}

/// Every text between two others.
fn all<'t>(page: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    page.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn ids(page: &Answer) -> Vec<&str> {
    all(&page.body, "certificate.files\" value=\"", "\"")
}

fn location(answer: &Answer) -> String {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Follows the redirect after a save.
async fn again(world: &World, answer: &Answer, cookie: &str) -> Answer {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
    world.get(location(answer).split('#').next().unwrap_or_default(), cookie).await
}

#[tokio::test]
async fn a_picture_is_kept_shown_turned_and_handed_in() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("kin")).await;
    let mut parts = in_hospital(&token, "paper:add:certificate:", "");
    parts.push(("certificate.upload", Part::File("../../etc/死亡证明.exe", SHEET)));
    parts.push(("certificate.upload", Part::File("second.png", SHEET)));
    let page = again(&world, &post(&world, FORM, &cookie, &parts).await, &cookie).await;
    let sheets = ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(sheets.len(), 2, "{}", page.body);
    assert!(page.body.contains("死亡证明.png") && !page.body.contains("etc/"), "the true ending, no folder");
    assert!(page.body.contains("标记乙"), "what was typed with it is kept");
    let draft = page.input("_draft");
    // Its owner sees it, by an address that is signed for them alone.
    let lead = world.get(&format!("/files/{}/full", sheets[0]), &cookie).await;
    let signed = location(&lead);
    let shown = world.get(&signed, &cookie).await;
    assert_eq!(shown.status.as_u16(), 200);
    let has = |name: &str| shown.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(has("content-type"), "image/png");
    assert!(has("content-disposition").starts_with("attachment;") && has("content-disposition").is_ascii());
    assert!(has("content-security-policy").contains("sandbox"));
    assert_eq!((has("x-content-type-options"), has("cache-control")), ("nosniff", "no-store"));
    // Moved, turned, taken out: the ids follow.
    let wish = format!("paper:down:certificate:{}", sheets[0]);
    let with = |wish: &str, files: &[String]| -> Vec<(String, String)> {
        let pairs = files.iter().map(|id| ("certificate.files".to_owned(), id.clone()));
        pairs.chain([("_do".to_owned(), wish.to_owned())]).collect()
    };
    let press = async |wish: &str, files: &[String]| {
        let more = with(wish, files);
        let mut parts = in_hospital(&token, "", &draft);
        parts.retain(|(name, _)| *name != "_do");
        parts.extend(more.iter().map(|(name, text)| (name.as_str(), Part::Text(text))));
        let page = again(&world, &post(&world, FORM, &cookie, &parts).await, &cookie).await;
        ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let moved = press(&wish, &sheets).await;
    assert_eq!(moved, [sheets[1].clone(), sheets[0].clone()]);
    let turned = press(&format!("paper:turn:certificate:{}", moved[0]), &moved).await;
    assert!(turned[0] != moved[0] && turned[1] == moved[1], "a turned sheet is another file in its place");
    assert_eq!(world.get(&format!("/files/{}/full", moved[0]), &cookie).await.status.as_u16(), 404, "it is gone");
    let one = press(&format!("paper:drop:certificate:{}", turned[1]), &turned).await;
    assert_eq!(one, [turned[0].clone()]);
    // Handed in, it belongs to the case: offices that may see the answer may open it, others not.
    let mut parts = in_hospital(&token, "send", &draft);
    parts.extend([("certificate.how", Part::Text("upload")), ("certificate.files", Part::Text(&one[0]))]);
    let sent = post(&world, FORM, &cookie, &parts).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let case = location(&sent).trim_start_matches("/c/").split('?').next().unwrap_or_default().to_owned();
    let of_case = format!("/c/{case}/files/{}/full", one[0]);
    let (window, _) = world.enter(&world.staff("gu_ping")).await;
    assert_eq!(world.get(&of_case, &window).await.status.as_u16(), 303, "the window reads it");
    let (stranger, _) = world.enter(&Actor::citizen("neighbour")).await;
    for path in [&of_case, &format!("/files/{}/full", one[0]), &signed] {
        assert_eq!(world.get(path, &stranger).await.status.as_u16(), 404, "{path}");
    }
    // A file of one case is none in another, and what a case names cannot be taken away.
    assert_eq!(world.get(&format!("/c/{}/files/{}/full", world.case, one[0]), &window).await.status.as_u16(), 404);
    let store = world.app.store();
    assert!(!store.drop_file(&one[0], "kin").await.expect("the store"));
}

#[tokio::test]
async fn a_file_of_somebody_else_cannot_be_handed_in() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("kin")).await;
    let mut parts = in_hospital(&token, "save", "");
    parts.push(("certificate.upload", Part::File("a.png", SHEET)));
    let page = again(&world, &post(&world, FORM, &cookie, &parts).await, &cookie).await;
    let id = ids(&page)[0].to_owned();
    let (cookie, token) = world.enter(&Actor::citizen("thief")).await;
    for claimed in [id.as_str(), "../../etc/passwd", "0123456789abcdef0123456789abcdef"] {
        let mut parts = in_hospital(&token, "send", "");
        parts.extend([("certificate.how", Part::Text("upload")), ("certificate.files", Part::Text(claimed))]);
        let answer = post(&world, FORM, &cookie, &parts).await;
        assert_eq!(answer.status.as_u16(), 422);
        assert!(answer.body.contains("没有收到文件"), "{claimed}");
        assert!(!answer.body.contains("a.png"), "not even its name");
    }
    // A name alone is no file either.
    let mut parts = in_hospital(&token, "send", "");
    parts.extend([("certificate.how", Part::Text("upload")), ("certificate.name", Part::Text("a.png"))]);
    assert_eq!(post(&world, FORM, &cookie, &parts).await.status.as_u16(), 422);
}

#[tokio::test]
async fn a_bad_file_costs_neither_a_word_nor_a_good_one() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("kin")).await;
    let huge = vec![0xff; (20 << 20) + 1];
    let bad: [(&str, &[u8], &str); 6] = [
        ("page.jpg", b"<svg onload=alert(1)>", "只能上传照片"),
        ("page.png", &SHEET[..SHEET.len() / 2], "不完整或已损坏"),
        ("empty.jpg", b"", "是空的"),
        ("huge.jpg", &huge, "不能超过 20 MB"),
        ("program.pdf", b"MZ\x90\x00", "只能上传照片"),
        ("letter.docx", b"PK\x03\x04", "另存为 PDF"),
    ];
    for (name, content, says) in bad {
        let mut parts = in_hospital(&token, "send", "");
        parts.insert(3, ("certificate.upload", Part::File(name, content)));
        parts.insert(4, ("certificate.upload", Part::File("good.png", SHEET)));
        let answer = post(&world, FORM, &cookie, &parts).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        assert_eq!(ids(&answer).len(), 1, "{name}: the good one is kept");
        for typed in ["标记甲", "标记乙", "13800000001"] {
            assert!(answer.body.contains(typed), "{name}: {typed} was lost");
        }
    }
}

#[tokio::test]
async fn only_a_form_with_its_token_before_its_files_is_taken() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("kin")).await;
    // A body of another kind cannot name a file of this machine.
    let json = br#"{"certificate.upload":{"filepath":"/etc/passwd"},"certificate.files":"/etc/passwd"}"#;
    for kind in ["application/json", "text/plain", "multipart/mixed; boundary=x", "application/xml"] {
        assert_eq!(send(&world, FORM, &cookie, kind, json.to_vec()).await.status.as_u16(), 400, "{kind}");
    }
    // A file before the token, or without one, is not even written.
    let mut parts = in_hospital(&token, "save", "");
    parts.insert(0, ("certificate.upload", Part::File("a.png", SHEET)));
    assert_eq!(post(&world, FORM, &cookie, &parts).await.status.as_u16(), 403);
    let mut parts = in_hospital("forged", "save", "");
    parts.push(("certificate.upload", Part::File("a.png", SHEET)));
    assert_eq!(post(&world, FORM, &cookie, &parts).await.status.as_u16(), 403);
    let kept = world.app.uploads.as_deref().expect("a folder").vault.old(std::time::Duration::ZERO, 9).expect("a list");
    assert!(kept.is_empty(), "{kept:?}");
    // Forms that take no file take none in disguise.
    let parts = [("_csrf", Part::Text(&token)), ("x.upload", Part::File("a.png", SHEET))];
    assert_eq!(post(&world, "/signout", &cookie, &parts).await.status.as_u16(), 400);
    // Neither do thousands of parts, nor a form that breaks off.
    let many: Vec<(&str, Part<'_>)> = (0..5_001).map(|_| ("x", Part::Text("y"))).collect();
    assert_eq!(post(&world, FORM, &cookie, &many).await.status.as_u16(), 400);
    let mut broken = body(&in_hospital(&token, "save", ""));
    broken.truncate(200);
    let kind = format!("multipart/form-data; boundary={EDGE}");
    assert_eq!(send(&world, FORM, &cookie, &kind, broken).await.status.as_u16(), 400);
}

#[tokio::test]
async fn a_signed_address_is_good_for_one_person_one_file_and_a_few_minutes() {
    let world = World::new(Mode::Demo).await;
    let (cookie, token) = world.enter(&Actor::citizen("kin")).await;
    let mut parts = in_hospital(&token, "save", "");
    parts.push(("certificate.upload", Part::File("a.png", SHEET)));
    let page = again(&world, &post(&world, FORM, &cookie, &parts).await, &cookie).await;
    let id = ids(&page)[0].to_owned();
    let signed = location(&world.get(&format!("/files/{id}/small"), &cookie).await);
    assert!(!signed.contains("kin"), "no person in an address");
    let small = world.get(&signed, &cookie).await;
    assert_eq!(small.headers.get("content-type").and_then(|value| value.to_str().ok()), Some("image/jpeg"));
    let until = all(&signed, "until=", "&")[0].to_owned();
    let later = until.replace(&until, &(until.parse::<i64>().expect("a number") + 1).to_string());
    for forged in [
        signed.replace("/small", "/full"),
        signed.replace(&until, &later),
        signed.split("&proof").next().unwrap_or_default().to_owned(),
        format!("{}0", &signed[..signed.len() - 1]),
        signed.replace(&id, "0123456789abcdef0123456789abcdef"),
    ] {
        if forged != signed {
            assert_eq!(world.get(&forged, &cookie).await.status.as_u16(), 404, "{forged}");
        }
    }
    let now = world.app.now().await.expect("a time");
    world.app.store().move_clock(now.plus(6 * 60_000)).await.expect("a clock that turns");
    assert_eq!(world.get(&signed, &cookie).await.status.as_u16(), 404, "its time is over");
}
