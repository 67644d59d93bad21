//! Errands: what transitions that were taken ask of other cases. The values for their forms are computed here, from what
//! the case knows now; nothing here looks at another case.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::draft::Draft;
use super::names::CaseNames;
use crate::case::{CaseId, Parent};
use crate::command::{Errand, HOPS_MAX, Order, linked_case_id};
use crate::definition::{Asked, ErrandUse, LinkDefinition, Outcome};
use crate::event::{ErrandKind, Event};
use crate::expression::{Expression, Fault};
use crate::kernel::{Configuration, Outside, TransitionId, View};
use crate::organisation::ActorKind;
use crate::rejection::Rejection;
use crate::value::Value;

/// The names of a case, and an element of a list as `each`.
struct WithEach<'a> {
    names: CaseNames<'a>,
    each: Option<&'a Value>,
}

impl Outside for WithEach<'_> {
    fn value<'a>(&'a self, root: &str, configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        match self.each.filter(|_| root == "each") {
            Some(each) => Some(Cow::Borrowed(each)),
            None => self.names.value(root, configuration),
        }
    }

    fn call(&self, function: &str, arguments: &[Value], configuration: &Configuration) -> Result<Value, Fault> {
        self.names.call(function, arguments, configuration)
    }

    fn at<'a>(&'a self, path: &[String], configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        let (root, fields) = path.split_first()?;
        match self.each.filter(|_| root == "each") {
            Some(each) => fields.iter().try_fold(each, |value, field| value.at(field)).map(Cow::Borrowed),
            None => self.names.at(path, configuration),
        }
    }
}

