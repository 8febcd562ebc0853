//! The one integration-test binary: every file beside this one is a module of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its world is broken")]

#[cfg(unix)]
mod apply;
#[cfg(unix)]
mod apply_kills;
#[cfg(unix)]
mod approvals;
mod blanks;
mod catalog;
mod causes;
mod checks;
mod client;
mod command_line;
#[cfg(unix)]
mod completions;
#[cfg(unix)]
mod confinement;
mod documents;
mod each;
mod first_line;
mod first_steps;
#[cfg(unix)]
mod former_files;
mod fuzz;
mod group_members;
mod guards;
mod guide;
#[cfg(unix)]
mod home;
mod house;
mod identifiers;
#[cfg(unix)]
mod in_flight;
mod jobs;
mod journal_keep;
mod journals;
#[cfg(unix)]
mod listings;
mod live_runs;
mod matrix;
mod memory;
mod moves;
mod odd_files;
mod odd_responses;
mod office_files;
mod outcomes;
mod output_files;
#[cfg(unix)]
mod ownership;
mod packing;
mod plan;
#[cfg(unix)]
mod prompt_undo;
mod protect;
mod proxies;
mod python_habits;
mod queue;
#[cfg(unix)]
mod repl;
mod resume;
mod resume_offer;
mod resume_status;
#[cfg(unix)]
mod resume_trust;
mod root_fields;
mod rows;
mod run_summary;
mod runner;
mod sandbox;
mod sandbox_responses;
mod saved_copies;
mod script_options;
mod scripts;
mod secret_arguments;
mod secrets;
mod support;
mod sync;
mod sync_faults;
#[cfg(unix)]
mod sync_kills;
mod tables;
#[cfg(unix)]
mod terminal;
#[cfg(feature = "translate")]
mod translate;
mod traps;
mod trouble;
mod undo;
mod user_sync;
mod version;
#[cfg(unix)]
mod waiting;
mod windows_files;
