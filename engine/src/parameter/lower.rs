//! Reads `parameters:` of `workflows/parameters/*.yaml` and proves that no day has two values or, between two, none.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Dated, Found, Parameter, Parameters, hash};
use crate::clock::Limit;
use crate::expression::Type;
use crate::form::normalise;
use crate::organisation::{Level, region};
use crate::source::{Entry, File, Node, Problem, Problems, Source, Span, brief};
use crate::text::Text;
use crate::value::Value;

/// What the values of a parameter, or of a column of a table, are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A whole number.
    Number,
    /// An amount in yuan.
    Money,
    /// `true` or `false`.
    YesNo,
    /// Text.
    Text,
    /// A date.
    Date,
    /// A limit such as `2 workdays`; text to guards.
    Limit,
    /// One of these words.
    Choice(Vec<String>),
}

/// The words of `type`.
pub(crate) const WORDS: &[(&str, Word)] = &[
    ("number", Word::Number),
    ("money", Word::Money),
    ("yes_no", Word::YesNo),
    ("text", Word::Text),
    ("date", Word::Date),
    ("limit", Word::Limit),
];

/// A kind without data, to be chosen by a word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Word {
    Number,
    Money,
    YesNo,
    Text,
    Date,
    Limit,
}

impl From<Word> for ValueKind {
    fn from(word: Word) -> ValueKind {
        match word {
            Word::Number => ValueKind::Number,
            Word::Money => ValueKind::Money,
            Word::YesNo => ValueKind::YesNo,
            Word::Text => ValueKind::Text,
            Word::Date => ValueKind::Date,
            Word::Limit => ValueKind::Limit,
        }
    }
}

impl ValueKind {
    /// The type that guards see.
    pub fn type_of(&self) -> Type {
        match self {
            ValueKind::Number => Type::Int,
            ValueKind::Money => Type::Money,
            ValueKind::YesNo => Type::Bool,
            ValueKind::Text | ValueKind::Limit => Type::Text,
            ValueKind::Date => Type::Date,
            ValueKind::Choice(words) => Type::Choice(words.clone()),
        }
    }

    /// The value that a text of a file stands for.
    pub fn read(&self, text: &str) -> Option<Value> {
        match self {
            ValueKind::Number => normalise::integer(text).ok().map(Value::Int),
            ValueKind::Money => normalise::money(text).ok().map(Value::Money),
            ValueKind::YesNo => match text {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
            ValueKind::Text => (!text.is_empty()).then(|| Value::Text(text.to_owned())),
            ValueKind::Date => text.parse().ok().map(Value::Date),
            ValueKind::Limit => Limit::parse(text).ok().map(|_| Value::Text(text.to_owned())),
            ValueKind::Choice(words) => words.iter().any(|word| word == text).then(|| Value::Text(text.to_owned())),
        }
    }

    /// How a value is written, with an example.
    pub fn example(&self) -> Text {
        match self {
            ValueKind::Number => Text::new("整数，例如 `22`", "a whole number such as `22`"),
            ValueKind::Money => Text::new("金额（元），例如 `2000.00`", "an amount in yuan such as `2000.00`"),
            ValueKind::YesNo => Text::new("`true` 或 `false`", "`true` or `false`"),
            ValueKind::Text => Text::new("文字", "a text"),
            ValueKind::Date => Text::new("日期，例如 `2025-05-10`", "a date such as `2025-05-10`"),
            ValueKind::Limit => Text::new("期限，例如 `2 workdays`", "a limit such as `2 workdays`"),
            ValueKind::Choice(words) => {
                Text::same(words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" / "))
            }
        }
    }
}

