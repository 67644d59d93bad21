//! `onething sample`: draws a random sample again, from a list and a seed, or proves from the log of a case that what was
//! drawn there is what the seed draws. It must never draw a new one, nor write anything.

use super::{Lang, on_runtime, usage};
use clap::Args;
use onething_engine::event::{Draw, Event};
use onething_engine::sample::{self, Share};
use onething_engine::store::{self, ErrandKey, GatheredRow, Kind, Store, StoreError};
use onething_engine::text::{Language, Text};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::ExitCode;

/// A list is read up to so many bytes.
const LIST_MAX: u64 = 64 * 1024 * 1024;

/// What is drawn again.
#[derive(Debug, Args)]
pub struct Sample {
    /// The seed, exactly as it was recorded; the list comes from standard input, one number on each line
    #[arg(long, requires = "percent", conflicts_with_all = ["store", "case"])]
    seed: Option<String>,
    /// Per cent of the list, rounded up
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=100))]
    percent: Option<u32>,
    /// But at least so many
    #[arg(long, default_value_t = 0)]
    least: u32,
    /// The database in which the case is: sqlite:PATH or postgres://…
    #[arg(long, env = "ONETHING_STORE", requires = "case")]
    store: Option<String>,
    /// Number of the case that gathered the list
    #[arg(requires = "store")]
    case: Option<String>,
    /// The language of the text
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Prints the numbers that are drawn; 1 if the log and the list do not agree, 2 if the command was called wrongly.
pub fn run(asked: &Sample) -> ExitCode {
    let language = asked.lang.language();
    match (&asked.seed, asked.percent, &asked.store, &asked.case) {
        (Some(seed), Some(percent), _, _) => from_list(seed, Share { percent, least: asked.least }, language),
        (_, _, Some(store), Some(case)) => on_runtime(from_log(store, case, language)),
        (_, _, _, _) => usage(
            Text::new(
                "写 --seed 和 --percent（名单从标准输入读），或者 --store 和办件编号",
                "give --seed and --percent, with the list on standard input, or --store and the number of a case",
            )
            .get(language),
        ),
    }
}

fn from_list(seed: &str, share: Share, language: Language) -> ExitCode {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().lock().take(LIST_MAX).read_to_string(&mut text) {
        return usage(&error.to_string());
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let list: BTreeSet<&str> = lines.iter().copied().collect();
    if list.len() < lines.len() {
        let twice = Text::new("名单里有重复的编号", "a number stands in the list twice");
        eprintln!("onething: {}", twice.get(language));
        return ExitCode::from(1);
    }
    let numbers: Vec<&str> = list.into_iter().collect();
    let drawn = sample::draw(seed, &numbers, share);
    let (of, checksum, count) = (numbers.len(), sample::checksum(numbers.iter().copied()), drawn.len());
    let told = Text::new(
        format!("名单 {of} 件，校验和 {checksum}；抽取 {count} 件"),
        format!("{of} numbers, checksum {checksum}; {count} drawn"),
    );
    eprintln!("{}", told.get(language));
    print(drawn.into_iter().map(|at| numbers[at]))
}

fn print<'n>(numbers: impl Iterator<Item = &'n str>) -> ExitCode {
    let mut out = std::io::stdout().lock();
    for number in numbers {
        if let Err(error) = writeln!(out, "{number}") {
            return usage(&error.to_string());
        }
    }
    ExitCode::SUCCESS
}

/// A list as the log of a case says it was.
struct Recorded {
    errand: u32,
    of: u32,
    list: String,
    draw: Option<Draw>,
}

async fn from_log(address: &str, number: &str, language: Language) -> ExitCode {
    match prove(address, number, language).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("onething: {error}");
            ExitCode::from(1)
        }
    }
}

async fn prove(address: &str, number: &str, language: Language) -> Result<ExitCode, StoreError> {
    let gone = address.strip_prefix("sqlite:").filter(|path| !std::path::Path::new(path).exists());
    if let Some(path) = gone {
        // Opening would make an empty one.
        return Ok(usage(&format!("{path}: {}", Text::new("没有这个文件", "there is no such file").get(language))));
    }
    let store = match store::open(address, Kind::Live).await {
        Err(StoreError::Refused(_)) => store::open(address, Kind::Demo).await?,
        opened => opened?,
    };
    let lists = match store.case_by_number(number).await? {
        Some(id) => lists(&*store, id).await?,
        None => Vec::new(),
    };
    if lists.is_empty() {
        let none = Text::new(format!("办件 {number} 没有汇集过名单"), format!("the case {number} gathered no list"));
        eprintln!("onething: {}", none.get(language));
        return Ok(ExitCode::from(1));
    }
    for (recorded, rows) in lists {
        if let Err(wrong) = agree(&recorded, &rows) {
            eprintln!("onething: {}", wrong.get(language));
            return Ok(ExitCode::from(1));
        }
        let (of, list) = (recorded.of, &recorded.list);
        let drawn = recorded.draw.as_ref().map_or_else(Text::default, |draw| {
            let (seed, percent, least) = (&draw.seed, draw.share.percent, draw.share.least);
            Text::new(
                format!("；种子 {seed}，{percent}%，至少 {least} 件，重新抽取结果一致"),
                format!("; seed {seed}, {percent}%, at least {least}, drawn again with the same result"),
            )
        });
        let told = Text::new(
            format!("名单 {of} 件，校验和 {list} 一致{}", drawn.zh),
            format!("{of} numbers, checksum {list} agrees{}", drawn.en),
        );
        eprintln!("{}", told.get(language));
        let printed = print(rows.iter().filter(|row| row.chosen).map(|row| row.number.as_str()));
        if printed != ExitCode::SUCCESS {
            return Ok(printed);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The lists of a case, as its log and the table beside it hold them.
async fn lists(
    store: &dyn Store,
    id: onething_engine::case::CaseId,
) -> Result<Vec<(Recorded, Vec<GatheredRow>)>, StoreError> {
    let mut found = Vec::new();
    for envelope in store.history(id).await? {
        let Some(Event::MembersFrozen { errand, of, list, draw, .. }) = envelope.event() else { continue };
        let rows = store.gathered(ErrandKey { case_id: id, errand }, 0, u32::MAX, true).await?;
        found.push((Recorded { errand, of, list, draw }, rows));
    }
    Ok(found)
}

/// Does the list give the checksum of the log, and the seed of the log those that were told?
fn agree(recorded: &Recorded, rows: &[GatheredRow]) -> Result<(), Text> {
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let errand = recorded.errand;
    if numbers.len() != recorded.of as usize || sample::checksum(numbers.iter().copied()) != recorded.list {
        return Err(Text::new(
            format!("第 {errand} 号名单与记录的校验和不一致：名单被改动过"),
            format!("list {errand} does not give the checksum that was recorded: it was changed"),
        ));
    }
    let again: Vec<usize> = match &recorded.draw {
        Some(draw) => sample::draw(&draw.seed, &numbers, draw.share),
        None => (0..rows.len()).collect(),
    };
    let chosen: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| row.chosen).map(|(at, _)| at).collect();
    if again != chosen {
        return Err(Text::new(
            format!("第 {errand} 号名单抽中的与种子重新抽取的不一致"),
            format!("list {errand}: those that were drawn are not those that the seed draws"),
        ));
    }
    Ok(())
}
