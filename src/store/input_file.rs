//! A file that is read in several passes: a regular file, or a pipe, a device or standard input, which are copied first.
//!
//! Waiting for a pipe ends when the run is interrupted. Every pass has a place of its own in the file that was opened,
//! so that all read the same bytes, even if the path names another file by then.

use super::file_door;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The name of standard input, where a file is expected.
pub(crate) const STANDARD_INPUT: &str = "-";

/// The most that is copied of a pipe or a device, which may be endless.
const COPY_LIMIT: u64 = 1 << 30;

/// The bytes that are read at once.
const PIECE: usize = 1 << 16;

/// An open file. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct InputFile {
    path: PathBuf,
    file: Rc<File>,
}

impl InputFile {
    /// Opens a file. A pipe, a device or standard input (`-`) is read to the end until `is_interrupted`.
    ///
    /// # Errors
    /// Those of the system; `Other` after an interrupt; `FileTooLarge` for a pipe of more than 1 GiB.
    pub(crate) fn open(path: &Path, is_interrupted: &dyn Fn() -> bool) -> io::Result<Self> {
        let file = if path == Path::new(STANDARD_INPUT) {
            copy_of(waiting::Source::standard_input(), is_interrupted)?
        } else {
            let file = file_door::open_without_waiting(path)?;
            let kind = file.metadata()?.file_type();
            if kind.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if kind.is_file() { file } else { copy_of(waiting::Source::of(file), is_interrupted)? }
        };
        Ok(Self { path: path.to_owned(), file: Rc::new(file) })
    }

    /// The path that was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads from the start.
    pub(crate) fn pass(&self) -> InputPass {
        InputPass { file: Rc::clone(&self.file), place: 0 }
    }

    /// All bytes.
    ///
    /// # Errors
    /// Those of the system.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.pass().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// One pass over a file.
#[derive(Debug)]
pub(crate) struct InputPass {
    file: Rc<File>,
    place: u64,
}

impl Read for InputPass {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, buffer, self.place)?;
        self.place += count as u64;
        Ok(count)
    }
}

impl io::Seek for InputPass {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let moved = match to {
            io::SeekFrom::Start(place) => Some(place),
            io::SeekFrom::Current(distance) => self.place.checked_add_signed(distance),
            io::SeekFrom::End(distance) => self.file.metadata()?.len().checked_add_signed(distance),
        };
        self.place = moved.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

/// A copy without a name, which vanishes with the process. Bytes that no text or workbook begins with end it early.
fn copy_of(mut source: waiting::Source, is_interrupted: &dyn Fn() -> bool) -> io::Result<File> {
    let mut copy = tempfile::tempfile()?;
    let (mut piece, mut copied) = (vec![0; PIECE], 0);
    loop {
        let count = source.read(&mut piece, is_interrupted)?;
        if count == 0 {
            return Ok(copy);
        }
        copy.write_all(&piece[..count])?;
        copied += count as u64;
        let is_blank = copied <= PIECE as u64 && count > 1 && piece[..count].iter().all(|byte| *byte == 0);
        if is_blank {
            return Ok(copy);
        }
        if copied > COPY_LIMIT {
            let message = "more than 1 GiB came from the pipe; save it to a file first";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
    }
}

/// Reads that end when the run is interrupted.
#[cfg(unix)]
mod waiting {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::fd::{AsFd, BorrowedFd};

    /// How long one wait takes before the interrupt is looked at.
    const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

    /// A source of bytes that may not come yet.
    pub(super) enum Source {
        File(File),
        StandardInput(io::Stdin),
    }

    impl Source {
        pub(super) fn of(file: File) -> Self {
            Self::File(file)
        }

        pub(super) fn standard_input() -> Self {
            Self::StandardInput(io::stdin())
        }

        /// Waits for bytes and reads them; 0 at the end.
        pub(super) fn read(
            &mut self,
            piece: &mut [u8],
            is_interrupted: &dyn Fn() -> bool,
        ) -> io::Result<usize> {
            loop {
                if is_interrupted() {
                    return Err(io::Error::other("interrupted"));
                }
                let mut sources = [PollFd::from_borrowed_fd(self.descriptor(), PollFlags::IN)];
                match poll(&mut sources, Some(&WAIT)) {
                    Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                    Ok(_) => {}
                    Err(error) => return Err(error.into()),
                }
                let count = match self {
                    Self::File(file) => file.read(piece),
                    // Without the buffer of standard input, so that what `poll` reports is all there is.
                    Self::StandardInput(input) => rustix::io::read(&*input, &mut *piece).map_err(Into::into),
                };
                match count {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    count => return count,
                }
            }
        }

        fn descriptor(&self) -> BorrowedFd<'_> {
            match self {
                Self::File(file) => file.as_fd(),
                Self::StandardInput(input) => input.as_fd(),
            }
        }
    }
}

/// Reads that wait as the system does.
#[cfg(not(unix))]
mod waiting {
    use std::fs::File;
    use std::io::{self, Read};

    /// A source of bytes.
    pub(super) enum Source {
        File(File),
        StandardInput,
    }

    impl Source {
        pub(super) fn of(file: File) -> Self {
            Self::File(file)
        }

        pub(super) fn standard_input() -> Self {
            Self::StandardInput
        }

        pub(super) fn read(
            &mut self,
            piece: &mut [u8],
            is_interrupted: &dyn Fn() -> bool,
        ) -> io::Result<usize> {
            if is_interrupted() {
                return Err(io::Error::other("interrupted"));
            }
            match self {
                Self::File(file) => file.read(piece),
                Self::StandardInput => io::stdin().read(piece),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> bool {
        false
    }

    #[test]
    fn passes_do_not_disturb_each_other_and_outlive_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "first").unwrap();
        let file = InputFile::open(&path, &never).unwrap();
        let mut pass = file.pass();
        pass.read_exact(&mut [0; 2]).unwrap();
        std::fs::rename(&path, folder.path().join("y")).unwrap();
        std::fs::write(&path, "other").unwrap();
        assert_eq!(file.bytes().unwrap(), b"first");
        let mut rest = String::new();
        pass.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "rst");
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = InputFile::open(folder.path(), &never).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_of_nuls_ends_and_a_null_device_is_empty() {
        let zero = InputFile::open(Path::new("/dev/zero"), &never).unwrap();
        assert!(zero.bytes().unwrap().iter().all(|byte| *byte == 0));
        assert!(InputFile::open(Path::new("/dev/null"), &never).unwrap().bytes().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_silent_pipe_ends_at_an_interrupt_and_a_late_writer_is_awaited() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let waits = std::cell::Cell::new(0);
        let soon = || {
            waits.set(waits.get() + 1);
            waits.get() > 3
        };
        assert_eq!(InputFile::open(&path, &soon).unwrap_err().to_string(), "interrupted");
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || std::fs::write(path, "late"))
        };
        assert_eq!(InputFile::open(&path, &never).unwrap().bytes().unwrap(), b"late");
        writer.join().unwrap().unwrap();
    }
}
