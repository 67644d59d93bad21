//! Pages of clerks: the list of their tasks, and the page of one task (which applicants use for theirs, too).

pub mod task;
pub mod tasks;
