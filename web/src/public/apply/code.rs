//! The code by which a draft is found again from another account, such as at a window. It is shown once; only its keyed hash
//! is kept. It must never be shown to anybody but the draft's owner.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use onething_engine::form::normalise::compact;
use onething_engine::form::number;

use super::Asking;
use crate::app::App;
use crate::failure::Failure;
use crate::gate::OwnDraft;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Letters and digits that nobody takes for one another, read out on the telephone.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Characters of a code: about 49 bits, with a telephone number and few guesses.
const LENGTH: usize = 10;

#[derive(Template)]
#[template(path = "apply/code.html")]
struct CodePage {
    f: Frame,
    draft: String,
    phone: String,
    /// In two groups; empty before it was asked for.
    code: String,
    refusal: String,
    expires: String,
}

/// Asks for the telephone number.
pub async fn show(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &draft.process, &draft.door).await?;
    let f = Frame::new(&app, &visitor, asking.now).about(&asking.definition);
    let expires = crate::language::day(draft.expires_at.date(), f.language);
    let (phone, code, refusal) = Default::default();
    page_with(StatusCode::OK, &CodePage { draft: draft.id.clone(), phone, code, refusal, expires, f })
}

/// Makes a code; the one before ends.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let asking = Asking::find(&app, &visitor, &draft.process, &draft.door).await?;
    let f = Frame::new(&app, &visitor, asking.now).about(&asking.definition);
    let expires = crate::language::day(draft.expires_at.date(), f.language);
    let typed = sent.get("phone").unwrap_or_default().to_owned();
    let phone = compact(&typed);
    let mut content =
        CodePage { draft: draft.id.clone(), phone: typed, code: String::new(), refusal: String::new(), expires, f };
    if number::phone(&phone).is_none() {
        let refusal = content
            .f
            .t("请填写 11 位手机号，取回时要用。", "Fill in a telephone number; it is asked for again with the code.");
        content.refusal = refusal.to_owned();
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &content);
    }
    let code = code()?;
    if !app.store().set_retrieval(&draft.id, visitor.actor()?.stands_for(), &phone, &code).await? {
        return Err(Failure::NotFound);
    }
    content.code = format!("{} {}", &code[..LENGTH / 2], &code[LENGTH / 2..]);
    page_with(StatusCode::OK, &content)
}

/// Random letters, each as likely as any other.
fn code() -> Result<String, Failure> {
    let fair = u8::MAX - u8::MAX % LETTERS.len() as u8;
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let token = session::token()?;
        let bytes = (0..token.len()).step_by(2).filter_map(|at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok());
        let letters =
            bytes.filter(|byte| *byte < fair).filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()));
        code.extend(letters.take(LENGTH - code.len()).copied().map(char::from));
    }
    Ok(code)
}
