//! What a case stores of a clock: when it started, its pauses as intervals, its extensions. Never a remaining number:
//! whatever remains is counted again from here. Pauses never overlap and only the last may be open (kept by [`Pauses`]).

use serde::{Deserialize, Serialize};

use super::limit::{Limit, Span};
use crate::text::Text;
use crate::value::Instant;

/// Where the last day of calendar days or months goes when it is a rest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// From any rest day, weekends included, to the next working day (Civil Code 203 as commonly applied).
    RestDay,
    /// Only from a public holiday to the day after it (Civil Code 203 to the letter); ordinary weekends do not matter.
    Holiday,
    /// It stays.
    None,
}

impl Roll {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Roll::RestDay => "rest_day",
            Roll::Holiday => "holiday",
            Roll::None => "none",
        }
    }

    /// From its word in files.
    pub fn parse(word: &str) -> Option<Roll> {
        [Roll::RestDay, Roll::Holiday, Roll::None].into_iter().find(|roll| roll.word() == word)
    }
}

/// The rule of a clock, as its definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRule {
    /// How much is allowed.
    pub limit: Limit,
    /// What happens to a last day that is a rest day; only calendar days and months roll.
    pub roll: Roll,
}

/// A typed interval in which a clock stands still: `from` is inside, `to` is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Why it stands still (`public_notice`, `appraisal`, …); the name of a hold in the definition.
    pub kind: String,
    /// When it stopped. Clocks that count days do not count this day any more.
    pub from: Instant,
    /// When it went on; `None` while it stands still. Clocks that count days count this day again.
    pub to: Option<Instant>,
}

/// The pauses of a clock in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Pause>", into = "Vec<Pause>")]
pub struct Pauses(Vec<Pause>);

/// Why pauses do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PauseProblem {
    /// A pause ends before it begins.
    #[error("a pause ends before it begins ({from} … {to})")]
    Negative {
        /// Its beginning.
        from: Instant,
        /// Its end.
        to: Instant,
    },
    /// A pause begins before the one before it has ended.
    #[error("pauses overlap: one begins at {from} before another has ended")]
    Overlap {
        /// The beginning of the later one.
        from: Instant,
    },
}

impl PauseProblem {
    /// For people.
    pub fn message(&self) -> Text {
        let zh = match self {
            PauseProblem::Negative { from, to } => format!("中止的结束早于开始（{from} … {to}）"),
            PauseProblem::Overlap { from } => format!("中止区间重叠：自 {from} 起的中止开始时，另一段尚未结束"),
        };
        Text::new(zh, self.to_string())
    }
}

impl Pauses {
    /// Pauses in any order.
    ///
    /// # Errors
    /// When one ends before it begins, two overlap, or anything follows one that is still open.
    pub fn new(mut list: Vec<Pause>) -> Result<Pauses, PauseProblem> {
        list.sort_by_key(|pause| (pause.from, pause.to.unwrap_or(Instant(i64::MAX))));
        let mut free_from = Some(Instant(i64::MIN));
        for pause in &list {
            if let Some(to) = pause.to.filter(|to| *to < pause.from) {
                return Err(PauseProblem::Negative { from: pause.from, to });
            }
            if free_from.is_none_or(|free| pause.from < free) {
                return Err(PauseProblem::Overlap { from: pause.from });
            }
            free_from = pause.to;
        }
        Ok(Pauses(list))
    }

    /// The intervals in order of time.
    pub fn list(&self) -> &[Pause] {
        &self.0
    }

    /// The pause that is open now.
    pub fn open(&self) -> Option<&Pause> {
        self.0.last().filter(|pause| pause.to.is_none())
    }

    /// From `at` on the clock stands still for `kind`, or runs for `None`. Ends another kind that was open; saying the
    /// same again changes nothing. Returns whether anything changed.
    ///
    /// # Errors
    /// When `at` lies before the last change: the history would be rewritten.
    pub fn set(&mut self, kind: Option<&str>, at: Instant) -> Result<bool, PauseProblem> {
        if self.open().map(|pause| pause.kind.as_str()) == kind {
            return Ok(false);
        }
        match self.0.last_mut() {
            Some(last) if last.to.is_none() => {
                if at < last.from {
                    return Err(PauseProblem::Negative { from: last.from, to: at });
                }
                last.to = Some(at);
            }
            Some(last) if last.to.is_some_and(|to| at < to) => return Err(PauseProblem::Overlap { from: at }),
            Some(_) | None => {}
        }
        if let Some(kind) = kind {
            self.0.push(Pause { kind: kind.to_owned(), from: at, to: None });
        }
        Ok(true)
    }
}

