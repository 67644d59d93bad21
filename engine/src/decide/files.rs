//! Uploaded files in answers: a decision knows their ids and facts, and whose they are. It must never see a byte of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::CaseId;
use crate::form::{Upload, Uploads};
use crate::organisation::{Actor, ActorKind};

/// A stored file, as far as a decision may know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredFile {
    /// Whoever uploaded it.
    pub owner: String,
    /// The draft it was uploaded for.
    pub draft: Option<String>,
    /// Cases whose answers name it.
    pub cases: BTreeSet<CaseId>,
    /// What it is.
    pub upload: Upload,
}

impl StoredFile {
    /// May this actor's answers in this case name it? One's own may, and what belongs to the draft that becomes the case,
    /// or to the case already; a case that begins another hands on what it holds. Everybody else's is like none.
    pub fn may_be_named(&self, actor: &Actor, case: CaseId, draft: Option<&str>) -> bool {
        let handed_on = match &actor.kind {
            ActorKind::Process { case, .. } => {
                uuid::Uuid::parse_str(case).is_ok_and(|id| self.cases.contains(&CaseId(id)))
            }
            ActorKind::Citizen
            | ActorKind::Agent { .. }
            | ActorKind::Staff { .. }
            | ActorKind::System
            | ActorKind::Connector { .. } => false,
        };
        let of_draft = self.draft.is_some() && self.draft.as_deref() == draft;
        self.owner == actor.stands_for() || of_draft || self.cases.contains(&case) || handed_on
    }
}

/// Those of the stored files that may be named, as forms look at them.
pub fn nameable(stored: &BTreeMap<String, StoredFile>, actor: &Actor, case: CaseId, draft: Option<&str>) -> Uploads {
    let fitting = stored.iter().filter(|(_, file)| file.may_be_named(actor, case, draft));
    fitting.map(|(id, file)| (id.clone(), file.upload.clone())).collect()
}
