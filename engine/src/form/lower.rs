//! Reads `forms/<form>.yaml` from the tree of [`crate::source`] and checks everything that can be known before anybody
//! fills it. It must never accept a form whose conditions could be undecided by the order of the page.
//!
//! | code | what | code | what |
//! |---|---|---|---|
//! | E0401 | name that means something else | E0408 | condition about a later field |
//! | E0402 | no fields, options or parts | E0409 | unknown field in `at` |
//! | E0403 | name given twice | E0410 | `corrects` is no answer |
//! | E0404 | smallest above largest | E0411 | unknown part of a person |
//! | E0405 | rows inside rows | E0412 | both `when` and `unless` |
//! | E0406 | too many fields, or too deep | E0413 | not an amount |
//! | E0407 | name of the form is not that of its file | E0414 | `visible_to` names nobody |
//! | E0415 | `pages` names no field, or one twice | E0416 | fields of a page that do not stand together |
//! | W0401 | plainly personal, but marked otherwise | W0402 | a message that blames |

use sha2::{Digest, Sha256};

use super::names::RESERVED;
use super::{Field, Form, Kind, MAX_DEPTH, MAX_FIELDS};
use crate::source::{Entry, File, Node, Problem, Problems, Reader, Source, Span, brief, closest};
use crate::text::Text;

mod conditions;
mod kind;
mod pages;
mod person;
mod viewers;

use conditions::Pending;
pub use viewers::check_viewers;

/// Reads a form. `None` if it has errors; all of them, and the warnings, are in `problems`.
pub fn lower(source: &Source, problems: &Problems) -> Option<Form> {
    let file = File { source, problems };
    let tree = file.parse()?;
    lower_tree(file, &tree)
}

/// Reads a form whose tree is at hand already.
pub fn lower_tree(file: File<'_>, tree: &Node) -> Option<Form> {
    // Errors of other files that share the collection do not make this one wrong.
    let own = Problems::new();
    let form = read(File { source: file.source, problems: &own }, tree);
    let sound = !own.has_errors();
    file.problems.extend(own.into_vec());
    form.filter(|_| sound)
}

fn read(file: File<'_>, tree: &Node) -> Option<Form> {
    let root = file.map(tree, Text::new("表单", "form"))?;
    root.require(&["form", "title", "fields"]);
    let name = root.text_at("form").and_then(|(name, span)| file.identifier(name, span).map(|name| (name, span)));
    if let Some((name, span)) = name {
        same_as_file(file, name, span);
    }
    let mut lowering = Lowering { file, pending: Pending::default(), count: 0 };
    let fields = lowering.fields(root.entries_of("fields"), 1, None);
    let together = lowering.pages(&root, &fields);
    let mut form = Form {
        name: name.map(|(name, _)| name.to_owned()).unwrap_or_default(),
        title: root.localized("title").unwrap_or_default(),
        intro: root.localized("intro").unwrap_or_default(),
        basis: root.text("basis").map(str::to_owned),
        hash: hash(&file.source.text),
        fields,
        together,
        rules: lowering.rules(&root),
    };
    if root.has("fields") && root.entries_of("fields").is_empty() {
        lowering.error("E0402", root.key_span("fields"), ("表单没有字段", "the form has no fields"), ADD_FIELD);
    }
    root.finish();
    let pending = std::mem::take(&mut lowering.pending);
    conditions::check(file, &mut form, pending);
    Some(form)
}

const ADD_FIELD: (&str, &str) = (
    "加上一个字段，例如 `name: {type: name, title: 姓名}`。",
    "Add a field, such as `name: {type: name, title: Name}`.",
);

/// SHA-256 of the source with plain line ends.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same_as_file(file: File<'_>, name: &str, span: Span) {
    let last = file.source.path.rsplit('/').next().unwrap_or_default();
    let stem = last.strip_suffix(".yaml").or_else(|| last.strip_suffix(".yml")).unwrap_or(last);
    if stem != name {
        let message = Text::new(
            format!("表单名 `{name}` 与文件名 `{}` 不同", brief(stem)),
            format!("the form is called `{name}`, its file `{}`", brief(stem)),
        );
        let problem = Problem::error("E0407", file.source, span, message);
        file.push(
            problem.cure("把文件改名，或者改 `form`。", "Rename the file, or change `form`.").suggest(Some(stem)),
        );
    }
}

/// State of reading one form.
struct Lowering<'a> {
    file: File<'a>,
    pending: Pending<'a>,
    count: usize,
}

impl<'a> Lowering<'a> {
    fn error(&self, code: &'static str, span: Span, message: (&str, &str), cure: (&str, &str)) {
        let problem = Problem::error(code, self.file.source, span, Text::new(message.0, message.1));
        self.file.push(problem.cure(cure.0, cure.1));
    }

