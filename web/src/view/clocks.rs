//! Time: each clock of a case with its light, its pauses and the way to its proof. The light is computed by the same
//! function that the engine uses.

use onething_engine::clock::Due;
use onething_engine::decide::deadline;
use onething_engine::definition::{ClockId, ClockKind, ItemId};

use super::Look;
use crate::language;

/// How urgent. Later is more urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// Nothing runs any more.
    Done,
    /// Stands still.
    Paused,
    /// In time.
    #[default]
    Green,
    /// Most of the time is used.
    Yellow,
    /// Late.
    Red,
}

impl Light {
    /// The class of the style sheet.
    pub fn class(&self) -> &'static str {
        match self {
            Light::Done => "done",
            Light::Paused => "paused",
            Light::Green => "green",
            Light::Yellow => "yellow",
            Light::Red => "red",
        }
    }

    /// The shape that says it without colour.
    pub fn shape(&self) -> &'static str {
        match self {
            Light::Done => "✓",
            Light::Paused => "‖",
            Light::Green => "●",
            Light::Yellow => "▲",
            Light::Red => "■",
        }
    }

    /// The word, Chinese and English.
    pub fn word(&self) -> (&'static str, &'static str) {
        match self {
            Light::Done => ("已停止", "Stopped"),
            Light::Paused => ("暂停", "Paused"),
            Light::Green => ("正常", "In time"),
            Light::Yellow => ("临期", "Due soon"),
            Light::Red => ("超期", "Late"),
        }
    }
}

/// One clock.
#[derive(Clone, Debug)]
pub struct Clock {
    /// What it is called.
    pub title: String,
    /// Whose promise it is.
    pub kind: String,
    /// How much it allows.
    pub limit: String,
    /// By when, or that it stands still.
    pub due: String,
    /// How urgent.
    pub light: Light,
    /// Counts, perhaps paused.
    pub running: bool,
    /// Per cent used.
    pub percent: i64,
    /// Where the proof is.
    pub why: String,
    /// Pauses so far.
    pub pauses: usize,
    /// The item it belongs to.
    pub item: Option<ItemId>,
    /// The law.
    pub basis: String,
}

/// Per cent of a limit after which the light is yellow.
const YELLOW: i64 = 80;

impl Look<'_> {
    /// Every clock that ever ran, running ones first.
    pub fn clocks(&self) -> Vec<Clock> {
        let mut clocks: Vec<Clock> = self.case_of().clocks.keys().filter_map(|id| self.clock(*id)).collect();
        clocks.sort_by_key(|clock| !clock.running);
        clocks
    }

    /// One clock, if it ever ran.
    pub fn clock(&self, id: ClockId) -> Option<Clock> {
        let case = self.case_of();
        let state = case.clocks.get(&id)?;
        let definition = self.definition.clock(id);
        let deadline = deadline(self.rules, self.definition, case, id)?;
        let until = state.stopped_at.filter(|_| !state.running).unwrap_or(self.now);
        let progress = deadline.progress(until);
        let paused = matches!(deadline.due, Due::Paused { .. });
        let light = match () {
            () if !state.running => Light::Done,
            () if state.late || progress.overdue => Light::Red,
            () if paused => Light::Paused,
            () if progress.percent >= YELLOW => Light::Yellow,
            () => Light::Green,
        };
        let due = match deadline.due_at() {
            Some(at) => language::deadline(at, self.language),
            None => deadline.text().get(self.language).to_owned(),
        };
        let provisional = if deadline.provisional { self.t("（暂定）", " (provisional)") } else { String::new() };
        Some(Clock {
            title: self.titled(&definition.title, definition.item),
            kind: self.kind(definition.kind),
            limit: self.x(&state.limit.title()),
            due: due + &provisional,
            light,
            running: state.running,
            percent: progress.percent.clamp(0, 100),
            why: format!("/c/{}/why/{}", case.id, definition.name),
            pauses: deadline
                .lines
                .iter()
                .filter(|line| matches!(line.reason, onething_engine::clock::Reason::Paused(_)))
                .count(),
            item: definition.item,
            basis: definition.basis.clone(),
        })
    }

    fn kind(&self, kind: ClockKind) -> String {
        match kind {
            ClockKind::Statutory => self.t("法定时限", "set by law"),
            ClockKind::Promised => self.t("承诺时限", "promised"),
            ClockKind::Internal => self.t("内部时限", "internal"),
            ClockKind::Applicant => self.t("申请人时限", "for the applicant"),
            ClockKind::Shown => self.t("参考时间", "for information"),
        }
    }
}
