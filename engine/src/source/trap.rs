//! The traps of YAML, each by its name and with its cure. It must never change what was read; it only says what is
//! wrong with it.

use serde_yaml::granit_parser::Span as Range;

use super::parse::{MAX_DEPTH, MAX_NODES, small};
use super::{Problem, Source, Span, brief, quoting};
use crate::text::Text;

/// E0103: characters that a reader cannot see but a machine obeys.
pub(super) fn forbidden_character(source: &Source, text: &str) -> Option<Problem> {
    let refused = |c: char| {
        let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let (offset, found) = text.char_indices().find(|&(_, c)| refused(c))?;
    let (line, column) = position(&text[..offset]);
    let code = u32::from(found);
    let message = Text::new(
        format!("这里有看不见的控制字符 U+{code:04X}"),
        format!("an invisible control character U+{code:04X}"),
    );
    Some(
        Problem::error("E0103", source, Span { line, column, length: 1 }, message)
            .cause(
                "这类字符会使人看到的内容与机器读到的内容不同。",
                "Such characters make what people see differ from what the machine reads.",
            )
            .cure("删去这个字符。", "Delete it."),
    )
}

/// Line and column, from 1, of the place behind `before`.
fn position(before: &str) -> (u32, u32) {
    let lines = super::render::lines(before);
    let last = lines.last().copied().unwrap_or("");
    (small(lines.len().max(1)), small(last.chars().count() + 1))
}

/// E0104.
pub(super) fn too_many_nodes(source: &Source, span: Span) -> Problem {
    let message = Text::new(
        format!("文件中的键和值超过 {MAX_NODES} 个"),
        format!("the file has more than {MAX_NODES} keys and values"),
    );
    Problem::error("E0104", source, span, message).cure("把文件拆成几个片段。", "Split it, for example into fragments.")
}

/// E0105.
pub(super) fn too_deep(source: &Source, span: Span) -> Problem {
    let message = Text::new(format!("嵌套超过 {MAX_DEPTH} 层"), format!("nested more than {MAX_DEPTH} levels deep"));
    Problem::error("E0105", source, span, message)
        .cure("把里层移到一个片段中。", "Move the inner levels to a fragment.")
}

/// E0107.
pub(super) fn second_document(source: &Source, span: Span) -> Problem {
    let message = Text::new("一个文件只能有一份内容", "a file may hold one document only");
    Problem::error("E0107", source, span, message).cure(
        "删去 `---`，或者把后面的内容移到另一个文件。",
        "Delete the `---`, or move what follows to a file of its own.",
    )
}

/// E0113.
pub(super) fn merge_key(source: &Source, span: Span) -> Problem {
    let message = Text::new("不能用合并键 `<<`", "merge keys (`<<`) are not allowed");
    Problem::error("E0113", source, span, message)
        .cause("读文件的人看不出合并进来的是什么。", "Who reads the file cannot see what is merged in.")
        .cure("把内容写出来，或者用片段 `use:`。", "Write the keys out, or take a fragment with `use:`.")
}

/// E0114.
pub(super) fn tag(source: &Source, span: Span) -> Problem {
    let message = Text::new("以 `!` 开头的值会被 YAML 当作标签", "YAML takes a value that starts with `!` for a tag");
    Problem::error("E0114", source, span, message)
        .cause("标签会悄悄改变值的含义。", "A tag changes silently what the value means.")
        .cure(
            "用引号括起来（`when: '!x'`），或者改用 `unless: x`。",
            "Put it in quotes (`when: '!x'`), or use `unless: x`.",
        )
}

/// Key and value in quotes, for the value that starts at a place of the text. Long lines are left alone: there may be
/// many such values on one.
pub(super) fn quoted_at(text: &str, range: &Range) -> Option<String> {
    const REACH: usize = 1_000;
    let from = range.start.byte_offset()?;
    let (before, after) = (text.as_bytes().get(..from)?, text.as_bytes().get(from..)?);
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let start = match before.iter().rev().take(REACH).position(ends) {
        Some(back) => from - back,
        None if from < REACH => 0,
        None => return None,
    };
    let end = match after.iter().take(REACH).position(ends) {
        Some(ahead) => from + ahead,
        None if after.len() < REACH => text.len(),
        None => return None,
    };
    quoting::value_at(&text[start..end], text[start..from].chars().count())?.quoted()
}

/// E0115.
pub(super) fn anchor(source: &Source, span: Span) -> Problem {
    let message = Text::new("不能用锚点 `&x` 和引用 `*x`", "anchors (`&x`) and aliases (`*x`) are not allowed");
    Problem::error("E0115", source, span, message)
        .cause(
            "引用的内容不在读到的地方，还可能被用来撑爆内存。",
            "What an alias means stands elsewhere, and aliases can be used to fill the memory.",
        )
        .cure(
            "把内容写出来，或者用片段 `use:`；如果是表达式，用引号括起来。",
            "Write the content out, or take a fragment with `use:`; put an expression in quotes.",
        )
}

/// E0116.
pub(super) fn odd_key(source: &Source, span: Span) -> Problem {
    let message = Text::new("键必须是一个词", "a key must be a word");
    Problem::error("E0116", source, Span { length: span.length.max(1), ..span }, message).cure(
        "在冒号前写一个词；如果 `{` 或 `?` 属于值，用引号括起来。",
        "Write a word before the colon; if the `{` or `?` belongs to the value, put the value in quotes.",
    )
}

/// E0123: a plain value that begins or ends with a space that does not look like one.
pub(super) fn odd_space(source: &Source, span: Span, text: &str) -> Option<Problem> {
    (text.starts_with(odd) || text.ends_with(odd)).then(|| hidden_space(source, span))
}

/// Spaces that are none for YAML.
fn odd(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200f}' | '\u{202f}' | '\u{feff}')
}

