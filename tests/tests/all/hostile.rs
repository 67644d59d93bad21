//! Files made to hurt: the product refuses each with a problem and a cure, in 64 MiB of memory of its own. It must never
//! crash, hang or read on.

use onething_tests::folder::Folder;
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// KiB that the child may ask for beside its code.
const MEMORY: u32 = 64 * 1024;

/// What `onething check` said about a file: its exit code (absent after a signal) and the problems.
struct Verdict {
    exit: Option<i32>,
    problems: Vec<Value>,
    errors: String,
}

fn check(path: &Path) -> Verdict {
    // Linux shells know `ulimit -d`: what a program asks for, without its code; the limit is inherited by what they run.
    let script = format!("ulimit -d {MEMORY}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(onething_tests::product());
    let output = command.args(["check", "--format", "json"]).arg(path).output().expect("a shell");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let problems = answer["problems"].as_array().cloned().unwrap_or_default();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Verdict { exit: output.status.code(), problems, errors }
}

fn check_text(text: impl AsRef<[u8]>) -> Verdict {
    let folder = Folder::new("hostile").expect("a folder");
    let path = folder.path().join("process.yaml");
    std::fs::write(&path, text).expect("a file");
    check(&path)
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, code: &str) {
    let verdict = check_text(text);
    assert_eq!(verdict.exit, Some(1), "{}", verdict.errors);
    let problem = verdict.problems.iter().find(|problem| problem["code"] == code);
    let problem = problem.unwrap_or_else(|| panic!("no {code} in {:?}", verdict.problems));
    for language in ["zh", "en"] {
        assert!(
            problem["cure"][language].as_str().is_some_and(|cure| !cure.is_empty()),
            "{code} has no cure: {problem}"
        );
    }
}

#[test]
fn the_limit_is_real() {
    let script = format!("ulimit -d {MEMORY}; exec head -c 100000000 /dev/zero | tail -c 99999999 >/dev/null 2>&1");
    let status = Command::new("sh").args(["-c", &script]).status().expect("a shell");
    assert!(!status.success(), "a program took 100 MB under a limit of 64 MiB");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        bomb += &format!("a{level}: &a{level} [{before}]\n");
    }
    refused(bomb, "E0115");
}

#[test]
fn ten_thousand_levels_are_refused() {
    refused(format!("a: {}{}", "[".repeat(10_000), "]".repeat(10_000)), "E0105");
    refused(format!("a: {}x{}", "{b: ".repeat(10_000), "}".repeat(10_000)), "E0105");
    refused(format!("{}x", "- ".repeat(10_000)), "E0105");
    refused(format!("{}x", "? ".repeat(10_000)), "E0105");
    // Not closed: the end of the file comes at the deepest place.
    refused("[".repeat(10_000), "E0105");
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    let folder = Folder::new("hostile").expect("a folder");
    let path = folder.path().join("process.yaml");
    let mut file = File::create(&path).expect("a file");
    let chunk = "# a comment that says nothing\n".repeat(34_953);
    (0..100).for_each(|_| file.write_all(chunk.as_bytes()).expect("room on the disk"));
    drop(file);
    assert!(std::fs::metadata(&path).expect("the file").len() > 100_000_000);
    let verdict = check(&path);
    assert_eq!(verdict.exit, Some(1), "{}", verdict.errors);
    assert_eq!(verdict.problems[0]["code"], "E0101");
}

#[test]
fn too_many_values_are_refused() {
    refused(format!("a: [{}]", "0,".repeat(60_000)), "E0104");
}

#[test]
fn what_has_two_meanings_is_refused() {
    refused("process: a\nprocess: b\n", "E0112");
    refused("{process: a, 'process': b}", "E0112");
    refused("base: {a: 1}\nprocess: {<<: {a: 1}}\n", "E0113");
    refused("process: !!python/object/apply:os.system [id]\n", "E0114");
    refused("process: !include other.yaml\n", "E0114");
    refused("process: a\n---\nprocess: b\n", "E0107");
    refused("%YAML 1.1\n---\nprocess: a\n", "E0108");
}

#[test]
fn what_is_not_plain_text_is_refused() {
    let utf16: Vec<u8> = "\u{feff}process: a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(&utf16, "E0102");
    refused(&utf16[2..], "E0102");
    refused(b"process: \xff\xfe", "E0102");
    refused(b"process: \xd7\xb4\xb6\xd4", "E0102");
    refused("process: a\0b\n", "E0103");
    refused("process: a\u{202e}b\n", "E0103");
    refused("", "E0106");
}

#[test]
fn a_byte_order_mark_at_the_start_changes_nothing() {
    let codes = |verdict: Verdict| -> Vec<String> {
        verdict
            .problems
            .iter()
            .map(|problem| format!("{}:{}:{}", problem["code"], problem["line"], problem["column"]))
            .collect()
    };
    let text = "process: a\nprocess: b\n";
    assert_eq!(codes(check_text(format!("\u{feff}{text}"))), codes(check_text(text)));
}

/// A megabyte of one thing: whatever it is, the answer is a problem and no crash.
#[test]
fn a_megabyte_of_one_motif_is_survived() {
    let motifs = [
        "\"",
        "'",
        "{",
        "[",
        "}",
        "]",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a ",
        "!t ",
        "!!",
        "|",
        ">",
        "#",
        "%",
        "@",
        "`",
        "\\",
        ",",
        " ",
        "\t",
        "\n",
        "a",
        "a: ",
        "a:\n",
        "- a\n",
        "[a, ",
        "{a: ",
        "\"\\u0000",
        "---\n",
        "...\n",
        "一",
        "：",
        "\r",
        "!",
        "(",
        "${a}",
        "{{a}}",
        "\"a\": \"b\", ",
    ];
    for motif in motifs {
        let verdict = check_text(motif.repeat((1 << 20) / motif.len()));
        assert_eq!(verdict.exit, Some(1), "a megabyte of {motif:?}: {}", verdict.errors);
        assert!(!verdict.problems.is_empty(), "a megabyte of {motif:?} is refused without a problem");
    }
}

/// A guard is checked when the file is, so a hostile guard is a hostile file.
#[test]
fn a_hostile_guard_is_refused_with_a_problem() {
    let guards = [
        vec!["1"; 60].join("+"),
        vec!["1"; 5_000].join("+"),
        "(".repeat(5_000) + "true" + &")".repeat(5_000),
        "!".repeat(5_000) + "true",
        "!!(".repeat(2_000) + "true" + &")".repeat(2_000),
        "-".repeat(5_000) + "1 == 1",
        "[".repeat(5_000) + &"]".repeat(5_000) + " == []",
        "true ? ".repeat(3_000) + "true" + &" : false".repeat(3_000),
        "a.".repeat(5_000) + "a",
        "a[".repeat(5_000) + "0" + &"]".repeat(5_000),
        format!("count in [{}]", vec!["1"; 20_000].join(",")),
        "9".repeat(5_000) + " > 0",
        "${7*7}".to_owned(),
        "#{7*7}".to_owned(),
        "\u{0}".to_owned(),
    ];
    for guard in guards {
        let quoted = guard.replace('\'', "''");
        let way = format!("{{to: b, when: '{quoted}'}}");
        let file = format!(
            "process: a\nvariables: {{count: 0}}\ninitial: a\nstates:\n  a: {{on: {{go: {way}}}}}\n  b: {{}}\n"
        );
        let verdict = check_text(file);
        assert_eq!(verdict.exit, Some(1), "{guard:.80}: {}", verdict.errors);
        assert!(!verdict.problems.is_empty(), "{guard:.80}");
    }
}
