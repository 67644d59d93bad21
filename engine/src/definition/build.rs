//! Builds and checks processes from texts alone: the same sources always give the same definition. It must never read a
//! file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::chart::{lower_chart, report_unreachable};
use super::checks;
use super::draft::{Draft, DraftChoice, DraftItem, DraftTaskLimit, Kind, PartyIs, Placed, ROOT, StateIndex, Target};
use super::emit::Emitted;
use super::guards::GlobalScope;
use super::library::{FileKind, Library};
use super::model::{
    Choice, ClockId, DefinitionHash, Door, HoldDefinition, ItemDefinition, ItemId, PartyDefinition, ProcessDefinition,
    RecordDefinition, StateWork, TaskDefinition, TransitionWork, Unique,
};
use super::written::Written;
use crate::expression::{Expression, Type};
use crate::kernel::{Condition, TransitionId};
use crate::source::{File, Node, Problems, Source};

/// A process with the sources it was built from.
#[derive(Clone, Debug)]
pub struct Built {
    /// The checked process.
    pub definition: Arc<ProcessDefinition>,
    /// Exactly the files it needs, by path. [`build`] makes the same process from them alone.
    pub bundle: Vec<Source>,
}

/// The SHA-256 over path and text of each file, in the order of the paths.
pub fn hash_of(sources: &[Source]) -> DefinitionHash {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hasher = Sha256::new();
    for source in sorted {
        // Lengths keep two files from being read as one.
        for part in [&source.path, &source.text] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    DefinitionHash(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Words that a bare statechart does not have.
const WORK_WORDS: &[&str] = &[
    "task",
    "outcomes",
    "actions",
    "items",
    "hold",
    "use",
    "start",
    "clocks",
    "notify",
    "document",
    "pause",
    "publish",
    "result",
    "parties",
    "effective",
    "lead",
    "time",
    "messages",
    "notices",
    "documents",
    "unique",
    "links",
    "gather",
    "records",
    "record",
    "quotas",
    "quota",
    "release",
    "late",
    "tone",
    "basis",
];

/// Is this a statechart without people, forms and clocks?
fn is_bare(node: &Node) -> bool {
    let own = |entry: &crate::source::Entry| {
        !WORK_WORDS.contains(&entry.key.as_str())
            && (entry.key != "states" || entry.value.entries().iter().all(|state| is_bare(&state.value)))
            && (entry.key != "type" || entry.value.as_text() != Some("rest"))
    };
    node.entries().iter().all(own)
}

/// Builds every process of the library and checks it. Problems go where the library's went; a process with errors is
/// left out.
pub fn build(library: &Library, problems: &Problems) -> Vec<Built> {
    let mut built = Vec::new();
    for process in library.of_kind(FileKind::Process) {
        let before = problems.errors();
        if is_bare(&process.node) {
            // It has no door, so no case begins with it: it is checked and played, not published.
            let file = File { source: &process.source, problems };
            if let Some(chart) = lower_chart(file, &process.node) {
                report_unreachable(file, &process.node, &chart);
            }
            continue;
        }
        let mut draft = Draft::lower(library, process, problems);
        draft.finish_items();
        let scope = draft.global_scope();
        let emitted = draft.emit_chart(&scope);
        let (order, written) = (emitted.order.clone(), emitted.written.clone());
        let definition = draft.definition(emitted, &scope);
        checks::check(&draft);
        if problems.errors() == before {
            checks::check_whole(&draft, &definition, &order, &written);
        }
        if problems.errors() == before {
            built.push(draft.bundle(definition));
        }
    }
    checks::across(library, problems);
    built
}

impl<'a> Draft<'a> {
    fn bundle(&self, mut definition: ProcessDefinition) -> Built {
        let mut paths: BTreeSet<&str> = self.used.clone();
        for form in definition.forms.keys() {
            if let Some((_, file)) = self.library.forms.get(form) {
                paths.insert(&self.library.files[*file].source.path);
            }
        }
        let files = self.library.files.iter().filter(|file| paths.contains(&*file.source.path));
        let bundle: Vec<Source> = files.map(|file| file.source.clone()).collect();
        definition.hash = hash_of(&bundle);
        Built { definition: Arc::new(definition), bundle }
    }

    fn definition(&mut self, emitted: Emitted, scope: &GlobalScope) -> ProcessDefinition {
        let clocks = self.clock_definitions(&emitted, scope);
        let states = emitted.order.iter().map(|index| self.state_work(*index, &emitted, scope)).collect();
        let transitions = emitted.written.iter().map(|index| self.transition_work(*index, scope)).collect();
        let doors = self.door_definitions(&emitted, scope);
        let items = self.item_definitions(&emitted);
        let holds = self.hold_definitions(&emitted, scope);
        let parties = self.party_definitions(scope);
        let unique = self.unique.and_then(|key| self.expression(key, &Type::Any, scope)).map(|key| Unique { key });
        let records = self.record_definitions(scope);
        let quotas = self.quota_definitions(scope);
        let forms = self.known_forms();
        let fixed = self.fixed_definitions(scope);
        let links = self.link_definitions(scope);
        let sites = self.site_definitions(scope);
        let frame = &self.frame;
        ProcessDefinition {
            name: frame.name.clone(),
            title: frame.title.clone(),
            hash: DefinitionHash::default(),
            effective: frame.effective,
            lead: frame.lead.clone(),
            basis: frame.basis.clone(),
            tone: frame.tone,
            calendar: frame.calendar.clone(),
            states,
            transitions,
            clocks,
            doors,
            items,
            groups: self.groups.clone(),
            holds,
            parties,
            messages: frame.messages.clone(),
            forms,
            notices: frame.notices.clone(),
            documents: frame.documents.clone(),
            unique,
            fixed,
            links,
            sites,
            records,
            guide: self.guide_definition(scope),
            quotas,
            chart: emitted.chart,
        }
    }

    fn fixed_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, Expression> {
        let fixed = self.fixed.iter().filter_map(|(name, placed)| {
            let value = self.expression(*placed, &Type::Any, scope)?;
            self.keep_personal_values_back(*placed, &value, scope);
            Some((name.clone(), value))
        });
        fixed.collect()
    }

    fn known_forms(&self) -> BTreeMap<String, Arc<crate::form::Form>> {
        let names = self.forms.keys().map(|(name, _)| name);
        names.filter_map(|name| Some((name.clone(), self.library.form(name)?.clone()))).collect()
    }

    fn state_work(&self, index: StateIndex, emitted: &Emitted, scope: &GlobalScope) -> StateWork {
        let state = &self.states[index];
        StateWork {
            title: self.title_of(index),
            path: state.path.clone(),
            generated: state.made,
            task: state.task.as_ref().map(|task| TaskDefinition {
                title: if task.title.is_empty() { self.title_of(index) } else { task.title.clone() },
                by: task.by.clone(),
                form: task.form.clone(),
                limit: self.task_limit(&task.limit),
                outcomes: task.outcomes.iter().map(|choice| self.choice(choice, index, emitted, scope)).collect(),
                not_same_as: task
                    .not_same_as
                    .iter()
                    .filter_map(|placed| {
                        let (text, place) = self.text(placed.env, placed.node)?;
                        let target = Target::Named { text, env: place.env, span: place.span };
                        self.resolve_target(index, &target).map(|state| emitted.states[state])
                    })
                    .collect(),
                basis: task.basis.clone(),
            }),
            actions: state.actions.iter().map(|choice| self.choice(choice, index, emitted, scope)).collect(),
            pause: state.pause.clone(),
            publish: state.publish.as_ref().and_then(|draft| self.publication(draft, scope)),
            wait: state.wait.as_ref().map(|draft| self.wait_definition(draft, scope)),
            begin: state.begin.clone(),
            item: state.item.map(item_id),
            gather: state.gather.as_ref().and_then(|gather| self.gather_definition(index, gather, scope)),
            only_after: self.only_after(index).map(|(before, _)| emitted.states[before]).collect(),
            outcome: state.outcome,
            closes: state.parent == Some(ROOT) && matches!(state.kind, Kind::Final | Kind::Rest),
            basis: state.basis.clone(),
            place: Written { file: self.envs[state.env].source.path.clone(), span: state.span },
        }
    }

    fn task_limit(&self, limit: &DraftTaskLimit<'a>) -> Option<ClockId> {
        match limit {
            DraftTaskLimit::Clock(clock) => Some(clock_id(*clock)),
            DraftTaskLimit::Free => None,
            DraftTaskLimit::Named(placed) => {
                let name = placed.node.as_text().unwrap_or_default();
                let found = self.find_clock(placed.env, name);
                if found.is_none() {
                    self.unknown_clock(placed.env, name, placed.node.span);
                }
                found.map(clock_id)
            }
        }
    }

    /// A choice; its condition is shown to people only where it does not ask for the form they have yet to fill.
    fn choice(&self, draft: &DraftChoice<'a>, state: StateIndex, emitted: &Emitted, scope: &GlobalScope) -> Choice {
        let form = self.states[state].task.as_ref().and_then(|task| task.form.as_deref());
        let own: Vec<&str> = form.into_iter().chain(draft.ask.as_deref()).collect();
        let mut parts = Vec::new();
        for guard in &draft.guards {
            let Some(text) = self.guard_text(guard) else { continue };
            if own.iter().any(|form| text.contains(&format!("answers.{form}.")) || text.contains(&format!(".{form}.")))
            {
                continue;
            }
            parts.push(text);
        }
        let when =
            (!parts.is_empty()).then(|| Expression::parse(&parts.join(" && "), scope, &Type::Bool).ok()).flatten();
        Choice {
            name: draft.name.clone(),
            title: super::states::titled(&draft.title, &draft.name),
            event: draft.event.clone(),
            ask: draft.ask.clone(),
            by: draft.by.clone(),
            when,
            refuse: self.refusal_definitions(&draft.refuse, scope),
            transitions: draft.transitions.iter().filter_map(|index| emitted.transitions[*index]).collect(),
        }
    }

    fn transition_work(&self, index: usize, scope: &GlobalScope) -> TransitionWork {
        let draft = &self.transitions[index];
        let (file, line) = if draft.made {
            (String::new(), 0)
        } else {
            (self.envs[draft.env].source.path.to_string(), draft.span.line)
        };
        let errands = self.errand_uses(index, scope);
        TransitionWork { effects: draft.effects.clone(), errands, file, line, label: self.label(draft) }
    }

    fn door_definitions(&self, emitted: &Emitted, scope: &GlobalScope) -> BTreeMap<String, Door> {
        let doors = self.doors.iter().map(|door| {
            let transition = emitted.transitions[door.transition].unwrap_or(TransitionId(u32::MAX));
            let made = Door {
                name: door.name.clone(),
                title: door.title.clone(),
                by: door.by.clone(),
                linked: door.linked,
                schedule: door.schedule,
                message: door.message.clone(),
                form: door.form.clone(),
                fills: door.fills.clone(),
                event: door.event.clone(),
                transition,
                party: door.party.clone(),
                refuse: self.refusal_definitions(&door.refuse, scope),
                region: door.region.and_then(|placed| self.expression(placed, &Type::Text, scope)),
            };
            (door.name.clone(), made)
        });
        doors.collect()
    }

    fn item_definitions(&self, emitted: &Emitted) -> Vec<ItemDefinition> {
        let items = self.items.iter().enumerate().map(|(index, item)| ItemDefinition {
            id: item_id(index),
            name: item.name.clone(),
            title: item.title.clone(),
            office: item.office.clone(),
            state: emitted.states[item.state],
            needs: item
                .needs
                .iter()
                .filter_map(|need| self.items.iter().position(|other| other.name == need.item))
                .map(item_id)
                .collect(),
            offered: item.offer.is_some(),
            carried_from: self.carried_from(index).map(|state| emitted.states[state]).collect(),
            when: self.gate_conditions(item, emitted),
            row: self.envs[item.env].row.as_ref().map(|row| (row.number, item.together.clone())),
            basis: item.basis.clone(),
        });
        items.collect()
    }

    /// What the gate of an item asks; it is written once, in the chart.
    fn gate_conditions(&self, item: &DraftItem<'a>, emitted: &Emitted) -> Vec<Condition> {
        let gate = emitted.chart.state(emitted.states[item.gate.decide]);
        let first = gate.transitions.first().filter(|_| item.gate.not_needed.is_some());
        first.map(|id| emitted.chart.transitions[id.0 as usize].conditions.clone()).unwrap_or_default()
    }

    fn hold_definitions(&self, emitted: &Emitted, scope: &GlobalScope) -> Vec<HoldDefinition> {
        let holds = self.holds.iter().map(|hold| HoldDefinition {
            state: emitted.states[hold.state],
            work: emitted.states[hold.work],
            held: hold.held.iter().map(|(kind, state)| (kind.clone(), emitted.states[*state])).collect(),
            history: emitted.states[hold.history],
            by: hold.by.clone(),
            begin: hold
                .begin
                .iter()
                .map(|(kind, choice)| (kind.clone(), self.choice(choice, hold.state, emitted, scope)))
                .collect(),
            end: hold.end.as_ref().map(|choice| self.choice(choice, hold.state, emitted, scope)),
        });
        holds.collect()
    }

    fn record_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, RecordDefinition> {
        let records = self.records.iter().map(|(name, record)| {
            let part = |placed: &Placed<'a>| self.expression(*placed, &Type::Any, scope);
            let keys = record.keys.iter().map(|key| key.iter().filter_map(part).collect()).collect();
            (name.clone(), RecordDefinition { keys, lasts: record.lasts })
        });
        records.collect()
    }

    fn party_definitions(&self, scope: &GlobalScope) -> BTreeMap<String, PartyDefinition> {
        let parties = self.parties.values().map(|party| {
            let made = PartyDefinition {
                name: party.name.clone(),
                title: party.title.clone(),
                is: party.is.as_ref().and_then(|is| match is {
                    PartyIs::Written(placed) => self.expression(*placed, &Type::Any, scope),
                    PartyIs::Made(text) => self.made_expression(text, &Type::Any, scope, ROOT),
                }),
                silent: party.silent,
                silent_while: party.silent_while.and_then(|placed| self.expression(placed, &Type::Bool, scope)),
                optional: party.optional,
            };
            (party.name.clone(), made)
        });
        parties.collect()
    }
}

/// The id of a clock by its place.
pub(super) fn clock_id(index: usize) -> ClockId {
    ClockId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// The id of an item by its place.
pub(super) fn item_id(index: usize) -> ItemId {
    ItemId(u32::try_from(index).unwrap_or(u32::MAX))
}
