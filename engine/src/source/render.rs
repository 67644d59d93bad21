//! Draws a problem for a terminal, with the line and a caret under the place, and as JSON. It must never let a file's
//! control characters through to a terminal, and never print a whole line of a hostile file.

use serde_json::{Value, json};

use super::{Problem, Related, Severity, Span};
use crate::text::{Language, Text};

/// The widest part of a line that is shown, in terminal columns.
const WINDOW: usize = 110;

/// The problem as rustc would draw it: message, place, the line with carets, cause, cure and suggestion.
/// `source_text` is the text of the file that the problem is in.
pub fn render(problem: &Problem, source_text: &str, language: Language) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{severity}[{}]: {}\n", problem.code, clean(problem.message.get(language)));
    let lines = lines(source_text);
    let here = |related: &&Related| related.path == problem.path && related.span.line > 0;
    let deepest = problem.also.iter().filter(here).map(|related| related.span.line).chain([problem.span.line]).max();
    let margin = deepest.unwrap_or(0).to_string().len();
    let blank = " ".repeat(margin);
    out += &format!("{blank}--> {}\n", location(&problem.path, problem.span));
    let drawn = snippet(&mut out, &lines, problem.span, margin, '^', "");
    for related in &problem.also {
        let note = clean(related.note.get(language));
        out += &format!("{blank}::: {}", location(&related.path, related.span));
        if here(&related) {
            out.push('\n');
            snippet(&mut out, &lines, related.span, margin, '-', &note);
        } else {
            out += &format!(": {note}\n");
        }
    }
    let advice = advice(problem, language);
    if drawn && !advice.is_empty() {
        out += &format!("{blank} |\n");
    }
    for line in advice {
        out += &format!("{blank} = {line}\n");
    }
    if !problem.story.is_empty() {
        let head = Text::new("经过（可以粘贴到故事里）", "the story that leads there, ready to be pasted");
        out += &format!("{blank} = {}:\n", head.get(language));
        problem.story.iter().for_each(|line| out += &format!("{blank}     {}\n", clean(line.get(language))));
    }
    out
}

/// Cause, cure and suggestion, each in one line.
fn advice(problem: &Problem, language: Language) -> Vec<String> {
    let (cause, cure, meant) = match language {
        Language::Zh => ("原因", "改法", "是否想写"),
        Language::En => ("cause", "help", "did you mean"),
    };
    let part = |name: &str, text: &Text| (!text.is_empty()).then(|| format!("{name}: {}", clean(text.get(language))));
    let meant = problem.suggestion.as_ref().map(|word| format!("{meant}: {}", clean(word)));
    [part(cause, &problem.cause), part(cure, &problem.cure), meant].into_iter().flatten().collect()
}

fn location(path: &str, span: Span) -> String {
    let path = clean(path);
    if span.line == 0 { path } else { format!("{path}:{}:{}", span.line, span.column) }
}

/// Draws one line with marks under the place; `false` where the file has no such line.
fn snippet(out: &mut String, lines: &[&str], span: Span, margin: usize, mark: char, note: &str) -> bool {
    let Some(line) = (span.line as usize).checked_sub(1).and_then(|index| lines.get(index)) else { return false };
    let from = (span.column as usize).saturating_sub(1);
    // The place is shown with what stands before it, as far as the window allows.
    let mut first = from;
    let mut room = WINDOW / 2;
    let before: Vec<char> = line.chars().take(from).collect();
    while first > 0 && first <= before.len() && room > 0 {
        room = room.saturating_sub(width(before[first - 1]).max(1));
        first -= 1;
    }
    let (mut shown, mut offset, mut marks, mut used) = (String::new(), 0, 0, 0);
    if first > 0 {
        shown.push('…');
        offset = 1;
    }
    let end = from.saturating_add((span.length as usize).max(1));
    for (index, c) in line.chars().enumerate().skip(first) {
        if used >= WINDOW {
            shown.push('…');
            break;
        }
        let c = if c.is_control() || hidden(c) { if c == '\t' { ' ' } else { '\u{fffd}' } } else { c };
        shown.push(c);
        let columns = width(c);
        used += columns;
        if index < from {
            offset += columns;
        } else if index < end {
            marks += columns;
        }
    }
    let blank = " ".repeat(margin);
    let pad = " ".repeat(offset);
    let marks = String::from(mark).repeat(marks.max(1));
    let note = if note.is_empty() { String::new() } else { format!(" {note}") };
    *out += &format!("{blank} |\n{:>margin$} | {}\n{blank} | {pad}{marks}{note}\n", span.line, shown.trim_end());
    true
}

/// The lines of a text as YAML counts them: ended by `\n`, `\r\n` or `\r`.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r']) {
        lines.push(&rest[..at]);
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        rest = &rest[end..];
    }
    lines.push(rest);
    lines
}

