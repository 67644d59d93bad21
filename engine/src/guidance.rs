//! Guided questions: from a few choices to what a person has to do, made from the definition that runs the case. What is
//! not known stays open: a matter or paper is needed, not needed, or perhaps. It must never ask for anything about a
//! person, keep anything, or promise what the process would not do.
//!
//! A [`Situation`] fits into a short code that somebody can read out at a counter: the answers themselves, with a check,
//! nothing else.

mod check;
mod code;
mod known;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::definition::{
    Assignee, Elsewhere, Guidance, GuideQuestion, ItemId, PaperSource, ProcessDefinition, QuestionKind,
};
use crate::form::{Field, Form, Kind, Trust};
use crate::kernel::{Condition, StateId};
use crate::text::Text;

pub use check::{PATHS_MAX, QUESTIONS_MAX, check};
pub use code::{decode, encode};
use known::Known;

/// Most options of a question that allows several answers.
pub const SEVERAL_MAX: usize = 16;

/// What somebody said to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Not asked yet, or not to be asked.
    #[default]
    Open,
    /// 不清楚.
    Unknown,
    /// These options, by their place; exactly one unless the question allows several.
    Picked(Vec<usize>),
}

/// What somebody said so far, one answer for each question of the guide.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Situation(pub Vec<Answer>);

/// Is something needed in a situation?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applies {
    /// Yes.
    Yes,
    /// It depends on what is not known yet.
    Perhaps,
    /// No.
    No,
}

/// A matter, and whether it is needed.
pub type Matter = (ItemId, Applies);

/// A paper for a situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// What it is.
    pub title: Text,
    /// Why, or what to look out for; may be empty.
    pub why: Text,
    /// The law; may be empty.
    pub basis: String,
    /// Where it comes from.
    pub source: PaperSource,
    /// Is it needed?
    pub applies: Applies,
    /// It is asked for while the case runs, not at its beginning.
    pub during: bool,
}

/// What a situation comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Matters that are needed or may be, in the order of the process.
    pub items: Vec<Matter>,
    /// Papers that are needed or may be.
    pub papers: Vec<Paper>,
}

impl Situation {
    /// Nothing said yet.
    pub fn blank(guide: &Guidance) -> Situation {
        Situation(vec![Answer::Open; guide.questions.len()])
    }

    /// The same with an answer to the question at a place.
    #[must_use]
    pub fn with(&self, at: usize, answer: Answer) -> Situation {
        let mut answers = self.0.clone();
        if let Some(slot) = answers.get_mut(at) {
            *slot = answer;
        }
        Situation(answers)
    }

    /// How many questions were answered, also with 不清楚.
    pub fn answered(&self) -> usize {
        self.0.iter().filter(|answer| **answer != Answer::Open).count()
    }
}

/// The next question to ask, with its place; `None` when all is said.
pub fn next<'a>(guide: &'a Guidance, situation: &Situation, today: Date) -> Option<(usize, &'a GuideQuestion)> {
    let known = Known { guide, situation, today, form: None };
    let open = |at: usize| situation.0.get(at).is_none_or(|answer| *answer == Answer::Open);
    let asked = |question: &GuideQuestion| question.when.as_ref().is_none_or(|when| known.applies(when) != Applies::No);
    guide.questions.iter().enumerate().find(|(at, question)| open(*at) && asked(question))
}

/// Something else is right in this situation.
pub fn elsewhere<'a>(guide: &'a Guidance, situation: &Situation, today: Date) -> Option<&'a Elsewhere> {
    let known = Known { guide, situation, today, form: None };
    guide.elsewhere.iter().find(|way| known.applies(&way.when) == Applies::Yes)
}

/// What a situation comes to.
pub fn bundle(definition: &ProcessDefinition, situation: &Situation, today: Date) -> Bundle {
    let Some(guide) = &definition.guide else { return Bundle::default() };
    let known = Known { guide, situation, today, form: None };
    let items = matters(definition, &known);
    let mut papers: Vec<Paper> = Vec::new();
    for paper in &guide.papers {
        let applies = paper.when.as_ref().map_or(Applies::Yes, |when| known.applies(when));
        papers.push(Paper {
            title: paper.title.clone(),
            why: paper.why.clone(),
            basis: paper.basis.clone(),
            source: paper.source,
            applies,
            during: false,
        });
    }
    for (form, during) in forms(definition, guide) {
        let inside = Known { form: Some(&form.name), ..known };
        files(&form.fields, "", Applies::Yes, during, &inside, &mut papers);
    }
    papers.retain(|paper| paper.applies != Applies::No);
    Bundle { items, papers }
}

