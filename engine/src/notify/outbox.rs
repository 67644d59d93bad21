//! The outbox worker: claims messages, renders them, hands them over, and notes the end. At least once: a crash between
//! handing over and noting sends the same message again, under the same Message-ID.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Addressee, Mail, MailConfig, Mailer, Reference, SendError, recipients, render};
use crate::decide::{self, Loaded};
use crate::definition::ProcessDefinition;
use crate::engine::Engine;
use crate::rulebook::Rulebook;
use crate::store::{OutboxClaimed, OutboxEnd, StoreError};

/// Messages claimed in one round.
const ROUND: u32 = 32;
/// A worker that dies gives its messages back after so long.
const LEASE_MS: i64 = 120_000;
/// First wait before another try; it doubles up to [`WAIT_MAX_MS`].
const WAIT_MS: i64 = 30_000;
/// Longest wait between two tries.
const WAIT_MAX_MS: i64 = 3_600_000;
/// After so many tries (about half a day) a message is given up and shows as failed.
const TRIES_MAX: u32 = 20;

/// Sends what waits in the outbox.
pub struct Outbox {
    engine: Engine,
    config: MailConfig,
    /// Without one (a demonstration), the mailbox page is where messages arrive.
    mailer: Option<Arc<dyn Mailer>>,
    /// Where cases are found, `https://example.gov.cn`.
    base: String,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rounds {
    /// Messages handed over.
    pub sent: u32,
    /// Messages that wait for another try.
    pub waiting: u32,
    /// Messages given up, or for nobody.
    pub ended: u32,
}

impl Outbox {
    /// A worker. `base` is the address of the installation, without a slash at its end.
    pub fn new(engine: Engine, config: MailConfig, mailer: Option<Arc<dyn Mailer>>, base: impl Into<String>) -> Outbox {
        Outbox { engine, config, mailer, base: base.into() }
    }

    /// Handles one round of messages.
    ///
    /// # Errors
    /// The store failed; claimed messages come back when their lease ends.
    pub async fn run_once(&self) -> Result<Rounds, StoreError> {
        let store = self.engine.store();
        let mut rounds = Rounds::default();
        for message in store.claim_outbox(ROUND, LEASE_MS).await? {
            let end = self.handle(&message).await?;
            match end {
                OutboxEnd::Sent => rounds.sent += 1,
                OutboxEnd::Retry { .. } => rounds.waiting += 1,
                OutboxEnd::Failed { .. } | OutboxEnd::Dropped { .. } => rounds.ended += 1,
            }
            store.finish_outbox(message.id, message.token, &end).await?;
        }
        Ok(rounds)
    }

    async fn handle(&self, message: &OutboxClaimed) -> Result<OutboxEnd, StoreError> {
        let dropped = |reason: &str| Ok(OutboxEnd::Dropped { reason: reason.to_owned() });
        let Some(held) = self.engine.store().case(message.case_id).await? else {
            return dropped("the case is gone");
        };
        let rules = self.engine.rules();
        let case = &held.loaded.case;
        let Some(definition) = rules.definition(&case.definition) else {
            return Ok(OutboxEnd::Retry { after_ms: WAIT_MS, reason: "the definition is not loaded here".to_owned() });
        };
        let Some(mailer) = &self.mailer else { return Ok(OutboxEnd::Sent) };
        let mut to = own_addresses(&rules, definition, &held.loaded, &message.recipient);
        if to.is_empty() {
            let people = recipients(&rules, case, &message.recipient);
            to = people.iter().filter_map(|addressee| self.address(addressee)).collect();
        }
        if to.is_empty() {
            return dropped("nobody there has an address");
        }
        let reference = Reference {
            recipient: &message.recipient,
            text: &message.text,
            item: &message.item,
            task: message.task,
            due_at: message.due_at,
        };
        let link = format!("{}/c/{}", self.base, case.id);
        let rendered = render(&rules, definition, case, &reference, &link);
        let mail = Mail {
            message_id: format!("<{}.{}@{}>", message.case_id, message.notice, self.config.staff_domain),
            to: to.into_iter().collect(),
            subject: rendered.subject,
            body: rendered.body,
        };
        Ok(match mailer.send(&mail).await {
            Ok(()) => OutboxEnd::Sent,
            Err(SendError::Permanent(reason)) => OutboxEnd::Failed { reason },
            Err(SendError::Transient(reason)) if message.attempts + 1 >= TRIES_MAX => OutboxEnd::Failed { reason },
            Err(SendError::Transient(reason)) => {
                let after_ms = WAIT_MS.saturating_mul(1 << message.attempts.min(10)).min(WAIT_MAX_MS);
                OutboxEnd::Retry { after_ms, reason }
            }
        })
    }

    fn address(&self, addressee: &Addressee) -> Option<String> {
        match addressee {
            Addressee::Person(id) => Some(format!("{id}@{}", self.config.staff_domain)),
            Addressee::Account(id) => self.config.account_domain.as_ref().map(|domain| format!("{id}@{domain}")),
        }
    }
}

/// Addresses that the people of a party gave in their answers, in the field `email`.
fn own_addresses(
    rules: &Rulebook,
    definition: &ProcessDefinition,
    loaded: &Loaded,
    recipient: &str,
) -> BTreeSet<String> {
    let Some(party) = recipient.strip_prefix("party:") else { return BTreeSet::new() };
    let people = decide::party_values(rules, definition, loaded, party);
    let given = people.iter().filter_map(|person| person.at("email")?.as_text().map(str::to_owned));
    given.filter(|address| !address.is_empty()).collect()
}
