//! Tells how to get to a place: the steps of a story that a reader can paste, answers left out. It must never invent an
//! answer or a date.

use super::Exploration;
use super::deed::{Deed, DeedKind};
use super::walk::Edge;
use crate::definition::{Assignee, ProcessDefinition};
use crate::kernel::{Condition, TransitionId};
use crate::text::Text;

/// Shortest way from the start of a part to one of its points, one step a line.
pub(super) fn story(definition: &ProcessDefinition, one: &Exploration, point: usize) -> Vec<Text> {
    let mut edges: Vec<&Edge> = Vec::new();
    let mut at = point;
    while let Some((before, edge)) = one.walk.points[at].from {
        edges.extend(one.walk.points[before].edges.get(edge));
        at = before;
    }
    edges.iter().rev().flat_map(|edge| told(definition, &edge.deed, &edge.ways)).collect()
}

/// One deed as a line of a story, with what must hold for it.
pub(super) fn told(definition: &ProcessDefinition, deed: &Deed, ways: &[TransitionId]) -> Vec<Text> {
    let line = match &deed.kind {
        DeedKind::Door(name) => {
            let by = definition.doors.get(name).map(|door| door.by.as_slice()).unwrap_or_default();
            Text::same(format!("- {}: start.{name}", who(by)))
        }
        DeedKind::Choice { word, by, ask, .. } => {
            let with = if ask.is_empty() { String::new() } else { format!("   # with: {}", ask.join(", ")) };
            Text::same(format!("- {}: {word}{with}", who(by)))
        }
        DeedKind::Clock(clock) => {
            let name = &definition.clock(*clock).name;
            Text::new(format!("# 时限 {name} 期满"), format!("# the clock {name} runs out"))
        }
        DeedKind::Delay(name) => {
            let name = name.strip_prefix("after.").unwrap_or(name);
            Text::new(format!("# {name} 的时间到了"), format!("# the time of {name} is over"))
        }
        DeedKind::Gathered(path) => {
            Text::new(format!("# {path} 汇集完毕"), format!("# {path} has gathered all of its list"))
        }
        DeedKind::Place(quota) => Text::new(format!("# 得到名额 {quota}"), format!("# a place of {quota} is given")),
        DeedKind::Message(name) => Text::same(format!("- system: {name}")),
        DeedKind::Announced(name) => Text::new(format!("# 发生 {name}"), format!("# {name} happens")),
        DeedKind::Items => Text::new("# 所有事项都已结束", "# every item has ended"),
        DeedKind::Elsewhere => Text::new("# 办件的其他部分有变化", "# something happens elsewhere in the case"),
        DeedKind::Anew => Text::new("# 办件再次来到这里", "# the case comes here anew"),
        DeedKind::Resumed => Text::new("# 办件回到这里继续", "# the case goes on here"),
    };
    let because = conditions(definition, ways).into_iter().map(|text| Text::same(format!("#   {text}")));
    std::iter::once(line).chain(because).collect()
}

/// What the transitions that are taken ask for, as it is written.
fn conditions(definition: &ProcessDefinition, ways: &[TransitionId]) -> Vec<String> {
    let ways = ways.iter().filter_map(|id| definition.chart.transitions.get(id.0 as usize));
    let mut found: Vec<String> = Vec::new();
    for text in ways.flat_map(|way| asked(&way.conditions)) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// Conditions as they are written, without those that ask nothing.
pub(super) fn asked(conditions: &[Condition]) -> Vec<String> {
    let texts = conditions.iter().filter_map(|condition| match condition {
        Condition::Holds(expression) => Some(expression.to_string()),
        Condition::Fails(expression) => Some(format!("!({expression})")),
        Condition::Active(_) | Condition::Inactive(_) => None,
    });
    let texts = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    texts.filter(|text| text != "true" && text != "!(false)").collect()
}

/// Somebody of a story, called after the office, the party or the role.
fn who(by: &[Assignee]) -> &str {
    match by.first() {
        Some(Assignee::Office(office) | Assignee::Site { office, .. }) => office.rsplit('.').next().unwrap_or(office),
        Some(Assignee::Party(name) | Assignee::Role(name)) => name,
        None => "system",
    }
}
