//! The word `pages` of a form: which fields are asked together. It must never let a page jump over a field that another
//! page asks.

use std::collections::BTreeSet;

use super::Lowering;
use crate::form::{Field, Page};
use crate::source::{Reader, Span};
use crate::text::Text;

impl<'a> Lowering<'a> {
    /// The pages that the form names.
    pub(super) fn pages(&self, root: &Reader<'a>, fields: &[Field]) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut taken = BTreeSet::new();
        for entry in root.entries_of("pages") {
            let Some(reader) = self.file.map(&entry.value, Text::new("页", "page")) else { continue };
            reader.require(&["title", "fields"]);
            self.file.identifier(&entry.key, entry.key_span);
            let named = reader.texts("fields");
            if fields.iter().any(|field| field.id == entry.key) && !named.iter().any(|(name, _)| *name == entry.key) {
                let (zh, en) = (
                    format!("页名 `{}` 是另一页上的字段", entry.key),
                    format!("the page is called like the field `{}` of another page", entry.key),
                );
                self.error(
                    "E0415",
                    entry.key_span,
                    (&zh, &en),
                    ("给这一页换一个名称。", "Give the page another name."),
                );
            }
            for (name, span) in &named {
                self.page_field(fields, name, *span, taken.insert((*name).to_owned()));
            }
            let names: Vec<String> = named.iter().map(|(name, _)| (*name).to_owned()).collect();
            let known = names.iter().all(|name| fields.iter().any(|field| field.id == *name));
            if known
                && !names.is_empty()
                && !fields.windows(names.len()).any(|run| run.iter().map(|f| &f.id).eq(&names))
            {
                let message = (
                    "一页的字段在表单里必须连在一起、顺序相同",
                    "the fields of a page stand together in the form, in this order",
                );
                let cure = (
                    "按表单里的顺序写，中间不跳过字段。",
                    "Name them as they follow each other in the form, and leave none out.",
                );
                self.error("E0416", reader.key_span("fields"), message, cure);
            }
            pages.push(Page {
                id: entry.key.clone(),
                title: reader.localized("title").unwrap_or_default(),
                fields: names,
            });
            reader.finish();
        }
        pages
    }

    fn page_field(&self, fields: &[Field], name: &str, span: Span, first: bool) {
        if !fields.iter().any(|field| field.id == name) {
            let (zh, en) =
                (format!("表单第一层没有字段 `{name}`"), format!("the form has no field `{name}` on its first level"));
            self.error("E0415", span, (&zh, &en), ("写表单第一层的字段名。", "Name a field of the first level."));
        } else if !first {
            let (zh, en) =
                (format!("字段 `{name}` 已经在另一页上"), format!("the field `{name}` is on another page already"));
            self.error("E0415", span, (&zh, &en), ("每个字段只放在一页上。", "Put every field on one page only."));
        }
    }
}
