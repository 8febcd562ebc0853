//! A run as its journal tells it: what was run, by whom, and what is left of it.

use super::reader;
use super::record::{HeadRecord, JournalRecord};
use super::unfinished_runs::{INTERRUPTED, RunStory, has_work_left, last_record};
use crate::error::Result;
use crate::store::atomic_file::is_held;
use jiff::Timestamp;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};

/// A run as its journal tells it.
#[derive(Debug, Clone)]
pub(crate) struct JournaledRun {
    /// Its journal.
    pub(crate) path: PathBuf,
    /// When it began.
    pub(crate) started: Timestamp,
    /// What was run, by whom.
    pub(crate) head: HeadRecord,
    /// Commands that are done, or would be.
    pub(crate) done: usize,
    /// Commands that failed, wholly or partly.
    pub(crate) failed: usize,
    /// Requested commands that are not known to be done.
    pub(crate) left: usize,
    /// The exit code, if it finished.
    pub(crate) exit: Option<u8>,
    /// Whether a process is writing the journal.
    pub(crate) is_under_way: bool,
}

impl JournaledRun {
    /// Reads a journal: of a run that finished, only the first and the last line.
    ///
    /// # Errors
    /// Those of [`reader::read`].
    pub(crate) fn of(path: &Path, file: &mut File) -> Result<Self> {
        let name = path.display().to_string();
        let last = last_record(file);
        let rewound = |file: &mut File| file.rewind().map_err(|error| crate::error::Error::io(path, error));
        rewound(file)?;
        let mut story = RunStory::default();
        if let Some(end @ JournalRecord::End(_)) = last {
            let head = reader::read_head(&name, &*file)?;
            let time = head.time;
            story.apply(head);
            story.apply(super::record::JournalEntry { time, record: end });
        } else {
            reader::scan::<IgnoredAny>(&name, &*file, |entry| {
                story.apply(entry);
                Ok(())
            })?;
        }
        let is_under_way = is_held(file);
        let counts = story.counts();
        let (started, head) = story.into_head().ok_or_else(|| reader::headless(&name))?;
        Ok(Self {
            path: path.to_owned(),
            started,
            head: *head,
            done: counts.done,
            failed: counts.failed,
            left: counts.open,
            exit: counts.exit,
            is_under_way,
        })
    }

    /// Whether `resume` has something to do.
    pub(crate) fn is_unfinished(&self) -> bool {
        let is_prompt = self.head.script.is_prompt();
        !self.is_under_way && has_work_left(self.exit.unwrap_or(INTERRUPTED), self.left, is_prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::testing::{end, head, request, settled};
    use crate::store::journal::writer::JournalWriter;
    use crate::wire::outcome::Status;

    fn read(records: Vec<JournalRecord>) -> JournaledRun {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x-live-7f3a12bc.journal");
        let mut journal = JournalWriter::create(&path, head()).unwrap();
        for record in records {
            journal.add(record).unwrap();
        }
        drop(journal);
        JournaledRun::of(&path, &mut File::open(&path).unwrap()).unwrap()
    }

    #[test]
    fn with_an_end_its_counts_are_those_of_the_run_and_without_one_those_of_the_requests() {
        let run = read(vec![request(1), end(3, [7, 5, 0, 2])]);
        assert_eq!((run.done, run.failed, run.left, run.exit), (7, 5, 2, Some(3)));
        assert!(run.is_unfinished() && !run.is_under_way);
        let run = read(vec![request(1), settled(1, &[Status::Completed, Status::Failed]), request(2)]);
        assert_eq!((run.done, run.failed, run.left, run.exit), (1, 1, 2, None));
        assert!(run.is_unfinished());
        assert!(!read(vec![end(0, [1, 0, 0, 0])]).is_unfinished());
    }
}
