//! What the environment says about the terminal.

use std::ffi::{OsStr, OsString};

/// The name of a terminal that can only print lines.
const DUMB: &str = "dumb";

/// Whether color is switched off.
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Whether the terminal can only print lines.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == DUMB)
}

/// Whether `TERM` is not set.
#[cfg(unix)]
fn is_unknown(term: Option<&OsStr>) -> bool {
    term.is_none_or(OsStr::is_empty)
}

/// Restarts with `TERM=dumb` if `TERM` is not set, as other programs treat it. The line editor reads the environment,
/// which a running program cannot change safely.
#[cfg(unix)]
pub(crate) fn name_unknown(arguments: &[OsString]) {
    use std::io::{IsTerminal, stdin};
    use std::os::unix::process::CommandExt;
    if !is_unknown(std::env::var_os("TERM").as_deref()) || !stdin().is_terminal() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = std::process::Command::new(program);
    // It returns only on failure; then the terminal is treated as a usual one.
    drop(command.args(arguments.iter().skip(1)).env("TERM", DUMB).exec());
}

#[cfg(not(unix))]
pub(crate) fn name_unknown(_: &[OsString]) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_a_name_is_unknown() {
        assert!(is_unknown(None) && is_unknown(Some(OsStr::new(""))));
        assert!(!is_unknown(Some(OsStr::new("xterm"))));
    }
}
