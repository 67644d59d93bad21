//! Signing in with a code that was sent to a phone. It must never show whether the phone is known: the page is the same
//! for every number, and an account is made only when the code was right.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::event::hexadecimal;
use onething_engine::form::normalise;
use onething_engine::store::{AccountRow, Assurance, Known};
use serde::{Deserialize, Serialize};

use super::pages::{Asking, Input, too_often};
use super::{ADDRESS_MAX, GUESSES_MAX, WINDOW_MS, enter, guessed, may_guess};
use crate::app::App;
use crate::failure::Failure;
use crate::public::sign_in::{local, next_of};
use crate::sent::Sent;
use crate::session::Visitor;

/// The name of this connector.
pub const NAME: &str = "phone";
/// What its codes are for.
const PURPOSE: &str = "sign_in";
/// Milliseconds a code lives.
pub const CODE_MS: i64 = 10 * 60_000;
/// Milliseconds the page of the code waits.
const STEP_MS: i64 = 30 * 60_000;

/// What the second page must know of the first.
#[derive(Serialize, Deserialize)]
struct Step {
    phone: String,
    next: String,
}

/// Asks for the phone.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    connected(&app)?;
    ask_phone(&visitor, next_of(query.as_deref()), "", String::new()).show(&app, &visitor, StatusCode::OK).await
}

/// Sends a code.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    connected(&app)?;
    let t = visitor.words();
    let typed = sent.get("phone").unwrap_or_default();
    let next = local(sent.get("next").unwrap_or_default());
    let Some(phone) = mobile(typed) else {
        let problem = t(
            "手机号码应当是 11 位数字，请检查是否少了或多了一位。",
            "A mobile number has 11 digits. Check it for a missing or extra digit.",
        );
        let page = ask_phone(&visitor, next, typed, problem);
        return page.show(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let store = app.store();
    let free = store.attempt(&format!("codes:address:{}", visitor.peer), ADDRESS_MAX, WINDOW_MS).await?
        && store.attempt(&format!("codes:{phone}"), GUESSES_MAX, WINDOW_MS).await?;
    if !free {
        let page = ask_phone(&visitor, next, typed, too_often(t));
        return page.show(&app, &visitor, StatusCode::TOO_MANY_REQUESTS).await;
    }
    store.make_code(&phone, PURPOSE, &new_code()?, CODE_MS).await?;
    let step = serde_json::to_string(&Step { phone, next }).map_err(|error| Failure::broken("step", &error))?;
    store.keep_step(&visitor.token_hash(), &step, STEP_MS).await?;
    Ok(Redirect::to("/signin/phone/code").into_response())
}

/// Asks for the code.
pub async fn show_code(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    connected(&app)?;
    let Some(step) = step(&app, &visitor).await? else { return Ok(Redirect::to("/signin/phone").into_response()) };
    ask_code(&visitor, &step, String::new()).show(&app, &visitor, StatusCode::OK).await
}

/// Takes the code.
pub async fn send_code(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    connected(&app)?;
    let t = visitor.words();
    let Some(step) = step(&app, &visitor).await? else { return Ok(Redirect::to("/signin/phone").into_response()) };
    let code = normalise::compact(sent.get("code").unwrap_or_default());
    let counted = format!("guess:{NAME}:{}", step.phone);
    if !may_guess(&app, &visitor, &counted).await? {
        return ask_code(&visitor, &step, too_often(t)).show(&app, &visitor, StatusCode::TOO_MANY_REQUESTS).await;
    }
    if !app.store().redeem_code(&step.phone, PURPOSE, &code).await? {
        let problem = t(
            "验证码不对，或者已经过期。请核对短信，或者重新获取。",
            "The code is not right, or it has ended. Check the message, or get a new one.",
        );
        return ask_code(&visitor, &step, problem).show(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    guessed(&app, &counted).await?;
    app.store().take_step(&visitor.token_hash()).await?;
    let known = Known { phone: step.phone.clone(), ..Known::default() };
    let fresh = AccountRow::citizen(new_account()?, Assurance::Phone, known);
    let account = app.store().admit(NAME, &step.phone, &fresh).await?;
    enter(&app, &visitor, &account, &step.next).await
}

fn connected(app: &App) -> Result<(), Failure> {
    if app.identity.phone { Ok(()) } else { Err(Failure::NotFound) }
}

async fn step(app: &App, visitor: &Visitor) -> Result<Option<Step>, Failure> {
    let kept = app.store().step(&visitor.token_hash()).await?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

fn ask_phone(visitor: &Visitor, next: String, typed: &str, problem: String) -> Asking {
    let t = visitor.words();
    Asking {
        title: t("手机验证码登录", "Sign in with a phone"),
        lead: t(
            "没有账号也可以：第一次登录时自动开通。没有手机的，请到窗口，有人帮您办理。",
            "No account is needed: one is made the first time. Without a phone, come to the window; somebody will help you.",
        ),
        problem,
        action: "/signin/phone",
        inputs: vec![Input {
            name: "phone",
            label: t("手机号码", "Mobile number"),
            hint: t("11 位数字，用来接收验证码。", "11 digits; the code is sent there."),
            kind: "tel",
            autocomplete: "tel",
            inputmode: "tel",
            value: typed.to_owned(),
        }],
        next,
        button: t("获取验证码", "Send the code"),
        ..Asking::default()
    }
}

fn ask_code(visitor: &Visitor, step: &Step, problem: String) -> Asking {
    let t = visitor.words();
    let masked = masked(&step.phone);
    Asking {
        title: t("输入验证码", "Enter the code"),
        lead: t("验证码已发到", "A code was sent to")
            + " "
            + &masked
            + &t("，10 分钟内有效。", ". It is valid for 10 minutes."),
        problem,
        action: "/signin/phone/code",
        inputs: vec![Input {
            name: "code",
            label: t("6 位验证码", "Code of 6 digits"),
            kind: "text",
            autocomplete: "one-time-code",
            inputmode: "numeric",
            ..Input::default()
        }],
        next: step.next.clone(),
        button: t("登录", "Sign in"),
        others: vec![("/signin/phone".to_owned(), t("换一个号码，或者重新获取", "Another number, or another code"))],
        ..Asking::default()
    }
}

/// A mobile number of the mainland as 11 digits, however it was typed.
pub fn mobile(typed: &str) -> Option<String> {
    let digits: String = normalise::half_width(typed).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")).unwrap_or(&digits);
    let right = digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| digits.to_owned())
}

fn masked(phone: &str) -> String {
    format!("{} **** {}", phone.get(..3).unwrap_or_default(), phone.get(7..).unwrap_or_default())
}

/// Six random digits, each as likely as the others.
///
/// # Errors
/// The machine has no randomness.
pub fn new_code() -> Result<String, Failure> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Failure::broken("randomness", &error))?;
    Ok(format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000))
}

/// A random id for a citizen's account.
///
/// # Errors
/// The machine has no randomness.
pub fn new_account() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::broken("randomness", &error))?;
    Ok(format!("c-{}", hexadecimal(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_understood_however_they_are_typed() {
        for typed in ["13800000001", "138 0000 0001", "138-0000-0001", "１３８０００００００１", "+86 13800000001"]
        {
            assert_eq!(mobile(typed).as_deref(), Some("13800000001"), "{typed}");
        }
        for typed in ["", "1380000000", "138000000011", "23800000001", "1380000000a"] {
            assert_eq!(mobile(typed), None, "{typed}");
        }
        assert_eq!(masked("13800000001"), "138 **** 0001");
    }
}
