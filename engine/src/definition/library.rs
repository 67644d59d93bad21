//! All files of a folder by what they are, parsed once: processes, fragments, texts, forms and the data around them.
//! It must never read a file; it is handed texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::words::both;
use crate::calendar::{self, Calendar};
use crate::form::{self, Form};
use crate::organisation::{self, Organisation};
use crate::parameter::{self, Parameters};
use crate::source::{Entry, File, Node, Problems, Source, Span};
use crate::table::{self, Tables};

/// What a file is, by its first key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `process:`
    Process,
    /// `fragment:`
    Fragment,
    /// `form:`
    Form,
    /// `texts:`
    Texts,
    /// `story:`
    Story,
    /// `organisation:`
    Organisation,
    /// `calendar:`
    Calendar,
    /// `parameters:`
    Parameters,
    /// `table:`
    Table,
}

/// First keys and what they say.
const KINDS: &[(&str, FileKind)] = &[
    ("process", FileKind::Process),
    ("fragment", FileKind::Fragment),
    ("form", FileKind::Form),
    ("texts", FileKind::Texts),
    ("story", FileKind::Story),
    ("organisation", FileKind::Organisation),
    ("calendar", FileKind::Calendar),
    ("parameters", FileKind::Parameters),
    ("parameter", FileKind::Parameters),
    ("tables", FileKind::Parameters),
    ("table", FileKind::Table),
];

/// A file with its tree.
#[derive(Debug)]
pub struct Parsed {
    /// The file.
    pub source: Source,
    /// Its tree.
    pub node: Node,
    /// What it is.
    pub kind: FileKind,
    /// What its first key calls it.
    pub name: String,
    /// YAML found mistakes in it, so nothing is made of it.
    pub unreadable: bool,
}

/// Every file that was given, and what was made of forms and data.
#[derive(Debug, Default)]
pub struct Library {
    /// Files that could be parsed, by path.
    pub files: Vec<Parsed>,
    /// Checked forms by name, with their file.
    pub forms: BTreeMap<String, (Arc<Form>, usize)>,
    /// Names of forms whose file has problems of its own.
    pub broken_forms: BTreeSet<String>,
    fragments: BTreeMap<String, usize>,
    /// Who there is; `None` where no such file was given, then offices are not checked.
    pub organisation: Option<Organisation>,
    /// Figures by date and place; `None` where no such file was given, then their names are not checked.
    pub parameters: Option<Parameters>,
    /// Decision tables, which stand in the files of parameters.
    pub tables: Option<Tables>,
    /// Calendars by name; `None` where no such file was given, then their names are not checked.
    pub calendars: Option<BTreeMap<String, Calendar>>,
}

impl Library {
    /// Parses every file and lowers the forms. Problems of all of them are collected.
    pub fn parse(sources: &[Source], problems: &Problems) -> Library {
        let mut library = Library::default();
        let mut sorted: Vec<&Source> = sources.iter().collect();
        sorted.sort_by(|a, b| a.path.cmp(&b.path));
        for source in sorted {
            if let Some(parsed) = parse_file(source, problems) {
                library.files.push(parsed);
            }
        }
        for index in 0..library.files.len() {
            let file = &library.files[index];
            match file.kind {
                FileKind::Form if file.unreadable => {
                    library.broken_forms.insert(file.name.clone());
                }
                FileKind::Fragment => {
                    if let Some(first) = library.fragments.get(&file.name) {
                        report_twice(problems, file, &library.files[*first]);
                    } else {
                        library.fragments.insert(file.name.clone(), index);
                    }
                }
                FileKind::Form => library.add_form(index, problems),
                FileKind::Process
                | FileKind::Texts
                | FileKind::Story
                | FileKind::Organisation
                | FileKind::Calendar
                | FileKind::Parameters
                | FileKind::Table => {}
            }
        }
        library.add_data(problems);
        library
    }

    /// Organisation, calendars and parameters: what the processes are checked against.
    fn add_data(&mut self, problems: &Problems) {
        let trees = |kind| -> Vec<(File<'_>, &Node)> {
            self.of_kind(kind).map(|file| (File { source: &file.source, problems }, &file.node)).collect()
        };
        let organisation = trees(FileKind::Organisation);
        let organisation =
            if organisation.is_empty() { None } else { organisation::lower_trees(&organisation, problems) };
        let parameters = trees(FileKind::Parameters);
        let tables = if parameters.is_empty() { None } else { table::lower_trees(&parameters, problems) };
        let parameters = if parameters.is_empty() { None } else { parameter::lower_trees(&parameters, problems) };
        let calendars: Vec<&Parsed> = self.of_kind(FileKind::Calendar).collect();
        let known = (!calendars.is_empty()).then(|| {
            let read = |file: &&Parsed| calendar::read(File { source: &file.source, problems });
            calendars.iter().filter_map(|file| Some((file.name.clone(), read(file)?))).collect()
        });
        (self.organisation, self.parameters, self.calendars) = (organisation, parameters, known);
        self.tables = tables;
        self.check_viewers(problems);
    }

