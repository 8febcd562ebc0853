//! The `umapish` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    umapi_shell::run(std::env::args_os())
}
