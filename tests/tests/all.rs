//! All tests of the whole in one program, because each program links the engine once more. A test must never depend
//! on another.

#[path = "all/advice.rs"]
mod advice;
#[path = "all/axe.rs"]
mod axe;
#[path = "all/broken.rs"]
mod broken;
#[path = "all/browser.rs"]
mod browser;
#[path = "all/calendar_year.rs"]
mod calendar_year;
#[path = "all/command_line.rs"]
mod command_line;
#[path = "all/crash.rs"]
mod crash;
#[path = "all/definitions_doc.rs"]
mod definitions_doc;
#[path = "all/demo.rs"]
mod demo;
#[path = "all/documents.rs"]
mod documents;
#[path = "all/due.rs"]
mod due;
#[path = "all/explore.rs"]
mod explore;
#[path = "all/features.rs"]
mod features;
#[path = "all/hostile.rs"]
mod hostile;
#[path = "all/mail.rs"]
mod mail;
#[path = "all/oidc.rs"]
mod oidc;
#[path = "all/postgres.rs"]
mod postgres;
#[path = "all/server_kill.rs"]
mod server_kill;
#[path = "all/shipped.rs"]
mod shipped;
#[path = "all/store.rs"]
mod store;
#[path = "all/story_walk.rs"]
mod story_walk;
#[path = "all/tidy.rs"]
mod tidy;
#[path = "all/trace.rs"]
mod trace;
#[path = "all/walk.rs"]
mod walk;
