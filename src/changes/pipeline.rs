//! Submits commands to the client one by one, and counts, records and keeps their outcomes as they arrive.

use super::report::Report;
use crate::changes::outcome_buffer::{OutcomeBuffer, TaggedOutcome};
use crate::changes::report::ReportContent;
use crate::changes::submission::{TaggedCheckedCommand, WithheldCommand, source_of};
use crate::client::actions::feed::CommandFeed;
use crate::client::outcome::{Outcome, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use rhai::Dynamic;
use std::collections::HashMap;
use std::rc::Rc;

/// A list of commands that is being submitted.
pub(crate) struct Pipeline {
    feed: CommandFeed,
    outcomes: OutcomeCollector,
    submitted: usize,
    index: usize,
}

/// The commands without an outcome so far, and the outcomes of the others.
struct OutcomeCollector {
    run: Rc<RunState>,
    pending: HashMap<usize, PendingCommand>,
    buffer: OutcomeBuffer,
    /// Whether failures count for the exit code; not where the caller throws them.
    counts_failures: bool,
    /// The message for commands that were not sent because the list was abandoned.
    abandon_reason: Option<String>,
}

/// A command's index in the caller's list, and its tag.
struct PendingCommand {
    index: usize,
    tag: Dynamic,
}

impl Pipeline {
    /// A list without commands; `counts` says whether failures count for the exit code.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub(crate) fn new(session: &Session, counts_failures: bool) -> Result<Self> {
        let feed = session.client()?.command_feed();
        let run = RunState::of(session);
        let outcomes = OutcomeCollector {
            run,
            pending: HashMap::new(),
            buffer: OutcomeBuffer::default(),
            counts_failures,
            abandon_reason: None,
        };
        Ok(Self { feed, outcomes, submitted: 0, index: 0 })
    }

    /// Sets how many commands will be pushed, for the estimate of the time they take.
    pub(crate) fn expect(&mut self, count: usize) {
        self.feed.set_expected(count);
    }

    /// Adds a command, and sends a request when it is full.
    ///
    /// # Errors
    /// `incomplete`: a listing that is still in use cannot be read to its end.
    pub(super) fn push(&mut self, session: &Session, command: TaggedCheckedCommand) -> Result<()> {
        session.finish_listings()?;
        let entry = PendingCommand { index: self.next_index(), tag: command.tag };
        self.outcomes.pending.insert(self.submitted, entry);
        self.submitted += 1;
        self.feed.push(command.command);
        self.work(session)
    }

    /// Records a command that is not sent while the others are.
    pub(super) fn withhold(&mut self, session: &Session, command: WithheldCommand) {
        let index = self.next_index();
        let WithheldCommand { failure, action, tag } = command;
        let outcome = Outcome {
            index,
            target: failure.target,
            action,
            status: Status::NotSent,
            step: failure.step,
            code: Some(failure.code).filter(|code| !code.is_empty()),
            message: Some(failure.message),
            errors: Vec::new(),
            request_id: None,
            attempts: 0,
            mode: session.mode(),
            warnings: Vec::new(),
            resumed: false,
            source: failure.source,
        };
        self.outcomes.enter(session, TaggedOutcome { outcome, tag });
    }

    /// Sends the remaining commands and returns the report. If not even the first request was sent, the reason is
    /// returned as an error, since there is nothing to report.
    ///
    /// # Errors
    /// Why nothing was sent; `interrupted`.
    pub(crate) fn finish(mut self, session: &Session) -> Result<Report> {
        self.feed.close();
        self.work(session)?;
        let stopped = self.feed.stopped().cloned();
        self.outcomes.buffer.sort();
        let nothing = self.outcomes.buffer.count(|status| status != Status::NotSent) == 0;
        match stopped {
            Some(error) if nothing => Err(error),
            Some(error) if matches!(*error.kind, ErrorKind::Interrupted) => {
                let report = Dynamic::from(self.report(session, Some(error.clone())));
                RunState::of(session).keep_interrupted_report(report);
                Err(error)
            }
            stopped => Ok(self.report(session, stopped)),
        }
    }

    /// Sends nothing more: the remaining commands are `not_sent`.
    ///
    /// # Errors
    /// `config`: cannot start a thread.
    pub(crate) fn abandon(mut self, session: &Session, why: &str) -> Result<()> {
        self.outcomes.abandon_reason = Some(why.to_owned());
        self.feed.abandon();
        self.work(session)
    }

    /// The number of commands so far.
    pub(crate) fn len(&self) -> usize {
        self.index
    }

    fn report(self, session: &Session, stopped: Option<Error>) -> Report {
        if self.outcomes.counts_failures {
            self.outcomes.run.record_stop(session, stopped.as_ref());
        }
        let requests = self.feed.requests();
        Report::new(ReportContent { buffer: self.outcomes.buffer, requests, mode: session.mode(), stopped })
    }

    fn work(&mut self, session: &Session) -> Result<()> {
        let Self { feed, outcomes, .. } = self;
        session.wait(async {
            feed.run(|outcome| outcomes.receive(session, outcome)).await;
            Ok(())
        })
    }

    fn next_index(&mut self) -> usize {
        self.index += 1;
        self.index - 1
    }
}

impl OutcomeCollector {
    /// Records an outcome of the client, which numbers commands in the order they were pushed.
    fn receive(&mut self, session: &Session, mut outcome: Outcome) {
        let Some(entry) = self.pending.remove(&outcome.index) else { return };
        outcome.index = entry.index;
        outcome.source = source_of(&entry.tag);
        if let Some(why) = self.abandon_reason.as_ref().filter(|_| outcome.status == Status::NotSent) {
            outcome.message = Some(why.clone());
        }
        self.enter(session, TaggedOutcome { outcome, tag: entry.tag });
    }

    fn enter(&mut self, session: &Session, entry: TaggedOutcome) {
        self.run.record(session, &entry.outcome, self.counts_failures);
        self.buffer.add(entry);
    }
}
