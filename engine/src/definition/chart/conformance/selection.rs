//! Which transition is taken.

use super::{Case, check};

#[test]
fn the_transition_that_the_recommendation_names_is_taken() {
    check(&CASES);
}

const CASES: [Case; 25] = [
    Case {
        name: "355 the first child is the default beginning",
        chart: "states: {one: {states: {in_one: {}, other: {}}}, two: {}}",
        play: &[("", "in_one | +one +in_one")],
    },
    Case {
        name: "355 a history state is no default beginning",
        chart: "states: {o: {states: {h: {type: history, to: b}, a: {}, b: {}}}}",
        play: &[("", "a")],
    },
    Case {
        name: "364 a beginning may lie deep inside, and passes by the beginnings on its way",
        chart: "{initial: c2, states: {a: {initial: b, states: {b: {initial: c1, states: {c1: {}, c2: {}}}, x: {}}}}}",
        play: &[("", "c2 | +a +b +c2")],
    },
    Case {
        name: "413 a beginning may name one state in each of several regions",
        chart: "{initial: [x2, y2], states: {p: {type: parallel, states: {x: {states: {x1: {}, x2: {}}}, y: {states: {y1: {}, y2: {}}}, z: {states: {z1: {}}}}}}}",
        play: &[("", "x2 y2 z1 | +p +x +x2 +y +y2 +z +z1")],
    },
    Case {
        name: "576 and so may the beginning of a compound state",
        chart: "states: {a: {initial: [p.x.x2, p.y.y2], states: {p: {type: parallel, states: {x: {states: {x1: {}, x2: {}}}, y: {states: {y1: {}, y2: {}}}}}}}}",
        play: &[("", "x2 y2 | +a +p +x +x2 +y +y2")],
    },
    Case {
        name: "396 the name of an event must match",
        chart: "states: {a: {on: {foo: bad, bar: good}}, good: {}, bad: {}}",
        play: &[("", "a"), ("bar", "good | -a +good")],
    },
    Case {
        name: "399 a list of words, each of them a prefix",
        chart: "states: {a: {on: {foo bar: b}}, b: {on: {zoo.bar: c}}, c: {on: {foo.*: d}}, d: {on: {'*': a}}}",
        play: &[
            ("", "a"),
            ("fool", "a"),
            ("bar.x", "b"),
            ("zoo", "b"),
            ("zoo.bars", "b"),
            ("zoo.bar.x.y", "c"),
            ("foo", "d"),
            ("anything.at.all", "a"),
            ("foo", "b"),
        ],
    },
    Case {
        name: "399 a word may end in a dot, and .* is *",
        chart: "states: {a: {on: {foo.: b}}, b: {on: {.*: a}}}",
        play: &[("", "a"), ("foo.x", "b"), ("any.thing", "a")],
    },
    Case {
        name: "an event that matches nothing is lost",
        chart: "states: {a: {on: {go: b}}, b: {on: {early: c}}, c: {}}",
        play: &[("", "a"), ("early", "a | via event"), ("go", "b")],
    },
    Case {
        name: "403 a descendant comes before its ancestor",
        chart: "states: {a: {on: {e: bad, f: good}, states: {b: {on: {e: c}}, c: {}}}, good: {}, bad: {}}",
        play: &[("", "b"), ("e", "c"), ("f", "good")],
    },
    Case {
        name: "403 of one state the first in document order",
        chart: "states: {a: {on: {e: [{when: 'false', to: bad}, {to: good}, {to: bad}]}}, good: {}, bad: {}}",
        play: &[("", "a"), ("e", "good")],
    },
    Case {
        name: "403 document order goes across the keys of a state",
        chart: "states: {a: {on: {e.x: b, '*': c, e: d}}, b: {}, c: {}, d: {}}",
        play: &[("", "a"), ("e", "c")],
    },
    Case {
        name: "403 on_done stands where it is written",
        chart: "states: {a: {on_done: b, on: {done.state.a: c}, states: {f: {type: final}}}, d: {on: {done.state.d: c}, on_done: b, states: {g: {type: final}}}, b: {on: {next: d}}, c: {}}",
        play: &[("", "b"), ("next", "c")],
    },
    Case {
        name: "403 an ancestor is asked when the guard of the descendant fails",
        chart: "states: {a: {on: {e: out}, states: {b: {on: {e: {when: 'false', to: c}}}, c: {}}}, out: {}}",
        play: &[("", "b"), ("e", "out")],
    },
    Case {
        name: "403 a targetless reaction of the descendant keeps the ancestor's from being taken",
        chart: "{variables: {n: 0}, states: {a: {on: {e: out}, states: {b: {on: {e: {do: [{set: {n: n + 1}}]}}}}}, out: {}}}",
        play: &[("", "b"), ("e", "b | n = 1"), ("e", "b | n = 2")],
    },
    Case {
        name: "a transition without target and actions swallows its event",
        chart: "states: {a: {on: {e: out}, states: {b: {on: {e: {}}}}}, out: {}}",
        play: &[("", "b"), ("e", "b | via event")],
    },
    Case {
        name: "310 In: a guard may ask whether a state is active",
        chart: "states: {p: {type: parallel, states: {x: {initial: x1, states: {x1: {on: {go: x2}}, x2: {}}}, y: {initial: y1, states: {y1: {on: {ask: {when: active(\"x2\"), to: y2}}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("ask", "x1 y1"), ("go", "x2 y1"), ("ask", "x2 y2")],
    },
    Case {
        name: "In takes a path where a name is not enough",
        chart: "states: {a: {states: {x: {on: {e: {when: active(\"a.x\"), to: b.x}}}}}, b: {states: {x: {}}}}",
        play: &[("", "a.x"), ("e", "b.x")],
    },
    Case {
        name: "unless is the opposite of when, and both must be so",
        chart: "{variables: {n: 1}, states: {a: {on: {e: [{unless: n == 1, to: bad}, {when: n == 1, unless: n == 1, to: bad}, {when: n == 1, unless: n == 2, to: good}]}}, good: {}, bad: {}}}",
        play: &[("", "a"), ("e", "good")],
    },
    Case {
        name: "a guard sees what the event carries",
        chart: "states: {a: {on: {pay: [{when: event.data.sum >= 100, to: b}, {when: event.name == \"pay.late\", to: c}]}}, b: {}, c: {}}",
        play: &[("", "a"), ("pay={\"sum\": 99}", "a"), ("pay.late={\"sum\": 1}", "c")],
    },
    Case {
        name: "visits counts entries",
        chart: "states: {a: {on: {e: [{when: visits(\"a\") > 2, to: b}, {to: a}]}}, b: {}}",
        play: &[("", "a"), ("e", "a | -a +a"), ("e", "a"), ("e", "b")],
    },
    Case {
        name: "the nearest state of a name is meant: child, sibling, then the ancestors' siblings",
        chart: "states: {x: {states: {a: {initial: q, on: {in: x}, states: {q: {on: {go: x}}, x: {}}}, x: {}}}}",
        play: &[("", "q"), ("go", "x.a.x"), ("in", "x.a.x | -x.a.x -a +a +x.a.x")],
    },
    Case {
        name: "a name with dots is a path from the root",
        chart: "states: {a: {on: {go: p.x}, states: {p: {states: {y: {}, x: {}}}}}, p: {states: {x: {}}}}",
        play: &[("", "y"), ("go", "p.x")],
    },
    Case {
        name: "a name that only one state has is enough from anywhere",
        chart: "states: {a: {on: {go: deep}}, b: {states: {c: {states: {other: {}, deep: {}}}}}}",
        play: &[("", "a"), ("go", "deep | -a +b +c +deep")],
    },
    Case {
        name: "the root may react too, and is never left",
        chart: "{entry: [{log: \"'hello'\"}], on: {e: b, f: {do: [{log: \"'seen'\"}]}}, states: {a: {on: {e: c}}, b: {}, c: {}}}",
        play: &[("", "a | log hello"), ("e", "c"), ("e", "b | -c +b"), ("f", "b | log seen"), ("e", "b | -b +b")],
    },
];
