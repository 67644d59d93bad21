//! What can happen next: what people may do, what time does, what comes from outside. It must never judge whether
//! anything follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::part::Part;
use crate::definition::{Assignee, ClockId, ProcessDefinition};
use crate::kernel::{Action, Configuration, Content, Event, StateId, Trigger};

/// Something that happens to a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deed {
    /// The event the chart is given.
    pub event: Event,
    /// What it is to people.
    pub kind: DeedKind,
}

/// What a deed is to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DeedKind {
    /// A way into a case.
    Door(String),
    /// Somebody chooses; `word` is what a story says.
    Choice { word: String, by: Vec<Assignee>, ask: Vec<String>, state: StateId },
    /// A clock runs out.
    Clock(ClockId),
    /// A time in a state is over.
    Delay(String),
    /// Everybody on a list was told.
    Gathered(String),
    /// A place of this quota is given.
    Place(String),
    /// Another system reports.
    Message(String),
    /// Something that the process announces elsewhere, or that the engine brings.
    Announced(String),
    /// All items of a block have ended, or one changes its end.
    Items,
    /// Something happens in another part; conditions are asked anew.
    Elsewhere,
    /// The part is left and begins anew.
    Anew,
    /// The part is left and gone on with where it was.
    Resumed,
}

/// All deeds of a process, by the event they give.
pub(super) struct Deeds {
    addressed: BTreeMap<String, DeedKind>,
    /// Events that may be announced to a part from outside.
    announced: BTreeSet<String>,
}

impl Deeds {
    /// Looks them up in the definition.
    pub fn of(definition: &ProcessDefinition) -> Deeds {
        let mut addressed = BTreeMap::new();
        for door in definition.doors.values() {
            addressed.insert(door.event.clone(), DeedKind::Door(door.name.clone()));
        }
        for (id, state) in (0u32..).map(StateId).zip(&definition.states) {
            let word = |name: &str| {
                let path = if state.path.is_empty() { "case" } else { &state.path };
                format!("{path}.{name}")
            };
            if let Some(wait) = &state.wait {
                addressed.insert(wait.event.clone(), DeedKind::Place(wait.quota.clone()));
            }
            if let Some(task) = &state.task {
                for choice in &task.outcomes {
                    let ask = task.form.iter().chain(&choice.ask).cloned().collect();
                    let (word, by) = (word(&choice.name), task.by.clone());
                    addressed.insert(choice.event.clone(), DeedKind::Choice { word, by, ask, state: id });
                }
            }
            if let Some(gather) = &state.gather {
                addressed.insert(gather.event.clone(), DeedKind::Gathered(state.path.clone()));
            }
            for choice in &state.actions {
                let ask = choice.ask.iter().cloned().collect();
                let (word, by) = (word(&choice.name), choice.by.clone());
                addressed.insert(choice.event.clone(), DeedKind::Choice { word, by, ask, state: id });
            }
        }
        for hold in &definition.holds {
            let path = &definition.state(hold.state).path;
            for choice in hold.begin.values().chain(&hold.end) {
                let ask = choice.ask.iter().cloned().collect();
                let (word, by) = (format!("{path}.{}", choice.name), hold.by.clone());
                addressed.insert(choice.event.clone(), DeedKind::Choice { word, by, ask, state: hold.state });
            }
        }
        for clock in &definition.clocks {
            addressed.extend(clock.event.clone().map(|event| (event, DeedKind::Clock(clock.id))));
        }
        for state in &definition.chart.states {
            for delay in &state.delays {
                addressed.insert(delay.event.clone(), DeedKind::Delay(delay.event.clone()));
            }
        }
        let mut announced: BTreeSet<String> = definition.messages.keys().cloned().collect();
        announced.insert(crate::definition::RECUSED.to_owned());
        let chart = &definition.chart;
        for state in &chart.states {
            let blocks = state.entry.iter().chain(&state.exit).chain(state.initial.as_ref().map(|of| &of.actions));
            blocks.into_iter().for_each(|block| raised(block, &mut announced));
        }
        chart.transitions.iter().for_each(|way| raised(&way.actions, &mut announced));
        Deeds { addressed, announced }
    }

    /// What can happen where a part stands.
    pub fn at(&self, definition: &ProcessDefinition, part: &Part, configuration: &Configuration) -> Vec<Deed> {
        let mut found: Vec<Deed> = Vec::new();
        let mut add = |event: Event, kind: DeedKind| {
            if !found.iter().any(|deed| deed.event == event) {
                found.push(Deed { event, kind });
            }
        };
        let states = std::iter::once(crate::kernel::Statechart::ROOT).chain(configuration.active.iter().copied());
        for way in states.flat_map(|state| &part.chart.state(state).transitions) {
            match &part.chart.transition(*way).trigger {
                Trigger::Addressed(name) => {
                    let made = name.starts_with("#items.");
                    let kind = match self.addressed.get(name) {
                        Some(kind) => kind.clone(),
                        None if made => DeedKind::Items,
                        None => DeedKind::Announced(name.clone()),
                    };
                    if !matches!(&kind, DeedKind::Clock(clock) if !may_run_out(definition, part, configuration, *clock))
                    {
                        add(Event::addressed(name), kind);
                    }
                }
                Trigger::Event(words) => {
                    for name in self.announced.iter().filter(|name| words.iter().any(|word| word.matches(name))) {
                        let kind = if definition.messages.contains_key(name) {
                            DeedKind::Message(name.clone())
                        } else {
                            DeedKind::Announced(name.clone())
                        };
                        add(Event::announced(name), kind);
                    }
                }
                Trigger::Always | Trigger::Done(_) => {}
            }
        }
        found
    }
}

/// The clock counts where the part stands, and no pause that it honours keeps it still.
fn may_run_out(definition: &ProcessDefinition, part: &Part, configuration: &Configuration, clock: ClockId) -> bool {
    let clock = definition.clock(clock);
    let stay = part.stay(configuration);
    let inside: Vec<StateId> = clock.runs_in.iter().filter_map(|state| part.own.get(state).copied()).collect();
    let elsewhere = inside.len() < clock.runs_in.len();
    let counts = elsewhere || inside.iter().any(|state| stay.contains(state));
    let paused = stay.iter().any(|state| {
        let pause = &definition.state(part.full[state.0 as usize]).pause;
        !part.is_around(*state) && pause.as_ref().is_some_and(|kind| clock.pauses.contains(kind))
    });
    counts && !paused
}

fn raised(content: &Content, into: &mut BTreeSet<String>) {
    for action in content {
        match action {
            Action::Raise { event, .. } | Action::Send { event, .. } => {
                into.insert(event.clone());
            }
            Action::If { then, otherwise, .. } => {
                raised(then, into);
                raised(otherwise, into);
            }
            Action::Cancel { .. } | Action::Set { .. } | Action::Log(_) | Action::Extension(_) => {}
        }
    }
}
