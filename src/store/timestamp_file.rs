//! A moment that is remembered: an empty file, and when it was touched.

use crate::error::{Error, Result};
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Remembers a moment. There is nothing in the file that could be half written.
///
/// # Errors
/// `file`: it cannot be touched.
pub fn set(path: &Path, moment: Timestamp) -> Result<()> {
    let since = Duration::try_from(moment.as_duration()).unwrap_or_default();
    let touched = open(path).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + since));
    touched.map_err(|error| Error::file(path.display().to_string(), error))
}

/// The moment that was remembered.
pub fn get(path: &Path) -> Option<Timestamp> {
    let touched = path.metadata().and_then(|data| data.modified()).ok()?;
    Timestamp::try_from(touched).ok()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
