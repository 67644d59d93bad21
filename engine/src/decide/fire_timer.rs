//! `FireTimer`: a wake-up takes effect. A clock that runs out moves the case first, if the file says so; if it still
//! runs afterwards, it is late. Lateness itself never moves a case.

use super::draft::Draft;
use super::notices::{LATE, REMINDER};
use crate::definition::{Assignee, ClockId, Late};
use crate::event::{CardLevel, Event, TimerKind};
use crate::kernel;
use crate::organisation::{ActorKind, role};
use crate::rejection::Rejection;

pub(super) fn decide(draft: &mut Draft<'_>, number: u32) -> Result<(), Rejection> {
    if draft.context.actor.kind != ActorKind::System {
        return Err(Rejection::CaseNotFound);
    }
    let timer = draft.case.timers.get(&number).cloned().ok_or(Rejection::TimerGone { timer: number })?;
    if timer.at > draft.context.now {
        return Err(Rejection::TimerEarly { timer: number });
    }
    draft.emit(Event::TimerFired { timer: number });
    match timer.why {
        TimerKind::Delay { event, addressed, data, .. } => {
            let event = if addressed { kernel::Event::addressed(event) } else { kernel::Event::announced(event) };
            draft.move_by(event.with(data))?;
        }
        TimerKind::Remind(clock, percent) => draft.card(clock, CardLevel::Yellow, percent),
        TimerKind::Due(clock) => {
            if let Some(event) = draft.definition.clock(clock).event.clone() {
                draft.move_by(kernel::Event::addressed(event))?;
            }
            let overdue =
                draft.case.clocks.get(&clock).is_some_and(|state| {
                    state.running && state.due_at.is_none_or(|due_at| due_at <= draft.context.now)
                });
            if overdue {
                draft.card(clock, CardLevel::Red, 100);
            }
        }
    }
    Ok(())
}

impl Draft<'_> {
    /// Raises a card and tells those whom it concerns.
    fn card(&mut self, clock: ClockId, level: CardLevel, percent: u8) {
        let definition = self.definition.clone();
        let rule = definition.clock(clock);
        let Some(state) = self.case.clocks.get(&clock) else { return };
        let due_at = state.due_at.unwrap_or(self.context.now);
        let concerned: Vec<(u32, crate::kernel::StateId)> = self
            .case
            .open_tasks()
            .filter(|task| {
                rule.runs_in.iter().any(|runs| *runs == task.state || definition.chart.is_inside(task.state, *runs))
            })
            .map(|task| (task.number, task.state))
            .collect();
        let card = u32::try_from(self.case.cards.len()).unwrap_or(u32::MAX).saturating_add(1);
        let tasks = concerned.iter().map(|(number, _)| *number).collect();
        self.emit(Event::CardRaised { card, clock, level, percent, due_at, tasks });
        if rule.late == Late::CardOnly {
            return;
        }
        let text = if level == CardLevel::Red { LATE } else { REMINDER };
        let (first, own) = concerned
            .iter()
            .find(|(_, state)| definition.state(*state).task.as_ref().is_some_and(|task| task.limit == Some(clock)))
            .map_or((None, false), |(number, state)| (Some((*number, *state)), true));
        if let Some((number, _)) = first {
            self.notify_holders(number, text, rule.item, |_| true);
        }
        // The clock of the whole, and everything that is late, concerns whoever watches over it.
        if level == CardLevel::Red || !own {
            self.notify(&Assignee::Role(role::SUPERVISOR.to_owned()), text, rule.item, first.map(|(number, _)| number));
        }
    }
}
