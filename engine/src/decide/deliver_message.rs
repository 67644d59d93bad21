//! `DeliverMessage`: another system, or another case, says something about a case; it is announced to every active state.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::errands::closed_message;
use super::event_data;
use crate::definition::MessageDefinition;
use crate::event::{Event, Holder};
use crate::kernel;
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::value::Value;

/// In `from`: cases of whatever process.
const PROCESS: &str = "process";

pub(super) fn decide(draft: &mut Draft<'_>, message: &str, answers: &Value) -> Result<(), Rejection> {
    let actor = draft.context.actor;
    let definition = draft.definition.clone();
    let known = definition.messages.get(message);
    let unknown = Rejection::MessageUnknown { message: message.to_owned() };
    let (known, sender) = match &actor.kind {
        ActorKind::Connector { name } => (known.filter(|known| known.from.contains(name)), name),
        ActorKind::Process { case, process, .. } => {
            let listens = |known: &&MessageDefinition| {
                let named = known.from.iter().any(|from| from == PROCESS || from == process);
                named || own_end(draft, message, case)
            };
            (known.filter(listens), process)
        }
        ActorKind::Citizen | ActorKind::Agent { .. } | ActorKind::Staff { .. } | ActorKind::System => {
            return Err(Rejection::CaseNotFound);
        }
    };
    let known = known.ok_or(unknown)?;
    // Nothing in a case that has ended can hear anything; for the case that speaks this is no fault.
    if matches!(actor.kind, ActorKind::Process { .. }) && !draft.case.configuration.running {
        return Ok(());
    }
    let mut data = Value::Null;
    if let Some(form) = &known.form {
        let values = draft.answer(Holder::Case, form, answers)?;
        data = event_data(&[(form, &values)]);
    } else if let (ActorKind::Process { .. }, Some(result)) = (&actor.kind, answers.at("result")) {
        data = Value::Map(BTreeMap::from([("result".to_owned(), result.clone())]));
    }
    draft.emit(Event::MessageReceived { message: message.to_owned(), sender: sender.clone() });
    draft.move_by(kernel::Event::announced(message).with(data))?;
    Ok(())
}

/// Does a case that this one began say that it has ended?
fn own_end(draft: &Draft<'_>, message: &str, sender: &str) -> bool {
    let mut linked = draft.case.linked.iter();
    linked.any(|linked| linked.case.to_string() == sender && closed_message(&linked.link) == message)
}
