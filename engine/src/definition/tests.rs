//! What each word of the language becomes in the kernel, played step by step. No case, no store: only the chart.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Library, Outcome, ProcessDefinition, build};
use crate::expression::Fault;
use crate::kernel::{Configuration, Event, Outside, Run, Step, start, step};
use crate::source::{Problems, Source};
use crate::value::Value;

const FORM: &str =
    "form: report\ntitle: {zh: 申报, en: Report}\nfields:\n  urgent: {type: yes_no, title: {zh: 急, en: Urgent}}\n";

/// A matter that one office receives and then grants or refuses; the supervisor may take a grant back.
const ITEM: &str = r#"
fragment: item
kind: item
inputs:
  office: {type: office}
  held_while: {type: condition, default: 'false'}
initial: open
states:
  open:
    hold: [{kinds: [dispute], while: input.held_while}]
    initial: received
    states:
      received:
        task: {by: input.office, form: report, limit: 2 workdays}
        outcomes: {accept: deciding, refuse: refused}
      deciding:
        task: {by: input.office, form: report, limit: 2 workdays}
        outcomes: {grant: {to: granted, when: answers.report.urgent}, refuse: refused}
  granted: {type: final, result: success}
  refused: {type: final, result: failure}
  reverted: {type: final, result: failure}
actions: {revert: {by: supervisor, when: 'active("granted")', to: reverted}}
"#;

fn process(states: &str) -> String {
    format!(
        "process: sample\ntitle: {{zh: 样例, en: Sample}}\nlate: card_only\ntime: {{calendar: none, roll: none}}\n\
         start: {{door: {{by: applicant, form: report, to: work}}}}\nvariables: {{disputed: false, wanted: true}}\n{states}"
    )
}

fn definition(states: &str) -> Arc<ProcessDefinition> {
    let files =
        [("process.yaml", process(states)), ("item.yaml", ITEM.to_owned()), ("forms/report.yaml", FORM.to_owned())];
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(*path, text)).collect();
    let problems = Problems::new();
    let built = build(&Library::parse(&sources, &problems), &problems);
    let found = problems.into_vec();
    let Some(first) = built.first() else { panic!("{found:#?}") };
    first.definition.clone()
}

/// Answers by root name; items are put together from the variables that keep their results.
struct Answers(BTreeMap<String, Value>);

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

impl Outside for Answers {
    fn value<'a>(&'a self, root: &str, configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        if root != "items" {
            return self.0.get(root).map(Cow::Borrowed);
        }
        let mut items: BTreeMap<String, Value> = BTreeMap::new();
        for (name, value) in &configuration.variables {
            let Some(rest) = name.strip_prefix("items.") else { continue };
            let mut words = rest.split('.');
            let (Some(item), Some(word)) = (words.next(), words.next()) else { continue };
            if let Value::Map(known) = items.entry(item.to_owned()).or_insert_with(|| Value::Map(BTreeMap::new())) {
                known.insert(word.to_owned(), value.clone());
            }
        }
        Some(Cow::Owned(Value::Map(items)))
    }

    fn call(&self, function: &str, _: &[Value], _: &Configuration) -> Result<Value, Fault> {
        Err(Fault::Function { function: function.to_owned(), reason: "not in this test".to_owned() })
    }
}

/// A chart being played.
struct Play {
    definition: Arc<ProcessDefinition>,
    answers: Answers,
    run: Run,
}

impl Play {
    fn of(states: &str) -> Play {
        let definition = definition(states);
        let report = map([("urgent", Value::Bool(true))]);
        let own = map([("a", map([("report", report.clone())])), ("b", map([("report", report.clone())]))]);
        let answers =
            Answers([("answers".to_owned(), map([("report", report)])), ("item_answers".to_owned(), own)].into());
        let run = start(&definition.chart, &answers).expect("it starts");
        let mut play = Play { definition, answers, run };
        play.go("start.door");
        play
    }

    fn take(&mut self, event: Event) {
        let configuration = self.run.configuration.clone();
        self.run = step(&self.definition.chart, &configuration, event, &self.answers).expect("it comes to rest");
    }

