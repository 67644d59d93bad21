//! Other numbers with a rule of their own: 残疾人证, 统一社会信用代码, bank accounts, telephones, mail addresses.
//! Each is read alone; it must never compare one field with another.

use jiff::civil::Date;

use super::id_number::{self, IdNumber, IdProblem};
use super::normalise::{compact, half_width, line};

/// 残疾人证: 18 characters of identity, a kind 1–7, a grade 1–4, and `B` with a count on cards issued again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisabilityCertificate {
    /// 20 characters, or up to 23 with the mark of a card issued again.
    pub text: String,
    /// The identity number it begins with.
    pub id: IdNumber,
    /// 1 sight, 2 hearing, 3 speech, 4 body, 5 intellect, 6 mind, 7 several.
    pub kind: u8,
    /// 1 is the heaviest.
    pub grade: u8,
    /// It carries the mark of a card issued again, which is said to exist but not written in the norm.
    pub issued_again: bool,
}

/// Why a certificate number is not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    /// Not 20 characters (after a `B` and a count): this many.
    Length(usize),
    /// The identity number in it is not sound.
    Id(IdProblem),
    /// The digit for the kind is not 1–7.
    Kind,
    /// The digit for the grade is not 1–4.
    Grade,
    /// Something else than `B` and one or two digits behind it.
    Suffix,
}

/// Reads the number of a 残疾人证.
///
/// # Errors
/// [`CertificateProblem`].
pub fn disability_certificate(text: &str, today: Date) -> Result<DisabilityCertificate, CertificateProblem> {
    let text = compact(text);
    let (number, suffix) = match text.find('B') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let length = number.chars().count();
    if length != 20 {
        return Err(CertificateProblem::Length(length));
    }
    if !number.is_ascii() {
        return Err(CertificateProblem::Id(IdProblem::Characters));
    }
    let id = id_number::read(&number[..18], today).map_err(CertificateProblem::Id)?;
    let digit = |at: usize, most: u8| match number.as_bytes()[at] {
        byte @ b'1'..=b'9' if byte - b'0' <= most => Some(byte - b'0'),
        _ => None,
    };
    let kind = digit(18, 7).ok_or(CertificateProblem::Kind)?;
    let grade = digit(19, 4).ok_or(CertificateProblem::Grade)?;
    let counted = suffix.is_empty()
        || ((2..=3).contains(&suffix.len()) && suffix.bytes().skip(1).all(|byte| byte.is_ascii_digit()));
    if !counted {
        return Err(CertificateProblem::Suffix);
    }
    let issued_again = !suffix.is_empty();
    Ok(DisabilityCertificate { id, kind, grade, issued_again, text: text.clone() })
}

/// Characters of a 统一社会信用代码; their position is their value. I, O, S, V and Z are left out.
const USCC: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why a 统一社会信用代码 is not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsccProblem {
    /// Not 18 characters: this many.
    Length(usize),
    /// A character that the code does not use.
    Characters,
    /// The check character does not fit.
    Check,
}

/// Reads a 统一社会信用代码 (GB 32100-2015): 18 characters, the last a check by MOD 31 over the weights 3ⁿ.
///
/// # Errors
/// [`UsccProblem`].
pub fn uscc(text: &str) -> Result<String, UsccProblem> {
    let text = compact(text);
    let length = text.chars().count();
    if length != 18 {
        return Err(UsccProblem::Length(length));
    }
    let values = text.bytes().map(|byte| USCC.iter().position(|known| *known == byte));
    let values: Vec<usize> = values.collect::<Option<_>>().ok_or(UsccProblem::Characters)?;
    let (sum, _) = values[..17].iter().fold((0, 1), |(sum, weight), value| (sum + value * weight, weight * 3 % 31));
    if (31 - sum % 31) % 31 == values[17] { Ok(text) } else { Err(UsccProblem::Check) }
}

/// Why an account number is not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountProblem {
    /// Not 12–21 digits: this many.
    Length(usize),
    /// Something else than digits.
    Characters,
}

/// Reads an account or card number; the second value says whether the check digit of cards (Luhn) fits. Passbooks
/// have none, so it is a hint only.
///
/// # Errors
/// [`AccountProblem`].
pub fn bank_account(text: &str) -> Result<(String, bool), AccountProblem> {
    let text = compact(text);
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AccountProblem::Characters);
    }
    if !(12..=21).contains(&text.len()) {
        return Err(AccountProblem::Length(text.len()));
    }
    let doubled = |(at, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0');
        if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    let sum: u32 = text.bytes().rev().enumerate().map(doubled).sum();
    Ok((text, sum.is_multiple_of(10)))
}

