//! The one serialiser: a case, its answers and who looks at it go in; what may be shown comes out. Every page that shows
//! anything of a case shows this. It must never let a value through that the form does not give to the viewer.

mod answers;
mod clocks;
mod ends;
mod history;
mod items;
mod links;
mod places;
mod readers;
mod status;

use onething_engine::case::{Case, TaskStatus};
use onething_engine::decide::{self, Facts, Loaded, Possible, may_take};
use onething_engine::definition::{Assignee, ItemId, Outcome, ProcessDefinition};
use onething_engine::event::{Envelope, Offer};
use onething_engine::form::Viewer;
use onething_engine::kernel::StateId;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::rulebook::Rulebook;
use onething_engine::text::{Language, Text};
use onething_engine::value::Instant;

use std::sync::Arc;

use crate::language;

pub use answers::{FullNumber, Line, Section, Written};
pub use clocks::{Clock, Light};
pub use ends::Ends;
pub use history::Happened;
pub use items::Item;
pub use readers::{Reader, position_of};
pub use status::Status;

/// What a view is made from.
pub struct Look<'a> {
    /// The case.
    pub loaded: &'a Loaded,
    /// Its process.
    pub definition: &'a Arc<ProcessDefinition>,
    /// What is published.
    pub rules: &'a Rulebook,
    /// What other cases hold.
    pub facts: &'a Facts,
    /// Who looks.
    pub actor: &'a Actor,
    /// Legal time.
    pub now: Instant,
    /// Language of the page.
    pub language: Language,
}

/// A case as one visitor may see it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// Its address.
    pub id: String,
    /// Its number on paper.
    pub number: String,
    /// Name of the process.
    pub title: String,
    /// Where it is, whose turn, by when.
    pub status: Status,
    /// Waiting lists in which it stands, a sentence each.
    pub waits: Vec<String>,
    /// What the visitor has to do.
    pub todo: Vec<Todo>,
    /// What the visitor may do.
    pub actions: Vec<Deed>,
    /// Clocks the visitor may prolong.
    pub extensions: Vec<Deed>,
    /// Each department's matter.
    pub items: Vec<Item>,
    /// Time.
    pub clocks: Vec<Clock>,
    /// Documents.
    pub documents: Vec<Issued>,
    /// Notices to the visitor, or all of them for the staff.
    pub notices: Vec<Issued>,
    /// Answers that the visitor may see.
    pub sections: Vec<Section>,
    /// What happened.
    pub history: Vec<Happened>,
}

/// Work that waits for the visitor.
#[derive(Clone, Debug)]
pub struct Todo {
    /// Where it is done.
    pub href: String,
    /// What it is.
    pub title: String,
    /// By when.
    pub due: String,
    /// How urgent.
    pub light: Light,
}

/// Something the visitor may do.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Where it is done.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// The matter it belongs to; empty for the case.
    pub about: String,
}

/// A document or notice.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What it is called.
    pub title: String,
    /// Code or receiver.
    pub note: String,
    /// When.
    pub at: String,
}

impl CaseView {
    /// Has some clock stopped?
    pub fn has_stopped_clocks(&self) -> bool {
        self.clocks.iter().any(|clock| !clock.running)
    }
}

