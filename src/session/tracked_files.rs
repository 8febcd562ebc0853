//! The files that a script reads and writes, for the journal, the guard and resumed runs.

use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use crate::store::file_door;
use crate::store::journal::sha256;
use std::path::{Path, PathBuf};

/// Records that a file was read. `digest` is the SHA-256 of the bytes that were read, `rows` the number of rows, if the
/// file has rows.
///
/// # Errors
/// `file`: the journal cannot be written.
pub(crate) fn record_input(session: &Session, path: &Path, digest: &str, rows: Option<usize>) -> Result<()> {
    if rows == Some(0) {
        RunState::of(session).settings.guard.mark_source_empty(format!("{} has no rows", path.display()));
    }
    match &RunState::of(session).settings.recorder {
        Some(recorder) => recorder.input(path, digest),
        None => Ok(()),
    }
}

/// Records that a module was imported: it is a part of the script, and a resumed run needs it unchanged.
///
/// # Errors
/// `file`: the journal cannot be written.
pub(crate) fn record_module(session: &Session, path: &Path) -> Result<()> {
    match &RunState::of(session).settings.recorder {
        Some(recorder) => recorder.module(path, &sha256::of_file(path)?),
        None => Ok(()),
    }
}

/// Prepares a file to be written: in a resumed run the file of the interrupted run is renamed to a numbered name.
///
/// # Errors
/// `file`: it cannot be renamed.
pub(crate) fn keep_existing_file(session: &Session, path: &Path) -> Result<()> {
    if !RunState::of(session).settings.resumed
        || !RunState::of(session).is_first_write(path)
        || !file_door::is_file(path)
    {
        return Ok(());
    }
    let kept = free_name(path);
    file_door::rename(path, &kept).map_err(|error| Error::io(path, error))?;
    session.console().note(&format!(
        "{} already exists and was renamed to {}",
        path.display(),
        kept.display()
    ));
    Ok(())
}

/// `people.csv` becomes `people-2.csv`, or the next number that is free.
pub(crate) fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let name = |number: usize| path.with_file_name(format!("{stem}-{number}{ending}"));
    (2..=usize::MAX).map(name).find(|path| !file_door::is_taken(path)).unwrap_or_else(|| path.to_owned())
}
