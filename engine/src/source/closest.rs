//! "Did you mean": the candidate with the smallest edit distance. It must never look at more characters than
//! [`LONGEST`], so that a hostile word cannot make it slow.

/// Words longer than this many characters get no suggestion.
const LONGEST: usize = 64;

/// The candidate that was probably meant by `word`, or `None` where nothing is near enough: at most one edit for each
/// three characters. Letter case, `-` and `_` do not count. The first of several equally near candidates wins.
pub fn closest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(word)?;
    let limit = wanted.len().max(3) / 3;
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let Some(folded) = fold(candidate) else { continue };
        if candidate == word || folded.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let distance = distance(&wanted, &folded);
        // A word with every character exchanged is another word, however short.
        let near = distance <= limit && distance < wanted.len().max(folded.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Lower case with one kind of dash; `None` for words that are empty or too long.
fn fold(word: &str) -> Option<Vec<char>> {
    let folded: Vec<char> = word.chars().take(LONGEST + 1).map(|c| if c == '-' { '_' } else { lower(c) }).collect();
    (!folded.is_empty() && folded.len() <= LONGEST).then_some(folded)
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Optimal string alignment: insertions, deletions, exchanges and swaps of neighbours.
fn distance(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let mut before = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (i, &a) in left.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, &b) in right.iter().enumerate() {
            let exchange = above[j] + usize::from(a != b);
            let mut least = exchange.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == right[j - 1] && left[i - 1] == b {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let keys = ["initial", "states", "title", "outcomes", "on_done"];
        let find = |word: &str| closest(word, keys.iter().copied());
        assert_eq!(find("stetes"), Some("states"));
        assert_eq!(find("outcome"), Some("outcomes"));
        assert_eq!(find("titel"), Some("title"));
        assert_eq!(find("on-done"), Some("on_done"));
        assert_eq!(find("States"), Some("states"));
        assert_eq!(find("zzz"), None);
        assert_eq!(find(""), None);
        assert_eq!(closest("婚因", ["婚姻", "死亡"].into_iter()), Some("婚姻"));
        assert_eq!(closest("a", ["b"].into_iter()), None);
    }

    #[test]
    fn a_swap_counts_once_and_long_words_are_left_alone() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("form"), &chars("from")), 1);
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&chars(""), &chars("abc")), 3);
        let long = "x".repeat(65);
        assert_eq!(closest(&long, [long.as_str(), "xxxx"].into_iter()), None);
    }
}
