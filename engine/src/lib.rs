//! The engine of onething: a pure core that decides, and a shell that writes and then tells.
//! The core (modules in the order they may use each other) must never read a clock, a file or a database.

pub mod value;

pub mod text;

pub mod source;

pub mod calendar;

pub mod clock;

pub mod organisation;

pub mod expression;

pub mod form;

pub mod material;

pub mod parameter;

pub mod table;

pub mod sample;

pub mod kernel;

pub mod definition;

pub mod explore;
pub mod guidance;

pub mod rulebook;

pub mod event;

pub mod case;

pub mod command;

pub mod rejection;

pub mod decide;

pub mod story;

pub mod diagram;

pub mod time;

pub mod catalog;

pub mod store;

pub mod engine;

pub mod notify;

pub mod vault;

pub mod worker;
