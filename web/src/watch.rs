//! Pages of supervisors.

pub mod overview;
mod quotas;
