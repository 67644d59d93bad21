//! Pages of supervisors.

pub mod overview;
