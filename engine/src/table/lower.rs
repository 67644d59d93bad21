//! Reads `tables:` of `workflows/parameters/*.yaml` and reports what the proof finds, with an example.

use std::collections::BTreeMap;

use super::proof::{Flaw, flaws};
use super::{Cell, Hit, Input, MAX_INPUTS, MAX_ROWS, Output, Row, Table, Tables, position};
use crate::parameter::{ValueKind, hash, read_value, twice};
use crate::source::{Content, Entry, File, Node, Problem, Problems, Source, Span, brief, closest};
use crate::text::Text;
use crate::value::Value;

/// Reads the `tables:` of several files. `None` if one has errors; all of them are in `problems`.
pub fn lower(sources: &[Source], problems: &Problems) -> Option<Tables> {
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
pub fn lower_trees(files: &[(File<'_>, &Node)], problems: &Problems) -> Option<Tables> {
    let own = Problems::new();
    let mut tables = BTreeMap::new();
    for (file, tree) in files {
        let file = File { source: file.source, problems: &own };
        let Some(root) = file.map(tree, Text::new("参数文件", "file of parameters")) else { continue };
        // `parameter` reads the rest of the file and reports what does not belong there.
        for entry in root.entries_of("tables") {
            let Some(table) = table(file, entry) else { continue };
            if tables.insert(entry.key.clone(), table).is_some() {
                twice(file, entry);
            }
        }
    }
    let sound = !own.has_errors();
    problems.extend(own.into_vec());
    sound.then_some(Tables { tables })
}

fn report(file: File<'_>, code: &'static str, span: Span, message: (&str, &str), cure: (&str, &str)) {
    let problem = Problem::error(code, file.source, span, Text::new(message.0, message.1));
    file.push(problem.cure(cure.0, cure.1));
}

fn table(file: File<'_>, entry: &Entry) -> Option<Table> {
    let reader = file.map(&entry.value, Text::new("决策表", "decision table"))?;
    file.identifier(&entry.key, entry.key_span);
    reader.require(&["title", "inputs", "results", "rows"]);
    let title = reader.localized("title").unwrap_or_default();
    let hit = reader.choice("hit", &[("unique", Hit::Unique), ("first", Hit::First)]).unwrap_or_default();
    let inputs: Vec<Input> = reader.entries_of("inputs").iter().filter_map(|entry| input(file, entry)).collect();
    let results: Vec<Output> = reader.entries_of("results").iter().filter_map(|entry| output(file, entry)).collect();
    let nodes = reader.list("rows");
    reader.finish();
    if inputs.is_empty() || results.is_empty() || nodes.is_empty() {
        let message = ("决策表要有输入、结果和行", "a table needs inputs, results and rows");
        report(file, "E0758", entry.key_span, message, ("补上缺少的部分。", "Add what is missing."));
        return None;
    }
    if inputs.len() > MAX_INPUTS || nodes.len() > MAX_ROWS {
        too_large(file, entry.key_span);
        return None;
    }
    let mut rows = Vec::new();
    for node in nodes {
        rows.push((row(file, node, &inputs, &results)?, node.span));
    }
    let (rows, spans): (Vec<Row>, Vec<Span>) = rows.into_iter().unzip();
    let (file_name, lines) = (file.source.path.to_string(), spans.iter().map(|span| span.line).collect());
    let (name, version) = (entry.key.clone(), String::new());
    let mut table = Table { name, title, hit, inputs, results, rows, version, file: file_name, lines };
    table.version = hash(&table);
    for flaw in flaws(&table) {
        report_flaw(file, &flaw, entry.key_span, &spans);
    }
    Some(table)
}

fn too_large(file: File<'_>, span: Span) {
    let message = ("决策表太大，无法证明没有遗漏", "the table is too large to prove that it leaves nothing out");
    report(file, "E0757", span, message, ("分成几个表。", "Make several tables of it."));
}

fn report_flaw(file: File<'_>, flaw: &Flaw, table: Span, rows: &[Span]) {
    match flaw {
        Flaw::TooLarge => too_large(file, table),
        Flaw::Gap { example } => {
            let (zh, en) = (format!("没有一行适用于：{example}"), format!("no row answers for {example}"));
            let cure = ("加一行，或者收窄输入的范围（min、max）。", "Add a row, or narrow the input (min, max).");
            report(file, "E0754", table, (&zh, &en), cure);
        }
        Flaw::Overlap { first, second, example } => {
            let zh = format!("第 {} 行和第 {} 行都适用于：{example}", first + 1, second + 1);
            let en = format!("rows {} and {} both answer for {example}", first + 1, second + 1);
            let problem = Problem::error("E0755", file.source, rows[*second], Text::new(zh, en)).cure(
                "收窄其中一行，或者写 `hit: first`（取第一行）。",
                "Narrow one of them, or write `hit: first` (the first one answers).",
            );
            let note = Text::new("另一行在这里", "the other row is here");
            file.push(problem.also(file.source.path.clone(), rows[*first], note));
        }
        Flaw::Unreachable { row } => {
            let (zh, en) = (format!("第 {} 行永远不会适用", row + 1), format!("row {} never answers", row + 1));
            let cure = (
                "前面的行已经包含它，或者条件在输入范围之外：删去或改正。",
                "Earlier rows cover it, or its condition lies outside its input: remove or mend it.",
            );
            report(file, "E0756", rows[*row], (&zh, &en), cure);
        }
    }
}

const KINDS: &[&str] = &["number", "money", "yes_no", "text", "date", "choice"];

/// Type of a column: a word, a list of options, or a map with `type` and more.
fn kind(file: File<'_>, node: &Node) -> Option<ValueKind> {
    match &node.content {
        Content::List(options) => {
            let words: Vec<String> = options.iter().filter_map(|node| Some(file.text(node)?.to_owned())).collect();
            Some(ValueKind::Choice(words))
        }
        Content::Map(_) => match node.get("options") {
            Some(options) => kind(file, options),
            None => kind(file, node.get("type")?),
        },
        Content::Null | Content::Scalar { .. } => {
            let text = file.text(node)?;
            let found = match text {
                "number" => Some(ValueKind::Number),
                "money" => Some(ValueKind::Money),
                "yes_no" => Some(ValueKind::YesNo),
                "text" => Some(ValueKind::Text),
                "date" => Some(ValueKind::Date),
                _ => None,
            };
            if found.is_none() {
                let (zh, en) = (format!("没有类型 `{}`", brief(text)), format!("there is no type `{}`", brief(text)));
                let problem = Problem::error("E0753", file.source, node.span, Text::new(zh, en)).cure(
                    format!("可以写：{}，或者列出选项 `[a, b]`。", KINDS.join("、")),
                    format!("What can stand here: {}, or the options `[a, b]`.", KINDS.join(", ")),
                );
                file.push(problem.suggest(closest(text, KINDS.iter().copied())));
            }
            found
        }
    }
}

fn input(file: File<'_>, entry: &Entry) -> Option<Input> {
    file.identifier(&entry.key, entry.key_span);
    let kind = kind(file, &entry.value)?;
    let mut input = Input { name: entry.key.clone(), title: Text::same(&entry.key), kind, min: None, max: None };
    if let Content::Map(_) = entry.value.content {
        let reader = file.map(&entry.value, Text::new("输入", "input"))?;
        reader.optional("type");
        reader.optional("options");
        input.title = reader.localized("title").unwrap_or(input.title);
        let bound = |key| {
            let (text, span) = reader.text_at(key)?;
            position(&read_value(file, &input.kind, text, span)?)
        };
        (input.min, input.max) = (bound("min"), bound("max"));
        reader.finish();
    }
    Some(input)
}

fn output(file: File<'_>, entry: &Entry) -> Option<Output> {
    file.identifier(&entry.key, entry.key_span);
    let kind = kind(file, &entry.value)?;
    let title = entry.value.get("title").and_then(|node| file.localized(node));
    Some(Output { name: entry.key.clone(), title: title.unwrap_or_else(|| Text::same(&entry.key)), kind })
}

fn row(file: File<'_>, node: &Node, inputs: &[Input], results: &[Output]) -> Option<Row> {
    let entries = file.entries(node)?;
    let mut cells = vec![Cell::Any; inputs.len()];
    let mut values: Vec<Option<Value>> = vec![None; results.len()];
    let mut sound = true;
    for entry in entries {
        if entry.key == "when" {
            for entry in file.entries(&entry.value)? {
                match inputs.iter().position(|input| input.name == entry.key) {
                    Some(at) => match cell(file, &entry.value, &inputs[at]) {
                        Some(cell) => cells[at] = cell,
                        None => sound = false,
                    },
                    None => {
                        unknown(file, entry, inputs.iter().map(|input| input.name.as_str()));
                        sound = false;
                    }
                }
            }
        } else if let Some(at) = results.iter().position(|output| output.name == entry.key) {
            let text = file.text(&entry.value)?;
            values[at] = read_value(file, &results[at].kind, text, entry.value.span);
            sound &= values[at].is_some();
        } else {
            unknown(file, entry, results.iter().map(|output| output.name.as_str()).chain(["when"]));
            sound = false;
        }
    }
    for (output, value) in results.iter().zip(&values) {
        if value.is_none() && !entries.iter().any(|entry| entry.key == output.name) {
            let (zh, en) = (format!("这一行没有 `{}`", output.name), format!("the row has no `{}`", output.name));
            let (cure_zh, cure_en) = (format!("加上 `{}: …`。", output.name), format!("Add `{}: …`.", output.name));
            report(file, "E0752", node.span, (&zh, &en), (&cure_zh, &cure_en));
            sound = false;
        }
    }
    let values: Option<Vec<Value>> = values.into_iter().collect();
    values.filter(|_| sound).map(|values| Row { cells, values })
}

fn unknown<'n>(file: File<'_>, entry: &Entry, known: impl Iterator<Item = &'n str>) {
    let known: Vec<&str> = known.collect();
    let name = brief(&entry.key);
    let message = Text::new(format!("表里没有 `{name}` 这一列"), format!("the table has no column `{name}`"));
    let problem = Problem::error("E0751", file.source, entry.key_span, message)
        .cure(format!("可以写：{}。", known.join("、")), format!("What can stand here: {}.", known.join(", ")));
    file.push(problem.suggest(closest(&entry.key, known.into_iter())));
}

/// A condition: `any`, a value, a range, or a list of these.
fn cell(file: File<'_>, node: &Node, input: &Input) -> Option<Cell> {
    let nodes = file.one_or_many(node);
    let ordered = matches!(input.kind, ValueKind::Number | ValueKind::Money | ValueKind::Date);
    let (mut values, mut ranges, mut sound) = (Vec::new(), Vec::new(), true);
    for node in nodes {
        let text = file.text(node)?.trim();
        if text == "any" && !matches!(&input.kind, ValueKind::Choice(words) if words.iter().any(|word| word == "any")) {
            return Some(Cell::Any);
        }
        let range = if ordered { range(text, &input.kind) } else { None };
        match (range, input.kind.read(text)) {
            (Some(range), _) => ranges.push(range),
            (None, Some(value)) => values.push(value),
            (None, None) => {
                let example = input.kind.example();
                let zh = format!("读不懂条件“{}”", brief(text));
                let en = format!("the condition `{}` cannot be read", brief(text));
                let ranges = if ordered { "、`\">= 18\"`、`\"18..60\"`" } else { "" };
                let cure_zh = format!("写{}{ranges}、列表或者 `any`。", example.zh);
                let cure_en = format!("Write {}{}, a list or `any`.", example.en, ranges.replace('、', ", "));
                report(file, "E0753", node.span, (&zh, &en), (&cure_zh, &cure_en));
                sound = false;
            }
        }
    }
    if !sound {
        return None;
    }
    if ordered {
        ranges.extend(values.iter().filter_map(position).map(|at| (at, at)));
        return Some(Cell::Within(ranges));
    }
    Some(Cell::OneOf(values))
}

/// `>= 18`, `> 18`, `<= 60`, `< 60`, `18..60`; both ends in.
fn range(text: &str, kind: &ValueKind) -> Option<(i64, i64)> {
    let at = |text: &str| kind.read(text.trim()).as_ref().and_then(position);
    if let Some((from, to)) = text.split_once("..") {
        return Some((at(from)?, at(to)?)).filter(|(from, to)| from <= to);
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return Some((at(rest)?, i64::MAX));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Some((i64::MIN, at(rest)?));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Some((at(rest)?.checked_add(1)?, i64::MAX));
    }
    Some((i64::MIN, at(text.strip_prefix('<')?)?.checked_sub(1)?))
}
