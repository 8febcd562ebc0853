//! Files that are written to a temporary file and renamed into place, so that a reader sees the old content or the new,
//! never part of either. Also file locks and private files.

use super::streams;
use crate::error::{Error, Result};
use crate::secret::mask;
use crate::wire::invisible::defused;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// Only the operator.
    Private,
    /// The operator, and the group of the file for reading, as far as the umask allows.
    Group,
    /// Whoever the usual permissions allow.
    Usual,
}

/// Replaces or creates a file with what `fill` writes. An existing file keeps its permissions unless it must be
/// private; a symbolic link keeps pointing to it. A device or a pipe is written to, not replaced.
///
/// # Errors
/// `file`: it cannot be written; the old content is unchanged.
pub(crate) fn replace(
    path: &Path,
    access: FileAccess,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = if streams::is_stream(path) {
        write_through(path, fill)
    } else {
        write_aside(&target, access, fill).and_then(|aside| Ok(aside.persist(&target).map(drop)?))
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => {
            let message = "a terminal cannot show this; it is not text";
            Error::file(path.display().to_string(), message).with_file_hint("Write it to a file.")
        }
        _ => Error::io(path, error),
    })
}

/// Creates a file with what `fill` writes.
///
/// # Errors
/// Those of the system; `AlreadyExists` if anything has this name, even a link that leads nowhere.
pub(crate) fn create(
    path: &Path,
    access: FileAccess,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    write_aside(path, access, fill)?.persist_noclobber(path)?;
    Ok(())
}

/// A file created with these options is private, where the system has such permissions.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// A file created with these options is private, where the system has such permissions.
#[cfg(not(unix))]
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Locks a file against other processes as long as it is open; returns whether no other process has it locked. Where
/// files cannot be locked, as on some network disks, it counts as unlocked.
pub(crate) fn hold(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Whether another process has locked a file.
pub(crate) fn is_held(file: &File) -> bool {
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Writes to what is neither a file nor to be replaced by one, such as `/dev/null` or `/dev/stdout`. A terminal shows
/// control characters instead of obeying them.
fn write_through(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let stream = streams::open(path)?;
    let is_terminal = stream.is_terminal();
    let mut writer = BufWriter::new(stream);
    if is_terminal {
        let mut bytes = Vec::new();
        fill(&mut bytes)?;
        let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
        let text = text.ok_or(io::ErrorKind::InvalidData)?;
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        writer.write_all(defused(&mask(&text)).as_bytes())?;
    } else {
        fill(&mut writer)?;
    }
    writer.flush()
}

/// Writes a temporary file in the folder of `target`, with the permissions that the target is to have.
fn write_aside(
    target: &Path,
    access: FileAccess,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".umapish-");
    if let Some(permissions) = permissions(access) {
        builder.permissions(permissions);
    }
    let aside = builder.tempfile_in(folder_of(target))?;
    let mut writer = BufWriter::new(aside.as_file());
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    keep_permissions(aside.as_file(), target, access)?;
    aside.as_file().sync_all()?;
    Ok(aside)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The permissions to create a file with, where the system has such; the process's mask still applies.
#[cfg(unix)]
fn permissions(access: FileAccess) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    match access {
        FileAccess::Private => None,
        FileAccess::Group => Some(Permissions::from_mode(0o640)),
        FileAccess::Usual => Some(Permissions::from_mode(0o666)),
    }
}

#[cfg(not(unix))]
fn permissions(_access: FileAccess) -> Option<Permissions> {
    None
}

fn keep_permissions(aside: &File, target: &Path, access: FileAccess) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(data) if access == FileAccess::Usual => aside.set_permissions(data.permissions()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        replace(&path, FileAccess::Usual, |file| file.write_all(b"one")).unwrap();
        replace(&path, FileAccess::Usual, |file| file.write_all(b"two")).unwrap();
        assert_eq!(text(&path), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_half_way_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        fs::write(&path, "old").unwrap();
        let failed = replace(&path, FileAccess::Usual, |file| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(failed.is_err());
        assert_eq!(text(&path), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = replace(Path::new("/nowhere/x.csv"), FileAccess::Usual, |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/x.csv: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays_one() {
        use std::os::unix::fs::FileTypeExt;
        replace(Path::new("/dev/null"), FileAccess::Usual, |file| file.write_all(b"x")).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(folder.path(), FileAccess::Usual, |file| file.write_all(b"x")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_closed_to_others_and_usual_ones_keep_their_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.path().join("x");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        replace(&path, FileAccess::Usual, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o640);
        replace(&path, FileAccess::Private, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_keeps_pointing_at_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, FileAccess::Usual, |file| file.write_all(b"new")).unwrap();
        assert_eq!(text(&path), "new");
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    }
}
