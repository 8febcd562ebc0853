//! The question before the first real change of a session: whether this is the organization that was meant.

use crate::client::event::{ActionRequest, Hook};
use crate::client::request::Answer;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::shell::console;
use rustyline::error::ReadlineError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks once, names the organization, and lets nothing pass before the answer.
pub struct Consent {
    organization: String,
    output: Arc<Output>,
    given: AtomicBool,
}

impl Consent {
    /// To be put at the gate of a client of a real organization.
    pub fn new(organization: &str, output: Arc<Output>) -> Self {
        Self { organization: organization.to_owned(), output, given: AtomicBool::new(false) }
    }

    fn ask(&self, request: &ActionRequest) -> Result<()> {
        let count = request.commands.len();
        let what = match count {
            0 => request.call.clone(),
            1 => "its first request: 1 command".to_owned(),
            count => format!("its first request: {count} commands"),
        };
        self.output.message(&format!(
            "This is the first change of this session in mode live. It is made in {} ({what}).",
            self.organization
        ));
        let question = "Make it, and all that follow? [yes/no] ";
        match console::read_line(question) {
            Ok(answer) if is_yes(&answer) => Ok(()),
            Err(ReadlineError::Interrupted) => Err(ErrorKind::Interrupted.into()),
            _ => Err(self.refused()),
        }
    }

    fn refused(&self) -> Error {
        let message = format!("nothing was changed in {}: you did not say yes", self.organization);
        ErrorKind::Guard {
            message,
            hint: ":mode test rehearses changes; :profile goes elsewhere.".to_owned(),
        }
        .into()
    }
}

impl Hook for Consent {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        if request.mode == Mode::Live && !self.given.load(Ordering::Acquire) {
            self.ask(request)?;
            self.given.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&Answer, &Error>) {}
}

/// Nothing but a whole word will do.
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
