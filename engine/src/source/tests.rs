//! The traps of YAML, each with its code, place and suggestion; the fixed counts; and input made to break a reader.

use proptest::prelude::*;

use super::{Content, File, MAX_BYTES, MAX_DEPTH, MAX_NODES, Node, Problem, Problems, Source, parse, render};
use crate::text::{Language, Text};

fn source(text: &str) -> Source {
    Source::new("process.yaml", text)
}

fn problems(text: &str) -> Vec<Problem> {
    parse(&source(text)).err().unwrap_or_default()
}

/// The problems of a text as `code line:column+length`, with the suggestion behind an arrow.
fn spots(text: &str) -> Vec<String> {
    let spot = |problem: Problem| {
        let span = problem.span;
        let meant = problem.suggestion.map(|word| format!(" → {word}")).unwrap_or_default();
        format!("{} {}:{}+{}{meant}", problem.code, span.line, span.column, span.length)
    };
    problems(text).into_iter().map(spot).collect()
}

#[track_caller]
fn trap(text: &str, expected: &[&str]) {
    assert_eq!(spots(text), expected, "in {text:?}");
}

#[test]
fn every_key_and_value_has_its_place() {
    let tree = parse(&source("初始: 甲\nb:\n  - {c: 'd', e: [1, 2]}\n  -\nempty:\nblock: |\n  one\n  two\n")).unwrap();
    let place = |node: &Node| (node.span.line, node.span.column, node.span.length);
    let entry = &tree.entries()[0];
    assert_eq!((entry.key_span.line, entry.key_span.column, entry.key_span.length), (1, 1, 2));
    assert_eq!(place(&entry.value), (1, 5, 1));
    let list = tree.get("b").unwrap();
    assert_eq!(place(list), (3, 3, 21));
    assert_eq!(place(&list.items()[0]), (3, 5, 19));
    assert_eq!(place(list.items()[0].get("c").unwrap()), (3, 9, 3));
    assert_eq!(place(&list.items()[0].get("e").unwrap().items()[1]), (3, 21, 1));
    assert_eq!(list.items()[0].get("c").unwrap().content, Content::Scalar { text: "d".into(), plain: false });
    assert!(list.items()[1].is_null());
    // Nothing stands behind the key, so the key is the place to point at.
    assert_eq!(place(tree.get("empty").unwrap()), (5, 1, 5));
    assert_eq!(tree.get("block").unwrap().as_text(), Some("one\ntwo\n"));
    // A block starts with its text.
    assert_eq!(place(tree.get("block").unwrap()), (7, 3, 3));
}

#[test]
fn lines_may_end_in_three_ways() {
    for end in ["\n", "\r\n", "\r"] {
        trap(&["a: 1", "b:", "  c: d", "a: 婚", ""].join(end), &["E0112 4:1+1"]);
        trap(&["a: 婚 ", "b: c: d", "e: f", ""].join(end), &["E0121 2:4+4 → b: 'c: d'"]);
    }
}

#[test]
fn scalars_stay_text() {
    let tree = parse(&source("a: 0123\nb: 1e3\nc: yes\nd: 2025-05-10\ne: 1.10\n")).unwrap();
    let texts: Vec<_> = tree.entries().iter().filter_map(|entry| entry.value.as_text()).collect();
    assert_eq!(texts, ["0123", "1e3", "yes", "2025-05-10", "1.10"]);
    for nothing in ["a:", "a: ~", "a: null"] {
        assert!(parse(&source(nothing)).unwrap().get("a").unwrap().is_null());
    }
    assert_eq!(parse(&source("a: 'null'")).unwrap().get("a").unwrap().as_text(), Some("null"));
}

