//! What every run shares: the runner, console, progress, diagnostics, signals, exit codes and summary.

pub mod console;
pub mod countdown;
pub mod diagnostic;
pub mod exit_code;
pub mod function_reference;
mod humanize;
pub mod panics;
pub mod program;
pub mod progress;
pub mod run_summary;
pub mod runner;
pub mod signals;
