//! A form as a page shows it: its fields one after the other with labels, hints, what was typed and what to mend. A flat
//! list, because templates do not recurse. It must never judge an answer.

mod condition;
mod paper;
mod pieces;

pub use pieces::{Add, Asked, Input, Opened, Paper, Pick, Piece, Row, Sheet, Summary, Widget};

use onething_engine::form::{self, Field, FieldProblem, Form, Kind};
use onething_engine::organisation::Organisation;
use onething_engine::text::{Language, Text};
use onething_engine::value::Value;

use crate::files::Known;
use crate::sent::{next_row, rows};

/// What a form is shown with.
pub struct Showing<'a> {
    /// The form.
    pub form: &'a Form,
    /// Only these fields of the first level, one thing at a time: their own heading is that of the page, and what depends
    /// on a question not yet answered is not shown. `None`: everything on one page.
    pub only: Option<&'a [String]>,
    /// What stands before its names on the page.
    pub prefix: &'a str,
    /// What was typed or is stored, as ordered pairs.
    pub typed: &'a [(String, String)],
    /// What to mend.
    pub problems: &'a [FieldProblem],
    /// What was made of the answers; conditions that do not hold hide their fields. Null before anything was sent.
    pub values: &'a Value,
    /// Answers of the other forms of the case.
    pub answers: &'a Value,
    /// The legal day.
    pub today: jiff::civil::Date,
    /// The staff fills it.
    pub staff: bool,
    /// For regions.
    pub organisation: &'a Organisation,
    /// Language of the page.
    pub language: Language,
    /// Uploaded files that the answers name.
    pub files: &'a Known,
}

/// The form as a list of pieces and the problems for its head.
pub fn asked(showing: &Showing<'_>) -> Asked {
    let mut writing = Writing { showing, pieces: Vec::new() };
    writing.fields(&showing.form.fields, "", 2, None);
    let summary = showing.problems.iter().map(|problem| Summary {
        target: writing.target(&problem.path),
        message: writing.place(&problem.path) + problem.message.get(showing.language),
    });
    let summary = summary.collect();
    Asked {
        title: showing.form.title.get(showing.language).to_owned(),
        intro: showing.form.intro.get(showing.language).to_owned(),
        summary,
        pieces: writing.pieces,
    }
}

/// Is a field of the first level asked, as far as it is known?
pub fn asks(showing: &Showing<'_>, field: &Field) -> bool {
    condition::may_hold(showing, field.when.as_ref(), None)
}

struct Writing<'a> {
    showing: &'a Showing<'a>,
    pieces: Vec<Piece>,
}

