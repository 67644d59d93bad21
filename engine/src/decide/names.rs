//! What guards of a process can see beyond the statechart: answers, results of items, how the case began, parameters.
//! It must never change anything.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::asked::Asked;
use super::draft::Draft;
use super::{Context, Facts, Loaded};
use crate::case::{Answers, Case};
use crate::definition::{ClockId, ProcessDefinition};
use crate::expression::Fault;
use crate::kernel::{Configuration, Event, Outside, View};
use crate::organisation::Level;
use crate::rulebook::Rulebook;
use crate::value::{Instant, Value};

/// `each_month` gives so many months at most.
const MONTHS_MAX: usize = 1200;

/// The names of one case at one moment.
pub(super) struct CaseNames<'a> {
    pub case: &'a Case,
    pub answers: &'a Answers,
    pub rules: &'a Rulebook,
    /// Legal time: the day that figures are for.
    pub now: Instant,
    /// Where it is noted what was asked of tables.
    pub asked: Option<&'a Asked>,
    pub facts: &'a Facts,
}

impl CaseNames<'_> {
    fn start(&self) -> Value {
        Value::Map(BTreeMap::from([
            ("at".to_owned(), Value::Instant(self.case.opened_at)),
            ("on".to_owned(), Value::Date(self.case.opened_at.date())),
            ("door".to_owned(), Value::Text(self.case.door.clone())),
        ]))
    }

    /// How all copies of an item that stands once per row came out together; empty while one of them is open.
    fn together(&self, group: &str, configuration: &Configuration) -> Option<Value> {
        let copies = self.rules.definition(&self.case.definition)?.groups.get(group)?;
        let result = |copy: &String| configuration.variables.get(&format!("items.{copy}.result"))?.as_text();
        let results: Vec<&str> = copies.iter().map(|copy| result(copy).unwrap_or_default()).collect();
        let counted = || results.iter().filter(|result| **result != "none");
        let word = if results.contains(&"") {
            ""
        } else if counted().next().is_none() {
            "none"
        } else if counted().all(|result| *result == "success") {
            "success"
        } else if counted().any(|result| matches!(*result, "success" | "partial")) {
            "partial"
        } else {
            "failure"
        };
        Some(Value::Text(word.to_owned()))
    }

    /// What the list that was gathered last came to; nothing before the first.
    fn gathered(&self) -> Option<Value> {
        let gather = self.case.gathered()?;
        let asked = self.rules.definition(&self.case.definition)?.state(gather.state).gather.as_ref()?;
        let sum = |name: &String| gather.sums.get(name).cloned().unwrap_or_default();
        let sums = match asked.sums.as_slice() {
            [(only, _)] if asked.single => sum(only),
            several => Value::Map(several.iter().map(|(name, _)| (name.clone(), sum(name))).collect()),
        };
        let number = |count: u32| Value::Int(i64::from(count));
        let words = [("count", number(gather.reached)), ("of", number(gather.of)), ("refused", number(gather.refused))];
        let words = words.into_iter().chain([("sum", sums)]);
        Some(Value::Map(words.map(|(word, value)| (word.to_owned(), value)).collect()))
    }

    /// Codes of the places; `null` where one is not known.
    fn sites(&self, configuration: &Configuration) -> Value {
        let code = |name: &String| {
            self.case.site_in(configuration, name).map_or(Value::Null, |code| Value::Text(code.to_owned()))
        };
        Value::Map(self.case.sites.keys().map(|name| (name.clone(), code(name))).collect())
    }

    fn parameter(&self, name: &str, place: &str, on: Date) -> Result<Value, Fault> {
        let rules = self.rules;
        let found = rules.parameters.value(name, on, place, &rules.organisation);
        found.map(|found| found.value.clone()).ok_or_else(|| Fault::Function {
            function: "parameter".to_owned(),
            reason: "no value on this date in this place".to_owned(),
        })
    }

    /// Results that the compiled statechart keeps in variables named `items.<item>.result` and `.status`.
    fn items(configuration: &Configuration) -> Value {
        let mut items: BTreeMap<String, Value> = BTreeMap::new();
        for (name, value) in &configuration.variables {
            let Some((item, word)) = name.strip_prefix("items.").and_then(|rest| rest.split_once('.')) else {
                continue;
            };
            let entry = items.entry(item.to_owned()).or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(words) = entry {
                words.insert(word.to_owned(), value.clone());
            }
        }
        Value::Map(items)
    }
}

