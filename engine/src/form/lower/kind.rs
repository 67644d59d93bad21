//! Reads what a field asks for: its type and the words of that type. It must never leave a bound unchecked.

use super::Lowering;
use crate::form::normalise::money;
use crate::form::{Choice, Kind, MAX_ROWS, Repeat, Trust, Window};
use crate::organisation::Level;
use crate::source::{Reader, Span};
use crate::text::Text;

/// The words of `type`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Text,
    Name,
    Address,
    Number,
    Money,
    Date,
    Choice,
    YesNo,
    Region,
    Person,
    IdNumber,
    DisabilityCertificate,
    Phone,
    Email,
    BankAccount,
    Uscc,
    File,
    Group,
}

const WORDS: &[(&str, Word)] = &[
    ("text", Word::Text),
    ("name", Word::Name),
    ("address", Word::Address),
    ("number", Word::Number),
    ("money", Word::Money),
    ("date", Word::Date),
    ("choice", Word::Choice),
    ("yes_no", Word::YesNo),
    ("region", Word::Region),
    ("person", Word::Person),
    ("id_number", Word::IdNumber),
    ("disability_certificate", Word::DisabilityCertificate),
    ("phone", Word::Phone),
    ("email", Word::Email),
    ("bank_account", Word::BankAccount),
    ("uscc", Word::Uscc),
    ("file", Word::File),
    ("group", Word::Group),
];

/// Most characters of a line and of several lines where the form does not say.
const LINE: i64 = 200;
const PARAGRAPH: i64 = 2_000;
/// Most characters any text may allow.
const LONGEST: i64 = 20_000;

