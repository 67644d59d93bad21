//! What a name means as the target of a transition, and which targets can be reached together. It must never guess:
//! a name that fits two states is refused.

use crate::kernel::{StateId, Statechart};
use crate::source::closest;

/// Why a name is no target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetFault {
    /// No state of this name; perhaps this one was meant.
    Unknown(Option<String>),
    /// Several states of this name, by path.
    Ambiguous(Vec<String>),
}

/// The state that `name` means on a transition of `source`: a child, a sibling, an ancestor's sibling (nearest first);
/// a name with dots is a path from the root, else from the nearest state around. What is found nowhere there may
/// still be a name, or the end of a path, of exactly one state.
///
/// # Errors
/// [`TargetFault`].
pub fn resolve(chart: &Statechart, source: StateId, name: &str) -> Result<StateId, TargetFault> {
    let near = std::iter::once(source).chain(chart.ancestors(source)).find_map(|around| descend(chart, around, name));
    let from_root = name.contains('.').then(|| descend(chart, Statechart::ROOT, name)).flatten();
    from_root.or(near).map_or_else(|| anywhere(chart, name, |_| true), Ok)
}

/// The state that `name` means as something inside `around`: a path from there, a path from the root, or a name that
/// exactly one state inside has. A state outside is found too, for a better message: the caller checks.
///
/// # Errors
/// [`TargetFault`].
pub fn resolve_inside(chart: &Statechart, around: StateId, name: &str) -> Result<StateId, TargetFault> {
    if let Some(found) = descend(chart, around, name) {
        return Ok(found);
    }
    if let Some(found) = descend(chart, Statechart::ROOT, name).filter(|found| chart.is_inside(*found, around)) {
        return Ok(found);
    }
    match anywhere(chart, name, |state| chart.is_inside(state, around)) {
        Err(TargetFault::Unknown(_)) => anywhere(chart, name, |_| true),
        found => found,
    }
}

/// Follows the names of a path downwards.
fn descend(chart: &Statechart, from: StateId, path: &str) -> Option<StateId> {
    path.split('.').try_fold(from, |state, name| {
        chart.state(state).children.iter().copied().find(|child| chart.state(*child).name == name)
    })
}

fn anywhere(chart: &Statechart, name: &str, fits: impl Fn(StateId) -> bool) -> Result<StateId, TargetFault> {
    let found: Vec<StateId> = chart.find_all(name).iter().copied().filter(|state| fits(*state)).collect();
    match found.as_slice() {
        [only] => Ok(*only),
        [] => Err(TargetFault::Unknown(closest(name, chart.names()).map(str::to_owned))),
        several => Err(TargetFault::Ambiguous(several.iter().map(|id| chart.state(*id).path.clone()).collect())),
    }
}

/// Two of the targets that cannot be active together, if there are any: they must be in different regions.
pub fn conflict(chart: &Statechart, targets: &[StateId]) -> Option<(StateId, StateId)> {
    let place = |state: StateId| {
        // A history state stands for anything inside its parent.
        if chart.is_history(state) { chart.state(state).parent.unwrap_or(Statechart::ROOT) } else { state }
    };
    let apart = |a: StateId, b: StateId| {
        let meeting = chart.ancestors(a).find(|outer| chart.is_inside(b, *outer) || *outer == Statechart::ROOT);
        a != b
            && !chart.is_inside(a, b)
            && !chart.is_inside(b, a)
            && meeting.is_some_and(|outer| chart.is_parallel(outer))
    };
    let pairs = targets.iter().enumerate().flat_map(|(at, a)| targets[at + 1..].iter().map(move |b| (*a, *b)));
    pairs.into_iter().find(|(a, b)| !apart(place(*a), place(*b)))
}
