//! The console of a script: two output streams and, on a terminal, answers of the operator.

use crate::error::{Error, ErrorKind, Result};
use crate::host::console::HostConsole;
use crate::output::Output;
use crate::store::standard_input::{self, InputReader};
use rustyline::error::ReadlineError;
use rustyline::history::History;
use rustyline::{Behavior, DefaultEditor, Editor, ExternalPrinter, Helper};
use serde_json::Value;
use std::io::{ErrorKind as ErrorKindOfSystem, IsTerminal, stdin};
use std::sync::Arc;

/// The console on the streams of this process.
pub(crate) struct TerminalConsole {
    output: Arc<Output>,
}

impl TerminalConsole {
    /// Writes to `output`, reads from standard input.
    pub(crate) fn new(output: Arc<Output>) -> Self {
        Self { output }
    }
}

impl HostConsole for TerminalConsole {
    fn print(&self, line: &str) {
        self.output.data_as_shown(line);
    }

    fn show(&self, value: &Value) {
        self.output.value(value);
    }

    fn message(&self, line: &str) {
        self.output.message_as_shown(line);
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
            let message = format!("cannot ask `{question}`: standard input is not a terminal");
            return Err(Error::usage_with_hint(
                message,
                "Pass the answer as a script argument and read it with args().",
            ));
        }
        standard_input::claim(InputReader::Questions)?;
        self.output.message_as_shown(question);
        match self.answer() {
            Ok(line) => Ok(line),
            Err(ReadlineError::Interrupted) => Err(ErrorKind::Interrupted.into()),
            Err(ReadlineError::Eof) => {
                Err(Error::usage(format!("no answer to `{question}`: end of standard input")))
            }
            Err(error) => Err(Error::file("the terminal", error.to_string()).caused_by(error)),
        }
    }
}

/// Whether the operator answers a question with the whole word yes; whatever else ends the question is a no.
///
/// # Errors
/// `interrupted`.
pub(crate) fn is_confirmed(question: &str) -> Result<bool> {
    match read_line(question) {
        Ok(answer) => Ok(answer.trim().eq_ignore_ascii_case("yes")),
        Err(ReadlineError::Interrupted) => Err(ErrorKind::Interrupted.into()),
        Err(_) => Ok(false),
    }
}

impl TerminalConsole {
    /// The answer to a question; asked for again if it has a byte that is not UTF-8.
    fn answer(&self) -> rustyline::Result<String> {
        loop {
            match read_line("") {
                Err(error) if is_not_unicode(&error) => self.output.message(
                    "The answer has a byte that is not UTF-8. Set the terminal to UTF-8 and answer again.",
                ),
                answer => return answer,
            }
        }
    }
}

/// Whether a line could not be read because of a byte that is not UTF-8, such as a letter from a terminal set to
/// Latin-1.
pub(crate) fn is_not_unicode(error: &ReadlineError) -> bool {
    matches!(error, ReadlineError::Io(error) if error.kind() == ErrorKindOfSystem::InvalidData)
}

/// A line from the terminal itself, wherever the streams go; Ctrl-C takes effect at once, unlike with a plain read.
///
/// # Errors
/// The line editor's: interrupted, the end of the input, or a terminal that cannot be read.
pub(crate) fn read_line(prompt: &str) -> rustyline::Result<String> {
    let config = rustyline::Config::builder().behavior(Behavior::PreferTerm).build();
    let mut editor = DefaultEditor::with_config(config)?;
    let _waker = waker(&mut editor);
    editor.readline(prompt)
}

/// Lets a line editor receive signals while it waits for keys, which it does only where it may have to print in between.
/// It receives them as long as the result is kept; `None` if the terminal is too simple.
pub(crate) fn waker<H: Helper, I: History>(
    editor: &mut Editor<H, I>,
) -> Option<impl ExternalPrinter + use<H, I>> {
    editor.create_external_printer().ok()
}
