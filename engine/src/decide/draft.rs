//! A decision being made. [`Draft::emit`] applies an event and records it in one step and is the only place where a
//! case changes while it is being decided about.

use std::collections::BTreeMap;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::asked::Asked;
use super::files::nameable;
use super::{AnswersWritten, Context, Decision, Loaded, MemberWritten, Outgoing, RecordWritten};
use crate::case::{Answers, Case};
use crate::command::{Errand, Receipt};
use crate::definition::ProcessDefinition;
use crate::event::{Event, Holder, hexadecimal};
use crate::form::{self, Form};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::value::Value;

pub(super) struct Draft<'a> {
    pub context: Context<'a>,
    pub definition: Arc<ProcessDefinition>,
    pub case: Case,
    pub answers: Answers,
    pub events: Vec<Event>,
    pub written: Vec<AnswersWritten>,
    pub outbox: Vec<Outgoing>,
    pub errands: Vec<Errand>,
    pub draft: Option<String>,
    pub unique_key: Option<String>,
    pub asked: Asked,
    pub records: Vec<RecordWritten>,
    pub members: Vec<MemberWritten>,
    pub figures: BTreeMap<String, Value>,
}

impl<'a> Draft<'a> {
    pub fn open(context: Context<'a>, definition: Arc<ProcessDefinition>, loaded: &Loaded) -> Draft<'a> {
        Draft {
            context,
            definition,
            case: loaded.case.clone(),
            answers: loaded.answers.clone(),
            events: Vec::new(),
            written: Vec::new(),
            outbox: Vec::new(),
            errands: Vec::new(),
            draft: None,
            unique_key: None,
            asked: Asked::default(),
            records: Vec::new(),
            members: Vec::new(),
            figures: BTreeMap::new(),
        }
    }

    /// Applies an event to the case and records it.
    pub fn emit(&mut self, event: Event) {
        self.case.apply(&event, self.context.now);
        self.events.push(event);
    }

    pub fn finish(self) -> Decision {
        let receipt = Receipt {
            case: self.case.id,
            number: self.case.number.clone(),
            length: self.case.length,
            figures: self.figures,
        };
        Decision {
            case: self.case,
            events: self.events,
            answers: self.written,
            outbox: self.outbox,
            errands: self.errands,
            draft: self.draft,
            unique_key: self.unique_key,
            rows: self.asked.into_rows(),
            records: self.records,
            members: self.members,
            receipt,
        }
    }

    /// Reads answers against a form of the process and stores them as its next version.
    ///
    /// # Errors
    /// [`Rejection::AnswersInvalid`] with every problem of every field.
    pub fn answer(&mut self, holder: Holder, form: &str, given: &Value) -> Result<Value, Rejection> {
        let Some(form) = self.definition.forms.get(form).cloned() else {
            return Err(Rejection::ProcessFault { fault: format!("form {form} is not part of the process") });
        };
        let values = self.check(&form, given)?;
        self.store(holder, &form, values.clone());
        Ok(values)
    }

    /// Reads answers against a form and stores nothing.
    ///
    /// # Errors
    /// [`Rejection::AnswersInvalid`] with every problem of every field.
    pub fn check(&self, form: &Form, given: &Value) -> Result<Value, Rejection> {
        let blank = Value::Map(Default::default());
        let given = if matches!(given, Value::Null) { &blank } else { given };
        let answers = self.answers.of_case();
        let organisation = &self.context.rules.organisation;
        let draft = self.draft.as_deref();
        let files = self.context.files.map(|stored| nameable(stored, self.context.actor, self.case.id, draft));
        let context = form::Context {
            today: self.context.now.date(),
            answers: &answers,
            staff: matches!(self.context.actor.kind, ActorKind::Staff { .. }),
            organisation: Some(organisation),
            files: files.as_ref(),
        };
        let reading = form.check(given, &context);
        if reading.problems.is_empty() {
            return Ok(reading.values);
        }
        Err(Rejection::AnswersInvalid { form: form.name.clone(), problems: reading.problems })
    }

    fn store(&mut self, holder: Holder, form: &Form, values: Value) {
        let before = self.case.answers_version(&holder, &form.name).map_or(0, |answers| answers.version);
        let version = before + 1;
        let salt = self.salt();
        let fields = changed(self.answers.get(&holder, &form.name), &values);
        let commitment = commitment(&salt, &values);
        self.answers.0.insert((holder.clone(), form.name.clone()), values.clone());
        self.written.push(AnswersWritten {
            holder: holder.clone(),
            form: form.name.clone(),
            form_hash: form.hash.clone(),
            version,
            values,
            salt,
        });
        self.emit(Event::Answered {
            holder,
            form: form.name.clone(),
            form_hash: form.hash.clone(),
            version,
            fields,
            commitment,
        });
    }

    /// A salt of its own for each version of answers in this decision.
    fn salt(&self) -> [u8; 32] {
        self.derived(&(self.written.len() as u64).to_be_bytes())
    }

    /// 32 bytes that nobody can guess, of this decision and this purpose alone.
    pub fn derived(&self, purpose: &[u8]) -> [u8; 32] {
        keyed(&self.context.entropy).chain_update(purpose).finalize().into_bytes().into()
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so this cannot fail; the fall-back keeps the type honest.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
}

/// HMAC-SHA-256 of the canonical text of values under a salt, hexadecimal. A bare digest of an identity number would be
/// the identity number: there are too few of them.
pub fn commitment(salt: &[u8; 32], values: &Value) -> String {
    let text = serde_json::to_string(values).unwrap_or_default();
    hexadecimal(&keyed(salt).chain_update(text.as_bytes()).finalize().into_bytes())
}

/// Paths of the leaves that differ.
fn changed(before: Option<&Value>, after: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect(before.unwrap_or(&Value::Null), after, "", &mut paths);
    paths
}

fn collect(before: &Value, after: &Value, path: &str, paths: &mut Vec<String>) {
    let step = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let empty = std::collections::BTreeMap::new();
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => {
            for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
                let (old, new) = (old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
                collect(old, new, &step(name), paths);
            }
        }
        (Value::Null, Value::Map(_)) => collect(&Value::Map(empty), after, path, paths),
        _ if before != after => paths.push(path.to_owned()),
        _ => {}
    }
}
