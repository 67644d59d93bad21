//! Why a request has no page of its own, and what people read then. The words of rejections come from the engine. It
//! must never say what somebody may not know: "not yours" is "not there".

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onething_engine::engine::EngineError;
use onething_engine::rejection::Rejection;
use onething_engine::store::StoreError;
use onething_engine::text::Text;

/// Why there is no page.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Nothing is there, or nothing the visitor may know of.
    NotFound,
    /// The path is there, but not for this method.
    Method,
    /// Nobody has signed in.
    SignIn,
    /// Signed in, but for other work.
    Forbidden,
    /// The form was made for another session.
    Expired,
    /// The request came from a page of another site.
    Foreign,
    /// The body is larger than the form can be.
    TooLarge,
    /// The body is no form.
    Unreadable,
    /// It took too long.
    Slow,
    /// The database does not answer.
    Unavailable,
    /// Something broke inside; it is in the log.
    Broken,
    /// The process said no.
    Rejected(Box<Rejection>),
}

impl Failure {
    /// Something that cannot happen did; noted in the log with its cause.
    pub fn broken(what: &str, error: &dyn Display) -> Failure {
        tracing::error!(what, %error, "a page could not be made");
        Failure::Broken
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::Method => StatusCode::METHOD_NOT_ALLOWED,
            Failure::SignIn => StatusCode::UNAUTHORIZED,
            Failure::Forbidden | Failure::Expired | Failure::Foreign => StatusCode::FORBIDDEN,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::Unreadable => StatusCode::BAD_REQUEST,
            Failure::Slow => StatusCode::REQUEST_TIMEOUT,
            Failure::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Rejected(rejection) => status_of(rejection),
        }
    }

    /// Heading and what to do.
    pub fn text(&self) -> (Text, Text) {
        let both = Text::new;
        match self {
            Failure::NotFound => (
                both("没有找到这个页面", "This page is not here"),
                both(
                    "地址可能不完整，或者这个办件不是您的。请从首页重新进入。",
                    "The address may be incomplete, or the case may not be yours. Begin again from the start page.",
                ),
            ),
            Failure::Method => (
                both("这个地址不能这样使用", "This address cannot be used like this"),
                both("请从页面上的按钮进入。", "Use the buttons of the pages."),
            ),
            Failure::SignIn => (
                both("请先登录", "Sign in first"),
                both(
                    "登录已超时，这次没有提交。请在另一个标签页登录，再回到这里按浏览器的“返回”，已填内容都还在。",
                    "Your session has ended and nothing was sent. Sign in in another tab, then go back here: what you typed is kept.",
                ),
            ),
            Failure::Forbidden => (
                both("这里由其他岗位办理", "Other people work here"),
                both(
                    "您的账号没有这个页面。申请人请从“我的办件”进入；工作人员如有需要，请联系本单位管理员。",
                    "Your account does not have this page. Applicants find theirs under “My cases”; staff ask their administrator.",
                ),
            ),
            Failure::Expired => (
                both("页面已过期，没有提交", "The page has expired and nothing was sent"),
                both(
                    "登录状态已经变化。请按浏览器的“返回”，刷新后再提交，已填内容都还在。",
                    "Your session has changed. Go back, reload and send again: what you typed is kept.",
                ),
            ),
            Failure::Foreign => (
                both("请求来自其他网站，没有提交", "The request came from another site and was not carried out"),
                both("请从本站页面操作。", "Use the pages of this site."),
            ),
            Failure::TooLarge => (
                both("提交的内容太大", "Too much was sent"),
                both(
                    "请减少内容后再提交。请按浏览器的“返回”，已填内容都还在。",
                    "Shorten it and send again. Go back: what you typed is kept.",
                ),
            ),
            Failure::Unreadable => (
                both("提交的内容无法读取", "What was sent cannot be read"),
                both("请从页面重新提交。", "Send it again from the page."),
            ),
            Failure::Slow => (both("等待时间太长", "It took too long"), both("请稍后再试。", "Try again in a moment.")),
            Failure::Unavailable => (
                both("暂时无法办理", "Not available right now"),
                both(
                    "数据库暂时连不上，这次没有提交任何内容。请过几分钟再试；急事请到窗口或拨打 12345。",
                    "The database does not answer and nothing was sent. Try again in a few minutes; if it is urgent, come to the window or call 12345.",
                ),
            ),
            Failure::Broken => (
                both("系统出错了", "Something broke on our side"),
                both(
                    "这次没有提交。问题已经记录，请稍后再试。",
                    "Nothing was sent. It has been noted; try again later.",
                ),
            ),
            Failure::Rejected(rejection) => (refused(status_of(rejection)), rejection.text()),
        }
    }
}

/// The heading over the engine's own words.
fn refused(status: StatusCode) -> Text {
    match status {
        StatusCode::CONFLICT => Text::new("这一步已经有了变化", "This step has changed in the meantime"),
        StatusCode::FORBIDDEN => Text::new("这一步由别人办理", "Somebody else does this"),
        StatusCode::NOT_FOUND => Text::new("没有找到", "It is not here"),
        _ => Text::new("没有办成", "It was not done"),
    }
}

/// The HTTP status of a rejection.
pub fn status_of(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::CaseNotFound
        | Rejection::ProcessUnknown { .. }
        | Rejection::ProcessNotInForce { .. }
        | Rejection::DoorUnknown { .. }
        | Rejection::TaskNotFound { .. } => StatusCode::NOT_FOUND,
        Rejection::NotPermitted { .. } | Rejection::SamePerson { .. } | Rejection::Recused => StatusCode::FORBIDDEN,
        Rejection::OutcomeUnknown { .. }
        | Rejection::AnswersInvalid { .. }
        | Rejection::RefusedByProcess { .. }
        | Rejection::TableSilent { .. }
        | Rejection::MessageUnknown { .. }
        | Rejection::PartyUnknown { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::Duplicate { .. }
        | Rejection::DraftUsed
        | Rejection::TaskNotOpen { .. }
        | Rejection::TaskHeld { .. }
        | Rejection::NotOfferedNow { .. }
        | Rejection::NotActive { .. }
        | Rejection::Stale { .. }
        | Rejection::KeyReused { .. }
        | Rejection::TimerGone { .. }
        | Rejection::TimerEarly { .. }
        | Rejection::ErrandGone { .. }
        | Rejection::ErrandsWithoutEnd
        | Rejection::NotWaiting { .. }
        | Rejection::NotNext { .. }
        | Rejection::NoPlaceFree { .. }
        | Rejection::ClockNotExtensible { .. } => StatusCode::CONFLICT,
        Rejection::ProcessFault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        Rejection::Quarantined => StatusCode::LOCKED,
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        tracing::error!(%error, "the store failed");
        Failure::Unavailable
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        match error {
            EngineError::Store(_) | EngineError::Stopped => Failure::Unavailable,
            EngineError::Broken => Failure::Broken,
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        Failure::Rejected(Box::new(rejection))
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Failure {
        Failure::broken("template", &error)
    }
}

impl IntoResponse for Failure {
    /// The status and the failure itself; the outermost layer makes the page, in the language of the request.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
