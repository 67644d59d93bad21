//! `onething bench` measures what it says: every step is acknowledged, on both databases, and grouping saves flushes.

use super::*;
use std::process::Command as Program;

fn bench(arguments: &[&str]) -> std::process::Output {
    Program::new(onething_tests::product()).arg("bench").args(arguments).output().expect("the product")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_benchmark_acknowledges_fourteen_steps_a_case_and_shares_flushes() {
    for site in both().await {
        let output = bench(&["--store", &site.url, "--clients", "8", "--cases", "10", "--format", "json"]);
        assert!(output.status.success(), "{}: {}", site.name, String::from_utf8_lossy(&output.stderr));
        let figures: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
        assert_eq!(figures["steps"], 140, "{}: {figures}", site.name);
        let flushes = figures["flushes"].as_u64().expect("a count");
        assert!((14..140).contains(&flushes), "{}: {flushes} flushes for 140 steps of 8 clients", site.name);
        let number = |name: &str| figures[name].as_f64().unwrap_or_else(|| panic!("{name} in {figures}"));
        assert!(number("step_ms_p50") <= number("step_ms_p99") && number("single_commits_per_second") > 0.0);
        assert!(number("cpu_ms_per_case") > 0.0 && number("stored_bytes_per_case") > 2000.0, "{figures}");

        let store = site.open().await;
        let mut closed = 0;
        for client in 0..8 {
            let cases = store.cases_of(&format!("client-{client}"), 100).await.expect("cases");
            closed += cases.iter().filter(|case| case.closed_at.is_some()).count();
        }
        assert_eq!(closed, 10, "{}", site.name);
    }
}

#[test]
fn an_unknown_kind_of_database_is_a_usage_error_and_an_absent_one_a_failure() {
    assert_eq!(bench(&["--store", "mysql://localhost/x"]).status.code(), Some(2));
    assert_eq!(bench(&["--store", "sqlite:x.db", "--cases", "0"]).status.code(), Some(2));
    assert_eq!(bench(&[]).status.code(), Some(2));
    let absent = bench(&["--store", "sqlite:/no/such/folder/x.db"]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&absent.stderr).contains("cannot be reached"));
}