impl Look<'_> {
    /// Everything this visitor may see of the case.
    pub fn case(&self, log: &[Envelope]) -> CaseView {
        let case = &self.loaded.case;
        let possible = self.possible();
        CaseView {
            id: case.id.to_string(),
            number: case.number.clone(),
            title: self.x(&self.definition.title),
            status: self.status(),
            waits: self.waits(),
            todo: self.todo(&possible),
            actions: possible.actions.iter().map(|choice| self.deed(choice)).collect(),
            extensions: self.extensions(&possible),
            items: self.items(),
            clocks: self.clocks(),
            documents: case.documents.iter().map(|document| self.document(document)).collect(),
            notices: self.notices(log),
            sections: self.sections(),
            history: self.history(log),
        }
    }

    /// What the engine would let this visitor do now.
    pub fn possible(&self) -> Possible {
        let context = decide::Context {
            rules: self.rules,
            actor: self.actor,
            now: self.now,
            entropy: [0; 32],
            number: &self.loaded.case.number,
            facts: self.facts,
            files: None,
        };
        decide::possible(context, self.definition, self.loaded)
    }

    /// By which names the forms of this case may call the visitor.
    pub fn viewer(&self) -> Viewer {
        let parties = &self.loaded.case.parties;
        let own =
            parties.iter().filter(|(_, accounts)| accounts.contains(self.actor.stands_for())).map(|(name, _)| name);
        Viewer::of(self.actor, own.map(String::as_str))
    }

    /// Has the visitor work in this case? Then names and addresses are shown; to all others they are masked.
    pub fn at_work(&self) -> bool {
        self.works_on(|status| matches!(status, TaskStatus::Open | TaskStatus::Aside))
    }

    /// May the visitor ask for a number in full? Whoever has or had work in this case may.
    pub fn may_reveal(&self) -> bool {
        self.works_on(|_| true)
    }

    /// Whoever stepped back from the case has no work in it.
    fn works_on(&self, fits: impl Fn(TaskStatus) -> bool) -> bool {
        let case = &self.loaded.case;
        let mut tasks = case.tasks.values().filter(|task| fits(task.status));
        self.is_staff()
            && !case.recused.contains(&self.actor.id)
            && tasks.any(|task| may_take(&self.rules.organisation, self.actor, case, task))
    }

    /// Is the visitor of the staff?
    pub fn is_staff(&self) -> bool {
        matches!(self.actor.kind, ActorKind::Staff { .. })
    }

    fn x(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    fn t(&self, zh: &str, en: &str) -> String {
        (if self.language == Language::Zh { zh } else { en }).to_owned()
    }

    fn case_of(&self) -> &Case {
        &self.loaded.case
    }

    /// Where the visitor works on a task.
    pub fn task_href(&self, task: u32) -> String {
        let desk = if self.is_staff() { "/desk/t" } else { "/c" };
        let joint = if self.is_staff() { "" } else { "/t" };
        format!("{desk}/{}{joint}/{task}", self.case_of().id)
    }

    fn todo(&self, possible: &Possible) -> Vec<Todo> {
        let tasks = possible.tasks.iter().filter(|task| task.free || task.held);
        tasks
            .filter_map(|found| {
                let task = self.case_of().task(found.number)?;
                let work = self.definition.state(task.state).task.as_ref()?;
                let clock = work.limit.and_then(|clock| self.clock(clock));
                Some(Todo {
                    href: self.task_href(found.number),
                    title: self.titled(&work.title, self.definition.state(task.state).item),
                    due: clock.as_ref().map(|clock| clock.due.clone()).unwrap_or_default(),
                    light: clock.map_or(Light::Green, |clock| clock.light),
                })
            })
            .collect()
    }

    /// A title with the matter it belongs to.
    fn titled(&self, title: &Text, item: Option<ItemId>) -> String {
        let title = self.x(title);
        match item.map(|item| self.x(&self.definition.item(item).title)) {
            Some(item) if item != title => self.t(&format!("{item}：{title}"), &format!("{item}: {title}")),
            Some(_) | None => title,
        }
    }

    fn deed(&self, choice: &onething_engine::definition::Choice) -> Deed {
        let state = decide::choices(self.definition).into_iter().find(|(_, known, _)| known.event == choice.event);
        let about = state.and_then(|(state, _, _)| self.definition.state(state).item);
        Deed {
            href: format!("/c/{}/do/{}", self.case_of().id, choice.event),
            title: self.x(&choice.title),
            about: about.map(|item| self.x(&self.definition.item(item).title)).unwrap_or_default(),
        }
    }

    fn extensions(&self, possible: &Possible) -> Vec<Deed> {
        let named = |name: &String| self.definition.clocks.iter().find(|clock| clock.name == *name);
        let clocks = possible.extensions.iter().filter_map(named);
        clocks
            .map(|clock| Deed {
                href: format!("/c/{}/extend/{}", self.case_of().id, clock.name),
                title: self.titled(&clock.title, clock.item),
                about: clock.extend.as_ref().map(|extend| self.x(&extend.add.title())).unwrap_or_default(),
            })
            .collect()
    }

    fn document(&self, document: &onething_engine::case::Document) -> Issued {
        let title = self.definition.documents.get(&document.code).map(|text| &text.title);
        let title = title.map_or_else(|| document.code.clone(), |title| self.titled(title, document.item));
        Issued { title, note: document.code.clone(), at: language::short(document.at) }
    }

    /// Who somebody is that something is addressed to.
    fn assignee(&self, assignee: &Assignee) -> String {
        match assignee {
            Assignee::Office(office) => self.x(&self.rules.organisation.office_title(office)),
            Assignee::Party(party) => self.party(party),
            Assignee::Role(role) => self.role(role),
            Assignee::Site { site, office, .. } => {
                let place = self.definition.sites.get(site).map(|site| self.x(&site.title)).unwrap_or_default();
                format!("{place} · {}", self.x(&self.rules.organisation.office_title(office)))
            }
        }
    }

    fn party(&self, party: &str) -> String {
        self.definition.parties.get(party).map_or_else(|| party.to_owned(), |party| self.x(&party.title))
    }

    fn role(&self, role: &str) -> String {
        match role {
            "supervisor" => self.t("督查", "supervisor"),
            "head" => self.t("科室负责人", "head of the office"),
            other => other.to_owned(),
        }
    }

    /// Who a task is offered to.
    pub fn offered_to(&self, offers: &[Offer]) -> String {
        let mut names: Vec<String> = Vec::new();
        for offer in offers {
            let name = if !offer.unit.is_empty() {
                // Where a case has places, which office of that name it is must be said.
                let placed = !self.definition.sites.is_empty() && !offer.region.is_empty();
                let organisation = &self.rules.organisation;
                self.x(&if placed {
                    organisation.office_at(&offer.unit, &offer.region)
                } else {
                    organisation.office_title(&offer.unit)
                })
            } else if !offer.party.is_empty() {
                self.party(&offer.party)
            } else {
                self.role(&offer.role)
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(&self.t("、", ", "))
    }

    /// The innermost state that people know by name.
    fn shown_title(&self, state: StateId) -> Option<String> {
        let chain = std::iter::once(state).chain(self.definition.chart.ancestors(state));
        let mut shown = chain.filter(|id| !self.definition.state(*id).generated);
        shown.find(|id| !self.definition.state(*id).title.is_empty()).map(|id| self.x(&self.definition.state(id).title))
    }

    fn outcome_word(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Success => self.t("已办结", "Done"),
            Outcome::Partial => self.t("部分办结", "Partly done"),
            Outcome::Failure => self.t("未办成", "Not done"),
            Outcome::None => self.t("无需办理", "Nothing to do"),
        }
    }
}
