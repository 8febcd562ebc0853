//! The operator, as a script meets one: two streams and, on a terminal, answers.

use crate::error::{Error, Result};
use crate::output::Output;
use crate::script::session::Console;
use serde_json::Value;
use std::io::{IsTerminal, stdin};
use std::sync::Arc;

/// The operator at this process's streams.
pub struct Terminal {
    output: Arc<Output>,
}

impl Terminal {
    /// Speaks through `output`, reads from standard input.
    pub fn new(output: Arc<Output>) -> Self {
        Self { output }
    }
}

impl Console for Terminal {
    fn print(&self, line: &str) {
        self.output.data(line);
    }

    fn show(&self, value: &Value) {
        self.output.value(value);
    }

    fn message(&self, line: &str) {
        self.output.message(line);
    }

    fn note(&self, line: &str) {
        self.output.note(line);
    }

    fn warn(&self, line: &str) {
        self.output.warning(line);
    }

    fn is_lost(&self) -> bool {
        self.output.lost().is_some()
    }

    fn ask(&self, question: &str) -> Result<String> {
        if !stdin().is_terminal() {
            let message = format!("nobody can answer `{question}`: standard input is no terminal");
            return Err(Error::usage_with_hint(
                message,
                "Give the answer as an argument of the script: args().",
            ));
        }
        self.output.message(question);
        let mut line = String::new();
        let read = stdin().read_line(&mut line).map_err(|error| Error::file("standard input", error))?;
        if read == 0 {
            return Err(Error::usage(format!("no answer to `{question}`: standard input has ended")));
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}
