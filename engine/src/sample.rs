//! Draws a random sample that anybody can draw again: from a list of case numbers and a seed, and from nothing else. It
//! must never look at what the numbers stand for.
//!
//! The rule, so that an auditor needs no program of ours: every number gets the HMAC-SHA-256 of its text under the text
//! of the seed as key. Numbers are sorted by that (equal ones by themselves), and the first `k` are drawn. `k` is
//! `percent × n / 100`, rounded up, at least `least`, and never more than `n`. By hand, for one number:
//! `printf %s NUMBER | openssl dgst -sha256 -hmac SEED`.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much of a list is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    /// Per cent of the list, rounded up; 0 to 100.
    pub percent: u32,
    /// But at least so many.
    pub least: u32,
}

impl Share {
    /// How many are drawn of a list of `n`.
    pub fn of(self, n: usize) -> usize {
        let share = (n as u128 * u128::from(self.percent)).div_ceil(100);
        usize::try_from(share).unwrap_or(n).max(self.least as usize).min(n)
    }
}

/// Which numbers of a list are drawn, as their places in it, ascending.
pub fn draw(seed: &str, numbers: &[&str], share: Share) -> Vec<usize> {
    let mut places: Vec<(Vec<u8>, &str, usize)> =
        numbers.iter().enumerate().map(|(place, number)| (mark(seed, number), *number, place)).collect();
    places.sort();
    let mut drawn: Vec<usize> = places.into_iter().take(share.of(numbers.len())).map(|(_, _, place)| place).collect();
    drawn.sort_unstable();
    drawn
}

/// What a number is sorted by.
fn mark(seed: &str, number: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(seed.as_bytes());
    mac.map(|mac| mac.chain_update(number.as_bytes()).finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// SHA-256 of a list of numbers, each followed by a line feed, hexadecimal: what `sha256sum` says of the file.
pub fn checksum<'n>(numbers: impl IntoIterator<Item = &'n str>) -> String {
    let mut hasher = Sha256::new();
    for number in numbers {
        hasher.update(number.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [&str; 10] = [
        "20240510-000001",
        "20240510-000002",
        "20240510-000003",
        "20240510-000004",
        "20240510-000005",
        "20240510-000006",
        "20240510-000007",
        "20240510-000008",
        "20240510-000009",
        "20240510-000010",
    ];

    fn share(percent: u32, least: u32) -> Share {
        Share { percent, least }
    }

    #[test]
    fn a_share_is_rounded_up_and_kept_within_the_list() {
        let of = |percent, least, n| share(percent, least).of(n);
        assert_eq!(
            [of(10, 1, 0), of(10, 1, 1), of(10, 0, 10), of(10, 0, 11), of(10, 5, 20), of(10, 5, 3)],
            [0, 1, 1, 2, 5, 3]
        );
        assert_eq!([of(0, 0, 9), of(100, 0, 9), of(250, 0, 9)], [0, 9, 9]);
    }

    const GOLDEN_30: [usize; 3] = [0, 7, 8];
    const GOLDEN_10: [usize; 1] = [0];
    const GOLDEN_LIST: &str = "ad10d3a39e5fd550e7451419a3da5acae4fd71022e759facd262cbe74b4e2e6b";

    /// The values were computed with `openssl dgst -sha256 -hmac` and `sha256sum`, not with this program.
    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        assert_eq!(draw("5eed", &NUMBERS, share(30, 1)), GOLDEN_30);
        assert_eq!(draw("5eed", &NUMBERS, share(10, 1)), GOLDEN_10);
        assert_eq!(checksum(NUMBERS), GOLDEN_LIST);
        assert_ne!(draw("another", &NUMBERS, share(30, 1)), GOLDEN_30);
    }

    #[test]
    fn a_larger_sample_holds_the_smaller_one_and_the_order_of_the_list_does_not_matter() {
        let small = draw("x", &NUMBERS, share(20, 0));
        let large = draw("x", &NUMBERS, share(60, 0));
        assert!(small.iter().all(|place| large.contains(place)));
        let mut turned = NUMBERS;
        turned.reverse();
        let again: Vec<&str> = draw("x", &turned, share(20, 0)).into_iter().rev().map(|place| turned[place]).collect();
        assert_eq!(again, small.iter().map(|place| NUMBERS[*place]).collect::<Vec<_>>());
    }

    /// Nobody is drawn more often than anybody else: of 100 numbers, over 2,000 seeds, each is drawn 200 times or so.
    #[test]
    fn nobody_is_favoured() {
        let numbers: Vec<String> = (0..100).map(|n| format!("20240510-{n:06}")).collect();
        let list: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut drawn = [0_u32; 100];
        for seed in 0..2000 {
            draw(&format!("seed {seed}"), &list, share(10, 1)).into_iter().for_each(|place| drawn[place] += 1);
        }
        assert_eq!(drawn.iter().sum::<u32>(), 20_000);
        // Five standard deviations around 200.
        assert!(drawn.iter().all(|count| (133..=267).contains(count)), "{drawn:?}");
    }
}
