//! The guide to a service, made from the same definition that runs its cases, so it cannot drift.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use onething_engine::clock::Limit;
use onething_engine::decide::may_do;
use onething_engine::definition::{
    Assignee, ClockDefinition, ClockKind, Door, ItemDefinition, ItemId, LimitSource, ProcessDefinition,
};
use onething_engine::kernel::StateId;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::rulebook::Rulebook;
use onething_engine::value::{Instant, Value};

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Frame, page};
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "public/guide.html")]
struct GuidePage {
    f: Frame,
    name: String,
    title: String,
    about: String,
    /// Who may ask, what it costs, how long it takes to fill in.
    facts: Vec<(String, String)>,
    guided: bool,
    basis: String,
    lead: String,
    since: String,
    doors: Vec<GuideDoor>,
    blocks: Vec<Block>,
    limits: Vec<GuideLimit>,
    asked: Vec<GuideForm>,
}

struct GuideDoor {
    name: String,
    title: String,
    by: String,
    usable: bool,
    intro: String,
}

/// Matters that run side by side, under the title of the stage around them.
struct Block {
    title: String,
    items: Vec<GuideItem>,
}

/// One office's matter as a guide tells it.
#[derive(Default)]
pub(super) struct GuideItem {
    pub title: String,
    pub office: String,
    pub limit: String,
    pub basis: String,
    pub claimed: bool,
    pub needs: Vec<String>,
}

struct GuideLimit {
    title: String,
    kind: &'static str,
    limit: String,
    basis: String,
}

struct GuideForm {
    title: String,
    fields: Vec<(String, String, String)>,
}

/// The guide to the version in force today.
pub async fn show(
    State(app): State<App>,
    Path(process): Path<String>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let now = app.now().await?;
    let rules = app.rules();
    let definition = rules.choose(&process, now.date()).ok_or(Failure::NotFound)?;
    let f = Frame::new(&app, &visitor, now).about(definition);
    let guide = Guide { rules: &rules, definition, now, f: &f };
    let mut doors: Vec<GuideDoor> =
        definition.doors.values().map(|door| guide.door(door, visitor.actor.as_ref())).collect();
    doors.sort_by_key(|door| !door.usable);
    let content = GuidePage {
        name: definition.name.clone(),
        title: f.x(&definition.title).to_owned(),
        about: definition.guide.as_ref().map(|guide| f.x(&guide.about).to_owned()).unwrap_or_default(),
        facts: guide.facts(),
        guided: definition.guide.as_ref().is_some_and(|guide| !guide.questions.is_empty()),
        basis: definition.basis.clone(),
        lead: definition.lead.as_ref().map(|lead| guide.assignee(lead)).unwrap_or_default(),
        since: definition.effective.from.map(|day| crate::language::day(day, f.language)).unwrap_or_default(),
        doors,
        blocks: guide.blocks(),
        limits: guide.limits(f.staff),
        asked: guide.asked(),
        f: f.clone(),
    };
    page(&content)
}

/// A definition told to people, on a day, in a language.
pub(super) struct Guide<'a> {
    pub rules: &'a Rulebook,
    pub definition: &'a ProcessDefinition,
    pub now: Instant,
    pub f: &'a Frame,
}

