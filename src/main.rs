//! The `umapi` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    umapi::run(std::env::args_os())
}
