//! The one integration-test binary: every file beside this one is a module of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its world is broken")]

mod blanks;
mod catalog;
mod causes;
mod client;
mod command_line;
#[cfg(unix)]
mod confinement;
mod documents;
mod first_steps;
#[cfg(unix)]
mod former_files;
mod guards;
mod guide;
#[cfg(unix)]
mod home;
mod house;
mod identifiers;
#[cfg(unix)]
mod listings;
mod memory;
mod moves;
mod outcomes;
mod output_files;
mod protect;
mod proxies;
mod queue;
#[cfg(unix)]
mod repl;
mod resume;
mod resume_status;
mod rows;
mod run_summary;
mod runner;
mod sandbox;
mod sandbox_responses;
mod scripts;
mod support;
#[cfg(unix)]
mod terminal;
mod trouble;
#[cfg(unix)]
mod waiting;
