//! What bad charts get: all their problems at once, each at its place. It must never accept a problem that has no cure
//! in both languages.

use super::{lower_chart, report_unreachable};
use crate::source::{File, Problem, Problems, Source};

/// The problems of a chart.
fn problems(text: &str) -> Vec<Problem> {
    let source = Source::new("chart.yaml", text);
    let problems = Problems::new();
    let file = File { source: &source, problems: &problems };
    if let Some(tree) = file.parse()
        && let Some(chart) = lower_chart(file, &tree)
    {
        report_unreachable(file, &tree, &chart);
    }
    problems.into_vec()
}

/// Charts, and their problems as `CODE line:column`.
const CASES: [(&str, &[&str]); 33] = [
    ("process: x\nstates: {a: {on: {go: b}}}", &["E0301 2:23"]),
    ("process: x\nstates: {a: {on: {go: {to: [a, bb, cc]}}}}", &["E0301 2:32", "E0301 2:36"]),
    ("process: x\nstates: {a: {on: {go: s}}, p: {states: {s: }}, q: {states: {s: }}}", &["E0302 2:23"]),
    ("process: x\nstates: {a: {on: {go: {to: [b, c]}}}, b: , c: }", &["E0303 2:28"]),
    (
        "process: x\ninitial: p\nstates: {p: {type: parallel, on: {e: {to: [x, x1]}}, states: {x: {states: {x1: }}, y: }}}",
        &["E0303 3:43"],
    ),
    (
        "process: x\nstates: {p: {type: parallel, on: {e: {to: [h, y]}}, states: {h: {type: history, to: x}, x: , y: }}}",
        &["E0303 2:43"],
    ),
    ("process: x\nstates: {a: {initial: b, states: {c: }}, b: }", &["E0304 2:23"]),
    ("process: x\nstates: {a: {states: {b: , h: {type: history, to: a}}}}", &["E0304 2:51"]),
    ("process: x\nstates: {a: {states: {b: , h: {type: history, to: i}, i: {type: history, to: b}}}}", &["E0304 2:51"]),
    ("process: x\nstates: {a: {initial: a}}", &["E0305 2:23"]),
    ("process: x\nstates: {a: {on: {e: f}}, f: {type: final, always: a}}", &["E0306 2:44"]),
    ("process: x\nstates: {p: {type: parallel, states: {f: {type: final}}}}", &["E0306 2:43"]),
    ("process: x\nstates: {a: {on: {e: h}}, h: {type: history, to: a}}", &["E0306 2:27"]),
    ("process: x\nstates: {p: {type: parallel}}", &["E0307 2:13"]),
    ("process: x\nstates: {a: {states: {h: {type: history}}}}", &["E0307 2:23"]),
    ("process: x\nstates: {}", &["E0307 1:1"]),
    ("process: x\nstates: {f: {type: final, states: {g: }}}", &["E0308 2:27"]),
    ("process: x\nstates: {a: {on: {'a*': a, '': a}}}", &["E0309 2:19", "E0309 2:28"]),
    ("process: x\nstates: {a: {entry: [{raise: two words}, {send: 'x.*'}]}}", &["E0309 2:30", "E0309 2:49"]),
    ("process: x\nstates: {a: {entry: [{rais: x}]}}", &["E0310 2:23"]),
    ("process: x\nstates: {a: {entry: [{raise: x, log: '1'}]}}", &["E0310 2:22"]),
    ("process: x\nvariables: {count: 0}\nstates: {a: {entry: [{set: {cuont: 1}}]}}", &["E0311 3:29"]),
    (
        "process: x\nstates: {a: {after: {3: a, 2 workdays: a, 1.5 hours: a}}}",
        &["E0312 2:22", "E0312 2:28", "E0312 2:43"],
    ),
    ("process: x\nstates: {a: {entry: [{send: e, after: soon}]}}", &["E0312 2:39"]),
    ("process: x\nstates: {a: {on: {e: a b}}, a b: }", &["E0313 2:29"]),
    ("process: x\nvariables: {event: 1, y z: 2, n: 1.5}\nstates: {a: }", &["E0314 2:13", "E0314 2:23", "E0314 2:34"]),
    ("process: x\nvariables: {n: 0}\nstates: {a: {on: {e: {when: n == 'x', to: a}}}}", &["E0209 3:31"]),
    ("process: x\nstates: {a: {on: {e: {when: m > 1, to: a}}}}", &["E0205 2:29"]),
    ("process: x\nstates: {a: {on: {e: {when: 'active(\"bb\")', to: a}}}}", &["E0214 2:37"]),
    ("process: x\nstates: {a: {always: {when: 1 + 1, to: a}}}", &["E0210 2:31"]),
    ("process: x\nstates: {a: {onn: {e: a}, entry: [{if: 'true', than: []}]}}", &["E0131 2:14", "E0131 2:48"]),
    ("states: {a: {type: finale}}", &["E0132 1:1", "E0143 1:20"]),
    (
        "process: x\nstates: {a: {on: {e: b}}, b: {states: {b1: , b2: }}, c: {states: {d: }}}",
        &["E0601 2:46", "E0601 2:54"],
    ),
];

#[test]
fn every_problem_of_a_chart_is_told_at_its_place() {
    let mut wrong = String::new();
    for (text, expected) in CASES {
        let found = problems(text);
        let places: Vec<String> =
            found.iter().map(|found| format!("{} {}:{}", found.code, found.span.line, found.span.column)).collect();
        if places != expected {
            wrong.push_str(&format!("{text}\n  expected {expected:?}\n  found {places:?}\n"));
        }
        for problem in found {
            let texts = [&problem.message, &problem.cure];
            if texts.iter().any(|text| text.zh.is_empty() || text.en.is_empty() || text.zh == text.en) {
                wrong.push_str(&format!("{text}\n  poor advice: {problem:?}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_misspelt_name_is_recognised() {
    let suggestions = |text: &str| problems(text).into_iter().map(|found| found.suggestion).collect::<Vec<_>>();
    let meant = |word: &str| vec![Some(word.to_owned())];
    assert_eq!(
        suggestions("process: x\nstates: {a: {on: {e: recieved}}, received: {on: {e: a}}}")[..1],
        meant("received")
    );
    assert_eq!(
        suggestions("process: x\nvariables: {count: 0}\nstates: {a: {entry: {set: {coutn: 1}}}}"),
        meant("count")
    );
    assert_eq!(suggestions("process: x\nstates: {a: {entry: {rase: e}}}"), meant("raise"));
}

#[test]
fn a_variable_takes_every_type_that_is_written_to_it() {
    let chart = "process: x\nvariables: {v: 0, w: 0, u: 0}\nstates: {a: {on: {e: {do: [{set: {v: event.name}}, {set: {w: v}}, {set: {u: event.data}}]}, f: {when: w == 'x', to: a}}}}";
    assert_eq!(problems(chart), []);
}
