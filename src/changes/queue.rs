//! A queue: commands that a script adds one by one, sent in full requests and the rest at the end.

use super::pipeline::{Pipeline, PipelineOptions};
use super::report::Report;
use super::submit::check_submission;
use crate::changes::submission::{Submission, TaggedCommand};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::quantity::counted;
use crate::session::run_state::{OpenQueue, RunState};
use crate::wire::command::Command;
use rhai::Engine;
use std::cell::RefCell;
use std::rc::Rc;

/// A queue of a script; clones share its commands.
#[derive(Clone)]
pub struct Queue(Rc<RefCell<Option<Pipeline>>>);

impl Queue {
    /// An empty queue; the end of the run finishes it unless the script does. `sends_singly` says whether people are sent
    /// one by one, even where lists of groups would save requests.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub fn open(session: &Session, sends_singly: bool) -> Result<Self> {
        let options = PipelineOptions { sends_singly, ..PipelineOptions::default() };
        let queue = Self(Rc::new(RefCell::new(Some(Pipeline::new(session, options)?))));
        RunState::of(session).register_queue(Rc::new(queue.clone()));
        Ok(queue)
    }

    /// The number of commands in it.
    pub fn len(&self) -> usize {
        self.0.borrow().as_ref().map_or(0, Pipeline::len)
    }

    /// Whether it has no commands.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a command, and sends a request when it is full.
    ///
    /// # Errors
    /// `invalid`: a local check refuses it. `usage`: the queue is finished.
    pub fn push(&self, session: &Session, command: Command) -> Result<()> {
        self.submit(session, Ok(TaggedCommand::plain(command)))
    }

    /// Adds what a script gives as a command, with its tag.
    ///
    /// # Errors
    /// As [`Queue::push`].
    pub(crate) fn submit(&self, session: &Session, submission: Submission) -> Result<()> {
        let mut pipeline = self.0.borrow_mut();
        let Some(pipeline) = pipeline.as_mut() else { return Err(finished()) };
        match check_submission(session, pipeline.len(), submission)? {
            Ok(command) => pipeline.push(session, command),
            Err(withheld) if withheld.is_refused() => Err(ErrorKind::Invalid(vec![withheld.failure]).into()),
            Err(withheld) => {
                pipeline.withhold(session, *withheld);
                Ok(())
            }
        }
    }

    /// Adds a command; one that a local check refuses is recorded and does not keep others from being sent.
    ///
    /// # Errors
    /// `usage`: the queue is finished. Why a request could not be sent.
    pub(crate) fn submit_or_withhold(&self, session: &Session, submission: Submission) -> Result<()> {
        let mut pipeline = self.0.borrow_mut();
        let Some(pipeline) = pipeline.as_mut() else { return Err(finished()) };
        match check_submission(session, pipeline.len(), submission)? {
            Ok(command) => pipeline.push(session, command),
            Err(withheld) => {
                pipeline.withhold(session, *withheld);
                Ok(())
            }
        }
    }

    /// Sends the remaining commands and returns the report.
    ///
    /// # Errors
    /// `usage`: it was finished before. Why nothing was sent.
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
        self.finish(session).map(drop)
    }

    fn abandon(&self, session: &Session, why: &str) -> Result<()> {
        let pipeline = self.0.borrow_mut().take();
        pipeline.map_or(Ok(()), |pipeline| pipeline.abandon(session, why))
    }
}

fn finished() -> Error {
    Error::usage_with_hint("the queue is finished", "Start another one with queue().")
}

/// Registers the type `Queue` with an engine.
pub(crate) fn register(engine: &mut Engine) {
    let shown = |queue: &mut Queue| format!("queue of {}", counted(queue.len(), "command"));
    engine.register_type_with_name::<Queue>("Queue");
    engine.register_fn("to_string", shown);
    engine.register_fn("to_debug", shown);
}
