//! `records`: facts that other cases may ask for. Here a file's words are read; what a key may be made of and where
//! `recorded()` may be asked is checked in `checks/records.rs`. It must never evaluate a key.

use super::draft::{Draft, DraftRecord, EnvIndex, Placed};
use super::model::{Lasts, unique_record};
use super::words::both;
use crate::source::{Content, Reader, Span, brief, closest};

impl<'a> Draft<'a> {
    /// `records: {name: {key: […], lasts: open}}` of a process.
    pub fn lower_records(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("records") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("登记", "record")) else { continue };
            words.require(&["lasts"]);
            let keys = self.keys(&words, entry.key_span);
            let lasts = words.text_at("lasts").and_then(|(text, span)| self.lasts(text, span));
            words.finish();
            let lasts = lasts.unwrap_or(Lasts::Open);
            self.records.insert(name.to_owned(), DraftRecord { keys, lasts });
        }
    }

    /// `unique: {key: …}`, which the database itself keeps, or `{keys: […]}`, which is a record of the process.
    pub fn lower_unique(&mut self, reader: &Reader<'a>) {
        let Some(words) = reader.map("unique", both("唯一性", "unique")) else { return };
        if words.has("keys") {
            let record = DraftRecord { keys: self.keys(&words, reader.key_span("unique")), lasts: Lasts::Open };
            self.records.insert(unique_record(&self.frame.name), record);
        } else {
            words.require(&["key"]);
            self.unique = words.optional("key").map(|node| Placed { node, env: 0 });
        }
        words.finish();
    }

    /// `key: […]`, or `keys: [[…], […]]` of which any finds it.
    fn keys(&self, words: &Reader<'a>, span: Span) -> Vec<Vec<Placed<'a>>> {
        let file = self.file(0);
        let parts = |node| file.one_or_many(node).into_iter().map(|node| Placed { node, env: 0 }).collect::<Vec<_>>();
        let several: Vec<Vec<Placed<'a>>> = words.one_or_many("keys").into_iter().map(parts).collect();
        let one = words.optional("key").map(parts);
        let (given, keys) = match one {
            Some(one) => (several.is_empty(), vec![one]),
            None => (!several.is_empty(), several),
        };
        let even = keys.iter().all(|key| !key.is_empty() && Some(key.len()) == keys.first().map(Vec::len));
        if !given || !even {
            let message = both("键写得不对", "the keys are not well formed");
            self.problems.push(
                self.error("E0645", 0, span, message)
                    .cause(
                        "一个键写 `key: […]`；几个键中任何一个都能找到的，写 `keys: [[…], […]]`，每个键项数相同。",
                        "One key is `key: […]`; several of which any finds it are `keys: [[…], […]]`, each with as many parts.",
                    )
                    .cure(
                        "例如 keys: [[answers.booking.applicant.id_number], [answers.booking.partner.id_number]]。",
                        "Such as keys: [[answers.booking.applicant.id_number], [answers.booking.partner.id_number]].",
                    ),
            );
        }
        keys
    }

    fn lasts(&self, text: &str, span: Span) -> Option<Lasts> {
        let found = match text.split_once(' ') {
            None if text == "open" => Some(Lasts::Open),
            None if text == "ever" => Some(Lasts::Ever),
            Some((count, "day" | "days")) => count.parse().ok().filter(|days| *days > 0).map(Lasts::Days),
            None | Some(_) => None,
        };
        if found.is_none() {
            let message = both(
                format!("“{}”不是登记的期限", brief(text)),
                format!("`{}` does not say how long a record lasts", brief(text)),
            );
            self.problems.push(self.error("E0642", 0, span, message).cure(
                "写 open（写下它的办件未办结时有效）、ever（一直有效）或天数，例如 30 days。",
                "Write `open` (while the case that wrote it is open), `ever`, or days, such as `30 days`.",
            ));
        }
        found
    }

    /// `record: name` of a transition or a door: one name or several.
    pub fn record_names(&mut self, env: EnvIndex, reader: &Reader<'a>) -> Vec<String> {
        let Some(node) = reader.optional("record") else { return Vec::new() };
        let mut found = Vec::new();
        for placed in self.values(env, node) {
            // A list inside a list is no name; `text` says so.
            let Content::Scalar { .. } = placed.node.content else {
                self.file(placed.env).text(placed.node);
                continue;
            };
            let Some(name) = self.file(placed.env).text(placed.node) else { continue };
            if self.records.contains_key(name) {
                found.push(name.to_owned());
                continue;
            }
            let names = self.records.keys().map(String::as_str);
            let message = both(format!("没有登记 `{}`", brief(name)), format!("there is no record `{}`", brief(name)));
            let problem = self.error("E0640", placed.env, placed.node.span, message).cure(
                "在流程文件的 records 中声明它：键和期限。",
                "Declare it under `records` of the process: its key and how long it lasts.",
            );
            self.problems.push(problem.suggest(closest(name, names)));
        }
        found
    }
}
