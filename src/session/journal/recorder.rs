//! Writes the journal of a run: every request before it is sent, its outcomes after, and the replay of an earlier run.

use super::entry;
use crate::client::hooks::{ActionRequest, GateHook, RecalledOutcome, RecalledResponse, UserReading};
use crate::client::outcome::{CommandOutcome, Status};
use crate::client::request::ApiResponse;
use crate::client::sent_command::CommandContent;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::session::journal::account_key::NamedPerson;
use crate::session::journal::redaction::Redactor;
use crate::session::journal::replay::Replay;
use crate::session::journal::snapshots::{Absence, Snapshots};
use crate::session::people_index::PeopleIndex;
use crate::session::totals::RunTotals;
use crate::store::journal::record::{
    AnswerRecord, Finding, FoundRecord, HeadRecord, InputRecord, JournalRecord, ResumedRecord,
};
use crate::store::journal::writer::JournalWriter;
use crate::store::journal::{directory, reader};
use crate::wire::command::Command;
use crate::wire::user::User;
use jiff::Timestamp;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The hook that writes the journal.
pub struct JournalRecorder(Mutex<RecorderState>);

/// The file of a journal.
enum JournalFile {
    /// It is created, with this head, when the first change is about to be sent.
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
    /// The folder of a journal that nobody needs after the run.
    temporary: Option<PathBuf>,
    replay: Replay,
    /// Hides secrets in every line.
    redactor: Redactor,
    snapshots: Snapshots,
    /// The people whom the run has read.
    people: Option<Arc<PeopleIndex>>,
    /// The numbers of pending requests, by their ids.
    pending: HashMap<String, u64>,
    number: u64,
    /// The numbers of requests with removals that are not verified, by their ids.
    unverified: HashMap<String, u64>,
    /// Responses to requests sent as the script wrote them, until their outcomes are known.
    answers: HashMap<String, AnswerRecord>,
    /// Why the journal cannot be written any more; nothing is sent then.
    fault: Option<Error>,
}

impl JournalRecorder {
    /// The journal of a new run, which starts with `head`; `redactor` hides secrets in all lines.
    pub fn new(head: HeadRecord, redactor: Redactor) -> Self {
        Self::with_file(JournalFile::Pending(Box::new(head)), Replay::default(), redactor)
    }

    /// The journal of an earlier run, to continue it; `again` describes this run, `redactor` has the hidden secrets.
    ///
    /// # Errors
    /// `file`: it cannot be read, is broken, or cannot be written. `usage`: another run holds it, or another version
    /// wrote it.
    pub fn resume(path: &Path, again: ResumedRecord, redactor: Redactor) -> Result<Self> {
        let mut replay = Replay::default();
        let mut journal = JournalWriter::open_with(path, |name, mut file| {
            if redactor.is_empty() {
                let read = reader::scan::<Box<RawValue>>(name, file, |entry| {
                    replay.apply(entry.record);
                    Ok(())
                });
                if read.is_ok() {
                    return read;
                }
                // JSON can be kept as it is written only in lines that are as we write them.
                replay = Replay::default();
                file.rewind().map_err(|error| Error::file(name, error))?;
            }
            reader::read(name, file, |entry| {
                let mut record = entry.record;
                redactor.restore(&mut record);
                replay.apply(record);
                Ok(())
            })
        })?;
        replay.start_resume();
        journal.add(JournalRecord::Resumed(again))?;
        journal.sync()?;
        Ok(Self::with_file(JournalFile::Open(journal), replay, redactor))
    }

    fn with_file(file: JournalFile, replay: Replay, redactor: Redactor) -> Self {
        let number = replay.last_number();
        Self(Mutex::new(RecorderState {
            file,
            temporary: None,
            replay,
            redactor,
            snapshots: Snapshots::default(),
            people: None,
            pending: HashMap::new(),
            number,
            unverified: HashMap::new(),
            answers: HashMap::new(),
            fault: None,
        }))
    }

    /// The same journal in a folder that goes with the run.
    pub(crate) fn kept_in(self, folder: PathBuf) -> Self {
        self.state().temporary = Some(folder);
        self
    }

    /// The journal as far as it is written, and the number of its last request.
    pub(crate) fn written(&self) -> (Option<PathBuf>, u64) {
        let mut state = self.state();
        (state.file.open().map(|journal| journal.path().to_owned()), state.number)
    }

    /// From now on, this index has the records that were read and tells who certainly has no account.
    pub(crate) fn consult(&self, people: Arc<PeopleIndex>) {
        let mut state = self.state();
        state.snapshots.consult(people.records());
        state.people = Some(people);
    }

    /// A plan that this run applies found an account to be a direct member of a group.
    pub(crate) fn expect_direct(&self, id: &str, group: &str) {
        self.state().snapshots.expect_direct(id, group);
    }

