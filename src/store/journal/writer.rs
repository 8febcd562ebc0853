//! Appends lines to a journal: private, locked by one run at a time, flushed to disk on request.

use super::reader::{self, JournalExtent};
use super::record::{HeadRecord, JournalEntry, JournalRecord};
use crate::error::{Error, Result};
use crate::store::atomic_file::{hold, private};
use crate::store::journal::checksum_chain::ChecksumChain;
use jiff::{Timestamp, Unit};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A journal that is being written.
#[derive(Debug)]
pub struct JournalWriter {
    path: PathBuf,
    file: File,
    chain: ChecksumChain,
    length: u64,
    /// Whether something was added that may not be on disk.
    pending: bool,
}

impl JournalWriter {
    /// Makes a journal with its first record, which is on disk then.
    ///
    /// # Errors
    /// `file`: it exists already or cannot be written.
    pub fn create(path: &Path, head: HeadRecord) -> Result<Self> {
        Self::create_with(path, &now(JournalRecord::Head(Box::new(head))))
    }

    /// Makes a journal with its first entry as it is, which is on disk then.
    ///
    /// # Errors
    /// `file`: it exists already or cannot be written.
    pub(crate) fn create_with(path: &Path, head: &JournalEntry) -> Result<Self> {
        let mut options = OpenOptions::new();
        private(options.read(true).write(true).create_new(true));
        let file = options.open(path).map_err(|error| Error::io(path, error))?;
        let mut journal = Self::over(path, file)?;
        journal.write(head)?;
        journal.sync()?;
        sync_folder(path);
        Ok(journal)
    }

    /// Opens a journal to continue it; `apply` gets every entry. A torn last line is cut off.
    ///
    /// # Errors
    /// `file`: it cannot be read or is broken. `usage`: another run is using it, or another version wrote it. Those of
    /// `apply`.
    pub fn open(path: &Path, apply: impl FnMut(JournalEntry) -> Result<()>) -> Result<Self> {
        Self::open_with(path, |name, file| reader::read(name, file, apply))
    }

