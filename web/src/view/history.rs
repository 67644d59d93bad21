//! What happened, in sentences. Applicants read the stages, papers and messages; the staff also reads who did what.

use onething_engine::clock::{Limit, Span};
use onething_engine::definition::{ClockId, ItemId};
use onething_engine::event::{CardLevel, Envelope, Event, Holder};
use onething_engine::kernel::StateId;
use onething_engine::text::Text;

use super::{Issued, Look};
use crate::language;

/// Ends that the gate of a matter makes by itself: it was never part of this case, so the applicant need not read of it.
const LEFT_OUT: [&str; 2] = ["not_needed", "not_chosen"];

/// One line of the history.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: String,
    /// By whom.
    pub who: String,
    /// What.
    pub what: String,
}

impl Look<'_> {
    pub(super) fn history(&self, log: &[Envelope]) -> Vec<Happened> {
        let events: Vec<Event> = log.iter().filter_map(Envelope::event).collect();
        let told = log.iter().filter_map(|envelope| {
            let event = envelope.event()?;
            let refused = || self.is_staff().then(|| self.refused_line(&event, &events))?;
            let listed = || self.is_staff().then(|| self.list_end(&event, &events))?;
            let what = self.sentence(&event).or_else(refused).or_else(listed)?;
            let who = if self.of_itself(&event, &envelope.actor) {
                self.t("系统", "the system")
            } else {
                self.who(&envelope.actor)
            };
            Some(Happened { at: language::short(envelope.at), who, what })
        });
        let mut lines: Vec<Happened> = told.collect();
        lines.reverse();
        lines
    }

    /// Did the engine do it, whoever set it off? Time is always its own; a paper or the end of a matter stays with the
    /// office whose decision it is, but is never the deed of an applicant.
    fn of_itself(&self, event: &Event, actor: &str) -> bool {
        match event {
            Event::ValuesFixed { .. }
            | Event::SitesSet { .. }
            | Event::ClockStarted { .. }
            | Event::ClockPaused { .. }
            | Event::ClockResumed { .. }
            | Event::ClockContinued { .. }
            | Event::ClockStopped { .. }
            | Event::DueSet { .. }
            | Event::TimerSet { .. }
            | Event::TimerCancelled { .. }
            | Event::TimerFired { .. }
            | Event::CardRaised { .. }
            | Event::Notified { .. }
            | Event::BegunBy { .. }
            | Event::ErrandSet { .. }
            | Event::ErrandEnded { .. }
            | Event::MembersFrozen { .. }
            | Event::MembersTold { .. }
            | Event::PlaceAwaited { .. }
            | Event::PlaceGiven { .. }
            | Event::PlaceReturned { .. }
            | Event::WaitEnded { .. }
            | Event::TaskOffered { .. } => true,
            Event::ItemEnded { end, .. } if end == LEFT_OUT[0] => true,
            Event::DocumentIssued { .. } | Event::ItemEnded { .. } => {
                !self.rules.organisation.people.contains_key(actor)
            }
            Event::CaseOpened { .. }
            | Event::Answered { .. }
            | Event::PartyJoined { .. }
            | Event::Moved { .. }
            | Event::TaskClaimed { .. }
            | Event::TaskReleased { .. }
            | Event::Recused { .. }
            | Event::TaskCompleted { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskPutAside { .. }
            | Event::TaskTakenUp { .. }
            | Event::ClockExtended { .. }
            | Event::MessageReceived { .. }
            | Event::CaseClosed { .. }
            | Event::CaseReopened
            | Event::Recorded { .. } => false,
        }
    }

    /// Who somebody of the log is. Applicants learn the office of a clerk, not the name.
    fn who(&self, id: &str) -> String {
        let organisation = &self.rules.organisation;
        if id == "system" {
            return self.t("系统", "the system");
        }
        if id.starts_with("case:") {
            return self.t("关联办件", "a linked case");
        }
        if let Some(person) = organisation.people.get(id) {
            let office = person.units.first().map(|unit| self.x(&organisation.office_title(unit)));
            let name = self.x(&person.name);
            return match (self.is_staff(), office) {
                (true, Some(office)) => format!("{name} · {office}"),
                (true, None) => name,
                (false, Some(office)) => office,
                (false, None) => self.t("督查", "supervisor"),
            };
        }
        let parties = &self.case_of().parties;
        let party = parties.iter().find(|(_, accounts)| accounts.contains(id)).map(|(party, _)| party);
        party.map_or_else(|| self.t("其他系统", "another system"), |party| self.party(party))
    }

    fn sentence(&self, event: &Event) -> Option<String> {
        let staff = self.is_staff();
        match event {
            Event::CaseOpened { door, .. } => {
                let door = self.definition.doors.get(door).map(|door| self.x(&door.title)).unwrap_or_default();
                Some(self.t(&format!("开始办理：{door}"), &format!("Began: {door}")))
            }
            Event::Answered { holder, form, version, .. } if staff => {
                let form = self.definition.forms.get(form).map(|form| self.holder_form(holder, &form.title))?;
                Some(
                    self.t(
                        &format!("填写“{form}”（第 {version} 版）"),
                        &format!("Filled in “{form}” (version {version})"),
                    ),
                )
            }
            Event::Moved { entered, .. } => self.moved(entered),
            Event::ItemEnded { end, .. } if !staff && LEFT_OUT.contains(&end.as_str()) => None,
            Event::ItemEnded { item, outcome: Some(outcome), .. } => {
                let (title, word) = (self.x(&self.definition.item(*item).title), self.outcome_word(*outcome));
                Some(self.t(&format!("“{title}”{word}"), &format!("{title}: {word}")))
            }
            Event::TaskClaimed { task, .. } if staff => self.task_line(*task, "领取", "Claimed"),
            Event::TaskReleased { task } if staff => self.task_line(*task, "退回", "Gave back"),
            Event::Recused { .. } if staff => Some(self.t("申请回避", "Stepped back from the case")),
            Event::TaskCompleted { task, outcome } => self.completed(*task, outcome),
            Event::ClockStarted { clock, limit, .. } if staff => Some(self.started(*clock, *limit)),
            Event::ClockPaused { clock, .. } => Some(self.clock_line(*clock, "时限中止", "Time stands still")),
            Event::ClockResumed { clock } => Some(self.clock_line(*clock, "时限恢复", "Time runs again")),
            Event::ClockExtended { clock, add } => Some(self.extended(*clock, *add)),
            Event::CardRaised { clock, level: CardLevel::Red, .. } => Some(self.clock_line(*clock, "已超期", "Late")),
            Event::CardRaised { clock, level: CardLevel::Yellow, .. } if staff => {
                Some(self.clock_line(*clock, "临期提醒", "Reminder"))
            }
            Event::DocumentIssued { code, item, .. } => {
                let title = self.definition.documents.get(code).map(|text| self.titled(&text.title, *item));
                let title = title.unwrap_or_else(|| code.clone());
                Some(self.t(&format!("出具{title}"), &format!("Issued: {title}")))
            }
            Event::CaseClosed { outcome, .. } => {
                let word = self.outcome_word(*outcome);
                Some(self.t(&format!("办件结束：{word}"), &format!("Closed: {word}")))
            }
            Event::BegunBy { process, .. } => Some(self.begun_by(process)),
            Event::ErrandSet { .. } if staff => self.errand_line(event),
            Event::MembersFrozen { .. } | Event::MembersTold { .. } if staff => self.list_line(event),
            Event::PlaceAwaited { quota, .. } => self.quota_line(quota, "开始等候", "waits for a place"),
            Event::PlaceGiven { quota } => self.quota_line(quota, "得到名额", "a place was given"),
            Event::PlaceReturned { quota } => self.quota_line(quota, "退回名额", "the place was given back"),
            Event::WaitEnded { quota } => self.quota_line(quota, "不再等候", "waits no more"),
            Event::CaseReopened => Some(self.t("办件恢复办理", "Taken up again")),
            Event::Answered { .. }
            | Event::ValuesFixed { .. }
            | Event::SitesSet { .. }
            | Event::PartyJoined { .. }
            | Event::ItemEnded { outcome: None, .. }
            | Event::TaskOffered { .. }
            | Event::TaskClaimed { .. }
            | Event::TaskReleased { .. }
            | Event::Recused { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskPutAside { .. }
            | Event::TaskTakenUp { .. }
            | Event::ClockStarted { .. }
            | Event::ClockContinued { .. }
            | Event::ClockStopped { .. }
            | Event::DueSet { .. }
            | Event::TimerSet { .. }
            | Event::TimerCancelled { .. }
            | Event::TimerFired { .. }
            | Event::CardRaised { .. }
            | Event::MessageReceived { .. }
            | Event::ErrandSet { .. }
            | Event::ErrandEnded { .. }
            | Event::MembersFrozen { .. }
            | Event::MembersTold { .. }
            | Event::Recorded { .. }
            | Event::Notified { .. } => None,
        }
    }

    fn holder_form(&self, holder: &Holder, title: &Text) -> String {
        let item = match holder {
            Holder::Case => None,
            Holder::Item(name) => self.definition.item_named(name).map(|item| item.id),
        };
        self.titled(title, item)
    }

    /// The stage that was entered: the outermost new state outside of all matters.
    fn moved(&self, entered: &[StateId]) -> Option<String> {
        let shown = |id: &&StateId| {
            let state = self.definition.state(**id);
            !state.generated && state.item.is_none() && !state.title.is_empty()
        };
        let title = entered.iter().find(shown).map(|id| self.x(&self.definition.state(*id).title))?;
        Some(self.t(&format!("进入“{title}”"), &format!("Reached “{title}”")))
    }

    fn task_title(&self, task: u32) -> Option<(String, Option<ItemId>)> {
        let state = self.definition.state(self.case_of().task(task)?.state);
        Some((self.titled(&state.task.as_ref()?.title, state.item), state.item))
    }

    fn task_line(&self, task: u32, zh: &str, en: &str) -> Option<String> {
        let (title, _) = self.task_title(task)?;
        Some(self.t(&format!("{zh}“{title}”"), &format!("{en} “{title}”")))
    }

    fn completed(&self, task: u32, outcome: &str) -> Option<String> {
        let (title, _) = self.task_title(task)?;
        let work = self.definition.state(self.case_of().task(task)?.state).task.as_ref()?;
        let chosen = work.outcomes.iter().find(|choice| choice.name == outcome).map(|choice| self.x(&choice.title));
        let chosen = chosen.unwrap_or_else(|| outcome.to_owned());
        Some(self.t(&format!("“{title}”结果：{chosen}"), &format!("{title}: {chosen}")))
    }

    fn quota_line(&self, quota: &str, zh: &str, en: &str) -> Option<String> {
        let title = self.x(&self.definition.quotas.get(quota)?.title);
        Some(self.t(&format!("“{title}”{zh}"), &format!("{title}: {en}")))
    }

    fn clock_line(&self, clock: ClockId, zh: &str, en: &str) -> String {
        let definition = self.definition.clock(clock);
        let title = self.titled(&definition.title, definition.item);
        self.t(&format!("“{title}”{zh}"), &format!("{title}: {en}"))
    }

    fn started(&self, clock: ClockId, limit: Limit) -> String {
        let limit = self.x(&limit.title());
        self.clock_line(clock, &format!("开始计时，{limit}"), &format!("time begins, {limit}"))
    }

    fn extended(&self, clock: ClockId, add: Span) -> String {
        let add = self.x(&add.title());
        self.clock_line(clock, &format!("延长 {add}"), &format!("prolonged by {add}"))
    }

    /// Messages to the visitor; all of them for the staff.
    pub(super) fn notices(&self, log: &[Envelope]) -> Vec<Issued> {
        let told = log.iter().filter_map(|envelope| match envelope.event()? {
            Event::Notified { to, text, item, .. } => Some((envelope.at, to, text, item)),
            _ => None,
        });
        let own = told.filter(|(_, to, _, _)| {
            let party = to.strip_prefix("party:");
            self.is_staff() || party.is_some_and(|party| self.case_of().is_party(party, self.actor.stands_for()))
        });
        let mut notices: Vec<Issued> = own
            .map(|(at, to, text, item)| Issued {
                title: self.subject(&text, item),
                note: self.receiver(&to),
                at: language::short(at),
            })
            .collect();
        notices.reverse();
        notices
    }

    fn receiver(&self, to: &str) -> String {
        match to.split_once(':') {
            Some(("party", party)) => self.party(party),
            Some(("office", address)) => self.x(&self.rules.organisation.office_addressed(address)),
            Some((_, role)) => self.role(role),
            None => to.to_owned(),
        }
    }

    /// The subject line of a notice.
    pub fn subject(&self, text: &str, item: Option<ItemId>) -> String {
        let words = self.definition.notices.get(text).map(|notice| self.x(&notice.subject));
        let words = words.unwrap_or_else(|| match text {
            onething_engine::decide::TASK_OFFERED => self.t("办件 {number}：有新的待办", "Case {number}: new work"),
            onething_engine::decide::REMINDER => self.t("办件 {number}：即将到期", "Case {number}: due soon"),
            onething_engine::decide::LATE => self.t("办件 {number}：已超期", "Case {number}: late"),
            other => other.to_owned(),
        });
        let item = item.map(|item| self.x(&self.definition.item(item).title)).unwrap_or_default();
        words
            .replace("{number}", &self.case_of().number)
            .replace("{item}", &item)
            .replace("{title}", &self.x(&self.definition.title))
    }
}
