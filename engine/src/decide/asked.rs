//! Which rows of decision tables a decision asked, and whether one had no answer. Written down while conditions are
//! evaluated; it must never change what they give.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use crate::expression::Fault;
use crate::kernel::{Run, Step};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::table::Tables;
use crate::text::Text;
use crate::value::Value;

/// A row of a table, from 1.
pub type RowAsked = (String, usize);

/// What was asked of tables so far.
#[derive(Debug, Default)]
pub(super) struct Asked {
    rows: RefCell<BTreeSet<RowAsked>>,
    silent: RefCell<Option<Text>>,
}

impl Asked {
    /// Asks a table and notes what came of it.
    pub fn ask(&self, tables: &Tables, name: &str, inputs: &BTreeMap<String, Value>) -> Result<Value, Fault> {
        match tables.ask(name, inputs) {
            Ok(answer) => {
                self.rows.borrow_mut().insert((name.to_owned(), answer.row));
                Ok(answer.values)
            }
            Err(why) => {
                *self.silent.borrow_mut() = Some(tables.explain(&why));
                Err(Fault::Function { function: "table".to_owned(), reason: why.to_string() })
            }
        }
    }

    /// The rows that answered.
    pub fn into_rows(self) -> BTreeSet<RowAsked> {
        self.rows.into_inner()
    }
}

impl Draft<'_> {
    /// Refuses what somebody asked for if the run could not go its way because a table had no answer: a condition that
    /// silently does not hold, or a figure that silently stays what it was, would help nobody. Time and the engine
    /// itself cannot mend an answer, so they are not refused.
    ///
    /// # Errors
    /// [`Rejection::TableSilent`], naming what the table was asked with.
    pub fn refuse_if_silent(&self, run: &Run) -> Result<(), Rejection> {
        let fault = run.steps().any(|step| matches!(step, Step::Fault { .. }));
        match (&*self.asked.silent.borrow(), &self.context.actor.kind) {
            (_, ActorKind::System) | (None, _) => Ok(()),
            (Some(reason), _) if fault => Err(Rejection::TableSilent { reason: reason.clone() }),
            (Some(_), _) => Ok(()),
        }
    }

    /// What to answer when a choice is not offered: that a table had no answer, if that is why.
    pub fn not_offered(&self, what: &str) -> Rejection {
        self.silent().unwrap_or_else(|| Rejection::NotOfferedNow { what: what.to_owned() })
    }

    /// The refusal that a table without an answer is worth, if one had none since it was last forgotten.
    pub fn silent(&self) -> Option<Rejection> {
        self.asked.silent.borrow().clone().map(|reason| Rejection::TableSilent { reason })
    }

    /// Forgets earlier silence, before something new is asked.
    pub fn forget_silence(&self) {
        *self.asked.silent.borrow_mut() = None;
    }
}
