//! 公民身份号码, GB 11643-1999: 6 digits of the place of first registration, 8 of the birth date, 3 of a sequence (odd:
//! male), 1 check character (ISO 7064 MOD 11-2). Numbers of residents from Hong Kong, Macao and Taiwan have the same
//! form. It must never refuse a place: codes that were merged away stay valid for life.

use jiff::civil::Date;

use super::normalise::compact;

/// Weights of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the remainder of the weighted sum divided by 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// The first two digits of places that ever were: GB/T 2260.
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

/// Do these digits begin with a province?
pub(super) fn is_province(code: &str) -> bool {
    code.get(..2).is_some_and(|province| PROVINCES.contains(&province))
}

/// A number that is sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdNumber {
    /// 18 characters, upper-case X.
    pub text: String,
    /// Date of birth, as the number says.
    pub birth: Date,
    /// Sex, as the number says.
    pub sex: Sex,
    /// It was given in the old form of 15 digits.
    pub upgraded: bool,
    /// The first two digits belong to no province.
    pub unknown_place: bool,
}

/// Sex, as an identity number encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// The sequence is odd.
    Male,
    /// The sequence is even.
    Female,
}

impl Sex {
    /// The word of answers and guards.
    pub fn word(self) -> &'static str {
        match self {
            Sex::Male => "male",
            Sex::Female => "female",
        }
    }
}

/// Why a number is not sound. Holds counts, never digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdProblem {
    /// Neither 18 nor 15 characters; this many.
    Length(usize),
    /// Something else than digits (an X may stand at the end).
    Characters,
    /// Digits 7–14 are no date.
    BirthDate,
    /// Born after today.
    Future,
    /// An old number whose sequence 996–999 was given to people born before 1900: its century is not known.
    Century,
    /// The check character does not fit: a digit is wrong or two were swapped.
    Check,
}

/// Reads a number; full-width digits, spaces, hyphens and a small x are tolerated, and 15 digits are completed to 18.
///
/// # Errors
/// [`IdProblem`].
pub fn read(text: &str, today: Date) -> Result<IdNumber, IdProblem> {
    let text = compact(text);
    let length = text.chars().count();
    let upgraded = length == 15;
    if length != 18 && !upgraded {
        return Err(IdProblem::Length(length));
    }
    let (body, last) = text.split_at(text.char_indices().nth(length - 1).map_or(0, |(at, _)| at));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(body) || text.starts_with('0') || !(digits(last) || (last == "X" && !upgraded)) {
        return Err(IdProblem::Characters);
    }
    let text = if upgraded { upgrade(&text)? } else { text };
    let birth = birth_date(&text).ok_or(IdProblem::BirthDate)?;
    if birth > today {
        return Err(IdProblem::Future);
    }
    if check_character(&text) != text.chars().last() {
        return Err(IdProblem::Check);
    }
    let sex = if text.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female };
    let unknown_place = !PROVINCES.contains(&&text[..2]);
    Ok(IdNumber { text, birth, sex, upgraded, unknown_place })
}

/// 18 characters from 15 digits: the century 19 and the check character are added.
fn upgrade(text: &str) -> Result<String, IdProblem> {
    if ["996", "997", "998", "999"].contains(&&text[12..]) {
        return Err(IdProblem::Century);
    }
    let mut long = format!("{}19{}", &text[..6], &text[6..]);
    long.extend(check_character(&long));
    Ok(long)
}

fn birth_date(text: &str) -> Option<Date> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(part(10, 12)?).ok()?, i8::try_from(part(12, 14)?).ok()?);
    Date::new(part(6, 10)?, month, day).ok().filter(|date| date.year() >= 1800)
}

/// The check character for the first 17 digits; `None` if there are fewer or other characters.
pub fn check_character(text: &str) -> Option<char> {
    let digits = text.bytes().take(17).map(|byte| byte.is_ascii_digit().then(|| u32::from(byte - b'0')));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (digits.len() == 17).then(|| char::from(CHECKS[(sum % 11) as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 3, 30);

    #[test]
    fn published_numbers_are_sound() {
        // The example of the standard, and synthetic numbers of places that do not exist.
        for text in [
            "11010519491231002X",
            "440524188001010014",
            "320499195501011236",
            "320499198802290025",
            "320499201503100046",
            "999999198001010011",
        ] {
            let read = read(text, TODAY).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
            assert_eq!(read.text, text);
            assert_eq!(read.unknown_place, text.starts_with("99"));
        }
        let standard = read("11010519491231002X", TODAY).unwrap();
        assert_eq!((standard.birth, standard.sex), (date(1949, 12, 31), Sex::Female));
        assert_eq!(read("440524188001010014", TODAY).unwrap().sex, Sex::Male);
    }

    #[test]
    fn spellings_are_tolerated() {
        for text in [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２ｘ",
            "110105-19491231-002X",
        ] {
            assert_eq!(read(text, TODAY).map(|id| id.text), Ok("11010519491231002X".to_owned()), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_apart() {
        for (text, problem) in [
            ("110105194912310021", IdProblem::Check),
            ("110105194912310020", IdProblem::Check),
            ("", IdProblem::Length(0)),
            ("1101051949123100", IdProblem::Length(16)),
            ("110105194913310029", IdProblem::BirthDate),
            ("320499199002300015", IdProblem::BirthDate), // its check digit is right
            ("1101051949123100X2", IdProblem::Characters),
            ("010105194912310021", IdProblem::Characters),
            ("身份证号码身份证号码身份证号码身份证", IdProblem::Characters),
            ("11010520991231002X", IdProblem::Future),
        ] {
            assert_eq!(read(text, TODAY).map(|id| id.text), Err(problem), "{text}");
        }
    }

    #[test]
    fn old_numbers_are_completed() {
        let id = read("110105491231002", TODAY).unwrap();
        assert_eq!((id.text.as_str(), id.upgraded), ("11010519491231002X", true));
        assert_eq!(read("110105000101997", TODAY).map(|id| id.text), Err(IdProblem::Century));
        assert_eq!(read("110105491331002", TODAY).map(|id| id.text), Err(IdProblem::BirthDate));
    }

    proptest! {
        #[test]
        fn generated_numbers_are_sound_and_no_single_digit_may_change(
            place in 110000u32..659999, year in 1900i16..2026, month in 1i8..=12, day in 1i8..=28, sequence in 0u16..1000,
            at in 0usize..17, add in 1u8..10,
        ) {
            let body = format!("{place}{year:04}{month:02}{day:02}{sequence:03}");
            let text = format!("{body}{}", check_character(&body).unwrap());
            let id = read(&text, TODAY).unwrap();
            prop_assert_eq!(id.birth, date(year, month, day));
            prop_assert_eq!(id.sex == Sex::Male, sequence % 2 == 1);
            let mut wrong = text.into_bytes();
            wrong[at] = (wrong[at] - b'0' + add) % 10 + b'0';
            prop_assert!(read(std::str::from_utf8(&wrong).unwrap(), TODAY).is_err());
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,20}") {
            let _ = read(&text, TODAY);
        }
    }
}
