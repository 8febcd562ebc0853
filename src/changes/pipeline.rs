//! Submits commands to the client one by one, and counts, records and keeps their outcomes as they arrive.

use super::report::Report;
use crate::changes::outcome_buffer::{OutcomeBuffer, TaggedOutcome};
use crate::changes::report::ReportContent;
use crate::changes::submission::{TaggedCheckedCommand, WithheldCommand, source_of};
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::feed::CommandFeed;
use crate::client::outcome::{Outcome, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use rhai::Dynamic;
use std::collections::HashMap;
use std::rc::Rc;

/// A list of commands that is being submitted. The second parts of commands are a list of their own, so that each is
/// sent in a later request than its first part.
pub(crate) struct Pipeline {
    first: Wave,
    second: Wave,
    outcomes: OutcomeCollector,
    index: usize,
}

/// How a list of commands is submitted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PipelineOptions {
    /// Whether failures count for the exit code; not where the caller throws them.
    pub(crate) counts_failures: bool,
    /// Whether people are sent one by one, even where lists of groups would save requests.
    pub(crate) sends_singly: bool,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        Self { counts_failures: true, sends_singly: false }
    }
}

/// Commands in a feed, with those that have no outcome so far.
struct Wave {
    feed: CommandFeed,
    pending: HashMap<usize, PendingCommand>,
    submitted: usize,
}

/// What happened to the commands.
struct OutcomeCollector {
    run: Rc<RunState>,
    buffer: OutcomeBuffer,
    /// Whether failures count for the exit code; not where the caller throws them.
    counts_failures: bool,
    /// The message for commands that were not sent because the list was abandoned.
    abandon_reason: Option<String>,
}

/// A command's index in the caller's list, its tag, and its second part.
struct PendingCommand {
    index: usize,
    tag: Dynamic,
    then: Option<CheckedCommand>,
}

impl Pipeline {
    /// An empty list.
    ///
    /// # Errors
    /// `config`: settings are missing or invalid.
    pub(crate) fn new(session: &Session, options: PipelineOptions) -> Result<Self> {
        let client = session.client()?;
        let wave = || Wave {
            feed: client.command_feed(options.sends_singly),
            pending: HashMap::new(),
            submitted: 0,
        };
        let outcomes = OutcomeCollector {
            run: RunState::of(session),
            buffer: OutcomeBuffer::default(),
            counts_failures: options.counts_failures,
            abandon_reason: None,
        };
        Ok(Self { first: wave(), second: wave(), outcomes, index: 0 })
    }

    /// Sets how many commands will be pushed, for the estimate of the time they take.
    pub(crate) fn expect(&mut self, count: usize) {
        self.first.feed.set_expected(count);
    }

    /// Adds a command, and sends a request when it is full.
    ///
    /// # Errors
    /// `incomplete`: a listing that is still in use cannot be read to the end.
    pub(super) fn push(&mut self, session: &Session, command: TaggedCheckedCommand) -> Result<()> {
        session.finish_listings()?;
        let TaggedCheckedCommand { command, tag, then } = command;
        let index = self.next_index();
        self.first.push(command, PendingCommand { index, tag, then });
        self.run(session)
    }

