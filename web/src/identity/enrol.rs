//! Setting up a password and a second factor, in a session that may do nothing else. It must never show a secret twice:
//! the recovery codes are on one page, once.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::normalise;
use onething_engine::store::{Enrolment, Stage};

use super::pages::{Asking, Input};
use super::secret;
use crate::app::App;
use crate::failure::Failure;
use crate::gate::encode;
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Milliseconds that the secret on the page waits to be proven.
const STEP_MS: i64 = 30 * 60_000;
/// Recovery codes given at once.
const RECOVERY_CODES: usize = 8;

/// Shows the secret, asks for a password and a code.
pub async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let Some(account) = visitor.enrolling.clone() else { return Ok(to_sign_in()) };
    let key = match app.store().step(&visitor.token_hash()).await? {
        Some(key) => key,
        None => {
            let key = secret::new_totp()?;
            app.store().keep_step(&visitor.token_hash(), &key, STEP_MS).await?;
            key
        }
    };
    asking(&visitor, &account, &key, String::new()).show(&app, &visitor, StatusCode::OK).await
}

/// Takes both, and opens the session.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let Some(account) = visitor.enrolling.clone() else { return Ok(to_sign_in()) };
    let Some(key) = app.store().step(&visitor.token_hash()).await? else {
        return Ok(Redirect::to("/signin/enrol").into_response());
    };
    let t = visitor.words();
    let (password, again) = (sent.get("password").unwrap_or_default(), sent.get("again").unwrap_or_default());
    let code = normalise::compact(sent.get("code").unwrap_or_default());
    let totp = secret::from_base32(&key).ok_or(Failure::Unreadable)?;
    let step = secret::totp_step(&totp, &code, app.store().machine_now().await?);
    let problem = match (secret::weakness(password, &account), password == again, step) {
        (Some(weak), _, _) => Some(weak.get(visitor.language).to_owned()),
        (None, false, _) => Some(t("两次输入的密码不一样，请重新输入。", "The two passwords differ. Type them again.")),
        (None, true, None) => Some(t(
            "动态码不对。请输入验证器里现在显示的 6 位数字。",
            "The code is not right. Type the 6 digits your authenticator shows now.",
        )),
        (None, true, Some(_)) => None,
    };
    let (None, Some(step)) = (&problem, step) else {
        let page = asking(&visitor, &account, &key, problem.unwrap_or_default());
        return page.show(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    app.store().take_step(&visitor.token_hash()).await?;
    let recovery = (0..RECOVERY_CODES).map(|_| secret::new_recovery()).collect::<Result<Vec<_>, _>>()?;
    let kept = recovery.iter().map(|code| secret::plain(code)).collect();
    let enrolment = Enrolment { password: secret::hash(password).await?, totp, step, recovery: kept };
    app.store().enrol(&account, &enrolment).await?;
    let cookie = session::begin(&app, &visitor, &account, Stage::Full).await?;
    let page = Asking {
        title: t("设置好了，请记下备用码", "All set: write down your recovery codes"),
        lead: t(
            "手机丢失或换新时，每个备用码可以代替一次动态码。请抄下来放在安全的地方；离开这一页就看不到了。",
            "If your phone is lost, each of these stands once for the code. Keep them in a safe place; they are not shown again.",
        ),
        shown: recovery.into_iter().enumerate().map(|(n, code)| ((n + 1).to_string(), code)).collect(),
        others: vec![("/desk".to_owned(), t("我已记下，进入工作台", "I have written them down: go to my desk"))],
        ..Asking::default()
    };
    let mut response = page.show(&app, &visitor, StatusCode::OK).await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn to_sign_in() -> Response {
    Redirect::to("/signin/password").into_response()
}

fn asking(visitor: &Visitor, account: &str, key: &str, problem: String) -> Asking {
    let t = visitor.words();
    let address = format!("otpauth://totp/onething:{}?secret={key}&issuer=onething", encode(account));
    let input = |name, label, hint, kind, autocomplete, inputmode| Input {
        name,
        label,
        hint,
        kind,
        autocomplete,
        inputmode,
        value: String::new(),
    };
    Asking {
        title: t("设置密码和动态码", "Set up password and authenticator"),
        lead: t(
            "在手机的验证器应用里添加账号：选“手动输入密钥”，填入下面的密钥。",
            "Add an account to the authenticator on your phone: choose to enter a key, and type the key below.",
        ),
        problem,
        action: "/signin/enrol",
        inputs: vec![
            input(
                "password",
                t("新密码", "New password"),
                t(
                    "至少 12 个字，不要用账号、连续或重复的字符。几个不相干的词连起来最好记。",
                    "At least 12 characters, not your name, no rows of the same or following characters. A few unrelated words are easy to remember.",
                ),
                "password",
                "new-password",
                "",
            ),
            input(
                "again",
                t("再输入一次新密码", "The new password again"),
                String::new(),
                "password",
                "new-password",
                "",
            ),
            input(
                "code",
                t("动态码", "Code"),
                t("验证器里显示的 6 位数字。", "The 6 digits your authenticator shows."),
                "text",
                "one-time-code",
                "numeric",
            ),
        ],
        shown: vec![
            (t("账号", "Name"), account.to_owned()),
            (t("密钥", "Key"), secret::in_groups(key)),
            (t("或者用这个地址", "Or this address"), address),
        ],
        button: t("保存并登录", "Save and sign in"),
        ..Asking::default()
    }
}