    fn go(&mut self, event: &str) {
        self.take(Event::addressed(event));
        assert!(self.run.moved(), "{event} moves nothing; active: {:?}", self.active());
    }

    /// Active states as people call them, without what the compiler made and without what is around others.
    fn active(&self) -> Vec<String> {
        let chart = &self.definition.chart;
        let leaves = self.run.configuration.leaves(chart);
        leaves.iter().map(|id| self.definition.state(*id).path.clone()).collect()
    }

    fn exited(&self) -> Vec<String> {
        let left = self.run.steps().filter_map(|step| match step {
            Step::Exit(state) => Some(self.definition.state(*state).path.clone()),
            _ => None,
        });
        left.collect()
    }

    fn result(&self, item: &str) -> &str {
        self.run.configuration.variables[&format!("items.{item}.result")].as_text().expect("text")
    }
}

const TWO: &str = r#"
states:
  work:
    items:
      a: {use: item, office: police.household, basis: x}
      b: {use: item, office: police.household, basis: x}
    on_done: {all: whole, some: half, none: nothing}
  whole: {type: final, result: success}
  half: {type: final, result: partial}
  nothing: {type: final, result: failure}
"#;

#[test]
fn an_outcome_is_addressed_to_one_item() {
    let mut play = Play::of(TWO);
    assert_eq!(play.active(), ["work.a.open.received", "work.b.open.received"]);
    play.go("outcome.work.a.open.received.accept");
    assert_eq!(play.active(), ["work.a.open.deciding", "work.b.open.received"]);
    // The same word without an address, or from where nobody stands, moves nothing.
    play.take(Event::announced("outcome.work.b.open.received.accept"));
    assert!(!play.run.moved());
}

#[test]
fn a_way_back_at_the_root_of_an_item_leaves_the_siblings_alone() {
    let mut play = Play::of(TWO);
    play.go("outcome.work.a.open.received.accept");
    play.go("outcome.work.a.open.deciding.grant");
    assert_eq!(play.result("a"), "success");
    play.go("action.work.a.revert");
    assert_eq!(play.exited(), ["work.a.granted"]);
    assert_eq!(play.active(), ["work.a.reverted", "work.b.open.received"]);
    assert_eq!(play.result("a"), "failure");
}

#[test]
fn a_block_of_items_ends_all_some_or_none() {
    let end = |a: &str, b: &str| {
        let mut play = Play::of(TWO);
        for (item, ends) in [("a", a), ("b", b)] {
            play.go(&format!("outcome.work.{item}.open.received.accept"));
            play.go(&format!("outcome.work.{item}.open.deciding.{ends}"));
        }
        play.active().concat()
    };
    assert_eq!(end("grant", "grant"), "whole");
    assert_eq!(end("grant", "refuse"), "half");
    assert_eq!(end("refuse", "grant"), "half");
    assert_eq!(end("refuse", "refuse"), "nothing");
}

#[test]
fn a_gate_waits_for_needs_and_fails_with_them() {
    let states = TWO.replace("b: {use: item,", "b: {use: item, needs: [a],");
    let mut play = Play::of(&states);
    assert_eq!(play.active(), ["work.a.open.received", "work.b.waiting"]);
    play.go("outcome.work.a.open.received.accept");
    play.go("outcome.work.a.open.deciding.grant");
    assert_eq!(play.active(), ["work.a.granted", "work.b.open.received"]);
    let mut play = Play::of(&states);
    play.go("outcome.work.a.open.received.refuse");
    assert_eq!(play.active(), ["nothing"]);
    assert_eq!(play.result("b"), "failure");
}

#[test]
fn when_is_asked_once_and_leaves_an_item_out() {
    let mut play = Play::of(
        &TWO.replace("a: {use: item,", "a: {use: item, unless: wanted,")
            .replace("b: {use: item,", "b: {use: item, needs: [a],"),
    );
    // What was left out by its own gate is no need that failed.
    assert_eq!(play.active(), ["work.a.not_needed", "work.b.open.received"]);
    assert_eq!(play.result("a"), "none");
    play.go("outcome.work.b.open.received.accept");
    play.go("outcome.work.b.open.deciding.grant");
    assert_eq!(play.active(), ["whole"]);
}

