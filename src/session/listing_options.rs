//! The options for saved listings, of the operator and of a call.

use crate::error::Result;
use crate::values::options::CallOptions;
use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// How a run saves and announces full listings.
#[derive(Default)]
pub struct ListingSettings {
    /// Finds the folder for files that outlive the run; without one nothing is saved.
    pub folder: Option<Rc<dyn Fn() -> Result<PathBuf>>>,
    /// How old a saved listing may be if the call does not say; the setting for the prompt.
    pub max_age: Option<Duration>,
    /// Whether to ask the operator before a listing that the service may delay.
    pub asks: bool,
    /// The listings whose delay was announced; once a run is enough.
    pub announced: RefCell<HashSet<&'static str>>,
}

/// The options of a call about saved listings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ListingRequest {
    /// How old a saved listing may be.
    pub max_age: Option<Duration>,
    /// Whether a saved listing may be used although the organization was changed since.
    pub stale: bool,
}

/// The option that says how old a saved listing may be.
pub(crate) const MAX_AGE: &str = "max_age";
/// The option that allows a stale one.
pub(crate) const STALE: &str = "stale";

impl ListingRequest {
    /// Reads the options of a call.
    ///
    /// # Errors
    /// `usage`: a value has the wrong type.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let stale = options.flag(STALE)?.unwrap_or_default();
        Ok(Self { max_age: options.duration(MAX_AGE)?, stale })
    }
}