    /// Records a command that is not sent while the others are.
    pub(super) fn withhold(&mut self, session: &Session, command: WithheldCommand) {
        let index = self.next_index();
        let WithheldCommand { failure, action, tag } = command;
        let outcome = Outcome {
            index,
            target: failure.target,
            action,
            removes_everything: false,
            status: Status::NotSent,
            evidence: None,
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
        self.outcomes.run.record_withheld(session, &outcome, self.outcomes.counts_failures);
        self.outcomes.buffer.add(TaggedOutcome { outcome, tag });
    }

    /// Sends the remaining commands and returns the report. If not even the first request was sent, the reason is
    /// returned as an error, since there is nothing to report.
    ///
    /// # Errors
    /// Why nothing was sent; `interrupted`.
    pub(crate) fn finish(mut self, session: &Session) -> Result<Report> {
        self.first.feed.close();
        self.run(session)?;
        self.second.feed.close();
        self.run(session)?;
        let stopped = self.first.feed.stopped().or(self.second.feed.stopped()).cloned();
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
        self.first.feed.abandon();
        self.second.feed.abandon();
        self.run(session)
    }

    /// The number of commands so far.
    pub(crate) fn len(&self) -> usize {
        self.index
    }

    fn report(self, session: &Session, stopped: Option<Error>) -> Report {
        if self.outcomes.counts_failures {
            self.outcomes.run.record_stop(session, stopped.as_ref());
        }
        let requests = self.first.feed.requests() + self.second.feed.requests();
        Report::new(ReportContent { buffer: self.outcomes.buffer, requests, mode: session.mode(), stopped })
    }

    /// Sends what fills requests, first parts before second parts.
    fn run(&mut self, session: &Session) -> Result<()> {
        let Self { first, second, outcomes, .. } = self;
        session.wait(async {
            let Wave { feed, pending, .. } = first;
            feed.run(|outcome| {
                let Some(entry) = pending.remove(&outcome.index) else { return };
                let (index, tag) = (entry.index, entry.tag.clone());
                let is_done = outcome.status.is_done();
                outcomes.receive(session, outcome, entry.index, entry.tag);
                match entry.then {
                    Some(then) if is_done => second.push(then, PendingCommand { index, tag, then: None }),
                    Some(then) => outcomes.skip(session, &then, index, tag),
                    None => {}
                }
            })
            .await;
            let Wave { feed, pending, .. } = second;
            feed.run(|outcome| {
                if let Some(entry) = pending.remove(&outcome.index) {
                    outcomes.receive(session, outcome, entry.index, entry.tag);
                }
            })
            .await;
            Ok(())
        })
    }

    fn next_index(&mut self) -> usize {
        self.index += 1;
        self.index - 1
    }
}

impl Wave {
    fn push(&mut self, command: CheckedCommand, entry: PendingCommand) {
        self.pending.insert(self.submitted, entry);
        self.submitted += 1;
        self.feed.push(command);
    }
}

impl OutcomeCollector {
    /// Records an outcome of the client, which numbers commands in the order they were pushed.
    fn receive(&mut self, session: &Session, mut outcome: Outcome, index: usize, tag: Dynamic) {
        outcome.index = index;
        outcome.source = source_of(&tag);
        if let Some(why) = self.abandon_reason.as_ref().filter(|_| outcome.status == Status::NotSent) {
            outcome.message = Some(why.clone());
        }
        self.enter(session, TaggedOutcome { outcome, tag });
    }

    /// Records a second part that is not sent, since the first part is not done.
    fn skip(&mut self, session: &Session, then: &CheckedCommand, index: usize, tag: Dynamic) {
        let command = then.command();
        let steps: Vec<_> = command.steps.iter().map(|step| step.name.as_str()).collect();
        let outcome = Outcome {
            index,
            target: command.subject.name().to_owned(),
            action: steps.join(", "),
            removes_everything: false,
            status: Status::NotSent,
            evidence: None,
            step: None,
            code: None,
            message: Some("not sent, because the first part of the command is not done".to_owned()),
            errors: Vec::new(),
            source: source_of(&tag),
            request_id: None,
            attempts: 0,
            mode: session.mode(),
            warnings: Vec::new(),
            resumed: false,
        };
        self.enter(session, TaggedOutcome { outcome, tag });
    }

    fn enter(&mut self, session: &Session, mut entry: TaggedOutcome) {
        if self.run.settings.overlay.is_some() {
            entry.outcome.status = entry.outcome.status.as_planned();
        }
        self.run.record(session, &entry.outcome, self.counts_failures);
        self.buffer.add(entry);
    }
}
