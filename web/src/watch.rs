//! Pages of supervisors.

pub mod overview;
mod quotas;
pub mod voices;
