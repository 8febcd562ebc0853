//! The state folder: history, journals and saved listings.

use crate::error::{Error, Result};
use crate::user_folders;
use std::path::{Path, PathBuf};

/// The folder, created if it does not exist, and private.
///
/// # Errors
/// `config`: there is no home folder. `file`: the folder cannot be created.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = user_folders::state()?;
    make(&folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    Ok(folder)
}

/// The file of the prompt's history.
///
/// # Errors
/// Those of [`folder`].
pub(crate) fn history() -> Result<PathBuf> {
    Ok(folder()?.join("history"))
}

/// The folder of the journals.
///
/// # Errors
/// Those of [`folder`].
pub(crate) fn journals() -> Result<PathBuf> {
    let folder = folder()?.join("journals");
    make(&folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    Ok(folder)
}

/// Creates a folder and its parents, private; an existing one stays as it is.
///
/// # Errors
/// Those of the operating system.
#[cfg(unix)]
pub(crate) fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Creates a folder and its parents; an existing one stays as it is.
///
/// # Errors
/// Those of the operating system.
#[cfg(not(unix))]
pub fn make(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_is_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state/umapish");
        make(&folder).unwrap();
        make(&folder).unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
