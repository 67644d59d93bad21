//! Notices and documents: they follow transitions that were taken and stays that began, never a step that was refused.

use super::Outgoing;
use super::draft::Draft;
use super::permit;
use super::settle::Stay;
use crate::case::Case;
use crate::definition::{Assignee, ClockId, ClockKind, Effects, ItemId};
use crate::event::{Event, Offer};
use crate::kernel::{StateId, TransitionId};
use crate::organisation::region;

/// Text that tells an office of new work, unless the process has its own under this name.
pub const TASK_OFFERED: &str = "task_offered";
/// Text of a reminder.
pub const REMINDER: &str = "reminder";
/// Text of a finding of lateness.
pub const LATE: &str = "late";

/// `party:applicant`, `office:police.household`, `role:supervisor`; `office:street.window@320404001` for an office of
/// another region than the case's.
pub fn address(offer: &Offer, case: &Case) -> String {
    if !offer.party.is_empty() {
        format!("party:{}", offer.party)
    } else if offer.unit.is_empty() {
        format!("role:{}", offer.role)
    } else if region::significant(&offer.region) == region::significant(&case.region) {
        format!("office:{}", offer.unit)
    } else {
        format!("office:{}@{}", offer.unit, offer.region)
    }
}

impl Draft<'_> {
    /// Documents and notices of transitions taken, then of stays begun, then word of new work to its offices.
    pub fn tell(&mut self, taken: &[TransitionId], stay: &Stay, begun: &[(StateId, u32)]) {
        let definition = self.definition.clone();
        for id in taken {
            let item = definition.state(definition.chart.transition(*id).source).item;
            self.effects(&definition.transition(*id).effects, item, None);
        }
        for state in self.case.configuration.in_order(&definition.chart) {
            let task = begun.iter().find(|(begun, _)| *begun == state).map(|(_, number)| *number);
            let begins = stay.begins(&self.case.configuration.active, state) || task.is_some();
            if begins {
                self.effects(&definition.state(state).begin, definition.state(state).item, task);
            }
        }
        for (state, number) in begun {
            let work = definition.state(*state);
            self.notify_holders(*number, TASK_OFFERED, work.item, |offer| offer.party.is_empty());
        }
    }

    /// Issues documents, queues notices and writes records.
    pub fn effects(&mut self, effects: &Effects, item: Option<ItemId>, task: Option<u32>) {
        for code in &effects.documents {
            let document = u32::try_from(self.case.documents.len()).unwrap_or(u32::MAX).saturating_add(1);
            self.emit(Event::DocumentIssued { document, code: code.clone(), item });
        }
        for notice in &effects.notices {
            self.notify(&notice.to, &notice.text, item, task);
        }
        for name in &effects.records {
            self.record(name);
        }
    }

    /// Queues one notice; nobody writes to a silent party.
    pub fn notify(&mut self, to: &Assignee, text: &str, item: Option<ItemId>, task: Option<u32>) {
        if let Assignee::Party(party) = to
            && self.is_silent(party)
        {
            return;
        }
        let offer = permit::offer(&self.context.rules.organisation, to, &self.case);
        self.notify_at(&offer, text, item, task);
    }

    /// Queues a notice to those whom a task was offered to: those it was offered to, wherever the place is now.
    pub fn notify_holders(&mut self, task: u32, text: &str, item: Option<ItemId>, which: impl Fn(&Offer) -> bool) {
        let offers = self.case.task(task).map(|task| task.offers.clone()).unwrap_or_default();
        for offer in offers.iter().filter(|offer| which(offer)) {
            let silent = self.definition.parties.get(&offer.party).is_some_and(|party| party.silent);
            if !silent {
                self.notify_at(offer, text, item, Some(task));
            }
        }
    }

    fn notify_at(&mut self, to: &Offer, text: &str, item: Option<ItemId>, task: Option<u32>) {
        let notice = self.case.notices + 1;
        let to = address(to, &self.case);
        let due_at = match task {
            Some(task) => self.task_due(task),
            None => self.next_due(item),
        };
        self.emit(Event::Notified { notice, to: to.clone(), text: text.to_owned(), item, task });
        let item = item.map(|item| self.definition.item(item).name.clone());
        self.outbox.push(Outgoing { notice, to, text: text.to_owned(), item, task, due_at });
    }

    /// Whether nobody may write to the party now. What cannot be decided is silence: a message cannot be called back.
    fn is_silent(&self, party: &str) -> bool {
        let Some(party) = self.definition.parties.get(party) else { return false };
        let for_now = party.silent_while.as_ref().map(|condition| self.holds(condition, None));
        party.silent || !matches!(for_now, None | Some(Ok(false)))
    }

    /// The soonest deadline of the item, which is the one a text about it names; without an item, the soonest of those
    /// that began with this step, because an older one belongs to something else. What is only shown (a reminder, a
    /// date on the page) is named where nothing else runs.
    fn next_due(&self, item: Option<ItemId>) -> Option<crate::value::Instant> {
        let definition = &self.definition;
        // Not by its first day: a clock that counts from another day begins with this step all the same.
        let began = |id: ClockId| {
            self.events.iter().any(|event| matches!(event, Event::ClockStarted { clock, .. } if *clock == id))
        };
        let running = self.case.clocks.iter().filter(|(_, clock)| clock.running);
        let ours = running.filter(|(id, _)| {
            let mut places = definition.clock(**id).runs_in.iter();
            places.any(|place| definition.state(*place).item == item) && (item.is_some() || began(**id))
        });
        let due = ours.filter_map(|(id, clock)| Some((definition.clock(*id).kind == ClockKind::Shown, clock.due_at?)));
        due.min().map(|(_, due_at)| due_at)
    }

    fn task_due(&self, task: u32) -> Option<crate::value::Instant> {
        let state = self.case.task(task)?.state;
        let clock = self.definition.state(state).task.as_ref()?.limit?;
        self.case.clocks.get(&clock)?.due_at
    }
}