/// What kind of telephone it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phone {
    /// Can take short messages.
    Mobile,
    /// Cannot.
    Landline,
}

/// Reads a telephone number of the mainland: 11 digits from 1[3-9], or a landline with its area code. `+86` may stand
/// before it. `None` if it is neither.
pub fn phone(text: &str) -> Option<(String, Phone)> {
    let text: String = compact(text).chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let text = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bytes = text.as_bytes();
    match (bytes.first()?, text.len()) {
        (b'1', 11) if (b'3'..=b'9').contains(bytes.get(1)?) => Some((text.to_owned(), Phone::Mobile)),
        (b'0', 10..=12) if *bytes.get(1)? != b'0' => Some((text.to_owned(), Phone::Landline)),
        _ => None,
    }
}

/// Reads a mail address; `None` if no mail could be sent to it. Only what every mail server agrees on is checked.
pub fn email(text: &str) -> Option<String> {
    let text = line(&half_width(text)).replace(' ', "");
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c);
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let dotted = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let sound = (1..=64).contains(&local.len()) && local.chars().all(plain) && dotted(local);
    let sound = sound && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label);
    sound.then(|| format!("{local}@{}", domain.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 3, 30);

    #[test]
    fn certificates_hold_identity_kind_and_grade() {
        let read = disability_certificate("32049919550101123643", TODAY).unwrap();
        assert_eq!((read.kind, read.grade, read.issued_again), (4, 3, false));
        assert_eq!(read.id.text, "320499195501011236");
        let again = disability_certificate("32049919550101123643b1", TODAY).unwrap();
        assert_eq!((again.text.as_str(), again.issued_again), ("32049919550101123643B1", true));
        for (text, problem) in [
            ("32049919550101123683", CertificateProblem::Kind),
            ("32049919550101123645", CertificateProblem::Grade),
            ("32049919550101123743", CertificateProblem::Id(IdProblem::Check)),
            ("320499195501011236", CertificateProblem::Length(18)),
            ("32049919550101123643B", CertificateProblem::Suffix),
            ("32049919550101123643B123", CertificateProblem::Suffix),
        ] {
            assert_eq!(disability_certificate(text, TODAY), Err(problem), "{text}");
        }
    }

    #[test]
    fn codes_of_organisations_have_a_check_character() {
        assert_eq!(uscc(" 52320404mj00000016"), Ok("52320404MJ00000016".to_owned()));
        assert_eq!(uscc("52320404MJ00000017"), Err(UsccProblem::Check));
        assert_eq!(uscc("52320404MI00000016"), Err(UsccProblem::Characters));
        assert_eq!(uscc("52320404"), Err(UsccProblem::Length(8)));
    }

    #[test]
    fn accounts_are_digits_and_the_check_of_cards_is_a_hint() {
        assert_eq!(bank_account("6217 9900 0000 0000 006"), Ok(("6217990000000000006".to_owned(), true)));
        assert_eq!(bank_account("621799000000000000７").map(|(_, fits)| fits), Ok(false));
        assert_eq!(bank_account("12345678901"), Err(AccountProblem::Length(11)));
        assert_eq!(bank_account("6217a90000000000006"), Err(AccountProblem::Characters));
    }

    #[test]
    fn telephones_and_mail_addresses() {
        assert_eq!(phone("+86 138-0000-0000"), Some(("13800000000".to_owned(), Phone::Mobile)));
        assert_eq!(phone("（0519）8888 8888"), Some(("051988888888".to_owned(), Phone::Landline)));
        assert_eq!([phone("12800000000"), phone("1380000000"), phone(""), phone("一三八")], [None, None, None, None]);
        assert_eq!(email(" Li.Na＠Example.COM "), Some("Li.Na@example.com".to_owned()));
        for text in ["", "a", "a@", "@b.cn", "a@b", "a@b..cn", "a b", "a\"@b.cn", "李@例.cn", "a@-b.cn", ".a@b.cn"] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_them_panic(text in "\\PC{0,24}") {
            let _ = (disability_certificate(&text, TODAY), uscc(&text), bank_account(&text), phone(&text), email(&text));
        }

        #[test]
        fn what_was_read_is_read_the_same_again(text in "[0-9A-HJ-NPQRTUWXY]{17}") {
            let sound = USCC.iter().find_map(|last| uscc(&format!("{text}{}", char::from(*last))).ok());
            let sound = sound.expect("one of the characters is the check");
            prop_assert_eq!(uscc(&sound), Ok(sound.clone()));
        }
    }
}
