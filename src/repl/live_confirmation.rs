//! The question before the first real change of a session: whether this is the organization that was meant.

use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::request::ApiResponse;
use crate::client::sent_command::SentCommand;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::output::table::pairs;
use crate::shell::console;
use rustyline::error::ReadlineError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks once, naming the organization, and blocks every change until the answer is yes.
pub struct LiveConfirmation {
    organization: String,
    profile: String,
    output: Arc<Output>,
    given: AtomicBool,
}

impl LiveConfirmation {
    /// A hook for the client of a real organization.
    pub fn new(organization: &str, profile: &str, output: Arc<Output>) -> Self {
        let (organization, profile) = (organization.to_owned(), profile.to_owned());
        Self { organization, profile, output, given: AtomicBool::new(false) }
    }

    fn ask(&self, request: &ActionRequest) -> Result<()> {
        let palette = self.output.palette();
        self.output.message(&palette.error("This is the first change of this session in mode LIVE."));
        let lines = [
            ("organization", self.organization.clone()),
            ("profile", self.profile.clone()),
            ("request", described(request)),
        ];
        let lines = lines.map(|(name, value)| (name.to_owned(), value));
        self.output.message(&pairs(&lines, self.output.width(), palette));
        let question = "Make it, and all that follow? [yes/no] ";
        match console::read_line(question) {
            Ok(answer) if is_yes(&answer) => Ok(()),
            Err(ReadlineError::Interrupted) => Err(ErrorKind::Interrupted.into()),
            _ => Err(refused()),
        }
    }
}

fn refused() -> Error {
    let message = "nothing was changed: you did not answer yes".to_owned();
    ErrorKind::Guard {
        message,
        hint: ":mode test only checks changes; :profile switches the profile.".to_owned(),
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

/// The first change: how many commands and for whom, or the call.
fn described(request: &ActionRequest) -> String {
    let about = |command: &SentCommand| command.content.subject_name().unwrap_or("somebody").to_owned();
    match request.commands.as_slice() {
        [] => request.call.clone(),
        [only] => format!("1 command, for {}", about(only)),
        [first, rest @ ..] => {
            format!("{} commands, for {} and {} more", rest.len() + 1, about(first), rest.len())
        }
    }
}

/// Only the whole word counts.
fn is_yes(answer: &str) -> bool {
    answer.trim().eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::sent_command::RenderedCommand;
    use crate::wire::command::Command;

    #[test]
    fn a_request_is_described_by_whom_it_is_about() {
        let command = |user: &str| SentCommand {
            index: 0,
            piece: 0,
            pieces: 1,
            content: std::sync::Arc::new(RenderedCommand::new(Command::user(user, None, None))),
        };
        let request = |commands: Vec<SentCommand>| ActionRequest {
            call: "POST /users".to_owned(),
            request_id: String::new(),
            mode: Mode::Live,
            list: 1,
            commands,
            body: None,
        };
        assert_eq!(described(&request(vec![command("a@example.com")])), "1 command, for a@example.com");
        let three = vec![command("a@example.com"), command("b"), command("c")];
        assert_eq!(described(&request(three)), "3 commands, for a@example.com and 2 more");
        assert_eq!(described(&request(Vec::new())), "POST /users");
    }

    #[test]
    fn only_yes_is_yes() {
        assert!(is_yes(" Yes "));
        for answer in ["", "y", "no", "yes please"] {
            assert!(!is_yes(answer), "{answer}");
        }
    }
}
