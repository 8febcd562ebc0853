//! Opening the organization of a profile for the prompt.

use crate::error::{Error, Result};
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

/// Opens organizations.
pub trait ProfileOpener {
    /// Opens the organization of a profile; `None` for the one on the command line.
    ///
    /// # Errors
    /// `config`: there is no such profile, or its settings are broken.
    fn open(&self, profile: Option<&str>) -> Result<OpenedProfile>;

    /// The names of the configured profiles.
    fn profiles(&self) -> Vec<String>;

    /// The script to run when the prompt starts, if there is one.
    ///
    /// # Errors
    /// `config`: others could have changed it.
    fn startup_script(&self) -> Result<Option<PathBuf>>;
}