/// Characters that change how a terminal shows what follows.
fn hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text without anything a terminal obeys.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// Terminal columns of a character: East Asian wide and full-width forms take two, combining marks none (Unicode
/// Standard Annex 11, in ranges). Written out, because a table of 20 ranges serves every character a definition holds.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x20d0..=0x20ff | 0x302a..=0x302f | 0x3099..=0x309a | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x33ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xa000..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The problem for machines. Line and column count from 1; line 0 means the file as a whole.
pub fn problem_json(problem: &Problem) -> Value {
    let both = |text: &Text| json!({"zh": text.zh, "en": text.en});
    let also: Vec<Value> = problem.also.iter().map(related_json).collect();
    json!({
        "code": problem.code,
        "severity": match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "file": &*problem.path,
        "line": problem.span.line,
        "column": problem.span.column,
        "length": problem.span.length,
        "message": both(&problem.message),
        "cause": both(&problem.cause),
        "cure": both(&problem.cure),
        "suggestion": problem.suggestion,
        "also": also,
        "story": problem.story.iter().map(both).collect::<Vec<_>>(),
    })
}

fn related_json(related: &Related) -> Value {
    json!({
        "file": &*related.path,
        "line": related.span.line,
        "column": related.span.column,
        "length": related.span.length,
        "note": {"zh": related.note.zh, "en": related.note.en},
    })
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;

    fn drawn(source: &Source, span: Span) -> String {
        let problem = Problem::error("E0143", source, span, Text::new("这里不能写", "not known here"));
        render(&problem, &source.text, Language::En)
    }

    #[test]
    fn carets_stand_under_double_width_characters() {
        let source = Source::new("x.yaml", "标题: 结婚登记 {to: 乙}\n");
        let problem =
            Problem::error("E0143", &source, Span { line: 1, column: 7, length: 2 }, Text::new("错", "wrong"))
                .cause("因", "why")
                .cure("改", "how")
                .suggest(Some("right"))
                .also("x.yaml".into(), Span { line: 1, column: 1, length: 2 }, Text::new("键", "the key"))
                .also("y.yaml".into(), Span { line: 12, column: 3, length: 1 }, Text::new("别处", "elsewhere"));
        let expected = "\
error[E0143]: wrong
 --> x.yaml:1:7
  |
1 | 标题: 结婚登记 {to: 乙}
  |           ^^^^
 ::: x.yaml:1:1
  |
1 | 标题: 结婚登记 {to: 乙}
  | ---- the key
 ::: y.yaml:12:3: elsewhere
  |
  = cause: why
  = help: how
  = did you mean: right
";
        assert_eq!(render(&problem, &source.text, Language::En), expected);
        let chinese = render(&problem, &source.text, Language::Zh);
        assert!(chinese.starts_with("error[E0143]: 错\n") && chinese.ends_with("= 是否想写: right\n"), "{chinese}");
    }

    #[test]
    fn a_place_without_a_line_is_only_named() {
        let source = Source::new("x.yaml", "");
        assert_eq!(drawn(&source, Span::default()), "error[E0143]: not known here\n --> x.yaml\n");
        assert_eq!(
            drawn(&source, Span { line: 9, column: 1, length: 1 }),
            "error[E0143]: not known here\n --> x.yaml:9:1\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let source = Source::new("x.yaml", format!("{}needle{}", "长".repeat(5_000), "y".repeat(5_000)));
        let text = drawn(&source, Span { line: 1, column: 5_001, length: 6 });
        let line = text.lines().nth(3).unwrap();
        let carets = text.lines().nth(4).unwrap();
        assert!(line.chars().map(width).sum::<usize>() < 2 * WINDOW, "{line}");
        let columns = |text: &str, needle: &str| text[..text.find(needle).unwrap()].chars().map(width).sum::<usize>();
        assert_eq!(columns(line, "needle"), columns(carets, "^"));
        assert!(carets.ends_with(" ^^^^^^"));
        // A place as long as the file is marked only as far as it is shown.
        let text = drawn(&source, Span { line: 1, column: 1, length: 10_006 });
        assert!(text.len() < 2_000);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        let source = Source::new("\u{1b}[2J.yaml", "a: \u{1b}[31m\tb\u{202e}c\r\n");
        let problem =
            Problem::error("E0103", &source, Span { line: 1, column: 4, length: 1 }, Text::same("\u{1b}[31m"));
        let text = render(&problem, &source.text, Language::Zh);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\t', '\r']), "{text:?}");
    }

    #[test]
    fn machines_get_every_part() {
        let source = Source::new("x.yaml", "a: b\n");
        let problem = Problem::warning("W0301", &source, Span { line: 1, column: 4, length: 1 }, Text::new("甲", "a"))
            .cure("乙", "b")
            .suggest(Some("c"));
        let expected = json!({
            "code": "W0301", "severity": "warning", "file": "x.yaml", "line": 1, "column": 4, "length": 1,
            "message": {"zh": "甲", "en": "a"}, "cause": {"zh": "", "en": ""}, "cure": {"zh": "乙", "en": "b"},
            "suggestion": "c", "also": [], "story": [],
        });
        assert_eq!(problem_json(&problem), expected);
    }

    #[test]
    fn lines_end_as_yaml_says() {
        assert_eq!(lines("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("\u{feff}"), [""]);
    }
}
