//! What a name of a state means where it is written: child, sibling, sibling of something around, path, or a name that
//! only one state has. It must never reach out of a fragment.

use super::draft::{Draft, EnvIndex, Place, StateIndex, Target};
use super::words::both;
use crate::source::{Span, brief, closest};

/// Why a name means no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameProblem {
    Unknown,
    Ambiguous(Vec<String>),
}

impl<'a> Draft<'a> {
    /// The state a target names, seen from its source; reports what cannot be resolved.
    pub fn resolve_target(&self, from: StateIndex, target: &Target<'a>) -> Option<StateIndex> {
        match *target {
            Target::State(state) => Some(state),
            Target::Named { text, env, span } => match self.resolve(from, env, text) {
                Ok(state) => Some(state),
                Err(problem) => {
                    self.report_name(problem, text, env, span);
                    None
                }
            },
        }
    }

    /// A target by the rules: the nearest of the same file wins. What a fragment calls its states never gets in the way:
    /// `on_done: {lapsed: lapsed}` leads from its end to ours.
    pub fn resolve(&self, from: StateIndex, env: EnvIndex, text: &str) -> Result<StateIndex, NameProblem> {
        let base = self.envs[env].base;
        for own in [true, false] {
            for outer in std::iter::once(from).chain(self.ancestors(from)) {
                let found = self.descend(outer, text);
                if let Some(found) = found.filter(|found| !own || self.states[*found].env == env) {
                    return Ok(found);
                }
                if outer == base {
                    break;
                }
            }
        }
        self.resolve_suffix(env, text)
    }

    /// `a.b.c` from a state downwards.
    fn descend(&self, outer: StateIndex, text: &str) -> Option<StateIndex> {
        text.split('.').try_fold(outer, |state, name| {
            self.visible_children(state).into_iter().find(|child| self.states[*child].name == name)
        })
    }

    /// The one state whose path ends so: first with its segments side by side, then with others between them.
    pub fn resolve_suffix(&self, env: EnvIndex, text: &str) -> Result<StateIndex, NameProblem> {
        let words: Vec<&str> = text.split('.').collect();
        let all = self.within(self.envs[env].base);
        let ending = |loose: bool| -> Vec<StateIndex> {
            let named = all.iter().copied().filter(|state| !self.states[*state].made);
            named.filter(|state| path_ends(&self.states[*state].path, &words, loose)).collect()
        };
        for loose in [false, true] {
            let found = ending(loose);
            let own: Vec<StateIndex> = found.iter().copied().filter(|state| self.states[*state].env == env).collect();
            match (own.as_slice(), found.as_slice()) {
                ([only], _) | ([], [only]) => return Ok(*only),
                ([], []) => {}
                (_, many) => {
                    return Err(NameProblem::Ambiguous(
                        many.iter().map(|state| self.states[*state].path.clone()).collect(),
                    ));
                }
            }
        }
        Err(NameProblem::Unknown)
    }

    /// Reports a name that means no state, or several.
    pub fn report_name(&self, problem: NameProblem, text: &str, env: EnvIndex, span: Span) {
        match problem {
            NameProblem::Unknown => {
                let states = self.within(self.envs[env].base);
                let visible = states.iter().map(|state| &self.states[*state]).filter(|state| !state.made);
                let names: Vec<&str> = visible.map(|state| state.name.as_str()).collect();
                let message =
                    both(format!("没有环节 `{}`", brief(text)), format!("there is no state `{}`", brief(text)));
                let last = text.rsplit('.').next().unwrap_or(text);
                self.problems.push(
                    self.error("E0301", env, span, message)
                        .cure(
                            "目标可以是子环节、同级环节、外层环节的同级环节，或从根开始的路径。",
                            "A target is a child, a sibling, a sibling of something around, or a path from the root.",
                        )
                        .suggest(closest(last, names.into_iter())),
                );
            }
            NameProblem::Ambiguous(paths) => {
                let list = paths.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
                let message = both(
                    format!("`{}` 可能指多个环节：{list}", brief(text)),
                    format!("`{}` may mean several states: {list}", brief(text)),
                );
                self.problems.push(
                    self.error("E0302", env, span, message)
                        .cure("写出更长的路径。", "Write a longer path.")
                        .suggest(paths.first().map(String::as_str)),
                );
            }
        }
    }

    /// The path under which the kernel knows a state: with the wrappers the compiler made.
    pub fn kernel_path(&self, state: StateIndex) -> String {
        let mut names: Vec<&str> = vec![&self.states[state].name];
        names.extend(
            self.ancestors(state).map(|outer| self.states[outer].name.as_str()).filter(|name| !name.is_empty()),
        );
        names.reverse();
        names.join(".")
    }

    /// A state named in a guard, by the path the kernel knows; reports what cannot be resolved.
    pub fn guard_state(&self, text: &str, place: Place) -> Option<String> {
        match self.resolve_suffix(place.env, text) {
            Ok(state) => Some(self.kernel_path(state)),
            Err(problem) => {
                self.report_name(problem, text, place.env, place.span);
                None
            }
        }
    }
}

/// Does a dotted path end in these words? Loosely: in this order, the last one last, others between them.
pub(super) fn path_ends(path: &str, words: &[&str], loose: bool) -> bool {
    let segments: Vec<&str> = path.split('.').collect();
    if !loose {
        return segments.ends_with(words);
    }
    let Some((last, front)) = words.split_last() else { return false };
    let Some((end, segments)) = segments.split_last() else { return false };
    let mut rest = segments.iter();
    end == last && front.iter().all(|word| rest.any(|segment| segment == word))
}
