//! One number in full: a reason is asked first, the record of it is written, then the number is shown once. The applicant
//! reads the reason. It must never show what could not be recorded, nor put the number into an address.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;
use crate::page::{Frame, page_with};
use crate::reads::{REASONS, REVEALS_MAX, note_number};
use crate::sent::Sent;
use crate::session::Visitor;
use crate::view::{FullNumber, Look};

/// Characters of an explanation at most.
const NOTE_MAX: usize = 200;

#[derive(Template)]
#[template(path = "desk/reveal.html")]
struct RevealPage {
    f: Frame,
    case: String,
    number: String,
    place: String,
    label: String,
    masked: String,
    reasons: Vec<Reason>,
    note: String,
    refusal: String,
    /// The field the refusal is about; empty for none.
    wrong: &'static str,
    /// The number in full; empty until it was recorded.
    full: String,
    most: u32,
}

struct Reason {
    word: &'static str,
    title: String,
    chosen: bool,
}

/// Why it was not shown.
enum Refused {
    /// No reason was chosen.
    Reason,
    /// It was not explained.
    Note,
    /// Too many within the hour.
    TooMany,
}

struct Asking<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    open: &'a Open,
    place: &'a str,
    reason: &'a str,
    note: &'a str,
}

impl Asking<'_> {
    async fn frame(&self) -> Result<(Frame, FullNumber), Failure> {
        let now = self.app.now().await?;
        let f = Frame::new(self.app, self.visitor, now).about(&self.open.definition);
        let look = Look {
            loaded: &self.open.loaded,
            definition: &self.open.definition,
            rules: &self.open.rules,
            facts: &self.open.facts,
            actor: self.visitor.actor()?,
            now,
            language: f.language,
        };
        let number = look.number(self.place).ok_or(Failure::NotFound)?;
        Ok((f, number))
    }

    fn page(&self, f: Frame, number: FullNumber, refused: Option<&Refused>, shown: bool) -> Result<Response, Failure> {
        let case = &self.open.loaded.case;
        let reasons = REASONS.iter().map(|(word, zh, en)| Reason {
            word,
            title: f.t(zh, en).to_owned(),
            chosen: *word == self.reason,
        });
        let (status, wrong, refusal) = match refused {
            None => (StatusCode::OK, "", ""),
            Some(Refused::Reason) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "reason", f.t("请选择为什么要看完整号码。", "Choose why you need the number in full."))
            }
            Some(Refused::Note) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "note",
                f.t("请用一两句话写明用途（2 到 200 个字）。", "Say in a sentence or two what for (2 to 200 characters)."),
            ),
            Some(Refused::TooMany) => (
                StatusCode::TOO_MANY_REQUESTS,
                "",
                f.t(
                    "一小时内查看的完整号码已到上限，这次没有显示。请过一小时再看；确实急需的，请与科室负责人商量由他人查看。",
                    "You have seen as many numbers as one person may within an hour; this one was not shown. Try again in an hour, or ask a colleague.",
                ),
            ),
        };
        let content = RevealPage {
            case: case.id.to_string(),
            number: case.number.clone(),
            place: self.place.to_owned(),
            label: number.label,
            masked: number.masked,
            reasons: reasons.collect(),
            note: self.note.to_owned(),
            refusal: refusal.to_owned(),
            wrong,
            full: if shown { number.value } else { String::new() },
            most: REVEALS_MAX,
            f,
        };
        page_with(status, &content)
    }
}

/// Asks for the reason.
pub async fn show(
    State(app): State<App>,
    Path((_, place)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    let asking = Asking { app: &app, visitor: &visitor, open: &open, place: &place, reason: "", note: "" };
    let (f, number) = asking.frame().await?;
    asking.page(f, number, None, false)
}

/// Records the reason, then shows the number.
pub async fn send(
    State(app): State<App>,
    Path((_, place)): Path<(String, String)>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let reason = sent.get("reason").unwrap_or_default();
    let note: String = sent.get("note").unwrap_or_default().trim().chars().take(NOTE_MAX + 1).collect();
    let asking = Asking { app: &app, visitor: &visitor, open: &open, place: &place, reason, note: &note };
    let (f, number) = asking.frame().await?;
    let known = REASONS.iter().any(|(word, _, _)| *word == reason);
    let length = note.chars().count();
    let explained = if reason == "other" { length >= 2 } else { true };
    let refused = if !known {
        Some(Refused::Reason)
    } else if !explained || length > NOTE_MAX {
        Some(Refused::Note)
    } else if note_number(&app, visitor.actor()?, &open.loaded.case, &place, reason, &note).await? {
        None
    } else {
        Some(Refused::TooMany)
    };
    asking.page(f, number, refused.as_ref(), refused.is_none())
}