impl Kind {
    /// Whether answers of this kind are personal unless the form says otherwise.
    pub(in crate::form) fn is_personal(&self) -> bool {
        match self {
            Kind::Text { .. }
            | Kind::Name
            | Kind::Address { .. }
            | Kind::Person
            | Kind::IdNumber
            | Kind::DisabilityCertificate
            | Kind::Phone
            | Kind::Email
            | Kind::BankAccount
            | Kind::File { .. } => true,
            Kind::Number { .. }
            | Kind::Money { .. }
            | Kind::Date(_)
            | Kind::Choice { .. }
            | Kind::YesNo
            | Kind::Region { .. }
            | Kind::Uscc
            | Kind::Group => false,
        }
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn kind(&mut self, reader: &Reader<'a>) -> Kind {
        let default = match (reader.has("options"), reader.has("fields")) {
            (true, _) => Word::Choice,
            (false, true) => Word::Group,
            (false, false) => Word::Text,
        };
        match reader.choice("type", WORDS).unwrap_or(default) {
            Word::Text => {
                let lines = self.bounded(reader, "lines", 1, 1..=40) as u32;
                let usual = if lines > 1 { PARAGRAPH } else { LINE };
                Kind::Text { lines, max: self.bounded(reader, "max", usual, 1..=LONGEST) as usize }
            }
            Word::Name => Kind::Name,
            Word::Address => Kind::Address { max: self.bounded(reader, "max", LINE, 1..=LONGEST) as usize },
            Word::Number => {
                let (min, max) = (reader.integer("min"), reader.integer("max"));
                self.ordered(reader, min, max);
                Kind::Number { min, max, unit: reader.localized("unit").unwrap_or_default() }
            }
            Word::Money => {
                let (min, max) = (self.amount(reader, "min"), self.amount(reader, "max"));
                self.ordered(reader, min, max);
                Kind::Money { min, max }
            }
            Word::Date => {
                let window = Window {
                    past: reader.flag("past").unwrap_or(false),
                    future: reader.flag("future").unwrap_or(false),
                    not_before: reader.date("not_before"),
                    not_after: reader.date("not_after"),
                };
                if window.not_before.zip(window.not_after).is_some_and(|(first, last)| first > last) {
                    self.crossed(reader.key_span("not_after"));
                }
                Kind::Date(window)
            }
            Word::Choice => self.options(reader),
            Word::YesNo => Kind::YesNo,
            Word::Region => Kind::Region { level: reader.choice("level", &Level::ALL) },
            Word::Person => Kind::Person,
            Word::IdNumber => Kind::IdNumber,
            Word::DisabilityCertificate => Kind::DisabilityCertificate,
            Word::Phone => Kind::Phone,
            Word::Email => Kind::Email,
            Word::BankAccount => Kind::BankAccount,
            Word::Uscc => Kind::Uscc,
            Word::File => self.file_kind(reader),
            Word::Group => Kind::Group,
        }
    }

    fn file_kind(&mut self, reader: &Reader<'a>) -> Kind {
        const KNOWN: &[&str] = &["jpg", "png", "pdf", "heic", "ofd"];
        let mut media = Vec::new();
        for (word, span) in reader.texts("media") {
            if KNOWN.contains(&word) {
                media.push(word.to_owned());
            } else {
                let message = ("不认识的文件类型", "this kind of file is not known");
                self.unknown("E0402", span, word, KNOWN, message);
            }
        }
        if media.is_empty() {
            media = ["jpg", "png", "heic", "pdf"].map(str::to_owned).to_vec();
        }
        let trust = reader.choice("trust", &Trust::ALL).unwrap_or(Trust::C);
        let later = reader.flag("later").unwrap_or(false);
        Kind::File { trust, media, pages: self.bounded(reader, "pages", 20, 1..=500) as u32, later }
    }

    fn options(&mut self, reader: &Reader<'a>) -> Kind {
        let mut options: Vec<Choice> = Vec::new();
        for entry in reader.entries_of("options") {
            let sound = !entry.key.is_empty()
                && entry.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !sound {
                let message = (
                    "选项的名称由小写字母、数字和下划线组成",
                    "the name of an option is lower-case letters, digits and `_`",
                );
                let cure = ("中文写在冒号后面。", "Chinese goes behind the colon.");
                self.error("E0401", entry.key_span, message, cure);
            }
            let long = entry.value.get("title").is_some();
            let (title, hint, when) = if long {
                let Some(option) = self.file.map(&entry.value, Text::new("选项", "option")) else { continue };
                let title = option.localized("title").unwrap_or_default();
                let found = (title, option.localized("hint").unwrap_or_default(), self.condition(&option));
                option.finish();
                found
            } else {
                (self.file.localized(&entry.value).unwrap_or_default(), Text::default(), None)
            };
            options.push(Choice { id: entry.key.clone(), title, hint, when });
        }
        if options.is_empty() {
            let message = ("选择题没有选项", "the choice has no options");
            let cure = ("加上 `options: {a: 甲, b: 乙}`。", "Add `options: {a: First, b: Second}`.");
            self.error("E0402", reader.span(), message, cure);
        }
        Kind::Choice { options, several: reader.flag("several").unwrap_or(false) }
    }

    pub(super) fn repeat(
        &mut self,
        reader: &Reader<'a>,
        kind: &Kind,
        title: &Text,
        outer: Option<&str>,
    ) -> Option<Repeat> {
        let row = if matches!(kind, Kind::Group | Kind::Person) && reader.has("repeat") {
            reader.localized("row").unwrap_or_else(|| title.clone())
        } else {
            title.clone()
        };
        let repeat = reader.map("repeat", Text::new("重复", "repeat"))?;
        if !matches!(kind, Kind::Group | Kind::Person) {
            let message = ("只有 group 和 person 可以有多行", "only a group or person can have rows");
            self.error("E0405", reader.key_span("repeat"), message, ("写 `type: group`。", "Write `type: group`."));
        }
        if let Some(outer) = outer {
            let zh = format!("`{outer}` 已经有多行，行里不能再有多行");
            let en = format!("`{outer}` has rows already; a row cannot have rows");
            self.error("E0405", reader.key_span("repeat"), (&zh, &en), ("提到外层。", "Move it outwards."));
        }
        let (min, max) = (
            self.bounded(&repeat, "min", 0, 0..=MAX_ROWS.into()),
            self.bounded(&repeat, "max", 20, 1..=MAX_ROWS.into()),
        );
        self.ordered(&repeat, Some(min), Some(max));
        repeat.finish();
        Some(Repeat { min: min as u32, max: max as u32, row })
    }

    /// A whole number within fixed bounds, so that a cast after it cannot lose anything.
    fn bounded(&self, reader: &Reader<'a>, key: &'static str, usual: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        let number = reader.integer(key).unwrap_or(usual);
        if range.contains(&number) {
            return number;
        }
        let (first, last) = (range.start(), range.end());
        let zh = format!("`{key}` 应在 {first} 到 {last} 之间");
        let en = format!("`{key}` should be from {first} to {last}");
        self.error("E0404", reader.key_span(key), (&zh, &en), ("改成这个范围内的数。", "Write a number within."));
        usual
    }

    fn amount(&self, reader: &Reader<'a>, key: &'static str) -> Option<i64> {
        let (text, span) = reader.text_at(key)?;
        let fen = money(text).ok();
        if fen.is_none() {
            let message = ("不是金额", "not an amount of money");
            self.error("E0413", span, message, ("写成元，例如 `5000.00`。", "Write yuan, such as `5000.00`."));
        }
        fen
    }

    fn ordered(&self, reader: &Reader<'a>, min: Option<i64>, max: Option<i64>) {
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.crossed(reader.key_span("max"));
        }
    }

    fn crossed(&self, span: Span) {
        let message = ("下限大于上限，什么都填不进去", "the lower bound is above the upper: nothing fits");
        self.error("E0404", span, message, ("核对这两个数。", "Check the two."));
    }
}
