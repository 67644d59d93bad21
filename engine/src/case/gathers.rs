//! Lists that a case gathers: how far each has come. The numbers on a list stand beside the log; it must never hold them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Case;
use crate::event::{ErrandKind, Event};
use crate::kernel::StateId;
use crate::value::Value;

/// One list, from the errand that asks for it to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    /// The state that asked.
    pub state: StateId,
    /// It was written down; before that, everything below is nothing.
    pub frozen: bool,
    /// How many numbers it has.
    pub of: u32,
    /// How many of them are told.
    pub chosen: u32,
    /// The last place of the list that was looked at.
    pub upto: u32,
    /// So many heard it.
    pub reached: u32,
    /// So many did not.
    pub refused: u32,
    /// What their variables come to, by name.
    pub sums: BTreeMap<String, Value>,
    /// All were asked, and the case knows it.
    pub ended: bool,
}

impl Gather {
    fn new(state: StateId) -> Gather {
        Gather {
            state,
            frozen: false,
            of: 0,
            chosen: 0,
            upto: 0,
            reached: 0,
            refused: 0,
            sums: BTreeMap::new(),
            ended: false,
        }
    }

    /// Was everybody on the list asked?
    pub fn is_complete(&self) -> bool {
        self.frozen && self.reached + self.refused >= self.chosen
    }
}

impl Case {
    /// The list that was gathered last, and its errand.
    pub fn gathered(&self) -> Option<&Gather> {
        self.gathers.values().rfind(|gather| gather.ended)
    }

    /// A list is asked for, written down, told piece by piece and ended.
    pub(super) fn apply_gather(&mut self, event: &Event) {
        match event {
            Event::ErrandSet { errand, kind: ErrandKind::Gather { state }, .. } => {
                self.gathers.insert(*errand, Gather::new(*state));
            }
            Event::MembersFrozen { errand, of, chosen, .. } => {
                if let Some(gather) = self.gathers.get_mut(errand) {
                    (gather.frozen, gather.of, gather.chosen) = (true, *of, *chosen);
                }
            }
            Event::MembersTold { errand, upto, reached, refused, sums } => {
                let Some(gather) = self.gathers.get_mut(errand) else { return };
                gather.upto = *upto;
                gather.reached += reached;
                gather.refused += u32::try_from(refused.len()).unwrap_or(u32::MAX);
                for (name, more) in sums {
                    add_figure(gather.sums.entry(name.clone()).or_default(), more);
                }
            }
            Event::ErrandEnded { errand, .. } => {
                let Some(mut gather) = self.gathers.remove(errand) else { return };
                // One that was given up halfway comes to nothing.
                if gather.is_complete() {
                    gather.ended = true;
                    self.gathers.retain(|_, other| !other.ended);
                    self.gathers.insert(*errand, gather);
                }
            }
            _ => {}
        }
    }
}

/// Adds money to money and numbers to numbers; nothing adds nothing.
pub fn add_figure(total: &mut Value, more: &Value) {
    match (&mut *total, more) {
        (Value::Money(sum), Value::Money(more)) | (Value::Int(sum), Value::Int(more)) => {
            *sum = sum.saturating_add(*more);
        }
        (Value::Null, Value::Money(_) | Value::Int(_)) => *total = more.clone(),
        (_, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_numbers_are_added_each_to_their_own() {
        let mut total = Value::Null;
        for more in [Value::Null, Value::Money(120), Value::Int(5), Value::Money(-20)] {
            add_figure(&mut total, &more);
        }
        assert_eq!(total, Value::Money(100));
        let mut most = Value::Int(i64::MAX);
        add_figure(&mut most, &Value::Int(1));
        assert_eq!(most, Value::Int(i64::MAX));
    }
}
