//! A timestamp: the modification time of an empty file.

use crate::error::{Error, Result};
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Records the present time. The file is empty, so it cannot be half written.
///
/// # Errors
/// `file`: its time cannot be set.
pub(crate) fn set(path: &Path, moment: Timestamp) -> Result<()> {
    let since = Duration::try_from(moment.as_duration()).unwrap_or_default();
    let touched = open(path).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + since));
    touched.map_err(|error| Error::file(path.display().to_string(), error))
}

pub(crate) fn get(path: &Path) -> Option<Timestamp> {
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
