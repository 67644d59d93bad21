//! How a visitor wants pages to look: the size of letters and the contrast. Like the language, a preference stands in the
//! address once (`?size=large`) and in a cookie from then on. It must never hold anything about a person.

use axum::http::{HeaderMap, HeaderValue};
use onething_engine::text::Language;

use crate::language;
use crate::session::cookie;

/// Names of the preferences, in addresses and of their cookies.
pub const NAMES: [&str; 3] = ["lang", "size", "contrast"];

/// What the visitor chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// 大字版: letters of 24 px instead of 18.
    pub large: bool,
    /// 高对比: black and white, thick lines.
    pub high: bool,
}

impl Display {
    /// What the address says, else the cookie, else neither.
    pub fn of(headers: &HeaderMap, query: Option<&str>) -> Display {
        let is = |name: &str, word: &str| match asked(query, name) {
            Some(said) => said == word,
            None => cookie(headers, name).is_some_and(|kept| kept == word),
        };
        Display { large: is("size", "large"), high: is("contrast", "high") }
    }
}

/// The last value that an address gives to a preference.
fn asked<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    let pairs = query.unwrap_or_default().rsplit('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// The cookies that keep what an address asks for. Only words that are known are kept.
pub fn kept(headers: &HeaderMap, query: Option<&str>, secure: bool) -> Vec<HeaderValue> {
    let known = |name: &str, word: &str| match name {
        "lang" => language::named(word).is_some(),
        "size" => matches!(word, "normal" | "large"),
        "contrast" => matches!(word, "normal" | "high"),
        _ => false,
    };
    let secure = if secure { "; Secure" } else { "" };
    let new = NAMES.into_iter().filter_map(|name| {
        let word = asked(query, name).filter(|word| known(name, word))?;
        let text = format!("{name}={word}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
        let changed = cookie(headers, name).as_deref() != Some(word);
        changed.then(|| HeaderValue::from_str(&text).ok()).flatten()
    });
    new.collect()
}

/// An address without preferences, so that another one can be put there.
pub fn bare(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let preference = |pair: &&str| NAMES.iter().any(|name| pair.split('=').next() == Some(name));
    let rest: Vec<&str> = query.split('&').filter(|pair| !preference(pair)).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

/// An address with one preference.
pub fn with(address: &str, name: &str, word: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{name}={word}")
}

/// Classes of the outermost element, which the style sheet knows.
pub fn classes(display: Display, quiet: bool) -> &'static str {
    match (display.large, display.high, quiet) {
        (false, false, false) => "",
        (true, false, false) => "large",
        (false, true, _) => "high",
        (true, true, _) => "large high",
        (false, false, true) => "quiet-tone",
        (true, false, true) => "large quiet-tone",
    }
}

/// The language of the page in `Accept-Language` terms is not asked: officials write Chinese, and a wrong guess costs more
/// than one click.
pub fn language_of(headers: &HeaderMap, query: Option<&str>) -> Language {
    let said = asked(query, "lang").and_then(language::named);
    said.or_else(|| language::named(&cookie(headers, "lang")?)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Display, bare, kept, with};
    use axum::http::{HeaderMap, header};

    #[test]
    fn the_address_wins_over_the_cookie_and_unknown_words_change_nothing() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "size=large; contrast=high".parse().unwrap());
        assert_eq!(Display::of(&headers, None), Display { large: true, high: true });
        assert_eq!(Display::of(&headers, Some("a=1&size=normal")), Display { large: false, high: true });
        assert!(kept(&headers, Some("size=large"), false).is_empty(), "it is kept already");
        assert!(kept(&headers, Some("size=huge&contrast=%0d%0a&lang=xx"), false).is_empty());
        let set = kept(&headers, Some("size=normal&lang=en"), true);
        assert_eq!(set.len(), 2);
        assert!(set.iter().all(|value| value.to_str().unwrap().ends_with("; Secure")), "{set:?}");
    }

    #[test]
    fn a_preference_leaves_the_rest_of_the_address_alone() {
        assert_eq!(bare("/c/1?new=1&lang=en&size=large"), "/c/1?new=1");
        assert_eq!(bare("/?contrast=high"), "/");
        assert_eq!(with(&bare("/desk?after=3&lang=zh"), "lang", "en"), "/desk?after=3&lang=en");
    }
}
