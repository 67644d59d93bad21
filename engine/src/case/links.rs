//! Cases beside a case: the one that began it, those that it began, and errands on the way. It must never hold a value
//! that an errand carries.

use serde::{Deserialize, Serialize};

use super::{Case, CaseId};
use crate::event::{ErrandKind, Event};
use crate::value::Instant;

/// The case that began another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Which.
    pub case: CaseId,
    /// Its process.
    pub process: String,
    /// What it calls the link.
    pub link: String,
    /// It wants to be told how this case ends.
    pub reports: bool,
}

/// A case that this one began, or is about to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The errand that begins it.
    pub errand: u32,
    /// The link.
    pub link: String,
    /// Its process.
    pub process: String,
    /// Its identity.
    pub case: CaseId,
    /// When it was asked for.
    pub at: Instant,
    /// Code of the rejection, where it could not be begun.
    pub refused: Option<String>,
}

impl Case {
    /// The errands that are on the way begin, tell and end.
    pub(super) fn apply_link(&mut self, event: &Event, at: Instant) {
        match event {
            Event::BegunBy { parent, process, link, reports } => {
                let (process, link) = (process.clone(), link.clone());
                self.parent = Some(Parent { case: *parent, process, link, reports: *reports });
            }
            Event::ErrandSet { errand, kind, link, process, case, .. } => {
                self.errands_made = *errand;
                self.errands.insert(*errand);
                if let (ErrandKind::Start, Some(case)) = (kind, case) {
                    let (link, process) = (link.clone(), process.clone());
                    self.linked.push(Linked { errand: *errand, link, process, case: *case, at, refused: None });
                }
            }
            Event::ErrandEnded { errand, refused, .. } => {
                self.errands.remove(errand);
                if let Some(linked) = self.linked.iter_mut().find(|linked| linked.errand == *errand) {
                    linked.refused = refused.first().map(|refused| refused.code.clone());
                }
            }
            _ => {}
        }
    }
}
