//! How the product answers when it is called wrongly. It must never guess what was meant.

use onething_tests::folder::Folder;
use std::process::{Command, Stdio};

struct Answer {
    exit: Option<i32>,
    out: String,
    errors: String,
}

fn onething(arguments: &[&str]) -> Answer {
    let output = Command::new(onething_tests::product())
        .args(arguments)
        .current_dir(onething_tests::repository())
        .stdin(Stdio::null())
        .output()
        .expect("the product");
    Answer {
        exit: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn what_it_does_not_know_is_a_usage_error() {
    let calls: [&[&str]; 7] = [
        &[],
        &["celebrate"],
        &["check", "--frmat", "json"],
        &["check", "--format", "xml"],
        &["check", "no/such/file.yaml"],
        &["trace", "no/such/file.yaml"],
        &["trace"],
    ];
    for call in calls {
        let answer = onething(call);
        assert_eq!(answer.exit, Some(2), "{call:?}: {}{}", answer.out, answer.errors);
        assert!(answer.out.is_empty(), "{call:?} prints its complaint as a result: {}", answer.out);
        assert!(!answer.errors.trim().is_empty(), "{call:?} fails in silence");
        assert!(!answer.errors.contains("panicked"), "{call:?}: {}", answer.errors);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for call in [["--help"], ["--version"]] {
        let answer = onething(&call);
        assert_eq!(answer.exit, Some(0), "{call:?}");
        assert!(answer.out.contains("onething"), "{call:?}: {}", answer.out);
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = Folder::new("pipe").expect("a folder");
    for n in 0..200 {
        std::fs::write(folder.path().join(format!("{n:03}.yaml")), "a: 1\na: 2\n").expect("a file");
    }
    let script = "\"$0\" check \"$1\" 2>&1 >/dev/full | head -c 2000";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(onething_tests::product())
        .arg(folder.path())
        .output()
        .expect("a shell");
    let errors = String::from_utf8_lossy(&output.stdout);
    assert!(!errors.contains("panicked"), "{errors}");
}
