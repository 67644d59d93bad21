//! What an applicant says about how the case was handled: a complaint at any time, and, once the case has ended, a rating
//! that nobody has to give. Supervisors read and answer both; whoever worked on the case sees neither.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use onething_engine::case::Case;
use onething_engine::definition::{ProcessDefinition, Tone};
use onething_engine::rejection::Rejection;
use onething_engine::store::{Said, VoiceListed, VoiceRow};
use onething_engine::value::{DAY_MS, Instant};

use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;
use crate::language;
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::{self, Visitor};

/// Days after the end of a case of a quiet process before anybody is offered to rate it. The house's default; no rule
/// sets it (people in grief rate what happened only later, and should not be asked at the funeral).
const QUIET_DAYS: i64 = 14;
/// Characters at most.
const TEXT_MAX: usize = 1000;

/// What a complaint can be about.
pub const ABOUT: &[(&str, &str, &str)] = &[
    ("time", "办理太慢，或者超过了期限", "It takes too long, or a deadline has passed"),
    ("manner", "态度或者服务方式", "The manner in which I was treated"),
    ("papers", "反复要材料，或者要了不该要的", "Papers asked for again, or without need"),
    ("privacy", "我的个人信息被不当查看或使用", "My data was seen or used without reason"),
    ("decision", "对处理结果有意见", "I disagree with the result"),
    ("other", "其他", "Something else"),
];

/// The five grades, best first (GB/T 39734-2020 names them so).
pub const GRADES: &[(u8, &str, &str)] = &[
    (5, "非常满意", "Very good"),
    (4, "满意", "Good"),
    (3, "基本满意", "Fair"),
    (2, "不满意", "Bad"),
    (1, "非常不满意", "Very bad"),
];

/// Something that was said, on a page.
pub struct Spoken {
    /// What it was.
    pub title: String,
    /// In their own words.
    pub text: String,
    /// When.
    pub at: String,
    /// The answer, and when it came; empty while there is none.
    pub answer: String,
    /// When the answer came.
    pub answered: String,
}

impl Spoken {
    /// One voice in the language of the page.
    pub fn of(f: &Frame, voice: &VoiceListed) -> Spoken {
        let title = match voice.row.said {
            Said::Complaint => {
                let about = ABOUT.iter().find(|(word, _, _)| *word == voice.row.about);
                let about = about.map(|(_, zh, en)| f.t(zh, en)).unwrap_or_default();
                format!("{}{about}", f.t("投诉：", "Complaint: "))
            }
            Said::Rating(grade) => {
                let named = GRADES.iter().find(|(known, _, _)| *known == grade);
                format!("{}{}", f.t("评价：", "Rating: "), named.map(|(_, zh, en)| f.t(zh, en)).unwrap_or_default())
            }
        };
        let (answer, answered) = match &voice.answer {
            Some((text, at)) => (text.clone(), language::short(*at)),
            None => (String::new(), String::new()),
        };
        Spoken { title, text: voice.row.text.clone(), at: language::short(voice.at), answer, answered }
    }
}

/// What a visitor may say about a case; nothing unless the case is theirs.
pub struct Voice {
    /// What they said before.
    pub spoken: Vec<Spoken>,
    /// May rate it now.
    pub rates: bool,
}

/// What an applicant said and may say; `None` for everybody else.
///
/// # Errors
/// The store cannot be reached.
pub async fn voice(
    app: &App,
    visitor: &Visitor,
    f: &Frame,
    open: &Open,
    now: Instant,
) -> Result<Option<Voice>, Failure> {
    let Ok(who) = own(visitor, open) else { return Ok(None) };
    let case = &open.loaded.case;
    let spoken = app.store().voices_of(case.id, &who).await?;
    let rates = rated_from(&open.definition, case).is_some_and(|from| from <= now);
    Ok(Some(Voice { spoken: spoken.iter().map(|voice| Spoken::of(f, voice)).collect(), rates }))
}

/// From when on a case can be rated; `None` while it runs.
fn rated_from(definition: &ProcessDefinition, case: &Case) -> Option<Instant> {
    let days = if definition.tone == Tone::Quiet { QUIET_DAYS } else { 0 };
    case.closed.as_ref().map(|closed| closed.at.plus(days * DAY_MS))
}

/// The account of the party. To everybody else these pages are not there.
fn own(visitor: &Visitor, open: &Open) -> Result<String, Failure> {
    let actor = visitor.actor()?;
    let account = actor.stands_for();
    let party = open.loaded.case.parties.values().any(|accounts| accounts.contains(account));
    if visitor.is_staff() || !party { Err(Failure::NotFound) } else { Ok(account.to_owned()) }
}

#[derive(Template)]
#[template(path = "public/voice.html")]
struct VoicePage {
    f: Frame,
    case: String,
    number: String,
    rating: bool,
    choices: Vec<Pick>,
    text: String,
    refusal: String,
    wrong: &'static str,
    spoken: Vec<Spoken>,
    /// When it can be rated, if not yet; or that it runs.
    later: String,
}