#[test]
fn keys_given_twice_and_merged_keys() {
    trap("a: 1\nb: 2\na: 3\n", &["E0112 3:1+1"]);
    trap("x: {to: b, to: c}\n", &["E0112 1:12+2"]);
    let first = &problems("a: 1\nb: 2\na: 3\n")[0].also[0];
    assert_eq!((first.span.line, first.span.column), (1, 1));
    trap("a: &x {b: 1}\nc:\n  <<: *x\n", &["E0115 1:4+2", "E0113 3:3+2", "E0115 3:7+2"]);
    trap("? [a]\n: b\n", &["E0116 1:3+3"]);
    trap("null: b\n", &["E0116 1:1+4"]);
}

#[test]
fn guards_that_yaml_takes_for_something_else() {
    trap("when: !x\n", &["E0114 1:7+2 → when: '!x'"]);
    trap("when: !(a && b)\n", &["E0114 1:7+3 → when: '!(a && b)'"]);
    trap("a: {when: !active(\"x\"), to: b}\n", &["E0114 1:11+1 → when: '!active(\"x\")'"]);
    trap("when: *\n", &["E0115 1:7+1 → when: '*'"]);
    trap("on:\n  *: d\n", &["E0115 2:3+2"]);
    trap("a: {when: x in [\"a\"]}\n", &["E0117 1:11+10 → when: 'x in [\"a\"]'"]);
    trap("a: {when: a ? b : c}\n", &["E0117 1:11+9 → when: 'a ? b : c'"]);
    trap("a: {when: f(a, b), to: c}\n", &["E0117 1:11+3 → when: 'f(a, b)'"]);
    trap("a: {when: f(\"x\", \"y\"), to: b}\n", &["E0117 1:11+5 → when: 'f(\"x\", \"y\")'"]);
    trap("a: {when: x == \"a: b\"}\n", &["E0117 1:11+11 → when: 'x == \"a: b\"'"]);
    trap("when: \"a\" == b\n", &["E0117 1:7+8 → when: '\"a\" == b'"]);
    trap("when: ? b\n", &["E0117 1:7+3 → when: '? b'"]);
    trap("remind: %50\n", &["E0117 1:9+3 → remind: '%50'"]);
    trap("title: 'it's'\n", &["E0117 1:8+6 → title: \"it's\""]);
}

#[test]
fn punctuation_and_spaces_of_chinese_editors() {
    trap("process: a\ntitle：结婚\ninitial: x\n", &["E0111 2:6+1 → title:"]);
    trap("process：a\ninitial: x\n", &["E0111 1:8+1 → process:"]);
    trap("a: {zh：结婚, en: x}\n", &["E0111 1:7+1 → zh:"]);
    trap("a: {zh: 结婚， en: x}\n", &["E0111 1:11+1"]);
    trap("a: [b， c]\n", &["E0111 1:6+1"]);
    trap("a: ｛b: c｝\n", &["E0111 1:4+1"]);
    trap("a:\n\u{a0}\u{a0}b: 1\n", &["E0123 2:1+3"]);
    trap("\u{3000}a: b\n", &["E0123 1:1+2"]);
    trap("note: 说明：先登记，再领取\nlist: {zh: 先登记，再领取}\n", &[]);
}

#[test]
fn layout() {
    trap("a:\n\tb: 1\n\tc: 2\n", &["E0110 2:1+1"]);
    assert_eq!(problems("a:\n\tb: 1\n\tc: 2\n")[0].also.len(), 1);
    trap("a:\n  b: 1\n\tc: 2\n", &["E0110 3:1+1"]);
    trap("title: a: b\n", &["E0121 1:8+4 → title: 'a: b'"]);
    trap("a: 1\n  b: 2\n", &["E0120 2:3+1"]);
    trap("a:\n    b: 2\n   c: 3\n", &["E0120 3:4+1"]);
    trap("a:\n  - b\n  c: d\n", &["E0120 3:3+1"]);
    trap("c: - d\n", &["E0120 1:4+1"]);
    trap("a: 1\nb:2\n", &["E0125 2:1+3 → b: 2"]);
    trap("x: {a:1}\n", &["E0125 1:5+3 → a: 1"]);
    trap("a: \"b\nc: d\n", &["E0118 1:4+1"]);
    trap("a: {b: c\nd: e\n", &["E0119 1:4+1"]);
    trap("a: [b, c\n", &["E0119 1:4+1"]);
    trap("a: {b: c}}\n", &["E0119 1:10+1"]);
    trap("a: {b: c d: e}\n", &["E0124 1:11+1"]);
    trap("a: {b: c,, d: e}\n", &["E0124 1:10+1"]);
    trap("a: \"\\d+\"\n", &["E0122 1:4+1"]);
}

