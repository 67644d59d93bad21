//! Random charts under random events: whatever is written, the kernel comes to rest in a legal configuration, and does
//! the same again when it is asked again.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::{Player, load};

/// One state of a random chart, before it is written down.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(Vec<Edge>),
    Final,
    History { deep: bool, to: usize },
    Group { parallel: bool, children: Vec<Tree>, edges: Vec<Edge>, initial: Option<usize> },
}

/// A transition of a random chart. Targets are numbers that are taken modulo the number of states.
#[derive(Clone, Debug)]
struct Edge {
    trigger: usize,
    targets: Vec<usize>,
    internal: bool,
    guard: usize,
    action: usize,
}

const TRIGGERS: [&str; 7] = ["a", "b", "c", "'*'", "done.state", "error", ""];
const GUARDS: [&str; 6] = ["true", "true", "n % 2 == 0", "active(\"s2\")", "1 / n == 1", "visits(\"s1\") < 3"];
const ACTIONS: [&str; 8] = [
    "log: n",
    "set: {n: n + 1}",
    "set: {n: n - 7}",
    "raise: a",
    "send: b",
    "send: {event: c, after: 1 second, id: t}",
    "cancel: t",
    "log: 1 / n",
];

fn edge() -> impl Strategy<Value = Edge> {
    let several = prop::collection::vec(0..40_usize, 2..4);
    let targets = prop_oneof![9 => prop::collection::vec(0..40_usize, 0..2), 1 => several];
    (0..TRIGGERS.len(), targets, any::<bool>(), 0..GUARDS.len(), 0..ACTIONS.len())
        .prop_map(|(trigger, targets, internal, guard, action)| Edge { trigger, targets, internal, guard, action })
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![4 => prop::collection::vec(edge(), 0..3).prop_map(Tree::Leaf), 1 => Just(Tree::Final)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let edges = prop::collection::vec(edge(), 0..3);
        let children = prop::collection::vec(inner, 1..4);
        (any::<bool>(), children, edges, prop::option::of(0..4_usize), any::<bool>(), any::<bool>(), 0..40_usize)
            .prop_map(|(parallel, mut children, edges, initial, history, deep, to)| {
                if history {
                    children.push(Tree::History { deep, to });
                }
                Tree::Group { parallel, children, edges, initial }
            })
    })
}

/// Writes a chart down as YAML.
#[derive(Default)]
struct Writer {
    count: usize,
    /// How many states there are.
    total: usize,
    text: String,
}

impl Writer {
    fn states(&mut self, children: &[Tree], parallel: bool, indent: usize) {
        // Names are given in document order, so those of the children are known beforehand.
        let mut names = Vec::new();
        let mut next = self.count;
        for child in children {
            names.push(next);
            next += size(child);
        }
        for (child, name) in children.iter().zip(&names) {
            self.count = name + 1;
            self.text.push_str(&format!("{}s{name}:\n", " ".repeat(indent)));
            self.state(child, parallel, &names, indent + 2);
        }
    }

    fn state(&mut self, tree: &Tree, in_parallel: bool, siblings: &[usize], indent: usize) {
        let pad = " ".repeat(indent);
        match tree {
            Tree::Leaf(edges) => self.edges(edges, &pad),
            Tree::Final if in_parallel => {}
            Tree::Final => self.text.push_str(&format!("{pad}type: final\n")),
            Tree::History { deep, to } => {
                let how = if *deep { "deep" } else { "shallow" };
                self.text.push_str(&format!("{pad}type: history\n{pad}history: {how}\n"));
                // Its siblings stand before it.
                if to % 3 != 0 {
                    self.text.push_str(&format!("{pad}to: s{}\n", siblings[to % (siblings.len() - 1)]));
                }
            }
            Tree::Group { parallel, children, edges, initial } => {
                if *parallel {
                    self.text.push_str(&format!("{pad}type: parallel\n"));
                }
                if let Some(initial) = initial {
                    let before: usize = children.iter().take(initial % children.len()).map(size).sum();
                    self.text.push_str(&format!("{pad}initial: s{}\n", self.count + before));
                }
                self.edges(edges, &pad);
                self.text.push_str(&format!("{pad}states:\n"));
                self.states(children, *parallel, indent + 2);
            }
        }
    }