/// Reads the `parameters:` of several files. `None` if one has errors; all of them are in `problems`.
pub fn lower(sources: &[Source], problems: &Problems) -> Option<Parameters> {
    let own = Problems::new();
    let trees: Vec<(&Source, Option<Node>)> =
        sources.iter().map(|source| (source, File { source, problems: &own }.parse())).collect();
    let files: Vec<(File<'_>, &Node)> =
        trees.iter().filter_map(|(source, tree)| Some((File { source, problems: &own }, tree.as_ref()?))).collect();
    let read = lower_trees(&files, problems);
    let sound = !own.has_errors();
    problems.extend(own.into_vec());
    read.filter(|_| sound)
}

/// Reads trees that are at hand already. `None` if one has errors.
pub fn lower_trees(files: &[(File<'_>, &Node)], problems: &Problems) -> Option<Parameters> {
    let own = Problems::new();
    let mut parameters = BTreeMap::new();
    for (file, tree) in files {
        let file = File { source: file.source, problems: &own };
        let Some(root) = file.map(tree, Text::new("参数文件", "file of parameters")) else { continue };
        // Tables stand in the same files; `table` reads them.
        root.optional("tables");
        for entry in root.entries_of("parameters") {
            let Some(parameter) = parameter(file, entry) else { continue };
            if parameters.insert(entry.key.clone(), parameter).is_some() {
                twice(file, entry);
            }
        }
        root.finish();
    }
    let sound = !own.has_errors();
    problems.extend(own.into_vec());
    sound.then_some(Parameters { parameters })
}

pub(crate) fn twice(file: File<'_>, entry: &Entry) {
    let name = brief(&entry.key);
    let message = Text::new(format!("`{name}` 已经有了"), format!("`{name}` exists already"));
    let problem = Problem::error("E0745", file.source, entry.key_span, message);
    file.push(problem.cure("合成一处，或者换一个名称。", "Put both into one place, or choose another name."));
}

fn parameter(file: File<'_>, entry: &Entry) -> Option<Parameter> {
    let reader = file.map(&entry.value, Text::new("参数", "parameter"))?;
    file.identifier(&entry.key, entry.key_span);
    reader.require(&["type", "title", "values"]);
    let title = reader.localized("title").unwrap_or_default();
    let kind = ValueKind::from(reader.choice("type", WORDS).unwrap_or(Word::Text));
    let mut values: Vec<(Dated, Span)> =
        reader.list("values").iter().filter_map(|node| Some((dated(file, node, &kind)?, node.span))).collect();
    if reader.has("values") && reader.list("values").is_empty() {
        let message = Text::new("参数没有值", "the parameter has no values");
        let problem = Problem::error("E0747", file.source, reader.key_span("values"), message);
        file.push(problem.cure(
            "加上 `- {from: 2026-01-01, value: …, basis: …}`。",
            "Add `- {from: 2026-01-01, value: …, basis: …}`.",
        ));
    }
    reader.finish();
    values.sort_by(|(a, _), (b, _)| (&a.region, a.from).cmp(&(&b.region, b.from)));
    days(file, &values);
    let mut values: Vec<Dated> = values.into_iter().map(|(dated, _)| dated).collect();
    values.sort_by(|a, b| (a.from, &a.region).cmp(&(b.from, &b.region)));
    let mut parameter = Parameter { name: entry.key.clone(), title, kind, values };
    let version = hash(&parameter);
    parameter.values.iter_mut().for_each(|dated| dated.found.version.clone_from(&version));
    Some(parameter)
}

fn dated(file: File<'_>, node: &Node, kind: &ValueKind) -> Option<Dated> {
    let reader = file.map(node, Text::new("参数值", "value of a parameter"))?;
    reader.require(&["from", "value", "basis"]);
    let (from, to) = (reader.date("from"), reader.date("to"));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let message = Text::new("在开始之前就结束了", "it ends before it begins");
        let problem = Problem::error("E0743", file.source, reader.key_span("to"), message);
        file.push(
            problem.cure("`to` 是最后一天，不能早于 `from`。", "`to` is the last day and cannot be before `from`."),
        );
    }
    let region = reader.text_at("region").map(|(code, span)| {
        if Level::of(code).is_none() {
            let message = Text::new(
                format!("“{}”不是区划代码", brief(code)),
                format!("`{}` is not the code of a region", brief(code)),
            );
            let problem = Problem::error("E0746", file.source, span, message);
            file.push(problem.cure("写 6、9 或 12 位数字，并加引号。", "Write 6, 9 or 12 digits in quotes."));
        }
        region::significant(code).to_owned()
    });
    let value = reader.text_at("value").and_then(|(text, span)| read_value(file, kind, text, span));
    let basis = reader.text("basis").unwrap_or_default().to_owned();
    let mark = reader.text("mark").unwrap_or_default().to_owned();
    reader.finish();
    let found = Found { value: value?, basis, mark, version: String::new() };
    Some(Dated { from: from?, to, region, found })
}

/// A value of a kind, or a problem.
pub(crate) fn read_value(file: File<'_>, kind: &ValueKind, text: &str, span: Span) -> Option<Value> {
    let value = kind.read(text);
    if value.is_none() {
        let expected = kind.example();
        let message = Text::new(
            format!("“{}”不是这个类型的值", brief(text)),
            format!("`{}` is not a value of this type", brief(text)),
        );
        let problem = Problem::error("E0744", file.source, span, message);
        file.push(problem.cure(format!("写{}。", expected.zh), format!("Write {}.", expected.en)));
    }
    value
}

/// Every day of one place has one value from the first on, without holes.
fn days(file: File<'_>, values: &[(Dated, Span)]) {
    for pair in values.windows(2) {
        let [(before, _), (after, span)] = pair else { continue };
        if before.region != after.region {
            continue;
        }
        let place = after.region.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
        let next = before.to.and_then(|to| to.tomorrow().ok());
        let report = |code, zh: &str, en: &str, day: Date| {
            let message = Text::new(format!("{day}{place} {zh}"), format!("{en} on {day}{place}"));
            let problem = Problem::error(code, file.source, *span, message);
            file.push(problem.cure(
                "前一个的 `to` 应是后一个 `from` 的前一天。",
                "`to` of the earlier one should be the day before `from` of the later one.",
            ));
        };
        match next {
            Some(next) if next < after.from => report("E0742", "没有值", "there is no value", next),
            Some(next) if next == after.from => {}
            Some(_) | None => report("E0741", "有两个值", "there are two values", after.from),
        }
    }
}
