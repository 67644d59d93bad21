//! `onething due`: when a period ends, and why. It must never read a clock: the start is given.

use super::{Format, Lang, usage};
use clap::{Args, ValueEnum};
use jiff::civil::{Date, DateTime};
use onething_engine::calendar::{self, Calendar};
use onething_engine::clock::{
    self, ClockRule, ClockRun, Deadline, Due as DueAt, Limit, Pause, Pauses, ProofLine, Roll, Stretch,
};
use onething_engine::source::{File, MAX_BYTES, Problem, Problems, Severity, Source, render};
use onething_engine::text::{Language, Text};
use onething_engine::value::Instant;
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The calendar in use where none is named, as it was shipped.
const SHIPPED: (&str, &str) = ("workflows/calendars/cn.yaml", include_str!("../../../workflows/calendars/cn.yaml"));

/// What to count.
#[derive(Debug, Args)]
pub struct Due {
    /// The day or instant of the event: 2025-09-30, 2025-09-30T16:50 or 2025-09-30T16:50:00+08:00
    #[arg(long)]
    from: String,
    /// How long: "3 workdays", "30 days", "24 hours", "4 workhours", "3 months", "{before_day: 10, of: next_month}"
    #[arg(long)]
    limit: String,
    /// An interval that does not count, A..B: A is not counted, B is counted again; A.. is still open
    #[arg(long = "pause", value_name = "A..B")]
    pauses: Vec<String>,
    /// Where the last of calendar days or months goes when it is a rest day
    #[arg(long, value_enum, default_value = "rest_day")]
    roll: RollName,
    /// A calendar file instead of the shipped one
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Prints every day or interval, counted or not, and why (JSON always has it)
    #[arg(long)]
    explain: bool,
    /// `json`: one object with the deadline and its proof
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The language of the text
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// The words for [`Roll`].
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum RollName {
    /// From weekends and holidays to the next working day
    RestDay,
    /// From holidays to the day after them; weekends stay
    Holiday,
    /// It stays
    None,
}

impl RollName {
    fn roll(self) -> Roll {
        match self {
            RollName::RestDay => Roll::RestDay,
            RollName::Holiday => Roll::Holiday,
            RollName::None => Roll::None,
        }
    }
}

/// Why there is no answer.
enum Refusal {
    /// The command was called wrongly.
    Usage(Text),
    /// The calendar file has problems, already drawn.
    Calendar(String),
}

/// Prints the deadline; 1 if the calendar file is wrong, 2 if the command was called wrongly.
pub fn run(due: &Due) -> ExitCode {
    match answer(due) {
        Ok(text) => match writeln!(std::io::stdout().lock(), "{text}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => usage(&error.to_string()),
        },
        Err(Refusal::Usage(message)) => usage(message.get(due.lang.language())),
        Err(Refusal::Calendar(problems)) => {
            eprintln!("{problems}");
            ExitCode::from(1)
        }
    }
}

fn answer(due: &Due) -> Result<String, Refusal> {
    let limit = Limit::parse(&due.limit).map_err(|problem| Refusal::Usage(problem.message()))?;
    let start = point(&due.from)?;
    let pauses = due.pauses.iter().map(|text| pause(text)).collect::<Result<Vec<_>, _>>()?;
    let pauses = Pauses::new(pauses).map_err(|problem| Refusal::Usage(problem.message()))?;
    let calendar = load(due)?;
    let rule = ClockRule { limit, roll: due.roll.roll() };
    let run = ClockRun { pauses, ..ClockRun::new(start) };
    let deadline = clock::deadline(&rule, &run, &calendar);
    let language = due.lang.language();
    Ok(match due.format {
        Format::Json => as_json(&rule, &run, &calendar, &deadline, language).to_string(),
        Format::Text => as_text(due, &calendar, &deadline, language),
    })
}

/// A date (its first instant), a local time (+08:00) or an instant with its offset.
fn point(text: &str) -> Result<Instant, Refusal> {
    let text = text.trim();
    let local = |time: DateTime| {
        let since_midnight = time.time().duration_since(jiff::civil::Time::midnight());
        i64::try_from(since_midnight.as_millis()).ok().map(|ms| Instant::start_of(time.date()).plus(ms))
    };
    let has_offset = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
    let instant = if text.contains('[') {
        None
    } else if has_offset {
        text.parse::<jiff::Timestamp>().ok().map(|stamp| Instant(stamp.as_millisecond()))
    } else if text.len() > 10 {
        text.parse::<DateTime>().ok().and_then(local)
    } else {
        text.parse::<Date>().ok().map(Instant::start_of)
    };
    // Four-digit years that people mean; far beyond them arithmetic would reach the end of the calendar.
    instant.filter(|instant| (1900..=2199).contains(&instant.date().year())).ok_or_else(|| {
        let word: String = text.chars().take(40).collect();
        Refusal::Usage(Text::new(
            format!("“{word}”不是日期或时间；请写 2025-09-30、2025-09-30T16:50 或 2025-09-30T16:50:00+08:00"),
            format!("`{word}` is no date or time; write 2025-09-30, 2025-09-30T16:50 or 2025-09-30T16:50:00+08:00"),
        ))
    })
}

fn pause(text: &str) -> Result<Pause, Refusal> {
    let Some((from, to)) = text.split_once("..") else {
        let word: String = text.chars().take(40).collect();
        return Err(Refusal::Usage(Text::new(
            format!("中止“{word}”应写成 A..B，例如 2025-09-25..2025-09-29"),
            format!("the pause `{word}` must be A..B, such as 2025-09-25..2025-09-29"),
        )));
    };
    let to = if to.trim().is_empty() { None } else { Some(point(to)?) };
    Ok(Pause { kind: String::new(), from: point(from)?, to })
}

/// The calendar that is named, or the shipped one.
fn load(due: &Due) -> Result<Calendar, Refusal> {
    let source = match &due.calendar {
        None => Ok(Source::new(SHIPPED.0, SHIPPED.1)),
        Some(path) => {
            let named = |error: std::io::Error| Refusal::Usage(Text::same(format!("{}: {error}", path.display())));
            let mut bytes = Vec::new();
            let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
            let file = std::fs::File::open(path).map_err(named)?;
            file.take(limit).read_to_end(&mut bytes).map_err(named)?;
            Source::from_bytes(path.display().to_string(), &bytes)
        }
    };
    let language = due.lang.language();
    let draw = |problems: &[Problem], text: &str| {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        Refusal::Calendar(errors.map(|problem| render(problem, text, language)).collect::<Vec<_>>().join("\n"))
    };
    let source = source.map_err(|problem| draw(&[*problem], ""))?;
    let problems = Problems::new();
    let calendar = calendar::read(File { source: &source, problems: &problems });
    calendar.ok_or_else(|| draw(&problems.into_vec(), &source.text))
}

fn as_json(rule: &ClockRule, run: &ClockRun, calendar: &Calendar, deadline: &Deadline, language: Language) -> Json {
    let paused = match &deadline.due {
        DueAt::At { .. } => Json::Null,
        DueAt::Paused { since, left_ms, .. } => json!({ "since": since.to_string(), "left_ms": left_ms }),
    };
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    json!({
        "from": run.started_at.to_string(),
        "limit": rule.limit.to_string(),
        "roll": rule.roll.word(),
        "calendar": {
            "name": calendar.name(),
            "version": calendar.version(),
            "first_covered": date(calendar.first_covered()),
            "last_covered": date(calendar.last_covered()),
        },
        "due_on": date(deadline.due_on()),
        "due_at": deadline.due_at().map(|at| at.to_string()),
        "provisional": deadline.provisional,
        "paused": paused,
        "proof": deadline.lines.iter().map(|line| line_json(line, language)).collect::<Vec<_>>(),
        "text": deadline.text().get(language),
    })
}

/// One line of the proof: days with both ends included, or a time whose end is not.
fn line_json(line: &ProofLine, language: Language) -> Json {
    let (unit, from, to) = match line.stretch {
        Stretch::Days { from, to } => ("days", from.to_string(), Some(to.to_string())),
        Stretch::Time { from, to } => ("time", from.to_string(), to.map(|to| to.to_string())),
    };
    json!({
        "unit": unit,
        "from": from,
        "to": to,
        "counted": line.is_counted(),
        "counted_ms": line.counted_ms,
        "sum_ms": line.sum_ms,
        "reason": line.reason.code(),
        "assumed": line.assumed,
        "text": line.text().get(language),
    })
}

fn as_text(due: &Due, calendar: &Calendar, deadline: &Deadline, language: Language) -> String {
    let mut lines = vec![deadline.text().get(language).to_owned()];
    if let Some(at) = deadline.due_at() {
        lines.push(Text::new(format!("自 {at} 起逾期"), format!("late from {at} on")).get(language).to_owned());
    }
    if due.explain {
        let proof = deadline.lines.iter().map(|line| format!("  {}", line.text().get(language)));
        lines.extend(proof);
        let covered = calendar.last_covered().map_or_else(|| "–".to_owned(), |date| date.to_string());
        let (name, version) = (calendar.name(), calendar.version());
        let used = Text::new(
            format!("日历 {name}，版本 {version}，数据至 {covered}"),
            format!("calendar {name}, version {version}, data to {covered}"),
        );
        lines.push(used.get(language).to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
