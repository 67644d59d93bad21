//! Regions: pre-emption between them, and when they are done together.

use super::{Case, check};

#[test]
fn regions_react_together_and_preempt_as_the_recommendation_says() {
    check(&CASES);
}

const CASES: [Case; 17] = [
    Case {
        name: "regions react to one event in one step",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {e: y2}}, y2: {}}}, z: {}}}}",
        play: &[("", "x1 y1 z"), ("e", "x2 y2 z | -y1 -x1 +x2 +y2")],
    },
    Case {
        name: "guards of one step see the states before it",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {e: {when: active(\"x2\"), to: y2}}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("e", "x2 y1"), ("e", "x2 y2")],
    },
    Case {
        name: "403 of two that leave the parallel state the first in document order is taken",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: one}}}}, y: {states: {y1: {on: {e: two}}}}}}, one: {}, two: {}}",
        play: &[("", "x1 y1"), ("e", "one | -y1 -y -x1 -x -p +one")],
    },
    Case {
        name: "403 one that leaves the parallel state pre-empts a later one inside",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: out}}}}, y: {states: {y1: {on: {e: y2}}, y2: {entry: [{log: \"'y2'\"}]}}}}}, out: {}}",
        play: &[("", "x1 y1"), ("e", "out | log")],
    },
    Case {
        name: "403 and an earlier one inside pre-empts one that leaves",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {e: out}}}}}}, out: {}}",
        play: &[("", "x1 y1"), ("e", "x2 y1"), ("e", "out")],
    },
    Case {
        name: "403 a reaction of one region silences the one of the parallel state",
        chart: "states: {p: {type: parallel, on: {e: out}, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {}}}}}, out: {}}",
        play: &[("", "x1 y1"), ("e", "x2 y1 | -x1 +x2"), ("e", "out")],
    },
    Case {
        name: "a targetless reaction conflicts with nothing",
        chart: "{variables: {n: 0}, states: {p: {type: parallel, on: {e: out}, states: {x: {states: {x1: {on: {e: {do: [{set: {n: n + 1}}]}}}}}, y: {states: {y1: {}}}}}, out: {}}}",
        play: &[("", "x1 y1"), ("e", "out | n = 1")],
    },
    Case {
        name: "a targetless reaction of the ancestor runs once for all regions that do not react",
        chart: "states: {p: {type: parallel, on: {e: {do: [{log: \"'p'\"}]}}, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {}, z: {}}}}",
        play: &[("", "x1 y z"), ("e", "x2 y z | log p"), ("e", "x2 y z | log p")],
    },
    Case {
        name: "a descendant pre-empts its ancestor even when that was selected first",
        chart: "states: {o: {on: {e: out}, states: {p: {type: parallel, states: {x: {}, y: {states: {y1: {on: {e: y2}}, y2: {}}}}}}}, out: {}}",
        play: &[("", "x y1"), ("e", "x y2 | -y1 +y2")],
    },
    Case {
        name: "nested regions: an inner one silences its own outer region only",
        chart: "states: {p: {type: parallel, states: {x: {on: {e: x.b}, states: {a: {type: parallel, states: {m: {states: {m1: {on: {e: m2}}, m2: {}}}, n: {}}}, b: {}}}, y: {states: {y1: {on: {e: y2}}, y2: {}}}}}}",
        play: &[("", "m1 n y1"), ("e", "m2 n y2")],
    },
    Case {
        name: "417 a parallel state is done when all its regions are",
        chart: "states: {p: {type: parallel, on_done: out, states: {x: {states: {x1: {on: {e: fx}}, fx: {type: final}}}, y: {states: {y1: {on: {f: fy}}, fy: {type: final}}}}}, out: {}}",
        play: &[("", "x1 y1"), ("e", "fx y1"), ("f", "out")],
    },
    Case {
        name: "570 done of the region comes before done of the parallel state, once",
        chart: "{variables: {n: 0}, states: {p: {type: parallel, on: {done.state.*: {do: [{log: event.name}]}}, states: {x: {states: {x1: {on: {e: fx}}, fx: {type: final}}}, y: {states: {y1: {on: {e: fy}}, fy: {type: final}}}}}}}",
        play: &[("", "x1 y1"), ("e", "fx fy | log done.state.x done.state.y done.state.p")],
    },
    Case {
        name: "a region without a final state is never done",
        chart: "states: {p: {type: parallel, on_done: out, states: {x: {states: {fx: {type: final}}}, y: {}}}, out: {}}",
        play: &[("", "fx y")],
    },
    Case {
        name: "done in all regions inside of a region",
        chart: "states: {p: {type: parallel, on_done: out, states: {x: {states: {q: {type: parallel, on_done: fx, states: {m: {states: {fm: {type: final}}}, n: {states: {fn: {type: final}}}}}, fx: {type: final}}}, y: {states: {fy: {type: final}}}}}, out: {}}",
        play: &[("", "out")],
    },
    Case {
        name: "regions may be atomic, and a region may react to what another raises",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: {to: x2, do: [{raise: r}]}}}, x2: {}}}, y: {states: {y1: {on: {r: y2}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("e", "x2 y2 | -x1 +x2 -y1 +y2 | via event")],
    },
    Case {
        name: "targets in some regions leave the beginning of the others",
        chart: "states: {a: {on: {e: {to: [p.x.x2]}}}, p: {type: parallel, states: {x: {states: {x1: {}, x2: {}}}, y: {states: {y1: {}, y2: {}}}}}}",
        play: &[("", "a"), ("e", "x2 y1")],
    },
    Case {
        name: "the root may be parallel, and the chart ends when all its regions are done",
        chart: "{type: parallel, states: {x: {states: {x1: {on: {e: fx}}, fx: {type: final}}}, y: {states: {y1: {on: {f: fy}}, fy: {type: final}}}}}",
        play: &[("", "x1 y1"), ("f", "x1 fy"), ("e", "fx fy"), ("e", "fx fy | via event")],
    },
];
