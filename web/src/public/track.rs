//! Where a case is, without signing in: its number and the last four digits of a telephone or identity number of somebody
//! who applied. It shows the stage and nothing else; a number that does not exist looks like wrong digits, in its words,
//! its status and the time the answer takes.

use std::time::Duration;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use onething_engine::case::CaseId;
use onething_engine::decide::{Facts, Loaded, party_values};
use onething_engine::definition::ProcessDefinition;
use onething_engine::form::normalise;
use onething_engine::organisation::Actor;
use onething_engine::rulebook::Rulebook;
use onething_engine::value::{Instant, Value};
use std::sync::Arc;

use crate::app::App;
use crate::failure::Failure;
use crate::identity::pages::give_token;
use crate::identity::{GUESSES_MAX, WINDOW_MS};
use crate::page::{Frame, page_with};
use crate::sent::Sent;
use crate::session::Visitor;
use crate::view::Look;

/// Cases that may be asked for from one address within [`WINDOW_MS`]: enough for a family, too few to try numbers out.
const ADDRESS_MAX: u32 = 20;
/// An answer takes at least so long, whatever it says; longer than looking a case up.
const FLOOR: Duration = Duration::from_millis(400);
/// How many digits are asked for.
const DIGITS: usize = 4;

#[derive(Template)]
#[template(path = "public/track.html")]
struct TrackPage {
    f: Frame,
    number: String,
    refusal: String,
    /// The field to mend; empty for both.
    wrong: &'static str,
    /// What was found: the stage.
    stage: String,
}

/// What became of the question.
enum Found {
    Stage(String),
    /// No such case, or other digits: nobody learns which.
    Nothing,
    TooOften,
}

/// Asks for number and digits. A stranger gets a cookie first, so that the form can be told from a foreign one.
pub async fn show(State(app): State<App>, Extension(mut visitor): Extension<Visitor>) -> Result<Response, Failure> {
    let cookie = give_token(&app, &mut visitor)?;
    let f = Frame::new(&app, &visitor, app.now().await?);
    let empty = TrackPage { f, number: String::new(), refusal: String::new(), wrong: "", stage: String::new() };
    let mut response = page_with(StatusCode::OK, &empty)?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Says where the case is.
pub async fn send(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(sent): Extension<Sent>,
) -> Result<Response, Failure> {
    let f = Frame::new(&app, &visitor, app.now().await?);
    let number = typed_number(sent.get("number").unwrap_or_default());
    let digits = normalise::compact(sent.get("digits").unwrap_or_default());
    let unfit = if number.is_empty() {
        Some((
            "number",
            f.t(
                "请填写办件号，在回执和短信里可以找到。",
                "Give the number of the case; it is on the receipt and in messages.",
            ),
        ))
    } else if digits.chars().count() != DIGITS {
        Some((
            "digits",
            f.t(
                "请填写手机号或身份证号的最后 4 位。",
                "Give the last four characters of the phone or identity number.",
            ),
        ))
    } else {
        None
    };
    if let Some((wrong, refusal)) = unfit {
        let refusal = refusal.to_owned();
        return page_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &TrackPage { f, number, refusal, wrong, stage: String::new() },
        );
    }
    let (found, ()) = tokio::join!(find(&app, &visitor, &f, &number, &digits), waited());
    let (status, refusal, stage) = match found? {
        Found::Stage(stage) => (StatusCode::OK, "", stage),
        Found::Nothing => (
            StatusCode::UNPROCESSABLE_ENTITY,
            f.t(
                "办件号和后 4 位对不上。请对照回执检查；后 4 位是申请人的手机号或身份证号的最后 4 位。",
                "Number and digits do not belong together. Compare them with the receipt; the digits are the last four of an applicant's phone or identity number.",
            ),
            String::new(),
        ),
        Found::TooOften => (
            StatusCode::TOO_MANY_REQUESTS,
            f.t(
                "查询次数太多，请 15 分钟后再试，或者登录后在“我的办件”里查看。",
                "Too many questions. Try again in 15 minutes, or sign in and look under “My cases”.",
            ),
            String::new(),
        ),
    };
    let refusal = refusal.to_owned();
    page_with(status, &TrackPage { f, number, refusal, wrong: "", stage })
}

/// A case number as it is on paper: half-width, without spaces, in capitals.
fn typed_number(text: &str) -> String {
    let half = text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '–' | '—' => '-',
        c => c,
    });
    half.flat_map(char::to_uppercase).take(40).collect()
}

/// Ends when an answer may be given.
async fn waited() {
    tokio::time::sleep(FLOOR).await;
}

async fn find(app: &App, visitor: &Visitor, f: &Frame, number: &str, digits: &str) -> Result<Found, Failure> {
    let store = app.store();
    let key = format!("track:{number}");
    let here = store.attempt(&format!("track:address:{}", visitor.peer), ADDRESS_MAX, WINDOW_MS).await?;
    if !here || !store.attempt(&key, GUESSES_MAX, WINDOW_MS).await? {
        return Ok(Found::TooOften);
    }
    // The same look-ups, whether the number is known or not.
    let known = store.case_by_number(number).await?;
    let held = store.case(known.unwrap_or(CaseId(uuid::Uuid::nil()))).await?;
    let rules = app.rules();
    let Some(held) = held else { return Ok(Found::Nothing) };
    let definition = rules.definition(&held.loaded.case.definition).ok_or(Failure::NotFound)?;
    if !known_to(&rules, definition, &held.loaded, digits) {
        return Ok(Found::Nothing);
    }
    store.forgive(&key).await?;
    Ok(Found::Stage(stage(f, &rules, definition, &held.loaded, app.now().await?)))
}

/// Are these the last digits of a phone or identity number of somebody who is told of this case?
fn known_to(rules: &Rulebook, definition: &ProcessDefinition, loaded: &Loaded, digits: &str) -> bool {
    let told = definition.parties.values().filter(|party| !party.silent);
    let people = told.flat_map(|party| party_values(rules, definition, loaded, &party.name));
    let numbers = people.flat_map(|person| {
        ["phone", "id_number"].map(|key| person.at(key).and_then(Value::as_text).unwrap_or_default().to_owned())
    });
    // All are compared, so that the time says nothing about how many there are.
    numbers.fold(false, |found, number| found | (number.len() > DIGITS && number.ends_with(digits)))
}

fn stage(f: &Frame, rules: &Rulebook, definition: &Arc<ProcessDefinition>, loaded: &Loaded, now: Instant) -> String {
    let (facts, nobody) = (Facts::default(), Actor::citizen(""));
    let look = Look { loaded, definition, rules, facts: &facts, actor: &nobody, now, language: f.language };
    let place = look.place();
    if loaded.case.closed.is_none() {
        return place;
    }
    let ended = f.t("已结束", "Ended");
    if place.is_empty() { ended.to_owned() } else { format!("{ended}{}{place}", f.t("：", ": ")) }
}

#[cfg(test)]
mod tests {
    use super::typed_number;

    #[test]
    fn a_number_is_read_as_people_type_it() {
        assert_eq!(typed_number(" ab－２０26 0001 "), "AB-20260001");
    }
}
