//! Advice about numbers with rules of their own: identity, certificates, telephones, accounts, codes of organisations.
//! As everywhere in reading, a message must never hold what was typed.

use jiff::civil::Date;

use super::{Advice, Sound, advice};
use crate::form::id_number::{self, IdProblem};
use crate::form::number::{self, AccountProblem, CertificateProblem, Phone, UsccProblem};
use crate::text::Text;
use crate::value::Value;

/// What to say about an identity number that is not sound.
fn id_advice(title: &Text, problem: IdProblem) -> Advice {
    match problem {
        IdProblem::Length(count) => advice(
            "id_number.length",
            title,
            &format!("应为 18 位，现在有 {count} 位，请对照身份证补全"),
            &format!("should have 18 characters and has {count}; complete it from the identity card"),
        ),
        IdProblem::Characters => advice(
            "id_number.characters",
            title,
            "应为 18 位数字，首位不为 0，只有末位可以是 X",
            "should be 18 digits, not beginning with 0; only the last may be X",
        ),
        IdProblem::BirthDate => advice(
            "id_number.birth_date",
            title,
            "的第 7 至 14 位应是出生日期，现在不是一个日期，请核对",
            "should have a date of birth in places 7 to 14, but no such date exists; check it",
        ),
        IdProblem::Future => advice(
            "id_number.future",
            title,
            "的第 7 至 14 位是出生日期，晚于今天，请核对",
            "has a date of birth after today in places 7 to 14; check it",
        ),
        IdProblem::Century => advice(
            "id_number.century",
            title,
            "是 1900 年以前出生者的 15 位旧号，无法换算，请填写 18 位号码",
            "is an old number of 15 digits for people born before 1900 and cannot be completed; give the 18 characters",
        ),
        IdProblem::Check => advice(
            "id_number.check_digit",
            title,
            "的末位与前 17 位不符，可能有一位写错或两位颠倒，请逐位核对",
            "has a last character that does not fit the first 17: one may be wrong or two swapped; check each",
        ),
    }
}

pub(super) fn id(title: &Text, text: &str, today: Date) -> Result<Sound, Advice> {
    let id = id_number::read(text, today).map_err(|problem| id_advice(title, problem))?;
    let warning = if id.upgraded {
        Some(advice(
            "id_number.upgraded",
            title,
            "原为 15 位，已按国家标准换算为 18 位，请核对",
            "had 15 digits and was completed to 18 by the national standard; check it",
        ))
    } else {
        id.unknown_place.then(|| {
            advice(
                "id_number.place",
                title,
                "的前两位不是已知的省级代码，请核对；确实无误可以继续",
                "begins with two digits of no known province; check it, and go on if it is right",
            )
        })
    };
    Ok(Sound { value: Value::Text(id.text), warning })
}

pub(super) fn certificate(title: &Text, text: &str, today: Date) -> Result<Sound, Advice> {
    let read = number::disability_certificate(text, today).map_err(|problem| match problem {
        CertificateProblem::Length(count) => advice(
            "certificate.length",
            title,
            &format!("应为 20 位，现在有 {count} 位，请对照残疾人证补全"),
            &format!("should have 20 characters and has {count}; complete it from the certificate"),
        ),
        CertificateProblem::Id(problem) => id_advice(title, problem),
        CertificateProblem::Kind => advice(
            "certificate.kind",
            title,
            "的第 19 位是残疾类别，应为 1 至 7",
            "needs a kind from 1 to 7 in place 19",
        ),
        CertificateProblem::Grade => advice(
            "certificate.grade",
            title,
            "的第 20 位是残疾等级，应为 1 至 4",
            "needs a grade from 1 to 4 in place 20",
        ),
        CertificateProblem::Suffix => advice(
            "certificate.suffix",
            title,
            "在 20 位之后只可以有 B 和一至两位次数",
            "may only have B and a count of one or two digits behind its 20 characters",
        ),
    })?;
    let warning = read.issued_again.then(|| {
        advice(
            "certificate.issued_again",
            title,
            "带有补发标记，请核对原件",
            "carries the mark of a card issued again; check the original",
        )
    });
    let entries = [
        ("number", Value::Text(read.text)),
        ("id_number", Value::Text(read.id.text)),
        ("kind", Value::Int(read.kind.into())),
        ("grade", Value::Int(read.grade.into())),
    ];
    let value = Value::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    Ok(Sound { value, warning })
}

pub(super) fn phone(title: &Text, text: &str) -> Result<Sound, Advice> {
    let Some((text, kind)) = number::phone(text) else {
        return Err(advice(
            "phone",
            title,
            "应为 11 位手机号，或带区号的固定电话，请核对",
            "should be a mobile number of 11 digits, or a landline with its area code; check it",
        ));
    };
    let warning = (kind == Phone::Landline).then(|| {
        advice("phone.landline", title, "是固定电话，收不到短信", "is a landline and cannot take short messages")
    });
    Ok(Sound { value: Value::Text(text), warning })
}

pub(super) fn account(title: &Text, text: &str) -> Result<Sound, Advice> {
    let (text, fits) = number::bank_account(text).map_err(|problem| match problem {
        AccountProblem::Length(count) => advice(
            "bank_account.length",
            title,
            &format!("应为 12 至 21 位数字，现在有 {count} 位，请对照银行卡或存折核对"),
            &format!("should have 12 to 21 digits and has {count}; check it against the card or passbook"),
        ),
        AccountProblem::Characters => advice("bank_account.characters", title, "应只有数字", "should have digits only"),
    })?;
    let warning = (!fits).then(|| {
        advice(
            "bank_account.check_digit",
            title,
            "不符合银行卡号的校验规则；存折账号不受影响，银行卡请逐位核对",
            "does not fit the check of card numbers; that is fine for a passbook, but check a card digit by digit",
        )
    });
    Ok(Sound { value: Value::Text(text), warning })
}

pub(super) fn uscc(title: &Text, text: &str) -> Result<Sound, Advice> {
    number::uscc(text).map(|text| Value::Text(text).into()).map_err(|problem| match problem {
        UsccProblem::Length(count) => advice(
            "uscc.length",
            title,
            &format!("应为 18 位，现在有 {count} 位，请对照登记证书补全"),
            &format!("should have 18 characters and has {count}; complete it from the certificate"),
        ),
        UsccProblem::Characters => advice(
            "uscc.characters",
            title,
            "应为数字和大写字母，不含 I、O、S、V、Z",
            "should be digits and capital letters without I, O, S, V and Z",
        ),
        UsccProblem::Check => advice(
            "uscc.check",
            title,
            "的末位与前 17 位不符，请逐位核对",
            "has a last character that does not fit the first 17; check each",
        ),
    })
}
