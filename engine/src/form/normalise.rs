//! Brings what people type into one spelling: full-width to half-width, spaces, dots in names, dates, amounts.
//! It must never guess a meaning: what can be read in two ways is not read at all.

use jiff::civil::Date;

/// Full-width letters, digits and signs of a Chinese keyboard become half-width; the wide space a plain one.
pub fn half_width(text: &str) -> String {
    text.chars().map(half).collect()
}

fn half(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => ' ',
        c => c,
    }
}

/// Characters that nobody typed on purpose: controls, joiners, marks of direction, byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || (c.is_control() && c != '\n' && c != '\t')
}

/// Without the characters that nobody sees.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c) || *c == '\r').collect()
}

/// One line: no line breaks, no invisible characters, single spaces, nothing at the ends.
pub fn line(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !is_invisible(*c) || c.is_whitespace()).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: breaks kept as `\n`, no invisible characters, no spaces at line ends, no empty lines at the ends.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    clean.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A number as people group it: half-width, without spaces, hyphens and dots in the middle. Letters become upper case.
pub fn compact(text: &str) -> String {
    let keep = |c: &char| !c.is_whitespace() && !is_invisible(*c) && !is_hyphen(*c);
    half_width(text).chars().filter(keep).map(|c| c.to_ascii_uppercase()).collect()
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A name: one line, the dot of names of other peoples always `·` (U+00B7), no space between Chinese characters.
pub fn name(text: &str) -> String {
    let text = line(&half_width(text));
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, c) in chars.iter().copied().enumerate() {
        let around = at.checked_sub(1).and_then(|before| chars.get(before)).zip(chars.get(at + 1));
        let between_chinese = around.is_some_and(|(left, right)| is_chinese(*left) && is_chinese(*right));
        match c {
            '•' | '‧' | '・' | '･' | '∙' | '⋅' | '●' => out.push('·'),
            '.' | '。' | '｡' if between_chinese => out.push('·'),
            ' ' if between_chinese => {}
            ' ' if around.is_some_and(|(left, right)| is_dot(*left) || is_dot(*right)) => {}
            c => out.push(c),
        }
    }
    out
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '・' | '･' | '∙' | '⋅' | '●')
}

/// Han characters, including the rare ones of the supplementary planes (GB 18030-2022).
pub fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// Reads `2025-10-01`, `2025/10/1`, `2025.10.1`, `2025年10月1日`, `2025 10 1` and `20251001`. The year has four digits.
///
/// # Errors
/// [`DateProblem`].
pub fn date(text: &str) -> Result<Date, DateProblem> {
    let text = half_width(text);
    let text = text.trim();
    // A date with a time at midnight or any other hour: the day counts.
    let text = text.split_once('T').map_or(text, |(day, _)| day);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if text.len() == 8 && digits(text) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        let separator =
            |c: char| is_hyphen(c) || c.is_whitespace() || matches!(c, '/' | '.' | '年' | '月' | '日' | '号');
        text.split(separator).filter(|part| !part.is_empty()).collect()
    };
    let [year, month, day] = parts.as_slice() else { return Err(DateProblem::Unreadable) };
    if !parts.iter().all(|part| digits(part)) || month.len() > 2 || day.len() > 2 {
        return Err(DateProblem::Unreadable);
    }
    if year.len() != 4 {
        return Err(DateProblem::Year);
    }
    let number = |part: &str| part.parse::<i16>().map_err(|_| DateProblem::Unreadable);
    let (month, day) = (number(month)?, number(day)?);
    if !(1..=12).contains(&month) {
        return Err(DateProblem::Month);
    }
    let (month, day) = (i8::try_from(month).unwrap_or_default(), i8::try_from(day).unwrap_or_default());
    Date::new(number(year)?, month, day).map_err(|_| DateProblem::Day)
}

/// Why something is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateProblem {
    /// Not three numbers.
    Unreadable,
    /// The year does not have four digits.
    Year,
    /// No such month.
    Month,
    /// The month has no such day.
    Day,
}

