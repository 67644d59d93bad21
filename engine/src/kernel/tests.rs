//! What a higher layer relies on and a bare file cannot say: local transitions, addressed events, extension actions,
//! conditions on states, names from outside. It must never repeat what the conformance tables show.

use std::borrow::Cow;

use super::*;
use crate::expression::{Expression, Fault};
use crate::value::Value;

/// A parallel state `p` with the regions `x` (`x1`, `x2`) and `y` (`y1`, `y2`).
struct Two {
    chart: Statechart,
    p: StateId,
    x: [StateId; 3],
    y: [StateId; 3],
}

fn two_regions() -> Two {
    let mut chart = Statechart::new("two");
    let p = chart.add_state(Statechart::ROOT, State::new("p", StateKind::Parallel));
    let mut region = |name: &str| {
        let root = chart.add_state(p, State::new(name, StateKind::Plain));
        [1, 2].map(|n| chart.add_state(root, State::new(format!("{name}{n}"), StateKind::Plain))).map(|id| (root, id))
    };
    let [(x, x1), (_, x2)] = region("x");
    let [(y, y1), (_, y2)] = region("y");
    chart.seal();
    Two { chart, p, x: [x, x1, x2], y: [y, y1, y2] }
}

fn moves(run: &Run) -> Vec<Step> {
    let is_move = |step: &&Step| matches!(step, Step::Exit(_) | Step::Enter(_));
    run.steps().filter(is_move).cloned().collect()
}

fn started(chart: &Statechart) -> Configuration {
    start(chart, &Nothing).expect("it comes to rest").configuration
}

fn given(chart: &Statechart, configuration: &Configuration, event: Event) -> Run {
    step(chart, configuration, event, &Nothing).expect("it comes to rest")
}

#[test]
fn a_local_transition_of_a_parallel_state_leaves_the_other_regions_alone() {
    let mut two = two_regions();
    let trigger = Trigger::Event(vec![Descriptor::parse("e")]);
    let mut transition = Transition::new(two.p, trigger, vec![two.x[2]]);
    transition.reach = Reach::Local;
    two.chart.add_transition(transition);
    let run = given(&two.chart, &started(&two.chart), Event::announced("e"));
    assert_eq!(moves(&run), [Step::Exit(two.x[1]), Step::Enter(two.x[2])]);
}

#[test]
fn a_local_transition_to_a_whole_region_starts_the_parallel_state_again() {
    let mut two = two_regions();
    let mut transition = Transition::new(two.p, Trigger::Event(vec![Descriptor::Any]), vec![two.x[0]]);
    transition.reach = Reach::Local;
    two.chart.add_transition(transition);
    let run = given(&two.chart, &started(&two.chart), Event::announced("e"));
    assert_eq!(moves(&run)[..5], [two.y[1], two.y[0], two.x[1], two.x[0], two.p].map(Step::Exit));
    assert_eq!(run.configuration.defect(&two.chart), None);
}

#[test]
fn an_addressed_event_is_caught_by_its_own_name_only() {
    let mut two = two_regions();
    let any = Trigger::Event(vec![Descriptor::Any, Descriptor::parse("outcome"), Descriptor::parse("outcome.x.done")]);
    two.chart.add_transition(Transition::new(two.y[1], any, vec![two.y[2]]));
    let addressed = Trigger::Addressed("outcome.x.done".to_owned());
    two.chart.add_transition(Transition::new(two.x[1], addressed, vec![two.x[2]]));
    let before = started(&two.chart);
    let run = given(&two.chart, &before, Event::addressed("outcome.x.done"));
    assert_eq!(moves(&run), [Step::Exit(two.x[1]), Step::Enter(two.x[2])]);
    let run = given(&two.chart, &before, Event::announced("outcome.x.done"));
    assert_eq!(moves(&run), [Step::Exit(two.y[1]), Step::Enter(two.y[2])]);
    assert!(!given(&two.chart, &before, Event::addressed("outcome.x")).moved());
}

