//! The files that a script reads and writes, for the journal, the guard and resumed runs.

use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use crate::store::input_file::STANDARD_INPUT;
use crate::store::journal::sha256;
use crate::store::output_file::{self, IfExists, is_same_file};
use crate::store::{file_door, state_dir, streams};
use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// The path of a file that the script named and may read.
#[derive(Debug, Clone)]
pub(crate) struct ReadablePath(PathBuf);

impl Deref for ReadablePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

/// A file that a script names to read it. Every function that reads a file gets its path here.
///
/// # Errors
/// `file`: the script may not touch it.
pub(crate) fn input(session: &Session, path: impl Into<PathBuf>) -> Result<ReadablePath> {
    let path = path.into();
    let run = RunState::of(session);
    run.settings.files.check_reading(&path)?;
    Ok(ReadablePath(match &run.settings.overlay {
        Some(overlay) => overlay.read_from(path),
        None => path,
    }))
}

/// A file that a script names to import it.
///
/// # Errors
/// `file`: the script may not import it.
pub(crate) fn check_module(session: &Session, path: &Path) -> Result<()> {
    RunState::of(session).settings.files.check_importing(path)
}

/// Records that a file was read. `digest` is the SHA-256 of the bytes that were read, `rows` the number of rows, if the
/// file has rows.
///
/// # Errors
/// `file`: the journal cannot be written.
pub(crate) fn record_input(
    session: &Session,
    path: &ReadablePath,
    digest: &str,
    rows: Option<usize>,
) -> Result<()> {
    if rows == Some(0) {
        RunState::of(session).settings.guard.mark_source_empty(format!("{} has no rows", path.display()));
    }
    if let Some(overlay) = &RunState::of(session).settings.overlay {
        overlay.record_input(path, digest, false);
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
    RunState::of(session).add_module(path);
    if let Some(overlay) = &RunState::of(session).settings.overlay {
        overlay.record_input(path, &sha256::of_file(path)?, true);
    }
    match &RunState::of(session).settings.recorder {
        Some(recorder) => recorder.module(path, &sha256::of_file(path)?),
        None => Ok(()),
    }
}

/// Writes a file for the operator, and returns its path and what `write` returned. Nothing is replaced or renamed
/// without a note, unless the script said so or wrote the file itself. Where it cannot be written after changes were
/// made, its content is kept in the state folder.
///
/// # Errors
/// `file`: it cannot be written, exists and must not, or the script may not touch it. `usage`: it is the report of this
/// run, or what `write` returns.
pub(crate) fn write_output<T>(
    session: &Session,
    path: &Path,
    if_exists: Option<IfExists>,
    write: impl Fn(&Path, IfExists) -> Result<(PathBuf, T)>,
) -> Result<(PathBuf, T)> {
    let run = RunState::of(session);
    if path == Path::new(STANDARD_INPUT) {
        let hint = "For standard output, write to /dev/stdout; for a file of that name, to ./-.";
        return Err(Error::usage_with_hint("`-` is standard input, which cannot be written", hint));
    }
    if run.settings.report.as_deref().is_some_and(|report| is_same_file(report, path)) {
        let message = format!("{} is the report of this run", path.display());
        return Err(Error::usage_with_hint(
            message,
            "Write to another file, or name another one with --report.",
        ));
    }
    let is_module = |path: &Path| run.has_imported(path);
    run.settings
        .files
        .check_writing(path, is_module)
        .map_err(|error| save_elsewhere(session, path, error, &write))?;
    let is_stream = streams::is_stream(path);
    let (named, overlay) = (path, run.settings.overlay.as_ref().filter(|_| !is_stream));
    let place = overlay.map_or_else(|| Ok(path.to_owned()), |overlay| overlay.write_to(path))?;
    let path = place.as_path();
    let is_own = run.has_written(path);
    let _reader = reader_of(session, path)?;
    if run.settings.resumed && !is_own && !is_stream && if_exists != Some(IfExists::Number) {
        rename(session, path, output_file::free_name)?;
    }
    let chosen = match if_exists {
        _ if is_stream => IfExists::Replace,
        Some(IfExists::Keep) | None if is_own => IfExists::Replace,
        Some(chosen) => chosen,
        None => run.settings.if_exists,
    };
    let replaces = chosen == IfExists::Replace
        && if_exists.is_none()
        && !is_own
        && !is_stream
        && file_door::is_file(path);
    if chosen == IfExists::Keep {
        rename(session, path, output_file::dated_name)?;
    }
    let (written, value) =
        write(path, chosen).map_err(|error| save_elsewhere(session, path, error, &write))?;
    run.add_written(&written);
    if let Some(overlay) = overlay {
        let written = overlay.add(named, &written);
        session.console().note(&format!("planned: {} is not written", written.display()));
        return Ok((written, value));
    }
    if replaces {
        session.console().note(&format!("replaced {}", path.display()));
    }
    Ok((written, value))
}

/// Keeps a pipe open until it is written, once somebody reads it; nothing for any other file.
fn reader_of(session: &Session, path: &Path) -> Result<Option<File>> {
    let interrupt = session.interrupt();
    let reader = streams::wait_for_reader(path, &|| interrupt.is_requested());
    interrupt.check()?;
    reader.map_err(|error| Error::io(path, error))
}

/// Renames a file that exists, such as that of the interrupted run in a resumed one.
fn rename(session: &Session, path: &Path, new_name: impl Fn(&Path) -> PathBuf) -> Result<()> {
    if !file_door::is_file(path) {
        return Ok(());
    }
    let kept = new_name(path);
    file_door::rename(path, &kept).map_err(|error| Error::io(path, error))?;
    session.console().note(&format!(
        "{} already exists and was renamed to {}",
        path.display(),
        kept.display()
    ));
    Ok(())
}

/// After live changes the content may exist nowhere else, so it is saved in the state folder.
fn save_elsewhere<T>(
    session: &Session,
    path: &Path,
    error: Error,
    write: &impl Fn(&Path, IfExists) -> Result<(PathBuf, T)>,
) -> Error {
    let run = RunState::of(session);
    let has_changed = session.mode() == Mode::Live && run.totals().all() > 0;
    let Some(folder) =
        run.settings.listings.folder.as_deref().filter(|_| has_changed && error.kind.name() == "file")
    else {
        return error;
    };
    let kept = folder().and_then(|folder| {
        let folder = folder.join("outputs");
        state_dir::make(&folder).map_err(|error| Error::io(&folder, error))?;
        write(&folder.join(path.file_name().unwrap_or_default()), IfExists::Number)
    });
    match kept {
        Ok((kept, _)) => {
            let advice = error.hint().map(|hint| format!("{hint} ")).unwrap_or_default();
            error.with_file_hint(format!("{advice}Its content was kept as {}.", kept.display()))
        }
        Err(_) => error,
    }
}
