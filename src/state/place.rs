//! The folder for what a run leaves behind: history, and whatever must outlive the process.

use crate::error::{Error, Result};
use etcetera::BaseStrategy;
use std::path::{Path, PathBuf};

/// The folder, made when it is not there; nobody else may look into it.
///
/// # Errors
/// `file`: there is no home folder, or the folder cannot be made.
pub fn folder() -> Result<PathBuf> {
    let folders = etcetera::choose_base_strategy().map_err(|error| Error::file("the home folder", error))?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("umapi");
    make(&folder).map_err(|error| Error::io(&folder, &error))?;
    Ok(folder)
}

/// The file of the prompt's history.
///
/// # Errors
/// Those of [`folder`].
pub fn history() -> Result<PathBuf> {
    Ok(folder()?.join("history"))
}

/// The folder of the journals.
///
/// # Errors
/// Those of [`folder`].
pub fn journals() -> Result<PathBuf> {
    let folder = folder()?.join("journals");
    make(&folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    Ok(folder)
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_is_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state/umapi");
        make(&folder).unwrap();
        make(&folder).unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
