//! What the buttons beside an uploaded page ask: take it out, move it, turn it. They work on the ids that the form sends,
//! so they need no page of their own. It must never touch a file of somebody else, nor one that a case names.

use onething_engine::material::{self, Unfit};

use super::Uploads;
use super::take::note;
use crate::app::App;
use crate::failure::Failure;
use crate::sent::Sent;
use crate::session::Visitor;

/// What such a button begins with: `paper:turn:PATH:ID`.
const WISH: &str = "paper:";

/// Is this button one beside an uploaded page?
pub fn is_wish(wish: &str) -> bool {
    wish.starts_with(WISH)
}

/// The field that a button is about.
pub fn about(wish: &str) -> Option<&str> {
    wish.strip_prefix(WISH)?.split(':').nth(1)
}

/// Does what the button of a form asked.
///
/// # Errors
/// The disk or the store failed.
pub async fn carry_out(app: &App, visitor: &Visitor, sent: &mut Sent) -> Result<(), Failure> {
    let wish = sent.get("_do").unwrap_or_default().to_owned();
    let parts: Vec<&str> = wish.strip_prefix(WISH).unwrap_or_default().split(':').collect();
    let &[verb, path, id] = parts.as_slice() else { return Ok(()) };
    let name = format!("{path}.files");
    let Some(at) = sent.pairs.iter().position(|(known, text)| *known == name && text == id) else { return Ok(()) };
    match verb {
        "drop" => {
            sent.pairs.remove(at);
            let owner = visitor.actor()?.stands_for();
            app.store().drop_file(id, owner).await?;
        }
        "up" | "down" => {
            let others: Vec<usize> = (0..sent.pairs.len()).filter(|other| sent.pairs[*other].0 == name).collect();
            let place = others.iter().position(|other| *other == at).unwrap_or(0);
            let other = if verb == "up" { place.checked_sub(1) } else { Some(place + 1) };
            if let Some(other) = other.and_then(|other| others.get(other)) {
                sent.pairs.swap(at, *other);
            }
        }
        "turn" => match turned(app, visitor, id).await? {
            Some(Ok(new)) => sent.pairs[at].1 = new,
            Some(Err(unfit)) => {
                let problem = onething_engine::form::FieldProblem {
                    path: path.to_owned(),
                    code: unfit.code(),
                    message: unfit.text(),
                };
                sent.refused.push(problem);
            }
            None => {}
        },
        _ => {}
    }
    Ok(())
}

/// The same page turned, as a new file: what was handed in never changes. `None` for what is not the visitor's.
async fn turned(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Result<String, Unfit>>, Failure> {
    let Some(uploads): Option<&Uploads> = app.uploads.as_deref() else { return Ok(None) };
    let owner = visitor.actor()?.stands_for();
    let Some(row) = app.store().file(id).await?.filter(|row| row.owner == owner) else { return Ok(None) };
    let _turn = uploads.looking.acquire().await.map_err(|error| Failure::broken("uploads", &error))?;
    let bytes = uploads.vault.read(&row.upload.hash).await.map_err(|error| Failure::broken("vault", &error))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let limits = uploads.limits;
    let work = tokio::task::spawn_blocking(move || material::turn(&bytes, 1, &limits)).await;
    match work.map_err(|error| Failure::broken("material", &error))? {
        Ok(clean) => {
            // Its place is made free first, so that turning never fails for want of room.
            app.store().drop_file(id, owner).await?;
            Ok(note(app, uploads, visitor, clean, row.upload.name, row.draft).await?.map(Ok))
        }
        Err(unfit) => Ok(Some(Err(unfit))),
    }
}
