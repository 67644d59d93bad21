//! Papers of the demonstration: where a story only says that something was uploaded, a sample sheet is kept like every
//! file that people send. It must never be used outside of the demonstration.

use onething_engine::command::Command;
use onething_engine::material;
use onething_engine::organisation::Actor;
use onething_engine::value::Value;

use crate::app::App;
use crate::failure::Failure;
use crate::files::note;
use crate::session::Visitor;

const SHEET: &[u8] = include_bytes!("paper.png");

/// Puts a sample sheet behind every upload that a command speaks of.
///
/// # Errors
/// The disk or the store failed.
pub async fn attach(app: &App, actor: &Actor, command: &mut Command) -> Result<(), Failure> {
    let answers = match command {
        Command::StartCase { answers, .. } | Command::Act { answers, .. } | Command::DeliverMessage { answers, .. } => {
            vec![answers]
        }
        Command::CompleteTask { answers, ask, .. } => vec![answers, ask],
        _ => Vec::new(),
    };
    let Some(uploads) = app.uploads.as_deref() else { return Ok(()) };
    let visitor = Visitor { actor: Some(actor.clone()), ..Visitor::default() };
    for values in answers {
        for paper in papers(values) {
            let Value::Map(paper) = paper else { continue };
            let name = paper.get("name").and_then(Value::as_text).unwrap_or("paper").to_owned();
            let Ok(clean) = material::inspect(SHEET, &uploads.limits) else { continue };
            let name = crate::files::tidy_name(&name, clean.media.ending());
            if let Some(id) = note(app, uploads, &visitor, clean, name, None).await? {
                paper.insert("files".to_owned(), Value::List(vec![Value::Text(id)]));
            }
        }
    }
    Ok(())
}

/// Uploads without a file.
fn papers(value: &mut Value) -> Vec<&mut Value> {
    let uploaded = |map: &std::collections::BTreeMap<String, Value>| {
        map.get("how").and_then(Value::as_text) == Some("upload") && !map.contains_key("files")
    };
    match value {
        Value::Map(map) if uploaded(map) => vec![value],
        Value::Map(map) => map.values_mut().flat_map(papers).collect(),
        Value::List(list) => list.iter_mut().flat_map(papers).collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Money(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Instant(_) => Vec::new(),
    }
}
