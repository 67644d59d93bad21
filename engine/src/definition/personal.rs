//! Variables and what events carry are kept for ever; what a person typed must be erasable. So no personal field may be
//! copied there. A question about one (`==`, `has`, `size`) may. It must never look at values, only at fields.

use super::draft::{Draft, Placed};
use super::guards::GlobalScope;
use super::words::both;
use crate::expression::{Expression, Type};
use crate::form::Field;

impl<'a> Draft<'a> {
    /// Reports an expression whose value would carry a personal field out of the answers.
    pub fn keep_personal_values_back(&self, placed: Placed<'a>, expression: &Expression, scope: &GlobalScope) {
        let Some(field) = expression.carried().into_iter().find(|path| self.is_personal(path)) else { return };
        let Some(text) = self.global_text(placed) else { return };
        // A yes or no, or a number, was computed from the field and is not the field.
        let computed = [Type::Bool, Type::Int].iter().any(|kind| Expression::parse(&text, scope, kind).is_ok());
        if computed && !field.starts_with("event.") {
            return;
        }
        let message = both(
            format!("`{field}` 是个人信息，不能抄进变量或事件"),
            format!("`{field}` is personal and cannot be copied into a variable or an event"),
        );
        self.problems.push(
            self.error("E0557", placed.env, placed.node.span, message)
                .cause(
                    "变量和事件永久保存，个人信息必须能够删除。",
                    "Variables and events are kept for ever; personal values must be erasable.",
                )
                .cure(
                    "需要时直接用 answers 中的值，或者只保存由它得出的是非和数字。",
                    "Read it from `answers` where it is needed, or keep only a yes or no, or a number, computed from it.",
                ),
        );
    }

    /// Does a path of an expression read a personal field, or a group with one in it?
    fn is_personal(&self, path: &str) -> bool {
        let words: Vec<&str> = path.split('.').collect();
        let (form, fields) = match words.as_slice() {
            ["answers", form, fields @ ..]
            | ["item_answers", _, form, fields @ ..]
            | ["event", "data", form, fields @ ..] => (form, fields),
            // All answers at once.
            ["answers" | "item_answers", ..] => return true,
            _ => return false,
        };
        let Some(form) = self.library.form(form) else { return false };
        let mut level = form.fields.as_slice();
        for word in fields {
            let Some(field) = level.iter().find(|field| field.id == *word) else { return false };
            if field.fields.is_empty() {
                return field.personal;
            }
            level = &field.fields;
        }
        level.iter().any(any_personal)
    }
}

fn any_personal(field: &Field) -> bool {
    if field.fields.is_empty() { field.personal } else { field.fields.iter().any(any_personal) }
}
