//! The pages of a form as steps with honest states: what is done, begun, not begun, and what cannot be begun yet because it
//! depends on an answer that is missing. Pure; it must never count a page as done while something on it is to be mended.

use onething_engine::form::{Field, FieldProblem, Page};
use onething_engine::organisation::Organisation;
use onething_engine::text::Language;
use onething_engine::value::Value;

use super::Applying;
use crate::fields::{Showing, asks};

/// Name under which a draft notes a page that was sent without anything to mend.
pub const SEEN: &str = "_seen";
/// Where a page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing typed.
    New,
    /// Something typed, something to mend.
    Begun,
    /// Nothing to mend.
    Done,
    /// It depends on these questions, which have no answer yet.
    Waits(Vec<String>),
}

/// A page of the form and where it stands.
#[derive(Clone, Debug)]
pub struct Step {
    /// The page.
    pub page: Page,
    /// Where it stands.
    pub standing: Standing,
    /// What is to be mended on it.
    pub problems: Vec<FieldProblem>,
    /// Nothing on it must be answered.
    pub optional: bool,
}

impl Applying {
    /// The steps of the form; pages that do not apply are not among them.
    pub fn steps(&self, staff: bool, language: Language) -> Vec<Step> {
        let organisation = &self.asking.rules.organisation;
        self.asking.form.pages().into_iter().filter_map(|page| self.step(page, staff, organisation, language)).collect()
    }

    fn step(&self, page: Page, staff: bool, organisation: &Organisation, language: Language) -> Option<Step> {
        let showing = self.showing(&page, &[], staff, organisation, language);
        let problems: Vec<FieldProblem> =
            self.reading.problems.iter().filter(|problem| page.holds(&problem.path)).cloned().collect();
        let fields = self.asking.form.fields.iter().filter(|field| page.fields.contains(&field.id));
        let (mut asked, mut waits, mut optional) = (false, Vec::new(), true);
        for field in fields {
            if asks(&showing, field) {
                asked = true;
                optional &= !field.required || field.repeat.as_ref().is_some_and(|repeat| repeat.min == 0);
            } else {
                waits.extend(self.undecided(field, language));
            }
        }
        let seen = self.typed.iter().any(|(name, id)| name == SEEN && *id == page.id);
        let touched = self.typed.iter().any(|(name, text)| {
            page.holds(name) && !text.trim().is_empty() && !name.ends_with("._") && !name.ends_with(".next")
        });
        let standing = match (asked, waits.is_empty()) {
            (false, true) => return None,
            (false, false) => {
                waits.dedup();
                Standing::Waits(waits)
            }
            (true, _) if problems.is_empty() && (seen || touched) => Standing::Done,
            (true, _) if touched || seen => Standing::Begun,
            (true, _) => Standing::New,
        };
        Some(Step { page, standing, problems, optional })
    }

    /// Titles of the questions that decide whether a field is asked and are still to be answered. A condition looks back
    /// only, so following it ends.
    fn undecided(&self, field: &Field, language: Language) -> Vec<String> {
        let mut titles = Vec::new();
        for reference in field.when.iter().flat_map(|when| when.references()) {
            let open = self.reading.problems.iter().any(|problem| problem.path == reference.path);
            let first = reference.path.split('.').next().unwrap_or_default();
            match self.asking.form.field_at(&reference.path).filter(|_| open) {
                Some(question) => titles.push(question.title.get(language).to_owned()),
                None => {
                    let before = self.asking.form.field(first).into_iter();
                    titles.extend(before.flat_map(|before| self.undecided(before, language)));
                }
            }
        }
        titles
    }

    /// A page as it is shown with these problems.
    pub fn showing<'a>(
        &'a self,
        page: &'a Page,
        problems: &'a [FieldProblem],
        staff: bool,
        organisation: &'a Organisation,
        language: Language,
    ) -> Showing<'a> {
        Showing {
            form: &self.asking.form,
            only: Some(&page.fields),
            prefix: "",
            typed: &self.typed,
            problems,
            values: &self.reading.values,
            answers: &Value::Null,
            today: self.asking.now.date(),
            staff,
            organisation,
            language,
            files: &self.files,
        }
    }
}
