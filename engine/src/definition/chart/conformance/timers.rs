//! Delayed events and their cancellation.

use super::{Case, check};

#[test]
fn delayed_events_come_at_their_instant_unless_they_are_cancelled() {
    check(&CASES);
}

const CASES: [Case; 14] = [
    Case {
        name: "175 185 a delayed event comes after its delay, not before",
        chart: "states: {a: {entry: [{send: {event: e, after: 2 seconds}}], on: {e: b}}, b: {}}",
        play: &[("", "a | due 2000"), ("+1999 milliseconds", "a | due 1"), ("+1 millisecond", "b | via timer | due")],
    },
    Case {
        name: "175 the shorter delay comes first",
        chart: "states: {a: {entry: [{send: slow, after: 2 minutes}, {send: fast, after: 1 minute}], on: {fast: b, slow: bad}}, b: {on: {slow: good}}, good: {}, bad: {}}",
        play: &[("", "a | due 60000 120000"), ("+1 hour", "good | via timer, timer")],
    },
    Case {
        name: "of equal delays the first sent comes first",
        chart: "states: {a: {entry: [{send: one, after: 1 second}, {send: two, after: 1 second}], on: {one: {do: [{log: \"1\"}]}, two: {do: [{log: \"2\"}]}}}}",
        play: &[("", "a"), ("+1 second", "a | log 1 2")],
    },
    Case {
        name: "186 the data is that of the instant of sending",
        chart: "{variables: {n: 1}, states: {a: {entry: [{send: {event: e, after: 1 second, data: {n: n}}}, {set: {n: 2}}], on: {e: {do: [{log: event.data.n}]}}}}}",
        play: &[("", "a"), ("+1 second", "a | log 1")],
    },
    Case {
        name: "208 a cancelled event does not come",
        chart: "states: {a: {entry: [{send: e, after: 1 second, id: x}, {send: f, after: 1 second, id: y}, {cancel: x}], on: {e: bad, f: b}}, b: {}, bad: {}}",
        play: &[("", "a | due 1000"), ("+1 second", "b")],
    },
    Case {
        name: "cancelling what is not there does nothing",
        chart: "states: {a: {entry: [{cancel: nothing}, {log: \"1\"}]}}",
        play: &[("", "a | log 1")],
    },
    Case {
        name: "187 a chart that has ended gets nothing more",
        chart: "states: {a: {entry: [{send: e, after: 1 second}], on: {go: end}}, end: {type: final}}",
        play: &[("", "a | due 1000"), ("go", "end | due"), ("+1 hour", "end | via ")],
    },
    Case {
        name: "a send without delay, or with none to speak of, is not a timer",
        chart: "states: {a: {entry: [{send: e, after: 0 seconds}, {send: f}], on: {e: b}}, b: {on: {f: c}}, c: {}}",
        play: &[("", "c | via start, send, send | due")],
    },
    Case {
        name: "after moves a state that has lasted so long",
        chart: "states: {a: {after: {3 hours: b}}, b: {after: {1 minute: a}}}",
        play: &[("", "a | due 10800000"), ("+3 hours", "b | -a +b | due 60000"), ("+1 minute", "a")],
    },
    Case {
        name: "leaving the state stops its wake-ups, entering it starts them again",
        chart: "states: {a: {after: {1 hour: late}, on: {go: b, again: a}}, b: {on: {back: a}}, late: {}}",
        play: &[
            ("", "a"),
            ("+59 minutes", "a | due 60000"),
            ("again", "a | due 3600000"),
            ("+59 minutes", "a"),
            ("go", "b | due"),
            ("+1 hour", "b"),
            ("back", "a | due 3600000"),
            ("+1 hour", "late"),
        ],
    },
    Case {
        name: "the wake-up of a region is not disturbed by the others",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {after: {1 hour: x2}}, x2: {}}}, y: {states: {y1: {on: {e: y2}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("+30 minutes", "x1 y1"), ("e", "x1 y2 | due 1800000"), ("+30 minutes", "x2 y2")],
    },
    Case {
        name: "several wake-ups, with guards",
        chart: "{variables: {n: 0}, states: {a: {after: {1 second: {do: [{set: {n: 1}}]}, 2 seconds: [{when: n == 0, to: bad}, {to: good}]}}, good: {}, bad: {}}}",
        play: &[("", "a | due 1000 2000"), ("+1 second", "a | n = 1"), ("+1 second", "good")],
    },
    Case {
        name: "a wake-up is addressed: no wildcard and no name catches it",
        chart: "states: {a: {after: {1 second: b}, on: {'*': bad, due: bad, due.a.1: bad}}, b: {}, bad: {}}",
        play: &[("", "a"), ("+1 second", "b")],
    },
    Case {
        name: "and nobody outside can give it",
        chart: "states: {a: {after: {1 second: bad}}, bad: {}}",
        play: &[("", "a"), ("due.a.1", "a | due 1000")],
    },
];
