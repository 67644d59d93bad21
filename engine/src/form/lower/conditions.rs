//! The expressions of a form. They are read twice: first queued while the fields are read (their types are not known
//! yet), then proved against the whole form. It must never let a condition look at a field that is asked after it.

use std::collections::VecDeque;

use super::Lowering;
use crate::expression::{Expression, Type};
use crate::form::names::FormScope;
use crate::form::{Field, Form, Kind, Rule};
use crate::source::{Content, File, Node, Problem, Reader, Span};
use crate::text::Text;
use crate::value::Value;

/// Expressions in the order they were met, `true` for `unless`.
#[derive(Default)]
pub(super) struct Pending<'a>(VecDeque<(&'a Node, bool)>);

impl<'a> Lowering<'a> {
    /// `when` or `unless` of a field or option.
    pub(super) fn condition(&mut self, reader: &Reader<'a>) -> Option<Expression> {
        let (when, unless) = (reader.optional("when"), reader.optional("unless"));
        if when.is_some() && unless.is_some() {
            let message = ("`when` 和 `unless` 只能写一个", "only one of `when` and `unless` can stand here");
            let cure = ("合成一个 `when`。", "Put both into one `when`.");
            self.error("E0412", reader.key_span("unless"), message, cure);
        }
        let (node, negated) = when.map(|node| (node, false)).or(unless.map(|node| (node, true)))?;
        self.queue(node, negated)
    }

    /// The rules of a field or form.
    pub(super) fn rules(&mut self, reader: &Reader<'a>) -> Vec<Rule> {
        let mut rules = Vec::new();
        for node in reader.list("rules") {
            let Some(rule) = self.file.map(node, Text::new("规则", "rule")) else { continue };
            rule.require(&["expect", "message"]);
            let expect = rule.optional("expect").and_then(|node| self.queue(node, false));
            let message = rule.localized("message").unwrap_or_default();
            self.no_blame(&rule, &message);
            let at = rule.text("at").unwrap_or_default().to_owned();
            rule.finish();
            rules.extend(expect.map(|expect| Rule { expect, message, at }));
        }
        rules
    }

    /// A message is advice: it says what to do, not that somebody did wrong.
    fn no_blame(&self, rule: &Reader<'a>, message: &Text) {
        const BLAME: [&str; 5] = ["非法", "不合法", "输入有误", "请输入正确的", "invalid"];
        let blames = BLAME.iter().find(|word| message.zh.contains(**word) || message.en.contains(**word));
        if let Some(word) = blames {
            let zh = format!("提示中的“{word}”只是指责，没有说怎么改");
            let en = format!("`{word}` in a message blames, and does not say how to mend it");
            let problem = Problem::warning("W0402", self.file.source, rule.key_span("message"), Text::new(zh, en));
            self.file.push(problem.cure("写明应填什么、怎样核对。", "Say what is expected and how to check it."));
        }
    }

    fn queue(&mut self, node: &'a Node, negated: bool) -> Option<Expression> {
        self.file.text(node)?;
        self.pending.0.push_back((node, negated));
        Some(Expression::constant(Value::Bool(true)))
    }
}

/// Where an expression stands.
#[derive(Clone)]
struct Place<'t> {
    /// Path of the field, without row numbers.
    path: String,
    /// Path and type of the row around it.
    row: Option<(String, &'t Type)>,
    /// Rules may look at all fields and at the day; conditions only at what was asked before.
    rule: bool,
}

struct Check<'a, 'f> {
    file: File<'a>,
    form: &'f Form,
    /// Paths in the order of the page.
    order: Vec<String>,
    pending: Pending<'a>,
}

/// Proves every expression and puts it where it belongs.
pub(super) fn check(file: File<'_>, form: &mut Form, pending: Pending<'_>) {
    let typed = form.clone();
    let order = typed.all_fields().into_iter().map(|(path, _)| path).collect();
    let mut check = Check { file, form: &typed, order, pending };
    check.fields(&mut form.fields, "", None);
    check.rules(&mut form.rules, &typed.fields, &Place { path: String::new(), row: None, rule: true });
}

