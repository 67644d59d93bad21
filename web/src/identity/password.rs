//! Signing in as one of the staff: name, password and a code of the second factor on one page, so that nothing says which
//! of them was wrong. It must never answer faster, or differently, for a name that is not known.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::form::normalise;
use onething_engine::store::{AccountKind, CredentialsRow, Stage};

use super::pages::{Asking, Input, too_often};
use super::{enter, guessed, may_guess, secret};
use crate::app::App;
use crate::failure::Failure;
use crate::public::sign_in::{local, next_of};
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Recovery codes tried from one address within the window; a code cannot be guessed, so this only saves work.
const RECOVERY: &str = "recovery";

/// Asks for name, password and code.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    asking(&visitor, next_of(query.as_deref()), "", String::new()).show(&app, &visitor, StatusCode::OK).await
}

/// Checks them.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let t = visitor.words();
    let name = normalise::line(sent.get("name").unwrap_or_default());
    let next = local(sent.get("next").unwrap_or_default());
    let counted = format!("guess:password:{name}");
    if !may_guess(&app, &visitor, &counted).await? {
        let page = asking(&visitor, next, &name, too_often(t));
        return page.show(&app, &visitor, StatusCode::TOO_MANY_REQUESTS).await;
    }
    let found = proven(&app, &name, sent.get("password").unwrap_or_default()).await?;
    let now = app.store().machine_now().await?;
    let code = normalise::compact(sent.get("code").unwrap_or_default());
    let stage = match found {
        Some(row) => match row.initial_until {
            Some(until) => (now < until).then_some(Stage::Enrol),
            None => match secret::totp_step(&row.totp, &code, now) {
                Some(step) if app.store().use_step(&name, step).await? => Some(Stage::Full),
                Some(_) | None => None,
            },
        },
        None => None,
    };
    let Some(stage) = stage else {
        let problem = t(
            "账号、密码或动态码不对。请检查后再试；动态码每 30 秒更换，用过的不能再用。",
            "Name, password or code is not right. Check them; codes change every 30 seconds and work once.",
        );
        let page = asking(&visitor, next, &name, problem);
        return page.show(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    guessed(&app, &counted).await?;
    match stage {
        Stage::Full => enter(&app, &visitor, &name, &next).await,
        Stage::Enrol => begin_enrolment(&app, &visitor, &name).await,
    }
}

/// Asks for a recovery code in place of the second factor.
pub async fn show_recovery(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    asking_recovery(&visitor, "", String::new()).show(&app, &visitor, StatusCode::OK).await
}

/// Takes a recovery code. The code is looked at first and cannot be guessed; so nobody learns here whether a password is
/// right, and whoever tries many passwords elsewhere cannot lock its owner out of this page.
pub async fn send_recovery(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let t = visitor.words();
    let name = normalise::line(sent.get("name").unwrap_or_default());
    let counted = format!("{RECOVERY}:{}", visitor.peer);
    if !may_guess(&app, &visitor, &counted).await? {
        let page = asking_recovery(&visitor, &name, too_often(t));
        return page.show(&app, &visitor, StatusCode::TOO_MANY_REQUESTS).await;
    }
    let code = secret::plain(sent.get("code").unwrap_or_default());
    let works = app.store().use_recovery(&name, &code).await?;
    let found = proven(&app, &name, sent.get("password").unwrap_or_default()).await?;
    if !works || found.is_none_or(|row| row.initial_until.is_some()) {
        let problem = t(
            "账号、密码或备用码不对。备用码每个只能用一次；都不行时请管理员重置。",
            "Name, password or recovery code is not right. Each code works once; an administrator can reset the account.",
        );
        let page = asking_recovery(&visitor, &name, problem);
        return page.show(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    guessed(&app, &counted).await?;
    begin_enrolment(&app, &visitor, &name).await
}

/// The credentials of a staff account that may sign in, if the password is right. An unknown name takes as long.
async fn proven(app: &App, name: &str, password: &str) -> Result<Option<CredentialsRow>, Failure> {
    let row = app.store().credentials(name).await?;
    let account = app.store().account(name).await?;
    let right = secret::is_password(password, row.as_ref().map(|row| row.password.as_str())).await?;
    let open = account.is_some_and(|account| account.kind == AccountKind::Staff && !account.disabled);
    let known = app.rules().organisation.actor(name).is_some();
    Ok(row.filter(|_| right && open && known))
}

async fn begin_enrolment(app: &App, visitor: &Visitor, name: &str) -> Result<Response, Failure> {
    let cookie = session::begin(app, visitor, name, Stage::Enrol).await?;
    let mut response = Redirect::to("/signin/enrol").into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn asking(visitor: &Visitor, next: String, name: &str, problem: String) -> Asking {
    let t = visitor.words();
    let code = Input {
        name: "code",
        label: t("动态码", "Code"),
        hint: t(
            "验证器里的 6 位数字。第一次登录或重置之后留空，下一页设置。",
            "6 digits from your authenticator. Leave it empty the first time or after a reset.",
        ),
        kind: "text",
        autocomplete: "one-time-code",
        inputmode: "numeric",
        value: String::new(),
    };
    Asking {
        title: t("工作人员登录", "Sign in as staff"),
        problem,
        action: "/signin/password",
        inputs: vec![name_input(visitor, name), password_input(visitor), code],
        next,
        button: t("登录", "Sign in"),
        others: vec![(
            "/signin/recovery".to_owned(),
            t("手机不在身边，用备用码", "No authenticator at hand: use a recovery code"),
        )],
        ..Asking::default()
    }
}

fn asking_recovery(visitor: &Visitor, name: &str, problem: String) -> Asking {
    let t = visitor.words();
    let code = Input {
        name: "code",
        label: t("备用码", "Recovery code"),
        hint: t(
            "设置动态码时给您的，每个只能用一次。",
            "Given to you when the authenticator was set up; each works once.",
        ),
        kind: "text",
        autocomplete: "off",
        ..Input::default()
    };
    Asking {
        title: t("用备用码登录", "Sign in with a recovery code"),
        lead: t("登录后需要重新设置密码和动态码。", "You will set up password and authenticator anew."),
        problem,
        action: "/signin/recovery",
        inputs: vec![name_input(visitor, name), password_input(visitor), code],
        button: t("继续", "Go on"),
        others: vec![("/signin/password".to_owned(), t("用动态码登录", "Use the authenticator"))],
        ..Asking::default()
    }
}

fn name_input(visitor: &Visitor, name: &str) -> Input {
    Input {
        name: "name",
        label: visitor.words()("账号", "Name"),
        kind: "text",
        autocomplete: "username",
        value: name.to_owned(),
        ..Input::default()
    }
}

fn password_input(visitor: &Visitor) -> Input {
    let label = visitor.words()("密码", "Password");
    Input { name: "password", label, kind: "password", autocomplete: "current-password", ..Input::default() }
}
