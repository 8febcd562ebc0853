//! Reports why a run cannot start, and returns the exit code.

use crate::error::Error;
use crate::output::Output;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;

/// Shows the error with its hint; returns the exit code for its kind.
pub(super) fn refuse(error: &Error, output: &Output) -> RunExit {
    show_error(error, output);
    RunExit::of_refusal(error.kind.name())
}