impl Outside for CaseNames<'_> {
    fn value<'a>(&'a self, root: &str, configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        let value = match root {
            "answers" => self.answers.of_case(),
            "item_answers" => self.answers.of_items(),
            "items" => CaseNames::items(configuration),
            "start" => self.start(),
            "today" => Value::Date(self.now.date()),
            "gathered" => self.gathered()?,
            "fixed" => Value::Map(self.case.fixed.clone()),
            "site" => self.sites(configuration),
            _ => return None,
        };
        Some(Cow::Owned(value))
    }

    fn call(&self, function: &str, arguments: &[Value], configuration: &Configuration) -> Result<Value, Fault> {
        let fault = |reason: &str| Err(Fault::Function { function: function.to_owned(), reason: reason.to_owned() });
        match (function, arguments) {
            ("parameter", [Value::Text(name)]) => self.parameter(name, &self.case.region, self.now.date()),
            ("parameter", [Value::Text(name), Value::Text(place)]) => self.parameter(name, place, self.now.date()),
            ("parameter", [Value::Text(name), Value::Text(place), Value::Date(on)]) => self.parameter(name, place, *on),
            ("parameter", [Value::Text(name), Value::Text(_), Value::Null]) => {
                Err(Fault::Unanswered(format!("the day of parameter(\"{name}\")")))
            }
            ("parameter", [Value::Text(name), Value::Null, ..]) => {
                Err(Fault::Unanswered(format!("the place of parameter(\"{name}\")")))
            }
            ("region_at", [Value::Text(code), Value::Text(level)]) => {
                let level = Level::ALL.iter().find(|(word, _)| word == level).map(|(_, level)| *level);
                let found = level.and_then(|level| super::sites::inside(&self.rules.organisation, code, level));
                Ok(Value::Text(found.unwrap_or_default()))
            }
            ("rest_over", [Value::Int(item)]) => self.rest_over(*item, configuration),
            ("each_month", [Value::Date(from), Value::Date(to)]) => {
                let months =
                    std::iter::successors(Some(from.first_of_month()), |month| month.checked_add(1.month()).ok());
                let months: Vec<Value> =
                    months.take_while(|month| month <= to).take(MONTHS_MAX + 1).map(Value::Date).collect();
                if months.len() > MONTHS_MAX {
                    fault("more than a hundred years of months")
                } else {
                    Ok(Value::List(months))
                }
            }
            ("each_month", _) => Err(Fault::Unanswered("a day of each_month".to_owned())),
            ("recused", []) => Ok(Value::Bool(!self.case.recused.is_empty())),
            ("region_at", _) => Ok(Value::Text(String::new())),
            ("table", [Value::Text(name), Value::Map(inputs)]) => match self.asked {
                Some(asked) => asked.ask(&self.rules.tables, name, inputs),
                None => Asked::default().ask(&self.rules.tables, name, inputs),
            },
            // The last day on which one is in time; null before it ran and while it stands still.
            ("due", [Value::Int(clock)]) => {
                let known = u32::try_from(*clock).ok().and_then(|clock| self.case.clocks.get(&ClockId(clock)));
                let due_at = known.and_then(|state| state.due_at);
                Ok(due_at.map_or(Value::Null, |due_at| Value::Date(due_at.plus(-1).date())))
            }
            ("sources", [Value::Text(message)]) => {
                let count = self.case.messages.get(message).map_or(0, |senders| senders.len());
                Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
            }
            ("recorded", [Value::Text(name)]) => self.recorded(name, configuration),
            _ => fault("unknown function"),
        }
    }

    fn at<'a>(&'a self, path: &[String], configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        // Reading one field must not copy every form of the case.
        if let [root, form, fields @ ..] = path
            && root == "answers"
        {
            let value = self.answers.get(&crate::event::Holder::Case, form)?;
            return fields.iter().try_fold(value, |value, field| value.at(field)).map(Cow::Borrowed);
        }
        if let [root, item, form, fields @ ..] = path
            && root == "item_answers"
        {
            let value = self.answers.get(&crate::event::Holder::Item(item.clone()), form)?;
            return fields.iter().try_fold(value, |value, field| value.at(field)).map(Cow::Borrowed);
        }
        if let [root, item, word] = path
            && root == "items"
        {
            let kept = configuration.variables.get(&format!("items.{item}.{word}")).map(Cow::Borrowed);
            return kept.or_else(|| self.together(item, configuration).filter(|_| word == "result").map(Cow::Owned));
        }
        let (root, fields) = path.split_first()?;
        let mut value = self.value(root, configuration)?.into_owned();
        for field in fields {
            value = value.at(field)?.clone();
        }
        Some(Cow::Owned(value))
    }
}

impl Draft<'_> {
    pub fn names(&self) -> CaseNames<'_> {
        let Context { rules, facts, now, .. } = self.context;
        CaseNames { case: &self.case, answers: &self.answers, rules, facts, now, asked: Some(&self.asked) }
    }

    /// Whether a condition holds where the case stands now.
    pub fn holds(&self, condition: &crate::expression::Expression, event: Option<&Event>) -> Result<bool, Fault> {
        let names = self.names();
        let view =
            View { chart: &self.definition.chart, configuration: &self.case.configuration, event, outside: &names };
        view.truth(condition)
    }

    /// The value of an expression where the case stands now.
    pub fn evaluate(&self, expression: &crate::expression::Expression) -> Result<Value, Fault> {
        let names = self.names();
        let view = View {
            chart: &self.definition.chart,
            configuration: &self.case.configuration,
            event: None,
            outside: &names,
        };
        view.evaluate(expression)
    }
}

/// What the answers say of a party: one map per person. Empty where the process does not say where they stand, or they
/// have not been named yet.
pub fn party_values(rules: &Rulebook, definition: &ProcessDefinition, loaded: &Loaded, party: &str) -> Vec<Value> {
    let Some(is) = definition.parties.get(party).and_then(|party| party.is.as_ref()) else { return Vec::new() };
    let facts = Facts::default();
    let names = CaseNames {
        case: &loaded.case,
        answers: &loaded.answers,
        rules,
        facts: &facts,
        now: loaded.case.last_at,
        asked: None,
    };
    let configuration = &loaded.case.configuration;
    let view = View { chart: &definition.chart, configuration, event: None, outside: &names };
    match view.evaluate(is) {
        Ok(Value::List(people)) => people,
        Ok(person @ Value::Map(_)) => vec![person],
        Ok(_) | Err(_) => Vec::new(),
    }
}