#[test]
fn a_hold_keeps_the_place_and_gives_it_back() {
    let states = TWO.replace("a: {use: item,", "a: {use: item, held_while: disputed,")
        + "on:\n  object: {do: [{set: {disputed: 'true'}}]}\n  agree: {do: [{set: {disputed: 'false'}}]}\n";
    let mut play = Play::of(&states);
    play.go("outcome.work.a.open.received.accept");
    play.take(Event::announced("object"));
    assert_eq!(play.active(), ["work.a.open.held_dispute", "work.b.open.received"]);
    assert!(!play.exited().iter().any(|path| path.starts_with("work.b")), "{:?}", play.exited());
    let stay = play.definition.stay(&play.run.configuration);
    let kept = stay.iter().any(|state| play.definition.state(*state).path == "work.a.open.deciding");
    assert!(kept, "the clerk keeps the task");
    // While it is held, its work rests.
    play.take(Event::addressed("outcome.work.a.open.deciding.grant"));
    assert!(!play.run.moved());
    play.take(Event::announced("agree"));
    assert_eq!(play.active(), ["work.a.open.deciding", "work.b.open.received"]);
}

#[test]
fn a_rest_is_done_for_the_join_and_may_be_left() {
    let rest = TWO.replace(
        "    on_done: {all",
        "    states:\n      talk: {initial: quiet, states: {quiet: {type: rest, result: none, actions: {object: {by: applicant, to: open}}}, open: {actions: {settle: {by: applicant, to: quiet}}}}}\n    on_done: {all",
    );
    let mut play = Play::of(&rest);
    play.go("action.work.talk.quiet.object");
    assert_eq!(play.exited(), ["work.talk.quiet"]);
    for item in ["a", "b"] {
        play.go(&format!("outcome.work.{item}.open.received.refuse"));
    }
    assert_eq!(play.active(), ["work.a.refused", "work.b.refused", "work.talk.open"], "it is not done while they talk");
    play.go("action.work.talk.open.settle");
    assert_eq!(play.active(), ["nothing"]);
}

#[test]
fn asked_again_an_item_begins_and_the_others_go_on() {
    let again = TWO.replace("b: {use: item,", "b: {use: item, when: disputed,").replace(
        "    on_done: {all",
        "    states:\n      facts: {initial: known, states: {known: {type: rest, result: none, actions: {correct: {by: applicant, do: [{set: {disputed: \"!disputed\"}}, {reassess: items}]}}}}}\n    on_done: {all",
    );
    let mut play = Play::of(&again);
    play.go("outcome.work.a.open.received.accept");
    assert_eq!(play.active(), ["work.a.open.deciding", "work.b.not_needed", "work.facts.known"]);
    play.go("action.work.facts.known.correct");
    assert_eq!(play.active(), ["work.a.open.deciding", "work.b.open.received", "work.facts.known"]);
    assert_eq!(play.result("b"), "", "it is open again");
    // What was begun is not taken back because it would not be needed now.
    play.go("action.work.facts.known.correct");
    assert_eq!(play.active(), ["work.a.open.deciding", "work.b.open.received", "work.facts.known"]);
}

#[test]
fn tasks_clocks_and_ends_reach_the_model() {
    let definition = definition(TWO);
    let task = definition
        .states
        .iter()
        .find(|state| state.path == "work.a.open.received")
        .and_then(|state| state.task.as_ref());
    let task = task.expect("a task");
    assert_eq!(task.outcomes.iter().map(|outcome| outcome.name.as_str()).collect::<Vec<_>>(), ["accept", "refuse"]);
    let clock = definition.clock(task.limit.expect("a limit"));
    assert_eq!(clock.name, "task.work.a.open.received");
    assert!(clock.pauses.contains("dispute"), "a hold around a task stops its clock");
    let closing: Vec<_> = definition.states.iter().filter(|state| state.closes).map(|state| state.outcome).collect();
    assert_eq!(closing, [Some(Outcome::Success), Some(Outcome::Partial), Some(Outcome::Failure)]);
    assert_eq!(definition.hash.0.len(), 64);
}
