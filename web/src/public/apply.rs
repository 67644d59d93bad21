//! Applying: from the start page of a door over its questions, one thing at a time, to the declaration and the case. What
//! was typed lies in a draft after every step. It must never judge an answer; the form does.

pub mod begin;
pub mod code;
pub mod declare;
pub mod dense;
pub mod hub;
pub mod question;
pub mod review;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use onething_engine::case::CaseId;
use onething_engine::command::Command;
use onething_engine::definition::{Assignee, Door, ProcessDefinition};
use onething_engine::engine::Engine;
use onething_engine::form::{Context, FieldProblem, Form, Reading};
use onething_engine::organisation::ActorKind;
use onething_engine::rejection::Rejection;
use onething_engine::rulebook::Rulebook;
use onething_engine::store::DraftRow;
use onething_engine::text::Text;
use onething_engine::value::{Instant, Value};

use crate::app::App;
use crate::failure::Failure;
use crate::files::{self, Known};
use crate::filling::Place;
use crate::public::guide::{blocks, opens};
use crate::session::Visitor;

/// A door that somebody may use, with the form it asks.
pub struct Asking {
    rules: Arc<Rulebook>,
    definition: Arc<ProcessDefinition>,
    door: Door,
    form: Arc<Form>,
    now: Instant,
}

impl Asking {
    /// The door in force today, if this visitor may use it.
    ///
    /// # Errors
    /// It is not there, or is for others.
    async fn find(app: &App, visitor: &Visitor, process: &str, door: &str) -> Result<Asking, Failure> {
        let now = app.now().await?;
        let rules = app.rules();
        let definition = rules.choose(process, now.date()).cloned().ok_or(Failure::NotFound)?;
        let door = definition.doors.get(door).cloned().ok_or(Failure::NotFound)?;
        let form = door.form.as_ref().and_then(|form| definition.forms.get(form)).cloned();
        let form = form.ok_or(Failure::NotFound)?;
        if !opens(&rules, &door, visitor.actor.as_ref()) {
            return Err(Failure::Forbidden);
        }
        Ok(Asking { rules, definition, door, form, now })
    }

    fn place(&self) -> Place<'_> {
        Place { process: &self.definition.name, door: &self.door.name, form_hash: &self.form.hash }
    }

    /// Reads what was typed.
    fn read(&self, visitor: &Visitor, typed: &[(String, String)], known: &Known) -> Reading {
        let context = Context {
            today: self.now.date(),
            answers: &Value::Null,
            staff: visitor.is_staff(),
            organisation: Some(&self.rules.organisation),
            files: Some(&known.uploads),
        };
        let answers: Vec<(String, String)> = typed.iter().filter(|(name, _)| !name.starts_with('_')).cloned().collect();
        self.form.read(&answers, &context)
    }

    /// The offices that what is sent goes to, each once: those of the matters that run side by side, else whoever leads.
    fn offices(&self) -> Vec<Text> {
        let items = blocks(&self.definition).into_iter().next().unwrap_or_default();
        let named = items.iter().filter_map(|item| item.office.as_ref());
        let mut codes: BTreeSet<&str> = named.filter_map(office).collect();
        if codes.is_empty() {
            codes.extend(self.definition.lead.as_ref().and_then(office));
        }
        codes.into_iter().map(|code| self.rules.organisation.office_title(code)).collect()
    }

    /// Sends the answers of a draft. The same draft sent twice is the same request.
    ///
    /// # Errors
    /// The engine cannot answer.
    async fn submit(
        &self,
        app: &App,
        visitor: &Visitor,
        draft: &str,
        answers: Value,
    ) -> Result<Result<CaseId, Refused>, Failure> {
        let actor = visitor.actor()?;
        let region = match &actor.kind {
            ActorKind::Staff { region, .. } => region.clone(),
            ActorKind::Citizen
            | ActorKind::Agent { .. }
            | ActorKind::System
            | ActorKind::Process { .. }
            | ActorKind::Connector { .. } => self.rules.organisation.region.clone(),
        };
        let command = Command::StartCase {
            case: Engine::new_case_id(),
            process: self.definition.name.clone(),
            door: self.door.name.clone(),
            region,
            answers,
            draft: Some(draft.to_owned()),
        };
        match app.engine.execute(actor, Some(draft), command).await? {
            Ok(receipt) => Ok(Ok(receipt.case)),
            Err(why) => {
                // The engine names a case only to who may see it.
                let rival = if let Rejection::Duplicate { number } = &why {
                    app.store().case_by_number(number).await?
                } else {
                    None
                };
                Ok(Err(Refused { why, rival }))
            }
        }
    }
}

fn office(assignee: &Assignee) -> Option<&str> {
    match assignee {
        Assignee::Office(office) | Assignee::Site { office, .. } => Some(office),
        Assignee::Party(_) | Assignee::Role(_) => None,
    }
}

/// Why a form was not accepted.
struct Refused {
    why: Rejection,
    /// The visitor's case in which the matter goes on.
    rival: Option<CaseId>,
}

impl Refused {
    /// What is to be mended in single fields.
    fn problems(&self) -> &[FieldProblem] {
        if let Rejection::AnswersInvalid { problems, .. } = &self.why { problems } else { &[] }
    }
}

impl From<Rejection> for Refused {
    fn from(why: Rejection) -> Refused {
        Refused { why, rival: None }
    }
}

/// A draft under way: its door, what was typed so far, and what the form makes of it.
struct Applying {
    asking: Asking,
    draft: Arc<DraftRow>,
    typed: Vec<(String, String)>,
    reading: Reading,
    files: Known,
}

impl Applying {
    /// The door of the visitor's draft. The form is the one in force today, which may have changed since it was typed.
    async fn find(app: &App, visitor: &Visitor, draft: &Arc<DraftRow>) -> Result<Applying, Failure> {
        let asking = Asking::find(app, visitor, &draft.process, &draft.door).await?;
        let typed: Vec<(String, String)> = serde_json::from_str(&draft.typed).unwrap_or_default();
        let files = files::known(app, visitor, &typed, Some(&draft.id), None).await?;
        let reading = asking.read(visitor, &typed, &files);
        Ok(Applying { asking, draft: draft.clone(), typed, reading, files })
    }

    /// The same with other answers.
    fn with(self, visitor: &Visitor, typed: Vec<(String, String)>, files: Known) -> Applying {
        let reading = self.asking.read(visitor, &typed, &files);
        Applying { typed, reading, files, ..self }
    }

    /// The address of the draft, or of something below it.
    fn address(&self, below: &str) -> String {
        format!("/apply/{}{below}", self.draft.id)
    }
}
