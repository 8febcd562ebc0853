//! What the operator and a call say about saved listings.

use crate::error::Result;
use crate::values::options::CallOptions;
use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// How full listings are kept and guarded in a run.
#[derive(Default)]
pub struct ListingSettings {
    /// Finds the folder of what outlives the run; without one nothing is kept.
    pub folder: Option<Rc<dyn Fn() -> Result<PathBuf>>>,
    /// How old a saved listing may be where a call does not say: the setting for the prompt.
    pub max_age: Option<Duration>,
    /// Whether an operator is there to be asked before a listing that the service may hold back.
    pub asks: bool,
    /// The listings whose wait was announced: once a run is enough.
    pub announced: RefCell<HashSet<&'static str>>,
}

/// What a call says about saved listings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ListingRequest {
    /// How old one may be.
    pub max_age: Option<Duration>,
    /// Whether one may be used though the organization was changed since.
    pub stale: bool,
}

/// The option that says how old a saved listing may be.
pub(crate) const MAX_AGE: &str = "max_age";
/// The option that allows a stale one.
pub(crate) const STALE: &str = "stale";

impl ListingRequest {
    /// What the options of a call say.
    ///
    /// # Errors
    /// `usage`: they are of the wrong kind.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let stale = options.flag(STALE)?.unwrap_or_default();
        Ok(Self { max_age: options.duration(MAX_AGE)?, stale })
    }
}
