//! The prompt's history on disk: private, replaced whole, one writer at a time, bounded.
//!
//! The first line names format and version; each further line is an entry as a JSON string, so that an entry of several
//! lines is one line of the file.

use super::atomic_file::{private, replace};
use crate::error::{Error, Result};
use crate::store::atomic_file::FileAccess;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The first line of the file.
const FORMAT: &str = "umapish-history 1";
/// Entries that are kept; the oldest are dropped first.
pub(crate) const KEPT: usize = 2_000;
/// An entry longer than that is a pasted script, not a line.
const LONGEST: usize = 20_000;

pub(crate) struct HistoryFile {
    path: PathBuf,
}

impl HistoryFile {
    /// The history in that file, which need not exist.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its entries, the oldest first; none from a file of another format.
    ///
    /// # Errors
    /// `file`: it cannot be read.
    pub(crate) fn entries(&self) -> Result<Vec<String>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(entries(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::file(self.path.display().to_string(), error)),
        }
    }

    /// Appends an entry after those of other sessions.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(crate) fn add(&self, entry: &str) -> Result<()> {
        if entry.len() > LONGEST {
            return Ok(());
        }
        let _lock = self.lock()?; // until the file is replaced
        let mut entries = self.entries()?;
        if entries.last().is_some_and(|last| last == entry) {
            return Ok(());
        }
        entries.push(entry.to_owned());
        let first = entries.len().saturating_sub(KEPT);
        replace(&self.path, FileAccess::Private, |file| {
            writeln!(file, "{FORMAT}")?;
            entries[first..]
                .iter()
                .try_for_each(|entry| writeln!(file, "{}", serde_json::Value::from(entry.as_str())))
        })
    }

    /// Locked by one session at a time. The file itself is replaced, so the lock is on one beside it.
    fn lock(&self) -> Result<File> {
        let path = self.path.with_extension("lock");
        let lock = open_private(&path).and_then(|file| file.lock().map(|()| file));
        lock.map_err(|error| Error::file(path.display().to_string(), error))
    }
}

fn entries(text: &str) -> Vec<String> {
    let mut lines = text.lines();
    if lines.next() != Some(FORMAT) {
        return Vec::new();
    }
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn open_private(path: &Path) -> std::io::Result<File> {
    private(OpenOptions::new().create(true).truncate(false).write(true)).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn history() -> (tempfile::TempDir, HistoryFile) {
        let folder = tempfile::tempdir().unwrap();
        let history = HistoryFile::at(folder.path().join("history"));
        (folder, history)
    }

    #[test]
    fn entries_come_back_in_order_lines_and_all() {
        let (_folder, history) = history();
        assert!(history.entries().unwrap().is_empty());
        for entry in ["1 + 1", "fn f() {\n  \"é\\\"\"\n}", "1 + 1", "1 + 1"] {
            history.add(entry).unwrap();
        }
        assert_eq!(history.entries().unwrap(), ["1 + 1", "fn f() {\n  \"é\\\"\"\n}", "1 + 1"]);
    }

    #[test]
    fn two_sessions_lose_nothing_of_each_other() {
        let (folder, _) = history();
        let path = folder.path().join("history");
        let session = |name: &'static str| {
            let history = HistoryFile::at(path.clone());
            thread::spawn(move || (0..20).for_each(|number| history.add(&format!("{name}{number}")).unwrap()))
        };
        let sessions = [session("a"), session("b")];
        for session in sessions {
            session.join().unwrap();
        }
        assert_eq!(HistoryFile::at(path).entries().unwrap().len(), 40);
    }

    #[test]
    fn the_oldest_entries_make_room() {
        let (folder, history) = history();
        let lines: Vec<_> = (0..KEPT).map(|number| format!("\"{number}\"")).collect();
        std::fs::write(folder.path().join("history"), format!("{FORMAT}\n{}\n", lines.join("\n"))).unwrap();
        history.add("new").unwrap();
        let entries = history.entries().unwrap();
        assert_eq!((entries.len(), entries[0].as_str(), entries[KEPT - 1].as_str()), (KEPT, "1", "new"));
    }

    #[test]
    fn a_file_of_another_format_is_no_history() {
        let (folder, history) = history();
        std::fs::write(folder.path().join("history"), "#V2\nget_users()\n").unwrap();
        assert!(history.entries().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, history) = history();
        history.add("x").unwrap();
        for name in ["history", "history.lock"] {
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
