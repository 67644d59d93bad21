//! What people are told about a service before they begin. It must never say anything that the process does not do:
//! questions are fields of its own forms, matters and limits are its own.

use super::super::written::Written;
use crate::expression::Expression;
use crate::text::Text;

/// The guide to a service.
#[derive(Clone, Debug, Default)]
pub struct Guidance {
    /// Everyday words under which people look for it.
    pub aliases: Vec<String>,
    /// What it is, in a sentence or two.
    pub about: Text,
    /// Who may ask for it; may be empty.
    pub who: Text,
    /// What it costs; may be empty.
    pub fee: Text,
    /// Minutes that filling in takes.
    pub minutes: Option<u32>,
    /// The door that applicants are led to.
    pub door: String,
    /// Questions about the situation, in the order in which they are asked.
    pub questions: Vec<GuideQuestion>,
    /// Papers to have ready that are not files of a form.
    pub papers: Vec<GuidePaper>,
    /// Situations in which something else is right, the first that holds.
    pub elsewhere: Vec<Elsewhere>,
    /// Where it was written.
    pub place: Written,
}

/// A question about the situation: a choice that a form of the process asks too.
#[derive(Clone, Debug)]
pub struct GuideQuestion {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub title: Text,
    /// Help; may be empty.
    pub hint: Text,
    /// The form that asks it in the case.
    pub form: String,
    /// Path of the field in that form.
    pub field: String,
    /// Answers: what is stored, and what people read.
    pub options: Vec<(String, Text)>,
    /// How an answer is stored.
    pub kind: QuestionKind,
    /// Asked only while this holds for the questions before it.
    pub when: Option<Expression>,
}

/// How the answer to a question of the guide is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// One option.
    One,
    /// Any number of options.
    Several,
    /// Yes or no; the options are `true` and `false`.
    YesNo,
}

/// A paper to have ready.
#[derive(Clone, Debug)]
pub struct GuidePaper {
    /// What it is.
    pub title: Text,
    /// Why it is needed, or what to look out for; may be empty.
    pub why: Text,
    /// The law.
    pub basis: String,
    /// Where it comes from.
    pub source: PaperSource,
    /// Needed only while this holds.
    pub when: Option<Expression>,
}

/// Where a paper comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperSource {
    /// The applicant brings it.
    Brought,
    /// The offices fetch it themselves.
    Fetched,
    /// A written promise will do.
    Promised,
    /// It may follow later.
    Later,
}

/// A situation in which something else is right.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The situation.
    pub when: Expression,
    /// What to do instead.
    pub text: Text,
    /// The service that is right, by the name of its process.
    pub process: Option<String>,
}
