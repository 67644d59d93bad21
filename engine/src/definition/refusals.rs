//! `refuse` on doors, outcomes and actions: what is refused at once, with the reason in the words of the process. It must
//! never decide about a case.

use super::draft::{Draft, DraftRefusal, EnvIndex};
use super::guards::GlobalScope;
use super::model::Refusal;
use super::words::both;
use crate::expression::Type;
use crate::source::Reader;

impl<'a> Draft<'a> {
    /// `refuse: [{when, message}, …]`, in the order in which they are asked.
    pub fn refusals(&self, env: EnvIndex, reader: &Reader<'a>) -> Vec<DraftRefusal<'a>> {
        let mut refusals = Vec::new();
        for node in reader.one_or_many("refuse") {
            let Some(words) = self.file(env).map(node, both("当场不予办理的情形", "refusal")) else {
                continue;
            };
            words.require(&["when", "message"]);
            let when = words.optional("when").and_then(|node| self.value(env, node));
            let message = words.localized("message");
            words.finish();
            if let (Some(when), Some(message)) = (when, message) {
                refusals.push(DraftRefusal { when, message });
            }
        }
        refusals
    }

    /// The checked refusals.
    pub fn refusal_definitions(&self, refusals: &[DraftRefusal<'a>], scope: &GlobalScope) -> Vec<Refusal> {
        let checked = refusals.iter().filter_map(|refusal| {
            let when = self.expression(refusal.when, &Type::Bool, scope)?;
            Some(Refusal { when, message: refusal.message.clone() })
        });
        checked.collect()
    }
}
