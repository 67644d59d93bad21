//! Help, and what an office owes everybody to say: how to set letters and contrast, how accessible the pages are, what
//! happens to data. It must never ask who the reader is.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use onething_engine::text::Language;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page, page_code};
use crate::public::sign_in::local;
use crate::routes;
use crate::sent::Sent;
use crate::session::Visitor;

/// What people call a page, by its route. A page without a name is told by its route alone.
const NAMES: &[(&str, &str, &str)] = &[
    ("/", "首页", "Start"),
    ("/s", "全部服务", "All services"),
    ("/s/{process}", "办事指南", "Guide to a service"),
    ("/s/{process}/check", "情形引导", "A few questions"),
    ("/s/{process}/checklist/{code}", "一次告知单", "Checklist"),
    ("/notices", "公示", "Public notices"),
    ("/track", "查进度", "Where is my case"),
    ("/signin", "登录", "Sign in"),
    ("/me/sessions", "登录的设备", "Where you are signed in"),
    ("/me/proxies", "委托代办", "Acting for others"),
    ("/signin/phone", "手机验证码登录", "Sign in with a phone"),
    ("/signin/phone/code", "输入验证码", "Enter the code"),
    ("/signin/password", "工作人员登录", "Sign in as staff"),
    ("/signin/recovery", "用备用码登录", "Sign in with a recovery code"),
    ("/signin/enrol", "设置密码和动态码", "Set up password and authenticator"),
    ("/help", "帮助", "Help"),
    ("/display", "显示设置", "Display"),
    ("/accessibility", "无障碍声明", "Accessibility"),
    ("/privacy", "隐私", "Privacy"),
    ("/me", "我的办件", "My cases"),
    ("/s/{process}/start/{door}", "开始办理", "Beginning an application"),
    ("/s/{process}/all/{door}", "整张申请表", "The whole application on one page"),
    ("/apply/{draft}", "办理清单", "The parts of an application"),
    ("/apply/{draft}/drop", "删除草稿", "Deleting a draft"),
    ("/apply/{draft}/code", "取回码", "The code of an application"),
    ("/resume", "继续办理", "Going on with an application"),
    ("/apply/{draft}/q/{page}", "填写申请", "Filling in an application"),
    ("/apply/{draft}/review", "核对", "Checking an application"),
    ("/apply/{draft}/declare", "确认并提交", "Confirming and sending"),
    ("/c/{case}", "办件页", "A case"),
    ("/c/{case}/why/{clock}", "为什么是这一天", "Why this date"),
    ("/c/{case}/do/{action}", "办理一个操作", "An action in a case"),
    ("/c/{case}/complain", "投诉与异议", "Complaint"),
    ("/c/{case}/rate", "评价", "Rate"),
    ("/c/{case}/t/{task}", "需要您办理的事", "Something that waits for you"),
    ("/desk", "我的待办", "My tasks"),
    ("/desk/t/{case}/{task}", "办理待办", "A task"),
    ("/c/{case}/reveal/{place}", "查看完整号码", "A number in full"),
    ("/watch/voices", "投诉和评价", "Complaints and ratings"),
    ("/watch", "督查", "Oversight"),
];

#[derive(Template)]
#[template(path = "public/help.html")]
struct HelpPage {
    f: Frame,
    asked: String,
    /// What the page with the asked number is called, and its route.
    found: Option<(String, &'static str)>,
    /// How long sessions and drafts live is told where it matters; the public service line is the same everywhere.
    named: bool,
}

/// Help from people, and the page that a number belongs to: whoever answers the telephone opens the same page.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    let given = asked(query.as_deref(), "code");
    let named = !given.is_empty();
    let asked = if named { given } else { asked(query.as_deref(), "from") };
    let digits: String = asked.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
    let route = routes::table().into_iter().find(|route| {
        route.method == axum::http::Method::GET
            && page_code(route.path).replace(' ', "") == digits
            && !digits.is_empty()
    });
    let found = route.map(|route| {
        let name = NAMES.iter().find(|(path, _, _)| *path == route.path);
        (name.map(|(_, zh, en)| f.t(zh, en).to_owned()).unwrap_or_default(), route.path)
    });
    page(&HelpPage { f, asked: digits, found, named })
}

/// A value of the query, unescaped.
fn asked(query: Option<&str>, name: &str) -> String {
    let sent = Sent::parse(query.unwrap_or_default().as_bytes());
    sent.as_ref().and_then(|sent| sent.get(name)).unwrap_or_default().chars().take(200).collect()
}

#[derive(Template)]
#[template(path = "public/display.html")]
struct DisplayPage {
    f: Frame,
    back: String,
    saved: bool,
}

/// Letters, contrast and language in one form. What it sends stands in the address; the outermost layer keeps it.
pub async fn display(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    let saved = query.as_deref().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("size=")));
    page(&DisplayPage { f, back: local(&asked(query.as_deref(), "back")), saved })
}

#[derive(Template)]
#[template(path = "public/accessibility.html")]
struct AccessibilityPage {
    f: Frame,
}

/// What standard the pages meet, and what is known to be missing.
pub async fn accessibility(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    page(&AccessibilityPage { f: Frame::new(&app, &visitor, app.now().await?) })
}

#[derive(Template)]
#[template(path = "public/privacy.html")]
struct PrivacyPage {
    f: Frame,
}

/// What is kept, who sees it, and for how long.
pub async fn privacy(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Result<Response, Failure> {
    page(&PrivacyPage { f: Frame::new(&app, &visitor, app.now().await?) })
}

#[cfg(test)]
mod tests {
    use super::{page_code, routes};
    use std::collections::BTreeMap;

    #[test]
    fn no_two_pages_have_the_same_number() {
        let mut known = BTreeMap::new();
        for route in routes::table() {
            let other = known.insert(page_code(route.path), route.path);
            assert!(other.is_none_or(|path| path == route.path), "{} and {other:?}", route.path);
        }
    }
}
