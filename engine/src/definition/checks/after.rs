//! `only_after` that can never be kept: a state cannot be entered after itself, nor after what lies inside it. Whether
//! every way keeps the order is not asked here: the engine refuses one that does not.

use crate::definition::draft::{Draft, StateIndex, Target};
use crate::definition::words::both;

impl<'a> Draft<'a> {
    /// The states that must have been entered before `state`, each with where it is named; an unknown one is reported.
    pub fn only_after(&self, state: StateIndex) -> impl Iterator<Item = (StateIndex, Target<'a>)> + '_ {
        let around = self.states[state].parent.unwrap_or(state);
        let named = self.states[state].only_after.iter();
        named.filter_map(move |target| Some((self.resolve_target(around, target)?, *target)))
    }
}

/// Orders that no way can keep.
pub(in crate::definition) fn check(draft: &Draft<'_>) {
    for state in (0..draft.states.len()).filter(|state| !draft.states[*state].only_after.is_empty()) {
        for (before, target) in draft.only_after(state) {
            let Target::Named { text, env, span } = target else { continue };
            if before != state && !draft.is_inside(before, state) {
                continue;
            }
            let name = &draft.states[state].name;
            let what = both(
                format!("`{name}` 不可能在 `{text}` 之后才进入"),
                format!("`{name}` cannot be entered only after `{text}`"),
            );
            draft.problems.push(
                draft
                    .error("E0568", env, span, what)
                    .cause("它就是这个环节，或在这个环节之内。", "It is this state, or lies inside it.")
                    .cure("写在它之前经过的环节。", "Name a state that is passed through before it."),
            );
        }
    }
}
