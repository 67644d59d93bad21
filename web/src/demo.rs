//! What only the demonstration has: one-click sign-in, a mailbox, a movable clock, cases in every state. The gate answers
//! "not there" for all of it elsewhere.

pub mod accounts;
pub mod clock;
pub mod enter;
pub mod mail;
pub mod papers;
pub mod seed;
