//! Processes as checked data: YAML is lowered, expanded and checked here, and after that nothing in it is unknown.
//! This module must never decide anything about a running case.

pub mod chart;
