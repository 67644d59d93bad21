//! Every identifier of every request replaced by those of others. Each case carries marks of its own in every value that
//! somebody typed; no answer may hold a mark of a case that the visitor may not see, and "not yours" is "not there".

use axum::body::Body;
use axum::http::{Method, header};
use onething_engine::decide;
use onething_engine::form::id_number::check_character;
use onething_engine::organisation::Actor;

use super::world::{World, report, request, start};
use crate::app::Mode;
use crate::gate::encode;

/// Owners of cases.
const OWNERS: usize = 12;
/// Requests that must be made at least.
const SWAPS_MIN: usize = 20_000;
/// Two ideographs for each owner that stand nowhere else.
const MARKS: &[&str] =
    &["龘甲", "龘乙", "龘丙", "龘丁", "龘戊", "龘己", "龘庚", "龘辛", "龘壬", "龘癸", "龘子", "龘丑"];

struct Owned {
    cookie: String,
    token: String,
    case: String,
    /// What only this owner, and who works on the case, may read.
    marks: Vec<String>,
}

fn number(head: &str, n: usize) -> String {
    let body = format!("{head}{:03}", 100 + 2 * n);
    let digit = check_character(&body).expect("a number");
    format!("{body}{digit}")
}

async fn owned(world: &World, n: usize) -> Owned {
    let owner = format!("owner-{n}");
    let (cookie, token) = world.enter(&Actor::citizen(&owner)).await;
    let mark = MARKS[n];
    let (deceased, applicant) = (number("32040419410312", n), number("32040419680520", n));
    let (name, address, phone) =
        (format!("{mark}逝"), format!("{mark}路九号"), format!("139{:08}", 40_000_000 + n * 7919));
    let own_name = format!("{mark}属");
    let mut pairs: Vec<(&str, &str)> = report();
    for (field, value) in &mut pairs {
        let typed = match *field {
            "deceased.name" => &name,
            "deceased.id_number" => &deceased,
            "deceased.address" => &address,
            "applicant.name" => &own_name,
            "applicant.id_number" => &applicant,
            "applicant.phone" => &phone,
            _ => continue,
        };
        *value = typed;
    }
    let case = start(&world.app, &owner, &pairs).await;
    let grouped = |number: &str| format!("{} {} {}", &number[..6], &number[6..14], &number[14..]);
    let marks =
        vec![mark.to_owned(), deceased.clone(), applicant.clone(), grouped(&deceased), grouped(&applicant), phone];
    Owned { cookie, token, case, marks }
}

/// Addresses about a case, with `{}` for its id: every one that the page of a case leads to, and those it does not show.
fn addresses(world: &World) -> Vec<(Method, String)> {
    let definition = world.app.rules();
    let definition =
        definition.choose("after-death", onething_engine::value::Instant(1_800_000_000_000).date()).expect("in force");
    let mut all = vec![(Method::GET, "/c/{}".to_owned())];
    for clock in &definition.clocks {
        all.push((Method::GET, format!("/c/{{}}/why/{}", clock.name)));
        all.push((Method::POST, format!("/c/{{}}/extend/{}", clock.name)));
    }
    let mut events: Vec<String> =
        decide::choices(definition).iter().map(|(_, choice, _)| choice.event.clone()).collect();
    events.sort();
    events.dedup();
    for event in events {
        all.push((Method::GET, format!("/c/{{}}/do/{}", encode(&event))));
        all.push((Method::POST, format!("/c/{{}}/do/{}", encode(&event))));
    }
    for task in 0..4 {
        all.push((Method::GET, format!("/c/{{}}/t/{task}")));
        all.push((Method::POST, format!("/c/{{}}/t/{task}")));
    }
    all
}

#[tokio::test]
async fn no_identifier_of_another_opens_anything_or_tells_that_it_exists() {
    let world = World::new(Mode::Demo).await;
    let mut owners = Vec::new();
    for n in 0..OWNERS {
        owners.push(owned(&world, n).await);
    }
    let addresses = addresses(&world);
    let nowhere = uuid::Uuid::now_v7().to_string();
    let ask = async |visitor: &Owned, method: &Method, path: &str| {
        let body = if *method == Method::POST { format!("_csrf={}&_do=send", visitor.token) } else { String::new() };
        let request = request(method.clone(), path, &visitor.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        world.send(request.expect("a request")).await
    };
    // The marks are there to be found: each owner reads them.
    for owner in &owners {
        let page = ask(owner, &Method::GET, &format!("/c/{}", owner.case)).await.body;
        assert!(page.contains(&owner.marks[0]), "the test would see nothing");
    }
    let (mut swaps, mut wrong) = (0, Vec::new());
    for (n, visitor) in owners.iter().enumerate() {
        for (method, address) in &addresses {
            let absent = ask(visitor, method, &address.replace("{}", &nowhere)).await;
            let absent = (absent.status, absent.body.replace(&nowhere, "X"));
            for (other, owner) in owners.iter().enumerate().filter(|(other, _)| *other != n) {
                let answer = ask(visitor, method, &address.replace("{}", &owner.case)).await;
                swaps += 1;
                if owner.marks.iter().any(|mark| answer.body.contains(mark)) {
                    wrong.push(format!("{n} reads a mark of {other} at {method} {address}"));
                }
                if (answer.status, answer.body.replace(&owner.case, "X")) != absent {
                    wrong.push(format!("{n} learns that the case of {other} exists at {method} {address}"));
                }
            }
        }
        if swaps >= SWAPS_MIN {
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {swaps}: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert!(swaps >= SWAPS_MIN, "{swaps} swaps, {} addresses", addresses.len());
}
