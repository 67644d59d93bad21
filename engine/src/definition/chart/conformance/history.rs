//! History: what is brought back.

use super::{Case, check};

#[test]
fn history_brings_back_what_was_left() {
    check(&CASES);
}

const CASES: [Case; 13] = [
    Case {
        name: "387 without memory history leads to its default, shallow",
        chart: "states: {z: {on: {e: h}}, a: {initial: a1, states: {a1: {}, h: {type: history, to: a2}, a2: {initial: q2, states: {q1: {}, q2: {}}}}}}",
        play: &[("", "z"), ("e", "q2 | -z +a +a2 +q2")],
    },
    Case {
        name: "387 and deep",
        chart: "states: {z: {on: {e: a.h}}, a: {initial: a1, states: {a1: {}, h: {type: history, history: deep, to: a2.q1}, a2: {initial: q2, states: {q1: {}, q2: {}}}}}}",
        play: &[("", "z"), ("e", "q1 | -z +a +a2 +q1")],
    },
    Case {
        name: "388 shallow history brings back the child, and that begins anew",
        chart: "states: {a: {on: {out: z}, states: {h: {type: history, to: a1}, a1: {}, a2: {states: {q1: {on: {e: q2}}, q2: {}}}}, initial: a2}, z: {on: {back: h}}}",
        play: &[("", "q1"), ("e", "q2"), ("out", "z"), ("back", "q1 | -z +a +a2 +q1")],
    },
    Case {
        name: "388 deep history brings back the leaf",
        chart: "states: {a: {on: {out: z}, states: {h: {type: history, history: deep, to: a1}, a1: {}, a2: {states: {q1: {on: {e: q2}}, q2: {}}}}, initial: a2}, z: {on: {back: h}}}",
        play: &[("", "q1"), ("e", "q2"), ("out", "z"), ("back", "q2 | -z +a +a2 +q2")],
    },
    Case {
        name: "deep history brings back every region",
        chart: "states: {a: {on: {out: z}, states: {h: {type: history, history: deep, to: p}, p: {type: parallel, states: {x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {f: y2}}, y2: {}}}}}}}, z: {on: {back: h}}}",
        play: &[
            ("", "x1 y1"),
            ("f", "x1 y2"),
            ("out", "z"),
            ("back", "x1 y2 | -z +a +p +x +x1 +y +y2"),
            ("e", "x2 y2"),
            ("out", "z"),
            ("back", "x2 y2"),
        ],
    },
    Case {
        name: "history inside a parallel state brings back its regions",
        chart: "states: {p: {type: parallel, on: {out: z}, states: {h: {type: history, history: deep, to: x}, x: {states: {x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {e: y2}}, y2: {}}}}}, z: {on: {back: p.h}}}",
        play: &[("", "x1 y1"), ("e", "x2 y2"), ("out", "z"), ("back", "x2 y2 | -z +p +x +x2 +y +y2")],
    },
    Case {
        name: "the history of one region leaves the beginning of the other",
        chart: "states: {p: {type: parallel, on: {out: z}, states: {x: {states: {h: {type: history, to: x1}, x1: {on: {e: x2}}, x2: {}}}, y: {states: {y1: {on: {e: y2}}, y2: {}}}}}, z: {on: {back: h}}}",
        play: &[("", "x1 y1"), ("e", "x2 y2"), ("out", "z"), ("back", "x2 y1")],
    },
    Case {
        name: "579 the actions of the default run once, after entry and beginning",
        chart: "states: {z: {on: {e: h}}, a: {entry: [{log: \"1\"}], initial: {to: a1, do: [{log: \"'init'\"}]}, on: {out: z}, states: {h: {type: history, to: a2, do: [{log: \"2\"}]}, a1: {}, a2: {entry: [{log: \"3\"}]}}}}",
        play: &[("", "z"), ("e", "a2 | log 1 2 3"), ("out", "z"), ("e", "a2 | log 1 3")],
    },
    Case {
        name: "a beginning may be a history state",
        chart: "states: {a: {initial: h, on: {out: z}, states: {h: {type: history, to: a1}, a1: {on: {e: a2}}, a2: {}}}, z: {on: {back: a}}}",
        play: &[("", "a1"), ("e", "a2"), ("out", "z"), ("back", "a2 | -z +a +a2")],
    },
    Case {
        name: "580 a history state is never active, and In says so",
        chart: "states: {z: {on: {e: h}}, a: {states: {h: {type: history, to: a1}, a1: {entry: [{log: active(\"h\")}]}}}}",
        play: &[("", "z"), ("e", "a1 | log false | -z +a +a1")],
    },
    Case {
        name: "history is noted before any exit action runs",
        chart: "{variables: {was: false}, states: {a: {exit: [{set: {was: active(\"a2\")}}], on: {out: z}, states: {h: {type: history, to: a1}, a1: {on: {e: a2}}, a2: {exit: [{raise: x}]}}}, z: {on: {back: h}}}}",
        play: &[("", "a1"), ("e", "a2"), ("out", "z | was = false"), ("back", "a2")],
    },
    Case {
        name: "a transition that leaves a state may lead into its history",
        chart: "states: {a: {on: {again: h}, states: {h: {type: history, history: deep, to: a1}, a1: {}, a2: {states: {q1: {on: {e: q2}}, q2: {}}}}, initial: a2}}",
        play: &[("", "q1"), ("e", "q2"), ("again", "q2 | -q2 -a2 -a +a +a2 +q2")],
    },
    Case {
        name: "history without a default begins where its parent begins",
        chart: "states: {z: {on: {e: h}}, a: {initial: a2, states: {h: {type: history}, a1: {}, a2: {}}}}",
        play: &[("", "z"), ("e", "a2")],
    },
];
