//! A queue: commands collected while a script runs, sent in full requests, the rest at its end.

use super::pipeline::Pipeline;
use super::report::Report;
use super::submit::check_command;
use crate::changes::submission::{Submission, TaggedCommand};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::run_state::{OpenQueue, RunState};
use crate::wire::command::Command;
use rhai::{Dynamic, Engine};
use std::cell::RefCell;
use std::rc::Rc;

/// So many failures of a queue that the script left unfinished are told one by one.
const FAILURES_SHOWN: usize = 3;

/// A queue of a script; clones are the same queue.
#[derive(Clone)]
pub struct Queue(Rc<RefCell<Option<Pipeline>>>);

impl Queue {
    /// An empty queue, which the end of the run finishes unless the script does.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub fn open(session: &Session) -> Result<Self> {
        let queue = Self(Rc::new(RefCell::new(Some(Pipeline::new(session, true)?))));
        RunState::of(session).register_queue(Rc::new(queue.clone()));
        Ok(queue)
    }

    /// How many commands it has taken.
    pub fn len(&self) -> usize {
        self.0.borrow().as_ref().map_or(0, Pipeline::len)
    }

    /// Whether it has taken none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a command, and carries out what fills a request.
    ///
    /// # Errors
    /// `invalid`: a local check refuses it. `usage`: the queue is finished.
    pub fn push(&self, session: &Session, command: Command) -> Result<()> {
        self.submit(session, Ok(TaggedCommand { command, tag: Dynamic::UNIT }))
    }

    /// Takes what a script gives as a command.
    ///
    /// # Errors
    /// As [`Queue::push`].
    pub fn submit(&self, session: &Session, submission: Submission) -> Result<()> {
        let mut pipeline = self.0.borrow_mut();
        let Some(pipeline) = pipeline.as_mut() else { return Err(finished()) };
        let command = submission.map(|command| check_command(session, pipeline.len(), command));
        match command.map_err(|failure| Error::from(ErrorKind::Invalid(vec![failure])))?? {
            Ok(command) => pipeline.push(session, command),
            Err(failure) => Err(ErrorKind::Invalid(vec![failure]).into()),
        }
    }

    /// Sends the rest and answers what became of everything.
    ///
    /// # Errors
    /// `usage`: it was finished before. What kept everything from being sent.
    pub fn finish(&self, session: &Session) -> Result<Report> {
        let pipeline = self.0.borrow_mut().take().ok_or_else(finished)?;
        pipeline.finish(session)
    }
}

impl OpenQueue for Queue {
    fn is_finished(&self) -> bool {
        self.0.borrow().is_none()
    }

    fn finish_at_end(&self, session: &Session) -> Result<()> {
        let report = self.finish(session)?;
        for failure in report.failures().take(FAILURES_SHOWN) {
            session.console().warn(&failure.describe());
        }
        Ok(())
    }

    fn abandon(&self, session: &Session, why: &str) -> Result<()> {
        let pipeline = self.0.borrow_mut().take();
        pipeline.map_or(Ok(()), |pipeline| pipeline.abandon(session, why))
    }
}

fn finished() -> Error {
    Error::usage_with_hint("the queue is finished", "Begin another one with queue().")
}

/// Makes queues known to an engine.
pub(crate) fn register(engine: &mut Engine) {
    let shown = |queue: &mut Queue| format!("queue of {} commands", queue.len());
    engine.register_type_with_name::<Queue>("Queue");
    engine.register_fn("to_string", shown);
    engine.register_fn("to_debug", shown);
}
