//! The one door to the files that scripts and subcommands touch: whatever opens, lists, renames or replaces one does it
//! here. Limits on which files a script may touch, or an overlay over them, need no other place.

use super::atomic_file::{self, FileAccess};
use crate::error::Result;
use std::fs::{self, File, OpenOptions, ReadDir};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Opens a file to read it.
///
/// # Errors
/// Those of the system.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file to read it, also a pipe that nobody writes to yet.
///
/// # Errors
/// Those of the system.
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    open_with(path, &options)
}

/// Opens a file in some other way.
///
/// # Errors
/// Those of the system.
pub(crate) fn open_with(path: &Path, options: &OpenOptions) -> io::Result<File> {
    options.open(path)
}

/// The text of a file.
///
/// # Errors
/// Those of the system; the file is not UTF-8.
pub(crate) fn read_to_string(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

/// The entries of a folder.
///
/// # Errors
/// Those of the system.
pub(crate) fn list(folder: &Path) -> io::Result<ReadDir> {
    fs::read_dir(folder)
}

/// Creates a folder and those above it.
///
/// # Errors
/// Those of the system.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Renames a file.
///
/// # Errors
/// Those of the system.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Removes a file.
///
/// # Errors
/// Those of the system.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Replaces a file, or makes it, with what `fill` writes; see [`atomic_file::replace`].
///
/// # Errors
/// `file`: it cannot be written; what was there is untouched.
pub(crate) fn replace(
    path: &Path,
    access: FileAccess,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    atomic_file::replace(path, access, fill)
}

/// When the content of a file was last changed; `None` if the system cannot say.
pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// Whether a path names a file, also through links.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether a path names a folder, also through links.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether anything has this name, even a link that leads nowhere.
pub(crate) fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a path leads to anything.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a path names a link.
pub(crate) fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| data.is_symlink())
}

/// The number of the user who owns a file; `None` where the system does not say.
#[cfg(unix)]
pub(crate) fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|data| data.uid())
}

/// The number of the user who owns a file; `None` where the system does not say.
#[cfg(not(unix))]
pub(crate) fn owner(_: &Path) -> Option<u32> {
    None
}

/// The path with every link resolved; the path itself if it leads nowhere.
pub(crate) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
