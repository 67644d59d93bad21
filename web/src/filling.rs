//! Filling in a form over several round trips: every post keeps what was typed in a draft, so nothing is lost when a row
//! is added, an answer is wrong or the browser closes. It must never judge answers.

use std::collections::BTreeSet;

use onething_engine::case::CaseId;
use onething_engine::form::Page;
use onething_engine::organisation::Actor;
use onething_engine::store::{DraftRow, StoreError};
use onething_engine::value::{DAY_MS, Instant};

use crate::app::App;
use crate::failure::Failure;
use crate::files;
use crate::sent::{self, Sent};
use crate::session::{self, Visitor};

/// Legal days a draft is kept after its last change.
pub const KEPT_DAYS: i64 = 90;

/// Name under which a draft notes where an answer came from, if not from the applicant: `how path`.
pub const ORIGIN: &str = "_origin";

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
    /// It is what was typed when the session had ended, and is not saved yet.
    pub parked: bool,
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
    if let Some(sent) = &visitor.parked {
        let draft = session::token()?;
        return Ok(Filling { draft, version: 0, typed: sent.typed(), resumed: true, parked: true });
    }
    let named = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("draft="));
    if let Some(id) = named {
        let own = app.store().draft(id).await?.filter(|row| row.case.is_none() && is_own(row, visitor, place));
        if let Some(row) = own {
            let typed = serde_json::from_str(&row.typed).unwrap_or_default();
            return Ok(Filling { draft: row.id, version: row.version, typed, resumed: true, parked: false });
        }
    }
    Ok(Filling { draft: session::token()?, ..Filling::default() })
}

fn is_own(row: &DraftRow, visitor: &Visitor, place: Place<'_>) -> bool {
    visitor.actor.as_ref().is_some_and(|actor| actor.stands_for() == row.owner && actor.acts_in(&row.process))
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
    let mut filling = Filling { draft, version, typed: posted.typed(), resumed: true, parked: false };
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

/// Begins a draft with what is known already; its id.
///
/// # Errors
/// The store cannot be reached.
pub async fn begin(
    app: &App,
    visitor: &Visitor,
    place: Place<'_>,
    typed: &[(String, String)],
    now: Instant,
) -> Result<String, Failure> {
    let filling = Filling { draft: session::token()?, version: 1, typed: typed.to_vec(), resumed: true, parked: false };
    save(app, visitor, place, &filling, now).await?;
    Ok(filling.draft)
}

/// What was typed so far with what a post brought for one page; the other pages stay as they are. Beside each answer that
/// the staff typed stands that it did.
pub fn merged(typed: &[(String, String)], page: &Page, posted: &Sent, staff: bool) -> Vec<(String, String)> {
    let mut brought: Vec<(String, String)> = posted.answers();
    brought.retain(|(name, _)| page.holds(name));
    let wish = posted.get("_do").unwrap_or_default();
    if wish.split_once(':').is_some_and(|(_, group)| page.holds(group)) {
        rearrange(&mut brought, wish);
    }
    let changed: BTreeSet<&str> =
        brought.iter().filter(|pair| !typed.contains(pair)).map(|(name, _)| name.as_str()).collect();
    let of_changed = |(name, text): &(String, String)| {
        name == ORIGIN && text.split_once(' ').is_some_and(|(_, path)| changed.contains(path))
    };
    let mut merged: Vec<(String, String)> =
        typed.iter().filter(|pair| !page.holds(&pair.0) && !of_changed(pair)).cloned().collect();
    if staff {
        merged.extend(changed.iter().map(|name| (ORIGIN.to_owned(), format!("staff {name}"))));
    }
    merged.extend(brought);
    merged
}

/// Keeps a draft's answers; no if it was saved elsewhere since it was read.
///
/// # Errors
/// The store cannot be reached.
pub async fn put(app: &App, draft: &DraftRow, typed: &[(String, String)], now: Instant) -> Result<bool, Failure> {
    let row = DraftRow {
        version: draft.version + 1,
        typed: serde_json::to_string(typed).unwrap_or_default(),
        expires_at: now.plus(KEPT_DAYS * DAY_MS),
        ..draft.clone()
    };
    match app.store().save_draft(&row).await {
        Ok(()) => Ok(true),
        Err(StoreError::Unavailable(text)) => Err(StoreError::Unavailable(text).into()),
        Err(_) => Ok(false),
    }
}

/// The visitor's case that the draft of a post has become already, so that sending it twice leads there.
///
/// # Errors
/// The store cannot be reached.
pub async fn used(app: &App, visitor: &Visitor, posted: &Sent) -> Result<Option<CaseId>, Failure> {
    let Some(id) = posted.get("_draft") else { return Ok(None) };
    let owner = visitor.actor.as_ref().map(Actor::stands_for);
    Ok(app.store().draft(id).await?.filter(|row| Some(row.owner.as_str()) == owner).and_then(|row| row.case))
}

/// Does a post only rearrange or save, without sending the form?
pub fn only_saves(posted: &Sent) -> bool {
    let wish = posted.get("_do").unwrap_or_default();
    wish == "save" || wish.starts_with("add:") || wish.starts_with("remove:") || files::is_wish(wish)
}

/// The group that a post changed, to come back to.
pub fn changed(posted: &Sent) -> String {
    let wish = posted.get("_do").unwrap_or_default();
    let group = wish.strip_prefix("add:").or_else(|| wish.strip_prefix("remove:")).unwrap_or_default();
    let group = files::about(wish).unwrap_or(group);
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
        owner: visitor.actor.as_ref().map(|actor| actor.stands_for().to_owned()).unwrap_or_default(),
        process: place.process.to_owned(),
        door: place.door.to_owned(),
        form_hash: place.form_hash.to_owned(),
        version: filling.version,
        typed: serde_json::to_string(&filling.typed).unwrap_or_default(),
        expires_at: now.plus(KEPT_DAYS * DAY_MS),
        case: None,
    };
    app.store().save_draft(&row).await
}
