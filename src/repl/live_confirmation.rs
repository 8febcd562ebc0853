//! The confirmation before the first real change of a session, which names the organization.

use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::request::ApiResponse;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::output::table::pairs;
use crate::shell::change_description::describe;
use crate::shell::console;
use rustyline::error::ReadlineError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks once, naming the organization, and refuses every change until the operator answers yes.
pub(super) struct LiveConfirmation {
    organization: String,
    profile: String,
    output: Arc<Output>,
    given: AtomicBool,
}

impl LiveConfirmation {
    /// A hook for the client of a real organization.
    pub(super) fn new(organization: &str, profile: &str, output: Arc<Output>) -> Self {
        let (organization, profile) = (organization.to_owned(), profile.to_owned());
        Self { organization, profile, output, given: AtomicBool::new(false) }
    }

    fn ask(&self, request: &ActionRequest) -> Result<()> {
        let palette = self.output.palette();
        self.output.message(&palette.error("This is the first change of this session in mode LIVE."));
        let known = [("organization", self.organization.clone()), ("profile", self.profile.clone())];
        let changes = described(request).into_iter().enumerate();
        let changes = changes.map(|(place, line)| (if place == 0 { "change" } else { "" }, line));
        let lines: Vec<_> =
            known.into_iter().chain(changes).map(|(name, value)| (name.to_owned(), value)).collect();
        self.output.message(&pairs(&lines, self.output.width(), palette));
        let question = "Allow this change and all later ones in this session? [yes/no] ";
        match console::read_line(question) {
            Ok(answer) if is_yes(&answer) => Ok(()),
            Err(ReadlineError::Interrupted) => Err(ErrorKind::Interrupted.into()),
            _ => Err(refused()),
        }
    }
}

fn refused() -> Error {
    let message = "refused: you did not answer yes, and nothing was changed".to_owned();
    ErrorKind::Guard {
        message,
        hint: "Use :mode test to only check changes, or :profile to switch the profile.".to_owned(),
    }
    .into()
}

impl GateHook for LiveConfirmation {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        if request.mode == Mode::Live && !self.given.load(Ordering::Acquire) {
            self.ask(request)?;
            self.given.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}
}

/// The changes of a request, one per line, or the raw call if they cannot be read.
fn described(request: &ActionRequest) -> Vec<String> {
    match describe(&request.commands) {
        lines if lines.is_empty() => vec![request.call.clone()],
        lines => lines,
    }
}

/// Only the whole word counts.
fn is_yes(answer: &str) -> bool {
    answer.trim().eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(is_yes(" Yes "));
        for answer in ["", "y", "no", "yes please"] {
            assert!(!is_yes(answer), "{answer}");
        }
    }
}
