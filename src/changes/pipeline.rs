//! Commands on their way: handed to the client one by one, their outcomes counted, told and kept as they come.

use super::report::Report;
use crate::changes::order::CheckedOrder;
use crate::changes::outcome_buffer::{OutcomeBuffer, TaggedOutcome};
use crate::changes::report::ReportContent;
use crate::client::actions::feed::CommandFeed;
use crate::client::outcome::{Outcome, Status};
use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::run_state::RunState;
use rhai::Dynamic;
use std::collections::HashMap;
use std::rc::Rc;

/// A list of commands that is being carried out.
pub struct Pipeline {
    feed: CommandFeed,
    ledger: OutcomeLedger,
    given: usize,
    index: usize,
}

/// Whose outcomes are awaited, and what became of the others.
struct OutcomeLedger {
    run: Rc<RunState>,
    under_way: HashMap<usize, PendingCommand>,
    kept: OutcomeBuffer,
    /// Whether failures count for the exit code: not where the caller throws them.
    counts: bool,
    /// What is said of commands that were not sent because the list was given up.
    given_up: Option<String>,
}

/// A command's place in the caller's list, and what the script attached to it.
struct PendingCommand {
    index: usize,
    tag: Dynamic,
}

impl Pipeline {
    /// A list without commands; `counts` says whether failures count for the exit code.
    ///
    /// # Errors
    /// `config`: settings are missing or wrong.
    pub fn new(session: &Session, counts: bool) -> Result<Self> {
        let feed = session.client()?.command_feed();
        let run = RunState::of(session);
        let ledger = OutcomeLedger {
            run,
            under_way: HashMap::new(),
            kept: OutcomeBuffer::default(),
            counts,
            given_up: None,
        };
        Ok(Self { feed, ledger, given: 0, index: 0 })
    }

    /// Says how many commands will come, for the estimate of the time they take.
    pub fn expect(&mut self, count: usize) {
        self.feed.set_expected(count);
    }

    /// Takes a command in, and carries out what fills a request.
    ///
    /// # Errors
    /// `incomplete`: a listing that is still in use cannot be read to its end.
    pub(super) fn push(&mut self, session: &Session, order: CheckedOrder) -> Result<()> {
        session.finish_listings()?;
        let place = PendingCommand { index: self.next_index(), tag: order.tag };
        self.ledger.under_way.insert(self.given, place);
        self.given += 1;
        self.feed.push(order.command);
        self.work(session)
    }

    /// Counts a command that a local check refused while the rest is sent.
    pub fn leave_out(&mut self, session: &Session, failure: &CommandFailure, action: String) {
        let index = self.next_index();
        let outcome = Outcome {
            index,
            target: failure.target.clone(),
            action,
            status: Status::NotSent,
            step: failure.step,
            code: Some(failure.code.clone()),
            message: Some(failure.message.clone()),
            errors: Vec::new(),
            request_id: None,
            attempts: 0,
            mode: session.mode(),
            warnings: Vec::new(),
            resumed: false,
        };
        self.ledger.enter(session, TaggedOutcome { outcome, tag: Dynamic::UNIT });
    }

    /// Sends what is left and answers what became of everything. What kept the very first request from being sent
    /// is an error: nothing happened that a report could tell of.
    ///
    /// # Errors
    /// Why nothing was sent; `interrupted`.
    pub fn finish(mut self, session: &Session) -> Result<Report> {
        self.feed.close();
        self.work(session)?;
        let stopped = self.feed.stopped().cloned();
        self.ledger.kept.sort();
        let nothing = self.ledger.kept.count(|status| status != Status::NotSent) == 0;
        match stopped {
            Some(error) if nothing => Err(error),
            Some(error) if matches!(*error.kind, ErrorKind::Interrupted) => {
                let report = Dynamic::from(self.report(session, Some(error.clone())));
                RunState::of(session).leave_behind(report);
                Err(error)
            }
            stopped => Ok(self.report(session, stopped)),
        }
    }

    /// Sends nothing more: what is left is `not_sent`.
    ///
    /// # Errors
    /// `config`: the system gives no threads.
    pub fn abandon(mut self, session: &Session, why: &str) -> Result<()> {
        self.ledger.given_up = Some(why.to_owned());
        self.feed.abandon();
        self.work(session)
    }

    /// How many commands were taken in.
    pub fn len(&self) -> usize {
        self.index
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.index == 0
    }

    fn report(self, session: &Session, stopped: Option<Error>) -> Report {
        if self.ledger.counts {
            self.ledger.run.count_stop(session, stopped.as_ref());
        }
        let requests = self.feed.requests();
        Report::new(ReportContent { kept: self.ledger.kept, requests, mode: session.mode(), stopped })
    }

    fn work(&mut self, session: &Session) -> Result<()> {
        let Self { feed, ledger, .. } = self;
        session.wait(async {
            feed.run(|outcome| ledger.receive(session, outcome)).await;
            Ok(())
        })
    }

    fn next_index(&mut self) -> usize {
        self.index += 1;
        self.index - 1
    }
}

impl OutcomeLedger {
    /// Takes an outcome in, which the client numbers by what it was given.
    fn receive(&mut self, session: &Session, mut outcome: Outcome) {
        let Some(place) = self.under_way.remove(&outcome.index) else { return };
        outcome.index = place.index;
        if let Some(why) = self.given_up.as_ref().filter(|_| outcome.status == Status::NotSent) {
            outcome.message = Some(why.clone());
        }
        self.enter(session, TaggedOutcome { outcome, tag: place.tag });
    }

    fn enter(&mut self, session: &Session, entry: TaggedOutcome) {
        self.run.record(session, &entry.outcome, self.counts);
        self.kept.add(entry);
    }
}