    /// Opens a journal to continue it; `read` reads it by one of the ways of [`reader`]. A torn last line is cut off.
    ///
    /// # Errors
    /// As [`JournalWriter::open`]; those of `read`.
    pub(crate) fn open_with(
        path: &Path,
        read: impl FnOnce(&str, &File) -> Result<JournalExtent>,
    ) -> Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).open(path).map_err(|error| Error::io(path, error))?;
        let mut journal = Self::over(path, file)?;
        let found = read(&journal.name(), &journal.file)?;
        journal.chain = found.chain;
        journal.length = found.length;
        journal.cut()?;
        Ok(journal)
    }

    fn over(path: &Path, file: File) -> Result<Self> {
        if !hold(&file) {
            let hint = "Wait until that run has ended.";
            let message = format!("another run is using the journal {}", path.display());
            return Err(Error::usage_with_hint(message, hint));
        }
        Ok(Self { path: path.to_owned(), file, chain: ChecksumChain::default(), length: 0, pending: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record with the present moment. If the disk is full, a partly written record is removed.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub fn add(&mut self, record: JournalRecord) -> Result<()> {
        self.write(&now(record))
    }

    /// Adds an entry as it is.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(crate) fn write(&mut self, entry: &JournalEntry) -> Result<()> {
        let mut chain = self.chain.clone();
        let line = chain.seal(entry).map_err(|error| Error::file(self.name(), error))?;
        if let Err(error) = self.file.write_all(&line) {
            // If this fails too, readers handle a torn end.
            drop(self.cut());
            return Err(Error::io(&self.path, error));
        }
        self.chain = chain;
        self.length += line.len() as u64;
        self.pending = true;
        Ok(())
    }

    /// Waits until everything added is on disk.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub fn sync(&mut self) -> Result<()> {
        if self.pending {
            self.file.sync_data().map_err(|error| Error::io(&self.path, error))?;
            self.pending = false;
        }
        Ok(())
    }

    /// Cuts off what follows the last complete line.
    fn cut(&mut self) -> Result<()> {
        let cut = self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
        cut.map(drop).map_err(|error| Error::io(&self.path, error))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

fn now(record: JournalRecord) -> JournalEntry {
    let time = Timestamp::now().round(Unit::Millisecond).unwrap_or(Timestamp::MAX);
    JournalEntry { time, record }
}

/// The name of a new file is on disk only when its folder is; not every system can say so.
fn sync_folder(path: &Path) {
    if let Some(Ok(folder)) = path.parent().map(File::open) {
        drop(folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::testing::{end, head, request};
    use std::fs;

    fn journal(lines: u64) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.journal");
        let mut journal = JournalWriter::create(&path, head()).unwrap();
        (1..lines).for_each(|number| journal.add(request(number)).unwrap());
        (folder, path)
    }

    fn numbers(path: &Path) -> Result<Vec<u64>> {
        let mut numbers = Vec::new();
        let mut journal = JournalWriter::open(path, |entry| {
            numbers.push(match entry.record {
                JournalRecord::Request(request) => request.number,
                _ => 0,
            });
            Ok(())
        })?;
        journal.add(request(99))?;
        Ok(numbers)
    }

    #[test]
    fn a_journal_is_gone_on_with_where_it_ended() {
        let (_folder, path) = journal(3);
        assert_eq!(numbers(&path).unwrap(), [0, 1, 2]);
        assert_eq!(numbers(&path).unwrap(), [0, 1, 2, 99]);
    }

    #[test]
    fn wherever_the_last_line_is_torn_the_others_are_whole() {
        let (_folder, path) = journal(3);
        let whole = fs::read(&path).unwrap();
        let second = whole.iter().take(whole.len() - 1).rposition(|byte| *byte == b'\n').unwrap() + 1;
        for length in second..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(numbers(&path).unwrap(), [0, 1], "{length}");
        }
        let zeros = [&whole[..second], &[0; 512]].concat();
        fs::write(&path, zeros).unwrap();
        assert_eq!(numbers(&path).unwrap(), [0, 1]);
    }

    #[test]
    fn a_line_that_others_follow_may_not_be_broken_taken_out_or_moved() {
        let (_folder, path) = journal(4);
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for broken in [
            [lines[0], &lines[1].replace("\"number\":1", "\"number\":7"), lines[2], lines[3]].as_slice(),
            &[lines[0], lines[2], lines[3]],
            &[lines[0], lines[2], lines[1], lines[3]],
            &[lines[0], lines[1], lines[3]],
        ] {
            fs::write(&path, broken.join("\n") + "\n").unwrap();
            let error = numbers(&path).unwrap_err();
            assert!(error.to_string().contains("the journal is broken"), "{error}");
        }
    }

    #[test]
    fn a_last_line_that_was_changed_is_not_taken_for_a_torn_one() {
        let (_folder, path) = journal(3);
        let changed = fs::read_to_string(&path).unwrap().replace("\"number\":2", "\"number\":7");
        fs::write(&path, &changed).unwrap();
        let error = numbers(&path).unwrap_err();
        assert!(error.to_string().contains("the journal is broken"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    }

    #[test]
    fn two_runs_do_not_share_a_journal() {
        let (_folder, path) = journal(1);
        let held = JournalWriter::open(&path, |_| Ok(())).unwrap();
        let error = numbers(&path).unwrap_err();
        assert!(error.to_string().starts_with("another run is using the journal"), "{error}");
        drop(held);
        assert!(numbers(&path).is_ok());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_of_the_line() {
        let path = Path::new("/dev/full");
        let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let mut journal = JournalWriter {
            path: path.to_owned(),
            file,
            chain: ChecksumChain::default(),
            length: 0,
            pending: false,
        };
        let error = journal.add(end(0, [0; 4])).unwrap_err();
        assert!(error.to_string().starts_with("/dev/full: No space left"), "{error}");
        assert_eq!(journal.chain, ChecksumChain::default());
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = journal(1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
