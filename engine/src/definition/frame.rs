//! The top of a process file: name, title, dates, parties, messages, texts, doors. It must never look into a state.

use std::collections::{BTreeMap, BTreeSet};

use super::clocks::{LATE, ROLLS};
use super::draft::{
    Draft, DraftDoor, DraftParty, DraftReach, DraftTransition, DraftTrigger, Env, Frame, Kind, PartyIs, Place, Placed,
    ROOT, Target,
};
use super::library::{FileKind, Library, Parsed};
use super::model::{Assignee, DocumentText, Effects, MessageDefinition, NoticeText, Tone};
use super::states::Lowered;
use super::words::both;
use crate::source::{Node, Problems, Reader, Span, brief};
use crate::text::Text;

/// Words in braces that a notice may contain; anything else could carry personal values.
const PLACEHOLDERS: &[&str] = &["number", "title", "item", "due", "office", "link"];

/// What may be written behind `tone`.
const TONES: &[(&str, Tone)] = &[("plain", Tone::Plain), ("quiet", Tone::Quiet)];

/// The hidden state before a door was opened.
pub(super) const START: &str = "#start";

impl<'a> Draft<'a> {
    /// Lowers one process file with everything it uses. Problems are collected; the draft may have holes.
    pub fn lower(library: &'a Library, process: &'a Parsed, problems: &'a Problems) -> Draft<'a> {
        let mut draft = Draft {
            library,
            problems,
            frame: Frame::default(),
            parties: BTreeMap::new(),
            unique: None,
            fixed: BTreeMap::new(),
            links: BTreeMap::new(),
            errands: BTreeMap::new(),
            sites: BTreeMap::new(),
            records: BTreeMap::new(),
            guide: None,
            quotas: BTreeMap::new(),
            envs: Vec::new(),
            states: Vec::new(),
            transitions: Vec::new(),
            clocks: Vec::new(),
            items: Vec::new(),
            groups: BTreeMap::new(),
            holds: Vec::new(),
            carries: Vec::new(),
            doors: Vec::new(),
            forms: BTreeMap::new(),
            notices: BTreeMap::new(),
            documents: BTreeMap::new(),
            offices: Vec::new(),
            used: BTreeSet::new(),
            expanding: Vec::new(),
        };
        draft.used.insert(&process.source.path);
        draft.envs.push(Env {
            source: &process.source,
            base: ROOT,
            prefix: String::new(),
            inputs: BTreeMap::new(),
            item: None,
            row: None,
        });
        let file = draft.file(0);
        if let Some(reader) = file.map(&process.node, both("流程文件", "process file")) {
            draft.lower_process(&reader);
            reader.finish();
        }
        draft
    }

    fn lower_process(&mut self, reader: &Reader<'a>) {
        reader.require(&["process"]);
        self.frame.name = reader.text("process").unwrap_or_default().to_owned();
        self.frame.title = reader.localized("title").unwrap_or_else(|| Text::same(&self.frame.name));
        self.frame.basis = reader.text("basis").unwrap_or_default().to_owned();
        self.frame.tone = reader.choice("tone", TONES).unwrap_or_default();
        if let Some(words) = reader.map("effective", both("生效日期", "effective")) {
            self.frame.effective.from = words.date("from");
            self.frame.effective.to = words.date("to");
            words.finish();
        }
        self.lower_time(reader);
        self.lower_parties(reader);
        self.lower_sites(reader);
        if let Some((text, span)) = reader.text_at("lead") {
            self.frame.lead = self.assignee(text, Place { env: 0, span });
        }
        self.lower_messages(reader);
        self.lower_variables(reader);
        self.lower_texts(reader);
        self.lower_shared_texts();
        self.lower_fixed(reader);
        self.lower_records(reader);
        self.lower_unique(reader);
        self.lower_guide(reader);
        self.lower_quotas(reader);
        let root = self.add_state(None, "", Kind::Plain, 0, reader.span());
        self.states[root].title = self.frame.title.clone();
        let lowered = Lowered { state: root, body: root };
        self.lower_clocks(root, 0, reader);
        self.lower_initial(root, 0, reader);
        self.lower_links(reader);
        self.lower_doors(reader);
        self.lower_actions(root, 0, reader);
        self.lower_on(root, 0, reader);
        self.lower_always(root, 0, reader);
        self.lower_after(root, 0, reader);
        reader.require(&["states"]);
        self.lower_states(lowered, 0, reader);
    }

    fn lower_time(&mut self, reader: &Reader<'a>) {
        if let Some(words) = reader.map("time", both("时间规则", "time")) {
            words.require(&["calendar", "roll"]);
            self.frame.calendar = words.text("calendar").unwrap_or("none").to_owned();
            self.frame.roll = words.choice("roll", ROLLS);
            words.text("basis");
            if let (Some(known), Some((name, span))) = (&self.library.calendars, words.text_at("calendar"))
                && name != "none"
                && !known.contains_key(name)
            {
                let message =
                    both(format!("没有日历 `{}`", brief(name)), format!("there is no calendar `{}`", brief(name)));
                let problem = self.error("E0547", 0, span, message).cure(
                    "日历放在 workflows/calendars/；不数工作日的流程写 none。",
                    "Calendars live in workflows/calendars/; a process without working days writes `none`.",
                );
                self.problems.push(problem.suggest(crate::source::closest(name, known.keys().map(String::as_str))));
            }
            words.finish();
        }
        self.frame.late = reader.choice("late", LATE).unwrap_or_default();
    }

    fn lower_parties(&mut self, reader: &Reader<'a>) {
        // Who opens a door is the applicant, whether or not the file says more about them.
        let applicant = DraftParty {
            name: "applicant".to_owned(),
            title: both("申请人", "applicant"),
            is: None,
            silent: false,
            silent_while: None,
            optional: false,
        };
        self.parties.insert("applicant".to_owned(), applicant);
        for entry in reader.entries_of("parties") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("当事人", "party")) else { continue };
            let party = DraftParty {
                name: name.to_owned(),
                title: words.localized("title").unwrap_or_else(|| Text::same(name)),
                is: words.optional("is").map(|node| PartyIs::Written(Placed { node, env: 0 })),
                silent: words.flag("silent").unwrap_or(false),
                silent_while: words.optional("silent_while").map(|node| Placed { node, env: 0 }),
                optional: words.flag("optional").unwrap_or(false),
            };
            words.finish();
            self.parties.insert(name.to_owned(), party);
        }
    }

    fn lower_messages(&mut self, reader: &Reader<'a>) {
        for entry in reader.entries_of("messages") {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("消息", "message")) else { continue };
            let from = words.texts("from").into_iter().map(|(text, _)| text.to_owned()).collect();
            let form = words.optional("form").and_then(|node| self.form(0, node));
            words.finish();
            self.frame.messages.insert(name.to_owned(), MessageDefinition { name: name.to_owned(), from, form });
        }
    }

    /// `documents` and `notices` of this file; what is known already wins.
    pub fn lower_texts(&mut self, reader: &Reader<'a>) {
        let file = reader.file();
        for entry in reader.entries_of("documents") {
            if let Some(title) = file.localized(&entry.value) {
                self.frame.documents.entry(entry.key.clone()).or_insert(DocumentText { title });
            }
        }
        for entry in reader.entries_of("notices") {
            let Some(words) = file.map(&entry.value, both("通知文本", "notice")) else { continue };
            words.require(&["subject", "body"]);
            let (subject, body) = (words.localized("subject"), words.localized("body"));
            for (text, key) in [(&subject, "subject"), (&body, "body")] {
                if let Some(text) = text {
                    let span = words.optional(key).map_or(entry.key_span, |node| node.span);
                    check_placeholders(file, text, span);
                }
            }
            words.finish();
            let text = NoticeText { subject: subject.unwrap_or_default(), body: body.unwrap_or_default() };
            self.frame.notices.entry(entry.key.clone()).or_insert(text);
        }
    }

    fn lower_shared_texts(&mut self) {
        let library: &'a Library = self.library;
        for shared in library.of_kind(FileKind::Texts) {
            let file = crate::source::File { source: &shared.source, problems: self.problems };
            let Some(reader) = file.map(&shared.node, both("文本文件", "texts file")) else { continue };
            reader.optional("texts");
            self.lower_texts(&reader);
            reader.finish();
            self.used.insert(&shared.source.path);
        }
    }

    fn lower_doors(&mut self, reader: &Reader<'a>) {
        let entries = reader.entries_of("start");
        if entries.is_empty() {
            return;
        }
        let start = self.add_state(Some(ROOT), START, Kind::Plain, 0, reader.key_span("start"));
        self.states[start].made = true;
        self.states[ROOT].initial = vec![Target::State(start)];
        for entry in entries {
            let Some(name) = self.file(0).identifier(&entry.key, entry.key_span) else { continue };
            let Some(words) = self.file(0).map(&entry.value, both("入口", "door")) else { continue };
            words.require(&["to"]);
            let linked = words.optional("by").and_then(Node::as_text) == Some(super::links::PROCESS);
            let by = words.optional("by").filter(|_| !linked);
            let by = by.map(|node| self.assignees(0, node)).unwrap_or_default();
            let schedule = self.schedule(&words);
            let nobody = by.is_empty() && !linked && schedule.is_none();
            let message = self.door_message(&words, entry.key_span, nobody);
            let mut form = words.optional("form").and_then(|node| self.form(0, node));
            if form.is_none() {
                form = message.as_ref().and_then(|message| self.frame.messages.get(message)?.form.clone());
            }
            let fills = words.optional("fills").and_then(|node| self.form(0, node));
            let event = format!("start.{name}");
            let party = by.iter().find_map(|by| match by {
                Assignee::Party(party) => Some(party.clone()),
                Assignee::Office(_) | Assignee::Role(_) | Assignee::Site { .. } => None,
            });
            let refuse = self.refusals(0, &words);
            let region = words.optional("region").map(|node| Placed { node, env: 0 });
            let targets = self.targets(0, &words);
            let mut effects = self.effects(0, &words);
            effects.records = self.record_names(0, &words);
            let transition = self.add_door_way(start, &event, targets, effects, name, entry.key_span);
            self.lower_errands(transition, 0, &words);
            let title = words.localized("title").unwrap_or_else(|| Text::same(name));
            words.finish();
            let name = name.to_owned();
            self.doors.push(DraftDoor {
                name,
                title,
                by,
                linked,
                schedule,
                message,
                form,
                fills,
                event,
                transition,
                party,
                refuse,
                region,
            });
        }
    }

    fn add_door_way(
        &mut self,
        source: usize,
        event: &str,
        targets: Vec<Target<'a>>,
        effects: Effects,
        label: &str,
        span: Span,
    ) -> usize {
        self.add_transition(DraftTransition {
            source,
            trigger: DraftTrigger::Addressed(event.to_owned()),
            guards: Vec::new(),
            targets,
            reach: DraftReach::Local,
            actions: Vec::new(),
            effects,
            env: 0,
            span,
            made: false,
            label: label.to_owned(),
        })
    }

    fn door_message(&mut self, words: &Reader<'a>, span: Span, nobody: bool) -> Option<String> {
        let message = words.text_at("message");
        if message.is_none() == nobody {
            let text = both("入口要写 `by` 或 `message` 之一", "a door needs either `by` or `message`");
            self.problems.push(self.error("E0548", 0, span, text).cure(
                "由人打开写 `by: 谁`，由其他系统打开写 `message: 消息名`。",
                "`by: who` where a person opens it, `message: name` where another system does.",
            ));
        }
        let (name, span) = message?;
        if !self.frame.messages.contains_key(name) {
            let text = both(format!("没有消息 `{}`", brief(name)), format!("there is no message `{}`", brief(name)));
            let problem =
                self.error("E0549", 0, span, text).cure("在 messages 中声明它。", "Declare it under `messages`.");
            let names = self.frame.messages.keys().map(String::as_str);
            self.problems.push(problem.suggest(crate::source::closest(name, names)));
        }
        Some(name.to_owned())
    }
}

/// Only what a stranger may read stands in a notice.
fn check_placeholders(file: crate::source::File<'_>, text: &Text, span: Span) {
    for language in [&text.zh, &text.en] {
        for part in language.split('{').skip(1) {
            let Some((word, _)) = part.split_once('}') else { continue };
            if PLACEHOLDERS.contains(&word) {
                continue;
            }
            let message = both(
                format!("通知中不能有 {{{}}}", brief(word)),
                format!("a notice cannot contain {{{}}}", brief(word)),
            );
            let listed = PLACEHOLDERS.iter().map(|word| format!("{{{word}}}")).collect::<Vec<_>>().join(" ");
            file.push(
                crate::source::Problem::error("E0550", file.source, span, message)
                    .cause(
                        "通知会被旁人看到，不能带个人信息。",
                        "Others may read a notice, so it carries no personal values.",
                    )
                    .cure(format!("只能用 {listed}。"), format!("Use only {listed}."))
                    .suggest(crate::source::closest(word, PLACEHOLDERS.iter().copied())),
            );
        }
    }
}
