//! The record of who looked: written by the gate whenever somebody of the staff opens anything about a case, and before a
//! number is shown in full. Where it cannot be written, nothing is shown.

use onething_engine::case::Case;
use onething_engine::organisation::{Actor, ActorKind};
use onething_engine::store::{ReadOf, ReadRow};
use onething_engine::text::Text;

use crate::app::App;
use crate::failure::Failure;
use crate::view::position_of;

/// Numbers that one person may see in full within an hour.
pub const REVEALS_MAX: u32 = 30;

/// Why a number is needed in full. `other` must be explained.
pub const REASONS: &[(&str, &str, &str)] = &[
    ("identity", "核对身份，与证件比对", "To compare it with a paper or a person"),
    ("contact", "打电话联系", "To telephone somebody"),
    ("payment", "向这个账户付款", "To pay into the account"),
    ("register", "在本部门的登记系统中办理", "To enter it in the register of the office"),
    ("other", "其他，请写明", "Something else; say what"),
];

/// What people read for a reason.
pub fn reason_title(reason: &str) -> Text {
    let known = REASONS.iter().find(|(word, _, _)| *word == reason && *word != "other");
    known.map(|(_, zh, en)| Text::new(*zh, *en)).unwrap_or_default()
}

/// A look of somebody of the staff at a case; `None` for everybody else.
fn row(actor: &Actor, case: &Case, what: ReadOf) -> Option<ReadRow> {
    let ActorKind::Staff { units, .. } = &actor.kind else { return None };
    // The office through which they have to do with this case, where they work in several.
    let offered = |unit: &&String| case.tasks.values().flat_map(|task| &task.offers).any(|offer| offer.unit == **unit);
    let office = units.iter().find(offered).or_else(|| units.first());
    Some(ReadRow {
        case: case.id,
        who: actor.id.clone(),
        office: office.cloned().unwrap_or_default(),
        position: position_of(actor).to_owned(),
        what,
        place: String::new(),
        reason: String::new(),
        note: String::new(),
    })
}

/// Notes that somebody of the staff opens a page about a case.
///
/// # Errors
/// It could not be written: the page must not be shown.
pub async fn note_page(app: &App, actor: &Actor, case: &Case) -> Result<(), Failure> {
    if let Some(read) = row(actor, case, ReadOf::Page) {
        app.store().note_read(&read).await?;
    }
    Ok(())
}

/// Notes that somebody of the staff sees a number in full; `false` if they saw too many within the hour.
///
/// # Errors
/// Not of the staff, or it could not be written: the number must not be shown.
pub async fn note_number(
    app: &App,
    actor: &Actor,
    case: &Case,
    place: &str,
    reason: &str,
    note: &str,
) -> Result<bool, Failure> {
    let read = row(actor, case, ReadOf::Number).ok_or(Failure::Forbidden)?;
    let read = ReadRow { place: place.to_owned(), reason: reason.to_owned(), note: note.to_owned(), ..read };
    Ok(app.store().note_reveal(&read, REVEALS_MAX).await?)
}
