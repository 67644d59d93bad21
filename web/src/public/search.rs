//! Looking for a service by everyday words: official names, 俗称, matters inside, pinyin and its initials. It must never
//! keep who looked for what.

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use onething_engine::definition::ProcessDefinition;
use onething_engine::text::Language;
use pinyin::ToPinyin;
use std::sync::Arc;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::sent::Sent;
use crate::session::Visitor;

/// Characters of a question that are looked at.
const LONGEST: usize = 40;

#[derive(Template)]
#[template(path = "public/search.html")]
struct SearchPage {
    f: Frame,
    asked: String,
    found: Vec<Found>,
    all: bool,
}

/// A service in the list.
struct Found {
    name: String,
    title: String,
    about: String,
    /// The everyday word or the matter that was looked for.
    because: String,
    guided: bool,
}

/// Everything that can be asked for, or what fits the words in `?q=`.
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let f = Frame::new(&app, &visitor, now);
    let sent = Sent::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let asked: String = sent.get("q").unwrap_or_default().trim().chars().take(LONGEST).collect();
    let services: Vec<Arc<ProcessDefinition>> =
        app.services(now).into_iter().filter(|definition| definition.guide.is_some()).collect();
    let mut found: Vec<(u8, Found)> = services
        .iter()
        .filter_map(|definition| {
            let (rank, because) =
                if asked.is_empty() { (0, String::new()) } else { fits(definition, &asked, f.language)? };
            let guide = definition.guide.as_ref()?;
            let found = Found {
                name: definition.name.clone(),
                title: f.x(&definition.title).to_owned(),
                about: f.x(&guide.about).to_owned(),
                because,
                guided: !guide.questions.is_empty(),
            };
            Some((rank, found))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let all = asked.is_empty();
    page(&SearchPage { f, asked, found: found.into_iter().map(|(_, found)| found).collect(), all })
}

/// How well a service fits what somebody typed (0 is best), and the word by which it does.
fn fits(definition: &ProcessDefinition, asked: &str, language: Language) -> Option<(u8, String)> {
    let asked = plain(asked);
    if asked.is_empty() {
        return None;
    }
    let guide = definition.guide.as_ref()?;
    let mut best: Option<(u8, String)> = None;
    let mut offer = |rank: Option<u8>, word: &str| {
        if let Some(rank) = rank
            && best.as_ref().is_none_or(|(known, _)| rank < *known)
        {
            best = Some((rank, word.to_owned()));
        }
    };
    for title in [&definition.title.zh, &definition.title.en] {
        offer(meets(title, &asked), "");
    }
    for alias in &guide.aliases {
        offer(meets(alias, &asked), alias);
    }
    for item in &definition.items {
        let title = item.row.as_ref().map_or(&item.title, |(_, together)| together);
        let rank = meets(&title.zh, &asked).or_else(|| meets(&title.en, &asked));
        offer(rank.map(|rank| rank + 10), title.get(language));
    }
    best
}

/// How well one word meets another: the same, part of it, containing it, by initials, by pinyin.
fn meets(word: &str, asked: &str) -> Option<u8> {
    let word = plain(word);
    if word == asked {
        return Some(0);
    }
    if word.contains(asked) {
        return Some(1);
    }
    if word.chars().count() > 1 && asked.contains(&word) {
        return Some(2);
    }
    // One letter would fit nearly everything.
    if asked.len() < 2 || !asked.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let initials: String = sounds(&word, |sound| sound.first_letter());
    if initials.starts_with(asked) {
        return Some(3);
    }
    let full: String = sounds(&word, |sound| sound.plain());
    if initials.contains(asked) || full.contains(asked) {
        return Some(4);
    }
    None
}

fn sounds(word: &str, of: impl Fn(pinyin::Pinyin) -> &'static str) -> String {
    word.to_pinyin().flatten().map(of).collect()
}

/// Lower case, half width, without spaces and marks between words.
fn plain(text: &str) -> String {
    let half = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    };
    text.chars().map(half).flat_map(char::to_lowercase).filter(|character| character.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn everyday_words_initials_and_pinyin_meet() {
        assert_eq!(meets("销户口", "销户口"), Some(0));
        assert_eq!(meets("注销户口", "户口"), Some(1));
        assert_eq!(meets("丧葬费", "老人丧葬费怎么领"), Some(2));
        assert_eq!(meets("销户口", "xhk"), Some(3));
        assert_eq!(meets("结婚登记", "jh"), Some(3));
        assert_eq!(meets("办理结婚", "jiehun"), Some(4));
        assert_eq!(meets("结婚", "x"), None);
        assert_eq!(meets("结婚", "离婚"), None);
        assert_eq!(meets("结婚", "lh"), None);
    }
}
