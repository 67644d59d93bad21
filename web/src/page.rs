//! What every page shares: language, who is signed in, the token of its forms. It must never hold anything about a case.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use onething_engine::definition::{ProcessDefinition, Tone};
use onething_engine::organisation::{Actor, ActorKind, Organisation, role};
use onething_engine::rulebook::Rulebook;
use onething_engine::text::{Language, Text};
use onething_engine::value::{HOUR_MS, Instant, MINUTE_MS};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::display::{self, Display};
use crate::failure::Failure;
use crate::gate::encode;
use crate::language;
use crate::session::Visitor;
use crate::statics;

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
    /// Path and query of this page, without preferences.
    pub address: String,
    /// Size and contrast.
    pub display: Display,
    /// The page speaks to people in grief or distress.
    pub quiet: bool,
    /// The number of this page, for a talk on the telephone; empty where there is no page.
    pub code: String,
    /// Name of the installation.
    pub bureau: String,
    /// When windows are open on a working day; empty where no calendar says so.
    pub hours: String,
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
            address: display::bare(&visitor.address),
            display: visitor.display,
            quiet: false,
            code: page_code(&visitor.route),
            bureau: rules.organisation.title.get(visitor.language).to_owned(),
            hours: hours(&rules),
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

    /// The same frame for a page about a process, in its tone.
    #[must_use]
    pub fn about(mut self, definition: &ProcessDefinition) -> Frame {
        self.quiet = definition.tone == Tone::Quiet;
        self
    }

    /// Classes of the outermost element.
    pub fn classes(&self) -> &'static str {
        display::classes(self.display, self.quiet)
    }

    /// The version of the style sheet and the script.
    pub fn version(&self) -> &'static str {
        statics::version()
    }

    /// The address of this page in the other language.
    pub fn other_language(&self) -> String {
        display::with(&self.address, "lang", self.t("en", "zh"))
    }

    /// The address of this page in the other size.
    pub fn other_size(&self) -> String {
        display::with(&self.address, "size", if self.display.large { "normal" } else { "large" })
    }

    /// The address of this page with the other contrast.
    pub fn other_contrast(&self) -> String {
        display::with(&self.address, "contrast", if self.display.high { "normal" } else { "high" })
    }

    /// A link to the settings that leads back here.
    pub fn settings(&self) -> String {
        format!("/display?back={}", encode(&self.address))
    }

    /// A link to a page that wants to know where one came from.
    pub fn leading_here(&self, path: &str) -> String {
        format!("{path}?from={}", self.code.replace(' ', ""))
    }
}

/// Office hours of the calendar that the services count by.
pub fn hours(rules: &Rulebook) -> String {
    let told = rules.calendars.values().find(|calendar| !calendar.office_hours().basis().is_empty());
    let windows = told.into_iter().flat_map(|calendar| calendar.office_hours().windows());
    windows.map(|(open, close)| format!("{}–{}", clock(*open), clock(*close))).collect::<Vec<_>>().join(" ")
}

fn clock(ms: i64) -> String {
    format!("{}:{:02}", ms / HOUR_MS, ms / MINUTE_MS % 60)
}

/// Six digits in two groups for the pattern of a path: short enough to say on the telephone, the same for everybody, and
/// without a word about whose page it is.
pub fn page_code(route: &str) -> String {
    if route.is_empty() {
        return String::new();
    }
    let digest = Sha256::digest(route.as_bytes());
    let number = digest.iter().take(6).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)) % 1_000_000;
    format!("{:03} {:03}", number / 1000, number % 1000)
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
        Some(Actor { kind: ActorKind::Agent { .. }, .. }) => {
            (word("群众账号", "Citizen").to_owned(), word("正在替别人办理", "acting for somebody").to_owned())
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
    /// The status, for whoever reads it out.
    pub status: u16,
    /// Finds the request in the log.
    pub request: String,
    /// Where to go from here, the likeliest first: address and words.
    pub ways: Vec<(String, String)>,
}