impl Writing<'_> {
    fn x(&self, text: &Text) -> String {
        text.get(self.showing.language).to_owned()
    }

    fn t(&self, zh: &str, en: &str) -> String {
        (if self.showing.language == Language::Zh { zh } else { en }).to_owned()
    }

    fn fields(&mut self, fields: &[Field], path: &str, level: u8, row: Option<&Value>) {
        for field in fields {
            let path = if path.is_empty() { field.id.clone() } else { format!("{path}.{}", field.id) };
            let elsewhere = level == 2 && self.showing.only.is_some_and(|only| !only.contains(&field.id));
            if elsewhere || !condition::may_hold(self.showing, field.when.as_ref(), row) {
                continue;
            }
            if field.repeat.is_some() {
                self.repeated(field, &path, level);
            } else if matches!(field.kind, Kind::Group | Kind::Person) {
                self.pieces.push(Piece::Open(self.opened(field, &path, level)));
                self.fields(&field.fields, &path, level + 1, row);
                self.pieces.push(Piece::Close);
            } else {
                let input = self.input(field, &path);
                self.pieces.push(Piece::Input(Box::new(input)));
            }
        }
    }

    fn repeated(&mut self, field: &Field, path: &str, level: u8) {
        let Some(repeat) = &field.repeat else { return };
        let mut numbers = rows(self.showing.typed, path);
        let untouched = numbers.is_empty() && next_row(self.showing.typed, path) == 1;
        if untouched && repeat.min > 0 {
            numbers = (1..=repeat.min).collect();
        }
        let title = self.x(if repeat.row.is_empty() { &field.title } else { &repeat.row });
        self.pieces.push(Piece::Open(self.opened(field, path, level)));
        let next = numbers.last().map_or(1, |last| last + 1).max(next_row(self.showing.typed, path));
        for (at, number) in numbers.iter().enumerate() {
            let row_path = format!("{path}.{number}");
            let removable = numbers.len() > repeat.min as usize;
            self.pieces.push(Piece::Row(Row {
                title: format!("{title} {}", at + 1),
                name: self.name(&row_path),
                remove: if removable { format!("remove:{}", self.name(&row_path)) } else { String::new() },
            }));
            let value = row_value(self.showing.values, path, *number);
            self.fields(&field.fields, &row_path, level + 1, value);
            self.pieces.push(Piece::RowEnd);
        }
        if numbers.len() < repeat.max as usize {
            let label = match self.showing.language {
                Language::Zh => format!("添加{title}"),
                Language::En => format!("Add: {title}"),
            };
            let add = Add { name: format!("add:{}", self.name(path)), next_name: self.name(path), next, label };
            self.pieces.push(Piece::Add(add));
        }
        self.pieces.push(Piece::Close);
    }

    fn opened(&self, field: &Field, path: &str, level: u8) -> Opened {
        Opened {
            id: self.id(path),
            level: if level == 2 && self.alone() { 1 } else { level.min(4) },
            legend: self.x(&field.title),
            hint: self.x(&field.hint),
            purpose: self.x(&field.purpose),
            basis: field.basis.clone().unwrap_or_default(),
            problem: self.problem(path),
            condition: self.condition(field),
        }
    }

    /// Is one thing the whole page, so that its heading says what is asked?
    fn alone(&self) -> bool {
        self.showing.only.is_some_and(|only| only.len() == 1)
    }

    /// Where only what applies is shown, nothing has to be said about when it does.
    fn condition(&self, field: &Field) -> String {
        if self.showing.only.is_some() {
            return String::new();
        }
        condition::words(self.showing, field.when.as_ref())
    }

    fn input(&self, field: &Field, path: &str) -> Input {
        let hints = field.hints();
        Input {
            id: self.id(path),
            name: self.name(path),
            label: self.x(&field.title),
            hint: self.x(&field.hint),
            purpose: self.x(&field.purpose),
            basis: field.basis.clone().unwrap_or_default(),
            required: field.required,
            headed: !path.contains('.') && self.alone(),
            problem: self.problem(path),
            condition: self.condition(field),
            widget: self.widget(field, path),
            input_type: if hints.input == "file" { "text" } else { hints.input },
            inputmode: hints.inputmode,
            autocomplete: hints.autocomplete,
            maxlength: hints.maxlength.unwrap_or(2000),
            verbatim: hints.verbatim,
        }
    }

    fn widget(&self, field: &Field, path: &str) -> Widget {
        let value = self.typed(path);
        match &field.kind {
            Kind::Text { lines, .. } if *lines > 1 => Widget::Area { lines: (*lines).clamp(2, 12), value },
            Kind::YesNo => Widget::Picks { several: false, picks: self.yes_no(path, &value) },
            Kind::Choice { options, several } => Widget::Picks {
                several: *several,
                picks: options
                    .iter()
                    .map(|option| Pick {
                        id: format!("{}-{}", self.id(path), option.id),
                        value: option.id.clone(),
                        label: self.x(&option.title),
                        hint: self.x(&option.hint),
                        chosen: self.all_typed(path).any(|text| text == option.id),
                    })
                    .collect(),
            },
            Kind::Region { .. } => Widget::Select { picks: self.regions(path, &value) },
            Kind::File { trust, media, pages, later } => {
                Widget::Paper(Box::new(paper::paper(self, path, (*trust, *later), media, *pages)))
            }
            Kind::Number { unit, .. } => Widget::Line { value, unit: self.x(unit), width: "short" },
            Kind::Money { .. } => Widget::Line { value, unit: self.t("元", "yuan"), width: "short" },
            Kind::Date(_) | Kind::Phone => Widget::Line { value, unit: String::new(), width: "short" },
            Kind::Name | Kind::IdNumber | Kind::DisabilityCertificate | Kind::BankAccount | Kind::Uscc => {
                Widget::Line { value, unit: String::new(), width: "middle" }
            }
            Kind::Text { .. } | Kind::Address { .. } | Kind::Email | Kind::Person | Kind::Group => {
                Widget::Line { value, unit: String::new(), width: "wide" }
            }
        }
    }

    fn yes_no(&self, path: &str, value: &str) -> Vec<Pick> {
        let pick = |word: &str, label: String| Pick {
            id: format!("{}-{word}", self.id(path)),
            value: word.to_owned(),
            label,
            hint: String::new(),
            chosen: value == word,
        };
        vec![pick("true", self.t("是", "Yes")), pick("false", self.t("否", "No"))]
    }

    fn regions(&self, path: &str, value: &str) -> Vec<Pick> {
        let organisation = self.showing.organisation;
        let mut picks: Vec<Pick> = organisation
            .regions
            .values()
            .map(|region| {
                let depth = organisation.region_chain(&region.code).len().saturating_sub(1);
                Pick {
                    id: format!("{}-{}", self.id(path), region.code),
                    value: region.code.clone(),
                    label: format!("{}{}", "\u{3000}".repeat(depth), self.x(&region.title)),
                    hint: String::new(),
                    chosen: region.code == value,
                }
            })
            .collect();
        if !value.is_empty() && !picks.iter().any(|pick| pick.chosen) {
            let (value, label) = (value.to_owned(), value.to_owned());
            picks.push(Pick {
                id: format!("{}-typed", self.id(path)),
                value,
                label,
                hint: String::new(),
                chosen: true,
            });
        }
        picks
    }

    fn all_typed<'t>(&'t self, path: &'t str) -> impl Iterator<Item = &'t str> {
        self.showing.typed.iter().filter(move |(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    fn typed(&self, path: &str) -> String {
        self.showing.typed.iter().rev().find(|(name, _)| name == path).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn problem(&self, path: &str) -> String {
        let found: Vec<&str> = self
            .showing
            .problems
            .iter()
            .filter(|problem| problem.path == path)
            .map(|problem| problem.message.get(self.showing.language))
            .collect();
        found.join(" ")
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.showing.prefix)
    }

    fn id(&self, path: &str) -> String {
        format!("f-{}{}", self.showing.prefix.trim_end_matches('.'), path).replace(['.', '_'], "-")
    }

    /// Where a link of the summary leads: the field itself, or the first of its choices.
    fn target(&self, path: &str) -> String {
        let id = self.id(path);
        let first = self.pieces.iter().find_map(|piece| match piece {
            Piece::Input(input) if input.id == id => match &input.widget {
                Widget::Picks { picks, .. } => picks.first().map(|pick| pick.id.clone()),
                Widget::Paper(paper) => paper.how.first().map(|pick| pick.id.clone()),
                Widget::Line { .. } | Widget::Area { .. } | Widget::Select { .. } => None,
            },
            Piece::Input(_) | Piece::Open(_) | Piece::Close | Piece::Row(_) | Piece::RowEnd | Piece::Add(_) => None,
        });
        first.unwrap_or(id)
    }

    /// The group or row that a field stands in, as the beginning of a line of the summary: two groups may ask the same.
    fn place(&self, path: &str) -> String {
        let id = self.id(path);
        let mut around: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Input(input) if input.id == id => break,
                Piece::Open(group) if group.id == id => break,
                Piece::Input(_) | Piece::Add(_) => {}
                Piece::Open(group) => around.push(&group.legend),
                Piece::Row(row) => around.push(&row.title),
                Piece::Close | Piece::RowEnd => {
                    around.pop();
                }
            }
        }
        around.last().map(|title| format!("{title} · ")).unwrap_or_default()
    }
}

/// The value of a row with its number.
fn row_value<'v>(values: &'v Value, path: &str, number: u32) -> Option<&'v Value> {
    let Some(Value::List(rows)) = values.at(path) else { return None };
    rows.iter().find(|row| row.at("row") == Some(&Value::Int(number.into())))
}

/// Stored answers as a page types them.
pub fn stored(values: Option<&Value>) -> Vec<(String, String)> {
    values.map(form::pairs).unwrap_or_default()
}