/// E0111: a word with a full-width colon behind it, where a key belongs.
pub(super) fn full_width_key(source: &Source, span: Span, key: &str) -> Option<Problem> {
    let offset = key.chars().position(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-')))?;
    if key.chars().nth(offset) != Some('：') {
        return None;
    }
    let before: String = key.chars().take(offset).collect();
    Some(full_width(source, Span { column: span.column + small(offset), length: 1, ..span }, '：', &before))
}

/// E0111: `before` is the key before a full-width colon.
pub(super) fn full_width(source: &Source, span: Span, found: char, before: &str) -> Problem {
    let wanted = match found {
        '：' => "`: `",
        '，' => "`, `",
        '｛' => "`{`",
        '｝' => "`}`",
        '［' => "`[`",
        _ => "`]`",
    };
    let message = Text::new(format!("这里是全角符号“{found}”"), format!("full-width `{found}` here"));
    Problem::error("E0111", source, span, message)
        .cause(
            "YAML 只认识半角符号，全角符号会变成文字的一部分。",
            "YAML knows ASCII punctuation only; the full-width sign becomes part of the text.",
        )
        .cure(format!("改成半角的 {wanted}。"), format!("Write {wanted}."))
        .suggest((found == '：' && !before.is_empty()).then(|| format!("{}:", brief(before))).as_deref())
}

/// E0123: an invisible space inside the structure.
pub(super) fn hidden_space(source: &Source, span: Span) -> Problem {
    let message = Text::new(
        "这里有全角空格或不间断空格，YAML 把它当作文字",
        "a full-width or no-break space stands here; YAML takes it for text",
    );
    Problem::error("E0123", source, span, message)
        .cure("改成普通空格，或者用引号括起来。", "Make it an ordinary space, or put the text in quotes.")
}

/// E0117: a value between brackets that YAML cut at its first comma, such as `{when: f(a, b)}`.
pub(super) fn cut_call(source: &Source, span: Span, text: &str, meant: impl Fn() -> Option<String>) -> Option<Problem> {
    if count(text, '(') <= count(text, ')') {
        return None;
    }
    let message = Text::new(
        format!("“{}”在逗号处被 YAML 截断了", brief(text)),
        format!("YAML cut this at the comma: `{}`", brief(text)),
    );
    Some(
        Problem::error("E0117", source, span, message)
            .cause("花括号和方括号里，逗号把各项隔开。", "Between braces and brackets a comma separates the members.")
            .cure("把整个值用引号括起来。", "Put the whole value in quotes.")
            .suggest(meant().as_deref()),
    )
}

/// Whether a key is the second half of a call that [`cut_call`] has reported.
pub(super) fn rest_of_call(key: &str) -> bool {
    count(key, ')') > count(key, '(')
}

fn count(text: &str, wanted: char) -> usize {
    text.chars().filter(|&c| c == wanted).count()
}

/// E0111: names between brackets with full-width commas between them.
pub(super) fn full_width_list(source: &Source, span: Span, text: &str) -> Option<Problem> {
    let name = |part: &str| {
        let part = part.trim();
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    let at = text.chars().position(|c| c == '，')?;
    let place = Span { column: span.column + small(at), length: 1, ..span };
    text.split('，').all(name).then(|| full_width(source, place, '，', ""))
}

/// What a plain text probably was, where a map or list is expected: a key whose colon or dash YAML did not see.
pub(super) fn unseen_key(source: &Source, span: Span, text: &str) -> Option<Problem> {
    if let Some(problem) = full_width_key(source, span, text) {
        return Some(problem);
    }
    let first = text.chars().position(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
    let mut rest = text.chars().skip(first?);
    let (colon, next) = (rest.next(), rest.next()?);
    if colon == Some(':') && odd(next) {
        return Some(hidden_space(source, Span { column: span.column + small(first? + 1), length: 1, ..span }));
    }
    (colon == Some(':') && first > Some(0)).then(|| no_space(source, span, text))
}

/// E0125: a colon without a space behind it.
pub(super) fn no_space(source: &Source, span: Span, text: &str) -> Problem {
    let message = Text::new("冒号后面没有空格", "no space behind the colon");
    let (key, value) = text.split_once(':').unwrap_or((text, ""));
    let value = value.split_whitespace().next().unwrap_or("");
    Problem::error("E0125", source, span, message)
        .cause("没有空格，YAML 就把整段当作文字。", "Without it YAML takes the whole for text.")
        .cure("在冒号后面加一个空格。", "Put a space behind the colon.")
        .suggest(Some(&format!("{}: {}", brief(key), brief(value))))
}
