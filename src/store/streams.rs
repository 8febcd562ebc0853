//! Standard output and its like, pipes and devices: they are written where they are. Replacing, renaming or numbering one
//! would lose what the shell sends there, or change the folder of devices.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::OnceLock;

/// Names of standard input.
const STANDARD_INPUT: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
const STANDARD_OUTPUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
const STANDARD_ERROR: [&str; 3] = ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"];
/// Folders whose entries are the open files of this process.
const OPEN_FILES: [&str; 2] = ["/dev/fd", "/proc/self/fd"];

/// Opens a stream of this process.
type StreamOpener = fn() -> io::Result<File>;

static STANDARD: OnceLock<[StreamOpener; 2]> = OnceLock::new();

/// Sets what opens standard output and standard error, so that what is printed later comes after what is written; only
/// the first call counts.
#[cfg(unix)]
pub(crate) fn standard_by(output: StreamOpener, error: StreamOpener) {
    STANDARD.get_or_init(|| [output, error]);
}

/// Whether a path names standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    is_one_of(path, &STANDARD_INPUT)
}

/// Whether a path names an open file of this process, or anything but a file or a folder.
pub(crate) fn is_stream(path: &Path) -> bool {
    let is_open = is_one_of(path, &STANDARD_OUTPUT) || is_one_of(path, &STANDARD_ERROR);
    is_open || is_open_file(path) || path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir())
}

/// Opens a stream to write to it after what it already has.
///
/// # Errors
/// Those of the system.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match STANDARD.get() {
        Some([output, _]) if is_one_of(path, &STANDARD_OUTPUT) => output(),
        Some([_, error]) if is_one_of(path, &STANDARD_ERROR) => error(),
        _ => OpenOptions::new().write(true).append(is_open_file(path)).open(path),
    }
}

/// Waits until somebody reads a pipe that has a name; what is returned keeps it open. Nothing else is waited for.
///
/// # Errors
/// Those of the system; `Other` after an interrupt.
#[cfg(unix)]
pub(crate) fn wait_for_reader(path: &Path, is_interrupted: &dyn Fn() -> bool) -> io::Result<Option<File>> {
    use rustix::fs::OFlags;
    use rustix::io::Errno;
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    if !path.metadata().is_ok_and(|data| data.file_type().is_fifo()) || is_open_file(path) {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.write(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    loop {
        match options.open(path) {
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {}
            opened => return opened.map(Some),
        }
        if is_interrupted() {
            return Err(io::Error::other("interrupted"));
        }
        std::thread::sleep(WAIT);
    }
}

/// How long one wait takes before the interrupt is looked at.
#[cfg(unix)]
const WAIT: std::time::Duration = std::time::Duration::from_millis(50);

/// Waits for nobody: such pipes do not exist here.
#[cfg(not(unix))]
pub(crate) fn wait_for_reader(_: &Path, _: &dyn Fn() -> bool) -> io::Result<Option<File>> {
    Ok(None)
}

fn is_open_file(path: &Path) -> bool {
    path.parent().is_some_and(|folder| is_one_of(folder, &OPEN_FILES))
}

fn is_one_of(path: &Path, names: &[&str]) -> bool {
    names.iter().any(|name| path == Path::new(name))
}
