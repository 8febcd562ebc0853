//! The folder of the journals that are looked at.

use crate::error::{Error, Result};
use crate::store::journal::run_id::RunIds;
use crate::store::journal::{directory, retention};
use crate::store::state_dir;
use std::path::PathBuf;

/// The folder of the journals that are looked at; `None` for the operator's own.
pub(super) struct JournalFolder(pub(super) Option<PathBuf>);

impl JournalFolder {
    pub(super) fn path(&self) -> Result<PathBuf> {
        self.0.clone().map_or_else(state_dir::journals, Ok)
    }

    /// Its journals, the oldest first.
    pub(super) fn all(&self) -> Result<Vec<PathBuf>> {
        directory::all_in(&self.path()?)
    }

    pub(super) fn ids(&self) -> Result<RunIds> {
        Ok(RunIds::of(&self.all()?))
    }

    /// How many journals of live runs were removed from it because of their age.
    pub(super) fn removed(&self) -> usize {
        self.path().map(|folder| retention::removed(&folder)).unwrap_or_default()
    }

    /// The journal that the operator names, or the newest.
    pub(super) fn chosen(&self, name: Option<PathBuf>) -> Result<PathBuf> {
        if let Some(name) = name {
            return directory::named(&name, || self.all());
        }
        let none = |folder: PathBuf| Error::usage(format!("there is no journal in {}", folder.display()));
        self.all()?.pop().map_or_else(|| Err(none(self.path()?)), Ok)
    }
}
