//! The journal of a run: what leaves is on disk before, what became of it after, and what an earlier run left of it.

use super::entry;
use crate::client::hooks::{ActionRequest, GateHook, RecalledOutcome, RecalledResponse};
use crate::client::outcome::CommandOutcome;
use crate::client::request::ApiResponse;
use crate::client::sent_command::RenderedCommand;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::session::journal::redaction::Redactor;
use crate::session::journal::replay::Replay;
use crate::session::journal::snapshots::Snapshots;
use crate::session::totals::RunTotals;
use crate::store::journal::directory;
use crate::store::journal::record::{AnswerRecord, HeadRecord, InputRecord, JournalRecord, ResumedRecord};
use crate::store::journal::writer::JournalWriter;
use crate::wire::user::User;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Writes the journal at the gate that every change passes.
pub struct JournalRecorder(Mutex<RecorderState>);

/// The file of a journal.
enum JournalFile {
    /// It is made, with this head, when the first change is about to leave.
    Pending(Box<HeadRecord>),
    Open(JournalWriter),
}

impl JournalFile {
    fn open(&mut self) -> Option<&mut JournalWriter> {
        match self {
            Self::Pending(_) => None,
            Self::Open(journal) => Some(journal),
        }
    }
}

struct RecorderState {
    file: JournalFile,
    replay: Replay,
    /// What no line may hold.
    redactor: Redactor,
    snapshots: Snapshots,
    /// The numbers of the requests under way, by their ids.
    under_way: HashMap<String, u64>,
    number: u64,
    /// Answers to requests sent as their caller wrote them, until it is known what they mean.
    answers: HashMap<String, AnswerRecord>,
    /// Why the journal cannot be written any more: nothing leaves then.
    fault: Option<Error>,
}

impl JournalRecorder {
    /// The journal of a new run, which begins with `head`; what `redactor` hides is in none of its lines.
    pub fn new(head: HeadRecord, redactor: Redactor) -> Self {
        Self::over(JournalFile::Pending(Box::new(head)), Replay::default(), redactor)
    }

    /// The journal of an earlier run, to continue it; `again` is about this one, `redactor` has what was hidden.
    ///
    /// # Errors
    /// `file`: it cannot be read, is broken, or cannot be written. `usage`: another run holds it, or another version
    /// wrote it.
    pub fn resume(path: &Path, again: ResumedRecord, redactor: Redactor) -> Result<Self> {
        let mut replay = Replay::default();
        let mut journal = JournalWriter::open(path, |entry| {
            let mut record = entry.record;
            redactor.show(&mut record);
            replay.apply(record);
            Ok(())
        })?;
        replay.begin_again();
        journal.add(JournalRecord::Resumed(again))?;
        journal.sync()?;
        Ok(Self::over(JournalFile::Open(journal), replay, redactor))
    }

    fn over(file: JournalFile, replay: Replay, redactor: Redactor) -> Self {
        let number = replay.last_number();
        Self(Mutex::new(RecorderState {
            file,
            replay,
            redactor,
            snapshots: Snapshots::default(),
            under_way: HashMap::new(),
            number,
            answers: HashMap::new(),
            fault: None,
        }))
    }

    /// Takes notice of a file the script read.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn input(&self, path: &Path, digest: &str) -> Result<()> {
        self.took_in(path, digest, false)
    }

    /// Takes notice of a module the script imported.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn module(&self, path: &Path, digest: &str) -> Result<()> {
        self.took_in(path, digest, true)
    }

    fn took_in(&self, path: &Path, digest: &str, module: bool) -> Result<()> {
        let mut content = self.content();
        let path = content.redactor.hidden(&path.display().to_string());
        let input = InputRecord { path, sha256: digest.to_owned(), module };
        match &mut content.file {
            JournalFile::Pending(head) => {
                head.inputs.push(input);
                Ok(())
            }
            JournalFile::Open(journal) => journal.add(JournalRecord::Input(input)),
        }
    }

    /// The end of the run, with its exit code and what became of all its commands.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn end(&self, exit: u8, totals: RunTotals) -> Result<()> {
        match self.content().file.open() {
            Some(journal) => {
                journal.add(JournalRecord::End(entry::end(exit, totals)))?;
                journal.sync()
            }
            None => Ok(()),
        }
    }

    /// Where the journal is, once it is made.
    pub fn path(&self) -> Option<PathBuf> {
        self.content().file.open().map(|journal| journal.path().to_owned())
    }

    /// Whether a command of this content is not sent when it is asked for next, since an earlier run did it.
    pub fn has_settled(&self, mode: Mode, command: &RenderedCommand) -> bool {
        self.with_replay(|replay| replay.has_settled(mode, command))
    }

    /// What an earlier run left in the journal.
    pub(super) fn with_replay<T>(&self, work: impl FnOnce(&mut Replay) -> T) -> T {
        work(&mut self.content().replay)
    }

    /// Adds what was found out about an earlier run.
    pub(super) fn add(&self, record: JournalRecord) -> Result<()> {
        self.content().add(record)
    }

    fn content(&self) -> MutexGuard<'_, RecorderState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecorderState {
    /// Adds a record, without what is secret in whatever the script and the service wrote.
    fn add(&mut self, mut record: JournalRecord) -> Result<()> {
        self.redactor.hide(&mut record);
        self.file.open().map_or(Ok(()), |journal| journal.add(record))
    }

    fn write(&mut self, request: &ActionRequest) -> Result<()> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let JournalFile::Pending(head) = &self.file {
            let path = directory::new(request.mode == Mode::Live)?;
            self.file = JournalFile::Open(JournalWriter::create(&path, (**head).clone())?);
        }
        let number = self.number + 1;
        let record = entry::request(number, request, |command| self.snapshots.earlier(command));
        self.add(JournalRecord::Request(record))?;
        self.file.open().map_or(Ok(()), JournalWriter::sync)?;
        self.number = number;
        self.under_way.insert(request.request_id.clone(), number);
        self.snapshots.forget(request);
        Ok(())
    }
}

impl GateHook for JournalRecorder {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        self.content().fault.clone().map_or(Ok(()), Err)
    }

    /// Not before: what a kill finds waiting for its turn has not left.
    fn sending(&self, request: &ActionRequest) -> Result<()> {
        self.content().write(request)
    }

    fn after(&self, request: &ActionRequest, answer: std::result::Result<&ApiResponse, &Error>) {
        let mut content = self.content();
        if let (0, Ok(answer)) = (request.list, answer) {
            content.answers.insert(request.request_id.clone(), entry::answer(answer));
        }
    }

    fn settled(&self, request: &ActionRequest, outcomes: &[CommandOutcome]) {
        let mut content = self.content();
        let answer = content.answers.remove(&request.request_id);
        // What did not pass the gate is not in the journal.
        let Some(number) = content.under_way.remove(&request.request_id) else { return };
        let record = entry::settled(number, outcomes, answer);
        if let Err(fault) = content.add(JournalRecord::Settled(record)) {
            content.fault.get_or_insert(fault);
        }
    }

    fn can_recall(&self) -> bool {
        !self.content().replay.is_empty()
    }

    fn recall(&self, mode: Mode, command: &RenderedCommand) -> Option<RecalledOutcome> {
        self.content().replay.recall(mode, command)
    }

    fn recall_response(&self, request: &ActionRequest) -> Option<RecalledResponse> {
        self.content().replay.recall_response(request)
    }

    fn users_read(&self, users: &[Arc<User>]) {
        self.content().snapshots.add(users);
    }
}
