//! A failure as the operator reads it.

use super::program::Program;
use crate::output::Output;
use crate::script::failure::Failure;

/// Tells what happened, where, on which way, and what to do next.
pub fn show(program: &Program, failure: &Failure, output: &Output) {
    let line = failure.place.line.map(|line| format!("{}:{line}: ", program.name)).unwrap_or_default();
    output.error(&format!("{line}{}", failure.message), failure.hint.as_deref());
}
