//! What the prompt needs to work on an organization, and who opens it.

use crate::error::{Error, Result};
use crate::session::run_setup::RunSetup;
use std::path::PathBuf;
use std::rc::Rc;

/// An organization to work on.
pub struct OpenedProfile {
    /// What a session needs.
    pub setup: RunSetup,
    /// Whether it is one of Adobe's customers, not the sandbox.
    pub is_real: bool,
    /// What keeps the session from reaching it, as far as that is known without trying.
    pub problem: Option<Error>,
    /// Whether a line holds one of its configured secrets.
    pub is_secret: Rc<dyn Fn(&str) -> bool>,
}

/// Opens organizations.
pub trait ProfileOpener {
    /// The one of the command line, or the one of a profile.
    ///
    /// # Errors
    /// `config`: there is no such profile, or its settings are broken.
    fn open(&self, profile: Option<&str>) -> Result<OpenedProfile>;

    /// The profiles there are.
    fn profiles(&self) -> Vec<String>;

    /// The script that is run at the start, when there is one.
    fn startup_script(&self) -> Option<PathBuf>;
}
