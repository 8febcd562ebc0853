//! The standard streams as files, for scripts that name them as such.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

/// Standard output, with the place in a file that it shares with what is printed.
///
/// # Errors
/// Those of the system.
pub(crate) fn output() -> io::Result<File> {
    io::stdout().flush()?;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// Standard error, likewise.
///
/// # Errors
/// Those of the system.
pub(crate) fn error() -> io::Result<File> {
    io::stderr().as_fd().try_clone_to_owned().map(File::from)
}