#[test]
fn extensions_are_reported_between_what_stands_around_them() {
    let mut two = two_regions();
    let mut transition = Transition::new(two.x[1], Trigger::Addressed("go".to_owned()), vec![two.x[2]]);
    transition.actions =
        vec![Action::Extension(7), Action::Raise { event: "r".to_owned(), data: Data::Nothing }, Action::Extension(8)];
    let id = two.chart.add_transition(transition);
    let run = given(&two.chart, &started(&two.chart), Event::addressed("go"));
    let expected = [
        Step::Exit(two.x[1]),
        Step::Take(id),
        Step::Extension(7),
        Step::Raise(Event::announced("r")),
        Step::Extension(8),
        Step::Enter(two.x[2]),
    ];
    assert!(run.steps().eq(&expected), "{run:?}");
}

#[test]
fn conditions_on_states_need_no_expression() {
    let mut two = two_regions();
    let mut transition = Transition::new(two.y[1], Trigger::Always, vec![two.y[2]]);
    transition.conditions = vec![Condition::Active(two.x[2]), Condition::Inactive(two.x[1])];
    two.chart.add_transition(transition);
    two.chart.add_transition(Transition::new(two.x[1], Trigger::Addressed("go".to_owned()), vec![two.x[2]]));
    let before = started(&two.chart);
    assert!(before.is_active(two.y[1]));
    assert!(given(&two.chart, &before, Event::addressed("go")).configuration.is_active(two.y[2]));
}

/// A layer that knows how much is still to pay.
struct Purse(Value);

impl Outside for Purse {
    fn value<'a>(&'a self, root: &str, _configuration: &'a Configuration) -> Option<Cow<'a, Value>> {
        (root == "open").then_some(Cow::Borrowed(&self.0))
    }

    fn call(&self, function: &str, arguments: &[Value], _configuration: &Configuration) -> Result<Value, Fault> {
        match (function, arguments) {
            ("twice", [Value::Int(number)]) => Ok(Value::Int(number * 2)),
            (_, _) => Err(Fault::Function { function: function.to_owned(), reason: "unknown".to_owned() }),
        }
    }
}

/// The names of [`Purse`], for the checker.
struct PurseScope;

impl crate::expression::Scope for PurseScope {
    fn root(&self, name: &str) -> Option<crate::expression::Type> {
        (name == "open").then_some(crate::expression::Type::Int)
    }

    fn roots(&self) -> Vec<String> {
        vec!["open".to_owned()]
    }

    fn function(&self, name: &str) -> Option<crate::expression::Signature> {
        use crate::expression::{Parameter, Signature, Type};
        (name == "twice").then(|| Signature::new(vec![Parameter::Of(Type::Int)], Type::Int))
    }

    fn state(&self, _path: &str) -> Result<(), crate::expression::StateProblem> {
        Ok(())
    }
}

#[test]
fn a_guard_sees_the_names_and_functions_of_the_layer_outside() {
    let mut two = two_regions();
    let guard =
        Expression::parse("twice(open) == 8", &PurseScope, &crate::expression::Type::Bool).expect("it is sound");
    let mut transition = Transition::new(two.x[1], Trigger::Event(vec![Descriptor::Any]), vec![two.x[2]]);
    transition.conditions = vec![Condition::Holds(guard)];
    two.chart.add_transition(transition);
    let before = started(&two.chart);
    for (open, moved) in [(4, true), (5, false)] {
        let purse = Purse(Value::Int(open));
        let run = step(&two.chart, &before, Event::announced("e"), &purse).expect("it comes to rest");
        assert_eq!(run.moved(), moved, "{open}");
    }
}

#[test]
fn a_configuration_survives_being_stored() {
    let two = two_regions();
    let before = started(&two.chart);
    let text = serde_json::to_string(&before).expect("text");
    assert_eq!(serde_json::from_str::<Configuration>(&text).expect("a configuration"), before);
}
