//! Pictures of a process, generated from the definition that runs: SVG and Mermaid, one level at a time, with the place
//! of a case in it. It must never be edited by hand, and must give the same bytes for the same definition.
//!
//! A level shows the states inside one state. What lies deeper is closed: a block of items is one box that lists them,
//! an opened block shows its items with what they wait for, an opened item shows its states.

mod mermaid;
mod place;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::{Assignee, ClockDefinition, GatherDefinition, LimitSource, ProcessDefinition, TaskDefinition};
use crate::kernel::{StateId, Statechart, TransitionId, Trigger};
use crate::organisation::Organisation;
use crate::text::{Language, Text};

pub use mermaid::mermaid;
pub use svg::svg;

/// One level of a process, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// What the picture shows.
    pub title: String,
    /// States, in the order of the file.
    pub nodes: Vec<Node>,
    /// Ways between them, in the order of the file.
    pub edges: Vec<Edge>,
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Unique and stable: `s12`.
    pub id: String,
    /// First line.
    pub title: String,
    /// Lines below: who, by when; or the items inside.
    pub lines: Vec<String>,
    /// How it is drawn.
    pub shape: Shape,
    /// The case stands here.
    pub active: bool,
}

/// How a box is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Where cases come in.
    Start,
    /// People work here.
    Task,
    /// Something else lies inside.
    Closed,
    /// A plain state.
    State,
    /// An end.
    End,
}

/// One arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// From this box.
    pub from: String,
    /// To this one.
    pub to: String,
    /// What is chosen or happens.
    pub label: String,
    /// Waiting for a result instead of moving.
    pub waits: bool,
}

/// So many items are listed in a closed box; more are counted.
const LISTED_MAX: usize = 12;
/// Id of the box where cases come in.
const START: &str = "start";
/// Id of the box for what may happen wherever the case stands on the level.
const ANYWHERE: &str = "anywhere";

/// Makes a level. `inside` is the state that is open, the root for the whole; `active` is where a case stands.
pub fn diagram(
    definition: &ProcessDefinition,
    organisation: &Organisation,
    inside: StateId,
    active: &BTreeSet<StateId>,
    language: Language,
) -> Diagram {
    let drawing = Drawing { definition, organisation, language };
    let states = drawing.visible(inside);
    let mut nodes: Vec<Node> = states.iter().map(|state| drawing.node(*state, active)).collect();
    let mut edges = drawing.edges(inside, &states);
    edges.extend(drawing.needs(&states));
    let doors = [(ANYWHERE, Text::new("任何环节", "anywhere")), (START, Text::new("开始", "start"))];
    for (id, title) in doors.iter().filter(|(id, _)| edges.iter().any(|edge| edge.from == *id)) {
        let title = title.get(language).to_owned();
        nodes.insert(0, Node { id: (*id).to_owned(), title, lines: Vec::new(), shape: Shape::Start, active: false });
    }
    let title = definition.title.get(language).to_owned();
    let title = if inside == Statechart::ROOT { title } else { format!("{title} · {}", drawing.title(inside)) };
    Diagram { title, nodes, edges }
}

struct Drawing<'a> {
    definition: &'a ProcessDefinition,
    organisation: &'a Organisation,
    language: Language,
}

