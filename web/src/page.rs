//! What every page shares: language, who is signed in, the token of its forms. It must never hold anything about a case.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use onething_engine::organisation::{Actor, ActorKind, Organisation, role};
use onething_engine::text::{Language, Text};
use onething_engine::value::Instant;

use crate::app::App;
use crate::failure::Failure;
use crate::language;
use crate::session::Visitor;

/// The frame around a page.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Language.
    pub language: Language,
    /// Name of who is signed in; empty for nobody.
    pub who: String,
    /// Their position or "applicant".
    pub position: String,
    /// Has a desk.
    pub staff: bool,
    /// Watches over a region.
    pub supervisor: bool,
    /// The demonstration.
    pub demo: bool,
    /// Token of the forms.
    pub csrf: String,
    /// Path and query of this page, without `lang`.
    pub address: String,
    /// Name of the installation.
    pub bureau: String,
    /// Legal time as people read it.
    pub now: String,
}

impl Frame {
    /// The frame for a visitor at a moment of legal time.
    pub fn new(app: &App, visitor: &Visitor, now: Instant) -> Frame {
        let rules = app.rules();
        let (who, position) = names(&rules.organisation, visitor.actor.as_ref(), visitor.language);
        Frame {
            language: visitor.language,
            who,
            position,
            staff: visitor.is_staff(),
            supervisor: visitor.actor.as_ref().is_some_and(|actor| actor.has_role(role::SUPERVISOR)),
            demo: app.is_demo(),
            csrf: visitor.csrf(),
            address: without_language(&visitor.address),
            bureau: rules.organisation.title.get(visitor.language).to_owned(),
            now: language::moment(now, visitor.language),
        }
    }

    /// One of two languages.
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// A text in the language of the page.
    pub fn x<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.language)
    }

    /// For the `lang` attribute.
    pub fn tag(&self) -> &'static str {
        self.t("zh-CN", "en")
    }

    /// The address of this page in the other language.
    pub fn other_language(&self) -> String {
        let joint = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.address, self.t("en", "zh"))
    }
}

fn without_language(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("lang=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// Name and position of an actor.
fn names(organisation: &Organisation, actor: Option<&Actor>, language: Language) -> (String, String) {
    let word = |zh: &'static str, en: &'static str| if language == Language::Zh { zh } else { en };
    match actor {
        None => (String::new(), String::new()),
        Some(Actor { id, kind: ActorKind::Staff { units, roles, .. } }) => {
            let name = organisation.people.get(id).map_or(id.as_str(), |person| person.name.get(language));
            let office = units.first().map(|unit| organisation.office_title(unit).get(language).to_owned());
            let watches = roles.contains(role::SUPERVISOR).then(|| word("督查", "supervisor").to_owned());
            (name.to_owned(), office.or(watches).unwrap_or_default())
        }
        Some(Actor { .. }) => (word("群众账号", "Citizen").to_owned(), word("申请人", "applicant").to_owned()),
    }
}

/// A page with status 200.
///
/// # Errors
/// The template cannot be written.
pub fn page<T: Template>(template: &T) -> Result<Response, Failure> {
    page_with(StatusCode::OK, template)
}

/// A page with a status.
///
/// # Errors
/// The template cannot be written.
pub fn page_with<T: Template>(status: StatusCode, template: &T) -> Result<Response, Failure> {
    Ok((status, Html(template.render()?)).into_response())
}

/// The page of a failure.
#[derive(Template)]
#[template(path = "failure.html")]
pub struct FailurePage {
    /// The frame, without anybody.
    pub f: Frame,
    /// Heading.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Finds the request in the log.
    pub request: String,
}