impl Guide<'_> {
    fn assignee(&self, assignee: &Assignee) -> String {
        match assignee {
            Assignee::Office(office) => self.f.x(&self.rules.organisation.office_title(office)).to_owned(),
            Assignee::Party(party) => {
                let title = self.definition.parties.get(party).map(|party| self.f.x(&party.title));
                title.unwrap_or(party).to_owned()
            }
            Assignee::Role(_) => self.f.t("督查", "supervisor").to_owned(),
            Assignee::Site { site, office, .. } => {
                let place = self.definition.sites.get(site).map(|site| self.f.x(&site.title)).unwrap_or_default();
                format!("{place} · {}", self.f.x(&self.rules.organisation.office_title(office)))
            }
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let Some(guide) = &self.definition.guide else { return Vec::new() };
        let minutes = guide.minutes.map(|minutes| format!("{minutes} {}", self.f.t("分钟", "minutes")));
        let facts = [
            (self.f.t("谁可以办", "Who"), self.f.x(&guide.who).to_owned()),
            (self.f.t("费用", "Fee"), self.f.x(&guide.fee).to_owned()),
            (self.f.t("填写约需", "Filling in takes about"), minutes.unwrap_or_default()),
        ];
        facts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)).collect()
    }

    fn door(&self, door: &Door, actor: Option<&Actor>) -> GuideDoor {
        let by: Vec<String> = match &door.message {
            Some(_) => vec![self.f.t("其他系统推送，无需申请", "Sent by another system; nobody applies").to_owned()],
            None => door.by.iter().map(|by| self.assignee(by)).collect(),
        };
        let form = door.form.as_ref().and_then(|form| self.definition.forms.get(form));
        GuideDoor {
            name: door.name.clone(),
            title: self.f.x(&door.title).to_owned(),
            by: by.join(self.f.t("、", ", ")),
            usable: form.is_some() && opens(self.rules, door, actor),
            intro: form.map(|form| self.f.x(&form.intro).to_owned()).unwrap_or_default(),
        }
    }

    fn limit(&self, source: &LimitSource) -> String {
        self.limit_value(source).map(|limit| self.f.x(&limit.title()).to_owned()).unwrap_or_default()
    }

    /// How long something takes here and today.
    pub(super) fn limit_value(&self, source: &LimitSource) -> Option<Limit> {
        match source {
            LimitSource::Fixed(limit) => Some(*limit),
            LimitSource::Parameter(name, _) => {
                let found = self.rules.parameters.value(
                    name,
                    self.now.date(),
                    &self.rules.organisation.region,
                    &self.rules.organisation,
                );
                found.and_then(|found| limit_of(&found.value))
            }
        }
    }

    /// The clock that says how long a matter takes.
    pub(super) fn main_clock(&self, item: ItemId) -> Option<&ClockDefinition> {
        let mut clocks = self.definition.clocks.iter().filter(|clock| clock.item == Some(item));
        clocks.rfind(|clock| clock.kind == ClockKind::Statutory || clock.name.ends_with(".act"))
    }

    fn blocks(&self) -> Vec<Block> {
        let chart = &self.definition.chart;
        blocks(self.definition)
            .into_iter()
            .map(|items| {
                let around = items.first().into_iter().flat_map(|item| chart.ancestors(item.state));
                let named = |id: &StateId| {
                    let state = self.definition.state(*id);
                    !state.generated && !state.title.is_empty()
                };
                let title = around.into_iter().find(named).map(|id| self.f.x(&self.definition.state(id).title));
                Block { title: title.unwrap_or_default().to_owned(), items: self.items(&items) }
            })
            .collect()
    }

    pub(super) fn items(&self, items: &[&ItemDefinition]) -> Vec<GuideItem> {
        items
            .iter()
            .map(|item| {
                let limit = self.main_clock(item.id).map(|clock| self.limit(&clock.limit)).unwrap_or_default();
                GuideItem {
                    title: self.f.x(item.row.as_ref().map_or(&item.title, |(_, together)| together)).to_owned(),
                    office: item.office.as_ref().map(|office| self.assignee(office)).unwrap_or_default(),
                    limit,
                    basis: item.basis.clone(),
                    claimed: item.offered,
                    needs: item.needs.iter().map(|id| self.f.x(&self.definition.item(*id).title).to_owned()).collect(),
                }
            })
            .collect()
    }

    /// Clocks of the whole. What offices agreed among themselves is shown to the staff only: it would be sixteen lines
    /// between an applicant and the two that matter.
    fn limits(&self, staff: bool) -> Vec<GuideLimit> {
        let own = self.definition.clocks.iter().filter(|clock| clock.item.is_none() && !clock.title.is_empty());
        let own = own.filter(|clock| staff || clock.kind != ClockKind::Internal);
        own.map(|clock| GuideLimit {
            title: self.f.x(&clock.title).to_owned(),
            kind: match clock.kind {
                ClockKind::Statutory => self.f.t("法定", "by law"),
                ClockKind::Promised => self.f.t("承诺", "promised"),
                ClockKind::Internal => self.f.t("内部", "internal"),
                ClockKind::Applicant => self.f.t("申请人", "applicant"),
                ClockKind::Shown => self.f.t("参考", "for information"),
            },
            limit: self.limit(&clock.limit),
            basis: clock.basis.clone(),
        })
        .collect()
    }

    /// What the applicant is asked, with why and by which law.
    fn asked(&self) -> Vec<GuideForm> {
        let doors = self.definition.doors.values().filter(|door| door.party.is_some());
        let forms = doors.filter_map(|door| self.definition.forms.get(door.form.as_ref()?));
        forms
            .map(|form| GuideForm {
                title: self.f.x(&form.title).to_owned(),
                fields: form
                    .all_fields()
                    .into_iter()
                    .map(|(_, field)| {
                        let basis = field.basis.clone().unwrap_or_default();
                        (self.f.x(&field.title).to_owned(), self.f.x(&field.purpose).to_owned(), basis)
                    })
                    .filter(|(_, purpose, basis)| !purpose.is_empty() || !basis.is_empty())
                    .collect(),
            })
            .collect()
    }
}

/// The matters by the parallel block they belong to (one for every row of a list is one matter), the greatest block
/// first: that is the service itself;
/// later ones are reached only when something has to be done over, such as undoing all of it.
pub fn blocks(definition: &ProcessDefinition) -> Vec<Vec<&ItemDefinition>> {
    let mut blocks: Vec<(Option<StateId>, Vec<&ItemDefinition>)> = Vec::new();
    for item in definition.items.iter().filter(|item| item.row.as_ref().is_none_or(|(number, _)| *number == 1)) {
        let block = definition.chart.state(item.state).parent;
        match blocks.iter_mut().find(|(known, _)| *known == block) {
            Some((_, items)) => items.push(item),
            None => blocks.push((block, vec![item])),
        }
    }
    blocks.sort_by_key(|(_, items)| std::cmp::Reverse(items.len()));
    blocks.into_iter().map(|(_, items)| items).collect()
}

fn limit_of(value: &Value) -> Option<Limit> {
    value.as_text().and_then(|text| Limit::parse(text).ok())
}

/// May this visitor use a door? Strangers see the button and are asked to sign in.
pub fn opens(rules: &Rulebook, door: &Door, actor: Option<&Actor>) -> bool {
    if door.message.is_some() {
        return false;
    }
    match actor {
        None => door.party.is_some(),
        Some(Actor { kind: ActorKind::Citizen | ActorKind::Agent { .. }, .. }) => door.party.is_some(),
        Some(actor) => {
            let definition = onething_engine::definition::DefinitionHash::default();
            let blank = onething_engine::kernel::Configuration::default();
            let id = onething_engine::case::CaseId(uuid::Uuid::nil());
            let mut case = onething_engine::case::Case::new(id, definition, blank, Instant(0));
            case.region.clone_from(&rules.organisation.region);
            may_do(&rules.organisation, actor, &case, &door.by)
        }
    }
}
