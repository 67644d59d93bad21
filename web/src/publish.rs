//! Publishing: sources are checked, kept in the store under their hash, and put into the rulebook; versions that were
//! published before are loaded from the store, because cases still run on them. A definition with problems is never
//! published.

use std::collections::BTreeMap;

use onething_engine::rulebook::{Assembled, assemble};
use onething_engine::source::{Problem, Problems, Severity, Source};
use onething_engine::store::{BundleRow, Store, StoreError};

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Files have problems; all of them.
    #[error("{} problems in the definitions", .0.len())]
    Problems(Vec<Problem>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks sources, keeps them, and assembles everything that cases may run on.
///
/// # Errors
/// Problems of the sources, or the store failed.
pub async fn publish(store: &dyn Store, sources: &[Source]) -> Result<Assembled, PublishError> {
    let problems = Problems::new();
    let mut assembled = assemble(sources, &problems);
    if problems.has_errors() {
        let errors = problems.into_vec().into_iter().filter(|problem| problem.severity == Severity::Error);
        return Err(PublishError::Problems(errors.collect()));
    }
    for built in &assembled.built {
        let files: BTreeMap<&str, &str> = built.bundle.iter().map(|file| (&*file.path, &*file.text)).collect();
        let row = BundleRow {
            hash: built.definition.hash.0.clone(),
            process: built.definition.name.clone(),
            sources: serde_json::to_string(&files).unwrap_or_default(),
        };
        store.publish(&row).await?;
    }
    for row in store.published().await? {
        let known = assembled.rulebook.processes.keys().any(|hash| hash.0 == row.hash);
        if !known {
            earlier(&mut assembled, &row);
        }
    }
    Ok(assembled)
}

/// Takes an earlier version up for the cases that run on it, without offering it to new ones.
fn earlier(assembled: &mut Assembled, row: &BundleRow) {
    let files: BTreeMap<String, String> = serde_json::from_str(&row.sources).unwrap_or_default();
    let sources: Vec<Source> =
        files.iter().filter_map(|(path, text)| Source::from_bytes(path.as_str(), text.as_bytes()).ok()).collect();
    let again = assemble(&sources, &Problems::new());
    let found = again.built.into_iter().find(|built| built.definition.hash.0 == row.hash);
    match found {
        Some(built) => {
            assembled.rulebook.processes.insert(built.definition.hash.clone(), built.definition);
        }
        None => tracing::error!(hash = row.hash, process = row.process, "a published version cannot be built again"),
    }
}
