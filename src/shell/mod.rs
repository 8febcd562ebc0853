//! What every run shares: the runner, console, progress, diagnostics, signals, exit codes and summary.

pub(crate) mod change_description;
pub(crate) mod console;
pub(crate) mod countdown;
pub(crate) mod diagnostic;
mod each_row;
pub mod exit_code;
pub mod function_reference;
pub(crate) mod humanize;
pub(crate) mod panics;
pub(crate) mod program;
pub(crate) mod progress;
pub(crate) mod run_summary;
pub(crate) mod runner;
pub(crate) mod shebang;
pub(crate) mod signals;
