//! Reads one typed text as the value of one field, and says what to mend. A message names the field, what was expected
//! and how to mend it; it must never hold what was typed.

use jiff::civil::Date;

use super::id_number::{self, IdProblem};
use super::normalise::{self, AmountProblem, DateProblem};
use super::number::{self, AccountProblem, CertificateProblem, Phone, UsccProblem};
use super::{Choice, Context, Field, Kind, Window};
use crate::organisation::{Level, region};
use crate::text::Text;
use crate::value::Value;

/// A code and what to tell people.
pub(super) type Advice = (&'static str, Text);

/// A sound value, and what should be looked at.
pub(super) struct Sound {
    pub value: Value,
    pub warning: Option<Advice>,
}

impl From<Value> for Sound {
    fn from(value: Value) -> Sound {
        Sound { value, warning: None }
    }
}

/// The value of `text`, which is not blank.
pub(super) fn read(field: &Field, text: &str, context: &Context<'_>) -> Result<Sound, Advice> {
    let title = &field.title;
    let text = &normalise::visible(text);
    match &field.kind {
        Kind::Text { max, lines } => {
            let text = if *lines > 1 { normalise::lines(text) } else { normalise::line(text) };
            bounded(title, text, *max)
        }
        Kind::Address { max } => bounded(title, normalise::line(&normalise::half_width(text)), *max),
        Kind::Name => name(title, text),
        Kind::Number { min, max, .. } => {
            let number = normalise::integer(text).map_err(|problem| amount(title, problem, false))?;
            within(title, number, *min, *max, &i64::to_string)?;
            Ok(Value::Int(number).into())
        }
        Kind::Money { min, max } => {
            let fen = normalise::money(text).map_err(|problem| amount(title, problem, true))?;
            within(title, fen, *min, *max, &|fen| yuan(*fen))?;
            Ok(Value::Money(fen).into())
        }
        Kind::Date(window) => date(title, text, *window, context.today),
        Kind::Choice { options, .. } => option(title, text, options).map(Sound::from),
        Kind::YesNo => yes_no(title, text).map(Sound::from),
        Kind::Region { level } => region_code(title, text, *level, context),
        Kind::IdNumber => id(title, text, context.today),
        Kind::DisabilityCertificate => certificate(title, text, context.today),
        Kind::Phone => phone(title, text),
        Kind::Email => number::email(text).map(|text| Value::Text(text).into()).ok_or_else(|| {
            advice("email", title, "应像 name@example.cn 那样，请补全", "should look like name@example.cn; complete it")
        }),
        Kind::BankAccount => account(title, text),
        Kind::Uscc => uscc(title, text),
        // Groups, persons and papers have no single text; whoever calls this has taken them apart.
        Kind::Person | Kind::Group | Kind::File { .. } => Err(shape(title)),
    }
}

/// “title” followed by the advice, in both languages.
pub(super) fn advice(code: &'static str, title: &Text, zh: &str, en: &str) -> Advice {
    (code, Text::new(format!("“{}”{zh}。", title.zh), format!("“{}” {en}.", title.en)))
}

/// Something was sent in a shape that the field does not have.
pub(super) fn shape(title: &Text) -> Advice {
    advice(
        "shape",
        title,
        "的结构与表单不符，请按表单逐项填写",
        "does not have the shape of the form; fill it field by field",
    )
}

fn bounded(title: &Text, text: String, max: usize) -> Result<Sound, Advice> {
    let count = text.chars().count();
    if count > max {
        let zh = format!("最多 {max} 个字，现在有 {count} 个，请缩短");
        let en = format!("may have at most {max} characters and has {count}; shorten it");
        return Err(advice("text.too_long", title, &zh, &en));
    }
    Ok(Value::Text(text).into())
}

fn name(title: &Text, text: &str) -> Result<Sound, Advice> {
    let name = normalise::name(text);
    let count = name.chars().count();
    if count > 50 {
        let zh = format!("最多 50 个字，现在有 {count} 个，请只填姓名");
        let en = format!("may have at most 50 characters and has {count}; give the name only");
        return Err(advice("name.too_long", title, &zh, &en));
    }
    if !name.chars().any(char::is_alphabetic) || name.chars().any(|c| c.is_ascii_digit()) {
        return Err(advice(
            "name.characters",
            title,
            "应为文字，不含数字，请按身份证上的写法填写",
            "should be letters without digits; write it as on the identity card",
        ));
    }
    Ok(Value::Text(name).into())
}

fn amount(title: &Text, problem: AmountProblem, money: bool) -> Advice {
    match problem {
        AmountProblem::Unreadable if money => advice(
            "money.unreadable",
            title,
            "应为金额（元），例如 1234.50",
            "should be an amount in yuan, such as 1234.50",
        ),
        AmountProblem::Unreadable => {
            advice("number.unreadable", title, "应为整数，例如 12", "should be a whole number, such as 12")
        }
        AmountProblem::Decimals => advice(
            "money.decimals",
            title,
            "最多两位小数（到分），请改为两位",
            "has at most two decimals (fen); give two",
        ),
        AmountProblem::TenThousands => {
            advice("money.unit", title, "请以元为单位填写，不写“万”", "is asked in yuan; write it without 万")
        }
        AmountProblem::TooLarge => {
            advice("number.too_large", title, "数值过大，请核对位数", "is too large; check how many digits it has")
        }
    }
}

fn within(
    title: &Text,
    number: i64,
    min: Option<i64>,
    max: Option<i64>,
    written: &dyn Fn(&i64) -> String,
) -> Result<(), Advice> {
    match (min.filter(|min| number < *min), max.filter(|max| number > *max)) {
        (Some(min), _) => {
            let min = written(&min);
            Err(advice(
                "number.min",
                title,
                &format!("不能小于 {min}，请核对"),
                &format!("cannot be less than {min}; check it"),
            ))
        }
        (None, Some(max)) => {
            let max = written(&max);
            Err(advice(
                "number.max",
                title,
                &format!("不能大于 {max}，请核对"),
                &format!("cannot be more than {max}; check it"),
            ))
        }
        (None, None) => Ok(()),
    }
}

/// An amount of fen in yuan with two decimals.
pub(super) fn yuan(fen: i64) -> String {
    let (sign, fen) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

fn date(title: &Text, text: &str, window: Window, today: Date) -> Result<Sound, Advice> {
    let date = normalise::date(text).map_err(|problem| match problem {
        DateProblem::Unreadable => advice(
            "date.unreadable",
            title,
            "应为公历年月日，例如 2025-10-01",
            "should be year, month and day, such as 2025-10-01",
        ),
        DateProblem::Year => {
            advice("date.year", title, "的年份应为四位，例如 1949", "needs a year of four digits, such as 1949")
        }
        DateProblem::Month => advice("date.month", title, "的月份应为 1 至 12", "needs a month from 1 to 12"),
        DateProblem::Day => {
            advice("date.day", title, "：这个月没有这一天，请核对", "is a day that its month does not have; check it")
        }
    })?;
    let first = [window.not_before, window.future.then_some(today)].into_iter().flatten().max();
    let last = [window.not_after, window.past.then_some(today)].into_iter().flatten().min();
    if let Some(first) = first.filter(|first| date < *first) {
        let (zh, en) = (format!("不能早于 {first}，请核对"), format!("cannot be before {first}; check it"));
        return Err(advice("date.too_early", title, &zh, &en));
    }
    if let Some(last) = last.filter(|last| date > *last) {
        let (zh, en) = (format!("不能晚于 {last}，请核对"), format!("cannot be after {last}; check it"));
        return Err(advice("date.too_late", title, &zh, &en));
    }
    Ok(Value::Date(date).into())
}

/// The option with this id; its title in either language does as well, because people and spreadsheets send it.
pub(super) fn option(title: &Text, text: &str, options: &[Choice]) -> Result<Value, Advice> {
    let text = normalise::line(text);
    let by_id = options.iter().find(|option| option.id == text);
    let found = by_id.or_else(|| options.iter().find(|option| option.title.zh == text || option.title.en == text));
    found.map(|option| Value::Text(option.id.clone())).ok_or_else(|| {
        advice("choice.unknown", title, "请从所列选项中选择", "is asked with options; choose from those listed")
    })
}

fn yes_no(title: &Text, text: &str) -> Result<Value, Advice> {
    match normalise::line(text).to_lowercase().as_str() {
        "true" | "yes" | "是" | "on" | "1" => Ok(Value::Bool(true)),
        "false" | "no" | "否" | "off" | "0" => Ok(Value::Bool(false)),
        _ => Err(advice("yes_no", title, "请选择“是”或“否”", "is a question of yes or no; choose one")),
    }
}

fn region_code(title: &Text, text: &str, level: Option<Level>, context: &Context<'_>) -> Result<Sound, Advice> {
    let code = normalise::compact(text);
    let Some(given) = Level::of(&code) else {
        return Err(advice(
            "region.unreadable",
            title,
            "应为 6、9 或 12 位区划代码，请从列表中选择",
            "should be a region code of 6, 9 or 12 digits; choose from the list",
        ));
    };
    if level.is_some_and(|level| given < level) {
        return Err(advice(
            "region.too_coarse",
            title,
            "不够具体，请选到下一级",
            "is not precise enough; choose a region inside it",
        ));
    }
    let code = region::significant(&code).to_owned();
    let known = context.organisation.is_none_or(|organisation| {
        // Only below the installation's own region can a missing code be told from a far place.
        organisation.region(&code).is_some() || !organisation.contains(&organisation.region, &code)
    });
    let warning = (!known).then(|| {
        advice("region.unknown", title, "不在本地区划目录中，请核对", "is not in the local list of regions; check it")
    });
    Ok(Sound { value: Value::Text(code), warning })
}

/// What to say about an identity number that is not sound.
pub(super) fn id_advice(title: &Text, problem: IdProblem) -> Advice {
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

fn id(title: &Text, text: &str, today: Date) -> Result<Sound, Advice> {
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

fn certificate(title: &Text, text: &str, today: Date) -> Result<Sound, Advice> {
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

fn phone(title: &Text, text: &str) -> Result<Sound, Advice> {
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

fn account(title: &Text, text: &str) -> Result<Sound, Advice> {
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

fn uscc(title: &Text, text: &str) -> Result<Sound, Advice> {
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
