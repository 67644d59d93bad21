//! The mailbox of the demonstration: every message of the outbox as its receiver would read it.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use onething_engine::notify::{Reference, code_text, render};

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::page::{Frame, page};
use crate::session::Visitor;

/// Messages on the page.
const SHOWN: u32 = 60;

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct MailPage {
    f: Frame,
    letters: Vec<Letter>,
}

struct Letter {
    to: String,
    subject: String,
    paragraphs: Vec<String>,
    at: String,
    status: &'static str,
    case: String,
    number: String,
}

/// The latest messages first.
pub async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    // The demonstration answers to its own names on the loopback address only, so what the browser asked is one of them.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let base = host.map(|host| format!("http://{host}")).unwrap_or_default();
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let rules = app.rules();
    let mut letters = Vec::new();
    for code in app.store().waiting_codes(SHOWN).await? {
        let rendered = code_text(&code.purpose, &code.code);
        letters.push(Letter {
            to: code.phone,
            subject: rendered.subject,
            paragraphs: rendered.body.split("\n\n").map(str::to_owned).collect(),
            at: language::short(code.made_at),
            status: status(&f, "waiting"),
            case: String::new(),
            number: String::new(),
        });
    }
    for row in app.store().outbox(SHOWN).await? {
        let Some(held) = app.store().case(row.case_id).await? else { continue };
        let case = &held.loaded.case;
        let Some(definition) = rules.definition(&case.definition) else { continue };
        let reference = Reference {
            recipient: &row.recipient,
            text: &row.text,
            item: &row.item,
            task: row.task,
            due_at: row.due_at,
        };
        let rendered = render(&rules, definition, case, &reference, &format!("{base}/c/{}", case.id));
        let to = match row.recipient.split_once(':') {
            Some(("party", party)) => definition.parties.get(party).map(|party| f.x(&party.title).to_owned()),
            Some(("office", office)) => Some(f.x(&rules.organisation.office_addressed(office)).to_owned()),
            Some(_) | None => None,
        };
        letters.push(Letter {
            to: to.unwrap_or_else(|| row.recipient.clone()),
            subject: rendered.subject,
            paragraphs: rendered.body.split("\n\n").map(str::to_owned).collect(),
            at: language::short(row.at),
            status: status(&f, &row.status),
            case: case.id.to_string(),
            number: case.number.clone(),
        });
    }
    page(&MailPage { f, letters })
}

fn status(f: &Frame, word: &str) -> &'static str {
    let (zh, en) = match word {
        "waiting" => ("待发送", "waiting"),
        "sent" => ("已发送", "sent"),
        "failed" => ("发送失败", "failed"),
        _ => ("无收件地址", "no address"),
    };
    match f.language {
        onething_engine::text::Language::Zh => zh,
        onething_engine::text::Language::En => en,
    }
}