struct Pick {
    value: String,
    title: String,
    chosen: bool,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    choice: String,
    text: String,
    refusal: String,
    wrong: &'static str,
}

async fn shown(app: &App, visitor: &Visitor, open: &Open, rating: bool, typed: Typed) -> Result<Response, Failure> {
    let who = own(visitor, open)?;
    let now = app.now().await?;
    let f = Frame::new(app, visitor, now).about(&open.definition);
    let case = &open.loaded.case;
    let pick = |value: String, title: &str| Pick { chosen: value == typed.choice, title: title.to_owned(), value };
    let choices = match rating {
        true => GRADES.iter().map(|(grade, zh, en)| pick(grade.to_string(), f.t(zh, en))).collect(),
        false => ABOUT.iter().map(|(word, zh, en)| pick((*word).to_owned(), f.t(zh, en))).collect(),
    };
    let spoken = app.store().voices_of(case.id, &who).await?;
    let spoken = spoken.iter().filter(|voice| (voice.row.said != Said::Complaint) == rating);
    let spoken = spoken.map(|voice| Spoken::of(&f, voice)).collect();
    let later = match rated_from(&open.definition, case) {
        _ if !rating => String::new(),
        None => f
            .t(
                "办结以后可以评价。评不评由您决定，不影响办理。",
                "You can rate it when it has ended. You need not; it changes nothing for your case.",
            )
            .to_owned(),
        Some(from) if from > now => {
            let day = language::day(from.date(), f.language);
            f.t(
                &format!("{day} 起可以评价。现在不用管它。"),
                &format!("You can rate it from {day} on. Never mind it now."),
            )
            .to_owned()
        }
        Some(_) => String::new(),
    };
    let status = if typed.refusal.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let content = VoicePage {
        case: case.id.to_string(),
        number: case.number.clone(),
        rating,
        choices,
        text: typed.text,
        refusal: typed.refusal,
        wrong: typed.wrong,
        spoken,
        later,
        f,
    };
    page_with(status, &content)
}

/// The form of a complaint, with what else one may do.
pub async fn complain(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    shown(&app, &visitor, &open, false, Typed::default()).await
}

/// The form of a rating.
pub async fn rate(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
) -> Result<Response, Failure> {
    shown(&app, &visitor, &open, true, Typed::default()).await
}

/// Keeps a complaint.
pub async fn send_complaint(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let who = own(&visitor, &open)?;
    let t = visitor.words();
    let (choice, text) = typed(&sent);
    let length = text.chars().count();
    let (refusal, wrong) = if !ABOUT.iter().any(|(word, _, _)| *word == choice) {
        (t("请选择是哪方面的问题。", "Choose what it is about."), "choice")
    } else if !(2..=TEXT_MAX).contains(&length) {
        (t("请写明发生了什么（2 到 1000 个字）。", "Say what happened (2 to 1000 characters)."), "text")
    } else if keep(&app, &open, who, Said::Complaint, choice.clone(), text.clone()).await? {
        return Ok(done(&open));
    } else {
        (
            t(
                "您有几件投诉还没有答复，请等答复后再提。",
                "Several of your complaints wait for an answer; wait for that first.",
            ),
            "text",
        )
    };
    shown(&app, &visitor, &open, false, Typed { choice, text, refusal, wrong }).await
}

/// Keeps a rating, in place of the one before.
pub async fn send_rating(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(open): Extension<Open>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let who = own(&visitor, &open)?;
    let t = visitor.words();
    let now = app.now().await?;
    if rated_from(&open.definition, &open.loaded.case).is_none_or(|from| from > now) {
        return Err(Rejection::NotOfferedNow { what: t("评价", "rating") }.into());
    }
    let (choice, text) = typed(&sent);
    let grade = GRADES.iter().map(|(grade, _, _)| *grade).find(|grade| grade.to_string() == choice);
    let (refusal, wrong) = match grade {
        None => (t("请选择一个等级；不想评价可以直接返回。", "Choose a grade, or just go back."), "choice"),
        Some(_) if text.chars().count() > TEXT_MAX => {
            (t("请缩短到 1000 个字以内。", "Shorten it to 1000 characters."), "text")
        }
        Some(grade) => {
            keep(&app, &open, who, Said::Rating(grade), String::new(), text).await?;
            return Ok(done(&open));
        }
    };
    shown(&app, &visitor, &open, true, Typed { choice, text, refusal, wrong }).await
}

fn typed(sent: &Sent) -> (String, String) {
    let text = sent.get("text").unwrap_or_default().trim().chars().take(TEXT_MAX + 1).collect();
    (sent.get("choice").unwrap_or_default().to_owned(), text)
}

async fn keep(app: &App, open: &Open, who: String, said: Said, about: String, text: String) -> Result<bool, Failure> {
    let id = session::token()?.chars().take(32).collect();
    Ok(app.store().speak(&VoiceRow { id, case: open.loaded.case.id, who, said, about, text }).await?)
}

fn done(open: &Open) -> Response {
    Redirect::to(&format!("/c/{}?said=1#voices", open.loaded.case.id)).into_response()
}
