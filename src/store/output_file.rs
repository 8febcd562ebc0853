//! Files that are written for the operator: what happens if one of that name exists, and names that are free.

use super::atomic_file::{self, FileAccess};
use super::file_door;
use crate::error::{Error, Result};
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What to do if the file already exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfExists {
    /// Replace it.
    #[default]
    Replace,
    /// Refuse.
    Error,
    /// Append rows under its header.
    Append,
    /// Write another file with a number in its name.
    Number,
    /// Rename the existing file to a name with its date.
    Keep,
}

impl IfExists {
    /// The values of the option.
    pub const NAMES: &[&str] = &["replace", "error", "append", "number", "keep"];

    /// The value of one of [`IfExists::NAMES`].
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "replace" => Some(Self::Replace),
            "error" => Some(Self::Error),
            "append" => Some(Self::Append),
            "number" => Some(Self::Number),
            "keep" => Some(Self::Keep),
            _ => None,
        }
    }
}

/// Writes a whole file as `if_exists` says, and returns its path. A failure leaves an existing file unchanged. `Append`
/// replaces the file: `fill` writes its old content, too. For `Keep` the caller has renamed the existing file.
///
/// # Errors
/// `file`: it cannot be written, or exists and must not.
pub(crate) fn write(
    path: &Path,
    if_exists: IfExists,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<PathBuf> {
    let create = |path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>| {
        atomic_file::create(path, FileAccess::Usual, |file| fill(file))
    };
    match if_exists {
        IfExists::Replace | IfExists::Append => {
            atomic_file::replace(path, FileAccess::Usual, |file| fill(file))?;
            Ok(path.to_owned())
        }
        IfExists::Error | IfExists::Keep if file_door::is_taken(path) => Err(already_exists(path)),
        IfExists::Error | IfExists::Keep => match create(path, fill) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(already_exists(path)),
            written => written.map(|()| path.to_owned()).map_err(|error| Error::io(path, error)),
        },
        IfExists::Number => {
            for path in names(path).filter(|path| !file_door::is_taken(path)) {
                match create(&path, fill) {
                    // Another program was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    written => {
                        return written.map_err(|error| Error::io(&path, error)).map(|()| path);
                    }
                }
            }
            Err(Error::file(path.display().to_string(), "there are too many files of that name"))
        }
    }
}

/// `people-2.csv` for `people.csv`, or the next number that is free.
pub(crate) fn free_name(path: &Path) -> PathBuf {
    names(path).skip(1).find(|path| !file_door::is_taken(path)).unwrap_or_else(|| path.to_owned())
}

/// `people-2026-11-28.csv` for `people.csv`, by the date of its content, or with the next number that is free.
pub(crate) fn dated_name(path: &Path) -> PathBuf {
    let changed = file_door::changed(path).and_then(|time| Timestamp::try_from(time).ok());
    let time = changed.unwrap_or_else(Timestamp::now).to_string();
    let date = time.split('T').next().unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let dated = path.with_file_name(format!("{stem}-{date}{ending}"));
    if file_door::is_taken(&dated) { free_name(&dated) } else { dated }
}

/// `people.csv`, `people-2.csv`, `people-3.csv` and so on.
fn names(path: &Path) -> impl Iterator<Item = PathBuf> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let numbered = (2..10_000).map(move |number| format!("{stem}-{number}{ending}"));
    let folder = path.to_owned();
    std::iter::once(path.to_owned()).chain(numbered.map(move |name| folder.with_file_name(name)))
}

fn already_exists(path: &Path) -> Error {
    let hint = "Choose another name, or say what to do: #{if_exists: \"replace\"}, \"number\" or \"append\"; at the \
                prompt, `:csv FILE replace`.";
    Error::file(path.display().to_string(), "the file already exists").with_file_hint(hint)
}

/// Whether two paths lead to one file that exists.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}
