//! A chart that is played: where it is, what time it is for it, what it has asked to be woken for. It must never let a
//! chart that wakes itself without end keep it.

use super::input::Input;
use onething_engine::kernel::{
    self, Cause, Configuration, Event, KernelRejection, Macrostep, Nothing, Run, StateId, Statechart, Step,
};
use onething_engine::value::Value;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt;

/// So many timers may ring during one input.
const TIMERS_MAX: usize = 10_000;

/// A chart and its time.
pub struct Play<'a> {
    chart: &'a Statechart,
    configuration: Configuration,
    /// Milliseconds since the start.
    now_ms: i64,
    timers: Vec<Timer>,
    /// How many timers were set before.
    timers_set: u64,
    /// Number of the input in hand; 0 is the start.
    input: usize,
}

/// A delayed event.
#[derive(Debug, Clone)]
struct Timer {
    at_ms: i64,
    order: u64,
    id: Option<String>,
    event: Event,
}

/// What one macrostep did.
pub struct Line {
    input: usize,
    cause: &'static str,
    event: Option<String>,
    active: Vec<String>,
    entered: Vec<String>,
    exited: Vec<String>,
    rejected: Option<(&'static str, String)>,
    variables: BTreeMap<String, Value>,
    due: Vec<Json>,
    notes: Vec<Value>,
}

impl<'a> Play<'a> {
    /// A chart before its start.
    pub fn new(chart: &'a Statechart) -> Play<'a> {
        let configuration = Configuration::of(chart);
        Play { chart, configuration, now_ms: 0, timers: Vec::new(), timers_set: 0, input: 0 }
    }

    /// Enters the initial states.
    pub fn start(&mut self) -> Vec<Line> {
        let run = kernel::start(self.chart, &Nothing);
        if run.is_err() {
            // A chart that cannot start takes no events either.
            self.configuration.running = false;
        }
        let mut lines = Vec::new();
        self.follow(run, "start", None, &mut lines);
        self.ring(0, &mut lines);
        lines
    }

    /// Plays one input.
    pub fn take(&mut self, input: &Input) -> Vec<Line> {
        self.input += 1;
        let mut lines = Vec::new();
        match input {
            Input::Event(event) => {
                self.give(event.clone(), "event", &mut lines);
                self.ring(0, &mut lines);
            }
            Input::Advance(ms) => self.ring(*ms, &mut lines),
            Input::Stream => {}
        }
        lines
    }

    fn give(&mut self, event: Event, cause: &'static str, lines: &mut Vec<Line>) {
        let name = event.name.clone();
        let run = kernel::step(self.chart, &self.configuration, event, &Nothing);
        self.follow(run, cause, Some(name), lines);
    }

    /// Lets time pass; what is due on the way rings at its own instant, earliest first.
    fn ring(&mut self, ms: i64, lines: &mut Vec<Line>) {
        let until = self.now_ms.saturating_add(ms);
        for _ in 0..TIMERS_MAX {
            let due = self.timers.iter().enumerate().filter(|(_, timer)| timer.at_ms <= until);
            let Some((at, _)) = due.min_by_key(|(_, timer)| (timer.at_ms, timer.order)) else {
                self.now_ms = until;
                return;
            };
            let timer = self.timers.remove(at);
            self.now_ms = self.now_ms.max(timer.at_ms);
            self.give(timer.event, "timer", lines);
        }
        self.now_ms = until;
        // They would ring without end at the next input as well.
        self.timers.retain(|timer| timer.at_ms > until);
        let refused = ("too_many_timers", format!("expected at most {TIMERS_MAX} timers to ring, but there are more"));
        let mut line = self.line("timer", None);
        line.rejected = Some(refused);
        lines.push(line);
    }

    fn follow(
        &mut self,
        run: Result<Run, KernelRejection>,
        cause: &'static str,
        event: Option<String>,
        lines: &mut Vec<Line>,
    ) {
        match run {
            Err(rejection) => {
                let mut line = self.line(cause, event);
                line.rejected = Some((rejection.code(), rejection.to_string()));
                lines.push(line);
            }
            Ok(run) => {
                for macrostep in &run.macrosteps {
                    let cause = if macrostep.cause == Cause::Send { "send" } else { cause };
                    lines.push(self.follow_macrostep(macrostep, cause));
                }
                self.configuration = run.configuration;
            }
        }
    }

    fn follow_macrostep(&mut self, macrostep: &Macrostep, cause: &'static str) -> Line {
        let (mut entered, mut exited, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for step in &macrostep.steps {
            self.configuration.apply(step);
            match step {
                Step::Enter(state) => entered.push(self.name(*state)),
                Step::Exit(state) => exited.push(self.name(*state)),
                Step::Send { event, after_ms: Some(after), id } => {
                    self.timers_set += 1;
                    let (at_ms, order) = (self.now_ms.saturating_add(*after), self.timers_set);
                    self.timers.push(Timer { at_ms, order, id: id.clone(), event: event.clone() });
                }
                Step::Cancel { id } => self.timers.retain(|timer| timer.id.as_ref() != Some(id)),
                Step::Finish => self.timers.clear(),
                Step::Log(value) => notes.push(value.clone()),
                Step::Send { after_ms: None, .. }
                | Step::Remember { .. }
                | Step::Take(_)
                | Step::Set { .. }
                | Step::Raise(_)
                | Step::Fault { .. }
                | Step::Extension(_) => {}
            }
        }
        let mut line = self.line(cause, macrostep.event.as_ref().map(|event| event.name.clone()));
        (line.entered, line.exited, line.notes) = (entered, exited, notes);
        line
    }

    fn name(&self, state: StateId) -> String {
        self.chart.state(state).id.clone()
    }

    fn line(&self, cause: &'static str, event: Option<String>) -> Line {
        let mut timers: Vec<&Timer> = self.timers.iter().collect();
        timers.sort_by_key(|timer| (timer.at_ms, timer.order));
        let due = timers
            .into_iter()
            .map(|timer| json!({ "event": timer.event.name, "id": timer.id, "in_ms": timer.at_ms - self.now_ms }));
        Line {
            input: self.input,
            cause,
            event,
            active: self.configuration.leaves(self.chart).into_iter().map(|state| self.name(state)).collect(),
            entered: Vec::new(),
            exited: Vec::new(),
            rejected: None,
            variables: self.configuration.variables.clone(),
            due: due.collect(),
            notes: Vec::new(),
        }
    }
}

impl Line {
    /// The line for programs. A bare statechart has no tasks and no messages, so those lists are always empty.
    pub fn json(&self) -> Json {
        let variables = self.variables.iter().map(|(name, value)| (name.clone(), value.to_json()));
        let rejected = self.rejected.as_ref().map(|(code, message)| json!({ "code": code, "message": message }));
        json!({
            "input": self.input,
            "cause": self.cause,
            "event": self.event,
            "active": self.active,
            "entered": self.entered,
            "exited": self.exited,
            "rejected": rejected,
            "variables": variables.collect::<serde_json::Map<String, Json>>(),
            "tasks": [],
            "due": self.due,
            "outbox": [],
        })
    }
}

impl fmt::Display for Line {
    /// `2 event go: -a1 -a +b → b {"count":1}`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.input, self.cause)?;
        if let Some(event) = &self.event {
            write!(out, " {event}")?;
        }
        out.write_str(":")?;
        self.exited.iter().try_for_each(|state| write!(out, " -{state}"))?;
        self.entered.iter().try_for_each(|state| write!(out, " +{state}"))?;
        write!(out, " → {}", self.active.join(", "))?;
        if !self.variables.is_empty() {
            let pairs: Vec<String> =
                self.variables.iter().map(|(name, value)| format!("{name} = {}", value.to_json())).collect();
            write!(out, " · {}", pairs.join(", "))?;
        }
        self.notes.iter().try_for_each(|note| write!(out, " · log {}", note.to_json()))?;
        self.due.iter().try_for_each(|timer| write!(out, " · due {timer}"))?;
        if let Some((code, message)) = &self.rejected {
            write!(out, " · refused ({code}): {message}")?;
        }
        Ok(())
    }
}