#[test]
fn what_is_not_one_plain_document() {
    trap("a: 1\n---\nb: 2\n", &["E0107 2:1+3"]);
    trap("%YAML 1.2\n---\na: 1\n", &["E0108 1:1+1"]);
    trap("# nothing\n", &["E0106 0:0+0"]);
    trap("a: b\0\n", &["E0103 1:5+1"]);
    trap("a: \"b\u{202e}c\"\n", &["E0103 1:6+1"]);
    trap("---\na: 1\n...\n", &[]);
}

#[test]
fn one_mistake_does_not_hide_the_next() {
    let text = "process: x\ntitle: a: b\nstates:\n  a：\n    on: {go: b}\n  b:\n    always: [{when: x in [\"a\"], to: c}]\n    \
                when: !y\n  c: {to: b, to: c}\n  d: {when: dup(\"a\", \"b\")}\n  e:1\n  f: {a: b c: d}\n  g: @x\n  g: 2\n";
    let codes: Vec<_> = problems(text).iter().map(|problem| (problem.code, problem.span.line)).collect();
    let expected = [
        ("E0121", 2),
        ("E0111", 4),
        ("E0117", 7),
        ("E0114", 8),
        ("E0112", 9),
        ("E0117", 10),
        ("E0125", 11),
        ("E0124", 12),
        ("E0117", 13),
        ("E0112", 14),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn bytes_become_text_or_advice() {
    let code = |bytes: &[u8]| Source::from_bytes("x.yaml", bytes).map_err(|problem| problem.code);
    let text = |bytes: &[u8]| code(bytes).map(|source| source.text.to_string());
    assert_eq!(text("\u{feff}a: 婚".as_bytes()), Ok("a: 婚".to_owned()));
    assert_eq!(code(b"\xff\xfea\0:\0"), Err("E0102"));
    assert_eq!(code(b"\xfe\xff\0a\0:"), Err("E0102"));
    assert_eq!(code(b"a\0:\0 \0b\0"), Err("E0102"));
    assert_eq!(code(&vec![b'#'; MAX_BYTES + 1]), Err("E0101"));
    assert!(code(&vec![b'#'; MAX_BYTES]).is_ok());
    // 婚 in GBK.
    let problem = Source::from_bytes("x.yaml", b"a: 1\nb: \xbb\xe9\n").unwrap_err();
    assert_eq!((problem.code, problem.span.line, problem.span.column), ("E0102", 2, 4));
}

#[test]
fn the_counts_are_exact() {
    let codes = |text: &str| problems(text).iter().map(|problem| problem.code).collect::<Vec<_>>();
    assert_eq!(codes(&format!("a: {}", "x".repeat(MAX_BYTES - 3))), [""; 0]);
    assert_eq!(codes(&format!("a: {}", "x".repeat(MAX_BYTES - 2))), ["E0101"]);
    // The list is a value too.
    assert_eq!(codes(&format!("[{}]", "a,".repeat(MAX_NODES - 1))), [""; 0]);
    assert_eq!(codes(&format!("[{}]", "a,".repeat(MAX_NODES))), ["E0104"]);
    let keys = |count: usize| (0..count).map(|number| format!("k{number}: v\n")).collect::<String>();
    assert_eq!(codes(&keys(MAX_NODES / 2 - 1)), [""; 0]);
    assert_eq!(codes(&keys(MAX_NODES / 2)), ["E0104"]);
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(codes(&nested(MAX_DEPTH)), [""; 0]);
    assert_eq!(codes(&nested(MAX_DEPTH + 1)), ["E0105"]);
    let mixed = |depth: usize| format!("{}{}", "- ".repeat(MAX_DEPTH / 2), nested(depth - MAX_DEPTH / 2));
    assert_eq!(codes(&mixed(MAX_DEPTH)), [""; 0]);
    assert_eq!(codes(&mixed(MAX_DEPTH + 1)), ["E0105"]);
}

#[test]
fn hostile_files_are_refused() {
    let fill = |unit: &str| unit.repeat(MAX_BYTES / unit.len());
    let bomb: String = (1..9).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 9].join(",");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let code = |text: &str| problems(text).first().map(|problem| problem.code);
    assert_eq!(code(&bomb), Some("E0115"));
    assert_eq!(code(&fill("[")), Some("E0105"));
    assert_eq!(code(&fill("{a: ")), Some("E0105"));
    assert_eq!(code(&fill("- ")), Some("E0105"));
    assert_eq!(code(&fill("? ")), Some("E0105"));
    let steps: String = (0..1_400).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_eq!(code(&steps), Some("E0105"));
    assert_eq!(code(&fill("[],").replacen('[', "[[", 1)), Some("E0104"));
    assert_eq!(code(&fill("a: b: c\n")), Some("E0121"));
    assert_eq!(code(&fill("- !x a\n")), Some("E0114"));
    assert_eq!(code(&fill("---\n")), Some("E0107"));
    assert_eq!(code(&format!("[{}", fill("f(a, b), ").split_at(MAX_BYTES - 9).0)), Some("E0117"));
    assert_eq!(code(&fill("a: 1\n")), Some("E0112"));
}

#[test]
fn a_flood_of_mistakes_stays_small() {
    let problems = problems(&"a: 1\n".repeat(40_000));
    assert_eq!((problems.len(), problems[200].code), (201, "E0109"));
}

/// Texts from the letters that YAML and its traps are made of.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "b: ",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ", ",
        "\"",
        "'",
        "!",
        "!x",
        "&",
        "&a",
        "*",
        "*a",
        "<<",
        "|",
        ">",
        "#",
        " #",
        "?",
        "? ",
        "%",
        "@",
        "`",
        "\t",
        "\n\t",
        "\\",
        "\\u",
        "---\n",
        "...\n",
        "：",
        "，",
        "｛",
        "结婚",
        "\u{3000}",
        "\u{a0}",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "\r",
        "\r\n",
        "\u{85}",
        "\u{2028}",
        "~",
        "null",
        "yes",
        "when: ",
        "f(a, b)",
        " in ",
        "\u{1f468}\u{200d}\u{1f469}",
        "e\u{301}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// Reads, lowers in the widest way and draws everything; nothing of it may panic or point outside the file.
fn exercise(text: &str) {
    let source = source(text);
    let problems = Problems::new();
    let file = File { source: &source, problems: &problems };
    if let Some(tree) = file.parse() {
        lower(file, &tree);
        if let Some(reader) = file.map(&tree, Text::same("x")) {
            reader.require(&["a", "states"]);
            reader.finish();
        }
    }
    let lines = text.split(['\n', '\r']).count();
    for problem in problems.into_vec() {
        assert!(problem.span.line as usize <= lines, "{problem:?}");
        for language in [Language::Zh, Language::En] {
            assert!(!problem.message.get(language).is_empty());
            render(&problem, &source.text, language);
        }
    }
}

fn lower(file: File<'_>, node: &Node) {
    file.flag(node);
    file.integer(node);
    file.date(node);
    file.localized(node);
    let length = node.as_text().map_or(0, |text| text.chars().count());
    for from in 0..=length {
        assert!(file.source.inside(node, from, 2).line >= node.span.line);
    }
    node.items().iter().for_each(|item| lower(file, item));
    node.entries().iter().for_each(|entry| lower(file, &entry.value));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in yaml_like()) {
        exercise(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = Source::from_bytes("x.yaml", &bytes) {
            exercise(&source.text);
        }
        exercise(&String::from_utf8_lossy(&bytes));
    }
}
