//! The page that all ways of signing in share: a heading, some inputs, a button. It must never show whether an account
//! exists.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page_with};
use crate::session::{self, Visitor};

/// One input.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Name in the form.
    pub name: &'static str,
    /// What to type.
    pub label: String,
    /// Help; empty for none.
    pub hint: String,
    /// `text`, `password`, `tel`.
    pub kind: &'static str,
    /// What browsers may fill in.
    pub autocomplete: &'static str,
    /// The keyboard of phones.
    pub inputmode: &'static str,
    /// What was typed, if it may be shown again.
    pub value: String,
}

/// A page with one form.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Heading.
    pub title: String,
    /// What this is about.
    pub lead: String,
    /// What was wrong; empty for nothing.
    pub problem: String,
    /// Where the form goes.
    pub action: &'static str,
    /// Inputs.
    pub inputs: Vec<Input>,
    /// What people must see to go on, such as a key to type into another device; name and value.
    pub shown: Vec<(String, String)>,
    /// Where to go afterwards.
    pub next: String,
    /// The button.
    pub button: String,
    /// Other ways: address and name.
    pub others: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "identity/form.html")]
struct AskingPage {
    f: Frame,
    a: Asking,
}

impl Asking {
    /// The page; with a problem its status is `status`. A stranger without a cookie gets one, so that the form can be told
    /// from a foreign one.
    ///
    /// # Errors
    /// The page cannot be made.
    pub async fn show(self, app: &App, visitor: &Visitor, status: StatusCode) -> Result<Response, Failure> {
        let mut visitor = visitor.clone();
        let cookie = give_token(app, &mut visitor)?;
        let f = Frame::new(app, &visitor, app.now().await?);
        let status = if self.problem.is_empty() { StatusCode::OK } else { status };
        let mut response = page_with(status, &AskingPage { f, a: self })?;
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

/// A token for a visitor without one, and the cookie to set.
///
/// # Errors
/// The machine has no randomness.
pub fn give_token(app: &App, visitor: &mut Visitor) -> Result<Option<HeaderValue>, Failure> {
    if visitor.token.is_some() {
        return Ok(None);
    }
    let token = session::token()?;
    let cookie = session::set(app, &token)?;
    visitor.token = Some(token);
    Ok(Some(cookie))
}

/// What a page says when there were too many guesses.
pub fn too_often(f: impl Fn(&'static str, &'static str) -> String) -> String {
    f(
        "试的次数太多了，请过 15 分钟再试。急事请到窗口办理，或拨打 12345。",
        "There were too many tries. Wait 15 minutes. If it is urgent, come to the window or call 12345.",
    )
}
