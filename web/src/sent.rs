//! A form that was sent: its pairs in the order of the page. Names that begin with `_` are the page's own; everything
//! else belongs to the form. It must never drop or join pairs: ticks and rows depend on every one.

use std::collections::BTreeSet;

use onething_engine::form::FieldProblem;

/// Names and texts in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// What was typed, and ids of files that were sent with it and are kept.
    pub pairs: Vec<(String, String)>,
    /// Files that were sent and could not be kept, under the names of the page, and why.
    pub refused: Vec<FieldProblem>,
}

/// Pairs a form may have at most.
pub const PAIRS_MAX: usize = 5000;
/// What stands before the names of the form that an outcome asks besides the task's own.
pub const ASK: &str = "_ask.";

impl Sent {
    /// Pairs without any file.
    pub fn of(pairs: Vec<(String, String)>) -> Sent {
        Sent { pairs, refused: Vec::new() }
    }

    /// Files for the main form that could not be kept.
    pub fn refused_answers(&self) -> Vec<FieldProblem> {
        self.refused.iter().filter(|problem| !problem.path.starts_with('_')).cloned().collect()
    }

    /// Files for the form that an outcome asks that could not be kept, under the names of that form.
    pub fn refused_ask(&self) -> Vec<FieldProblem> {
        let of_ask = |problem: &FieldProblem| {
            Some(FieldProblem { path: problem.path.strip_prefix(ASK)?.to_owned(), ..problem.clone() })
        };
        self.refused.iter().filter_map(of_ask).collect()
    }

    /// Reads `application/x-www-form-urlencoded`. `None` for bytes that are no such text, or for too many pairs.
    pub fn parse(bytes: &[u8]) -> Option<Sent> {
        let text = std::str::from_utf8(bytes).ok()?;
        let pairs: Option<Vec<(String, String)>> = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((decode(name)?, decode(value)?))
            })
            .collect();
        pairs.filter(|pairs| pairs.len() <= PAIRS_MAX).map(Sent::of)
    }

    /// Every value under a name, in the order of the page.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The last text under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// What belongs to the main form.
    pub fn answers(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(name, _)| !name.starts_with('_')).cloned().collect()
    }

    /// What belongs to the form that an outcome asks, under the names of that form.
    pub fn ask(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter_map(|(name, text)| Some((name.strip_prefix(ASK)?.to_owned(), text.clone()))).collect()
    }

    /// Everything typed, main form and asked form, for a draft.
    pub fn typed(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(name, _)| !name.starts_with('_') || name.starts_with(ASK)).cloned().collect()
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (rest.next()?, rest.next()?);
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()?
            }
            other => other,
        });
    }
    // A text with U+0000 cannot be stored; nobody types one.
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Adds an empty row to a repeating group: its number is one that was never used on this page.
pub fn add_row(pairs: &mut Vec<(String, String)>, group: &str) {
    let next = next_row(pairs, group);
    pairs.push((format!("{group}.{next}._"), String::new()));
    pairs.retain(|(name, _)| *name != format!("{group}.next"));
    pairs.push((format!("{group}.next"), (next + 1).to_string()));
}

/// Takes a row (`heirs.2`) out.
pub fn remove_row(pairs: &mut Vec<(String, String)>, row: &str) {
    if let Some((group, _)) = row.rsplit_once('.') {
        let next = next_row(pairs, group);
        pairs.retain(|(name, _)| *name != format!("{group}.next"));
        pairs.push((format!("{group}.next"), next.to_string()));
    }
    let below = format!("{row}.");
    pairs.retain(|(name, _)| !name.starts_with(&below));
}

/// Numbers of the rows of a group in their order.
pub fn rows(pairs: &[(String, String)], group: &str) -> Vec<u32> {
    let below = format!("{group}.");
    let numbers = pairs.iter().filter_map(|(name, _)| name.strip_prefix(&below)?.split('.').next()?.parse().ok());
    numbers.collect::<BTreeSet<u32>>().into_iter().collect()
}

/// The first number never used for a row of a group.
pub fn next_row(pairs: &[(String, String)], group: &str) -> u32 {
    let name = format!("{group}.next");
    let said = pairs.iter().rev().find(|(known, _)| *known == name).and_then(|(_, text)| text.parse().ok());
    let after = rows(pairs, group).last().map_or(1, |last| last.saturating_add(1));
    said.unwrap_or(1).max(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_and_repeats() {
        let sent = Sent::parse("items=a&items=b&_do=add%3Aheirs&name=%E7%8E%8B+%E8%8A%B3".as_bytes()).unwrap();
        let answers: Vec<(&str, &str)> = sent.pairs.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        assert_eq!(answers, [("items", "a"), ("items", "b"), ("_do", "add:heirs"), ("name", "王 芳")]);
        assert_eq!(sent.answers().len(), 3);
    }

    #[test]
    fn broken_escapes_and_zero_bytes_are_refused() {
        for text in ["a=%4", "a=%zz", "a=%00", "a=%ff"] {
            assert_eq!(Sent::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn rows_are_added_and_removed_without_reusing_a_number() {
        let mut pairs = vec![("heirs.1.name".to_owned(), "甲".to_owned())];
        add_row(&mut pairs, "heirs");
        assert_eq!(rows(&pairs, "heirs"), [1, 2]);
        remove_row(&mut pairs, "heirs.2");
        assert_eq!(rows(&pairs, "heirs"), [1]);
        add_row(&mut pairs, "heirs");
        assert_eq!(rows(&pairs, "heirs"), [1, 3]);
    }
}