impl Check<'_, '_> {
    fn fields(&mut self, fields: &mut [Field], path: &str, row: Option<(String, &Type)>) {
        for field in fields {
            let path = crate::form::read::join(path, &field.id);
            let mut place = Place { path: path.clone(), row: row.clone(), rule: false };
            if field.when.is_some() {
                field.when = self.next(&place);
            }
            if let Kind::Choice { options, .. } = &mut field.kind {
                for option in options.iter_mut().filter(|option| option.when.is_some()) {
                    option.when = self.next(&place);
                }
            }
            let row_type = field.repeat.as_ref().map(|_| field.row_type());
            let inner = row_type.as_ref().map(|of| (path.clone(), of)).or_else(|| row.clone());
            self.fields(&mut field.fields, &path, inner);
            place.rule = true;
            let mut rules = std::mem::take(&mut field.rules);
            self.rules(&mut rules, &field.fields, &place);
            field.rules = rules;
        }
    }

    fn rules(&mut self, rules: &mut [Rule], below: &[Field], place: &Place<'_>) {
        for rule in rules {
            let span = self.pending.0.front().map(|(node, _)| node.span).unwrap_or_default();
            if let Some(expect) = self.next(place) {
                rule.expect = expect;
            }
            if !rule.at.is_empty() && !leads_to_a_field(below, &rule.at) {
                let message = Text::new(
                    format!("`at` 指向的字段 `{}` 不存在", crate::source::brief(&rule.at)),
                    format!("`at` names no field: `{}`", crate::source::brief(&rule.at)),
                );
                let problem = Problem::error("E0409", self.file.source, span, message);
                self.file.push(problem.cure(
                    "写成从这里往下的字段路径，不进入多行的组。",
                    "Write the path of a field below this place, not inside a group with rows.",
                ));
            }
        }
    }

    /// Proves the next expression of the queue.
    fn next(&mut self, place: &Place<'_>) -> Option<Expression> {
        let (node, negated) = self.pending.0.pop_front()?;
        let text = node.as_text().unwrap_or_default();
        let scope =
            FormScope { form: self.form, row: place.row.as_ref().map(|(_, of)| (*of).clone()), today: place.rule };
        match Expression::parse(text, &scope, &Type::Bool) {
            Ok(expression) => {
                if !place.rule {
                    self.only_earlier(&expression, node.span, place);
                }
                Some(if negated { expression.negated() } else { expression })
            }
            Err(problems) => {
                for problem in problems {
                    let span = inside(node, problem.column, problem.length);
                    let mut out = Problem::error(problem.code, self.file.source, span, problem.message);
                    out.cure = problem.cure;
                    self.file.push(out.suggest(problem.suggestion.as_deref()));
                }
                None
            }
        }
    }

    fn only_earlier(&self, expression: &Expression, span: Span, place: &Place<'_>) {
        let here = self.order.iter().position(|path| *path == place.path).unwrap_or(0);
        for reference in expression.references() {
            let path = match (&place.row, reference.path.strip_prefix("row.")) {
                (Some((row, _)), Some(rest)) => format!("{row}.{rest}"),
                (Some(_), None) | (None, _) => reference.path.clone(),
            };
            // The longest known beginning of the path: parts of compound answers are no fields.
            let known = self
                .order
                .iter()
                .enumerate()
                .filter(|(_, known)| is_below(&path, known))
                .max_by_key(|(_, known)| known.len());
            let Some((_, known)) = known else { continue };
            let last = self.order.iter().rposition(|other| is_below(other, known)).unwrap_or(usize::MAX);
            if last >= here {
                let message = Text::new(
                    format!("条件用到的 `{}` 在这个字段之后才填写", reference.path),
                    format!("the condition looks at `{}`, which is asked only after this field", reference.path),
                );
                let problem = Problem::error("E0408", self.file.source, span, message);
                self.file.push(problem.cure(
                    "把那个字段移到前面，或者写成 `rules`。",
                    "Move that field before this one, or make it one of the `rules`.",
                ));
            }
        }
    }
}

/// Whether a path is, or lies below, another.
fn is_below(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn leads_to_a_field(fields: &[Field], path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(field) = fields.iter().find(|field| field.id == first) else { return false };
    rest.is_none_or(|rest| field.repeat.is_none() && leads_to_a_field(&field.fields, rest))
}

/// The place of some characters of a scalar. In a text over several lines, or with escapes, the whole of it.
fn inside(node: &Node, column: usize, length: usize) -> Span {
    let Content::Scalar { text, plain } = &node.content else { return node.span };
    let quotes = if *plain { 0 } else { 1 };
    let width = text.chars().count() + quotes * 2;
    if text.contains('\n') || width != node.span.length as usize {
        return node.span;
    }
    let narrow = |number: usize| u32::try_from(number).unwrap_or(0);
    Span { column: node.span.column + narrow(column + quotes), length: narrow(length), ..node.span }
}
