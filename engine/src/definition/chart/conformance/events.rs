//! Queues: what is raised, sent and done, and in which order it is answered.

use super::{Case, check};

#[test]
fn events_are_answered_in_the_order_of_the_queues() {
    check(&CASES);
}

const CASES: [Case; 21] = [
    Case {
        name: "144 raised events are taken in the order in which they were raised",
        chart: "states: {a: {entry: [{raise: foo}, {raise: bar}], on: {foo: b, bar: bad}}, b: {on: {bar: good, foo: bad}}, good: {}, bad: {}}",
        play: &[("", "good | via start | +a -a +b -b +good")],
    },
    Case {
        name: "189 421 the internal queue comes before the external one",
        chart: "states: {a: {entry: [{send: out}, {raise: in}], on: {out: bad, in: b}}, b: {on: {out: good}}, good: {}, bad: {}}",
        play: &[("", "good | via start, send")],
    },
    Case {
        name: "419 transitions without an event come before events",
        chart: "states: {a: {entry: [{raise: in}, {send: out}], on: {'*': bad}, always: b}, b: {on: {in: c}}, c: {on: {out: good}}, good: {}, bad: {}}",
        play: &[("", "good | via start, send")],
    },
    Case {
        name: "423 external events are taken until one matches",
        chart: "states: {a: {entry: [{send: one}, {send: two}], on: {two: good}}, good: {}}",
        play: &[("", "good | via start, send, send")],
    },
    Case {
        name: "sent events are taken in the order in which they were sent",
        chart: "states: {a: {on: {go: {do: [{send: one}, {send: two}, {log: \"'do'\"}]}, one: {do: [{log: \"1\"}, {send: three}]}, two: {do: [{log: \"2\"}]}, three: {do: [{log: \"3\"}]}}}}",
        play: &[("", "a"), ("go", "a | log do 1 2 3 | via event, send, send, send")],
    },
    Case {
        name: "an event from outside waits until everything sent before is answered",
        chart: "states: {a: {on: {go: {do: [{send: one}]}, one: b}}, b: {on: {next: c}}, c: {}}",
        play: &[("", "a"), ("go", "b"), ("next", "c")],
    },
    Case {
        name: "372 the done event is raised after the entry actions of the final state",
        chart: "{variables: {n: 0}, states: {a: {on_done: [{when: n == 2, to: good}, {to: bad}], states: {f: {type: final, entry: [{set: {n: 2}}], exit: [{set: {n: 3}}]}}}, good: {}, bad: {}}}",
        play: &[("", "good | n = 3")],
    },
    Case {
        name: "416 a compound state is done when its final child is entered",
        chart: "states: {a: {states: {b: {on: {done.state.b: good}, states: {b1: {on: {e: f}}, f: {type: final}}}, good: {}}}}",
        play: &[("", "b1"), ("e", "good | -b1 +f -f -b +good")],
    },
    Case {
        name: "the done event bears the path where the name is not unique",
        chart: "states: {p: {type: parallel, on: {done.state.p.x.w: out}, states: {x: {states: {w: {states: {f: {type: final}}}}}, y: {states: {w: {states: {g: {}}}}}}}, out: {}}",
        play: &[("", "out")],
    },
    Case {
        name: "on_done does not listen to states inside whose path begins the same",
        chart: "states: {a: {on_done: out, states: {b: {states: {b: {states: {f: {type: final}}}}}}}, out: {}}",
        play: &[("", "f")],
    },
    Case {
        name: "a done event matches its prefixes and *",
        chart: "states: {a: {on: {done: b}, states: {f: {type: final}}}, b: {on: {'*': c}, states: {g: {type: final}}}, c: {}}",
        play: &[("", "c")],
    },
    Case {
        name: "294 298 a done event carries the data of the final state",
        chart: "states: {a: {on_done: [{when: event.data.how == \"well\" && event.data.n == 3, to: good}, {to: bad}], states: {f: {type: final, donedata: {how: \"'well'\", n: 1 + 2}}}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "527 and may carry one value",
        chart: "states: {a: {on_done: [{when: event.data == 3, to: good}, {to: bad}], states: {f: {type: final, donedata: 1 + 2}}}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "a raised event carries data",
        chart: "states: {a: {entry: [{raise: {event: e, data: {x: 2, y: \"[1, 2]\"}}}], on: {e: {do: [{log: \"event.data.x + event.data.y[1]\"}]}}}}",
        play: &[("", "a | log 4")],
    },
    Case {
        name: "a sent event carries data as it was when it was sent",
        chart: "{variables: {n: 1}, states: {a: {entry: [{send: {event: e, data: n}}, {set: {n: 5}}], on: {e: {do: [{log: event.data}, {log: n}]}}}}}",
        play: &[("", "a | log 1 5")],
    },
    Case {
        name: "318 the event stays visible until the next one is taken",
        chart: "{variables: {n: null}, states: {a: {on: {e: b}}, b: {entry: [{raise: inner}, {log: event.name}], always: {to: c, do: [{log: event.name}]}}, c: {on: {inner: {do: [{log: event.name}]}}}}}",
        play: &[("", "a"), ("e", "c | log e e inner")],
    },
    Case {
        name: "319 there is no event at the start",
        chart: "states: {a: {always: [{when: event.name == null, to: good}, {to: bad}]}, good: {}, bad: {}}",
        play: &[("", "good")],
    },
    Case {
        name: "147 148 149 if takes one branch or none",
        chart: "{variables: {n: 0}, states: {a: {on: {e: {do: [{if: event.data == 1, then: [{log: \"1\"}], else: [{if: event.data == 2, then: [{log: \"2\"}, {log: \"3\"}]}]}, {log: \"'end'\"}]}}}}}",
        play: &[("", "a"), ("e=1", "a | log 1 end"), ("e=2", "a | log 2 3 end"), ("e=3", "a | log end")],
    },
    Case {
        name: "set writes several variables one after the other",
        chart: "{variables: {x: 1, y: 0}, states: {a: {entry: [{set: {x: x + 1, y: x * 10}}]}}}",
        play: &[("", "a | x = 2 | y = 20")],
    },
    Case {
        name: "transitions without an event are taken until none is left",
        chart: "{variables: {n: 0}, states: {a: {always: [{when: n < 100, do: [{set: {n: n + 1}}]}, {to: b}]}, b: {}}}",
        play: &[("", "b | n = 100 | via start")],
    },
    Case {
        name: "a final state of the root throws away what is still in the queues",
        chart: "states: {a: {entry: [{raise: e}, {raise: f}, {send: g}], on: {e: end, f: bad, g: bad}}, end: {type: final}, bad: {}}",
        play: &[("", "end | via start")],
    },
];
