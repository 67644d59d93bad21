//! Pages of applicants, and those that everybody sees.

pub mod apply;
pub mod case;
pub mod check;
pub mod checklist;
pub mod guide;
pub mod help;
pub mod live;
pub mod mine;
pub mod notices;
mod related;
pub mod resume;
pub mod search;
pub mod sign_in;
pub mod start;
pub mod track;
pub mod voice;
pub mod why;