    /// The fields of a form or group; `outer` is the repeating group they stand in.
    fn fields(&mut self, entries: &'a [Entry], depth: usize, outer: Option<&str>) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        if depth > MAX_DEPTH {
            let span = entries.first().map(|entry| entry.key_span).unwrap_or_default();
            let message =
                (format!("字段嵌套超过 {MAX_DEPTH} 层"), format!("fields are nested deeper than {MAX_DEPTH}"));
            self.error(
                "E0406",
                span,
                (&message.0, &message.1),
                ("把内层字段提到外层。", "Move inner fields outwards."),
            );
            return fields;
        }
        for entry in entries {
            self.count += 1;
            if self.count == MAX_FIELDS + 1 {
                let message = (format!("字段超过 {MAX_FIELDS} 个"), format!("more than {MAX_FIELDS} fields"));
                let cure = ("分成几个表单。", "Make several forms of it.");
                self.error("E0406", entry.key_span, (&message.0, &message.1), cure);
            }
            if self.count > MAX_FIELDS {
                break;
            }
            // A field with a bad name is kept, so that expressions about it bring no second problem.
            self.field_name(&entry.key, entry.key_span, depth);
            fields.extend(self.field(entry, depth, outer));
        }
        fields
    }

    fn field_name(&self, name: &'a str, span: Span, depth: usize) {
        if self.file.identifier(name, span).is_none() {
            return;
        }
        // Below the first level only `row` and `next` would be taken for something else.
        let taken = if depth == 1 { RESERVED.contains(&name) } else { ["row", "next"].contains(&name) };
        if taken {
            let zh = format!("字段不能叫 `{name}`：表达式里它另有所指");
            let en = format!("a field cannot be called `{name}`: expressions read it as something else");
            self.error("E0401", span, (&zh, &en), ("换一个名称。", "Choose another name."));
        }
    }

    fn field(&mut self, entry: &'a Entry, depth: usize, outer: Option<&str>) -> Option<Field> {
        let file = self.file;
        let reader = file.map(&entry.value, Text::new("字段", "field"))?;
        reader.require(&["title"]);
        let title = reader.localized("title").unwrap_or_default();
        // Conditions are queued in the order in which `conditions::check` walks: field, options, inner fields, rules.
        let when = self.condition(&reader);
        let kind = self.kind(&reader);
        let repeat = self.repeat(&reader, &kind, &title, outer);
        let inner = if repeat.is_some() { Some(entry.key.as_str()) } else { outer };
        let mut fields = self.parts(&reader, &kind);
        match kind {
            Kind::Group | Kind::Person => {
                let more = self.fields(reader.entries_of("fields"), depth + 1, inner);
                self.same_names(&reader, &fields, &more);
                fields.extend(more);
            }
            _ if reader.has("fields") => {
                let message = ("只有 group 和 person 可以有 `fields`", "only a group or person has `fields`");
                self.error("E0402", reader.key_span("fields"), message, ("写 `type: group`。", "Write `type: group`."));
            }
            _ => {}
        }
        if kind == Kind::Group && fields.is_empty() {
            self.error("E0402", reader.span(), ("这一组没有字段", "the group has no fields"), ADD_FIELD);
        }
        let field = Field {
            id: entry.key.clone(),
            hint: reader.localized("hint").unwrap_or_default(),
            required: reader.flag("required").unwrap_or(true),
            when,
            fields,
            repeat,
            purpose: reader.localized("purpose").unwrap_or_default(),
            basis: reader.text("basis").map(str::to_owned),
            visible_to: reader.texts("visible_to").into_iter().map(|(name, _)| name.to_owned()).collect(),
            personal: self.personal(&reader, &kind),
            corrects: self.corrects(&reader),
            rules: self.rules(&reader),
            autofill: reader.text("autofill").map(str::to_owned),
            title,
            kind,
        };
        reader.finish();
        Some(field)
    }

    fn same_names(&self, reader: &Reader<'a>, parts: &[Field], more: &[Field]) {
        for field in more {
            if parts.iter().any(|part| part.id == field.id) {
                let zh = format!("`{}` 已经是 `parts` 中的一项", field.id);
                let en = format!("`{}` is one of the `parts` already", field.id);
                let cure = ("去掉其中一个。", "Leave one of them out.");
                self.error("E0403", reader.key_span("fields"), (&zh, &en), cure);
            }
        }
    }

    fn personal(&self, reader: &Reader<'a>, kind: &Kind) -> bool {
        let usual = kind.is_personal();
        let said = reader.flag("personal");
        // A telephone or name may be an office's; these never are.
        let plainly = matches!(kind, Kind::Person | Kind::IdNumber | Kind::DisabilityCertificate | Kind::BankAccount);
        if said == Some(false) && plainly {
            let message = Text::new("这类字段总是个人信息", "a field of this type is always personal");
            let problem = Problem::warning("W0401", self.file.source, reader.key_span("personal"), message);
            self.file.push(problem.cure(
                "去掉 `personal: false`；它会被当作个人信息处理。",
                "Leave `personal: false` out; it is treated as personal.",
            ));
        }
        plainly || said.unwrap_or(usual)
    }

    fn corrects(&self, reader: &Reader<'a>) -> Option<String> {
        let (path, span) = reader.text_at("corrects")?;
        let steps: Vec<&str> = path.split('.').collect();
        let step = |step: &&str| {
            !step.is_empty() && step.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if steps.len() < 3 || steps[0] != "answers" || !steps.iter().all(step) {
            let message = ("`corrects` 应指向一个答案", "`corrects` should name an answer");
            let cure = ("写成 `answers.表单.字段`。", "Write `answers.form.field`.");
            self.error("E0410", span, message, cure);
            return None;
        }
        Some(path.to_owned())
    }

    /// “Did you mean” over the words of a list.
    fn unknown(&self, code: &'static str, span: Span, word: &str, words: &[&str], message: (&str, &str)) {
        let problem = Problem::error(code, self.file.source, span, Text::new(message.0, message.1));
        let problem = problem
            .cure(format!("可以写：{}。", words.join("、")), format!("What can stand here: {}.", words.join(", ")));
        self.file.push(problem.suggest(closest(word, words.iter().copied())));
    }
}
