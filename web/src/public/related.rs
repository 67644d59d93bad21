//! Cases that belong to a case: the one that began it and those that it began. It must never name a case that the
//! visitor may not see, not even by its number.

use onething_engine::case::CaseId;
use onething_engine::decide::may_see;
use onething_engine::organisation::Actor;

use crate::app::App;
use crate::failure::Failure;
use crate::gate::Open;
use crate::page::Frame;

/// More than a page needs; a batch may begin many.
const MOST: usize = 20;

/// Another case, as a line with a link.
pub struct Related {
    /// What its process is called.
    pub title: String,
    /// Its number on paper.
    pub number: String,
    /// Its page.
    pub href: String,
    /// It has ended.
    pub closed: bool,
}

/// The cases beside this one that the visitor may see, the one that began it first.
///
/// # Errors
/// The database cannot be reached.
pub async fn related(app: &App, f: &Frame, open: &Open, actor: &Actor) -> Result<Vec<Related>, Failure> {
    let case = &open.loaded.case;
    let parent = case.parent.iter().map(|parent| parent.case);
    let begun = case.linked.iter().filter(|linked| linked.refused.is_none()).map(|linked| linked.case);
    let ids: Vec<CaseId> = parent.chain(begun).take(MOST).collect();
    let mut found = Vec::new();
    for id in ids {
        // One that is still on its way is not there yet.
        let Some(held) = app.store().case(id).await? else { continue };
        let other = &held.loaded.case;
        let Some(definition) = open.rules.definition(&other.definition) else { continue };
        if may_see(&open.rules.organisation, definition, actor, other) {
            found.push(Related {
                title: f.x(&definition.title).to_owned(),
                number: other.number.clone(),
                href: format!("/c/{id}"),
                closed: other.closed.is_some(),
            });
        }
    }
    Ok(found)
}
