//! Removes old journals. One with work left is the only record of it, and one under way belongs to its run: neither is
//! removed, whatever the clock says.

use super::{directory, unfinished_runs};
use crate::error::Result;
use crate::store::atomic_file::{self, FileAccess, is_held};
use crate::store::journal::reader;
use serde::de::IgnoredAny;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The file in a folder of journals that counts the removed ones.
const REMOVED: &str = "removed";

/// Removes the journals of finished runs that are older than they are to be kept; returns the others that old. What
/// cannot be read, or cannot be removed, stays as well.
///
/// # Errors
/// `file`: the folder cannot be read.
pub(crate) fn remove_old(keep: Duration) -> Result<Vec<PathBuf>> {
    let outdated = directory::outdated(keep, SystemTime::now())?;
    Ok(outdated.into_iter().filter(|path| !is_removed(path)).collect())
}

fn is_removed(path: &Path) -> bool {
    let is_removed = is_finished(path) && fs::remove_file(path).is_ok();
    if is_removed && !directory::is_rehearsal(path) {
        count_removed(path);
    }
    is_removed
}

/// Counts a removed journal of a live run, so that a history can say how much of it is missing.
fn count_removed(path: &Path) {
    let Some(folder) = path.parent() else { return };
    let count = removed(folder) + 1;
    // Without it, a history says less; the journals are not affected.
    drop(atomic_file::replace(&folder.join(REMOVED), FileAccess::Private, |file| writeln!(file, "{count}")));
}

/// How many journals of live runs were removed from a folder because of their age.
pub(crate) fn removed(folder: &Path) -> usize {
    fs::read_to_string(folder.join(REMOVED))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or_default()
}

/// Whether a journal is whole, of a run that has ended and left nothing to do.
fn is_finished(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    if is_held(&file) {
        return false;
    }
    let is_whole = reader::scan::<IgnoredAny>("", &file, |_| Ok(())).is_ok_and(|extent| extent.lines > 0);
    is_whole && unfinished_runs::of_journal(path).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::record::{EndRecord, JournalRecord};
    use crate::store::journal::testing;
    use crate::store::journal::writer::JournalWriter;

    fn end(unknown: usize) -> JournalRecord {
        JournalRecord::End(EndRecord { exit: 0, done: 1, failed: 0, unknown, not_sent: 0 })
    }

    #[test]
    fn only_a_finished_run_that_is_not_under_way_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1-live-a.journal");
        let mut journal = JournalWriter::create(&path, testing::head()).unwrap();
        journal.add(testing::request(1)).unwrap();
        assert!(!is_finished(&path), "it is under way");
        drop(journal);
        assert!(!is_finished(&path), "a request is open");
        let reopen = || JournalWriter::open(&path, |_| Ok(())).unwrap();
        reopen().add(end(1)).unwrap();
        assert!(!is_finished(&path), "a command is unknown");
        reopen().add(end(0)).unwrap();
        let held = reopen();
        assert!(!is_finished(&path), "it is under way");
        drop(held);
        assert!(is_finished(&path));
        fs::write(folder.path().join("broken"), "garbage\nand more\n").unwrap();
        assert!(!is_finished(&folder.path().join("broken")));
    }
}
