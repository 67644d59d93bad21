//! Which features of CSS, HTML and JavaScript pages may use: what Chromium 86 and iOS 13 know. Whatever is not listed fails
//! the test, so that a new feature is looked up before it is used. What old browsers do not know but do not need stands
//! in lists of its own.

use std::collections::BTreeSet;

/// Properties that both browsers know.
#[rustfmt::skip]
const PROPERTIES: &[&str] = &[
    "align-items", "background", "background-image", "background-position", "background-repeat", "background-size",
    "border", "border-bottom", "border-bottom-color", "border-bottom-width", "border-collapse", "border-color", "border-left",
    "border-radius", "border-top", "bottom", "box-shadow", "box-sizing", "clip", "clip-path", "color", "content", "cursor",
    "display", "fill", "flex", "flex-basis", "flex-direction", "flex-wrap", "font", "font-family", "font-size", "font-style",
    "font-variant-numeric", "font-weight", "object-fit", "grid-column", "grid-gap", "grid-template-columns", "height", "justify-content", "left",
    "letter-spacing", "line-height", "list-style", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "max-height", "max-width", "min-height", "min-width", "outline", "outline-offset", "overflow", "overflow-wrap", "overflow-x",
    "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "page-break-after", "page-break-inside",
    "pointer-events", "position", "right", "size", "text-align", "text-decoration", "top", "vertical-align", "white-space",
    "width", "word-break", "z-index", "-webkit-appearance", "-webkit-text-size-adjust",
];

/// Properties that an old browser leaves out without harm: each is an ornament, or stands beside its older name. `gap` is for
/// grids, beside `grid-gap`; in a row of boxes old browsers know none, so margins stand there.
#[rustfmt::skip]
const ORNAMENTS: &[&str] = &[
    "appearance", "break-after", "break-inside", "forced-color-adjust", "gap", "scroll-behavior", "text-decoration-thickness",
    "text-underline-offset",
];

#[rustfmt::skip]
const PSEUDO: &[&str] = &[
    "after", "before", "checked", "first-child", "focus", "hover", "lang", "last-child", "not", "root",
    "-webkit-progress-bar", "-webkit-progress-value",
    // Rules of their own, which an old browser drops whole: it keeps the ring on what the mouse has pressed.
    "focus-visible", "-moz-progress-bar",
];

const AT_RULES: &[&str] = &["media", "page"];
const MEDIA: &[&str] = &["max-width", "min-width", "prefers-reduced-motion", "forced-colors"];
const FUNCTIONS: &[&str] = &["attr", "calc", "inset", "linear-gradient", "min", "minmax", "rect", "repeat", "var"];
const UNITS: &[&str] = &["px", "rem", "em", "%", "deg", "fr", "vh", "pt", "mm"];

/// Elements that both browsers know.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "a", "aside", "body", "br", "button", "caption", "cite", "code", "dd", "details", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure",
    "footer", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "hr", "html", "img", "input", "label", "legend", "li", "link", "main", "meta",
    "nav", "ol", "optgroup", "option", "p", "path", "progress", "rect", "script", "section", "select", "small", "span", "strong", "summary",
    "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "ul",
];

/// Members and classes of JavaScript and the page that both browsers know, or that the script asks for before it uses them.
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "DOMParser", "Date", "Error", "EventSource", "FormData", "URL", "URLSearchParams", "activeElement", "addEventListener", "alt",
    "append", "appendChild", "call", "catch", "checked", "className", "clearTimeout", "click", "close", "createElement",
    "createObjectURL", "disabled", "documentElement", "fetch", "files", "focus", "forEach", "form", "getAttribute",
    "getElementById", "href", "innerHTML", "lang", "map", "name", "now", "ok", "onload", "open", "parentNode",
    "parseFromString", "preventDefault", "prototype", "querySelector", "querySelectorAll", "redirected", "revokeObjectURL",
    "setAttribute", "setInterval", "setTimeout", "size", "slice", "src", "submitter", "tagName", "target", "test", "text",
    "textContent", "then", "toFixed", "type", "value", "action",
];

/// Ways of writing that are younger than 2019.
const YOUNGER: &[&str] = &["?.", "??", "**", "||=", "&&=", "import(", "await ", "async ", "#", "`"];

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![onething_tests::repository().join(folder)];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = std::fs::read_to_string(&path).expect("text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    assert!(!found.is_empty(), "no {ending} in {folder}");
    found
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// CSS without comments and without what stands between quotes.
fn bare(css: &str) -> String {
    let mut out = String::new();
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
            '"' => rest[1..].find('"').map(|end| end + 2),
            _ => None,
        };
        if skipped.is_none() {
            out.push(c);
        }
        rest = &rest[skipped.unwrap_or(c.len_utf8())..];
    }
    out
}

