//! The files that a form names, looked up for reading and showing it: those that the visitor may name there. What is
//! accepted is looked up again where it is decided. It must never tell of a file of somebody else.

use std::collections::BTreeSet;

use onething_engine::case::CaseId;
use onething_engine::decide::{Loaded, nameable};
use onething_engine::form::{Uploads, file_ids};

use crate::app::App;
use crate::failure::Failure;
use crate::session::Visitor;

/// Files by id, and where the visitor opens them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What they are.
    pub uploads: Uploads,
    /// Their addresses begin so: `/files`, or `/c/CASE/files`.
    pub base: String,
    /// Nothing can be uploaded here.
    pub off: bool,
}

/// Looks up the files that these pairs and the answers of a case name.
///
/// # Errors
/// The store cannot be reached.
pub async fn known(
    app: &App,
    visitor: &Visitor,
    pairs: &[(String, String)],
    draft: Option<&str>,
    case: Option<&Loaded>,
) -> Result<Known, Failure> {
    let named = pairs.iter().filter(|(name, _)| name.ends_with(".files"));
    let held = case.iter().flat_map(|loaded| loaded.answers.0.values()).flat_map(file_ids);
    let ids: BTreeSet<String> = named.map(|(_, id)| id.clone()).chain(held).collect();
    let case = case.map(|loaded| loaded.case.id);
    let stored = app.store().files(&ids).await?;
    let nobody = CaseId(uuid::Uuid::nil());
    let uploads = nameable(&stored, visitor.actor()?, case.unwrap_or(nobody), draft);
    let base = case.map_or_else(|| "/files".to_owned(), |case| format!("/c/{case}/files"));
    Ok(Known { uploads, base, off: app.uploads.is_none() })
}
