//! Reads one typed text as the value of one field, and says what to mend. A message names the field, what was expected
//! and how to mend it; it must never hold what was typed.

use jiff::civil::Date;

use super::id_number::is_province;
use super::normalise::{self, AmountProblem, DateProblem};
use super::number;
use super::{Choice, Context, Field, Kind, Window};
use crate::organisation::{Level, Organisation, region};
use crate::text::Text;
use crate::value::Value;

mod numbers;

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
        Kind::IdNumber => numbers::id(title, text, context.today),
        Kind::DisabilityCertificate => numbers::certificate(title, text, context.today),
        Kind::Phone => numbers::phone(title, text),
        Kind::Email => number::email(text).map(|text| Value::Text(text).into()).ok_or_else(|| {
            advice("email", title, "应像 name@example.cn 那样，请补全", "should look like name@example.cn; complete it")
        }),
        Kind::BankAccount => numbers::account(title, text),
        Kind::Uscc => numbers::uscc(title, text),
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

/// Are all regions beside this one declared? Then one that is not is none: below the installation's own region, where a
/// sister of the code is known.
fn complete_here(organisation: &Organisation, code: &str) -> bool {
    let parent = region::parent(code);
    let sister = |other: &str| region::significant(other) != code && region::parent(other) == parent;
    organisation.contains(&organisation.region, code) && organisation.regions.keys().any(|other| sister(other))
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
    let Some(organisation) = context.organisation else {
        return Ok(Sound { value: Value::Text(code), warning: None });
    };
    let known = organisation.region(&code).is_some();
    if !known && (!is_province(&code) || complete_here(organisation, &code)) {
        return Err(advice(
            "region.not_there",
            title,
            "没有这个区划代码，请从列表中选择或核对数字",
            "is no region there is; choose from the list or check the digits",
        ));
    }
    // Of places elsewhere nobody here has the whole list.
    let warning = (!known).then(|| {
        advice("region.unknown", title, "不在本地区划目录中，请核对", "is not in the local list of regions; check it")
    });
    Ok(Sound { value: Value::Text(code), warning })
}
