//! Unfinished runs, found by their journals.

use super::record::{EndRecord, HeadRecord, JournalEntry, JournalRecord};
use super::{checksum_chain, directory, reader};
use crate::error::{Error, Result};
use crate::store::atomic_file::is_held;
use crate::store::journal::reader::BorrowedEntry;
use crate::store::trust::{self, FileRole};
use crate::wire::outcome::Status;
use jiff::Timestamp;
use serde::de::IgnoredAny;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Exit codes of runs that are unfinished regardless of their counts: a request is unknown, or credentials, the service,
/// a guard, another run or the operator stopped the script before it had requested everything.
const OPEN_EXITS: [u8; 6] = [4, 5, 6, 7, 9, 130];

/// The exit code of an interrupted run.
pub(super) const INTERRUPTED: u8 = 130;

/// Whether a run with this exit code is unfinished regardless of its counts.
fn leaves_open(exit: u8) -> bool {
    OPEN_EXITS.contains(&exit)
}

/// Bytes at the end of a journal that contain the end record.
const TAIL: u64 = 4096;

/// An unfinished run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// Its journal.
    pub path: PathBuf,
    /// When it began.
    pub time: String,
    /// The name of its script.
    pub script: String,
    /// Commands that are done according to its journal.
    pub done: usize,
    /// Requested commands that are not known to be done.
    pub open: usize,
}

/// The result of reading all journals of this user.
#[derive(Debug, Default, Clone)]
pub struct JournalSurvey {
    /// The unfinished runs, the newest first.
    pub unfinished: Vec<UnfinishedRun>,
    /// Journals that others own or could have changed, which are not read, with what is wrong; the newest first.
    pub foreign: Vec<(PathBuf, Error)>,
    /// Journals in another format, which this version cannot read, the newest first.
    pub other_formats: Vec<PathBuf>,
}

/// Looks through all journals. A run has something left to do when it did not finish, or ended with commands
/// unknown or not sent. Broken journals are left out, and those of runs that are under way.
///
/// # Errors
/// `file`: the folder cannot be read.
pub fn all() -> Result<JournalSurvey> {
    let mut survey = JournalSurvey::default();
    for path in directory::all()?.into_iter().rev() {
        let mut file = match trust::open(&path, FileRole::Journal) {
            Ok(Ok((file, _))) => file,
            Ok(Err(error)) => {
                survey.foreign.push((path, error));
                continue;
            }
            Err(_) => continue,
        };
        if reader::read_format("", &file).is_err_and(|error| error.kind.name() == "usage") {
            survey.other_formats.push(path);
        } else {
            survey.unfinished.extend(of(&path, &mut file));
        }
    }
    Ok(survey)
}

/// The run of a journal; `None` if nothing of it is left to do, or it is under way.
pub fn of_journal(path: &Path) -> Option<UnfinishedRun> {
    of(path, &mut File::open(path).ok()?)
}

fn of(path: &Path, file: &mut File) -> Option<UnfinishedRun> {
    // Most runs are finished, and some journals are long.
    if let Some(JournalRecord::End(end)) = last_record(file)
        && !is_open(&end)
    {
        return None;
    }
    file.rewind().ok()?;
    let mut story = RunStory::default();
    let apply = |entry: BorrowedEntry<'_, IgnoredAny>| {
        story.apply(entry);
        Ok(())
    };
    reader::scan("", &*file, apply).ok()?;
    // A run in progress has its journal locked, from before the head was written.
    let unfinished = story.unfinished(path)?;
    (!is_held(file)).then_some(unfinished)
}

/// What the last line of a journal says, whether it follows the others or not; `None` where it is not whole or a long
/// one, which no end is.
pub(super) fn last_record(file: &mut File) -> Option<JournalRecord> {
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let text = tail.strip_suffix(b"\n")?;
    let line = text.rsplit(|byte| *byte == b'\n').next()?;
    checksum_chain::entry_of(line).map(|entry| entry.record)
}

/// What was read of a journal so far.
#[derive(Default)]
pub(super) struct RunStory {
    head: Option<(Timestamp, Box<HeadRecord>)>,
    end: Option<EndRecord>,
    under_way: HashMap<u64, usize>,
    done: usize,
    failed: usize,
    open: usize,
}

/// What happened to the commands of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunCounts {
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) open: usize,
    /// The exit code, if the run finished.
    pub(super) exit: Option<u8>,
}

impl RunStory {
    pub(super) fn apply<S, V>(&mut self, JournalEntry { time, record }: JournalEntry<S, V>) {
        self.end = None;
        match record {
            JournalRecord::Head(head) => self.head = Some((time, head)),
            JournalRecord::End(end) => self.end = Some(end),
            JournalRecord::Request(request) => {
                self.under_way.insert(request.number, request.commands.len());
            }
            JournalRecord::Settled(settled) => {
                self.under_way.remove(&settled.number);
                settled.fates.iter().for_each(|fate| self.count(fate.status));
            }
            JournalRecord::Input(_) | JournalRecord::Found(_) | JournalRecord::Resumed(_) => {}
        }
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Completed | Status::WouldComplete => self.done += 1,
            Status::Unknown | Status::Unverified | Status::NotSent => self.open += 1,
            // A plan keeps no journal.
            Status::Failed
            | Status::PartlyDone
            | Status::StillMember
            | Status::Planned
            | Status::WouldFail => self.failed += 1,
        }
    }

    /// What happened to the commands so far.
    pub(super) fn counts(&self) -> RunCounts {
        let under_way = self.under_way.values().sum::<usize>();
        match &self.end {
            Some(end) => {
                RunCounts { done: end.done, failed: end.failed, open: left(end), exit: Some(end.exit) }
            }
            None => {
                RunCounts { done: self.done, failed: self.failed, open: self.open + under_way, exit: None }
            }
        }
    }

    /// The head and when it was written.
    pub(super) fn into_head(self) -> Option<(Timestamp, Box<HeadRecord>)> {
        self.head
    }

    fn unfinished(self, path: &Path) -> Option<UnfinishedRun> {
        let RunCounts { done, open, exit, .. } = self.counts();
        let (time, head) = self.head?;
        if self.end.as_ref().is_some_and(|end| !is_open(end)) {
            return None;
        }
        // Without an end, a script did not come to it.
        if !has_work_left(exit.unwrap_or(INTERRUPTED), open, head.script.is_prompt()) {
            return None;
        }
        let (time, script) = (time.to_string(), head.script.name);
        Some(UnfinishedRun { path: path.to_owned(), time, script, done, open })
    }
}