    fn edges(&mut self, edges: &[Edge], pad: &str) {
        for (key, triggers) in [("on", 0..6), ("always", 6..7)] {
            let mut lines = Vec::new();
            for trigger in triggers {
                let alternatives: Vec<String> = edges
                    .iter()
                    .filter(|edge| edge.trigger == trigger)
                    .map(|edge| {
                        let targets: Vec<String> =
                            edge.targets.iter().map(|target| format!("s{}", target % self.total)).collect();
                        let to =
                            if targets.is_empty() { String::new() } else { format!("to: [{}], ", targets.join(", ")) };
                        let (guard, action) = (GUARDS[edge.guard], ACTIONS[edge.action]);
                        format!("{{{to}internal: {}, when: '{guard}', do: [{{{action}}}]}}", edge.internal)
                    })
                    .collect();
                if !alternatives.is_empty() {
                    lines.push((TRIGGERS[trigger], alternatives.join(", ")));
                }
            }
            match lines.as_slice() {
                [] => {}
                [("", alternatives)] => self.text.push_str(&format!("{pad}{key}: [{alternatives}]\n")),
                several => {
                    let pairs: Vec<String> =
                        several.iter().map(|(trigger, alternatives)| format!("{trigger}: [{alternatives}]")).collect();
                    self.text.push_str(&format!("{pad}{key}: {{{}}}\n", pairs.join(", ")));
                }
            }
        }
    }
}

/// How many states a tree has.
fn size(tree: &Tree) -> usize {
    match tree {
        Tree::Leaf(_) | Tree::Final | Tree::History { .. } => 1,
        Tree::Group { children, .. } => 1 + children.iter().map(size).sum::<usize>(),
    }
}

/// The chart as YAML, with at least three states so that the guards can name them.
fn written(trees: &[Tree]) -> String {
    let mut trees = trees.to_vec();
    trees.extend([Tree::Leaf(Vec::new()), Tree::Leaf(Vec::new()), Tree::Leaf(Vec::new())]);
    let mut writer = Writer { total: trees.iter().map(size).sum(), ..Writer::default() };
    writer.text.push_str("variables: {n: 0}\nstates:\n");
    writer.states(&trees, false, 2);
    writer.text
}

fn play_twice(text: &str, inputs: &[&str]) -> bool {
    let Ok(chart) = load(text) else { return false };
    // The player asserts after every input that the configuration is legal and is the fold of the steps.
    let (mut first, mut second) = (Player::new(&chart), Player::new(&chart));
    for input in std::iter::once(&"").chain(inputs) {
        let (one, two) = (first.play(input), second.play(input));
        assert_eq!(format!("{one:?}"), format!("{two:?}"), "{text}");
        if one.refused.is_some() {
            break;
        }
    }
    true
}

#[test]
fn every_chart_that_is_accepted_stays_legal_under_every_event() {
    const INPUTS: [&str; 6] = ["a", "b", "c", "d.e", "+1 second", "error.x"];
    let played = std::cell::Cell::new(0);
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let strategy = (prop::collection::vec(tree(), 1..4), prop::collection::vec(0..INPUTS.len(), 1..12));
    runner
        .run(&strategy, |(trees, inputs)| {
            let inputs: Vec<&str> = inputs.into_iter().map(|at| INPUTS[at]).collect();
            played.set(played.get() + u32::from(play_twice(&written(&trees), &inputs)));
            Ok(())
        })
        .expect("every play ends in a legal configuration");
    // Most charts must be good ones, or nothing was tried.
    assert!(played.get() > 100, "only {} of 300 charts were accepted", played.get());
}
