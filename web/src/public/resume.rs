//! Going on with an application that somebody else, or one oneself elsewhere, began: by the telephone number that was given
//! for it and its code. It must never say which of the two was wrong, nor let anybody try for long.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::normalise::compact;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::Visitor;

/// Guesses of one account, and for one telephone number, within [`WINDOW_MS`].
const GUESSES: u32 = 5;
/// Machine milliseconds.
const WINDOW_MS: i64 = 15 * 60_000;

#[derive(Template)]
#[template(path = "public/resume.html")]
struct ResumePage {
    f: Frame,
    phone: String,
    refusal: String,
}

/// The page.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    page_with(StatusCode::OK, &ResumePage { f, phone: String::new(), refusal: String::new() })
}

/// Looks the application up; it belongs to this account from now on.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    let owner = visitor.actor()?.stands_for();
    let (phone, code) = (compact(sent.get("phone").unwrap_or_default()), compact(sent.get("code").unwrap_or_default()));
    let typed = sent.get("phone").unwrap_or_default().to_owned();
    let mut free = true;
    for key in [format!("resume account {owner}"), format!("resume phone {phone}")] {
        free &= app.store().attempt(&key, GUESSES, WINDOW_MS).await?;
    }
    if !free {
        let refusal = f.t(
            "试得太多了。请过 15 分钟再试，或到窗口办理；已填内容都还在。",
            "That was tried too often. Try again in 15 minutes, or come to a window; nothing that was filled in is lost.",
        );
        let page = ResumePage { phone: typed, refusal: refusal.to_owned(), f };
        return page_with(StatusCode::TOO_MANY_REQUESTS, &page);
    }
    match app.store().retrieve_draft(&phone, &code, owner).await? {
        Some(draft) => Ok(Redirect::to(&format!("/apply/{draft}")).into_response()),
        None => {
            let refusal = f.t(
                "没有找到。请核对手机号和取回码；取回码用过一次就失效，可以请填写的人再取一个。",
                "Nothing was found. Check the number and the code; a code works once, and whoever filled it in can get another.",
            );
            let page = ResumePage { phone: typed, refusal: refusal.to_owned(), f };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