impl Drawing<'_> {
    /// States shown on the level: children, with wrappers that the compiler made opened.
    fn visible(&self, inside: StateId) -> Vec<StateId> {
        let chart = &self.definition.chart;
        let mut found = Vec::new();
        for child in chart.real_children(inside) {
            let hidden = self.definition.state(child).generated;
            let held = self.definition.holds.iter().any(|hold| hold.held.values().any(|held| *held == child));
            if held {
                // A rest during work is no step of its own; the work shows it.
            } else if !hidden {
                found.push(child);
            } else if !chart.is_atomic(child) {
                found.extend(self.visible(child));
            }
        }
        found
    }

    fn title(&self, state: StateId) -> String {
        let work = self.definition.state(state);
        let title = work.title.get(self.language);
        if !title.is_empty() {
            return title.to_owned();
        }
        let item = self.definition.items.iter().find(|item| item.state == state);
        item.map_or_else(|| self.definition.chart.state(state).name.clone(), |i| i.title.get(self.language).to_owned())
    }

    fn node(&self, state: StateId, active: &BTreeSet<StateId>) -> Node {
        let chart = &self.definition.chart;
        let work = self.definition.state(state);
        let inside =
            |item: &&crate::definition::ItemDefinition| item.state != state && chart.is_inside(item.state, state);
        let items: Vec<String> =
            self.definition.items.iter().filter(inside).map(|item| item.title.get(self.language).to_owned()).collect();
        let own = self.definition.items.iter().find(|item| item.state == state);
        let task = work.task.as_ref().or_else(|| {
            // The task of a state with a hold lies in the part that the hold interrupts.
            let part = self.definition.holds.iter().find(|hold| hold.state == state)?.work;
            self.definition.state(part).task.as_ref()
        });
        let mut lines = task.map_or_else(Vec::new, |task| self.who_and_when(task));
        lines.extend(work.gather.as_ref().map(|gather| self.gathered(gather)));
        if let Some(office) = own.and_then(|item| item.office.as_ref()) {
            lines.push(self.assignee(office));
        }
        let shown = if items.len() > LISTED_MAX + 1 { LISTED_MAX } else { items.len() };
        lines.extend(items.iter().take(shown).map(|item| format!("· {item}")));
        if shown < items.len() {
            let all = items.len();
            let more = Text::new(format!("…… 共 {all} 项"), format!("… {all} in all"));
            lines.push(more.get(self.language).to_owned());
        }
        let shape = match (task, work.outcome) {
            (_, Some(_)) => Shape::End,
            (Some(_), None) => Shape::Task,
            (None, None) if chart.is_final(state) => Shape::End,
            (None, None) if chart.is_atomic(state) => Shape::State,
            (None, None) => Shape::Closed,
        };
        let here = active.contains(&state) || active.iter().any(|at| chart.is_inside(*at, state));
        Node { id: format!("s{}", state.0), title: self.title(state), lines, shape, active: here }
    }

    fn gathered(&self, gather: &GatherDefinition) -> String {
        let name = &gather.process;
        let text = match gather.sample {
            Some(_) => Text::new(format!("随机抽取：{name}"), format!("draws from {name}")),
            None => Text::new(format!("汇集：{name}"), format!("gathers {name}")),
        };
        text.get(self.language).to_owned()
    }

    fn who_and_when(&self, task: &TaskDefinition) -> Vec<String> {
        let who: Vec<String> = task.by.iter().map(|by| self.assignee(by)).collect();
        let mut lines = vec![who.join(" / ")];
        if let Some(limit) = task.limit {
            lines.push(self.limit(self.definition.clock(limit)));
        }
        lines
    }

    fn limit(&self, clock: &ClockDefinition) -> String {
        match &clock.limit {
            LimitSource::Fixed(limit) => limit.title().get(self.language).to_owned(),
            LimitSource::Parameter(..) => Text::new("时限按参数", "limit by parameter").get(self.language).to_owned(),
        }
    }

    fn assignee(&self, assignee: &Assignee) -> String {
        match assignee {
            Assignee::Office(office) => self.organisation.office_title(office).get(self.language).to_owned(),
            Assignee::Party(party) => {
                let known = self.definition.parties.get(party).map(|party| party.title.get(self.language).to_owned());
                known.unwrap_or_else(|| party.clone())
            }
            Assignee::Role(role) if role == crate::organisation::role::SUPERVISOR => {
                Text::new("督办人员", "supervisor").get(self.language).to_owned()
            }
            Assignee::Role(role) => role.clone(),
            Assignee::Site { site, office, .. } => {
                let place = self.definition.sites.get(site).map(|site| site.title.get(self.language));
                let office = self.organisation.office_title(office);
                format!("{} · {}", place.unwrap_or(site), office.get(self.language))
            }
        }
    }

    fn edges(&self, inside: StateId, states: &[StateId]) -> Vec<Edge> {
        let chart = &self.definition.chart;
        let labels = self.labels();
        let shown = |state: StateId| {
            states
                .iter()
                .copied()
                .find(|shown| *shown == state || chart.is_inside(state, *shown))
                .map(|s| format!("s{}", s.0))
        };
        let mut found: Vec<Edge> = Vec::new();
        for (index, transition) in (0u32..).zip(&chart.transitions) {
            let door = inside == Statechart::ROOT && self.definition.doors.values().any(|d| d.transition.0 == index);
            let from = match (door, transition.source == inside) {
                (true, _) => Some(START.to_owned()),
                (false, true) => Some(ANYWHERE.to_owned()),
                (false, false) => shown(transition.source),
            };
            let Some(from) = from else { continue };
            for target in &transition.targets {
                let Some(to) = shown(*target).filter(|to| *to != from) else { continue };
                let label =
                    labels.get(&TransitionId(index)).cloned().unwrap_or_else(|| self.trigger(&transition.trigger));
                match found.iter_mut().find(|edge| edge.from == from && edge.to == to) {
                    Some(edge) if edge.label.split(" / ").any(|known| known == label) || label.is_empty() => {}
                    Some(edge) if edge.label.is_empty() => edge.label = label,
                    Some(edge) => edge.label = format!("{} / {label}", edge.label),
                    None => found.push(Edge { from: from.clone(), to, label, waits: false }),
                }
            }
        }
        found
    }

    /// What items wait for.
    fn needs(&self, states: &[StateId]) -> Vec<Edge> {
        let mut found = Vec::new();
        for item in self.definition.items.iter().filter(|item| states.contains(&item.state)) {
            for need in &item.needs {
                let from = self.definition.item(*need).state;
                if states.contains(&from) {
                    let (from, to) = (format!("s{}", from.0), format!("s{}", item.state.0));
                    found.push(Edge { from, to, label: String::new(), waits: true });
                }
            }
        }
        found
    }

    /// Titles of choices and doors by the transitions they take.
    fn labels(&self) -> BTreeMap<TransitionId, String> {
        let tasks = self
            .definition
            .states
            .iter()
            .flat_map(|state| state.task.iter().flat_map(|task| &task.outcomes).chain(&state.actions));
        let holds = self.definition.holds.iter().flat_map(|hold| hold.begin.values().chain(hold.end.as_ref()));
        let choices =
            tasks.chain(holds).flat_map(|choice| choice.transitions.iter().map(move |id| (*id, &choice.title)));
        let doors = self.definition.doors.values().map(|door| (door.transition, &door.title));
        choices.chain(doors).map(|(id, title)| (id, title.get(self.language).to_owned())).collect()
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        let Trigger::Addressed(event) = trigger else { return String::new() };
        let gathers = |gather: &GatherDefinition| gather.event == *event;
        if self.definition.states.iter().filter_map(|state| state.gather.as_ref()).any(gathers) {
            return Text::new("汇集完毕", "all gathered").get(self.language).to_owned();
        }
        let waits = |quota: &&crate::definition::WaitDefinition| quota.event == *event;
        if let Some(wait) = self.definition.states.iter().filter_map(|state| state.wait.as_ref()).find(waits) {
            let quota = self.definition.quotas.get(&wait.quota).map(|quota| quota.title.get(self.language));
            let given = Text::new("得到名额", "place given");
            return format!("{}（{}）", given.get(self.language), quota.unwrap_or_default());
        }
        let clock = self.definition.clocks.iter().find(|clock| clock.event.as_deref() == Some(event.as_str()));
        clock.map_or_else(String::new, |clock| {
            let after = Text::new("期满", "time over");
            format!("{}（{}）", after.get(self.language), clock.title.get(self.language))
        })
    }
}