impl TryFrom<Vec<Pause>> for Pauses {
    type Error = PauseProblem;

    fn try_from(list: Vec<Pause>) -> Result<Pauses, PauseProblem> {
        Pauses::new(list)
    }
}

impl From<Pauses> for Vec<Pause> {
    fn from(pauses: Pauses) -> Vec<Pause> {
        pauses.0
    }
}

/// More time that was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How much. In the unit of what stands before, it adds to that; in another unit it runs after it.
    pub by: Span,
    /// When it was granted.
    pub at: Instant,
}

/// A clock that runs: what a case row stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRun {
    /// When it started; its civil date is day 0.
    pub started_at: Instant,
    /// The intervals that do not count.
    #[serde(default)]
    pub pauses: Pauses,
    /// The extensions in the order in which they were granted.
    #[serde(default)]
    pub extensions: Vec<Extension>,
}

impl ClockRun {
    /// A clock that starts, without pauses and extensions.
    pub fn new(started_at: Instant) -> ClockRun {
        ClockRun { started_at, pauses: Pauses::default(), extensions: Vec::new() }
    }

    /// Says from `at` on why the clock stands still, or that it runs; see [`Pauses::set`].
    ///
    /// # Errors
    /// When `at` lies before the last change.
    pub fn pause_is(&mut self, kind: Option<&str>, at: Instant) -> Result<bool, PauseProblem> {
        self.pauses.set(kind, at)
    }

    /// Grants more time.
    pub fn extend(&mut self, by: Span, at: Instant) {
        self.extensions.push(Extension { by, at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(kind: &str, from: i64, to: Option<i64>) -> Pause {
        Pause { kind: kind.into(), from: Instant(from), to: to.map(Instant) }
    }

    #[test]
    fn pauses_never_overlap_and_only_the_last_is_open() {
        let sorted = Pauses::new(vec![pause("b", 5, None), pause("a", 1, Some(5))]).unwrap();
        assert_eq!(sorted.list()[0].kind, "a");
        assert_eq!(sorted.open().map(|open| open.kind.as_str()), Some("b"));
        for wrong in [
            vec![pause("a", 1, Some(5)), pause("b", 4, Some(6))],
            vec![pause("a", 1, None), pause("b", 4, Some(6))],
            vec![pause("a", 1, None), pause("b", 1, None)],
            vec![pause("a", 5, Some(4))],
        ] {
            assert!(Pauses::new(wrong.clone()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_kind_of_standstill_is_set_and_set_again() {
        let mut run = ClockRun::new(Instant(0));
        assert_eq!(run.pause_is(None, Instant(1)), Ok(false));
        assert_eq!(run.pause_is(Some("appraisal"), Instant(2)), Ok(true));
        assert_eq!(run.pause_is(Some("appraisal"), Instant(3)), Ok(false));
        assert_eq!(run.pause_is(Some("dispute"), Instant(4)), Ok(true));
        assert_eq!(run.pause_is(Some("appraisal"), Instant(6)), Ok(true));
        assert_eq!(run.pause_is(None, Instant(9)), Ok(true));
        assert_eq!(run.pause_is(None, Instant(9)), Ok(false));
        assert_eq!(run.pause_is(Some("dispute"), Instant(8)), Err(PauseProblem::Overlap { from: Instant(8) }));
        let expected = [pause("appraisal", 2, Some(4)), pause("dispute", 4, Some(6)), pause("appraisal", 6, Some(9))];
        assert_eq!(run.pauses.list(), expected);
    }

    #[test]
    fn a_stored_run_with_overlapping_pauses_is_refused() {
        let text = r#"{"started_at":0,"pauses":[{"kind":"a","from":1,"to":5},{"kind":"b","from":4,"to":null}]}"#;
        assert!(serde_json::from_str::<ClockRun>(text).is_err());
        let text = r#"{"started_at":0,"extensions":[{"by":"10 workdays","at":7}]}"#;
        let run: ClockRun = serde_json::from_str(text).unwrap();
        assert_eq!(run.extensions[0].by.amount(), 10);
        let again: ClockRun = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
        assert_eq!(again, run);
    }
}
