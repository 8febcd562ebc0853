//! The prompt in a pseudo-terminal, as an operator types at it, in a home of its own.

use super::Run;
use expectrl::process::unix::{PtyStream, Signal, UnixProcess};
use expectrl::{ControlCode, Expect, Session};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Builds without optimization on a busy machine take their time; what is expected comes far sooner.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal in which `umapish` runs.
pub(crate) struct Running {
    session: Session<UnixProcess, PtyStream>,
    folder: Arc<TempDir>,
}

/// Runs in a terminal.
impl Run {
    /// `umapish` with these arguments, split at spaces, to be started in a terminal without colors.
    pub(crate) fn at_terminal(line: &str) -> Self {
        Self::new(line).env("TERM", "xterm-256color").env("NO_COLOR", "1")
    }

    /// A command that is ready, to be started in a terminal.
    pub(crate) fn of_command(command: std::process::Command) -> Self {
        let mut run = Self::new("");
        run.command = command;
        run
    }

    /// With colors.
    pub(crate) fn colored(self) -> Self {
        self.without("NO_COLOR")
    }

    /// The number of columns.
    pub(crate) fn width(mut self, width: u16) -> Self {
        self.width = width;
        self
    }

    /// Starts it in a terminal.
    pub(crate) fn start(self) -> Running {
        let mut session = Session::spawn(self.command).unwrap();
        session.set_expect_timeout(Some(PATIENCE));
        session.get_process_mut().set_window_size(self.width, 60).unwrap();
        Running { session, folder: self.folder }
    }
}

impl Running {
    /// Types a line.
    pub(crate) fn line(&mut self, line: &str) {
        self.session.send(format!("{line}\r")).unwrap();
    }

    /// Types without an end.
    pub(crate) fn keys(&mut self, text: &str) {
        self.session.send(text).unwrap();
    }

    /// Types bytes that need not be UTF-8.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.session.send(bytes).unwrap();
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&mut self) {
        self.session.send(ControlCode::EndOfText).unwrap();
    }

    /// Sends SIGTERM, as whoever shuts a machine down does.
    pub(crate) fn terminate(&mut self) {
        self.session.get_process_mut().signal(Signal::SIGTERM).unwrap();
    }

    /// Waits for a string; returns what came before it.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> String {
        match self.session.expect(text) {
            Ok(found) => String::from_utf8_lossy(found.before()).into_owned(),
            Err(error) => panic!("no `{text}`: {error}; there is {:?}", self.rest()),
        }
    }

    /// Types a line, waits for a string, and for the prompt after it; returns what is between the line and the
    /// prompt.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str, text: &str, prompt: &str) -> String {
        self.line(line);
        let before = self.expect(text);
        let after = self.expect(prompt);
        [before.as_str(), text, &after].concat()
    }

    /// How long it takes from Ctrl-C to the prompt.
    #[track_caller]
    pub(crate) fn interrupted(&mut self, prompt: &str) -> Duration {
        let begun = Instant::now();
        self.interrupt();
        self.expect(prompt);
        begun.elapsed()
    }

    /// Waits for its end; returns the exit code.
    #[track_caller]
    pub(crate) fn end(mut self) -> i32 {
        self.session.expect(expectrl::Eof).unwrap();
        match self.session.get_process().wait().unwrap() {
            expectrl::process::unix::WaitStatus::Exited(_, code) => code,
            other => panic!("it ended with {other:?}"),
        }
    }

    /// The folder it runs in.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn rest(&mut self) -> String {
        let mut bytes = vec![0; 8_000];
        let count = self.session.try_read(&mut bytes).unwrap_or_default();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }
}