/// Matters that are needed or may be. A block beside the greatest of which nothing is sure is for what may go wrong later,
/// such as undoing everything: it is not told beforehand.
fn matters(definition: &ProcessDefinition, known: &Known<'_>) -> Vec<Matter> {
    let mut blocks: BTreeMap<Option<StateId>, Vec<Matter>> = BTreeMap::new();
    for item in definition.items.iter().filter(|item| item.row.as_ref().is_none_or(|(number, _)| *number == 1)) {
        let block = definition.chart.state(item.state).parent;
        let matter = (item.id, all(known, &item.when));
        blocks.entry(block).or_default().push(matter);
    }
    let greatest = blocks.values().map(Vec::len).max();
    let sure = |matters: &[Matter]| matters.iter().any(|(_, applies)| *applies == Applies::Yes);
    let told = blocks.into_values().filter(|matters| Some(matters.len()) == greatest || sure(matters));
    let mut told: Vec<Matter> = told.flatten().filter(|(_, applies)| *applies != Applies::No).collect();
    told.sort_by_key(|(item, _)| *item);
    told
}

/// What the answers fill in beforehand in a form: names of inputs with what is typed, as a page sends them.
pub fn filled(guide: &Guidance, situation: &Situation, form: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (question, answer) in guide.questions.iter().zip(&situation.0) {
        let Answer::Picked(options) = answer else { continue };
        if question.form == form {
            let picked = options.iter().filter_map(|at| question.options.get(*at));
            pairs.extend(picked.map(|(id, _)| (question.field.clone(), id.clone())));
        }
    }
    pairs
}

fn all(known: &Known<'_>, conditions: &[Condition]) -> Applies {
    let one = |condition: &Condition| match condition {
        Condition::Holds(expression) => known.applies(expression),
        Condition::Fails(expression) => match known.applies(expression) {
            Applies::Yes => Applies::No,
            Applies::Perhaps => Applies::Perhaps,
            Applies::No => Applies::Yes,
        },
        Condition::Active(_) | Condition::Inactive(_) => Applies::Perhaps,
    };
    conditions.iter().map(one).max().unwrap_or(Applies::Yes)
}

/// The form of the door, then the forms that the applicant fills in while the case runs, each once.
fn forms<'a>(definition: &'a ProcessDefinition, guide: &Guidance) -> Vec<(&'a Form, bool)> {
    let door = definition.doors.get(&guide.door);
    let first = door.and_then(|door| door.form.as_deref());
    let party = door.and_then(|door| door.party.clone());
    let theirs =
        |by: &[Assignee]| by.iter().any(|by| matches!(by, Assignee::Party(name) if Some(name) == party.as_ref()));
    let mut names: Vec<&str> = first.into_iter().collect();
    for state in &definition.states {
        let task = state.task.as_ref().filter(|task| theirs(&task.by));
        let asked =
            task.iter().flat_map(|task| task.form.iter().chain(task.outcomes.iter().filter_map(|o| o.ask.as_ref())));
        let actions = state.actions.iter().filter(|action| theirs(&action.by)).filter_map(|action| action.ask.as_ref());
        for name in asked.chain(actions) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    let found = names.into_iter().filter_map(|name| Some((definition.forms.get(name)?.as_ref(), Some(name) != first)));
    found.collect()
}

/// Files among fields. Papers for rows are left out: what a row needs is known when it is there.
fn files(fields: &[Field], path: &str, around: Applies, during: bool, known: &Known<'_>, papers: &mut Vec<Paper>) {
    for field in fields.iter().filter(|field| field.repeat.is_none()) {
        let path = if path.is_empty() { field.id.clone() } else { format!("{path}.{}", field.id) };
        let own = field.when.as_ref().map_or(Applies::Yes, |when| known.applies(when));
        let applies = around.max(own);
        if let Kind::File { trust, later, .. } = &field.kind {
            let optional = !field.required || during;
            papers.push(Paper {
                title: field.title.clone(),
                why: if field.purpose.is_empty() { field.hint.clone() } else { field.purpose.clone() },
                basis: field.basis.clone().unwrap_or_default(),
                source: match trust {
                    Trust::A => PaperSource::Fetched,
                    Trust::D => PaperSource::Promised,
                    Trust::B | Trust::C if *later => PaperSource::Later,
                    Trust::B | Trust::C => PaperSource::Brought,
                },
                applies: if optional { applies.max(Applies::Perhaps) } else { applies },
                during,
            });
        }
        files(&field.fields, &path, applies, during, known, papers);
    }
}

/// How many answers a question has in a code: open, unknown, and each choice.
fn radix(question: &GuideQuestion) -> u128 {
    let options = question.options.len();
    match question.kind {
        QuestionKind::One | QuestionKind::YesNo => options as u128 + 2,
        QuestionKind::Several => (1 << options.min(SEVERAL_MAX)) + 2,
    }
}
