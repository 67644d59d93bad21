//! The overview before sending: every answer with a way to change it, where it came from and who receives it; what is
//! missing comes first. It must never show an answer that the form did not accept as if it had.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use onething_engine::form::{Field, Page};
use onething_engine::text::Language;
use onething_engine::value::Value;

use super::Applying;
use super::hub::open;
use super::steps::{Standing, Step};
use crate::app::App;
use crate::failure::Failure;
use crate::filling::ORIGIN;
use crate::gate::OwnDraft;
use crate::page::{Frame, page};
use crate::session::Visitor;
use crate::view::{Line, Written};

#[derive(Template)]
#[template(path = "apply/review.html")]
struct ReviewPage {
    f: Frame,
    draft: String,
    title: String,
    missing: Vec<Missing>,
    sections: Vec<Section>,
    offices: Vec<String>,
}

/// Something to do before it can be sent.
struct Missing {
    href: String,
    text: String,
}

/// The answers of one page.
struct Section {
    href: String,
    title: String,
    lines: Vec<Line>,
    origin: String,
    receivers: String,
}

/// The overview.
pub async fn show(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(OwnDraft(draft)): Extension<OwnDraft>,
) -> Result<Response, Failure> {
    let applying = Applying::find(&app, &visitor, &draft).await?;
    let f = Frame::new(&app, &visitor, applying.asking.now).about(&applying.asking.definition);
    let steps = applying.steps(f.staff, f.language);
    let sections = steps.iter().filter(|step| !matches!(step.standing, Standing::Waits(_)));
    let content = ReviewPage {
        draft: draft.id.clone(),
        title: f.x(&applying.asking.form.title).to_owned(),
        missing: if open(&steps) == 0 { Vec::new() } else { applying.missing(&f, &steps) },
        sections: sections.map(|step| applying.section(&f, step)).collect(),
        offices: applying.asking.offices().iter().map(|office| f.x(office).to_owned()).collect(),
        f,
    };
    page(&content)
}

impl Applying {
    fn missing(&self, f: &Frame, steps: &[Step]) -> Vec<Missing> {
        let lines = steps.iter().flat_map(|step| {
            let title = f.x(&step.page.title);
            let href = self.address(&format!("/q/{}?from=review", step.page.id));
            step.problems.iter().map(move |problem| {
                let target = format!("f-{}", problem.path).replace(['.', '_'], "-");
                Missing {
                    href: format!("{href}#{target}"),
                    text: format!("{title}{}{}", f.t("：", ": "), f.x(&problem.message)),
                }
            })
        });
        lines.collect()
    }

    fn section(&self, f: &Frame, step: &Step) -> Section {
        let organisation = &self.asking.rules.organisation;
        let fields: Vec<&Field> =
            self.asking.form.fields.iter().filter(|field| step.page.fields.contains(&field.id)).collect();
        let written = Written { organisation, language: f.language };
        // A group that is the whole page needs no head of its own: the section has one.
        let lines = match (fields.as_slice(), fields.first().and_then(|field| self.reading.values.at(&field.id))) {
            ([only], Some(values @ Value::Map(_))) if only.repeat.is_none() && !only.fields.is_empty() => {
                written.lines(&only.fields, values)
            }
            _ => written.lines(fields.iter().copied(), &self.reading.values),
        };
        Section {
            href: self.address(&format!("/q/{}?from=review", step.page.id)),
            title: f.x(&step.page.title).to_owned(),
            lines,
            origin: self.origin(f, &step.page),
            receivers: self.receivers(f, &fields),
        }
    }

    /// Where the answers of a page came from.
    fn origin(&self, f: &Frame, page: &Page) -> String {
        let marks: Vec<&str> = self
            .typed
            .iter()
            .filter(|(name, _)| name == ORIGIN)
            .filter_map(|(_, mark)| mark.split_once(' ').filter(|(_, path)| page.holds(path)).map(|(how, _)| how))
            .collect();
        if marks.contains(&"staff") {
            return f.t("窗口代填", "Filled in by the staff").to_owned();
        }
        f.t("您自己填写", "Filled in by you").to_owned()
    }

    /// Who alone sees some of the answers; empty where every office that works on the case does.
    fn receivers(&self, f: &Frame, fields: &[&Field]) -> String {
        let mut named: Vec<String> = Vec::new();
        let mut limited: Vec<&str> = Vec::new();
        let mut open: Vec<&Field> = fields.to_vec();
        while let Some(field) = open.pop() {
            open.extend(field.fields.iter());
            if !field.visible_to.is_empty() {
                limited.push(f.x(&field.title));
                for name in &field.visible_to {
                    let title = self.named(f, name);
                    if !named.contains(&title) {
                        named.push(title);
                    }
                }
            }
        }
        limited.sort_unstable();
        if limited.is_empty() {
            return String::new();
        }
        match f.language {
            Language::Zh => format!("“{}”只有这些部门和人能看到：{}", limited.join("”“"), named.join("、")),
            Language::En => format!("“{}” is seen only by: {}", limited.join("”, “"), named.join(", ")),
        }
    }

    /// A department, office or party as people call it.
    fn named(&self, f: &Frame, name: &str) -> String {
        let organisation = &self.asking.rules.organisation;
        if let Some(party) = self.asking.definition.parties.get(name) {
            return f.x(&party.title).to_owned();
        }
        if let Some(department) = organisation.departments.get(name) {
            return f.x(&department.title).to_owned();
        }
        f.x(&organisation.office_title(name)).to_owned()
    }
}