impl Draft<'_> {
    /// Writes down the errands of transitions that were taken.
    ///
    /// # Errors
    /// [`Rejection::ProcessFault`] where a value for another case cannot be computed: half an errand must not leave.
    /// [`Rejection::ErrandsWithoutEnd`] where errands have led to errands more than [`HOPS_MAX`] times.
    pub fn errands(&mut self, taken: &[TransitionId]) -> Result<(), Rejection> {
        let definition = self.definition.clone();
        let before = self.errands.len();
        for errand in taken.iter().flat_map(|id| &definition.transition(*id).errands) {
            let elements = match &errand.each {
                None => vec![None],
                Some(list) => match self.with_each(list, None)? {
                    Value::List(elements) => elements.into_iter().map(Some).collect(),
                    _ => Vec::new(),
                },
            };
            for each in elements {
                self.errand(errand, each.as_ref())?;
            }
        }
        // The step that would send one more is refused as a whole, so the case that asked for it learns that it is not done.
        if self.errands.len() > before && self.hops() > HOPS_MAX {
            return Err(Rejection::ErrandsWithoutEnd);
        }
        Ok(())
    }

    /// How many errands, one because of the other, an errand of this step would be the last of.
    fn hops(&self) -> u32 {
        match &self.context.actor.kind {
            ActorKind::Process { hops, .. } => hops.saturating_add(1),
            ActorKind::Staff { .. }
            | ActorKind::Citizen
            | ActorKind::Agent { .. }
            | ActorKind::System
            | ActorKind::Connector { .. } => 0,
        }
    }

    fn errand(&mut self, errand: &ErrandUse, each: Option<&Value>) -> Result<(), Rejection> {
        if let Some(when) = &errand.when
            && self.with_each(when, each)? != Value::Bool(true)
        {
            return Ok(());
        }
        let mut answers = Value::Map(BTreeMap::new());
        for (path, value) in &errand.with {
            put(&mut answers, path, self.with_each(value, each)?);
        }
        match &errand.what {
            Asked::Start(link) => {
                let Some(link) = self.definition.links.get(link).cloned() else { return Ok(()) };
                self.start_linked(&link, answers)?;
            }
            Asked::TellLink(link, message) => {
                let begun = self.case.linked.iter().filter(|linked| linked.link == *link && linked.refused.is_none());
                let begun: Vec<CaseId> = begun.map(|linked| linked.case).collect();
                for case in begun {
                    self.tell_case(link, case, message, answers.clone());
                }
            }
            Asked::TellParent(message) => {
                if let Some(Parent { case, .. }) = self.case.parent.clone() {
                    self.tell_case("", case, message, answers);
                }
            }
            Asked::TellHolders { process, record, key, message } => {
                let key = key.iter().map(|part| self.with_each(part, each)).collect::<Result<Vec<Value>, _>>()?;
                // Nobody holds anything under a key of which a part is not known.
                if key.iter().any(Value::is_blank) {
                    return Ok(());
                }
                let order = Order::TellHolders {
                    process: process.clone(),
                    record: record.clone(),
                    key,
                    message: message.clone(),
                    answers,
                };
                self.send_errand("", ErrandKind::Tell, process, message, order);
            }
        }
        Ok(())
    }

    fn start_linked(&mut self, link: &LinkDefinition, answers: Value) -> Result<(), Rejection> {
        let region = match &link.region {
            Some(region) => self.with_each(region, None)?.as_text().map(str::to_owned),
            None => None,
        };
        let accounts = |party: &String| self.case.parties.get(party).into_iter().flatten();
        let parties =
            link.parties.iter().flat_map(|party| accounts(party).map(move |account| (party.clone(), account.clone())));
        let order = Order::Start {
            case: linked_case_id(self.case.id, self.case.errands_made + 1),
            process: link.process.clone(),
            door: link.door.clone(),
            region: region.filter(|code| !code.is_empty()).unwrap_or_else(|| self.case.region.clone()),
            answers,
            reports: self.definition.messages.contains_key(&closed_message(&link.name)),
            parties: parties.collect(),
        };
        self.send_errand(&link.name, ErrandKind::Start, &link.process, "", order);
        Ok(())
    }

    fn tell_case(&mut self, link: &str, case: CaseId, message: &str, answers: Value) {
        let order = Order::Tell { case, message: message.to_owned(), answers };
        self.send_errand(link, ErrandKind::Tell, "", message, order);
    }

    pub(super) fn send_errand(&mut self, link: &str, kind: ErrandKind, process: &str, message: &str, order: Order) {
        let (number, hops) = (self.case.errands_made + 1, self.hops());
        let errand = Errand { number, link: link.to_owned(), hops, order };
        self.emit(Event::ErrandSet {
            errand: errand.number,
            kind,
            link: link.to_owned(),
            process: process.to_owned(),
            case: errand.target(),
            message: message.to_owned(),
        });
        self.errands.push(errand);
    }

    /// Tells the case that began this one how it ended, if that one listens.
    pub fn report_end(&mut self, outcome: Outcome) {
        let Some(parent) = self.case.parent.clone().filter(|parent| parent.reports) else { return };
        let result = serde_json::to_value(outcome).ok().and_then(|word| word.as_str().map(str::to_owned));
        let result = Value::Text(result.unwrap_or_default());
        let answers = Value::Map(BTreeMap::from([("result".to_owned(), result)]));
        self.tell_case("", parent.case, &closed_message(&parent.link), answers);
    }

    fn with_each(&self, expression: &Expression, each: Option<&Value>) -> Result<Value, Rejection> {
        let outside = WithEach { names: self.names(), each };
        let configuration = &self.case.configuration;
        let view = View { chart: &self.definition.chart, configuration, event: None, outside: &outside };
        view.evaluate(expression).map_err(|fault| Rejection::ProcessFault { fault: fault.to_string() })
    }
}

/// The message by which a case that was begun under a link says how it ended.
pub(super) fn closed_message(link: &str) -> String {
    format!("{link}_closed")
}

/// Puts a value under a path of fields.
pub(super) fn put(into: &mut Value, path: &[String], value: Value) {
    let Value::Map(fields) = into else { return };
    match path {
        [] => {}
        [field] => {
            fields.insert(field.clone(), value);
        }
        [field, rest @ ..] => {
            let below = fields.entry(field.clone()).or_insert_with(|| Value::Map(BTreeMap::new()));
            put(below, rest, value);
        }
    }
}
