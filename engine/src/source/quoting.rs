//! Finds the value that somebody forgot to quote, and quotes it. It looks at one line and must never be trusted for
//! more than advice: what a file means is decided by the parser alone.

/// A value on a line, as the author most likely meant it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meant {
    /// The key before it.
    pub key: String,
    /// Where it starts, in characters from 0.
    pub from: usize,
    /// The value without spaces around it.
    pub value: String,
}

impl Meant {
    /// Key and value, the value in quotes; `None` where the line would be too long to be read as advice.
    pub fn quoted(&self) -> Option<String> {
        (self.value.chars().count() <= 120).then(|| format!("{}: {}", self.key, quote(&self.value)))
    }
}

/// The text in the quotes that need the least change.
pub(super) fn quote(text: &str) -> String {
    if text.contains('\'') && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The value that contains the character at `at` (from 0) of a line, behind the last `key: ` before it.
pub(super) fn value_at(line: &str, at: usize) -> Option<Meant> {
    let chars: Vec<char> = line.chars().collect();
    let colon = (1..at.min(chars.len())).rev().find(|&index| is_key_end(&chars, index))?;
    let start = (0..colon).rev().find(|&index| !key_letter(chars[index])).map_or(0, |index| index + 1);
    let key: String = chars[start..colon].iter().collect();
    let from = (colon + 1..chars.len()).find(|&index| chars[index] != ' ')?;
    let flow = depth(&chars[..start]) > 0;
    let end = if flow { flow_end(&chars, from)? } else { block_end(&chars, from) };
    let value: String = chars[from..end].iter().collect();
    let value = value.trim_end().to_owned();
    (!value.is_empty()).then_some(Meant { key, from, value })
}

/// A colon with a word directly before it and a space behind it.
fn is_key_end(chars: &[char], index: usize) -> bool {
    chars[index] == ':' && chars.get(index + 1) == Some(&' ') && key_letter(chars[index - 1])
}

fn key_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// How many brackets are open behind these characters.
pub(super) fn depth(chars: &[char]) -> i32 {
    chars.iter().fold(0, |depth, c| match c {
        '{' | '[' => depth + 1,
        '}' | ']' => depth - 1,
        _ => depth,
    })
}

/// The end of a value between brackets: a comma or closing bracket that no bracket or quote of the value holds; `None`
/// where a quote stays open, for then nobody knows.
fn flow_end(chars: &[char], from: usize) -> Option<usize> {
    let (mut open, mut quote) = (0, None);
    for (index, &c) in chars.iter().enumerate().skip(from) {
        match (quote, c) {
            (Some(mark), _) => quote = (c != mark).then_some(mark),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ']' | '}') if open > 0 => open -= 1,
            (None, ']' | '}' | ',') if open == 0 => return Some(index),
            (None, _) => {}
        }
    }
    quote.is_none().then_some(chars.len())
}

/// The end of a value that takes the rest of its line: a comment or the end.
fn block_end(chars: &[char], from: usize) -> usize {
    (from + 1..chars.len()).find(|&index| chars[index] == '#' && chars[index - 1] == ' ').unwrap_or(chars.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(line: &str, at: &str) -> Option<String> {
        let at = line.find(at).map(|byte| line[..byte].chars().count())?;
        value_at(line, at)?.quoted()
    }

    #[test]
    fn the_value_is_cut_out_whole() {
        assert_eq!(meant(r#"  a: {when: x in ["a", "b"], to: c}"#, "[").unwrap(), r#"when: 'x in ["a", "b"]'"#);
        assert_eq!(meant("a: {when: b ? c : d}", ": d").unwrap(), "when: 'b ? c : d'");
        assert_eq!(meant("title: 结婚: 登记  # 备注", ": 登").unwrap(), "title: '结婚: 登记'");
        assert_eq!(meant("when: 'a' in b", "in").unwrap(), r#"when: "'a' in b""#);
        assert_eq!(meant("{when: f(a, b), to: c}", "b)").unwrap(), "when: 'f(a, b)'");
        assert_eq!(meant("no key here", "here"), None);
    }

    #[test]
    fn quotes_inside_are_kept() {
        assert_eq!(quote("a"), "'a'");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("'a' == \"b\""), "'''a'' == \"b\"'");
    }
}
