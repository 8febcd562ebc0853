//! The journal of a run: what leaves is on disk before, what became of it after, and what an earlier run left of it.

use crate::client::hooks::{ActionRequest, Hook, Recalled};
use crate::client::outcome::Fate;
use crate::client::request::Answer;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::session::journal::redaction::Mask;
use crate::session::journal::replay::Memory;
use crate::session::journal::snapshots::Known;
use crate::session::totals::Totals;
use crate::store::journal::directory;
use crate::store::journal::reader::Record;
use crate::store::journal::writer::Journal;
use crate::wire::user::User;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Writes the journal at the gate that every change passes.
pub struct Recorder(Mutex<Content>);

struct Content {
    /// What the journal begins with; it is made when the first change is about to leave.
    head: Record,
    journal: Option<Journal>,
    memory: Memory,
    /// What no line may hold.
    mask: Mask,
    known: Known,
    /// The numbers of the requests under way, by their ids.
    under_way: HashMap<String, u64>,
    number: u64,
    /// Answers to requests sent as their caller wrote them, until it is known what they mean.
    answers: HashMap<String, Value>,
    /// Why the journal cannot be written any more: nothing leaves then.
    fault: Option<Error>,
}

impl Recorder {
    /// The journal of a new run, which begins with `head`; what `mask` hides is in none of its lines.
    pub fn new(head: Record, mask: Mask) -> Self {
        Self::over(head, None, Memory::default(), mask)
    }

    /// The journal of an earlier run, to go on with; `again` tells of this one, `mask` has what was hidden.
    ///
    /// # Errors
    /// `file`: it cannot be read, is broken, or cannot be written. `usage`: another run holds it.
    pub fn resume(path: &Path, again: Record, mask: Mask) -> Result<Self> {
        let mut memory = Memory::default();
        let mut journal = Journal::open(path, |mut record| {
            record.values_mut().for_each(|value| mask.show(value));
            memory.hear(&record);
            Ok(())
        })?;
        memory.begin_again();
        journal.add(again)?;
        journal.sync()?;
        Ok(Self::over(Record::new(), Some(journal), memory, mask))
    }

    fn over(head: Record, journal: Option<Journal>, memory: Memory, mask: Mask) -> Self {
        let number = memory.last_number();
        Self(Mutex::new(Content {
            head,
            journal,
            memory,
            mask,
            known: Known::default(),
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
        self.took_in(json!({"path": path.display().to_string(), "sha256": digest}))
    }

    /// Takes notice of a module the script imported.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn module(&self, path: &Path, digest: &str) -> Result<()> {
        self.took_in(json!({"path": path.display().to_string(), "sha256": digest, "module": true}))
    }

    fn took_in(&self, entry: Value) -> Result<()> {
        let mut content = self.content();
        if let Some(journal) = &mut content.journal {
            return journal.add(crate::session::journal::entry::of("input", entry));
        }
        if let Some(Value::Array(inputs)) = content.head.get_mut("inputs") {
            inputs.push(entry);
        }
        Ok(())
    }

    /// The end of the run, with its exit code and what became of all its commands.
    ///
    /// # Errors
    /// `file`: the journal cannot be written.
    pub fn end(&self, exit: u8, totals: Totals) -> Result<()> {
        match &mut self.content().journal {
            Some(journal) => {
                journal.add(crate::session::journal::entry::end(exit, totals))?;
                journal.sync()
            }
            None => Ok(()),
        }
    }

    /// Where the journal is, once it is made.
    pub fn path(&self) -> Option<PathBuf> {
        self.content().journal.as_ref().map(|journal| journal.path().to_owned())
    }

    /// Whether an earlier run did a command of this content that was not asked for again yet.
    pub fn has_done(&self, mode: Mode, command: &Value) -> bool {
        self.with_memory(|memory| memory.has_done(mode.as_str(), command))
    }

    /// What an earlier run left in the journal.
    pub(super) fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.content().memory)
    }

    /// Adds a record of what was found out about an earlier run.
    pub(super) fn add(&self, record: Record) -> Result<()> {
        self.content().journal.as_mut().map_or(Ok(()), |journal| journal.add(record))
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    /// Hides what is secret in whatever the script and the service wrote.
    fn hide(&self, entry: &mut Record) {
        let written = entry
            .iter_mut()
            .filter(|(key, _)| crate::session::journal::entry::WRITTEN.contains(&key.as_str()));
        written.for_each(|(_, value)| self.mask.hide(value));
    }

    fn write(&mut self, request: &ActionRequest) -> Result<()> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.journal.is_none() {
            let path = directory::new(request.mode == Mode::Live)?;
            self.journal = Some(Journal::create(&path, self.head.clone())?);
        }
        let number = self.number + 1;
        let mut entry =
            crate::session::journal::entry::request(number, request, |command| self.known.earlier(command));
        self.hide(&mut entry);
        if let Some(journal) = &mut self.journal {
            journal.add(entry)?;
            journal.sync()?;
        }
        self.number = number;
        self.under_way.insert(request.request_id.clone(), number);
        self.known.forget(request);
        Ok(())
    }
}

impl Hook for Recorder {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        self.content().fault.clone().map_or(Ok(()), Err)
    }

    /// Not before: what a kill finds waiting for its turn has not left.
    fn leaving(&self, request: &ActionRequest) -> Result<()> {
        self.content().write(request)
    }

    fn after(&self, request: &ActionRequest, answer: std::result::Result<&Answer, &Error>) {
        let mut content = self.content();
        if let (0, Ok(answer)) = (request.list, answer) {
            content
                .answers
                .insert(request.request_id.clone(), crate::session::journal::entry::answer(answer));
        }
    }

    fn settled(&self, request: &ActionRequest, fates: &[Fate]) {
        let mut content = self.content();
        let answer = content.answers.remove(&request.request_id);
        // What did not pass the gate is not in the journal.
        let Some(number) = content.under_way.remove(&request.request_id) else { return };
        let mut entry = crate::session::journal::entry::settled(number, fates, answer);
        content.hide(&mut entry);
        let added = content.journal.as_mut().map_or(Ok(()), |journal| journal.add(entry));
        if let Err(fault) = added {
            content.fault.get_or_insert(fault);
        }
    }

    fn remembers(&self) -> bool {
        !self.content().memory.is_empty()
    }

    fn recall(&self, mode: Mode, command: &Value) -> Option<Recalled> {
        self.content().memory.recall(mode.as_str(), command)
    }

    fn recall_answer(&self, request: &ActionRequest) -> Option<Result<Answer>> {
        let mut content = self.content();
        if let Some(answer) =
            content.memory.recall_answer(&crate::session::journal::entry::content_of(request))
        {
            return Some(Ok(answer));
        }
        let commands: Vec<_> = request.commands.iter().map(|sent| &sent.command).collect();
        match content.memory.recall_together(request.mode.as_str(), &commands)? {
            Recalled::Done { request_id } => Some(Ok(Answer::confirmed(request, request_id, "resumed"))),
            Recalled::Open { message } => Some(Err(ErrorKind::Unknown { message }.into())),
        }
    }

    fn seen(&self, users: &[Arc<User>]) {
        self.content().known.add(users);
    }
}
