//! A form one thing at a time: which of its fields stand on one page of their own. It must never change the order in
//! which fields are asked, because conditions look back only.

use super::{Field, Form};
use crate::text::Text;

/// Some fields of the first level that are asked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Name in addresses: what the form calls the page, or its only field.
    pub id: String,
    /// Heading.
    pub title: Text,
    /// Names of its fields, which stand one after the other in the form.
    pub fields: Vec<String>,
}

impl Form {
    /// The pages in the order of the form: those that its `pages` name, and one for every other field.
    pub fn pages(&self) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        for field in &self.fields {
            match self.together.iter().find(|page| page.fields.contains(&field.id)) {
                Some(page) if pages.last().is_some_and(|last| last.id == page.id) => {}
                Some(page) => pages.push(page.clone()),
                None => pages.push(Page::of(field)),
            }
        }
        pages
    }

    /// The page with this name.
    pub fn page(&self, id: &str) -> Option<Page> {
        self.pages().into_iter().find(|page| page.id == id)
    }
}

impl Page {
    fn of(field: &Field) -> Page {
        Page { id: field.id.clone(), title: field.title.clone(), fields: vec![field.id.clone()] }
    }

    /// Does the path of an answer (`heirs.2.name`) lie on this page?
    pub fn holds(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or_default();
        self.fields.iter().any(|field| field == first)
    }
}
