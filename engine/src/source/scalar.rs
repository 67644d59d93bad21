//! Text that is meant to be a number, a flag or a date, and what people write instead. It must never accept two
//! spellings of one value.

use jiff::civil::Date;

use super::{File, Node, Problem, brief};
use crate::text::Text;

/// What the other spellings of yes and no mean.
fn spelled(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "y" | "true" | "是" | "真" | "对" => Some(true),
        "no" | "off" | "n" | "false" | "否" | "假" | "不" => Some(false),
        _ => None,
    }
}

/// `true` or `false`, nothing else.
pub(super) fn flag(file: File<'_>, node: &Node, text: &str) -> Option<bool> {
    match text {
        "true" => return Some(true),
        "false" => return Some(false),
        _ => {}
    }
    let Some(meant) = spelled(text) else {
        let message = Text::new(
            format!("这里只能写 true 或 false，却写了“{}”", brief(text)),
            format!("expected true or false, found `{}`", brief(text)),
        );
        let problem = Problem::error("E0137", file.source, node.span, message);
        file.push(problem.cure("写 true（是）或 false（否）。", "Write true or false."));
        return None;
    };
    let meant = if meant { "true" } else { "false" };
    let message = Text::new(
        format!("“{}”不是开关值：请写 true 或 false", brief(text)),
        format!("`{}` is not a flag: write true or false", brief(text)),
    );
    let problem = Problem::error("E0136", file.source, node.span, message)
        .cause("不同的 YAML 版本对 yes/no/on/off 的读法不同。", "Versions of YAML disagree about yes/no/on/off.")
        .cure(format!("改成 {meant}。"), format!("Write {meant}."));
    file.push(problem.suggest(Some(meant)));
    None
}

/// A whole number: an optional `-` and ASCII digits without leading zeros.
pub(super) fn integer(file: File<'_>, node: &Node, text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" && !text.starts_with('-') || !digits.starts_with('0'));
    if canonical {
        let number = text.parse().ok();
        if number.is_none() {
            let message =
                Text::new(format!("数字“{}”太大", brief(text)), format!("the number `{}` is too large", brief(text)));
            let problem = Problem::error("E0139", file.source, node.span, message);
            file.push(problem.cure("最多 18 位数字。", "At most 18 digits."));
        }
        return number;
    }
    let (zh, en) = number_advice(text, digits);
    let message = Text::new(
        format!("这里要写整数，却写了“{}”", brief(text)),
        format!("expected a whole number, found `{}`", brief(text)),
    );
    let trimmed = digits.trim_start_matches('0');
    let meant = (digits.starts_with('0') && trimmed.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| if trimmed.is_empty() { "0".to_owned() } else { text.replacen(digits, trimmed, 1) });
    file.push(Problem::error("E0138", file.source, node.span, message).cure(zh, en).suggest(meant.as_deref()));
    None
}

/// What to say about a number that is written otherwise.
fn number_advice(text: &str, digits: &str) -> (&'static str, &'static str) {
    let is = |test: fn(char) -> bool| !digits.is_empty() && digits.chars().all(test);
    if is(|c| c.is_ascii_digit()) {
        return (
            "去掉前面的零；如果是编号，请用文本并加引号。",
            "Drop the leading zeros; if it is a code, make it a text in quotes.",
        );
    }
    if is(|c| c.is_ascii_digit() || matches!(c, '０'..='９')) {
        return ("请用半角数字。", "Use ASCII digits.");
    }
    if is(|c| c.is_ascii_digit() || matches!(c, '_' | ',' | '，')) {
        return ("去掉千位分隔符。", "Leave out the separators of thousands.");
    }
    if digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b") {
        return ("请用十进制。", "Write it in decimal.");
    }
    if is(|c| c.is_ascii_digit() || matches!(c, 'e' | 'E' | '.' | '+' | '-')) && digits.contains(['e', 'E']) {
        return ("不要用科学记数法，把数字写全。", "Write the number out, without an exponent.");
    }
    if text.starts_with('+') {
        return ("去掉加号。", "Leave out the plus sign.");
    }
    if is(|c| c.is_ascii_digit() || c == '.') {
        return ("这里不能有小数；金额请以分为单位。", "No decimals here; give money in fen.");
    }
    ("写一个整数，例如 3。", "Write a whole number, such as 3.")
}

/// A civil date as `YYYY-MM-DD`.
pub(super) fn date(file: File<'_>, node: &Node, text: &str) -> Option<Date> {
    // Anything longer is no date, however it is written.
    let head = if text.len() <= 40 { text } else { "" };
    let parts: Vec<&str> = head.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number =
        |index: usize| parts.get(index).filter(|part| part.len() <= 4).and_then(|part| part.parse::<i16>().ok());
    let small = |index: usize| number(index).and_then(|number| i8::try_from(number).ok());
    let found = match (number(0), small(1), small(2)) {
        (Some(year), Some(month), Some(day)) if parts.len() == 3 && parts[0].len() == 4 => {
            Some(Date::new(year, month, day))
        }
        _ => None,
    };
    if let Some(Ok(date)) = found
        && date.to_string() == text
    {
        return Some(date);
    }
    let mut message = Text::new(
        format!("这里要写日期，却写了“{}”", brief(text)),
        format!("expected a date, found `{}`", brief(text)),
    );
    if let Some(Err(_)) = found {
        message = Text::new(format!("没有“{}”这一天", brief(text)), format!("there is no day `{}`", brief(text)));
    }
    let meant = found.and_then(Result::ok).map(|date| date.to_string());
    let problem = Problem::error("E0140", file.source, node.span, message);
    let problem = problem.cure("写成 年-月-日，例如 2025-05-10。", "Write year-month-day, such as 2025-05-10.");
    file.push(problem.suggest(meant.as_deref()));
    None
}
