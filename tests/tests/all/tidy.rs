//! The repository is tidy, and each rule of tidiness finds what it is there to find. It must never list exceptions of
//! its own.

use onething_tests::tidy::{self, SourceFile, findings};

#[test]
fn the_repository_is_tidy() {
    let files = tidy::read_repository(&onething_tests::repository()).expect("the repository");
    assert!(files.iter().any(|file| file.path == "engine/src/lib.rs"), "this is not the repository");
    for file in files.iter().filter(|file| file.is_rust()) {
        for finding in tidy::sizes(file).0 {
            println!("over the aim: {finding}");
        }
    }
    let found: Vec<String> = findings(&files).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

/// What is found in one planted file.
fn planted(path: &str, text: &str) -> Vec<String> {
    let found = findings(&[SourceFile::new(path, &format!("//! A planted file.\n{text}"))]);
    found.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn catches(path: &str, text: &str, what: &str) {
    let found = planted(path, text);
    assert!(found.iter().any(|finding| finding.contains(what)), "{path} with {text:.200?}: {found:?}");
}

#[track_caller]
fn allows(path: &str, text: &str) {
    assert_eq!(planted(path, text), Vec::<String>::new(), "{path} with {text:.200?}");
}

#[test]
fn a_use_of_a_later_module_is_found() {
    catches("engine/src/clock.rs", "use crate::case::Case;", "`clock` uses `case`");
    catches("engine/src/clock/pause.rs", "use crate::{text::Text, store::{Store, Row}};", "`clock` uses `store`");
    catches("engine/src/clock/pause.rs", "use super::super::worker::run;", "`clock` uses `worker`");
    catches("engine/src/kernel.rs", "fn f() { crate::definition::load() }", "`kernel` uses `definition`");
    catches("engine/src/clock.rs", "use crate::sundry::X;", "no module of the engine");
    catches("engine/src/sundry.rs", "", "no place in the engine's reading order");
    catches("engine/src/lib.rs", "pub mod case;\npub mod clock;", "`clock` is declared out of order");
    allows("engine/src/lib.rs", "pub mod clock;\n\npub mod case;");
    allows("engine/src/clock.rs", "use crate::{calendar::Calendar, text::Text, clock::pause::Pause};");
    allows("engine/src/clock/pause.rs", "use super::Limit;");
    allows("engine/src/clock.rs", "/// See [`crate::case`].\n#[cfg(test)]\nmod tests { use crate::case::Case; }");
}

#[test]
fn a_file_without_an_opening_is_found() {
    let found = findings(&[SourceFile::new("web/src/page.rs", "use std::fmt;\n")]);
    assert!(found[0].what.contains("opens with"), "{found:?}");
}

#[test]
fn sizes_are_listed_over_the_aim_and_refused_over_the_limit() {
    let function = |lines: usize| format!("fn long() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
    catches("web/src/page.rs", &function(121), "fn long has 121 lines");
    allows("web/src/page.rs", &function(120));
    let listed = tidy::sizes(&SourceFile::new("web/src/page.rs", &function(71))).0;
    assert_eq!(listed.len(), 1, "{listed:?}");
    catches("web/src/page.rs", &"// line\n".repeat(600), "601 lines");
    allows("web/src/page.rs", &"// line\n".repeat(599));
    assert_eq!(tidy::sizes(&SourceFile::new("web/src/page.rs", &"// line\n".repeat(401))).0.len(), 1);
}

#[test]
fn sql_outside_the_store_is_found() {
    let statement = "fn f() { run(\"select n\n from cases\"); }";
    catches("engine/src/engine.rs", statement, "only `store` knows SQL");
    catches("web/src/page.rs", "const Q: &str = \"insert into cases values (1)\";", "only `store` knows SQL");
    catches("web/src/page.rs", "const Q: &str = r#\"UPDATE cases SET n = 1\"#;", "only `store` knows SQL");
    catches("engine/src/decide.rs", "use sqlx::Row;", "only `store` knows SQL");
    allows("engine/src/store/sqlite.rs", statement);
    allows("web/src/page.rs", "const T: &str = \"select a department\"; // select n from cases");
}

#[test]
fn yaml_mail_and_http_have_one_home_each() {
    catches("engine/src/form.rs", "fn f() { serde_yaml::from_str(x); }", "only `source` knows YAML");
    catches("engine/src/worker.rs", "use lettre::Message;", "only `notify` sends mail");
    catches("engine/src/engine.rs", "use axum::Router;", "only `web` knows HTTP");
    allows("engine/src/source/tree.rs", "use serde_yaml::Spanned;");
    allows("engine/src/notify/mail.rs", "use lettre::Message;");
    allows("web/src/routes.rs", "use axum::Router;");
}

#[test]
fn the_clock_is_read_in_time_only() {
    catches("engine/src/engine.rs", "fn f() { std::time::SystemTime::now(); }", "only `time` reads the clock");
    catches("web/src/page.rs", "fn f() { Instant::now(); }", "only `time` reads the clock");
    catches("web/src/page.rs", "fn f() { jiff::Timestamp::now(); }", "only `time` reads the clock");
    allows("engine/src/time.rs", "fn f() { std::time::SystemTime::now(); }");
    allows("engine/src/case.rs", "#[cfg(test)]\nmod tests { fn f() { Instant::now(); } }");
}

#[test]
fn the_core_stays_pure() {
    catches("engine/src/case.rs", "use std::collections::HashMap;", "BTreeMap");
    catches("engine/src/decide/start.rs", "pub async fn f() {}", "does not wait");
    catches("engine/src/form.rs", "fn f() { getrandom::fill(&mut b); }", "no randomness");
    catches("engine/src/story.rs", "fn f() { std::fs::read(p); }", "reads no files");
    catches("engine/src/kernel/step.rs", "fn f() { tracing::info!(x); }", "does not log");
    catches("engine/src/form.rs", "fn f() { g().await }", "does not wait");
    allows("engine/src/form.rs", "fn f() { g.awaited(); h.await_more }");
    allows("engine/src/store.rs", "use std::collections::HashMap;");
    allows("engine/src/case.rs", "// async fn in words only");
}

#[test]
fn a_panic_on_what_comes_from_outside_is_found() {
    catches("web/src/page.rs", "fn f() { read().unwrap(); }", "an error is a value");
    catches(
        "engine/src/store/sqlite.rs",
        "fn f() {\n    read()\n        .expect(\"a row\");\n}",
        "an error is a value",
    );
    allows("web/src/page.rs", "fn f() { read().unwrap_or_default(); }");
    allows("web/src/page.rs", "#[cfg(test)]\nmod tests { fn f() { read().unwrap(); } }");
    allows("engine/src/clock/tests.rs", "fn f() { read().unwrap(); }");
}

#[test]
fn leftovers_are_found() {
    for leftover in
        ["dbg!(x);", "todo!()", "unimplemented!()", "#[ignore]\nfn f() {}", "#[allow(dead_code)]\nfn f() {}"]
    {
        catches("engine/src/value.rs", leftover, "`");
    }
    catches("engine/src/value.rs", &format!("// {}: later", concat!("TO", "DO")), "do it");
    catches("engine/src/value.rs", &format!("/* {} */", concat!("FIX", "ME")), "do it");
    catches("web/src/utils.rs", "", "named after the one thing");
    catches("web/src/desk/mod.rs", "", "named after the one thing");
    catches("tests/tests/all/x.rs", "fn f() { std::thread::sleep(d); }", "turns the clock");
}

#[test]
fn the_engine_knows_no_business_word() {
    catches("engine/src/decide.rs", "fn pay_pension() {}", "knows no business");
    catches("engine/src/rejection.rs", "const T: &str = \"请补正材料\";", "knows no business");
    allows(
        "engine/src/decide.rs",
        "// It knows no marriage.\n#[cfg(test)]\nmod tests { const T: &str = \"marriage\"; }",
    );
    allows("web/src/public.rs", "const T: &str = \"身后一件事\";");
}

#[test]
fn places_outside_the_repository_are_found() {
    catches("web/src/page.rs", concat!("const P: &str = \"/ho", "me/someone\";"), "outside this repository");
    catches("docs/architecture.md", concat!("see ..", "/shared/design.md"), "outside this repository");
    allows("web/src/page.rs", "const P: &str = \"/cases/1/workflow\";");
}

#[test]
fn a_dependency_without_its_reason_is_found() {
    let table = "[workspace.dependencies]\n# Reads.\na = \"1\"\nb = \"1\"\n[profile.dev]\nc = 1";
    let found = findings(&[SourceFile::new("Cargo.toml", table)]);
    assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [4], "{found:?}");
    let abort = findings(&[SourceFile::new("Cargo.toml", "[profile.release]\npanic = \"abort\"")]);
    assert_eq!(abort.len(), 1, "{abort:?}");
}
