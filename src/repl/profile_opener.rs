//! Opening the organization of a profile for the prompt.

use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::run_setup::RunSetup;
use std::path::PathBuf;
use std::rc::Rc;

/// An organization that was opened.
pub struct OpenedProfile {
    /// The settings of its session.
    pub setup: RunSetup,
    /// Whether it is one of Adobe's customers, not the sandbox.
    pub is_real: bool,
    /// The problem that will keep the session from connecting, as far as it is known without a request.
    pub problem: Option<Error>,
    /// Whether a line contains one of its configured secrets.
    pub is_secret: Rc<dyn Fn(&str) -> bool>,
}

/// The requests of an input at the prompt, by their numbers in the session's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSpan {
    /// The last request before the input.
    pub after: u64,
    /// The last request of the input.
    pub until: u64,
}

/// What came of undoing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoResult {
    /// The requests have changed nothing.
    Nothing,
    /// Nothing of it can be undone; the reasons were shown.
    Impossible,
    /// The operator did not say yes.
    Declined,
    /// It was undone, as far as the service allowed.
    Done,
}

/// Opens organizations.
pub trait ProfileOpener {
    /// Opens the organization of a profile; `None` for the one on the command line.
    ///
    /// # Errors
    /// `config`: there is no such profile, or its settings are broken.
    fn open(&self, profile: Option<&str>) -> Result<OpenedProfile>;

    /// Shows what undoes the changes of these requests of a session, and does it if the operator says yes.
    ///
    /// # Errors
    /// `guard`: somebody has changed the same since, or a guard refuses it. Why the organization could not be read, or
    /// why nothing could be sent.
    fn undo(&self, session: &Rc<Session>, span: RequestSpan) -> Result<UndoResult>;

    /// The names of the configured profiles.
    fn profiles(&self) -> Vec<String>;

    /// The script to run when the prompt starts, if there is one.
    ///
    /// # Errors
    /// `config`: others could have changed it.
    fn startup_script(&self) -> Result<Option<PathBuf>>;
}
