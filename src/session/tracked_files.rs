//! The files a script reads and writes, as the journal, the guards and a resumed run look at them.

use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use crate::store::file_door;
use crate::store::journal::sha256;
use std::path::{Path, PathBuf};

/// A file was read. `digest` is the SHA-256 of the bytes that were read, `rows` how many rows it had, where that means something.
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

/// A module was imported: it belongs to the script, and a resumed run needs it unchanged.
///
/// # Errors
/// `file`: the journal cannot be written.
pub(crate) fn record_module(session: &Session, path: &Path) -> Result<()> {
    match &RunState::of(session).settings.recorder {
        Some(recorder) => recorder.module(path, &sha256::of_file(path)?),
        None => Ok(()),
    }
}

/// A file is about to be written. In a resumed run the one that is there, from the interrupted run, is kept under
/// a numbered name.
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
    session.console().note(&format!("{} was there and is kept as {}", path.display(), kept.display()));
    Ok(())
}

/// `people.csv` becomes `people-2.csv`, or the next number that is free.
pub(crate) fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let name = |number: usize| path.with_file_name(format!("{stem}-{number}{ending}"));
    (2..=usize::MAX).map(name).find(|path| !file_door::is_taken(path)).unwrap_or_else(|| path.to_owned())
}