/// Names that stand right after a mark.
fn after(text: &str, mark: char) -> Vec<String> {
    let parts = text.split(mark).skip(1);
    parts
        .map(|part| part.chars().take_while(|c| is_name(*c)).collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

/// Names that stand right before a mark.
fn before(text: &str, mark: char) -> Vec<String> {
    let pieces: Vec<&str> = text.split(mark).collect();
    let ends = pieces[..pieces.len().saturating_sub(1)].iter();
    let names = ends.map(|part| part.chars().rev().take_while(|c| is_name(*c)).collect::<Vec<_>>());
    names.map(|name| name.into_iter().rev().collect()).filter(|name: &String| !name.is_empty()).collect()
}

fn units(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let words = value.split(|c: char| !(is_name(c) || ".%#".contains(c)));
    for word in words.filter(|word| !word.starts_with('#') && !word.contains("--")) {
        let digits = word.trim_start_matches('-').trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        if digits.len() < word.trim_start_matches('-').len() && !digits.is_empty() {
            found.push(digits.to_owned());
        }
    }
    found
}

/// What a style sheet uses that no list names.
fn unknown_in(css: &str) -> BTreeSet<String> {
    let css = bare(css);
    let mut unknown = BTreeSet::new();
    let mut note = |kind: &str, known: &[&[&str]], names: Vec<String>| {
        let strange = names.into_iter().filter(|name| !known.iter().any(|list| list.contains(&name.as_str())));
        unknown.extend(strange.map(|name| format!("{kind} {name}")));
    };
    let mut start = 0;
    for (at, c) in css.char_indices().filter(|(_, c)| "{};".contains(*c)) {
        let piece = css[start..at].trim();
        start = at + 1;
        match c {
            '{' if piece.starts_with('@') => {
                note("@", &[AT_RULES], after(piece, '@'));
                note("media", &[MEDIA], before(piece, ':'));
            }
            '{' => note("pseudo", &[PSEUDO], after(&piece.replace("::", ":"), ':')),
            _ => {
                let Some((property, value)) = piece.split_once(':') else { continue };
                if !property.starts_with("--") {
                    note("property", &[PROPERTIES, ORNAMENTS], vec![property.trim().to_owned()]);
                }
                note("function", &[FUNCTIONS], before(value, '('));
                note("unit", &[UNITS], units(value));
            }
        }
    }
    unknown
}

/// JavaScript without comments, texts and patterns.
fn plain_script(script: &str) -> String {
    let mut out = String::new();
    for line in script.lines() {
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let pattern = c == '/' && out.trim_end().ends_with(['(', '!', '=', ',']);
            let end = |close: char| {
                let mut escaped = false;
                rest.char_indices().skip(1).find_map(|(at, c)| {
                    let closes = c == close && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes.then_some(at + 1)
                })
            };
            let skipped = match c {
                '/' if rest.starts_with("//") || rest.starts_with("/*") => Some(rest.len()),
                '/' if pattern => end('/'),
                '"' => end('"'),
                _ => None,
            };
            if skipped.is_none() {
                out.push(c);
            }
            rest = &rest[skipped.unwrap_or(c.len_utf8())..];
        }
        out.push('\n');
    }
    out
}

fn unknown_in_script(script: &str) -> BTreeSet<String> {
    let script = plain_script(script);
    let mut names = after(&script, '.');
    names.extend(script.split("new ").skip(1).map(|part| part.chars().take_while(|c| is_name(*c)).collect()));
    let names = names.into_iter().filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    let mut unknown: BTreeSet<String> = names.filter(|name| !MEMBERS.contains(&name.as_str())).collect();
    unknown.extend(YOUNGER.iter().filter(|mark| script.contains(*mark)).map(|mark| (*mark).to_owned()));
    unknown
}

#[test]
fn style_sheets_use_what_old_browsers_know() {
    for (path, text) in files("web/static", ".css") {
        let unknown = unknown_in(&text);
        assert!(unknown.is_empty(), "{path}: not on the lists of this test: {unknown:?}");
    }
}

/// Old Safari knows no distances between flexible boxes, so `gap` stands beside `grid-gap` only.
#[test]
fn distances_are_for_grids() {
    for (path, text) in files("web/static", ".css") {
        for piece in bare(&text).split(';').filter(|piece| piece.trim_start().starts_with("gap:")) {
            let older = format!("grid-{}", piece.trim_start());
            assert!(text.contains(&older), "{path}: {} without {older}", piece.trim());
        }
    }
}

#[test]
fn templates_use_elements_that_old_browsers_know() {
    for (path, text) in files("web/templates", ".html") {
        let used = after(&text, '<').into_iter().filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        let strange: BTreeSet<String> = used.filter(|name| !ELEMENTS.contains(&name.as_str())).collect();
        assert!(strange.is_empty(), "{path}: {strange:?}");
    }
}

#[test]
fn scripts_use_what_old_browsers_know() {
    for (path, text) in files("web/static", ".js") {
        let unknown = unknown_in_script(&text);
        assert!(unknown.is_empty(), "{path}: not on the lists of this test: {unknown:?}");
    }
}

#[test]
fn what_is_younger_is_found() {
    let css = "/* a: has(x) */ .a:has(.b) { inset: 0; width: clamp(1cqw, 2rem, 3rem); } @container (width > 3rem) { .c { color: red } }";
    let found = unknown_in(css);
    for name in ["pseudo has", "property inset", "function clamp", "unit cqw", "@ container"] {
        assert!(found.contains(name), "{name}: {found:?}");
    }
    let found = unknown_in_script("a?.b; list.at(-1); new ResizeObserver(x); \"c.toSorted\"; // d.flat()");
    assert_eq!(found, ["?.", "ResizeObserver", "at", "b"].into_iter().map(str::to_owned).collect());
}
