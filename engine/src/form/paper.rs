//! Papers among answers: how one is given decides how far it is trusted, and what was uploaded must be there, of a kind and
//! length that the form takes. It must never believe a page about a file: only its id is read.

use std::collections::{BTreeMap, BTreeSet};

use super::given::{self, Given};
use super::read::{Map, Taking};
use super::scalar::advice;
use super::{Field, Trust, Upload, normalise};
use crate::value::Value;

/// Files that one paper may consist of.
const FILES_MAX: usize = 50;

impl Taking<'_> {
    /// A paper as it was sent.
    pub fn file(&mut self, field: &Field, wanted: (Trust, &[String], u32), given: &Given, path: &str) -> Option<Value> {
        let (trust, media, most) = wanted;
        let at = |key: &str| given.below.get(key).and_then(Given::text).map(normalise::line);
        let files = ids(given);
        let how = at("how").or_else(|| (!files.is_empty()).then(|| "upload".to_owned()))?;
        let Some(grade) = Trust::of(&how, self.context.staff) else {
            let zh = "请上传，或由窗口核对原件";
            let en = "should be uploaded, or shown at the counter";
            self.findings.problem(path, advice("file.how", &field.title, zh, en));
            return None;
        };
        if grade > trust {
            let zh = "不能只作承诺，请上传或到窗口核对原件";
            let zh = if grade == Trust::D { zh } else { "需要核对原件，请带到窗口" };
            let en = "needs more than this: upload it or show the original at the counter";
            self.findings.problem(path, advice("file.trust", &field.title, zh, en));
            return None;
        }
        let mut values = Map::from([
            ("how".to_owned(), Value::Text(how)),
            ("trust".to_owned(), Value::Text(grade.word().to_owned())),
        ]);
        // What was uploaded stays with a paper whose original was seen afterwards.
        if grade == Trust::C || (grade == Trust::B && !files.is_empty()) {
            let uploads = self.uploads(field, path, &files, at("name"))?;
            self.fits(field, path, media, most, &uploads);
            let pages = uploads.iter().fold(0_u32, |sum, upload| sum.saturating_add(upload.pages));
            values.insert("pages".to_owned(), Value::Int(pages.into()));
            let name = uploads.first().map(|upload| upload.name.clone()).unwrap_or_default();
            values.insert("name".to_owned(), Value::Text(name));
            let list = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
            if !files.is_empty() {
                values.insert("files".to_owned(), list(files));
                // The commitment in the log covers them: what was handed in cannot be exchanged afterwards.
                let hashes: Vec<String> = uploads.into_iter().map(|upload| upload.hash).collect();
                if hashes.iter().all(|hash| !hash.is_empty()) {
                    values.insert("hashes".to_owned(), list(hashes));
                }
            }
        }
        (!self.findings.problems.contains_key(path)).then_some(Value::Map(values))
    }

    /// Kinds and length are what the form takes.
    fn fits(&mut self, field: &Field, path: &str, media: &[String], most: u32, uploads: &[Upload]) {
        if uploads.iter().any(|upload| !media.contains(&upload.media)) {
            let (zh, en) = (
                format!("应为 {} 文件，请转换后再上传", media.join("、")),
                format!("should be a file of {}; convert it and upload it again", media.join(", ")),
            );
            self.findings.problem(path, advice("file.media", &field.title, &zh, &en));
        }
        if uploads.iter().map(|upload| u64::from(upload.pages)).sum::<u64>() > u64::from(most) {
            let (zh, en) =
                (format!("最多 {most} 页，请去掉多余的页"), format!("may have at most {most} pages; take some out"));
            self.findings.problem(path, advice("file.pages", &field.title, &zh, &en));
        }
    }

    fn uploads(&mut self, field: &Field, path: &str, files: &[String], name: Option<String>) -> Option<Vec<Upload>> {
        let found: Option<Vec<Upload>> = match (self.context.files, name) {
            (Some(_), _) if files.is_empty() || files.len() > FILES_MAX => None,
            (Some(known), _) => files.iter().map(|id| known.get(id).cloned()).collect(),
            (None, name) => name.or_else(|| files.first().cloned()).map(|name| vec![named(name)]),
        };
        if found.is_none() {
            let zh = "没有收到文件，请重新上传";
            let en = "did not arrive; upload it again";
            self.findings.problem(path, advice("file.missing", &field.title, zh, en));
        }
        found
    }
}

/// Ids in the order of the pages, each once.
fn ids(given: &Given) -> Vec<String> {
    let texts = given.below.get("files").map_or(&[][..], |files| &files.texts);
    let mut ids: Vec<String> = Vec::new();
    for text in texts.iter().filter(|text| !given::says_nothing(text)).map(|text| normalise::line(text)) {
        if !ids.contains(&text) {
            ids.push(text);
        }
    }
    ids
}

/// A file of a story, of which only the name is told.
fn named(name: String) -> Upload {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let media = if ending == "jpeg" { "jpg".to_owned() } else { ending };
    Upload { name, media, pages: 1, ..Upload::default() }
}

/// Ids of every uploaded file that answers hold.
pub fn file_ids(values: &Value) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut waiting = vec![values];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Map(map) => {
                if map.contains_key("how")
                    && let Some(Value::List(files)) = map.get("files")
                {
                    ids.extend(files.iter().filter_map(Value::as_text).map(str::to_owned));
                }
                waiting.extend(map.values());
            }
            Value::List(list) => waiting.extend(list),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Money(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Instant(_) => {}
        }
    }
    ids
}

/// Uploaded files by id that may be used.
pub type Uploads = BTreeMap<String, Upload>;