/// Reads an amount of yuan as fen: `1,234.50`, `￥1234.5`, `1234元`. At most two decimals.
///
/// # Errors
/// [`AmountProblem`].
pub fn money(text: &str) -> Result<i64, AmountProblem> {
    let text = half_width(text);
    let text = text.trim().trim_start_matches(['¥', '￥', '\u{a5}']);
    let text = text.strip_suffix("人民币").unwrap_or(text);
    let text = text.strip_suffix('元').or_else(|| text.strip_suffix("yuan")).unwrap_or(text).trim();
    if text.ends_with('万') {
        return Err(AmountProblem::TenThousands);
    }
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let (negative, whole) = whole.strip_prefix('-').map_or((false, whole), |rest| (true, rest));
    let whole = grouped(whole).ok_or(AmountProblem::Unreadable)?;
    if !cents.bytes().all(|byte| byte.is_ascii_digit()) || (text.contains('.') && cents.is_empty()) {
        return Err(AmountProblem::Unreadable);
    }
    if cents.len() > 2 {
        return Err(AmountProblem::Decimals);
    }
    let yuan = whole.parse::<i64>().map_err(|_| AmountProblem::TooLarge)?;
    let fen = format!("{cents:0<2}").parse::<i64>().map_err(|_| AmountProblem::Unreadable)?;
    let amount = yuan.checked_mul(100).and_then(|sum| sum.checked_add(fen)).ok_or(AmountProblem::TooLarge)?;
    Ok(if negative { -amount } else { amount })
}

/// Why something is no amount or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountProblem {
    /// No number.
    Unreadable,
    /// More than two decimals.
    Decimals,
    /// Written in units of ten thousand.
    TenThousands,
    /// Beyond what 64 bits hold.
    TooLarge,
}

/// Reads a whole number: `1,234`, ` 12 `, `-3`.
///
/// # Errors
/// [`AmountProblem::Unreadable`] or [`AmountProblem::TooLarge`].
pub fn integer(text: &str) -> Result<i64, AmountProblem> {
    let text = half_width(text);
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let digits = grouped(digits).ok_or(AmountProblem::Unreadable)?;
    let number = digits.parse::<i64>().map_err(|_| AmountProblem::TooLarge)?;
    Ok(if negative { -number } else { number })
}

/// Digits with the commas of thousands taken out; `None` if a comma stands anywhere else.
fn grouped(text: &str) -> Option<String> {
    let mut groups = text.split([',', '，']);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    let mut any = false;
    for group in groups {
        any = true;
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (fits && (!any || (1..=3).contains(&first.len()))).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn dates_are_read_in_the_spellings_people_use() {
        for text in [
            "2025-10-01",
            "2025/10/1",
            "2025.10.1",
            "2025年10月1日",
            "20251001",
            "２０２５－１０－０１",
            " 2025 10 01 ",
        ] {
            assert_eq!(date(text), Ok(day(2025, 10, 1)), "{text}");
        }
        assert_eq!(date("25-10-1"), Err(DateProblem::Year));
        assert_eq!(date("2025-13-01"), Err(DateProblem::Month));
        assert_eq!(date("2025-02-30"), Err(DateProblem::Day));
        assert_eq!(date("2025-10-99"), Err(DateProblem::Day));
        assert_eq!(date("2025-10-300"), Err(DateProblem::Unreadable));
        for text in ["", "明天", "2025-10", "2025-10-01-02", "10月1日"] {
            assert_eq!(date(text), Err(DateProblem::Unreadable), "{text}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        for (text, fen) in
            [("1,234.50", 123_450), ("1234.5元", 123_450), ("￥１２３４.５０", 123_450), ("0", 0), ("-3", -300)]
        {
            assert_eq!(money(text), Ok(fen), "{text}");
        }
        assert_eq!(money("1.005"), Err(AmountProblem::Decimals));
        assert_eq!(money("3万"), Err(AmountProblem::TenThousands));
        assert_eq!(money("99999999999999999999"), Err(AmountProblem::TooLarge));
        for text in ["", "-", "1,23", "1.", ".", "a", "12,34,567", "1 2"] {
            assert_eq!(money(text), Err(AmountProblem::Unreadable), "{text}");
        }
        assert_eq!(integer("1,234"), Ok(1234));
        assert_eq!(integer("12.0"), Err(AmountProblem::Unreadable));
        assert_eq!(integer("99999999999999999999"), Err(AmountProblem::TooLarge));
    }

    #[test]
    fn names_have_one_dot_and_no_inner_spaces() {
        for text in
            ["买买提·吐尔逊", "买买提•吐尔逊", "买买提.吐尔逊", "买买提・吐尔逊", " 买买提 · 吐尔逊 ", "买买提．吐尔逊"]
        {
            assert_eq!(name(text), "买买提·吐尔逊", "{text}");
        }
        assert_eq!(name("张　三"), "张三");
        assert_eq!(name("𠮷野 三"), "𠮷野三");
        assert_eq!(name("John  A. Smith"), "John A. Smith");
    }

    #[test]
    fn invisible_characters_go() {
        assert_eq!(line("a\u{200b}b\u{202e} \n c\0"), "ab c");
        assert_eq!(lines("a \r\nb\u{feff}\r\n\r\n"), "a\nb");
        assert_eq!(compact(" 6217-9900 ０００ｘ "), "62179900000X");
    }
}
