//! The kernel against the ideas of the W3C's SCXML test suite, in our own charts; the numbers are those of its
//! assertions. It must never look inside the kernel: charts go in as YAML, and what is seen is what `trace` shows.
//!
//! What a play shows is written in parts with ` | ` between them: first the active leaves, then in any order `-a +b` the
//! exits and entries, `x = 1` a variable, `log 1 2` what was noted, `via event, send` the causes of the macrosteps,
//! `due 500` the milliseconds that timers still wait, `refused endless`. Parts that are not written are not compared.

mod events;
mod faults;
mod history;
mod moves;
mod parallel;
mod random;
mod selection;
mod timers;

use super::{lower_chart, milliseconds};
use crate::kernel::{Cause, Configuration, Event, Nothing, Run, Statechart, Step, start, step};
use crate::source::{File, Problems, Source};
use crate::value::Value;

/// A chart, and what is seen after the start (the first pair, with an empty input) and after each input.
struct Case {
    name: &'static str,
    chart: &'static str,
    play: &'static [(&'static str, &'static str)],
}

/// Plays every case and reports all that differ.
fn check(cases: &[Case]) {
    let mut failures = String::new();
    for case in cases {
        let chart = match load(case.chart) {
            Ok(chart) => chart,
            Err(problems) => {
                failures.push_str(&format!("\n{}: {problems}", case.name));
                continue;
            }
        };
        let mut player = Player::new(&chart);
        for (input, expected) in case.play {
            let seen = player.play(input);
            for part in expected.split(" | ").enumerate().filter_map(|(at, part)| seen.differs(part, at == 0)) {
                failures.push_str(&format!("\n{} after `{input}`: {part}\n  all: {seen:?}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The chart of a file without its `process`.
fn load(text: &str) -> Result<Statechart, String> {
    let text = match text.strip_prefix('{') {
        Some(rest) => format!("{{process: case, {rest}"),
        None => format!("process: case\n{text}"),
    };
    let source = Source::new("case.yaml", text);
    let problems = Problems::new();
    let file = File { source: &source, problems: &problems };
    let chart = file.parse().and_then(|tree| lower_chart(file, &tree));
    let said: Vec<String> = problems
        .into_vec()
        .into_iter()
        .map(|found| format!("{} line {}: {}", found.code, found.span.line, found.message.en))
        .collect();
    chart.filter(|_| said.is_empty()).ok_or_else(|| said.join("; "))
}

/// What one input did.
#[derive(Debug, Default)]
struct Seen {
    active: String,
    moves: Vec<String>,
    notes: Vec<String>,
    causes: Vec<&'static str>,
    variables: Vec<String>,
    due: Vec<String>,
    refused: Option<&'static str>,
}

impl Seen {
    /// The part and what was seen instead, if it is not as expected.
    fn differs(&self, part: &str, is_active: bool) -> Option<String> {
        let word = part.split(' ').next().unwrap_or_default();
        let found = match word {
            _ if is_active => self.active.clone(),
            "log" => ["log".to_owned()].into_iter().chain(self.notes.clone()).collect::<Vec<_>>().join(" "),
            "via" => format!("via {}", self.causes.join(", ")),
            "due" => ["due".to_owned()].into_iter().chain(self.due.clone()).collect::<Vec<_>>().join(" "),
            "refused" => format!("refused {}", self.refused.unwrap_or("not")),
            _ if word.starts_with(['-', '+']) => self.moves.join(" "),
            _ => {
                let start = format!("{word} = ");
                self.variables.iter().find(|variable| variable.starts_with(&start)).cloned().unwrap_or_default()
            }
        };
        (found != part).then(|| format!("expected `{part}`, found `{found}`"))
    }
}

/// Plays a chart with its timers.
struct Player<'a> {
    chart: &'a Statechart,
    configuration: Configuration,
    now: i64,
    /// Instant, order, id, event.
    timers: Vec<(i64, usize, Option<String>, Event)>,
    count: usize,
}

impl<'a> Player<'a> {
    fn new(chart: &'a Statechart) -> Player<'a> {
        Player { chart, configuration: Configuration::of(chart), now: 0, timers: Vec::new(), count: 0 }
    }

    /// `""` starts, `+2 seconds` lets time pass, everything else is an event, perhaps with `=JSON`.
    fn play(&mut self, input: &str) -> Seen {
        let mut seen = Seen::default();
        if input.is_empty() {
            self.follow(start(self.chart, &Nothing), "start", &mut seen);
        } else if let Some(span) = input.strip_prefix('+') {
            let until = self.now + milliseconds(span).expect("a span");
            while let Some(at) = self.next_timer(until) {
                let (at_ms, _, _, event) = self.timers.remove(at);
                self.now = at_ms;
                self.give(event, "timer", &mut seen);
            }
            self.now = until;
        } else {
            let (name, data) = input.split_once('=').unwrap_or((input, "null"));
            let data = Value::from_json(&serde_json::from_str(data).expect("JSON")).expect("whole numbers");
            self.give(Event::announced(name).with(data), "event", &mut seen);
        }
        let leaves = self.configuration.leaves(self.chart);
        let ids: Vec<&str> = leaves.iter().map(|state| self.chart.state(*state).id.as_str()).collect();
        seen.active = ids.join(" ");
        seen.variables =
            self.configuration.variables.iter().map(|(name, value)| format!("{name} = {}", value.to_json())).collect();
        self.timers.sort_by_key(|(at, order, _, _)| (*at, *order));
        seen.due = self.timers.iter().map(|(at, _, _, _)| (at - self.now).to_string()).collect();
        seen
    }

    fn next_timer(&self, until: i64) -> Option<usize> {
        let due = self.timers.iter().enumerate().filter(|(_, timer)| timer.0 <= until);
        due.min_by_key(|(_, timer)| (timer.0, timer.1)).map(|(at, _)| at)
    }

    fn give(&mut self, event: Event, cause: &'static str, seen: &mut Seen) {
        self.follow(step(self.chart, &self.configuration, event, &Nothing), cause, seen);
    }

    fn follow(&mut self, run: Result<Run, crate::kernel::KernelRejection>, cause: &'static str, seen: &mut Seen) {
        let run = match run {
            Ok(run) => run,
            Err(rejection) => {
                seen.refused = Some(rejection.code());
                return;
            }
        };
        let mut folded = self.configuration.clone();
        for macrostep in &run.macrosteps {
            seen.causes.push(if macrostep.cause == Cause::Send { "send" } else { cause });
            macrostep.steps.iter().for_each(|step| folded.apply(step));
        }
        assert_eq!(folded, run.configuration, "folding the steps gives the configuration");
        if run.configuration.running {
            assert_eq!(run.configuration.defect(self.chart), None, "the configuration is legal");
        }
        run.steps().for_each(|step| self.note(step, seen));
        self.configuration = run.configuration;
    }

    fn note(&mut self, step: &Step, seen: &mut Seen) {
        match step {
            Step::Enter(state) => seen.moves.push(format!("+{}", self.chart.state(*state).id)),
            Step::Exit(state) => seen.moves.push(format!("-{}", self.chart.state(*state).id)),
            Step::Log(value) => seen.notes.push(match value {
                Value::Text(text) => text.clone(),
                other => other.to_json().to_string(),
            }),
            Step::Send { event, after_ms: Some(after), id } => {
                self.count += 1;
                self.timers.push((self.now + after, self.count, id.clone(), event.clone()));
            }
            Step::Cancel { id } => self.timers.retain(|timer| timer.2.as_ref() != Some(id)),
            Step::Finish => self.timers.clear(),
            Step::Send { after_ms: None, .. }
            | Step::Remember { .. }
            | Step::Take(_)
            | Step::Set { .. }
            | Step::Raise(_)
            | Step::Fault { .. }
            | Step::Extension(_) => {}
        }
    }
}
