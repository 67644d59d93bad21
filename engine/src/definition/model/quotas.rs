//! Quotas: how many places there are, and the states in which cases wait for one. It must never hold a count.

use crate::expression::Expression;
use crate::organisation::Level;
use crate::text::Text;

/// Places that are given to cases one by one, in each region by itself.
#[derive(Clone, Debug)]
pub struct QuotaDefinition {
    /// `renovation`; shared by all processes.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// How many places there are: made of figures and constants, so by day and place alone.
    pub limit: Expression,
    /// What is counted.
    pub per: Per,
    /// The region that a case counts in; its own region where this is absent or not known.
    pub region: Option<Expression>,
    /// The region is looked at this far: a street counts as its district at the level of districts.
    pub level: Level,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Places given in a calendar year and not given back; the end of a case does not free its place.
    Year,
    /// Places that are held now; the end of a case frees its place.
    Standing,
}

/// A state in which a case waits for a place.
#[derive(Clone, Debug)]
pub struct WaitDefinition {
    /// Which quota.
    pub quota: String,
    /// Who has a higher number comes first; 0 where the file says nothing.
    pub priority: Option<Expression>,
    /// The addressed event that moves the case when it gets the place.
    pub event: String,
}
