//! `DeliverMessage`: another system says something about a case; it is announced to every active state.

use super::draft::Draft;
use super::event_data;
use crate::event::{Event, Holder};
use crate::kernel;
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::value::Value;

pub(super) fn decide(draft: &mut Draft<'_>, message: &str, answers: &Value) -> Result<(), Rejection> {
    let ActorKind::Connector { name } = &draft.context.actor.kind else { return Err(Rejection::CaseNotFound) };
    let definition = draft.definition.clone();
    let known = definition.messages.get(message).filter(|known| known.from.contains(name));
    let Some(known) = known else { return Err(Rejection::MessageUnknown { message: message.to_owned() }) };
    let mut data = Value::Null;
    if let Some(form) = &known.form {
        let values = draft.answer(Holder::Case, form, answers)?;
        data = event_data(&[(form, &values)]);
    }
    draft.emit(Event::MessageReceived { message: message.to_owned(), sender: name.clone() });
    draft.move_by(kernel::Event::announced(message).with(data))?;
    Ok(())
}
