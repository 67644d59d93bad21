//! Filling in a form over several round trips: every post keeps what was typed in a draft, so nothing is lost when a row
//! is added, an answer is wrong or the browser closes. It must never judge answers.

use onething_engine::store::{DraftRow, StoreError};
use onething_engine::value::{DAY_MS, Instant};

use crate::app::App;
use crate::failure::Failure;
use crate::sent::{self, Sent};
use crate::session::{self, Visitor};

/// Legal days a draft is kept after its last change.
const KEPT_DAYS: i64 = 90;

/// What was typed so far, and the hidden names under which the page sends it on.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    /// Id of the draft.
    pub draft: String,
    /// Saves so far.
    pub version: i64,
    /// Ordered pairs as they were typed.
    pub typed: Vec<(String, String)>,
    /// Something was typed or saved before.
    pub resumed: bool,
}

/// Where drafts belong to.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Process name.
    pub process: &'a str,
    /// Door, task or action.
    pub door: &'a str,
    /// The form's hash.
    pub form_hash: &'a str,
}

/// The draft that the address names, or a new one that nothing was saved under yet.
///
/// # Errors
/// The store cannot be reached. A draft of somebody else is none.
pub async fn resume(app: &App, visitor: &Visitor, place: Place<'_>, query: Option<&str>) -> Result<Filling, Failure> {
    let named = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("draft="));
    if let Some(id) = named {
        let own = app.store().draft(id).await?.filter(|row| is_own(row, visitor, place));
        if let Some(row) = own {
            let typed = serde_json::from_str(&row.typed).unwrap_or_default();
            return Ok(Filling { draft: row.id, version: row.version, typed, resumed: true });
        }
    }
    Ok(Filling { draft: session::token()?, ..Filling::default() })
}

fn is_own(row: &DraftRow, visitor: &Visitor, place: Place<'_>) -> bool {
    visitor.actor.as_ref().is_some_and(|actor| actor.id == row.owner)
        && row.process == place.process
        && row.door == place.door
}

/// Keeps what a post brought. A draft that was saved elsewhere meanwhile is continued under a new id: nothing that
/// anybody typed is overwritten.
///
/// # Errors
/// The store cannot be reached.
pub async fn keep(
    app: &App,
    visitor: &Visitor,
    place: Place<'_>,
    posted: &Sent,
    now: Instant,
) -> Result<Filling, Failure> {
    let named = posted.get("_draft").filter(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let draft = match named {
        Some(id) => id.to_owned(),
        None => session::token()?,
    };
    let version = posted.get("_version").and_then(|text| text.parse().ok()).unwrap_or(0) + 1;
    let mut filling = Filling { draft, version, typed: posted.typed(), resumed: true };
    rearrange(&mut filling.typed, posted.get("_do").unwrap_or_default());
    match save(app, visitor, place, &filling, now).await {
        Ok(()) => {}
        Err(StoreError::Unavailable(text)) => return Err(StoreError::Unavailable(text).into()),
        Err(_) => {
            (filling.draft, filling.version) = (session::token()?, 1);
            save(app, visitor, place, &filling, now).await?;
        }
    }
    Ok(filling)
}

/// Does a post only rearrange or save, without sending the form?
pub fn only_saves(posted: &Sent) -> bool {
    let wish = posted.get("_do").unwrap_or_default();
    wish == "save" || wish.starts_with("add:") || wish.starts_with("remove:")
}

/// The group that a post changed, to come back to.
pub fn changed(posted: &Sent) -> String {
    let wish = posted.get("_do").unwrap_or_default();
    let group = wish.strip_prefix("add:").or_else(|| wish.strip_prefix("remove:")).unwrap_or_default();
    let group = if wish.starts_with("remove:") { group.rsplit_once('.').map_or("", |(group, _)| group) } else { group };
    format!("f-{group}").replace(['.', '_'], "-")
}

fn rearrange(typed: &mut Vec<(String, String)>, wish: &str) {
    if let Some(group) = wish.strip_prefix("add:") {
        sent::add_row(typed, group);
    } else if let Some(row) = wish.strip_prefix("remove:") {
        sent::remove_row(typed, row);
    }
}

async fn save(
    app: &App,
    visitor: &Visitor,
    place: Place<'_>,
    filling: &Filling,
    now: Instant,
) -> Result<(), StoreError> {
    let row = DraftRow {
        id: filling.draft.clone(),
        owner: visitor.actor.as_ref().map(|actor| actor.id.clone()).unwrap_or_default(),
        process: place.process.to_owned(),
        door: place.door.to_owned(),
        form_hash: place.form_hash.to_owned(),
        version: filling.version,
        typed: serde_json::to_string(&filling.typed).unwrap_or_default(),
        expires_at: now.plus(KEPT_DAYS * DAY_MS),
    };
    app.store().save_draft(&row).await
}
