//! Figures: what was used, and how it is told. Seconds depend on the machine and its neighbours; processor time, flushes
//! and bytes of a case are the steady ones.

use super::client::STEPS;
use onething_engine::time::Stopwatch;
use serde_json::json;
use std::time::Duration;

/// The unit of processor times in `/proc`, everywhere Linux runs today (`getconf CLK_TCK`).
const TICK_MS: f64 = 10.0;

/// Measures from its start.
pub struct Meter {
    stopwatch: Stopwatch,
    processor_ms: Option<f64>,
    written: Option<u64>,
}

/// What was used meanwhile. `None` where this system does not tell.
pub struct Used {
    elapsed: Duration,
    processor_ms: Option<f64>,
    written: Option<u64>,
}

impl Meter {
    /// Begins.
    pub fn start() -> Meter {
        Meter { stopwatch: Stopwatch::start(), processor_ms: processor_ms(), written: written() }
    }

    /// Ends.
    pub fn stop(self) -> Used {
        Used {
            elapsed: self.stopwatch.elapsed(),
            processor_ms: processor_ms().zip(self.processor_ms).map(|(now, then)| now - then),
            written: written().zip(self.written).map(|(now, then)| now.saturating_sub(then)),
        }
    }
}

/// Milliseconds of processor time of this process, its own and the system's for it.
fn processor_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in brackets and may hold blanks; the times are the 14th and the 15th.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) * TICK_MS)
}

/// Bytes that this process sent to disks.
fn written() -> Option<u64> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.trim().parse().ok())
}

/// What came out.
pub struct Figures {
    clients: u32,
    cases: u32,
    steps: usize,
    seconds: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    processor_ms_per_case: Option<f64>,
    flushes: u64,
    written_per_case: Option<u64>,
    stored_per_case: u64,
    single_commits: f64,
}

impl Figures {
    /// From what was measured. `grown` is what the database takes more than before, `single_commits` is per second.
    pub fn new(
        clients: u32,
        cases: u32,
        mut latencies: Vec<Duration>,
        used: Used,
        flushes: u64,
        grown: u64,
        single_commits: f64,
    ) -> Figures {
        latencies.sort_unstable();
        let at = |share: f64| {
            let place = (latencies.len() as f64 * share).ceil() as usize;
            latencies.get(place.saturating_sub(1)).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
        };
        let each = u64::from(cases.max(1));
        Figures {
            clients,
            cases,
            steps: latencies.len(),
            seconds: used.elapsed.as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: at(1.0),
            processor_ms_per_case: used.processor_ms.map(|ms| ms / f64::from(cases.max(1))),
            flushes,
            written_per_case: used.written.map(|bytes| bytes / each),
            stored_per_case: grown / each,
            single_commits,
        }
    }

    fn per_second(&self, count: f64) -> f64 {
        if self.seconds > 0.0 { count / self.seconds } else { 0.0 }
    }

    /// One line for programs. Processor time and written bytes are this process's: with PostgreSQL, the engine's without
    /// the database's.
    pub fn json(&self) -> serde_json::Value {
        let cases = f64::from(self.cases.max(1));
        json!({
            "clients": self.clients,
            "cases": self.cases,
            "steps": self.steps,
            "steps_per_case": STEPS,
            "seconds": rounded(self.seconds),
            "steps_per_second": rounded(self.per_second(self.steps as f64)),
            "cases_per_second": rounded(self.per_second(f64::from(self.cases))),
            "step_ms_p50": rounded(self.p50_ms),
            "step_ms_p99": rounded(self.p99_ms),
            "step_ms_max": rounded(self.max_ms),
            "cpu_ms_per_case": self.processor_ms_per_case.map(rounded),
            "flushes": self.flushes,
            "flushes_per_case": rounded(self.flushes as f64 / cases),
            "written_bytes_per_case": self.written_per_case,
            "stored_bytes_per_case": self.stored_per_case,
            "single_commits_per_second": rounded(self.single_commits),
        })
    }

    /// For people.
    pub fn text(&self) -> String {
        let cases = f64::from(self.cases.max(1));
        let known = |figure: Option<String>| figure.unwrap_or_else(|| "unknown".to_owned());
        format!(
            "{} cases, {} clients, {} acknowledged steps in {:.1} s\n\
             steps/s          {:>10.0}\n\
             cases/s          {:>10.1}\n\
             step p50         {:>10.2} ms\n\
             step p99         {:>10.2} ms\n\
             step longest     {:>10.2} ms\n\
             CPU per case     {:>10} ms   (this process)\n\
             flushes per case {:>10.2}      ({} group commits)\n\
             written per case {:>10} bytes (this process)\n\
             stored per case  {:>10} bytes\n\
             single commits/s {:>10.0}      (one after the other, same database)\n",
            self.cases,
            self.clients,
            self.steps,
            self.seconds,
            self.per_second(self.steps as f64),
            self.per_second(f64::from(self.cases)),
            self.p50_ms,
            self.p99_ms,
            self.max_ms,
            known(self.processor_ms_per_case.map(|ms| format!("{ms:.2}"))),
            self.flushes as f64 / cases,
            self.flushes,
            known(self.written_per_case.map(|bytes| bytes.to_string())),
            self.stored_per_case,
            self.single_commits,
        )
    }
}

/// Two digits are enough, and more would pretend.
fn rounded(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
