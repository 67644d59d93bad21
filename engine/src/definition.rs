//! Processes as checked data: YAML is lowered, expanded and checked here, and after that nothing in it is unknown.
//! This module must never decide anything about a running case, and never read a file.

mod build;
mod carry;
pub mod chart;
mod checks;
mod clocks;
mod draft;
mod each;
mod emit;
mod fragments;
mod frame;
mod gathers;
mod guards;
mod guidance;
mod holds;
mod items;
mod library;
mod links;
pub mod model;
mod names;
mod personal;
pub mod publication;
mod quotas;
mod records;
mod refusals;
mod schedule;
mod sites;
mod states;
mod tasks;
mod transitions;
mod variables;
mod words;
mod written;

pub use build::{Built, build, hash_of};
pub use library::{FileKind, Library, Parsed};
pub use model::*;
pub use written::Written;

#[cfg(test)]
mod tests;
