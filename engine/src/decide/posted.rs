//! What the public may read of a case now, names masked. It must never say more than the process declares.

use super::{Loaded, names::CaseNames};
use crate::definition::{Assignee, ProcessDefinition};
use crate::form::{Kind, mask};
use crate::kernel::View;
use crate::rulebook::Rulebook;
use crate::text::Text;
use crate::value::{Instant, Value};

/// One public notice of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Path of the state.
    pub state: String,
    /// Masked names, `王**`.
    pub who: Vec<String>,
    /// The matter.
    pub what: Text,
    /// When it was posted.
    pub from: Instant,
    /// Exclusive end.
    pub until: Instant,
    /// Where an objection is handed in.
    pub objections: Assignee,
}

/// The public notices of a case as it stands.
pub fn posted(rules: &Rulebook, definition: &ProcessDefinition, loaded: &Loaded) -> Vec<Posted> {
    let configuration = &loaded.case.configuration;
    let facts = super::Facts::default();
    let names = CaseNames {
        case: &loaded.case,
        answers: &loaded.answers,
        rules,
        facts: &facts,
        now: loaded.case.last_at,
        asked: None,
    };
    let view = View { chart: &definition.chart, configuration, event: None, outside: &names };
    let active = configuration.active.iter().map(|id| definition.state(*id));
    active
        .filter_map(|state| {
            let publish = state.publish.as_ref()?;
            // What cannot be decided is not published: a child's name must not come out by a missing answer.
            if publish.conditions.iter().any(|(when, wanted)| view.truth(when).ok() != Some(*wanted)) {
                return None;
            }
            let clock = loaded.case.clocks.get(&publish.until).filter(|clock| clock.running)?;
            let who = match view.evaluate(&publish.who).ok()? {
                Value::List(names) => names.iter().filter_map(Value::as_text).map(masked).collect(),
                name => vec![masked(name.as_text()?)],
            };
            Some(Posted {
                state: state.path.clone(),
                who,
                what: publish.what.clone(),
                from: clock.run.started_at,
                until: clock.due_at?,
                objections: publish.objections.clone(),
            })
        })
        .collect()
}

fn masked(name: &str) -> String {
    mask(&Kind::Name, name)
}
