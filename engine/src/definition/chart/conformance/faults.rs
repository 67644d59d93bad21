//! What happens when something cannot be evaluated, and when a chart does not come to rest.

use super::{Case, check};

#[test]
fn a_fault_is_announced_and_stops_no_more_than_it_must() {
    check(&CASES);
}

const CASES: [Case; 16] = [
    Case {
        name: "159 a fault ends its block",
        chart: "{variables: {n: 0}, states: {a: {entry: [{set: {n: 1}}, {set: {n: 1 / 0}}, {set: {n: 2}}], on: {error.execution: {do: [{log: n}]}}}}}",
        play: &[("", "a | log 1 | n = 1")],
    },
    Case {
        name: "376 378 but not the next block",
        chart: "{variables: {n: 0}, states: {a: {entry: [[{set: {n: 1 / 0}}], [{set: {n: 2}}]], exit: [[{log: 1 / 0}], [{log: \"'on'\"}]], on: {e: b}}, b: {}}}",
        play: &[("", "a | n = 2"), ("e", "b | log on")],
    },
    Case {
        name: "a fault in a branch ends the whole block",
        chart: "states: {a: {entry: [{if: 'true', then: [{log: 1 / 0}, {log: \"1\"}]}, {log: \"2\"}]}}",
        play: &[("", "a | log")],
    },
    Case {
        name: "a fault in the condition of an if counts as no",
        chart: "states: {a: {entry: [{if: 1 / 0 == 1, then: [{log: \"1\"}], else: [{log: \"2\"}]}, {log: \"3\"}], on: {error: {do: [{log: event.name}]}}}}",
        play: &[("", "a | log 2 3 error.execution")],
    },
    Case {
        name: "401 402 the fault goes into the internal queue, behind what is there",
        chart: "states: {a: {entry: [{raise: foo}, {send: bar}, {log: 1 / 0}], on: {foo: b}}, b: {on: {error: c, bar: bad}}, c: {on: {bar: good}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "309 344 a guard with a fault does not hold, and the fault is announced",
        chart: "states: {a: {on: {e: [{when: 1 / 0 == 1, to: bad}, {to: b}]}}, b: {on: {error.execution: good, '*': bad}}, good: {}, bad: {}}",
        play: &[("", "a"), ("e", "good")],
    },
    Case {
        name: "309 a guard that is no yes or no does not hold",
        chart: "states: {a: {on: {e: [{when: event.data, to: bad}, {to: b}]}}, b: {on: {error: good}}, good: {}, bad: {}}",
        play: &[("", "a"), ("e=7", "good")],
    },
    Case {
        name: "a guard without an event that has a fault is announced once, and the chart comes to rest",
        chart: "{variables: {n: 0}, states: {a: {always: [{when: 1 / n == 1, to: b}], on: {fix: {do: [{set: {n: 1}}]}, error: {when: event.data.code == \"other\", do: [{log: \"'bad'\"}]}}}, b: {}}}",
        play: &[("", "a"), ("hm", "a"), ("fix", "b")],
    },
    Case {
        name: "343 488 a value of donedata with a fault is left out, and announced before the done event",
        chart: "states: {a: {on: {error.execution: b}, states: {f: {type: final, donedata: {x: 1 / 0, y: 1 + 1}}}}, b: {on: {done.state.a: [{when: event.data.y == 2 && event.data.x == null, to: good}, {to: bad}]}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "488 when all have a fault nothing is carried",
        chart: "states: {a: {on: {error.execution: b}, states: {f: {type: final, donedata: {x: 1 / 0}}}}, b: {on: {done.state.a: [{when: event.data == null, to: good}, {to: bad}]}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "528 one value with a fault is nothing",
        chart: "states: {a: {on: {error.execution: b}, states: {f: {type: final, donedata: 1 / 0}}}, b: {on: {done.state.a: [{when: event.data == null, to: good}, {to: bad}]}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "553 an event whose data has a fault is not sent",
        chart: "states: {a: {entry: [{send: {event: e, data: {x: 1 / 0}}}], on: {e: bad, error: b}}, b: {on: {e: bad}}, bad: {}}",
        play: &[("", "b | via start")],
    },
    Case {
        name: "a chart that never comes to rest is refused, and nothing has happened",
        chart: "{variables: {n: 0}, states: {a: {on: {e: b, f: {do: [{set: {n: n + 1}}]}}}, b: {entry: [{set: {n: 99}}], always: c}, c: {always: b}}}",
        play: &[("", "a"), ("f", "a | n = 1"), ("e", "a | n = 1 | refused endless"), ("f", "a | n = 2")],
    },
    Case {
        name: "so is one that raises events for ever",
        chart: "states: {a: {on: {e: {do: [{raise: e}]}}}}",
        play: &[("", "a"), ("e", "a | refused endless")],
    },
    Case {
        name: "and one that sends them",
        chart: "states: {a: {on: {e: {do: [{send: e}]}}}}",
        play: &[("", "a"), ("e", "a | refused endless")],
    },
    Case {
        name: "a value that grows without end is a fault when it is too large",
        chart: "{variables: {s: x}, states: {a: {on: {e: {do: [{set: {s: s + s}}, {raise: e}]}, error: b}}, b: {}}}",
        play: &[("", "a"), ("e", "b")],
    },
];
