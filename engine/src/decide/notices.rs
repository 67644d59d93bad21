//! Notices and documents: they follow transitions that were taken and stays that began, never a step that was refused.

use super::Outgoing;
use super::draft::Draft;
use super::settle::Stay;
use crate::definition::{Assignee, Effects, ItemId};
use crate::event::Event;
use crate::kernel::{StateId, TransitionId};

/// Text that tells an office of new work, unless the process has its own under this name.
pub const TASK_OFFERED: &str = "task_offered";
/// Text of a reminder.
pub const REMINDER: &str = "reminder";
/// Text of a finding of lateness.
pub const LATE: &str = "late";

/// `party:applicant`, `office:police.household`, `role:supervisor`.
pub fn address(assignee: &Assignee) -> String {
    match assignee {
        Assignee::Party(party) => format!("party:{party}"),
        Assignee::Office(unit) => format!("office:{unit}"),
        Assignee::Role(role) => format!("role:{role}"),
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
            let offices = work.task.iter().flat_map(|task| &task.by).filter(|by| !matches!(by, Assignee::Party(_)));
            for office in offices.cloned().collect::<Vec<_>>() {
                self.notify(&office, TASK_OFFERED, work.item, Some(*number));
            }
        }
    }

    /// Issues documents and queues notices.
    pub fn effects(&mut self, effects: &Effects, item: Option<ItemId>, task: Option<u32>) {
        for code in &effects.documents {
            let document = u32::try_from(self.case.documents.len()).unwrap_or(u32::MAX).saturating_add(1);
            self.emit(Event::DocumentIssued { document, code: code.clone(), item });
        }
        for notice in &effects.notices {
            self.notify(&notice.to, &notice.text, item, task);
        }
    }

    /// Queues one notice; nobody writes to a silent party.
    pub fn notify(&mut self, to: &Assignee, text: &str, item: Option<ItemId>, task: Option<u32>) {
        if let Assignee::Party(party) = to
            && self.definition.parties.get(party).is_some_and(|party| party.silent)
        {
            return;
        }
        let notice = self.case.notices + 1;
        let to = address(to);
        let due_at = match task {
            Some(task) => self.task_due(task),
            None => self.next_due(item),
        };
        self.emit(Event::Notified { notice, to: to.clone(), text: text.to_owned(), item, task });
        let item = item.map(|item| self.definition.item(item).name.clone());
        self.outbox.push(Outgoing { notice, to, text: text.to_owned(), item, task, due_at });
    }

    /// The soonest deadline of the item, which is the one a text about it names; without an item, the soonest of those
    /// that began with this step, because an older one belongs to something else.
    fn next_due(&self, item: Option<ItemId>) -> Option<crate::value::Instant> {
        let definition = &self.definition;
        let running = self.case.clocks.iter().filter(|(_, clock)| clock.running);
        let ours = running.filter(|(id, clock)| {
            let mut places = definition.clock(**id).runs_in.iter();
            places.any(|place| definition.state(*place).item == item)
                && (item.is_some() || clock.run.started_at == self.context.now)
        });
        ours.filter_map(|(_, clock)| clock.due_at).min()
    }

    fn task_due(&self, task: u32) -> Option<crate::value::Instant> {
        let state = self.case.task(task)?.state;
        let clock = self.definition.state(state).task.as_ref()?.limit?;
        self.case.clocks.get(&clock)?.due_at
    }
}