/// Whether `resume` has something to do for a run with this exit code and this many open commands. A session at the
/// prompt has no rest that could be run: it is resumed for the commands whose outcome is open.
pub fn has_work_left(exit: u8, open: usize, is_prompt: bool) -> bool {
    open > 0 || (!is_prompt && leaves_open(exit))
}

/// Whether an end leaves something to do.
fn is_open(end: &EndRecord) -> bool {
    leaves_open(end.exit) || left(end) > 0
}

fn left(end: &EndRecord) -> usize {
    end.unknown + end.not_sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::checksum_chain::ChecksumChain;
    use crate::store::journal::record::ResumedRecord;
    use crate::store::journal::testing;
    use crate::store::journal::testing::{end, entry, request, settled};

    fn done_and_open(records: &[JournalRecord]) -> Option<(usize, usize)> {
        let mut story = RunStory::default();
        for record in records {
            story.apply(entry(record.clone()));
        }
        story.unfinished(Path::new("x")).map(|run| (run.done, run.open))
    }

    fn head() -> JournalRecord {
        JournalRecord::Head(Box::new(testing::head()))
    }

    fn resumed() -> JournalRecord {
        let text = || "x".to_owned();
        JournalRecord::Resumed(ResumedRecord { version: text(), user: text(), host: text(), reason: None })
    }

    #[test]
    fn a_run_is_unfinished_without_an_end_or_with_commands_that_are_open() {
        assert_eq!(done_and_open(&[head(), end(0, [7, 0, 0, 0])]), None);
        assert_eq!(done_and_open(&[head(), end(3, [7, 5, 0, 0])]), None);
        assert_eq!(done_and_open(&[head(), end(6, [7, 0, 1, 2])]), Some((7, 3)));
        for exit in [4, 5, 7, 9, 130] {
            assert_eq!(done_and_open(&[head(), end(exit, [7, 0, 0, 0])]), Some((7, 0)), "{exit}");
        }
        assert_eq!(done_and_open(&[head(), end(6, [7, 0, 1, 0]), resumed(), end(0, [7, 0, 0, 0])]), None);
        assert_eq!(done_and_open(&[]), None);
    }

    #[test]
    fn without_an_end_the_requests_show_what_is_done_and_open() {
        let settled = settled(1, &[Status::Completed, Status::Unknown]);
        assert_eq!(done_and_open(&[head(), request(1), settled, request(2)]), Some((1, 3)));
    }

    #[test]
    fn each_status_counts_as_done_or_open_or_neither() {
        for status in Status::ALL {
            let counts = match status {
                Status::Completed | Status::WouldComplete => (1, 0),
                Status::Unknown | Status::Unverified | Status::NotSent => (0, 1),
                Status::Failed
                | Status::PartlyDone
                | Status::StillMember
                | Status::Planned
                | Status::WouldFail => (0, 0),
            };
            assert_eq!(
                done_and_open(&[head(), request(1), settled(1, &[*status])]),
                Some(counts),
                "{status}"
            );
        }
    }

    #[test]
    fn a_session_at_the_prompt_is_listed_only_with_commands_that_are_open() {
        let mut prompt = testing::head();
        (prompt.script.path, prompt.script.text) = (None, None);
        let head = JournalRecord::Head(Box::new(prompt));
        let done = settled(1, &[Status::Completed]);
        assert_eq!(done_and_open(&[head.clone(), request(1), done.clone()]), None);
        assert_eq!(done_and_open(&[head.clone(), request(1), done, end(130, [1, 0, 0, 0])]), None);
        assert_eq!(done_and_open(&[head, request(1), settled(1, &[Status::Unknown])]), Some((0, 1)));
    }

    #[test]
    fn the_last_record_is_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.journal");
        let last = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            match last_record(&mut File::open(&path).unwrap()) {
                Some(JournalRecord::End(end)) => Some(end.exit),
                _ => None,
            }
        };
        let mut chain = ChecksumChain::default();
        let mut long = testing::head();
        long.reason = Some("x".repeat(9_000));
        let long = chain.seal(&entry(JournalRecord::Head(Box::new(long)))).unwrap();
        let end = chain.seal(&entry(end(3, [0; 4]))).unwrap();
        assert_eq!(last(&[long.clone(), end.clone()].concat()), Some(3));
        assert_eq!(last(&long), None);
        assert_eq!(last(&end[..end.len() - 1]), None);
        assert_eq!(last(b""), None);
    }
}