    /// Whoever may see a field must be somebody: in the organisation, or a party of some process.
    fn check_viewers(&self, problems: &Problems) {
        let Some(organisation) = &self.organisation else { return };
        let named = |file: &'_ Parsed| file.node.get("parties").map(Node::entries).unwrap_or_default().to_vec();
        let named: Vec<Entry> = self.of_kind(FileKind::Process).flat_map(named).collect();
        let mut parties: BTreeSet<&str> = named.iter().map(|party| party.key.as_str()).collect();
        if self.of_kind(FileKind::Process).next().is_some() {
            parties.insert("applicant");
        }
        for file in self.of_kind(FileKind::Form) {
            form::check_viewers(File { source: &file.source, problems }, &file.node, organisation, &parties);
        }
    }

    fn add_form(&mut self, index: usize, problems: &Problems) {
        let file = &self.files[index];
        let name = file.name.clone();
        if let Some((_, first)) = self.forms.get(&name) {
            report_twice(problems, file, &self.files[*first]);
            return;
        }
        let read = form::lower_tree(File { source: &file.source, problems }, &file.node);
        match read {
            Some(form) => {
                self.forms.insert(name, (Arc::new(form), index));
            }
            None => {
                self.broken_forms.insert(name);
            }
        }
    }

    /// All files of a kind.
    pub fn of_kind(&self, kind: FileKind) -> impl Iterator<Item = &Parsed> {
        self.files.iter().filter(move |file| file.kind == kind && !file.unreadable)
    }

    /// Is there a fragment of this name whose file could not be read?
    pub fn is_broken_fragment(&self, name: &str) -> bool {
        self.fragments.get(name).is_some_and(|index| self.files[*index].unreadable)
    }

    /// A fragment by name.
    pub fn fragment(&self, name: &str) -> Option<(&Source, &Node)> {
        let file = self.fragments.get(name).map(|index| &self.files[*index])?;
        (!file.unreadable).then_some((&file.source, &file.node))
    }

    /// Names of all fragments.
    pub fn fragment_names(&self) -> impl Iterator<Item = &str> {
        self.fragments.keys().map(String::as_str)
    }

    /// A checked form by name.
    pub fn form(&self, name: &str) -> Option<&Arc<Form>> {
        self.forms.get(name).map(|(form, _)| form)
    }

    /// Has the form a field of this name at its top?
    pub fn form_has_field(&self, form: &str, field: &str) -> bool {
        self.form(form).is_some_and(|form| form.fields.iter().any(|known| known.id == field))
    }

    /// Is this a department of the organisation?
    pub fn is_department(&self, name: &str) -> bool {
        self.organisation.as_ref().is_some_and(|organisation| organisation.departments.contains_key(name))
    }

    /// Names of parameters, where their files were given.
    pub fn parameter_names(&self) -> Option<Vec<&str>> {
        self.parameters.as_ref().map(|known| known.parameters.keys().map(String::as_str).collect())
    }
}

fn parse_file(source: &Source, problems: &Problems) -> Option<Parsed> {
    // What is said about the shape of a file that YAML itself cannot read would only be noise.
    let own = Problems::new();
    let node = File { source, problems: &own }.parse();
    let unreadable = own.has_errors();
    problems.extend(own.into_vec());
    let node = node?;
    let file = File { source, problems };
    let entries = if unreadable { node.entries() } else { file.entries(&node)? };
    let found = entries
        .iter()
        .find_map(|entry| KINDS.iter().find(|(key, _)| *key == entry.key).map(|(_, kind)| (*kind, entry)));
    let Some((kind, entry)) = found else {
        if unreadable {
            return None;
        }
        let span = entries.first().map_or(Span::default(), |entry| entry.key_span);
        let message = both("看不出这是哪种文件", "this file does not say what it is");
        let names: Vec<&str> = KINDS.iter().map(|(key, _)| *key).collect();
        let first = entries.first().and_then(|entry| crate::source::closest(&entry.key, names.iter().copied()));
        problems.push(
            crate::source::Problem::error("E0500", source, span, message)
                .cure(
                    format!("第一个键写文件的种类和名称：{}。", names.join("、")),
                    format!("Begin with the kind and the name of the file: {}.", names.join(", ")),
                )
                .suggest(first),
        );
        return None;
    };
    let name = entry.value.as_text().unwrap_or_default().to_owned();
    Some(Parsed { source: source.clone(), kind, name, node, unreadable })
}

fn report_twice(problems: &Problems, file: &Parsed, first: &Parsed) {
    let span = file.node.entries().first().map_or(Span::default(), |entry| entry.value.span);
    let message = both(format!("名称 `{}` 已被使用", file.name), format!("the name `{}` is taken", file.name));
    let note = both("第一次在这里", "first used here");
    problems.push(
        crate::source::Problem::error("E0546", &file.source, span, message)
            .cure("换一个名称，或删去其中一个文件。", "Rename it, or delete one of the files.")
            .also(first.source.path.clone(), Span::default(), note),
    );
}
