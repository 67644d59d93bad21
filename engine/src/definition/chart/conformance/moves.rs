//! What is left, what is entered, and in which order things are done on the way.

use super::{Case, check};

#[test]
fn states_are_left_and_entered_in_the_order_of_the_recommendation() {
    check(&CASES);
}

const CASES: [Case; 22] = [
    Case {
        name: "158 actions run in document order",
        chart: "states: {a: {entry: [{log: \"1\"}, {log: \"2\"}, {log: \"3\"}]}}",
        play: &[("", "a | log 1 2 3")],
    },
    Case {
        name: "375 377 several blocks of entry and exit run in document order",
        chart: "states: {a: {entry: [[{log: \"1\"}], [{log: \"2\"}]], exit: [[{log: \"3\"}], [{log: \"4\"}]], on: {e: b}}, b: {}}",
        play: &[("", "a | log 1 2"), ("e", "b | log 3 4")],
    },
    Case {
        name: "404 exits: descendants first, then reverse document order",
        chart: "states: {p: {type: parallel, exit: [{log: \"'p'\"}], on: {e: out}, states: {x: {exit: [{log: \"'x'\"}], states: {x1: {exit: [{log: \"'x1'\"}]}}}, y: {exit: [{log: \"'y'\"}], states: {y1: {exit: [{log: \"'y1'\"}]}}}}}, out: {}}",
        play: &[("", "x1 y1"), ("e", "out | log y1 y x1 x p | -y1 -y -x1 -x -p +out")],
    },
    Case {
        name: "405 406 exits, then the actions of the transitions, then entries in document order",
        chart: "states: {p: {type: parallel, states: {x: {initial: x1, states: {x1: {exit: [{log: \"'-x1'\"}], on: {e: {to: x2, do: [{log: \"'tx'\"}]}}}, x2: {entry: [{log: \"'+x2'\"}]}}}, y: {initial: y1, states: {y1: {exit: [{log: \"'-y1'\"}], on: {e: {to: y2, do: [{log: \"'ty'\"}]}}}, y2: {entry: [{log: \"'+y2'\"}]}}}}}}",
        play: &[("", "x1 y1"), ("e", "x2 y2 | log -y1 -x1 tx ty +x2 +y2")],
    },
    Case {
        name: "406 entries: ancestors first, then document order, whatever the order of the targets",
        chart: "states: {a: {on: {e: [{to: [y2, x2]}]}}, p: {type: parallel, states: {x: {states: {x1: {}, x2: {}}}, y: {states: {y1: {}, y2: {}}}}}}",
        play: &[("", "a"), ("e", "x2 y2 | -a +p +x +x2 +y +y2")],
    },
    Case {
        name: "407 exit actions run on the way out only",
        chart: "states: {a: {exit: [{log: \"'out'\"}], on: {stay: {}, e: b}}, b: {}}",
        play: &[("", "a | log"), ("stay", "a | log"), ("e", "b | log out")],
    },
    Case {
        name: "409 a state is inactive for In as soon as it is left",
        chart: "states: {a: {exit: [{log: active(\"a1\")}, {log: active(\"a\")}], on: {e: b}, states: {a1: {exit: [{log: active(\"a1\")}]}}}, b: {}}",
        play: &[("", "a1"), ("e", "b | log true false true")],
    },
    Case {
        name: "411 a state is active for In before its entry actions, its children are not",
        chart: "states: {a: {entry: [{log: active(\"a\")}, {log: active(\"a1\")}], states: {a1: {entry: [{log: active(\"a1\")}]}}}}",
        play: &[("", "a1 | log true false true")],
    },
    Case {
        name: "412 the actions of a beginning run between the entries of state and child",
        chart: "states: {a: {entry: [{log: \"1\"}], initial: {to: a1, do: [{log: \"2\"}]}, states: {a1: {entry: [{log: \"3\"}]}}}}",
        play: &[("", "a1 | log 1 2 3")],
    },
    Case {
        name: "412 and do not run when the child is named by the transition",
        chart: "states: {z: {on: {e: a1, f: a}}, a: {initial: {to: a1, do: [{log: \"2\"}]}, states: {a1: {on: {g: z}}}}}",
        play: &[("", "z"), ("e", "a1 | log"), ("g", "z"), ("f", "a1 | log 2")],
    },
    Case {
        name: "503 a targetless transition leaves and enters nothing",
        chart: "{variables: {n: 0}, states: {a: {entry: [{set: {n: n + 1}}], exit: [{set: {n: n + 10}}], on: {e: {do: [{log: n}]}}, states: {a1: {}}}}}",
        play: &[("", "a1 | n = 1"), ("e", "a1 | log 1 | n = 1")],
    },
    Case {
        name: "504 an external transition to a descendant leaves and enters its source",
        chart: "states: {a: {on: {e: a2}, states: {a1: {}, a2: {}}}}",
        play: &[("", "a1"), ("e", "a2 | -a1 -a +a +a2")],
    },
    Case {
        name: "505 an internal one does not",
        chart: "states: {a: {on: {e: {to: a2, internal: true}}, states: {a1: {}, a2: {}}}}",
        play: &[("", "a1"), ("e", "a2 | -a1 +a2"), ("e", "a2 | -a2 +a2")],
    },
    Case {
        name: "505 all descendants of the source are left by an internal one",
        chart: "states: {a: {on: {e: {to: c2, internal: true}}, states: {b: {states: {c1: {}, c2: {}}}}}}",
        play: &[("", "c1"), ("e", "c2 | -c1 -b +b +c2")],
    },
    Case {
        name: "506 internal with a target outside is external",
        chart: "states: {o: {states: {a: {on: {e: {to: a, internal: true}, f: {to: b, internal: true}}, states: {a1: {}, a2: {}}}, b: {}}}}",
        play: &[("", "a1"), ("e", "a1 | -a1 -a +a +a1"), ("f", "b | -a1 -a +b")],
    },
    Case {
        name: "533 internal on a parallel source is external",
        chart: "states: {p: {type: parallel, on: {e: {to: x2, internal: true}}, states: {x: {states: {x1: {}, x2: {}}}, y: {states: {y1: {}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("e", "x2 y1 | -y1 -y -x1 -x -p +p +x +x2 +y +y1")],
    },
    Case {
        name: "a self-transition starts its state again",
        chart: "states: {a: {on: {e: a}, states: {a1: {on: {f: a2}}, a2: {}}}}",
        play: &[("", "a1"), ("f", "a2"), ("e", "a1 | -a2 -a +a +a1")],
    },
    Case {
        name: "an external transition at the root of a region starts all regions again",
        chart: "states: {p: {type: parallel, states: {x: {on: {e: x2}, states: {x1: {}, x2: {}}}, y: {states: {y1: {on: {f: y2}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("f", "x1 y2"), ("e", "x2 y1 | -y2 -y -x1 -x -p +p +x +x2 +y +y1")],
    },
    Case {
        name: "an internal one leaves the sibling alone",
        chart: "states: {p: {type: parallel, states: {x: {on: {e: {to: x2, internal: true}}, states: {x1: {}, x2: {}}}, y: {states: {y1: {on: {f: y2}}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("f", "x1 y2"), ("e", "x2 y2 | -x1 +x2")],
    },
    Case {
        name: "the way goes through the least common ancestor that is compound",
        chart: "states: {o: {states: {a: {states: {a1: {on: {e: b1}}}}, b: {states: {b0: {}, b1: {on: {e: a}}}}}}}",
        play: &[("", "a1"), ("e", "b1 | -a1 -a +b +b1"), ("e", "a1 | -b1 -b +a +a1")],
    },
    Case {
        name: "a target in another region starts the parallel again",
        chart: "states: {p: {type: parallel, states: {x: {states: {x1: {on: {e: y2}}}}, y: {states: {y1: {}, y2: {}}}}}}",
        play: &[("", "x1 y1"), ("e", "x1 y2 | -y1 -y -x1 -x -p +p +x +x1 +y +y2")],
    },
    Case {
        name: "415 a final state of the root ends the chart, after the exit actions of all that was active",
        chart: "states: {a: {on: {e: end}}, end: {type: final, entry: [{log: \"'in'\"}, {raise: more}], exit: [{log: \"'out'\"}]}}",
        play: &[("", "a"), ("e", "end | log in out | -a +end"), ("e", "end | via event | log")],
    },
];
