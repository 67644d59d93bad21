//! Pages of clerks: the list of their tasks, the page of one task (which applicants use for theirs, too), and one number
//! in full.

pub mod reveal;
pub mod task;
pub mod tasks;
