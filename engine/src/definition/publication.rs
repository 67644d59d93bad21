//! `publish`: while a state is active, everybody may read that a matter stands before a decision, and whose it is, masked.
//! It must never let a number, an address or a reason out: the page shows what is declared here and nothing else.

use super::build::clock_id;
use super::draft::{Draft, EnvIndex, Guard, Placed, StateIndex};
use super::guards::GlobalScope;
use super::model::{Assignee, ClockId};
use super::words::both;
use crate::expression::{Expression, Type};
use crate::source::{Node, Reader};
use crate::text::Text;

/// What the public may read of a case while a state is active.
#[derive(Clone, Debug)]
pub struct Publication {
    /// A name, or a list of names; shown masked.
    pub who: Expression,
    /// The matter.
    pub what: Text,
    /// The clock whose last day ends the notice.
    pub until: ClockId,
    /// Where an objection is handed in.
    pub objections: Assignee,
    /// Published only while each of these is as it should be: never somebody under age.
    pub conditions: Vec<(Expression, bool)>,
}

/// As the file says it.
#[derive(Clone, Debug)]
pub(super) struct DraftPublication<'a> {
    who: Placed<'a>,
    what: Option<Text>,
    until: Placed<'a>,
    objections: Assignee,
    guards: Vec<Guard<'a>>,
}

impl<'a> Draft<'a> {
    /// `publish` of a state.
    pub fn lower_publication(&mut self, state: StateIndex, env: EnvIndex, reader: &Reader<'a>) {
        let Some(words) = reader.map("publish", both("公示", "publish")) else { return };
        words.require(&["who", "until", "objections"]);
        let guards = self.guards(env, &words);
        let what = words.localized("what");
        let place = |node: &'a Node| Placed { node, env };
        let (who, until) = (words.optional("who").map(place), words.optional("until").map(place));
        let office = words.optional("objections").and_then(|node| self.assignees(env, node).into_iter().next());
        words.finish();
        if let (Some(who), Some(until), Some(objections)) = (who, until, office) {
            self.states[state].publish = Some(DraftPublication { who, what, until, objections, guards });
        }
    }

    /// The checked publication of a state.
    pub fn publication(&self, draft: &DraftPublication<'a>, scope: &GlobalScope) -> Option<Publication> {
        let who = self.value(draft.who.env, draft.who.node)?;
        let who = self.expression(who, &Type::Any, scope)?;
        let (name, place) = self.text(draft.until.env, draft.until.node)?;
        let Some(until) = self.find_clock(place.env, name) else {
            self.unknown_clock(place.env, name, place.span);
            return None;
        };
        let mut conditions = Vec::new();
        for guard in &draft.guards {
            let (placed, wanted) = match guard {
                Guard::When(placed) => (*placed, true),
                Guard::Unless(placed) => (*placed, false),
                Guard::Holds(_) | Guard::Fails(_) | Guard::Active(_) => continue,
            };
            conditions.push((self.expression(placed, &Type::Bool, scope)?, wanted));
        }
        let what = draft.what.clone().unwrap_or_else(|| self.frame.title.clone());
        Some(Publication { who, what, until: clock_id(until), objections: draft.objections.clone(), conditions })
    }

    /// A written guard as text with global names, in brackets.
    pub fn guard_text(&self, guard: &Guard<'a>) -> Option<String> {
        let (placed, negated) = match guard {
            Guard::When(placed) => (placed, false),
            Guard::Unless(placed) => (placed, true),
            Guard::Holds(_) | Guard::Fails(_) | Guard::Active(_) => return None,
        };
        let text = self.global_text(*placed)?;
        Some(if negated { format!("!({text})") } else { format!("({text})") })
    }
}