    /// Records a file that the script read.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn input(&self, path: &Path, digest: &str) -> Result<()> {
        self.add_input(path, digest, false)
    }

    /// Records a module that the script imported.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn module(&self, path: &Path, digest: &str) -> Result<()> {
        self.add_input(path, digest, true)
    }

    fn add_input(&self, path: &Path, digest: &str, module: bool) -> Result<()> {
        let mut state = self.state();
        let path = state.redactor.redacted(&path.display().to_string());
        let input = InputRecord { path, sha256: digest.to_owned(), module };
        match &mut state.file {
            JournalFile::Pending(head) => {
                head.inputs.push(input);
                Ok(())
            }
            JournalFile::Open(journal) => journal.add(JournalRecord::Input(input)),
        }
    }

    /// Records the end of the run, with its exit code and totals.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn end(&self, exit: u8, totals: RunTotals) -> Result<()> {
        match self.state().file.open() {
            Some(journal) => {
                journal.add(JournalRecord::End(entry::end(exit, totals)))?;
                journal.sync()
            }
            None => Ok(()),
        }
    }

    /// The path of the journal, once it exists; none of one that is not kept.
    pub fn path(&self) -> Option<PathBuf> {
        let mut state = self.state();
        let is_kept = state.temporary.is_none();
        state.file.open().filter(|_| is_kept).map(|journal| journal.path().to_owned())
    }

    /// Whether a command is recalled instead of sent, because an earlier run settled it.
    pub fn has_settled(&self, mode: Mode, command: &CommandContent) -> bool {
        self.with_replay(|replay| replay.has_settled(mode, command))
    }

    /// Works on the replay of an earlier run.
    pub(super) fn with_replay<T>(&self, work: impl FnOnce(&mut Replay) -> T) -> T {
        work(&mut self.state().replay)
    }

    /// Adds a record about an earlier run.
    pub(super) fn add(&self, record: JournalRecord) -> Result<()> {
        self.state().add(record)
    }

    fn state(&self) -> MutexGuard<'_, RecorderState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecorderState {
    /// Adds a record, with secrets hidden in what the script and the service wrote.
    fn add(&mut self, mut record: JournalRecord) -> Result<()> {
        self.redactor.redact(&mut record);
        self.file.open().map_or(Ok(()), |journal| journal.add(record))
    }

    fn write(&mut self, request: &ActionRequest) -> Result<()> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let JournalFile::Pending(head) = &self.file {
            let is_live = request.mode == Mode::Live;
            let path = match &self.temporary {
                Some(folder) => directory::new_in(folder, is_live),
                None => directory::new(is_live)?,
            };
            self.file = JournalFile::Open(JournalWriter::create(&path, (**head).clone())?);
        }
        let number = self.number + 1;
        let people = self.people.clone();
        let is_live = request.mode == Mode::Live;
        let record = entry::request(number, request, |command| {
            let absence = |person: NamedPerson<'_>| absence(people.as_deref(), person);
            if is_live { self.snapshots.before(command, absence) } else { Vec::new() }
        });
        self.add(JournalRecord::Request(record))?;
        self.file.open().map_or(Ok(()), JournalWriter::sync)?;
        self.number = number;
        self.pending.insert(request.request_id.clone(), number);
        if is_live {
            request.commands.iter().for_each(|sent| self.snapshots.touch(&sent.content));
        }
        Ok(())
    }
}

/// What the people that were read show of an account that is not among them.
fn absence(people: Option<&PeopleIndex>, person: NamedPerson<'_>) -> Absence {
    let complete = people.and_then(PeopleIndex::complete_since);
    let is_unlisted = |_: &Timestamp| {
        let adobe_id = person.is_exact.then_some(person.is_adobe_id);
        people.is_some_and(|people| !people.has_read(person.name, person.domain, adobe_id))
    };
    Absence { unlisted: complete.filter(is_unlisted), is_complete: complete.is_some() }
}

impl GateHook for JournalRecorder {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        self.state().fault.clone().map_or(Ok(()), Err)
    }

    /// Not in `before`: a request that waits for its turn when the process is killed was not sent.
    fn sending(&self, request: &ActionRequest) -> Result<()> {
        self.state().write(request)
    }

    fn after(&self, request: &ActionRequest, answer: std::result::Result<&ApiResponse, &Error>) {
        let mut state = self.state();
        if let (0, Ok(answer)) = (request.list, answer) {
            state.answers.insert(request.request_id.clone(), entry::answer(answer));
        }
    }

    fn settled(&self, request: &ActionRequest, fates: &[CommandOutcome]) {
        let mut state = self.state();
        let answer = state.answers.remove(&request.request_id);
        // A request that did not pass the gate is not in the journal.
        let Some(number) = state.pending.remove(&request.request_id) else { return };
        if fates.iter().any(|fate| fate.status == Status::Unverified) {
            state.unverified.insert(request.request_id.clone(), number);
        }
        let record = entry::settled(number, fates, answer);
        if let Err(fault) = state.add(JournalRecord::Settled(record)) {
            state.fault.get_or_insert(fault);
        }
    }

    fn verified(&self, request: &ActionRequest, place: usize, outcome: &CommandOutcome) {
        let mut state = self.state();
        let finding = match outcome.status {
            Status::Completed => Finding::Done,
            Status::StillMember => Finding::StillMember,
            // It stays unverified, so that a resumed run reads it back.
            _ => return,
        };
        let Some(number) = state.unverified.get(&request.request_id).copied() else { return };
        let message = outcome.message.clone();
        if let Err(fault) = state.add(JournalRecord::Found(FoundRecord { number, place, finding, message })) {
            state.fault.get_or_insert(fault);
        }
    }

    fn can_recall(&self) -> bool {
        !self.state().replay.is_empty()
    }

    fn recall(&self, mode: Mode, command: &CommandContent) -> Option<RecalledOutcome> {
        self.state().replay.recall(mode, command)
    }

    fn recall_response(&self, request: &ActionRequest) -> Option<RecalledResponse> {
        self.state().replay.recall_response(request)
    }

    fn users_found(&self, users: &[Arc<User>], reading: UserReading<'_>) {
        self.state().snapshots.add(users, reading);
    }

    fn users_listed(&self, reading: UserReading<'_>) {
        self.state().snapshots.end_listing(reading);
    }

    fn user_missing(&self, name: &str, domain: Option<&str>) {
        self.state().snapshots.add_missing(name, domain);
    }

    fn accepted(&self, command: &Command) {
        self.state().snapshots.keep_people_of(command);
    }
}
